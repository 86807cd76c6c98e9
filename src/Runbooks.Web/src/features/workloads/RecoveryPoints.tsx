import { Box, Text, Title, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, body } from '@/api/client';
import { bytes } from '@/ui/format';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import type { Column, Facet } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { exact, TimeText } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { CommandLine } from '@/ui/CommandLine';
import { byPoint, place, type PointAtSites } from './timeLine';
import type { Workload } from './workloads';

const columns: readonly Column<PointAtSites>[] = [
  { id: 'at', title: 'time', cell: (row) => <TimeText at={row.at} />, sortBy: (row) => row.at },
  { id: 'reason', title: 'made for', cell: (row) => row.reason, sortBy: (row) => row.reason, text: (row) => row.reason },
  { id: 'sites', title: 'kept at', cell: (row) => row.sites.join(', '), text: (row) => row.sites.join(' ') },
  { id: 'size', title: 'size', cell: (row) => (row.bytes == null ? '—' : bytes(row.bytes)), right: true, sortBy: (row) => row.bytes },
  { id: 'digest', title: 'digest', cell: (row) => (row.digest ? row.digest.slice(0, 12) : 'not computed') },
  { id: 'pinned', title: 'kept for good', cell: (row) => (row.pinned ? 'yes' : ''), sortBy: (row) => Number(row.pinned) },
  { id: 'id', title: 'id', cell: (row) => <>{row.id} <CommandLine command={`runbooks point get ${row.id}`} compact /></>, text: (row) => row.id },
];
const facets: readonly Facet<PointAtSites>[] = [{ id: 'reason', title: 'reason', of: (row) => row.reason }];
const newestFirst = { column: 'at', descending: true } as const;

/** The instants one can go back to, on a line that ends now; with `brief` the line alone. */
export function RecoveryPoints({ workload, brief = false }: { readonly workload: Workload; readonly brief?: boolean }) {
  const { data, error } = useQuery({
    queryKey: ['recovery-points', workload.id],
    queryFn: () => body(api.GET('/api/v1/recovery-points', { params: { query: { workload: workload.id, limit: 500 } } })),
  });
  const points = useMemo(() => byPoint(data?.items ?? []), [data]);
  if (error) return <Refused error={error} title="The recovery points could not be read." />;
  if (!data) return null;
  return (
    <Box component="section" aria-labelledby="points">
      <Title order={2} id="points">Recovery points ({points.length})</Title>
      <Line points={points} every={workload.protection?.policy.recoveryPointEverySeconds ?? null} />
      {brief || points.length === 0 ? null : (
        <DataTable label="recovery points" rows={points} columns={columns} facets={facets} rowKey={(row) => row.id} initialSort={newestFirst} />
      )}
    </Box>
  );
}

function Line({ points, every }: { readonly points: readonly PointAtSites[]; readonly every: number | null }) {
  const now = useNow();
  const zone = useZone();
  const oldest = points.at(-1);
  if (!oldest) return <Text size="sm">None yet{every ? `; one is made every ${Math.round(every / 60)} minutes once the copy is in sync` : ''}.</Text>;
  return (
    <Box my="md" px="sm">
      <Box pos="relative" h={24} role="list" aria-label="Recovery points by time">
        <Box pos="absolute" left={0} right={0} top={11} h={2} bg="light-dark(var(--mantine-color-gray-5), var(--mantine-color-dark-3))" />
        {points.map((point) => (
          <Tooltip key={point.id} label={`${exact(new Date(point.at), zone)} · ${point.reason} · at ${point.sites.join(', ')}${point.pinned ? ' · kept for good' : ''}`}>
            <Box
              role="listitem" aria-label={`${exact(new Date(point.at), zone)}, ${point.reason}`}
              pos="absolute" top={point.pinned ? 4 : 6} w={point.pinned ? 16 : 12} h={point.pinned ? 16 : 12} ml={-6}
              left={`${place(point.at, oldest.at, now) * 100}%`}
              bg={point.reason === 'diverged' ? 'light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))' : 'light-dark(var(--mantine-color-blue-7), var(--mantine-color-blue-4))'}
              bd="2px solid var(--mantine-color-body)" style={{ borderRadius: point.reason === 'diverged' ? 0 : 8 }}
            />
          </Tooltip>
        ))}
      </Box>
      <Text size="xs" c="dimmed" style={{ display: 'flex', justifyContent: 'space-between' }}>
        <span><TimeText at={oldest.at} /></span><span>now</span>
      </Text>
    </Box>
  );
}
