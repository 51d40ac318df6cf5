import { LedgerError } from '../../ledger/errors.js';

const FORM = /^(?:esdb|kurrentdb|kurrent)(?:\+discover)?:\/\/(?:[^:@]+:[^@]+@)?([^/?@]+)\/*(?:\?(.*))?$/;
/** KurrentDB is EventStoreDB by its newer name, and speaks the same protocol; this driver knows the older name only. */
const NEWER_NAME = /^(?:kurrentdb|kurrent)(?=[:+])/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** What the driver knows, in its own flat writing. It prints the whole text, password and all, about any other. */
const OPTIONS: ReadonlySet<string> = new Set([
  'connectionname',
  'defaultdeadline',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'maxdiscoverattempts',
  'nodepreference',
  'throwonappendfailure',
  'tls',
  'tlscafile',
  'tlsverifycert',
  'usercertfile',
  'userkeyfile',
]);

/** What we need to know of a connection string before the driver reads the whole of it. */
export interface Address {
  /** Hosts and ports without the credentials, for messages. */
  readonly hosts: string;
  readonly warnings: readonly string[];
  /** The whole of it as the driver takes it. */
  readonly forDriver: string;
}

/** The text itself is never repeated in a message: it holds the password. */
export function readAddress(url: string): Address {
  const forDriver = url.trim().replace(NEWER_NAME, 'esdb');
  const [, hosts, query] = FORM.exec(url.trim()) ?? [];
  if (hosts === undefined) throw unreadable();
  const options = (query ?? '').split('&').map(optionOf);
  for (const { name, written, value } of options) {
    if (written !== '' && !OPTIONS.has(name)) throw unreadable(`, as there is no option "${written}"`);
    if (name === 'tlsverifycert' && value === 'false')
      throw unreadable(', as every certificate is verified; name the authority with tlsCAFile instead of tlsVerifyCert=false');
  }
  const isInsecure = options.some(({ name, value }) => name === 'tls' && value === 'false');
  const remote = hosts.split(',').filter((host) => !LOOPBACK.test(host));
  const warnings =
    isInsecure && remote.length > 0
      ? [
          `The connection to EventStoreDB at ${remote.join(', ')} is not encrypted: whoever can listen reads every event and the password. Leave tls=false out of the connection string.`,
        ]
      : [];
  return { hosts, warnings, forDriver };
}

function optionOf(pair: string): { readonly name: string; readonly written: string; readonly value: string } {
  const [written = '', value = ''] = pair.split('=').map((part) => part.trim());
  return { name: written.toLowerCase().replaceAll(/[_-]/g, ''), written, value };
}

export const unreadable = (why = ''): LedgerError =>
  new LedgerError(
    'STORE_UNAVAILABLE',
    `The connection string of EventStoreDB cannot be used${why}. It has the form esdb://user:password@host:2113 or esdb+discover://host1:2113,host2:2113, with options as in ?tls=false&tlsCAFile=ca.crt.`,
  );
