import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { Refused } from '@/ui/Refused';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import type { components } from '@/api/schema';
import type { Workload } from './workloads';

type Alert = components['schemas']['AlertView'];
const severity = { alert: 'attention', info: 'information' } as Readonly<Record<string, string>>;

const columns: readonly Column<Alert>[] = [
  { id: 'at', title: 'time', cell: (row) => <TimeText at={row.at} />, sortBy: (row) => row.at, width: 120 },
  { id: 'severity', title: 'kind', cell: (row) => severity[row.severity] ?? row.severity, sortBy: (row) => row.severity, width: 110 },
  { id: 'title', title: 'what', cell: (row) => row.title, text: (row) => row.title },
  { id: 'text', title: 'why and what it means', cell: (row) => row.text, text: (row) => row.text },
];
const newestFirst = { column: 'at', descending: true } as const;

/** What people were told about this workload, newest first; decisions stand in the audit. */
export function WorkloadEvents({ workload }: { readonly workload: Workload }) {
  const protection = workload.protection?.id;
  const { data, error } = useQuery({
    queryKey: ['alerts', 'newest'],
    queryFn: () => body(api.GET('/api/v1/alerts', { params: { query: { limit: 500 } } })),
  });
  if (error) return <Refused error={error} title="The events could not be read." />;
  if (!data) return <Waiting what="Reading the events…" />;
  const own = data.items.filter((alert) => (protection && alert.id.includes(protection)) || alert.title.split(' ').includes(workload.id));
  return (
    <>
      <DataTable label="events" rows={own} columns={columns} rowKey={(row) => row.id} initialSort={newestFirst} />
      <Text size="sm" mt="sm">
        Who decided what stands in the <Anchor component={Link} to={`/audit?group=${encodeURIComponent(workload.group)}`} inherit>audit of {workload.group}</Anchor>.
      </Text>
    </>
  );
}
