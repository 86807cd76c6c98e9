import { queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';

export type Conflict = components['schemas']['ConflictView'];
export type History = components['schemas']['ConflictHistory'];
export type Winner = 'current' | 'kept';

export const conflictsQuery = queryOptions({ queryKey: ['conflicts'], queryFn: () => body(api.GET('/api/v1/conflicts')) });

export const decide = (conflict: string, winner: Winner, reason: string) =>
  body(api.POST('/api/v1/conflicts/{conflict}/decision', { params: { path: { conflict } }, body: { winner, reason } }));

/** Where the failover that brings the kept history back is asked for. */
export function failoverTo(conflict: Conflict): string {
  const query = new URLSearchParams({
    runbook: 'failover-unplanned', ...(conflict.group ? { group: conflict.group } : {}), 'in.to': conflict.site, 'in.point': conflict.id,
  });
  return `/runs/start?${query.toString()}`;
}
