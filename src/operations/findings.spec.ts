import {
  CLOCK_DIFFERENCE_MILLISECONDS_MAX,
  FREE_BYTES_MIN,
  judgeClock,
  judgeLastRecorded,
  judgeSpace,
  judgeVersion,
  named,
  NAMES_SHOWN_MAX,
} from './findings.js';

describe('what the doctor says', () => {
  it('warns below the bound of free space, not at it, and says where nothing is told', () => {
    expect(judgeSpace('space', FREE_BYTES_MIN, '/data')).toEqual({
      check: 'space',
      result: 'ok',
      found: '1.0 GiB free on the disk of /data',
    });
    expect(judgeSpace('space', FREE_BYTES_MIN - 1, '/data')).toMatchObject({ result: 'warning', mend: expect.any(String) });
    expect(judgeSpace('space', undefined, '/data')).toMatchObject({ result: 'ok', found: expect.stringContaining('not told') });
  });

  it.each([1, -1])('warns beyond the bound of a clock difference, not at it (%i)', (sign) => {
    expect(judgeClock('clock', sign * CLOCK_DIFFERENCE_MILLISECONDS_MAX, 'it').result).toBe('ok');
    const beyond = judgeClock('clock', sign * (CLOCK_DIFFERENCE_MILLISECONDS_MAX + 1), 'it');
    expect(beyond).toMatchObject({ result: 'warning', found: expect.stringContaining(sign < 0 ? 'behind' : 'ahead of') });
  });

  it('fails where the clock is behind the last recorded time by more than the policies bear', () => {
    const at = (recordedAt: string): string => judgeLastRecorded('clock', recordedAt, '2024-06-01T12:00:00.000Z', 60_000).result;
    expect([at('2024-06-01T12:01:00.000Z'), at('2024-06-01T12:01:00.001Z')]).toEqual(['ok', 'failure']);
    expect(judgeLastRecorded('clock', undefined, '2024-06-01T12:00:00.000Z', 60_000).result).toBe('ok');
  });

  it('takes versions of the range, refuses older ones, warns of newer ones and of what is no version', () => {
    const range = { min: [5, 1], comparedTo: [8, 2] } as const;
    const results = ['5.0.9', '5.1.0', '8.2.5', '8.3.0', '10.0.0', '4.9', 'unknown'].map(
      (version) => judgeVersion('version', version, range).result,
    );
    expect(results).toEqual(['failure', 'ok', 'ok', 'warning', 'warning', 'failure', 'warning']);
  });

  it('lists no more names than the bound', () => {
    const names = Array.from({ length: NAMES_SHOWN_MAX + 2 }, (_, number) => `n${number}`);
    expect(named(names.slice(0, NAMES_SHOWN_MAX))).toBe(names.slice(0, NAMES_SHOWN_MAX).join(', '));
    expect(named(names)).toMatch(/n9 and 2 more$/);
  });
});
