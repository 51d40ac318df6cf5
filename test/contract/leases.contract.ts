import { LEASE_NOTE_BYTES_MAX, type Lease, type Leases } from '../../src/projections/ports/leases.js';

export interface OpenedLeases {
  readonly leases: Leases;
  close(): Promise<void>;
}

const lease = (beat: number, holder: string | null = 'one', more: Partial<Lease> = {}): Lease => ({
  name: 'projection:a',
  holder,
  beat,
  note: {},
  ...more,
});

/** What every store of leases must do. The suite has no options: an engine that differs fails it. */
export function describeLeasesContract(name: string, open: () => Promise<OpenedLeases>): void {
  describe(`${name}: the contract of leases`, () => {
    let opened: OpenedLeases;
    let leases: Leases;

    beforeEach(async () => {
      opened = await open();
      leases = opened.leases;
    });
    afterEach(() => opened.close());

    it('knows nothing of a lease that nobody took, and the first beat is 0', async () => {
      expect(await leases.get('projection:a')).toBeUndefined();
      expect(await leases.put(lease(1))).toBe(false);
      expect(await leases.get('projection:a')).toBeUndefined();
      expect(await leases.put(lease(0))).toBe(true);
      expect(await leases.get('projection:a')).toEqual(lease(0));
    });

    it('writes only the next beat, whoever holds it', async () => {
      await leases.put(lease(0));
      for (const beat of [0, 2, 7]) expect(await leases.put(lease(beat, 'two'))).toBe(false);
      expect(await leases.put(lease(1, 'two'))).toBe(true);
      expect(await leases.put(lease(1, 'one'))).toBe(false);
      expect(await leases.get('projection:a')).toEqual(lease(1, 'two'));
    });

    it('can be given back and taken again', async () => {
      await leases.put(lease(0));
      expect(await leases.put(lease(1, null))).toBe(true);
      expect(await leases.get('projection:a')).toEqual(lease(1, null));
      expect(await leases.put(lease(2, 'two'))).toBe(true);
    });

    it('keeps leases of different names apart', async () => {
      await leases.put(lease(0));
      expect(await leases.put(lease(0, 'two', { name: 'policy:b' }))).toBe(true);
      expect([(await leases.get('projection:a'))?.holder, (await leases.get('policy:b'))?.holder]).toEqual(['one', 'two']);
    });

    it('keeps the note as it was given, up to its bound', async () => {
      const note = { runners: [{ state: 'faulted', message: 'č "\\ \u0000', position: null }], at: 1.5, '': true };
      await leases.put(lease(0, 'one', { note }));
      const read = await leases.get('projection:a');
      expect(read?.note).toEqual(note);
      (read!.note as Record<string, unknown>)['at'] = 2;
      expect((await leases.get('projection:a'))?.note).toEqual(note);
      const full = { text: 'x'.repeat(LEASE_NOTE_BYTES_MAX - '{"text":""}'.length) };
      expect(await leases.put(lease(1, 'one', { note: full }))).toBe(true);
      await expect(leases.put(lease(2, 'one', { note: { text: `${full.text}x` } }))).rejects.toThrow('note');
    });

    it('lets exactly one of many racers take each beat', async () => {
      for (let beat = 0; beat < 5; beat += 1) {
        const racers = Array.from({ length: 20 }, (_, n) => leases.put(lease(beat, `holder-${n}`)));
        const won = (await Promise.all(racers)).flatMap((wrote, n) => (wrote ? [`holder-${n}`] : []));
        expect(won).toHaveLength(1);
        expect((await leases.get('projection:a'))?.holder).toBe(won[0]);
      }
    });
  });
}
