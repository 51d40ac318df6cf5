import { catalogueDecider, type CatalogueCommand } from '../../src/catalogue/domain/decider.js';
import type { Actor, Origin } from '../../src/ledger/envelope.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { Json } from '../../src/shared/json.js';
import type { RunGolden } from './make-golden.js';

const CRANE = 'crane-driver';
const DRIVER = 'forklift-driver';
const LICENCE = 'Crane licence';
const COURSE = 'Course elsewhere';

const scheme = (
  id: string,
  content: Pick<Extract<CatalogueCommand, { type: 'DefineScheme' }>['scheme'], 'criteria'> & object,
) => ({
  type: 'DefineScheme' as const,
  scheme: {
    scheme: id,
    title: id,
    published: '2024-01-01',
    timeZone: 'Europe/Berlin',
    validity: { duration: 'P2Y' },
    ...content,
  },
});
const DEFINITIONS: readonly { readonly command: CatalogueCommand; readonly samples: readonly string[] }[] = [
  {
    command: scheme(CRANE, {
      criteria: { submission: LICENCE, kind: 'credential-document', sourceCheck: 'required' },
      secondApprover: true,
      capByEvidence: true,
    } as never),
    samples: ['.source-check'],
  },
  { command: scheme(DRIVER, { criteria: { submission: COURSE }, award: 'on-approval' } as never), samples: [] },
];

const NOTE = 'The original hangs in the office of the depot.';
const FILE = {
  address: '5f'.repeat(32),
  size: 81_920,
  mediaType: 'application/pdf',
  name: 'Kranführerschein Maier.pdf',
  digest: 'a7'.repeat(32),
};
const document = (more: object): RecordCommand => ({
  type: 'SubmitEvidence',
  scheme: CRANE,
  label: LICENCE,
  title: CRANE,
  kind: 'credential-document',
  effective: { date: '2025-09-01' },
  validUntil: '2027-08-31',
  attachment: FILE,
  note: NOTE,
  ...more,
});
const training: RecordCommand = {
  type: 'SubmitEvidence',
  scheme: DRIVER,
  label: COURSE,
  kind: 'external-training',
  effective: { instant: '2026-02-27T16:00:00+01:00', zone: 'Europe/Berlin' },
};
const OF_FILE = { note: NOTE, attachmentName: FILE.name, attachmentDigest: FILE.digest };

interface Step {
  readonly command: RecordCommand;
  readonly samples: readonly string[];
  readonly sealed?: Record<string, string>;
  /** Who acts; the learner's own person is z.maier. */
  readonly by: 'z.maier' | 'b.schmidt' | 'c.lange' | 'scanner' | 'policy';
  /** The present from here on. */
  readonly now?: string;
}
const reasoned = (code: string, text: string) => ({ reason: { code, text } });
/** The numbers are those of the learner: the first of all submissions is number 1. */
const STEPS: readonly Step[] = [
  { by: 'z.maier', command: document({}), samples: [''], sealed: OF_FILE },
  {
    by: 'z.maier',
    command: { type: 'WithdrawSubmission', of: 1, ...reasoned('wrong-file', 'That was my passport.') },
    samples: [''],
    sealed: { reason: 'That was my passport.' },
  },
  { by: 'z.maier', command: document({}), samples: [], sealed: OF_FILE },
  { by: 'b.schmidt', command: { type: 'ClaimReview', of: 2 }, samples: [''] },
  { by: 'b.schmidt', command: { type: 'ReleaseReview', of: 2 }, samples: [''] },
  {
    by: 'b.schmidt',
    command: { type: 'DeclineSubmission', of: 2, ...reasoned('unreadable', 'Page two of her licence is cut off.') },
    samples: [''],
    sealed: { reason: 'Page two of her licence is cut off.' },
  },
  { by: 'z.maier', command: document({}), samples: ['.resubmitted'], sealed: OF_FILE },
  {
    by: 'scanner',
    command: { type: 'RecordScan', submission: 3, attachment: FILE.address, verdict: 'clean', scanner: 'clamav 1.4.2' },
    // Its sample is of version 1.
    samples: [],
  },
  {
    by: 'b.schmidt',
    command: {
      type: 'CheckSource',
      of: 3,
      authority: 'Berufsgenossenschaft Bau',
      how: 'telephone',
      effective: { date: '2026-03-19' },
      dueAgain: '2027-03-19',
      reference: 'Frau Kurz, file 88-12',
    },
    samples: [''],
    sealed: { reference: 'Frau Kurz, file 88-12' },
  },
  {
    by: 'b.schmidt',
    command: { type: 'ApproveSubmission', of: 3, ...reasoned('seen', 'Compared with the original.') },
    samples: [''],
    sealed: { reason: 'Compared with the original.' },
  },
  {
    by: 'c.lange',
    command: { type: 'ApproveSubmission', of: 3, ...reasoned('agreed', 'I saw it too.') },
    samples: ['', '.submission'],
    sealed: { reason: 'I saw it too.' },
  },
  { by: 'b.schmidt', command: training, samples: ['.external-training'] },
  {
    by: 'policy',
    now: '2026-04-01T08:00:00.000Z',
    command: { type: 'ObserveReview', submission: 4, threshold: 'aged' },
    samples: [''],
  },
  { by: 'policy', command: { type: 'ObserveReview', submission: 4, threshold: 'escalated' }, samples: [''] },
  { by: 'c.lange', command: { type: 'ApproveSubmission', of: 4 }, samples: ['.without-reason', '.submission'] },
  {
    by: 'scanner',
    command: {
      type: 'RecordScan',
      submission: 3,
      attachment: FILE.address,
      verdict: 'infected',
      scanner: 'ClamAV 1.4.2/27500/Mon Nov 24 09:00:00 2025',
      signature: 'Win.Test.EICAR_HDB-1',
    },
    samples: [''],
  },
];

/** What was handed in and what became of it: each type of event with every field that is sealed in it. */
export async function makeGoldenSubmissions(
  run: RunGolden,
  {
    organization,
    learner,
    subject,
    pseudonym,
    setNow,
  }: {
    organization: string;
    learner: string;
    subject: string;
    pseudonym: (kind: string, id: string) => Promise<string>;
    setNow: (instant: string) => void;
  },
): Promise<void> {
  const stream = streamName('catalogue', organization);
  for (const [index, { command, samples }] of DEFINITIONS.entries())
    await run({
      decider: catalogueDecider,
      stream,
      command,
      operation: command.type,
      body: null,
      key: `submissions ${index}`,
      samples,
    });
  const about = {
    decider: recordDecider,
    stream: streamName('record', organization, await pseudonym('learner', learner)),
    pseudonymOf: { kind: 'learner', id: learner },
    subject,
    facts: true,
  };
  const acting = async (by: Step['by']): Promise<{ actor: Actor; origin?: Origin }> => {
    if (by === 'policy' || by === 'scanner')
      return {
        actor: { key: 'policy', role: 'policy' },
        origin: { kind: 'policy', policy: by === 'policy' ? 'observe-reviews' : by },
      };
    const person = await pseudonym('person', by);
    return { actor: { key: `key of ${by}`, person, role: by === 'z.maier' ? 'learner' : 'reviewer' } };
  };
  for (const [index, { command, samples, sealed, by, now }] of STEPS.entries()) {
    if (now !== undefined) setNow(now);
    const { type, ...body } = command;
    await run({
      ...about,
      ...(await acting(by)),
      command,
      operation: type,
      body: JSON.parse(JSON.stringify(body)) as Json,
      key: `submission ${index}`,
      samples,
      ...(sealed === undefined ? {} : { sealed }),
    });
  }
}
