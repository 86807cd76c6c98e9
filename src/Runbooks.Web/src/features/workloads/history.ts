import type { components } from '@/api/schema';
import type { Sample } from './samples';

type Series = components['schemas']['VolumeSeriesView'];

/**
 * What the control plane heard of a workload before the page was opened, as the charts' samples: the disks of the primary
 * added up (latency and exposure: the worst). A moment that one disk did not report is a gap, never a smaller sum.
 */
export function samplesOf(volumes: readonly Series[], site: string): Sample[] {
  const own = volumes.filter((series) => series.site === site);
  const moments = new Map<number, { at: number; places: [Series, number][] }>();
  for (const series of own) {
    series.at.forEach((at, index) => {
      // Disks of one report carry the same time but for rounding.
      const key = Math.round(at / Math.max(series.everySeconds, 0.5));
      const moment = moments.get(key) ?? { at, places: [] };
      moment.places.push([series, index]);
      moments.set(key, moment);
    });
  }
  return [...moments.values()]
    .sort((a, b) => a.at - b.at)
    .map(({ at, places }) => {
      const values = (of: (series: Series) => readonly (number | null)[]): number[] | null => {
        const all = places.map(([series, index]) => of(series)[index] ?? null);
        return places.length < own.length || all.includes(null) ? null : (all as number[]);
      };
      const sum = (of: (series: Series) => readonly (number | null)[]) => values(of)?.reduce((a, b) => a + b, 0) ?? null;
      const worst = (of: (series: Series) => readonly (number | null)[], scale = 1) => {
        const all = values(of);
        return all ? Math.max(...all) / scale : null;
      };
      return {
        at,
        reads: sum((series) => series.readsPerSecond), writes: sum((series) => series.writesPerSecond),
        readBytes: sum((series) => series.readBytesPerSecond), writeBytes: sum((series) => series.writeBytesPerSecond),
        wanBytes: sum((series) => series.dualWriteBytesPerSecond), catchUpBytes: sum((series) => series.copyBytesPerSecond),
        dirtyBytes: sum((series) => series.dirtyBytes), exposedSeconds: worst((series) => series.exposureSeconds),
        guestP50: worst((series) => series.guestP50Microseconds, 1e6), guestP99: worst((series) => series.guestP99Microseconds, 1e6),
        localP99: worst((series) => series.localP99Microseconds, 1e6), wanP99: worst((series) => series.wanP99Microseconds, 1e6),
      };
    });
}
