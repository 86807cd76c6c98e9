import { Anchor, Button, Code, Group, Popover, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import type { DrillGroup, Schedule } from './drills';
import { withOffset } from './model/month';
import { ScheduleEditor } from './ScheduleEditor';

interface ScheduleTableProps {
  readonly schedules: readonly Schedule[];
  readonly groups: readonly DrillGroup[];
}

/** The calendar's entries; words and dates are the engine's own. */
export function ScheduleTable({ schedules, groups }: ScheduleTableProps) {
  const runs = new Map(groups.flatMap((group) => group.schedules.map((schedule) => [schedule.id, schedule])));
  return (
    <Table.ScrollContainer minWidth={860} type="native">
      <Table aria-label="Schedules" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>schedule</Table.Th><Table.Th>runbook, group</Table.Th><Table.Th>when</Table.Th><Table.Th>next</Table.Th>
            <Table.Th>last run</Table.Th><Table.Th>state</Table.Th><Table.Th ta="right">actions</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{schedules.map((schedule) => <Row key={schedule.id} schedule={schedule} last={runs.get(schedule.id)} />)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps {
  readonly schedule: Schedule;
  readonly last: DrillGroup['schedules'][number] | undefined;
}

function Row({ schedule, last }: RowProps) {
  const next = schedule.when?.next[0];
  return (
    <Table.Tr>
      <Table.Td><Text size="sm" fw={600}>{schedule.title}</Text></Table.Td>
      <Table.Td><Text size="sm">{schedule.runbook}, {schedule.group ?? '—'}</Text></Table.Td>
      <Table.Td>
        <Text size="sm">{schedule.when?.words ?? schedule.timeZone} <Code fz="xs">{schedule.calendar}</Code></Text>
        {schedule.when?.warnings.map((warning) => <Text key={warning} size="xs">{warning}</Text>)}
      </Table.Td>
      <Table.Td><Text size="sm">{schedule.paused ? 'paused' : next ? withOffset(schedule.timeZone, new Date(next.at)) : 'never again'}</Text></Table.Td>
      <Table.Td>
        {last?.lastRun && last.lastRunAt && last.lastState ? (
          <Group gap="xs" wrap="nowrap"><StateMark state={last.lastState} /><Anchor size="sm" component={Link} to={`/runs/${last.lastRun}`}><TimeText at={last.lastRunAt} /></Anchor></Group>
        ) : <Text size="sm">not yet</Text>}
      </Table.Td>
      <Table.Td><StateMark state={schedule.paused ? 'paused' : schedule.inStep ? 'active' : 'being-written'} /></Table.Td>
      <Table.Td><Actions schedule={schedule} /></Table.Td>
    </Table.Tr>
  );
}

function Actions({ schedule }: { readonly schedule: Schedule }) {
  const mayChange = useCan('changeSchedule');
  const mayRemove = useCan('removeSchedule');
  const queries = useQueryClient();
  const [changing, setChanging] = useState(false);
  const refresh = () => Promise.all([queries.invalidateQueries({ queryKey: ['schedules'] }), queries.invalidateQueries({ queryKey: ['drills'] })]);
  const path = { schedule: schedule.id };
  const pause = useMutation({
    mutationFn: () => body(api.PATCH('/api/v1/schedules/{schedule}', { params: { path }, body: { paused: !schedule.paused } })), onSuccess: refresh,
  });
  const remove = useMutation({ mutationFn: () => body(api.DELETE('/api/v1/schedules/{schedule}', { params: { path } })), onSuccess: refresh });
  if (!mayChange) return null;
  return (
    <Stack gap={4} align="flex-end">
      <Group gap={6} wrap="nowrap">
        <Button variant="default" onClick={() => setChanging(true)}>Change…</Button>
        <Button variant="default" disabled={pause.isPending} onClick={() => pause.mutate()}>{pause.isPending ? 'Writing…' : schedule.paused ? 'Resume' : 'Pause'}</Button>
        {mayRemove ? (
          <Popover width={280} position="bottom-end" withArrow trapFocus>
            <Popover.Target><Button variant="outline" color="red.8">Remove…</Button></Popover.Target>
            <Popover.Dropdown>
              <Text size="sm" mb="xs">“{schedule.title}” will not start anything any more. Runs that it started stay.</Text>
              <Button color="red.8" disabled={remove.isPending} onClick={() => remove.mutate()}>{remove.isPending ? 'Removing…' : 'Remove from the calendar'}</Button>
            </Popover.Dropdown>
          </Popover>
        ) : null}
        <CommandLine compact command={`runbooks schedule ${schedule.paused ? 'resume' : 'pause'} ${schedule.id}`} />
      </Group>
      <Refused error={pause.error ?? remove.error} />
      {changing ? <ScheduleEditor schedule={schedule} close={() => setChanging(false)} /> : null}
    </Stack>
  );
}
