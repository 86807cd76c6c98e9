import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, within } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, it } from 'vitest';
import { Component as ConflictsPage } from './ConflictsPage';
import { conflictsQuery, type Conflict } from './conflicts';

const open = {
  id: 'rp_1', protection: 'prot_1', workload: 'db-1', group: 'orders', site: 'site-a', foundAt: '2026-11-22T01:00:00Z', state: 'open', facts: {},
  current: { which: 'current', site: 'site-b', generation: 2, bytes: 65_536, text: '' },
  kept: { which: 'kept', site: 'site-a', bytes: 131_072, recoveryPoint: 'rp_1', text: '', rangeCount: 1, ranges: [{ volume: 'vol_1', offset: 1_048_576, length: 131_072 }] },
} as unknown as Conflict;

function shown(...items: Conflict[]) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(conflictsQuery.queryKey, { items, next: null } as never);
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <MemoryRouter><ConflictsPage /></MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it('says of each history where it is, how much only it has, and where that is kept', () => {
  shown(open);
  const current = within(screen.getByRole('group', { name: 'The current history' }));
  expect(current.getByRole('row', { name: 'Served at site-b' })).toBeTruthy();
  expect(current.getByRole('row', { name: 'Not at site-a 64 KiB' })).toBeTruthy();
  const kept = within(screen.getByRole('group', { name: 'The kept history' }));
  expect(kept.getByRole('row', { name: 'Only here 128 KiB that the other does not have' })).toBeTruthy();
  expect(kept.getByRole('link', { name: 'rp_1' }).getAttribute('href')).toBe('/workloads/db-1?tab=points&point=rp_1');
  expect(kept.getByText('1,048,576')).toBeTruthy();
});

it('keeps the failover at hand after the kept history was chosen, and names what became of the other', () => {
  shown({ ...open, state: 'released', winner: 'kept', decidedBy: 'ada', reason: 'it has the orders' });
  expect(screen.getByRole('link', { name: 'Open the failover' }).getAttribute('href')).toContain('in.point=rp_1');
  expect(within(screen.getByRole('group', { name: 'The kept history' })).getByText('goes on')).toBeTruthy();
  expect(within(screen.getByRole('group', { name: 'The current history' })).getByText('let go')).toBeTruthy();
});

it('shows what nobody has decided before what is decided', () => {
  shown({ ...open, id: 'rp_0', workload: 'db-0', state: 'released', winner: 'current' }, open);
  expect(screen.getAllByRole('article').map((each) => each.getAttribute('aria-label'))).toEqual(['Conflict of db-1', 'Conflict of db-0']);
});
