import { Anchor, Button, Grid, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconCalendarPlus, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { useMay } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { useZone } from '@/ui/zone';
import { MonthCalendar, type CalendarEntry } from './MonthCalendar';
import { timesBetween } from './model/cron';
import { dayIn, drillResult, type DrillResult } from './model/results';
import { ScheduleEditor } from './ScheduleEditor';
import { calendarOf, ScheduleTable, type ScheduleView } from './ScheduleTable';
import { Trend } from './Trend';

const clock = (zone: string, at: Date) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(at);

export function Component() {
  const now = useNow();
  const zone = useZone();
  const may = useMay('operator');
  const [adding, setAdding] = useState(false);
  const [search, setSearch] = useSearchParams();
  const overview = useQuery({ queryKey: ['overview'], queryFn: () => body(api.GET('/api/v1/overview')) });
  const schedules = useQuery({ queryKey: ['schedules'], queryFn: async () => (await body(api.GET('/api/v1/schedules'))).items });
  const runs = useQuery({
    queryKey: ['runs', 'drills'],
    queryFn: async () => (await Promise.all(['drill-isolated', 'drill-realistic'].map(async (kind) =>
      (await body(api.GET('/api/v1/runs', { params: { query: { kind, limit: 500 } } }))).items))).flat(),
  });
  const results = useMemo(() => (runs.data ?? []).filter((run) => run.endedAt != null).map(drillResult).sort((a, b) => a.at - b.at), [runs.data]);
  const today = dayIn(zone, now);
  const [year = 0, month = 1] = (/^\d{4}-\d{2}$/.test(search.get('month') ?? '') ? search.get('month') ?? '' : today.slice(0, 7)).split('-').map(Number);
  const minute = Math.floor(now.getTime() / 60_000);
  const entries = useMemo(
    () => calendarEntries(schedules.data ?? [], results, year, month - 1, zone, new Date(minute * 60_000)),
    [schedules.data, results, year, month, zone, minute],
  );
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={1}>Drills</Title>
        <Group gap="xs">
          {may ? <Button variant="default" leftSection={<IconCalendarPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>Add to the calendar…</Button> : null}
          {may ? <Button component={Link} to="/runs/start?runbook=drill-isolated" leftSection={<IconPlayerPlay size={14} aria-hidden />}>Start a drill…</Button> : null}
          <CommandLine compact command="runbooks schedule list" />
        </Group>
      </Group>
      <Refused error={overview.error} title="When drills are due could not be read." />
      {overview.isPending ? <Waiting what="Reading the groups…" /> : null}
      {overview.data ? <Due groups={overview.data.groups} now={now} /> : null}
      <MonthCalendar
        year={year} month={month - 1} today={today} zone={zone} entries={entries}
        go={(y, m) => setSearch((before) => { const next = new URLSearchParams(before); next.set('month', `${y}-${String(m + 1).padStart(2, '0')}`); return next; }, { replace: true, preventScrollReset: true })}
      />
      <div>
        <Title order={2} mb="xs">Schedules</Title>
        <Refused error={schedules.error} title="The schedules could not be read." />
        {schedules.isPending ? <Waiting what="Reading the schedules…" /> : null}
        {schedules.data?.length === 0 ? <Text size="sm">Nothing is scheduled. A drill that runs by itself is the only one that is never forgotten: add one above.</Text> : null}
        {schedules.data && schedules.data.length > 0 ? <ScheduleTable schedules={schedules.data} now={now} /> : null}
      </div>
      <div>
        <Title order={2} mb="xs">Results</Title>
        <Refused error={runs.error} title="The drills could not be read." />
        {runs.isPending ? <Waiting what="Reading past drills…" /> : null}
        {runs.data && results.length === 0 ? <Text size="sm">No drill has ended yet.</Text> : null}
        <Grid>
          {[...new Set(results.map((result) => result.run.group ?? ''))].map((group) => (
            <Grid.Col key={group} span={{ base: 12, lg: 6 }}><GroupResults group={group} results={results.filter((result) => (result.run.group ?? '') === group)} /></Grid.Col>
          ))}
        </Grid>
      </div>
      {adding ? <ScheduleEditor close={() => setAdding(false)} /> : null}
    </Stack>
  );
}

type OverviewGroup = components['schemas']['OverviewGroup'];

/** Who is late stands first. */
function Due({ groups, now }: { readonly groups: readonly OverviewGroup[]; readonly now: Date }) {
  const sorted = [...groups].sort((a, b) => (a.drillDueAt ?? '9').localeCompare(b.drillDueAt ?? '9'));
  if (sorted.length === 0) return <Text size="sm">No group exists yet, so no drill is due.</Text>;
  return (
    <Table aria-label="When drills are due" verticalSpacing={4}>
      <Table.Thead><Table.Tr><Table.Th>group</Table.Th><Table.Th>drill</Table.Th><Table.Th>last drill</Table.Th><Table.Th>exposure</Table.Th><Table.Th ta="right" aria-label="actions" /></Table.Tr></Table.Thead>
      <Table.Tbody>
        {sorted.map((group) => {
          const late = group.drillDueAt != null && Date.parse(group.drillDueAt) < now.getTime();
          return (
            <Table.Tr key={group.id}>
              <Table.Td fw={600}>{group.title}</Table.Td>
              <Table.Td>
                {group.drillDueAt == null ? 'no rule' : late
                  ? <StateMark state="overdue" detail={`by ${duration((now.getTime() - Date.parse(group.drillDueAt)) / 1000)}`} /> : <>due <TimeText at={group.drillDueAt} /></>}
              </Table.Td>
              <Table.Td>
                {group.lastDrill == null ? 'never' : (
                  <Group gap="xs"><StateMark state={group.lastDrill.state} /><Anchor size="sm" component={Link} to={`/runs/${group.lastDrill.run}`}><TimeText at={group.lastDrill.endedAt} /></Anchor></Group>
                )}
              </Table.Td>
              <Table.Td>{group.exposure.text}</Table.Td>
              <Table.Td ta="right"><Button variant={late ? 'filled' : 'default'} component={Link} to={`/runs/start?runbook=drill-isolated&group=${encodeURIComponent(group.id)}`}>Start drill…</Button></Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

const trendLength = 30;

function GroupResults({ group, results }: { readonly group: string; readonly results: readonly DrillResult[] }) {
  const recent = results.slice(-trendLength);
  const last = recent.at(-1);
  const failed = recent.filter((result) => !result.passed).length;
  return (
    <Paper withBorder p="sm">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>{group === '' ? 'no group' : group}</Text>
          <Text size="sm">{recent.length} drills, {failed === 0 ? 'all passed' : `${failed} not passed`}</Text>
        </Group>
        <Trend title="Recovery time" results={recent} valueOf={(result) => result.recoverySeconds} target={last?.run.rtoSeconds ?? null} />
        <Trend title="Recovery point" results={recent} valueOf={(result) => result.pointSeconds} target={last?.run.rpoSeconds ?? null} />
        <Group gap="xs">
          {[...recent].reverse().slice(0, 5).map((result) => (
            <Anchor key={result.run.id} size="sm" component={Link} to={`/runs/${result.run.id}`}><TimeText at={new Date(result.at)} />: {result.passed ? 'passed' : result.run.state}</Anchor>
          ))}
        </Group>
      </Stack>
    </Paper>
  );
}

function calendarEntries(
  schedules: readonly ScheduleView[], results: readonly DrillResult[], year: number, month: number, zone: string, now: Date,
): readonly CalendarEntry[] {
  // A day wider on both sides: the zone's month is not the one of UTC.
  const from = new Date(Date.UTC(year, month, 0));
  const to = new Date(Date.UTC(year, month + 1, 2));
  const coming = schedules.filter((schedule) => !schedule.paused).flatMap((schedule) => {
    const calendar = calendarOf(schedule);
    const start = from > now ? from : now;
    return calendar && start < to ? timesBetween(calendar, schedule.timeZone, start, to, 200).map((at) => ({ schedule, at })) : [];
  });
  return [
    ...results.filter((result) => result.at >= from.getTime() && result.at < to.getTime()).map((result) => ({
      key: result.run.id, day: dayIn(zone, new Date(result.at)), order: result.at,
      content: <Anchor size="xs" component={Link} to={`/runs/${result.run.id}`} truncate="end" display="block">{clock(zone, new Date(result.at))} {result.run.group} {result.passed ? 'passed' : result.run.state}</Anchor>,
    })),
    ...coming.map(({ schedule, at }) => ({
      key: `${schedule.id}${at.getTime()}`, day: dayIn(zone, at), order: at.getTime(),
      content: <Text size="xs" truncate="end">{clock(zone, at)} {schedule.title}</Text>,
    })),
  ];
}
