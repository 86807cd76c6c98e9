import { Button, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { workloadsQuery } from '@/features/workloads/workloads';
import { useCan } from '@/shell/session';
import { EmptyState } from '@/ui/EmptyState';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { AddSite } from './AddSite';
import { Topology } from './Topology';

type Site = components['schemas']['SiteView'];
export const sitesQuery = {
  queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')), refetchInterval: 10_000,
} as const;

const columns: readonly Column<Site>[] = [
  { id: 'site', title: 'site', cell: (row) => row.id, sortBy: (row) => row.id, text: (row) => `${row.id} ${row.title} ${row.location}` },
  { id: 'state', title: 'state', cell: (row) => <StateMark state={row.state} />, sortBy: (row) => row.state },
  { id: 'heartbeat', title: 'last heartbeat', cell: (row) => (row.agent ? <TimeText at={row.agent.lastHeartbeat} /> : 'never'), sortBy: (row) => row.agent?.lastHeartbeat },
  { id: 'version', title: 'agent', cell: (row) => row.agent?.version ?? '—' },
  { id: 'clock', title: 'clock offset', right: true, cell: (row) => (row.agent ? `${Math.round(row.agent.clockOffsetMilliseconds)} ms` : '—'), sortBy: (row) => (row.agent ? Math.abs(row.agent.clockOffsetMilliseconds) : null) },
  { id: 'certificate', title: 'certificate', right: true, cell: (row) => (row.agent?.certificateDaysLeft == null ? '—' : `${row.agent.certificateDaysLeft.toFixed(1)} d left`), sortBy: (row) => row.agent?.certificateDaysLeft },
  { id: 'free', title: 'free', right: true, cell: (row) => (row.agent ? bytes(row.agent.freeBytes) : '—'), sortBy: (row) => row.agent?.freeBytes },
  { id: 'volumes', title: 'volumes', right: true, cell: (row) => row.agent?.volumes ?? '—', sortBy: (row) => row.agent?.volumes },
];
const byName = { column: 'site', descending: false } as const;

export function Component() {
  const { data, error } = useQuery(sitesQuery);
  const workloads = useQuery(workloadsQuery);
  const mayAdd = useCan('createSite');
  const [address, setAddress] = useSearchParams();
  const adding = address.has('add');
  const add = mayAdd && !adding ? <Button onClick={() => setAddress({ add: '' })}>Add a site</Button> : null;
  if (!data) return error ? <Refused error={error} title="The sites could not be read." /> : <Waiting what="Reading the sites…" />;
  return (
    <Stack>
      <Group justify="space-between"><Title order={1}>Sites</Title>{add}</Group>
      {adding ? <AddSite onClose={() => setAddress({})} /> : null}
      {data.items.length === 0 ? (
        <EmptyState title="No sites yet" command="runbooks site add site-a">A site is an independent place with an agent that holds copies.</EmptyState>
      ) : (
        <>
          <Topology sites={data.items} workloads={workloads.data ?? []} />
          <DataTable label="sites" rows={data.items} columns={columns} rowKey={(row) => row.id} rowTo={(row) => `/sites/${encodeURIComponent(row.id)}`} initialSort={byName} />
        </>
      )}
    </Stack>
  );
}
