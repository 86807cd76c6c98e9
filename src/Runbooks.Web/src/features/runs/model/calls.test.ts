import { describe, expect, it } from 'vitest';
import { callsOf, callsWithin, prefixOf } from './calls';
import type { AuditRecord } from './records';
import type { Span } from './spans';

const root = 'failback/payments/run_1';
const span = (path: string, from: number, to: number | null): Span => ({ path, title: path, state: 'succeeded', from, to, human: [] });
const record = (sequence: number, kind: string, correlation: string, data: Record<string, unknown>): AuditRecord => ({
  sequence, hash: '', at: '2026-01-01T00:00:00Z', kind, actorKind: 'system', actor: 'engine', role: null, basis: 'observed', subjectType: 'run',
  subject: 'run_1', outcome: 'success', run: 'run_1', site: null, group: null, reason: null, correlation, data,
});
const iso = (ms: number) => new Date(ms).toISOString();

describe('calls', () => {
  it.each([
    [root, ''],
    [`${root}/protect#1/reprotect`, 'protect/'],
    [`${root}/protect#1/reprotect/catch-up#2/db-1`, 'protect/reprotect/catch-up/'],
    ['group-lease/payments', ''],
  ])('of workflow %s belong under "%s"', (workflow, prefix) => {
    expect(prefixOf(root, workflow)).toBe(prefix);
  });

  it('are joined with their ends and given to the step that ran', () => {
    const child = `${root}/switch#1/failover`;
    const calls = callsOf([
      record(1, 'activity.scheduled', child, { activity: 'Fence', event: 6, at: iso(20), target: 'site-a', inputHash: 'in' }),
      record(2, 'activity.retried', child, { scheduledEvent: 6, attempts: 3 }),
      record(3, 'activity.failed', child, { scheduledEvent: 6, at: iso(90), error: 'refused' }),
      record(4, 'activity.scheduled', root, { activity: 'DescribeGroup', event: 6, at: iso(1), target: 'control' }),
    ], root, [span('switch', 10, 100), span('switch/2', 10, 20), span('switch/3', 20, 100)]);
    expect(calls[0]).toMatchObject({ activity: 'Fence', outcome: 'failed', error: 'refused', retries: 2, endedAt: 90, step: 'switch/3' });
    expect(calls[1]).toMatchObject({ outcome: 'open', endedAt: null, step: null });
    expect(callsWithin(calls, 'switch')).toHaveLength(1);
  });

  it('that two steps could have made are given to neither', () => {
    const calls = callsOf([record(1, 'activity.scheduled', root, { activity: 'X', event: 1, at: iso(5) })], root, [span('a', 0, 9), span('b', 2, 9)]);
    expect(calls[0]?.step).toBeNull();
  });
});
