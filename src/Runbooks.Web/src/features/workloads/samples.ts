import type { Workload } from './workloads';

/** What the charts of a workload show at one moment; rates are since the reading before. */
export interface Sample {
  readonly at: number;
  readonly reads: number | null;
  readonly writes: number | null;
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly wanBytes: number | null;
  readonly catchUpBytes: number | null;
  readonly dirtyBytes: number | null;
  readonly exposedSeconds: number | null;
  readonly guestP50: number | null;
  readonly guestP99: number | null;
  readonly localP99: number | null;
  readonly wanP99: number | null;
}

/** The primary's counters, added up over the disks. */
export interface Reading {
  readonly at: number;
  readonly site: string;
  readonly counters: Readonly<Record<'reads' | 'writes' | 'readBytes' | 'writeBytes' | 'wanBytes' | 'catchUpBytes', number>>;
  readonly dirtyBytes: number | null;
  readonly exposedSeconds: number | null;
  readonly latency: Readonly<Record<string, { readonly p50: number; readonly p99: number }>>;
}

export const keptSeconds = 15 * 60;
const freshSeconds = 10;

/** A reading of what the primary's agent last said; nothing when it has been silent: old figures are not now's. */
export function readingOf(workload: Workload, at: number): Reading | null {
  const own = workload.volumes.filter((volume) => volume.site === workload.site);
  const oldest = Math.max(...own.map((volume) => volume.ageSeconds));
  if (own.length === 0 || oldest > freshSeconds) return null;
  const sum = (of: (status: (typeof own)[number]['status']) => number) => own.reduce((all, volume) => all + of(volume.status), 0);
  const links = own.flatMap((volume) => volume.status.links);
  const latency: Record<string, { p50: number; p99: number }> = {};
  for (const each of own.flatMap((volume) => volume.status.latencies ?? [])) {
    if (each.count === 0) continue;
    const before = latency[each.leg] ?? { p50: 0, p99: 0 };
    latency[each.leg] = { p50: Math.max(before.p50, each.p50Microseconds), p99: Math.max(before.p99, each.p99Microseconds) };
  }
  return {
    at: at - oldest,
    site: workload.site,
    counters: {
      reads: sum((status) => status.guestReads ?? 0),
      writes: sum((status) => status.guestWrites ?? 0),
      readBytes: sum((status) => status.guestReadBytes ?? 0),
      writeBytes: sum((status) => status.guestWriteBytes ?? 0),
      wanBytes: links.reduce((all, link) => all + (link.dualWriteBytesSent ?? 0), 0),
      catchUpBytes: links.reduce((all, link) => all + (link.copyBytesSent ?? 0), 0),
    },
    dirtyBytes: links.length === 0 ? null : links.reduce((all, link) => all + link.dirtyBytes, 0),
    exposedSeconds: links.length === 0 ? null : Math.max(...links.map((link) => link.exposureSeconds)),
    latency,
  };
}

/** Rates between two readings. A counter that fell began anew with its agent, and so does its line. */
export function sampleOf(before: Reading | null, now: Reading): Sample {
  const seconds = before && before.site === now.site ? now.at - before.at : 0;
  const rate = (name: keyof Reading['counters']): number | null => {
    if (!before || seconds <= 0 || seconds > 30) return null;
    const more = now.counters[name] - before.counters[name];
    return more < 0 ? null : more / seconds;
  };
  const micro = (leg: string, which: 'p50' | 'p99') => {
    const found = now.latency[leg]?.[which];
    return found === undefined ? null : found / 1e6;
  };
  return {
    at: now.at,
    reads: rate('reads'), writes: rate('writes'), readBytes: rate('readBytes'), writeBytes: rate('writeBytes'),
    wanBytes: rate('wanBytes'), catchUpBytes: rate('catchUpBytes'),
    dirtyBytes: now.dirtyBytes, exposedSeconds: now.exposedSeconds,
    guestP50: micro('guest', 'p50'), guestP99: micro('guest', 'p99'), localP99: micro('local', 'p99'), wanP99: micro('wan', 'p99'),
  };
}

/** A workload with what has been measured of it since somebody first looked. */
export interface Watched {
  readonly workload: Workload;
  readonly last: Reading | null;
  readonly samples: readonly Sample[];
}

/** What is known after one more look; readings closer than half a second would make rates of noise. */
export function watch(before: Watched | undefined, workload: Workload, at: number): Watched {
  const reading = readingOf(workload, at);
  const last = before?.last ?? null;
  const samples = before?.samples ?? [];
  if (!reading || (last && reading.at - last.at < 0.5)) return { workload, last, samples };
  return {
    workload,
    last: reading,
    samples: [...samples.filter((each) => reading.at - each.at <= keptSeconds), sampleOf(last, reading)],
  };
}
