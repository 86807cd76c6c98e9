import { describe, expect, it } from 'vitest';
import { samplesOf } from './history';

type Series = Parameters<typeof samplesOf>[0][number];

function series(disk: string, site: string, at: number[], writes: (number | null)[]): Series {
  const none = at.map(() => null);
  return {
    volume: `vol-${disk}`, disk, site, everySeconds: 1, at, writesPerSecond: writes, readsPerSecond: none, readBytesPerSecond: none,
    writeBytesPerSecond: none, dualWriteBytesPerSecond: none, copyBytesPerSecond: none, dirtyBytes: none, exposureSeconds: none,
    guestP50Microseconds: writes, guestP99Microseconds: none, localP50Microseconds: none, localP99Microseconds: none,
    wanP50Microseconds: none, wanP99Microseconds: none,
  };
}

describe('what was heard before the page was opened', () => {
  it('adds up the disks of the primary and takes the worst latency', () => {
    const [sample] = samplesOf([series('a', 'site-a', [100.01], [10]), series('b', 'site-a', [100.02], [30])], 'site-a');
    expect(sample).toMatchObject({ writes: 40, guestP50: 30 / 1e6, reads: null });
  });

  it('leaves out what the standby reported', () => {
    expect(samplesOf([series('a', 'site-b', [100], [10])], 'site-a')).toEqual([]);
  });

  it('shows a gap where one disk did not report, in the order of time', () => {
    const found = samplesOf([series('a', 'site-a', [101, 100], [2, 1]), series('b', 'site-a', [100], [5])], 'site-a');
    expect(found.map((sample) => [sample.at, sample.writes])).toEqual([[100, 6], [101, null]]);
  });
});
