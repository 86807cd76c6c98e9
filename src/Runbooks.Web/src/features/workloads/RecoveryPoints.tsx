import { Box, Group, Text, Title, Tooltip, UnstyledButton } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, type KeyboardEvent } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import type { Column, Facet } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { exact, TimeText } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { PointDetail, PointGone } from './PointDetail';
import { TakePoint } from './TakePoint';
import { byPoint, place, reasonWords, type PointAtSites } from './timeLine';
import type { Workload } from './workloads';

const columns: readonly Column<PointAtSites>[] = [
  { id: 'at', title: 'time', cell: (row) => <TimeText at={row.at} />, sortBy: (row) => row.at },
  { id: 'reason', title: 'made for', cell: (row) => reasonWords(row.reason), sortBy: (row) => row.reason, text: (row) => `${row.reason} ${reasonWords(row.reason)}` },
  { id: 'sites', title: 'kept at', cell: (row) => row.sites.join(', '), text: (row) => row.sites.join(' ') },
  { id: 'digest', title: 'digest', cell: (row) => (row.digest ? row.digest.slice(0, 12) : 'not computed') },
  { id: 'pinned', title: 'kept for good', cell: (row) => (row.pinned ? `by ${row.keptBy ?? 'somebody'}` : ''), sortBy: (row) => Number(row.pinned) },
  { id: 'id', title: 'id', cell: (row) => <Choose point={row.id} />, text: (row) => row.id },
];
const facets: readonly Facet<PointAtSites>[] = [{ id: 'reason', title: 'reason', of: (row) => row.reason, word: reasonWords }];
const newestFirst = { column: 'at', descending: true } as const;

/** The instants one can go back to, on a line that ends now; with `brief` the line alone. */
export function RecoveryPoints({ workload, brief = false }: { readonly workload: Workload; readonly brief?: boolean }) {
  const { data, error } = useQuery({
    queryKey: ['recovery-points', workload.id],
    queryFn: () => body(api.GET('/api/v1/recovery-points', { params: { query: { workload: workload.id, limit: 500 } } })),
  });
  const [address, setAddress] = useSearchParams();
  const points = useMemo(() => byPoint(data?.items ?? []), [data]);
  const chosen = address.get('point');
  const choose = (id: string | null) => setAddress((before) => {
    const next = new URLSearchParams(before);
    if (id === null) next.delete('point');
    else next.set('point', id);
    return next;
  }, { replace: true, preventScrollReset: true });
  if (error) return <Refused error={error} title="The recovery points could not be read." />;
  if (!data) return null;
  const point = points.find((each) => each.id === chosen);
  return (
    <Box component="section" aria-labelledby="points">
      <Group justify="space-between">
        <Title order={2} id="points">Recovery points ({points.length})</Title>
        <CommandLine compact command={`runbooks point list --workload ${workload.id}`} />
      </Group>
      {brief || !workload.protection ? null : <TakePoint workload={workload.id} />}
      <Line points={points} every={workload.protection?.policy.recoveryPointEverySeconds ?? null} chosen={chosen} choose={choose} />
      {point ? <PointDetail workload={workload} point={point} close={() => choose(null)} /> : null}
      {chosen !== null && !point ? <PointGone id={chosen} close={() => choose(null)} /> : null}
      {brief || points.length === 0 ? null : (
        <Box mt="md"><DataTable label="recovery points" rows={points} columns={columns} facets={facets} rowKey={(row) => row.id} initialSort={newestFirst} /></Box>
      )}
    </Box>
  );
}

function Choose({ point }: { readonly point: string }) {
  const [address] = useSearchParams();
  const next = new URLSearchParams(address);
  next.set('point', point);
  return <Link to={`?${next.toString()}`} replace preventScrollReset>{point}</Link>;
}

interface LineProps {
  readonly points: readonly PointAtSites[];
  readonly every: number | null;
  readonly chosen: string | null;
  readonly choose: (id: string | null) => void;
}

// Red and square for what a site wrote alone: it is data that nobody else has.
const diverged = 'light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))';
const usual = 'light-dark(var(--mantine-color-blue-7), var(--mantine-color-blue-4))';

function Line({ points, every, chosen, choose }: LineProps) {
  const now = useNow();
  const zone = useZone();
  const marks = useRef<HTMLDivElement>(null);
  const oldest = points.at(-1);
  if (!oldest) return <Text size="sm">None yet{every ? `; one is made every ${Math.round(every / 60)} minutes once the copy is in sync` : ''}.</Text>;
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const all = [...(marks.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const next = step === undefined ? undefined : all[all.indexOf(document.activeElement as HTMLElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  };
  return (
    <Box my="md" px="sm">
      {/* The arrows only move what Tab reaches too. */}
      <Box pos="relative" h={28} ref={marks} role="group" aria-label="Recovery points by time" onKeyDown={walk}>
        <Box pos="absolute" left={0} right={0} top={13} h={2} bg="light-dark(var(--mantine-color-gray-5), var(--mantine-color-dark-3))" />
        {points.toReversed().map((point) => {
          const words = `${exact(new Date(point.at), zone)} · ${reasonWords(point.reason)} · at ${point.sites.join(', ')}${point.pinned ? ' · kept for good' : ''}`;
          const size = point.id === chosen ? 20 : point.pinned ? 18 : 14;
          return (
            <Tooltip key={point.id} label={words}>
              <UnstyledButton
                aria-label={words} aria-pressed={point.id === chosen} onClick={() => choose(point.id === chosen ? null : point.id)}
                pos="absolute" top={14 - size / 2} w={size} h={size} ml={-size / 2} left={`${place(point.at, oldest.at, now) * 100}%`}
                bg={point.reason === 'diverged' ? diverged : usual} c="var(--mantine-color-body)"
                bd={`2px solid ${point.id === chosen ? 'var(--mantine-color-text)' : 'var(--mantine-color-body)'}`}
                style={{ borderRadius: point.reason === 'diverged' ? 2 : '50%', display: 'grid', placeItems: 'center' }}
              >
                {point.pinned ? <IconLock size={10} aria-hidden /> : null}
              </UnstyledButton>
            </Tooltip>
          );
        })}
      </Box>
      <Text size="xs" c="dimmed" style={{ display: 'flex', justifyContent: 'space-between' }}>
        <span><TimeText at={oldest.at} /></span><span>{chosen === null ? 'choose a point to drill from it, fail over to it or keep it' : ''}</span><span>now</span>
      </Text>
    </Box>
  );
}
