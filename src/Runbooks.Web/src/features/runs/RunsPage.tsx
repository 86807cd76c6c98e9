import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { useMay } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { meaningOf } from '@/ui/states';
import type { Column, Facet } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { useTableState, type TableState } from '@/ui/table/tableState';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import type { RunView } from './data';
import { RealOrTest } from './Tag';
import { useFreshRuns } from './useFreshRuns';

const partLength = 200;
const states = ['open', 'requested', 'running', 'asking', 'paused', 'aborting', 'succeeded', 'failed', 'aborted'];
const kinds = ['setup', 'failover-planned', 'failover-unplanned', 'failback', 'drill-isolated', 'drill-realistic', 'custom'];

// Ids are the server's words for its columns: it sorts.
const columns: readonly Column<RunView>[] = [
  { id: 'runbook', title: 'run', cell: (run) => run.runbook ?? run.kind, sortBy: (run) => run.runbook, text: (run) => run.id },
  { id: 'real', title: '', width: 70, cell: (run) => <RealOrTest real={run.real} /> },
  { id: 'group', title: 'group', cell: (run) => run.group ?? '—', sortBy: (run) => run.group },
  { id: 'state', title: 'state', width: 150, cell: (run) => <StateMark state={run.state} />, sortBy: (run) => run.state },
  { id: 'requestedAt', title: 'asked for', width: 110, cell: (run) => <TimeText at={run.requestedAt} />, sortBy: (run) => run.requestedAt },
  {
    id: 'elapsed', title: 'took / target', width: 150, right: true, sortBy: (run) => run.elapsedSeconds,
    cell: (run) => (
      <Text span size="sm" fw={late(run) ? 700 : 400}>
        {run.elapsedSeconds == null ? '—' : duration(run.elapsedSeconds)}{run.rtoSeconds == null ? '' : ` / ${duration(run.rtoSeconds)}`}
      </Text>
    ),
  },
  { id: 'requestedBy', title: 'by', width: 110, cell: (run) => run.requestedBy, sortBy: (run) => run.requestedBy },
  { id: 'reason', title: 'reason', cell: (run) => <Text span size="sm" lineClamp={1}>{run.reason}</Text> },
];
const late = (run: RunView): boolean => run.rtoSeconds != null && run.elapsedSeconds != null && run.elapsedSeconds > run.rtoSeconds;
const facets: readonly Facet<RunView>[] = [
  { id: 'state', title: 'state', of: (run) => run.state, values: states, word: (value) => (value === 'open' ? 'Not ended' : meaningOf(value).word) },
  { id: 'kind', title: 'kind', of: (run) => run.kind, values: kinds },
  { id: 'real', title: 'run', of: (run) => String(run.real), values: ['true', 'false'], word: (value) => (value === 'true' ? 'REAL' : 'TEST') },
];
const facetIds = [...facets.map((facet) => facet.id), 'group', 'runbook'];
const byGroup = (groups: readonly string[]): Facet<RunView> => ({ id: 'group', title: 'group', of: (run) => run.group ?? null, values: groups });

/** What the address asks of the server; a column that nobody has is left out, as an old link may name one. */
function asked({ search, sort, facets: { real, ...chosen } }: TableState) {
  const known = columns.find((column) => column.id === sort?.column)?.sortBy ? sort : null;
  return {
    ...chosen,
    ...(real === undefined ? {} : { real: real === 'true' }),
    ...(search === '' ? {} : { q: search }),
    ...(known ? { sort: known.column, order: known.descending ? 'desc' : 'asc' } : {}),
  };
}

export function Component() {
  const { state: table } = useTableState(facetIds);
  const query = useMemo(() => asked(table), [table]);
  const key = ['run-table', query] as const;
  const runs = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => body(api.GET('/api/v1/run-table', {
      params: { query: { limit: partLength, ...query, ...(pageParam === null ? {} : { cursor: pageParam }) } }, signal,
    })),
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: keepPreviousData,
  });
  useFreshRuns(key, runs.data?.pages.length ?? 0);
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const choices = useMemo(() => [...facets, byGroup((groups.data?.items ?? []).map((group) => group.id))], [groups.data]);
  const may = useMay('operator');
  const rows = useMemo(() => distinct(runs.data?.pages.flatMap((page) => page.items) ?? []), [runs.data]);
  if (runs.isPending) return <Waiting what="Reading the runs…" />;
  if (runs.error && rows.length === 0) return <Refused error={runs.error} title="The runs could not be read." />;
  const start = may ? (
    <Button component={Link} to="/runs/start" leftSection={<IconPlayerPlay size={14} aria-hidden />}>Start a run…</Button>
  ) : null;
  if (rows.length === 0 && Object.keys(query).length === 0) {
    return (
      <EmptyState page="Runs" title="Nothing has run yet" action={start} command='runbooks run start drill-isolated --group GROUP --reason "first drill"'>
        A drill rehearses a failover on a clone and touches no production: the first one is the best first run.
      </EmptyState>
    );
  }

  return (
    <Stack gap="sm">
      <Group justify="space-between"><Title order={1}>Runs</Title><CommandLine compact command="runbooks run list" /></Group>
      <Refused error={runs.error} title="The list may be old: it could not be read again." />
      <DataTable
        label="runs" rows={rows} columns={columns} rowKey={(run) => run.id} rowTo={(run) => `/runs/${run.id}`} facets={choices} actions={start}
        remote={{ total: runs.data?.pages.at(-1)?.total ?? rows.length }} initialSort={newestFirst}
        more={{ has: runs.hasNextPage, busy: runs.isFetching, load: () => void runs.fetchNextPage() }}
      />
    </Stack>
  );
}

const newestFirst = { column: 'requestedAt', descending: true };

// A run that began between two pages moves the cut by one: the next page begins with what the last one ended with.
function distinct(runs: readonly RunView[]): readonly RunView[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}
