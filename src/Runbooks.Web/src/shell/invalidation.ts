import type { LiveEvent } from '@/api/live';

/**
 * Which views an event makes old. Query keys begin with the resource's name in the interface (`['runs', id, 'steps']`),
 * so that a prefix names everything beneath it.
 */
export function invalidatedBy(event: LiveEvent): readonly (readonly string[])[] {
  const [area = ''] = event.kind.split('.');
  const rules: Readonly<Record<string, readonly string[]>> = {
    run: ['runs', 'overview', 'groups', 'approvals', 'drills'],
    step: ['runs'],
    approval: ['approvals', 'runs'],
    activity: ['runs'],
    status: ['sites', 'volumes', 'overview', 'groups', 'protections', 'workloads'],
    site: ['sites', 'overview'],
    arbiter: ['overview', 'groups', 'protections', 'conflicts'],
    protection: ['protections', 'workloads', 'overview', 'groups'],
    workload: ['workloads', 'overview', 'groups'],
    group: ['groups', 'overview', 'drills'],
    runbook: ['runbooks'],
    schedule: ['schedules', 'overview', 'drills'],
    'recovery-point': ['recovery-points'],
    user: ['users', 'me'],
    token: ['tokens'],
    alert: ['alerts', 'overview'],
    conflict: ['conflicts', 'overview', 'groups', 'workloads'],
  };
  const names = rules[area] ?? [area];
  return names.map((name) => (name === 'runs' && event.run && area !== 'run' ? ['runs', event.run] : [name]));
}
