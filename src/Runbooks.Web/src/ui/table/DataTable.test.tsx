import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { createMemoryRouter, MemoryRouter, RouterProvider, type DataRouter } from 'react-router';
import { expect, it } from 'vitest';
import { DataTable } from './DataTable';
import type { Column } from './arrange';

interface Machine { readonly id: string; readonly disks: number }
const columns: readonly Column<Machine>[] = [
  { id: 'name', title: 'workload', cell: (row) => row.id, sortBy: (row) => row.id, text: (row) => row.id },
  { id: 'disks', title: 'disks', cell: (row) => row.disks, sortBy: (row) => row.disks },
];

function shown(count: number): DataRouter {
  const rows = Array.from({ length: count }, (_, at) => ({ id: `db-${at}`, disks: count - at }));
  const router = createMemoryRouter([
    { path: '/', element: <DataTable label="workloads" rows={rows} columns={columns} rowKey={(row) => row.id} rowTo={(row) => `/${row.id}`} /> },
    { path: '/:id', element: <p>opened</p> },
  ]);
  render(<MantineProvider><RouterProvider router={router} /></MantineProvider>);
  return router;
}

it('says how many there are and draws only what the window shows', () => {
  shown(10_000);
  expect(screen.getByLabelText('workloads').getAttribute('aria-rowcount')).toBe('10001');
  expect(document.querySelectorAll('tbody tr').length).toBeLessThan(100);
});

it('draws only the new row when one is added, not those that stay', () => {
  const drawn: string[] = [];
  const watched: readonly Column<Machine>[] = [{ id: 'name', title: 'workload', cell: (row) => { drawn.push(row.id); return row.id; } }];
  const rows = Array.from({ length: 20 }, (_, at) => ({ id: `db-${at}`, disks: 1 }));
  const at = (shownRows: readonly Machine[]) => (
    <MantineProvider><MemoryRouter><DataTable label="workloads" rows={shownRows} columns={watched} rowKey={(row) => row.id} rowTo={(row) => `/${row.id}`} /></MemoryRouter></MantineProvider>
  );
  const { rerender } = render(at(rows));
  drawn.length = 0;
  rerender(at([...rows, { id: 'db-20', disks: 1 }]));
  expect([...new Set(drawn)]).toEqual(['db-20']);
});

it('sorts by a heading and keeps it in the address', async () => {
  const router = shown(3);
  await userEvent.click(screen.getByRole('button', { name: 'disks' }));
  expect(router.state.location.search).toBe('?sort=disks');
  expect(screen.getAllByRole('link').map((link) => link.textContent)).toEqual(['db-2', 'db-1', 'db-0']);
});

it('is walked by arrows and opened by Enter', async () => {
  const router = shown(3);
  screen.getByRole('link', { name: 'db-0' }).focus();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  expect(router.state.location.pathname).toBe('/db-1');
});

it('says that nothing matches and gives everything back', async () => {
  shown(3);
  await userEvent.type(screen.getByRole('textbox', { name: 'Filter workloads' }), 'mail');
  expect(await screen.findByText('None of 3 workloads match.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
  expect(screen.getAllByRole('link')).toHaveLength(3);
});

it('leaves order and search to a server that has them, and says how many match there', async () => {
  const rows = [{ id: 'db-2', disks: 1 }, { id: 'db-1', disks: 2 }];
  const router = createMemoryRouter([
    { path: '/', element: <DataTable label="workloads" rows={rows} columns={columns} rowKey={(row) => row.id} rowTo={(row) => `/${row.id}`} remote={{ total: 9_000 }} /> },
  ], { initialEntries: ['/?sort=name&q=mail'] });
  render(<MantineProvider><RouterProvider router={router} /></MantineProvider>);
  expect(screen.getAllByRole('link').map((link) => link.textContent)).toEqual(['db-2', 'db-1']);
  expect(screen.getByRole('status').textContent).toBe('2 of 9,000');
  expect(screen.getByRole('button', { name: 'workload' }).closest('th')?.getAttribute('aria-sort')).toBe('ascending');
});
