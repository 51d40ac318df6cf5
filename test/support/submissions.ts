import type { Criteria } from '../../src/catalogue/domain/criteria.js';
import type { SchemeContent, Validity } from '../../src/catalogue/domain/content.js';
import type { Catalogue } from '../../src/catalogue/published.js';
import type { Of, PinnedAttachment } from '../../src/record/domain/commands.js';
import { definitions, scheme } from './pure-record.js';

export const LABEL = 'Trade licence';
export const FILE: PinnedAttachment = {
  address: 'ab'.repeat(32),
  size: 12_345,
  mediaType: 'application/pdf',
  name: 'licence.pdf',
  digest: 'cd'.repeat(32),
};

/** A course C1 and one scheme S1 over a labelled leaf, unless the criteria say otherwise. */
export const asking = (
  criteria: Criteria = { submission: LABEL },
  more: Partial<SchemeContent> = {},
  validity: Validity = { perpetual: true },
): Catalogue => definitions(['C1'], scheme('S1', criteria, validity, 'Europe/Berlin', more));

type Submit = Of<'SubmitEvidence'>;
export const training = (more: Partial<Submit> = {}): Submit => ({
  type: 'SubmitEvidence',
  scheme: 'S1',
  label: LABEL,
  kind: 'external-training',
  effective: { date: '2024-05-02' },
  ...more,
});
export const document = (more: Partial<Submit> = {}): Submit => ({
  ...training({ kind: 'credential-document', attachment: FILE }),
  ...more,
});
