/** Where a ClamAV daemon listens. */
export type ClamAvAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const PORT_MAX = 65_535;

/** `host:port`, `[::1]:port` or `unix:/path`; undefined where it is none of these. */
export function parseClamAvAddress(text: string): ClamAvAddress | undefined {
  const [, path] = /^unix:(\/[^\0\s]{1,100})$/.exec(text) ?? [];
  if (path !== undefined) return { path };
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const [host, port] = [bracketed ?? plain, Number(digits)];
  return host === undefined || port < 1 || port > PORT_MAX ? undefined : { host, port };
}

/** Whether what is sent there stays on this machine; the daemon's protocol knows no encryption. */
export const staysHere = (address: ClamAvAddress): boolean =>
  'path' in address || /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(address.host);
