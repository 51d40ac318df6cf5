import type { Records } from '../record/published.js';
import { reasonOf } from './row-times.js';
import type { CertificationRow } from './rows.js';

type RecordCommand = Parameters<Records['execute']>[3];

/** The command that a row about a certification after its award asks for. */
export function certificationCommandOf(row: CertificationRow): RecordCommand {
  const { scheme } = row;
  const reason = reasonOf(row);
  switch (row.kind) {
    case 'suspension':
      return { type: 'SuspendCertification', scheme, reason };
    case 'reinstatement':
      return { type: 'ReinstateCertification', scheme, reason };
    case 'scope-reduction':
      return { type: 'ReduceScope', scheme, covers: row.covers, reason };
    case 'waiver':
      return { type: 'GrantWaiver', scheme, lastDay: row.lastDay, evidence: row.evidence, reason };
    case 'waiver-end':
      return { type: 'EndWaiver', scheme, reason };
  }
}
