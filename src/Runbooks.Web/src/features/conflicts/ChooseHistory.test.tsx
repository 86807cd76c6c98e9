import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { expect, it, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { ChooseHistory } from './ChooseHistory';
import * as conflicts from './conflicts';

const conflict = { id: 'rp_1', site: 'site-a', state: 'open' } as conflicts.Conflict;

function shown() {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter><ChooseHistory conflict={conflict} /></MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it('asks for a winner and a reason before anything can be recorded', async () => {
  shown();
  const record = screen.getByRole('button', { name: 'Record the choice' });
  expect(record).toHaveProperty('disabled', true);
  await userEvent.click(screen.getByRole('radio', { name: /The kept one/ }));
  expect(record).toHaveProperty('disabled', true);
  await userEvent.type(screen.getByLabelText(/Reason/), 'orders are there');
  expect(record).toHaveProperty('disabled', false);
});

it('shows a refusal beside the button, in the words of the server', async () => {
  vi.spyOn(conflicts, 'decide').mockRejectedValue(new ApiProblem(409, 'RB-API-1', 'The conflict is decided.', 'olga chose current.', 'Look at it again.', 't1'));
  shown();
  await userEvent.click(screen.getByRole('radio', { name: /The current one/ }));
  await userEvent.type(screen.getByLabelText(/Reason/), 'nothing of value');
  await userEvent.click(screen.getByRole('button', { name: 'Record the choice' }));
  expect((await screen.findByRole('alert')).textContent).toContain('olga chose current.');
});

it('leads to the failover that brings the kept history back, with its inputs', () => {
  const kept = { ...conflict, id: 'rp_1', site: 'site-a', group: 'payments' };
  expect(conflicts.failoverTo(kept)).toBe('/runs/start?runbook=failover-unplanned&group=payments&in.to=site-a&in.point=rp_1');
});
