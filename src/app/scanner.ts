import { parseClamAvAddress, staysHere } from '../adapters/clamav/address.js';
import { ClamAvScanner } from '../adapters/clamav/scanner.js';
import type { Scanner } from '../attachments/ports/scanner.js';
import { failure, ok, warning, type Finding } from '../operations/findings.js';
import type { Configuration } from './configuration.js';

type ScannerSettings = Pick<Configuration, 'CERTLEDGER_CLAMAV'>;

/** The scanner that the settings name; without one nothing is scanned. Whether it answers shows when it is asked. */
export function scannerOf({ CERTLEDGER_CLAMAV }: ScannerSettings): Scanner | undefined {
  return CERTLEDGER_CLAMAV === undefined ? undefined : new ClamAvScanner(parseClamAvAddress(CERTLEDGER_CLAMAV)!);
}

const IN_THE_CLEAR = 'what is scanned goes there in the clear, because the protocol of ClamAV knows no encryption';

/** What the operator should know of the scanner's place. */
export const scannerWarning = ({ CERTLEDGER_CLAMAV }: ScannerSettings): string | undefined =>
  CERTLEDGER_CLAMAV === undefined || staysHere(parseClamAvAddress(CERTLEDGER_CLAMAV)!)
    ? undefined
    : `The scanner is on another machine: ${IN_THE_CLEAR}. Let nobody else be on that network.`;

/** Whether the scanner answers; nothing is said where none is configured. */
export async function examineScanner(settings: ScannerSettings): Promise<readonly Finding[]> {
  const version = await scannerOf(settings)?.version();
  const { CERTLEDGER_CLAMAV: place } = settings;
  if (place === undefined) return [];
  if (version === undefined)
    return [
      failure(
        'scanner',
        `no ClamAV daemon answers at ${place}; no attachment can be approved meanwhile`,
        'Start clamd, or mend CERTLEDGER_CLAMAV. Without the setting nothing is scanned.',
      ),
    ];
  if (scannerWarning(settings) === undefined) return [ok('scanner', version)];
  return [
    warning(
      'scanner',
      `${version}; ${IN_THE_CLEAR}`,
      'Put clamd onto this machine, or let nobody else be on the network between.',
    ),
  ];
}
