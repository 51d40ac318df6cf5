import { FakeClamd, VERSION } from '../../test/support/fake-clamd.js';
import { readConfiguration } from './configuration.js';
import { examineScanner, scannerOf, scannerWarning } from './scanner.js';

const read = (CERTLEDGER_CLAMAV?: string) =>
  readConfiguration(CERTLEDGER_CLAMAV === undefined ? {} : { CERTLEDGER_CLAMAV }, '/nowhere/.env');

describe('the scanner that the settings name', () => {
  it.each(['3310', 'localhost:0', 'tcp://localhost:3310', 'unix:clamd.ctl'])('refuses %j and says what it must be', (place) => {
    expect(() => read(place)).toThrow(/CERTLEDGER_CLAMAV must be host:port, such as .* or unix:\/path/);
  });

  it('is none unless told', async () => {
    for (const settings of [read(), read('')]) {
      expect(scannerOf(settings)).toBeUndefined();
      expect(scannerWarning(settings)).toBeUndefined();
      expect(await examineScanner(settings)).toEqual([]);
    }
  });

  it('is found by the doctor with its version, or missed with how to mend that', async () => {
    const clamd = await FakeClamd.start();
    const settings = read(`127.0.0.1:${clamd.port}`);
    expect(await examineScanner(settings)).toEqual([{ check: 'scanner', result: 'ok', found: VERSION }]);
    await clamd.stop();
    expect(await examineScanner(settings)).toEqual([
      { check: 'scanner', result: 'failure', found: expect.stringContaining('can be approved'), mend: expect.any(String) },
    ]);
  });

  it('is warned of where documents would leave this machine in the clear', () => {
    expect(scannerWarning(read('clamav.example.org:3310'))).toMatch(/in the clear/);
    for (const here of ['127.0.0.1:3310', '[::1]:3310', 'unix:/run/clamav/clamd.ctl'])
      expect(scannerWarning(read(here))).toBeUndefined();
  });
});
