import type { RecoveryPoint } from './workloads';

/** One recovery point as people mean it: one instant, with a copy at one or more sites. */
export interface PointAtSites {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly pinned: boolean;
  readonly sites: readonly string[];
  readonly digest: string;
  readonly bytes: number | null;
}

/** The same point is listed once for each site that keeps it. Newest first. */
export function byPoint(points: readonly RecoveryPoint[]): readonly PointAtSites[] {
  const all = new Map<string, PointAtSites>();
  for (const point of points) {
    const before = all.get(point.id);
    const facts = (point.facts ?? {}) as Readonly<Record<string, unknown>>;
    const size = facts['Bytes'] ?? facts['bytes'];
    all.set(point.id, {
      id: point.id,
      at: point.at,
      reason: point.reason,
      pinned: point.pinned || (before?.pinned ?? false),
      sites: [...(before?.sites ?? []), point.site].toSorted(),
      digest: String(facts['Digest'] ?? '') || before?.digest || '',
      bytes: typeof size === 'number' ? size : before?.bytes ?? null,
    });
  }
  return [...all.values()].toSorted((a, b) => b.at.localeCompare(a.at));
}

/** Where on a line from the oldest point to now a point stands, 0 to 1. */
export function place(at: string, oldest: string, now: Date): number {
  const from = Date.parse(oldest);
  const span = Math.max(1, now.getTime() - from);
  return Math.min(1, Math.max(0, (Date.parse(at) - from) / span));
}
