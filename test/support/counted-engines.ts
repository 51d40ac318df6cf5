import { AsyncLocalStorage } from 'node:async_hooks';
import type { memoryEngines } from './service.js';

type Engines = ReturnType<typeof memoryEngines>;

/**
 * What leaves the process for a request. How often the served version of a read model and its checkpoint are looked up hangs on
 * the time that has passed and not on what is asked, so only what reads or writes facts, documents or keys is counted.
 */
const COUNTED = {
  store: ['append', 'read'],
  readModels: ['getMany', 'find', 'commit'],
  keys: ['get', 'putIfAbsent', 'destroy'],
} as const;

/** Writes down the calls that one request makes on its engines, and no call of what runs beside it. */
export class CountedEngines {
  private readonly request = new AsyncLocalStorage<string[]>();
  readonly engines: Engines;

  constructor(inner: Engines) {
    this.engines = {
      ...inner,
      store: this.counted('store', inner.store),
      readModels: this.counted('readModels', inner.readModels),
      keys: this.counted('keys', inner.keys),
    };
  }

  /** The answer of a request with the calls that led to it, in order. */
  async callsOf<Answer>(asking: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly calls: readonly string[] }> {
    const calls: string[] = [];
    const answer = await this.request.run(calls, asking);
    return { answer, calls: [...calls] };
  }

  /** For work that is no call on an engine and still takes its time. */
  note(what: string): void {
    this.request.getStore()?.push(what);
  }

  private counted<Engine extends object>(name: keyof typeof COUNTED, engine: Engine): Engine {
    const counted: readonly string[] = COUNTED[name];
    return new Proxy(engine, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          if (typeof method === 'string' && counted.includes(method))
            this.note(`${name}.${method} ${kindOf(name, parameters[0])}`);
          return Reflect.apply(value, target, parameters);
        };
      },
    });
  }
}

/** Of a stream its kind, of a read model its name: what a call is about, without whose. */
function kindOf(engine: keyof typeof COUNTED, first: unknown): string {
  if (engine === 'store') return (first as string).split('-')[0]!;
  if (engine === 'readModels') return (first as { readonly name: string }).name;
  return 'key';
}
