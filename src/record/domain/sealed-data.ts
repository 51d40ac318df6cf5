import type { z } from 'zod';
import type { Secret } from '../../ledger/sealed.js';

type Plain<Data, Sealing extends keyof Data> = Omit<Data, Sealing> & {
  [Field in Sealing]: undefined extends Data[Field] ? Secret | undefined : Secret;
};
type Optional<Data> = { [Field in keyof Data as undefined extends Data[Field] ? never : Field]: Data[Field] } & {
  [Field in keyof Data as undefined extends Data[Field] ? Field : never]?: Data[Field];
};
/** What an event of a schema holds inside the program, where some of its fields are plain until they are stored. */
export type Holding<Schema extends z.ZodType, Sealing extends keyof z.infer<Schema> = never> = Optional<
  Plain<z.infer<Schema>, Sealing>
>;

/** The fields that are sealed under the key of the learner. */
export const sealing = (...fields: string[]) => ({ sealed: fields.map((field) => ({ field, subject: 'subject' })) });
