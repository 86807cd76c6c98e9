import { Button, Code, Group, Popover, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { useMay } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { nextTimes, parseCalendar, type Calendar } from './model/cron';
import { withOffset } from './model/results';
import { calendarWords } from './model/words';

export type ScheduleView = components['schemas']['ScheduleView'];

/** A schedule's calendar; null for one that this page cannot read and must not guess at. */
export function calendarOf(schedule: ScheduleView): Calendar | null {
  try {
    return parseCalendar(schedule.calendar);
  } catch {
    return null;
  }
}

export function ScheduleTable({ schedules, now }: { readonly schedules: readonly ScheduleView[]; readonly now: Date }) {
  return (
    <Table.ScrollContainer minWidth={760} type="native">
      <Table aria-label="Schedules" verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>schedule</Table.Th><Table.Th>runbook, group</Table.Th><Table.Th>when</Table.Th><Table.Th>next</Table.Th><Table.Th>state</Table.Th><Table.Th ta="right">actions</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{schedules.map((schedule) => <Row key={schedule.id} schedule={schedule} now={now} />)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ schedule, now }: { readonly schedule: ScheduleView; readonly now: Date }) {
  const calendar = calendarOf(schedule);
  const [next] = calendar ? nextTimes(calendar, schedule.timeZone, now, 1) : [];
  return (
    <Table.Tr>
      <Table.Td><Text size="sm" fw={600}>{schedule.title}</Text></Table.Td>
      <Table.Td><Text size="sm">{schedule.runbook}, {schedule.group ?? '—'}</Text></Table.Td>
      <Table.Td><Text size="sm">{calendar ? calendarWords(calendar) : 'as the engine reads'}</Text><Text size="xs" c="dimmed"><Code fz="xs">{schedule.calendar}</Code> {schedule.timeZone}</Text></Table.Td>
      <Table.Td><Text size="sm">{schedule.paused ? 'paused' : next ? withOffset(schedule.timeZone, next) : calendar ? 'never again' : 'unknown here'}</Text></Table.Td>
      <Table.Td><StateMark state={schedule.paused ? 'paused' : schedule.inStep ? 'active' : 'being-written'} /></Table.Td>
      <Table.Td><Actions schedule={schedule} /></Table.Td>
    </Table.Tr>
  );
}

function Actions({ schedule }: { readonly schedule: ScheduleView }) {
  const may = useMay('operator');
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['schedules'] });
  const path = { schedule: schedule.id };
  const pause = useMutation({
    mutationFn: () => body(api.PATCH('/api/v1/schedules/{schedule}', { params: { path }, body: { paused: !schedule.paused } })), onSuccess: refresh,
  });
  const remove = useMutation({ mutationFn: () => body(api.DELETE('/api/v1/schedules/{schedule}', { params: { path } })), onSuccess: refresh });
  if (!may) return null;
  return (
    <Stack gap={4} align="flex-end">
      <Group gap={6} wrap="nowrap">
        <Button variant="default" disabled={pause.isPending} onClick={() => pause.mutate()}>{pause.isPending ? 'Writing…' : schedule.paused ? 'Resume' : 'Pause'}</Button>
        <Popover width={280} position="bottom-end" withArrow trapFocus>
          <Popover.Target><Button variant="outline" color="red">Remove…</Button></Popover.Target>
          <Popover.Dropdown>
            <Text size="sm" mb="xs">“{schedule.title}” will not start anything any more. Runs that it started stay.</Text>
            <Button color="red" disabled={remove.isPending} onClick={() => remove.mutate()}>{remove.isPending ? 'Removing…' : 'Remove from the calendar'}</Button>
          </Popover.Dropdown>
        </Popover>
        <CommandLine compact command={`runbooks schedule ${schedule.paused ? 'resume' : 'pause'} ${schedule.id}`} />
      </Group>
      <Refused error={pause.error ?? remove.error} />
    </Stack>
  );
}
