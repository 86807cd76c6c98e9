import type { RecoveryPoint } from './workloads';

/** One recovery point as people mean it: one instant, with a copy at one or more sites. */
export interface PointAtSites {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly pinned: boolean;
  readonly keptBy: string | null;
  readonly keptReason: string | null;
  readonly sites: readonly string[];
  readonly digest: string;
  readonly divergedBytes: number | null;
  readonly pauseMilliseconds: number | null;
}

/** The same point is listed once for each site that keeps it. Newest first. */
export function byPoint(points: readonly RecoveryPoint[]): readonly PointAtSites[] {
  const all = new Map<string, PointAtSites>();
  for (const point of points) {
    const before = all.get(point.id);
    all.set(point.id, {
      id: point.id,
      at: point.at,
      reason: point.reason,
      pinned: point.pinned || (before?.pinned ?? false),
      keptBy: point.keptBy ?? before?.keptBy ?? null,
      keptReason: point.keptReason ?? before?.keptReason ?? null,
      sites: [...(before?.sites ?? []), point.site].toSorted(),
      digest: point.digest ?? before?.digest ?? '',
      divergedBytes: point.divergedBytes ?? before?.divergedBytes ?? null,
      pauseMilliseconds: point.pauseMilliseconds ?? before?.pauseMilliseconds ?? null,
    });
  }
  return [...all.values()].toSorted((a, b) => b.at.localeCompare(a.at));
}

const reasons: Readonly<Record<string, string>> = {
  periodic: 'made by the clock', requested: 'asked for', anomaly: 'made at an anomaly', 'before-promote': 'made before a failover', drill: 'made by a drill',
  diverged: 'what a site wrote alone',
};

/** Why it is there, in words; a reason of its own stays as it is. */
export const reasonWords = (reason: string): string => reasons[reason] ?? reason;

/** Where on a line from the oldest point to now a point stands, 0 to 1. */
export function place(at: string, oldest: string, now: Date): number {
  const from = Date.parse(oldest);
  const span = Math.max(1, now.getTime() - from);
  return Math.min(1, Math.max(0, (Date.parse(at) - from) / span));
}
