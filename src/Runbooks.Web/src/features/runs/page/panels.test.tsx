import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import type { RunView } from '../data';
import { Gantt } from '../gantt/Gantt';
import type { Span } from '../model/spans';
import { ApprovalPanel } from './ApprovalPanel';
import { QuestionPanel } from './QuestionPanel';

// Typing into a form of this size takes seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const server = vi.hoisted(() => ({ me: {} as unknown, nodes: [] as unknown[], post: vi.fn() }));
vi.mock('@/api/client', () => ({
  provesItselfBy: () => undefined,
  body: async (call: Promise<{ data: unknown }>) => (await call).data,
  api: {
    GET: async (path: string) => ({
      data: path.endsWith('/session') ? server.me : path.endsWith('/plan') ? { pinned: true, nodes: server.nodes } : { items: [] },
    }),
    POST: server.post,
  },
}));

const request = {
  id: 'run_1', kind: 'failover-planned', real: true, state: 'requested', runbook: 'failover-planned', version: 1, planHash: 'sha256:abc', group: 'payments',
  requestedBy: 'ada', reason: 'flood', requestedAt: '2026-01-01T00:00:00Z', approvalsNeeded: 1, approvalsGiven: 0, approverRole: 'approver',
  approvalsExpireAt: '2999-01-01T00:00:00Z', workflowId: 'w', target: 'site-b', inputs: { to: 'site-b', point: 'rp_7' },
} as unknown as RunView;
const person = (name: string, ...roles: string[]) => ({ name, userId: `usr_${name}`, antiforgery: 'x', operations: [], roles: roles.map((role) => ({ role })) });

const show = (content: ReactNode) => render(
  <MantineProvider><QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>{content}</QueryClientProvider></MantineProvider>,
);

beforeEach(() => {
  server.post.mockReset();
  server.post.mockResolvedValue({ data: request });
});

/** Who one is must be known before a reason can be typed. */
async function give(reason: string) {
  const box = screen.getByRole<HTMLInputElement>('textbox', { name: 'Reason' });
  await waitFor(() => expect(box.disabled).toBe(false));
  await userEvent.type(box, reason);
}

describe('a request that waits for a second person', () => {
  it('cannot be decided by who asked, and says why', async () => {
    server.me = person('ada', 'approver');
    show(<ApprovalPanel run={request} />);
    await screen.findByText(/You asked for this run yourself/);
    await userEvent.click(screen.getByRole('button', { name: /^Approve REAL/ }));
    expect(server.post).not.toHaveBeenCalled();
  });

  it('shows where it acts, what it was given and what nobody can take back', async () => {
    server.me = person('bob', 'approver');
    server.nodes = [
      { path: 'stop', title: 'Stop the machines', acts: true, irreversible: false },
      { path: 'fence', title: 'Fence the old primary', acts: true, irreversible: true },
      { path: 'look', title: 'Look', acts: false, irreversible: false },
    ];
    show(<ApprovalPanel run={request} />);
    const facts = await screen.findByRole('table', { name: 'What the decision is about' });
    await waitFor(() => expect(facts.textContent).toContain('Cannot be taken back Fence the old primary'));
    for (const fact of ['Sitesite-b', 'point = rp_7', 'sha256:abc', '3, 2 of which change something']) expect(facts.textContent).toContain(fact);
    expect(facts.textContent).not.toContain('to = ');
  });

  it('is decided for exactly the plan that was shown, and only with a reason', async () => {
    server.me = person('bob', 'approver');
    show(<ApprovalPanel run={request} />);
    const reject = await screen.findByRole('button', { name: 'Reject' });
    await userEvent.click(reject);
    expect(server.post).not.toHaveBeenCalled();
    await give('wrong group');
    await userEvent.click(reject);
    await waitFor(() => expect(server.post).toHaveBeenCalledWith('/api/v1/runs/{run}/approvals', {
      params: { path: { run: 'run_1' } }, body: { decision: 'rejected', planHash: 'sha256:abc', reason: 'wrong group' },
    }));
  });

  it('shows the server\'s refusal beside the button', async () => {
    server.me = person('bob', 'approver');
    server.post.mockRejectedValue(new ApiProblem(409, 'RB-API-030', 'What you decide is not what would run.', 'A generation has moved.', 'Reject it.', 't1'));
    show(<ApprovalPanel run={request} />);
    await give('looks right');
    await userEvent.click(screen.getByRole('button', { name: /^Approve REAL/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('A generation has moved.');
  });
});

describe('a question of a run', () => {
  const question = { id: 'q1', step: 'switch', text: 'Accept the loss?', choices: ['accept', 'skip', 'abort'], of: 'approver', deadline: '2999-01-01T00:00:00Z', default: 'abort' };

  it('is answered by its own words, and skipped only with a reason', async () => {
    server.me = person('bob', 'approver');
    show(<QuestionPanel run={request} question={question} step="Swap roles" />);
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: 'Skip' })).disabled).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
    await waitFor(() => expect(server.post).toHaveBeenCalledWith('/api/v1/runs/{run}/signals', expect.objectContaining({
      body: { signal: 'answer', reason: null, question: 'q1', choice: 'accept', step: null },
    })));
  });

  it('is not offered to an administrator who has not the role', async () => {
    server.me = person('root', 'admin');
    show(<QuestionPanel run={request} question={question} step="Swap roles" />);
    await screen.findByText(/You have not the role approver/);
    expect(screen.queryByRole('button', { name: 'Accept' })).toBeNull();
  });
});

describe('the Gantt', () => {
  const spans: readonly Span[] = ['a', 'b', 'c'].map((path, i) => ({ path, title: `Step ${path}`, state: 'succeeded', from: i * 1000, to: i * 1000 + 900, human: [] }));

  it('is walked by arrows, says what is critical, and opens a step with Enter', async () => {
    const chosen = vi.fn();
    show(
      <Gantt spans={spans} depth={() => 0} critical={new Set(['b'])} from={0} now={3000} targetSeconds={null} width={600} selected={null} onSelect={chosen} cursor={null} />,
    );
    await userEvent.tab();
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Step a: Succeeded, 900 ms');
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Step b: Succeeded, 900 ms, on the critical path');
    await userEvent.keyboard('{Enter}');
    expect(chosen).toHaveBeenCalledWith('b');
  });
});
