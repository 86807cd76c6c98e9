import { Anchor, Button, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { exact } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { useZone } from '@/ui/zone';
import { readRecord, type AuditRecord } from '../runs/model/records';
import { recordWords } from '../runs/model/recordWords';
import { Tag } from '../runs/Tag';
import { RecordDrawer } from './RecordDrawer';
import { VerifyPanel } from './VerifyPanel';

const fields = ['kind', 'run', 'group', 'actor', 'subject', 'site'] as const;
const added = ['q', 'outcome', 'from', 'to'] as const;
const pageLength = 200;
const day = /^\d{4}-\d{2}-\d{2}$/;
const kinds = ['run', 'step', 'activity', 'runbook', 'schedule', 'protection', 'arbiter', 'site', 'user', 'token', 'audit', 'alert'];

export function Component() {
  const zone = useZone();
  const [search, setSearch] = useSearchParams();
  const asked = useMemo(
    () => Object.fromEntries([...fields, ...added].flatMap((field) => {
      const value = search.get(field);
      return value ? [[field, value]] : [];
    })) as Asked,
    [search],
  );
  const order = search.get('order') === 'asc' ? 'asc' as const : 'desc' as const;
  const set = (name: string, value: string | null) => setSearch((before) => {
    const next = new URLSearchParams(before);
    if (value) next.set(name, value);
    else next.delete(name);
    return next;
  }, { replace: true, preventScrollReset: true });
  const typed = useDebouncedCallback(set, 350);
  const records = useInfiniteQuery({
    queryKey: ['audit', 'search', asked, order],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => {
      const page = await body(api.GET('/api/v1/audit', { params: { query: { limit: pageLength, order, ...queryOf(asked), ...(pageParam === null ? {} : { cursor: pageParam }) } } }));
      return { items: page.items.map(readRecord), next: page.next ?? null };
    },
    getNextPageParam: (page) => page.next,
  });
  const rows = records.data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = search.get('record');
  const command = ['runbooks audit list', ...Object.entries(asked).filter(([name]) => fields.some((field) => field === name)).map(([name, value]) => `--${name} ${value}`)].join(' ');
  return (
    <Stack gap="md">
      <Group justify="space-between"><Title order={1}>Audit</Title><CommandLine compact command={command} /></Group>
      <VerifyPanel atOnce={search.get('verify') === '1'} />
      <Group gap="xs" align="flex-end">
        <TextInput
          key={`q${asked.q === undefined ? '' : ' set'}`} label="Search" size="xs" w={190} defaultValue={asked.q ?? ''} placeholder="any word in it"
          onChange={(event) => typed('q', event.currentTarget.value.trim())}
        />
        <Select label="Kind" size="xs" w={150} clearable allowDeselect searchable data={kinds} value={asked.kind ?? null} onChange={(value) => set('kind', value)} placeholder="any" />
        {fields.filter((field) => field !== 'kind').map((field) => (
          <TextInput
            key={`${field}${asked[field] === undefined ? '' : ' set'}`} label={field.charAt(0).toUpperCase() + field.slice(1)} size="xs" w={field === 'run' ? 190 : 130} defaultValue={asked[field] ?? ''}
            placeholder="any" onChange={(event) => typed(field, event.currentTarget.value.trim())}
          />
        ))}
        <Select label="Outcome" size="xs" w={120} clearable allowDeselect data={['success', 'refused', 'failure']} value={asked.outcome ?? null} onChange={(value) => set('outcome', value)} placeholder="any" />
        <TextInput label="From day (UTC)" type="date" size="xs" w={140} value={asked.from ?? ''} onChange={(event) => set('from', event.currentTarget.value)} />
        <TextInput label="To day (UTC)" type="date" size="xs" w={140} value={asked.to ?? ''} onChange={(event) => set('to', event.currentTarget.value)} />
        <Select label="Order" size="xs" w={130} data={[{ value: 'desc', label: 'newest first' }, { value: 'asc', label: 'oldest first' }]} value={order} onChange={(value) => set('order', value === 'asc' ? 'asc' : null)} />
        {Object.keys(asked).length > 0 ? <Button variant="default" onClick={() => setSearch({}, { replace: true })}>Show all</Button> : null}
      </Group>
      {records.isPending ? <Waiting what="Reading the records…" /> : null}
      <Refused error={records.error} title="The records could not be read." />
      {records.data && rows.length === 0 ? (
        <Text size="sm">
          {records.hasNextPage ? 'No record matches among those looked at so far.' : 'No record matches. Kind matches from its beginning; the others match whole.'}
        </Text>
      ) : null}
      {rows.length > 0 ? <Records rows={rows} zone={zone} address={search} /> : null}
      {records.hasNextPage ? (
        <Group><Button variant="default" disabled={records.isFetchingNextPage} onClick={() => void records.fetchNextPage()}>{records.isFetchingNextPage ? 'Reading more…' : (records.data?.pages.at(-1)?.items.length ?? 0) < pageLength ? order === 'asc' ? 'Look further on' : 'Look further back' : `Read ${pageLength} more`}</Button></Group>
      ) : null}
      {chosen !== null && /^\d+$/.test(chosen) ? (
        <RecordDrawer sequence={Number(chosen)} go={(next) => set('record', next === null ? null : String(next))} />
      ) : null}
    </Stack>
  );
}

type Asked = Partial<Record<(typeof fields)[number] | (typeof added)[number], string>>;

// The last day is asked for whole: the server's `to` is the first instant after.
function queryOf({ from, to, ...rest }: Asked) {
  return {
    ...rest,
    ...(from !== undefined && day.test(from) ? { from: `${from}T00:00:00Z` } : {}),
    ...(to !== undefined && day.test(to) ? { to: new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString() } : {}),
  };
}

interface RecordsProps {
  readonly rows: readonly AuditRecord[];
  readonly zone: string;
  readonly address: URLSearchParams;
}

function Records({ rows, zone, address }: RecordsProps) {
  const to = (sequence: number) => {
    const next = new URLSearchParams(address);
    next.set('record', String(sequence));
    return `?${next.toString()}`;
  };
  return (
    <Table.ScrollContainer minWidth={760} type="native">
      <Table aria-label="Audit records" verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr><Table.Th w={70}>record</Table.Th><Table.Th w={180}>at</Table.Th><Table.Th w={190}>kind</Table.Th><Table.Th w={130}>by</Table.Th><Table.Th w={130}>about</Table.Th><Table.Th>what</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.sequence}>
              <Table.Td><Anchor size="sm" component={Link} to={to(row.sequence)} preventScrollReset>{row.sequence}</Anchor></Table.Td>
              <Table.Td><Text size="xs">{exact(new Date(row.at), zone)}</Text></Table.Td>
              <Table.Td><Tag colour={row.outcome === 'success' ? 'gray' : row.outcome === 'refused' ? 'amber' : 'red'}>{row.kind}</Tag></Table.Td>
              <Table.Td><Text size="xs">{row.actor}{row.role ? ` (${row.role})` : ''}</Text></Table.Td>
              <Table.Td><Text size="xs" truncate="end" maw={150}>{row.group ?? row.site ?? `${row.subjectType} ${row.subject}`}</Text></Table.Td>
              <Table.Td><Text size="sm" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>{recordWords(row)}</Text></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
