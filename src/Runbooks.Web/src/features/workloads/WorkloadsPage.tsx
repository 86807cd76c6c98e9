import { Button, Group, Stack, Title } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { Exposure } from '@/ui/Exposure';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { meaningOf } from '@/ui/states';
import type { Column, Facet } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { useTableState, type TableState } from '@/ui/table/tableState';
import { Waiting } from '@/ui/Waiting';

type Row = components['schemas']['WorkloadRowView'];

const partLength = 200;
const states = ['not-protected', 'degraded', 'unknown', 'unprotected', 'catching-up', 'setting-up', 'protected'];
const places = (row: Row) => [row.site, ...row.standbys.filter((site) => site !== row.site)];

// Ids are the server's words for its columns: it sorts.
const columns: readonly Column<Row>[] = [
  { id: 'id', title: 'workload', cell: (row) => row.id, sortBy: (row) => row.id, text: (row) => row.id },
  { id: 'title', title: 'title', cell: (row) => row.title, sortBy: (row) => row.title },
  { id: 'group', title: 'group', cell: (row) => row.group, sortBy: (row) => row.group },
  { id: 'state', title: 'state', cell: (row) => <StateMark state={row.state} />, sortBy: (row) => row.state },
  { id: 'exposure', title: 'exposure', cell: (row) => <Exposure exposure={row.exposure} />, sortBy: (row) => row.exposure.seconds },
  { id: 'site', title: 'sites', cell: (row) => places(row).join(' → '), sortBy: (row) => row.site },
  { id: 'tier', title: 'tier', cell: (row) => row.tier, sortBy: (row) => row.tier },
  { id: 'size', title: 'disks', right: true, cell: (row) => `${row.disks} · ${bytes(row.sizeBytes)}`, sortBy: (row) => row.sizeBytes },
];

const facetIds = ['group', 'state', 'site'];
const facetsOf = (groups: readonly string[], sites: readonly string[]): readonly Facet<Row>[] => [
  { id: 'group', title: 'group', of: (row) => row.group, values: groups },
  { id: 'state', title: 'state', of: (row) => row.state, values: states, word: (state) => meaningOf(state).word },
  { id: 'site', title: 'site', of: (row) => row.site, values: sites },
];

const worstFirst = { column: 'state', descending: false } as const;

/** What the address asks of the server; a column that nobody has is left out, as an old link may name one. */
function asked({ search, sort, facets }: TableState) {
  const known = columns.some((column) => column.id === sort?.column) ? sort : null;
  return {
    ...facets,
    ...(search === '' ? {} : { q: search }),
    ...(known ? { sort: known.column, order: known.descending ? 'desc' : 'asc' } : {}),
  };
}

export function Component() {
  const { state: table } = useTableState(facetIds);
  const query = useMemo(() => asked(table), [table]);
  const found = useInfiniteQuery({
    queryKey: ['workloads', 'table', query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => body(api.GET('/api/v1/workload-table', {
      params: { query: { limit: partLength, ...query, ...(pageParam === null ? {} : { cursor: pageParam }) } }, signal,
    })),
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const facets = useMemo(
    () => facetsOf((groups.data?.items ?? []).map((group) => group.id), (sites.data?.items ?? []).map((site) => site.id)),
    [groups.data, sites.data],
  );
  const mayProtect = useCan('protect');
  const rows = useMemo(() => distinct(found.data?.pages.flatMap((page) => page.items) ?? []), [found.data]);
  // A filter that nothing passes is one thing, an installation with nothing in it another.
  const filtered = Object.keys(query).length > 0;
  const any = useQuery({
    queryKey: ['workloads', 'any'], enabled: found.isSuccess && rows.length === 0 && filtered,
    queryFn: () => body(api.GET('/api/v1/workload-table', { params: { query: { limit: 1 } } })),
  });
  if (found.isPending || any.isLoading) return <Waiting what="Reading the workloads…" />;
  if (found.error && rows.length === 0) return <Refused error={found.error} title="The workloads could not be read." />;
  const protect = mayProtect ? <Button component={Link} to="/workloads/protect">Protect a workload</Button> : null;
  if (rows.length === 0 && (!filtered || any.data?.total === 0)) {
    return (
      <EmptyState page="Workloads" title="No workloads yet" action={protect} command="runbooks workload add --help">
        A workload is a machine with its disks; a protection keeps a complete copy of it at another site.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>Workloads</Title>
        <Group gap="sm">
          <Button component={Link} to="/conflicts" variant="default">Conflicts</Button>
          {protect}
          <CommandLine compact command="runbooks workload list" />
        </Group>
      </Group>
      <Refused error={found.error} title="The list may be old: it could not be read again." />
      <DataTable
        label="workloads" rows={rows} columns={columns} facets={facets} rowKey={(row) => row.id}
        rowTo={(row) => `/workloads/${encodeURIComponent(row.id)}`} initialSort={worstFirst}
        remote={{ total: found.data?.pages.at(-1)?.total ?? rows.length }}
        more={{ has: found.hasNextPage, busy: found.isFetching, load: () => void found.fetchNextPage() }}
      />
    </Stack>
  );
}

// A workload that changed its place between two pages is in both, or its neighbour is.
function distinct(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
