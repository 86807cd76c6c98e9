import { Button, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useCan } from '@/shell/session';
import { EmptyState } from '@/ui/EmptyState';
import { Exposure } from '@/ui/Exposure';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { meaningOf } from '@/ui/states';
import type { Column, Facet } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { Waiting } from '@/ui/Waiting';
import { workloadsQuery, type Workload } from './workloads';

const size = (row: Workload) => row.metadata.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
const places = (row: Workload) => [row.site, ...(row.protection?.policy.standbys ?? []).map(String).filter((site) => site !== row.site)];
const stateOrder = ['not-protected', 'degraded', 'unknown', 'unprotected', 'catching-up', 'setting-up', 'protected'];

const columns: readonly Column<Workload>[] = [
  { id: 'name', title: 'workload', cell: (row) => row.id, sortBy: (row) => row.id, text: (row) => `${row.id} ${row.title}` },
  { id: 'title', title: 'title', cell: (row) => row.title, sortBy: (row) => row.title },
  { id: 'group', title: 'group', cell: (row) => row.group, sortBy: (row) => row.group, text: (row) => row.group },
  {
    id: 'state', title: 'state', cell: (row) => <StateMark state={row.state} />, sortBy: (row) => stateOrder.indexOf(row.state),
    text: (row) => meaningOf(row.state).word,
  },
  {
    id: 'exposure', title: 'exposure', cell: (row) => <Exposure exposure={row.exposure} />,
    sortBy: (row) => (row.exposure.state === 'unknown' ? Number.MAX_SAFE_INTEGER : row.exposure.bytes),
  },
  { id: 'sites', title: 'sites', cell: (row) => places(row).join(' → '), sortBy: (row) => row.site, text: (row) => places(row).join(' ') },
  { id: 'tier', title: 'tier', cell: (row) => row.tier, sortBy: (row) => row.tier, text: (row) => row.tier },
  { id: 'disks', title: 'disks', right: true, cell: (row) => `${row.metadata.disks.length} · ${bytes(size(row))}`, sortBy: size },
];

const facets: readonly Facet<Workload>[] = [
  { id: 'group', title: 'group', of: (row) => row.group },
  { id: 'state', title: 'state', of: (row) => row.state, word: (state) => meaningOf(state).word },
  { id: 'site', title: 'site', of: (row) => row.site },
];

const worstFirst = { column: 'state', descending: false } as const;

export function Component() {
  const { data, error } = useQuery(workloadsQuery);
  const mayProtect = useCan('protect');
  if (!data) return error ? <Refused error={error} title="The workloads could not be read." /> : <Waiting what="Reading the workloads…" />;
  const protect = mayProtect ? <Button component={Link} to="/workloads/protect">Protect a workload</Button> : null;
  if (data.length === 0) {
    return (
      <EmptyState title="No workloads yet" action={protect} command="runbooks workload add --help">
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
        </Group>
      </Group>
      <DataTable
        label="workloads" rows={data} columns={columns} facets={facets} rowKey={(row) => row.id}
        rowTo={(row) => `/workloads/${encodeURIComponent(row.id)}`} initialSort={worstFirst}
      />
    </Stack>
  );
}
