import type { OpenSubject, Place, Load } from './subject.js';

/** The words between the measure and the process of a subject. */
export interface Opening {
  /** The module and the name that it exports. */
  readonly subject: readonly [string, string];
  readonly place: Place;
}

export interface Asked {
  readonly load: Load;
}

/** What a round came to. */
export interface Done {
  readonly kind: 'done';
  readonly operations: number;
  readonly milliseconds: number;
  /** What the processor spent on this process, which others on the machine change little. */
  readonly processorMilliseconds: number;
  /** The most memory that this process ever had. */
  readonly peakBytes: number;
}

export type Told = { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly why: string } | Done;

const tell = (told: Told): void => void process.send?.(told);
const failed = (error: unknown): void => {
  tell({ kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
};

async function serve({ subject: [module, name], place }: Opening): Promise<void> {
  const exported = (await import(module)) as Record<string, OpenSubject | undefined>;
  const open = exported[name];
  if (open === undefined) throw new Error(`${module} exports no ${name}.`);
  const subject = await open(place);
  const measure = async ({ load }: Asked): Promise<void> => {
    const work = await subject.prepare(load);
    const processor = process.cpuUsage();
    const start = performance.now();
    const operations = await work();
    const milliseconds = performance.now() - start;
    const { user, system } = process.cpuUsage(processor);
    const peakBytes = process.resourceUsage().maxRSS * 1_024;
    tell({ kind: 'done', operations, milliseconds, processorMilliseconds: (user + system) / 1_000, peakBytes });
  };
  process.on('message', (asked: Asked | 'close') => {
    if (asked !== 'close') void measure(asked).catch(failed);
    else void subject.close().then(() => process.disconnect(), failed);
  });
  tell({ kind: 'ready' });
}

// Nothing is left behind when the measure ends or is killed.
process.once('disconnect', () => process.exit());
process.once('message', (opening: Opening) => void serve(opening).catch(failed));
