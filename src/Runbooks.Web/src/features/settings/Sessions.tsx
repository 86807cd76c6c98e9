import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { useMay } from '@/shell/session';
import { Refused } from '@/ui/Refused';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';

type Session = components['schemas']['SessionEntryView'];

/** Browsers that are signed in: one's own, and everybody's for an administrator. */
export function Sessions() {
  const all = useMay('admin');
  const { data, error } = useQuery({
    queryKey: ['sessions', all],
    queryFn: () => body(api.GET('/api/v1/sessions', { params: { query: { all } } })),
  });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading the sessions…" />;
  return <DataTable label="sessions" rows={data.items} columns={columns} rowKey={(row) => row.id} />;
}

const columns: readonly Column<Session>[] = [
  { id: 'user', title: 'user', cell: (row) => row.user, sortBy: (row) => row.user, text: (row) => row.user },
  { id: 'method', title: 'by', cell: (row) => row.method, sortBy: (row) => row.method },
  { id: 'origin', title: 'from', cell: (row) => row.origin, text: (row) => row.origin },
  { id: 'browser', title: 'browser', cell: (row) => <Text size="sm" maw={360} truncate title={row.browser}>{row.browser}</Text> },
  { id: 'seen', title: 'last seen', cell: (row) => <TimeText at={row.lastSeenAt} />, sortBy: (row) => row.lastSeenAt },
  { id: 'ends', title: 'ends', cell: (row) => <TimeText at={row.expiresAt} />, sortBy: (row) => row.expiresAt },
  { id: 'end', title: '', cell: (row) => (row.current ? 'this one' : <End id={row.id} />) },
];

function End({ id }: { readonly id: string }) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.DELETE('/api/v1/sessions/{session}', { params: { path: { session: id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return <><Button size="compact-xs" variant="default" loading={end.isPending} onClick={() => end.mutate()}>End</Button><Refused error={end.error} /></>;
}
