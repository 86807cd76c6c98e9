import { queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';

export type Overview = components['schemas']['OverviewView'];
export type OverviewGroup = components['schemas']['OverviewGroup'];
export type Reason = components['schemas']['ReadinessReason'];

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => body(api.GET('/api/v1/overview')),
  // Exposure grows by the second and no event tells each of them.
  refetchInterval: 5_000,
});

/** Red first, as the server orders them. */
const worstFirst = ['not-protected', 'degraded', 'unknown', 'unprotected', 'catching-up', 'setting-up', 'protected'];

export const rank = (state: string): number => {
  const at = worstFirst.indexOf(state);
  return at < 0 ? 2 : at;
};

export const needsAttention = (group: OverviewGroup): boolean => group.state !== 'protected' || group.readiness.state !== 'ready';

interface Step {
  readonly label: string;
  readonly to: string;
}

/** The page where somebody mends what a reason names. */
export function nextStep(reason: Reason, group: string): Step | null {
  switch (reason.code) {
    case 'unprotected': return { label: 'Protect', to: `/workloads/protect?workload=${encodeURIComponent(reason.subject)}` };
    case 'no-workloads': return { label: 'Protect a workload', to: `/workloads/protect?group=${encodeURIComponent(group)}` };
    case 'exposure-unknown':
    case 'exposed':
    case 'copy-failed': return { label: 'Look at its copies', to: `/workloads?group=${encodeURIComponent(group)}` };
    case 'site-silent':
    case 'clock-offset':
    case 'certificate-ending': return { label: `Open ${reason.subject}`, to: `/sites/${encodeURIComponent(reason.subject)}` };
    case 'no-runbook': return { label: 'Open the runbooks', to: '/runbooks' };
    case 'conflict-open': return { label: 'Decide the conflict', to: '/conflicts' };
    case 'never-drilled':
    case 'drill-failed':
    case 'drill-overdue': return { label: 'Start a drill', to: `/drills?group=${encodeURIComponent(group)}` };
    default: return null;
  }
}
