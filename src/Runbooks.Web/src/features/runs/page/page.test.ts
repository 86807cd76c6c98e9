import { describe, expect, it } from 'vitest';
import type { Me } from '@/shell/session';
import type { PlanStep, RunView, StepView } from '../data';
import { abortPreview } from './abortPreview';
import { whyNot } from './whyNot';

const plan = (path: string, more: Partial<PlanStep> = {}) =>
  ({ path, title: path, acts: true, irreversible: false, compensated: false, ...more }) as unknown as PlanStep;
const step = (path: string, state: string, endedAt?: string) => ({ path, title: path, state, endedAt }) as unknown as StepView;

describe('what an abort would do', () => {
  it('takes back finished steps backwards and names what stays', () => {
    const preview = abortPreview(
      [plan('look', { acts: false }), plan('stop', { compensated: true }), plan('dns', { compensated: true }), plan('switch', { irreversible: true }), plan('start'), plan('tell')],
      [step('look', 'succeeded', '1'), step('stop', 'succeeded', '2'), step('dns', 'succeeded', '3'), step('switch', 'succeeded', '4'), step('start', 'running')],
    );
    expect(preview).toEqual({ running: ['start'], takenBack: ['dns', 'stop'], stays: ['switch — cannot be taken back'], never: ['tell'] });
  });
});

describe('who may decide a request', () => {
  const run = { requestedBy: 'ada', approverRole: 'approver' } as RunView;
  const me = (name: string, ...roles: string[]) => ({ userId: `usr_${name}`, name, roles: roles.map((role) => ({ role })) }) as unknown as Me;

  it.each([
    ['the requester', me('ada', 'approver'), [], 60, /yourself/],
    ['somebody without the role', me('bob', 'operator'), [], 60, /role approver/],
    ['somebody who has decided', me('bob', 'approver'), [{ approver: 'bob' }], 60, /already/],
    ['anybody after the deadline', me('bob', 'approver'), [], 0, /expired/],
  ] as const)('is not %s', (_, who, decisions, left, why) => {
    expect(whyNot(run, who, decisions as never, left)).toMatch(why);
  });

  it('is a second person with the role', () => {
    expect(whyNot(run, me('bob', 'approver'), [], 60)).toBeNull();
  });
});
