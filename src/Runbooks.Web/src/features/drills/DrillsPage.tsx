import { Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { IconCalendarPlus, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { useZone } from '@/ui/zone';
import { drillsQuery, monthQuery, schedulesQuery } from './drills';
import { DueTable } from './DueTable';
import { GroupResults } from './GroupResults';
import { dayIn } from './model/month';
import { MonthCalendar } from './MonthCalendar';
import { ScheduleEditor } from './ScheduleEditor';
import { ScheduleTable } from './ScheduleTable';

/** Who is due, what the calendar holds, and what drills measured; everything as the server works it out. */
export function Component() {
  const drills = useQuery(drillsQuery);
  const schedules = useQuery(schedulesQuery);
  const mayStart = useCan('startRun');
  const mayPlan = useCan('createSchedule');
  const [adding, setAdding] = useState(false);
  const measured = (drills.data?.groups ?? []).filter((group) => group.results.length > 0);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={1}>Drills</Title>
        <Group gap="xs">
          {mayPlan ? <Button variant="default" leftSection={<IconCalendarPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>Add to the calendar…</Button> : null}
          {mayStart ? <Button component={Link} to="/runs/start?runbook=drill-isolated" leftSection={<IconPlayerPlay size={14} aria-hidden />}>Start a drill…</Button> : null}
          <CommandLine compact command="runbooks schedule list" />
        </Group>
      </Group>
      <Refused error={drills.error} title="When drills are due could not be read." />
      {drills.isPending ? <Waiting what="Reading when drills are due…" /> : null}
      {drills.data ? <DueTable groups={drills.data.groups} /> : null}
      <section aria-labelledby="schedules">
        <Title order={2} mb="xs" id="schedules">Schedules</Title>
        <Refused error={schedules.error} title="The schedules could not be read." />
        {schedules.isPending ? <Waiting what="Reading the schedules…" /> : null}
        {schedules.data?.length === 0 ? <Text size="sm">Nothing is scheduled. A drill that runs by itself is the only one that is never forgotten: add one above.</Text> : null}
        {schedules.data && schedules.data.length > 0 ? <ScheduleTable schedules={schedules.data} groups={drills.data?.groups ?? []} /> : null}
      </section>
      <Month />
      <section aria-labelledby="results">
        <Title order={2} mb="xs" id="results">Results</Title>
        {drills.data && measured.length === 0 ? <Text size="sm">No drill has ended yet.</Text> : null}
        <Grid>{measured.map((group) => <Grid.Col key={group.group} span={{ base: 12, lg: 6 }}><GroupResults group={group} /></Grid.Col>)}</Grid>
      </section>
      {adding ? <ScheduleEditor close={() => setAdding(false)} /> : null}
    </Stack>
  );
}

function Month() {
  const now = useNow();
  const zone = useZone();
  const [search, setSearch] = useSearchParams();
  const today = dayIn(zone, now);
  const asked = search.get('month') ?? '';
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(asked) ? asked : today.slice(0, 7);
  const read = useQuery(monthQuery(month, zone));
  const [year = 0, at = 1] = month.split('-').map(Number);
  const go = (y: number, m: number) => setSearch((before) => {
    const next = new URLSearchParams(before);
    next.set('month', `${y}-${String(m + 1).padStart(2, '0')}`);
    return next;
  }, { replace: true, preventScrollReset: true });
  return (
    <Stack gap="xs">
      <MonthCalendar year={year} month={at - 1} today={today} zone={zone} of={read.data ?? null} go={go} />
      <Refused error={read.error} title="The month could not be read: its days stand empty." />
    </Stack>
  );
}
