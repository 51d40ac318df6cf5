import { Connection } from './connection.js';
import { readAddress } from './connection-string.js';

describe('the connection string of EventStoreDB', () => {
  it.each([
    ['esdb://localhost:2113?tls=false', 'localhost:2113', 0],
    ['esdb://127.0.0.1?tls=false', '127.0.0.1', 0],
    ['esdb://admin:secret@db.example:2113', 'db.example:2113', 0],
    ['esdb+discover://a.example:2113,b.example:2113/?nodePreference=leader&tlsCAFile=ca.crt', 'a.example:2113,b.example:2113', 0],
    ['esdb://admin:s/e?c@db.example:2113', 'db.example:2113', 0],
    ['esdb://db.example?tls=false', 'db.example', 1],
    ['esdb://db.example?keepAliveInterval=10000&TLS=false&node_preference=leader', 'db.example', 1],
    ['esdb+discover://localhost:1,10.0.0.7:2113?tls=false', 'localhost:1,10.0.0.7:2113', 1],
    ['esdb://localhost.example:2113?tls=false', 'localhost.example:2113', 1],
    ['kurrentdb://db.example:2113', 'db.example:2113', 0],
    ['kurrentdb+discover://a.example:2113,b.example:2113?tls=false', 'a.example:2113,b.example:2113', 1],
    ['kurrent://admin:kurrentdb@localhost:2113?tls=false', 'localhost:2113', 0],
  ])('%s', (url, hosts, warnings) => {
    const address = readAddress(url);
    expect(address.hosts).toBe(hosts);
    expect(address.warnings).toHaveLength(warnings);
  });

  it('by the newer name of the server is handed to the driver by the older one, which is all that it knows', () => {
    const url = ' kurrentdb+discover://kurrent:kurrentdb@kurrent:2113?tls=false ';
    expect(readAddress(url).forDriver).toBe('esdb+discover://kurrent:kurrentdb@kurrent:2113?tls=false');
    expect(new Connection(url).hosts).toBe('kurrent:2113');
  });

  it('warns of a connection that others can listen to, and names the hosts it leads to', () => {
    const [warning] = new Connection('esdb://localhost,10.0.0.7:2113?tls=false').warnings;
    expect(warning).toContain('10.0.0.7:2113 is not encrypted');
    expect(warning).not.toContain('localhost');
  });

  it.each([
    'esdb://admin:secret@',
    'https://admin:secret@db.example',
    'mongodb://admin:secret@db.example',
    'esdb://admin:secret@db.example:port',
    'esdb://admin:secret@db.example?tls=secret',
    '',
  ])('%s is refused with the form that it should have, and without what it holds', (url) => {
    const attempt = (): Connection => new Connection(url);
    expect(attempt).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
    expect(attempt).toThrow('It has the form esdb://user:password@host:2113');
    expect(attempt).not.toThrow('secret');
  });

  it.each([
    ['esdb://admin:secret@db.example?tlsCaFle=ca.crt', 'there is no option "tlsCaFle"'],
    ['esdb://admin:secret@db.example?tlsVerifyCert=false', 'name the authority with tlsCAFile'],
  ])('%s says what to change, and the driver does not print the password', (url, advice) => {
    const printed = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const attempt = (): Connection => new Connection(url);
    expect(attempt).toThrow(advice);
    expect(attempt).not.toThrow('secret');
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('says which file is missing', () => {
    expect(() => new Connection('esdb://db.example?tlsCAFile=/nowhere/ca.crt')).toThrow('Failed to load certificate file');
  });
});
