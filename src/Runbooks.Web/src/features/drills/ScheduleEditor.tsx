import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, body } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { declared } from '../runs/start/document';
import { InputControl } from '../runs/start/InputControl';
import { CalendarMeaning, useMeaning } from './CalendarMeaning';
import type { Schedule } from './drills';

const presets = [
  { value: '0 3 * * 0', label: 'every Sunday at 03:00' },
  { value: '0 3 1-7 * 6', label: 'first Saturday of the month at 03:00' },
  { value: '0 3 1 1,4,7,10 *', label: 'first day of every quarter at 03:00' },
  { value: '0 20 * * 1-5', label: 'every weekday at 20:00' },
];

interface ScheduleEditorProps {
  /** The entry to change; without one a new entry is made. */
  readonly schedule?: Schedule;
  readonly close: () => void;
}

/** An entry of the calendar: what is typed is said back in words, with the next five dates of the zone's own clock. */
export function ScheduleEditor({ schedule, close }: ScheduleEditorProps) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(schedule?.title ?? '');
  const [calendar, setCalendar] = useState(schedule?.calendar ?? '0 3 * * 0');
  const [zone, setZone] = useState(schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const meaning = useMeaning(calendar, zone);
  const what = useWhat(schedule === undefined);
  const save = useMutation({
    mutationFn: async () => {
      if (schedule) {
        await api.PATCH('/api/v1/schedules/{schedule}', {
          params: { path: { schedule: schedule.id } }, body: { paused: null, title: title.trim(), calendar: calendar.trim(), timeZone: zone },
        });
      } else {
        await body(api.POST('/api/v1/schedules', {
          body: { title: title.trim(), runbook: what.runbook ?? '', calendar: calendar.trim(), group: what.ownGroup ? null : what.group, timeZone: zone, inputs: what.inputs, paused: false },
        }));
      }
    },
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: ['schedules'] }), queries.invalidateQueries({ queryKey: ['drills'] })]);
      close();
    },
  });
  const changed = schedule === undefined || title.trim() !== schedule.title || calendar.trim() !== schedule.calendar || zone !== schedule.timeZone;
  const ready = title.trim() !== '' && meaning.ready && changed && (schedule !== undefined || what.complete);
  return (
    <Modal opened onClose={close} title={schedule ? `Change “${schedule.title}”` : 'Add to the drill calendar'} size="lg">
      <Stack gap="sm">
        <TextInput label="Title" required value={title} onChange={(event) => setTitle(event.currentTarget.value)} data-autofocus />
        {schedule ? <Text size="sm">Runs {schedule.runbook} on {schedule.group ?? '—'}{inputWords(schedule.inputs)}. For another runbook or group make another entry.</Text>
          : <What what={what} problem={save.error instanceof ApiProblem ? save.error : null} />}
        <Group grow align="flex-start">
          <TextInput
            label="Calendar" description="minute hour day-of-month month day-of-week; day of month and of week must both match" required value={calendar}
            error={meaning.wrongCalendar ?? undefined} onChange={(event) => setCalendar(event.currentTarget.value)} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <Select
            label="Time zone" description="the clock that the calendar is read by" searchable required value={zone} error={meaning.wrongZone ?? undefined}
            onChange={(next) => { if (next) setZone(next); }} data={zones} limit={40}
          />
        </Group>
        <Group gap="xs">
          {presets.map((preset) => <Button key={preset.value} variant="default" onClick={() => setCalendar(preset.value)}>{preset.label}</Button>)}
        </Group>
        <CalendarMeaning meaning={meaning} />
        <Refused error={save.error} />
        <Group justify="space-between">
          {schedule ? <span /> : <CommandLine compact command={`runbooks schedule add "${title || '…'}" --runbook ${what.runbook ?? '…'} --group ${what.group ?? '…'} --calendar "${calendar}" --time-zone ${zone}`} />}
          <Group gap="xs">
            <Button variant="default" onClick={close}>Close</Button>
            <Button disabled={!ready || save.isPending} onClick={() => save.mutate()}>
              {save.isPending ? 'Writing…' : schedule ? 'Change the schedule' : 'Add to the calendar'}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What a new entry starts: a published runbook, its group and its inputs. */
function useWhat(asked: boolean) {
  const [runbook, setRunbook] = useState<string | null>(null);
  const [chosenGroup, setGroup] = useState<string | null>(null);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const runbooks = useQuery({ queryKey: ['runbooks'], queryFn: () => body(api.GET('/api/v1/runbooks')), enabled: asked });
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')), enabled: asked });
  const chosen = runbooks.data?.items.find((each) => each.name === runbook);
  const number = chosen?.publishedVersion ?? null;
  const version = useQuery({
    queryKey: ['runbooks', runbook, 'versions', number], enabled: runbook !== null && number !== null, staleTime: Infinity,
    queryFn: () => body(api.GET('/api/v1/runbooks/{name}/versions/{number}', { params: { path: { name: runbook ?? '', number: number ?? 0 } } })),
  });
  const fields = useMemo(() => (version.data?.document == null ? null : declared(version.data.document).inputs), [version.data]);
  const inputs = Object.fromEntries((fields ?? []).map((field) => [field.name, typed[field.name] ?? field.preset ?? '']).filter(([, value]) => value !== ''));
  const ownGroup = chosen?.group ?? null;
  const group = ownGroup ?? chosenGroup;
  return {
    runbook, setRunbook, group, setGroup, ownGroup, fields: fields ?? [], inputs, typed, setTyped,
    runbooks: runbooks.data?.items ?? [], groups: groups.data?.items ?? [], error: runbooks.error ?? groups.error ?? version.error,
    complete: runbook !== null && group !== null && fields !== null && fields.every((each) => !each.required || inputs[each.name] !== undefined),
  };
}

function What({ what, problem }: { readonly what: ReturnType<typeof useWhat>; readonly problem: ApiProblem | null }) {
  const published = what.runbooks.filter((each) => each.publishedVersion != null).sort((a, b) => Number(isTest(b.for)) - Number(isTest(a.for)));
  return (
    <>
      <Refused error={what.error} title="What can be scheduled could not be read." />
      <Group grow align="flex-start">
        <Select
          label="Runbook" required searchable value={what.runbook} onChange={what.setRunbook}
          data={published.map((each) => ({ value: each.name, label: `${each.title}${isTest(each.for) ? '' : ' — REAL'}` }))}
        />
        <Select
          label="Group" required searchable value={what.group} disabled={what.ownGroup !== null} onChange={what.setGroup}
          data={what.groups.map((each) => ({ value: each.id, label: each.title }))}
        />
      </Group>
      {what.fields.map((each) => (
        <InputControl
          key={each.name} input={each} group={what.group ?? ''} value={what.typed[each.name] ?? each.preset ?? ''}
          error={problem?.field === `inputs.${each.name}` ? problem.message : null}
          onChange={(value) => what.setTyped((before) => ({ ...before, [each.name]: value }))}
        />
      ))}
    </>
  );
}

const inputWords = (inputs: Readonly<Record<string, string>>): string => {
  const given = Object.entries(inputs).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : ` with ${given.map(([name, value]) => `${name} ${value}`).join(', ')}`;
};

const isTest = (kind: string | null | undefined): boolean => kind === 'drill-isolated';
const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
