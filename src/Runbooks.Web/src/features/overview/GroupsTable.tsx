import { Box, Text, Title, Tooltip } from '@mantine/core';
import { Exposure } from '@/ui/Exposure';
import { duration } from '@/ui/format';
import { StateMark } from '@/ui/StateMark';
import { meaningOf } from '@/ui/states';
import { DataTable } from '@/ui/table/DataTable';
import type { Column, Facet } from '@/ui/table/arrange';
import { TimeText } from '@/ui/TimeText';
import { rank, type OverviewGroup } from './overview';

const columns: readonly Column<OverviewGroup>[] = [
  { id: 'group', title: 'group', cell: (row) => row.title, sortBy: (row) => row.title, text: (row) => `${row.id} ${row.title}` },
  {
    id: 'state', title: 'state', sortBy: (row) => rank(row.state), text: (row) => meaningOf(row.state).word,
    cell: (row) => <StateMark state={row.state} detail={row.workloads > row.protected ? `${row.protected} of ${row.workloads}` : undefined} />,
  },
  {
    id: 'exposure', title: 'exposure', cell: (row) => <Exposure exposure={row.exposure} />,
    sortBy: (row) => (row.exposure.state === 'unknown' ? Number.MAX_SAFE_INTEGER : row.exposure.seconds),
  },
  { id: 'rto', title: 'RTO last / target', cell: (row) => <Recovery group={row} />, sortBy: (row) => row.rtoLastSeconds },
  {
    id: 'drill', title: 'last drill', sortBy: (row) => (row.lastDrill ? Date.parse(row.lastDrill.endedAt) : null),
    cell: (row) => <LastDrill group={row} />,
  },
  {
    id: 'readiness', title: 'readiness', cell: (row) => <Readiness group={row} />,
    sortBy: (row) => ['not-ready', 'warnings', 'ready'].indexOf(row.readiness.state),
  },
];

const facets: readonly Facet<OverviewGroup>[] = [
  { id: 'state', title: 'state', of: (row) => row.state, word: (state) => meaningOf(state).word },
];

export function GroupsTable({ groups }: { readonly groups: readonly OverviewGroup[] }) {
  return (
    <Box component="section" aria-labelledby="groups">
      <Title order={2} id="groups" mb="xs">All groups ({groups.length})</Title>
      <DataTable
        label="groups" rows={groups} columns={columns} facets={facets} rowKey={(row) => row.id}
        rowTo={(row) => `/workloads?group=${encodeURIComponent(row.id)}`} initialSort={worstFirst}
      />
    </Box>
  );
}

const worstFirst = { column: 'state', descending: false } as const;

function Recovery({ group }: { readonly group: OverviewGroup }) {
  const { rtoLastSeconds: last, rtoTargetSeconds: target } = group;
  const late = last != null && target != null && last > target;
  return (
    <Text span size="sm" fw={late ? 700 : 400}>
      {last == null ? 'not measured' : duration(last)} / {target == null ? 'no target' : duration(target)}
      {late ? ' — too slow' : ''}
    </Text>
  );
}

function LastDrill({ group }: { readonly group: OverviewGroup }) {
  if (!group.lastDrill) return <Text span size="sm" c="dimmed">never</Text>;
  return <StateMark state={group.lastDrill.state} detail={<TimeText at={group.lastDrill.endedAt} />} />;
}

function Readiness({ group }: { readonly group: OverviewGroup }) {
  const { state, reasons } = group.readiness;
  if (reasons.length === 0) return <StateMark state={state} />;
  return (
    <Tooltip multiline maw={420} label={reasons.map((reason) => reason.text).join(' ')}>
      {/* Focusable, so that the reasons are within a keyboard's reach. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <span tabIndex={0}>
        <StateMark state={state} detail={`${reasons.length} ${reasons.length === 1 ? 'reason' : 'reasons'}`} />
      </span>
    </Tooltip>
  );
}
