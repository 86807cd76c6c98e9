import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
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
import { useTableState } from '@/ui/table/tableState';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import type { RunView } from './data';
import { RealOrTest } from './Tag';

const partLength = 500;
const states = ['requested', 'running', 'asking', 'paused', 'aborting', 'succeeded', 'failed', 'aborted'];
const kinds = ['setup', 'failover-planned', 'failover-unplanned', 'failback', 'drill-isolated', 'drill-realistic', 'custom'];

const columns: readonly Column<RunView>[] = [
  { id: 'runbook', title: 'run', cell: (run) => run.runbook ?? run.kind, sortBy: (run) => run.runbook ?? run.kind, text: (run) => `${run.runbook ?? run.kind} ${run.id}` },
  { id: 'real', title: '', width: 70, cell: (run) => <RealOrTest real={run.real} /> },
  { id: 'group', title: 'group', cell: (run) => run.group ?? '—', sortBy: (run) => run.group, text: (run) => run.group ?? '' },
  { id: 'state', title: 'state', width: 150, cell: (run) => <StateMark state={run.state} />, sortBy: (run) => meaningOf(run.state).word },
  { id: 'asked', title: 'asked for', width: 110, cell: (run) => <TimeText at={run.requestedAt} />, sortBy: (run) => run.requestedAt },
  {
    id: 'took', title: 'took / target', width: 150, right: true, sortBy: (run) => run.elapsedSeconds,
    cell: (run) => (
      <Text span size="sm" fw={late(run) ? 700 : 400}>
        {run.elapsedSeconds == null ? '—' : duration(run.elapsedSeconds)}{run.rtoSeconds == null ? '' : ` / ${duration(run.rtoSeconds)}`}
      </Text>
    ),
  },
  { id: 'by', title: 'by', width: 110, cell: (run) => run.requestedBy, sortBy: (run) => run.requestedBy, text: (run) => run.requestedBy },
  { id: 'reason', title: 'reason', cell: (run) => <Text span size="sm" lineClamp={1}>{run.reason}</Text>, text: (run) => run.reason },
];
const late = (run: RunView): boolean => run.rtoSeconds != null && run.elapsedSeconds != null && run.elapsedSeconds > run.rtoSeconds;

export function Component() {
  const facetIds = ['state', 'kind', 'group'];
  const { state: table } = useTableState(facetIds);
  const asked = useMemo(
    () => Object.fromEntries(Object.entries(table.facets).filter(([, value]) => value !== '')) as { state?: string; kind?: string; group?: string },
    [table.facets],
  );
  const runs = useInfiniteQuery({
    queryKey: ['runs', 'list', asked],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => body(api.GET('/api/v1/runs', {
      params: { query: { limit: partLength, ...asked, ...(pageParam === null ? {} : { cursor: pageParam }) } },
    })),
    getNextPageParam: (page) => page.next ?? null,
  });
  const may = useMay('operator');
  const rows = useMemo(() => runs.data?.pages.flatMap((page) => page.items) ?? [], [runs.data]);
  const facets = useMemo<readonly Facet<RunView>[]>(() => [
    { id: 'state', title: 'state', of: (run) => run.state, values: states, word: (value) => meaningOf(value).word },
    { id: 'kind', title: 'kind', of: (run) => run.kind, values: kinds },
    { id: 'group', title: 'group', of: (run) => run.group ?? null },
  ], []);
  if (runs.isPending) return <Waiting what="Reading the runs…" />;
  if (runs.error && rows.length === 0) return <Refused error={runs.error} title="The runs could not be read." />;
  const start = may ? (
    <Button component={Link} to="/runs/start" leftSection={<IconPlayerPlay size={14} aria-hidden />}>Start a run…</Button>
  ) : null;
  if (rows.length === 0 && Object.keys(asked).length === 0) {
    return (
      <EmptyState title="Nothing has run yet" action={start} command='runbooks run start drill-isolated --group GROUP --reason "first drill"'>
        A drill rehearses a failover on a clone and touches no production: the first one is the best first run.
      </EmptyState>
    );
  }

  return (
    <Stack gap="sm">
      <Group justify="space-between"><Title order={1}>Runs</Title><CommandLine compact command="runbooks run list" /></Group>
      <Refused error={runs.error} title="The list may be old: it could not be read again." />
      <DataTable
        label="runs" rows={rows} columns={columns} rowKey={(run) => run.id} rowTo={(run) => `/runs/${run.id}`} facets={facets} actions={start}
        more={{ has: runs.hasNextPage, busy: runs.isFetchingNextPage, load: () => void runs.fetchNextPage() }}
      />
    </Stack>
  );
}
