import { describe, expect, it } from 'vitest';
import type { Me } from '@/shell/session';
import type { RunView } from '../data';
import { whyNot } from './whyNot';

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
