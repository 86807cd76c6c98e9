import { Button, Group, List, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, body } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { CommandLine } from '@/ui/CommandLine';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import { declared } from '../runs/start/document';
import { InputControl } from '../runs/start/InputControl';
import { nextTimes, parseCalendar } from './model/cron';
import { withOffset } from './model/results';
import { calendarWords } from './model/words';

const presets = [
  { value: '0 3 * * 0', label: 'every Sunday at 03:00' },
  { value: '0 3 1-7 * 6', label: 'first Saturday of the month at 03:00' },
  { value: '0 3 1 1,4,7,10 *', label: 'first day of every quarter at 03:00' },
  { value: '0 20 * * 1-5', label: 'every weekday at 20:00' },
];

/** A new entry of the calendar: what is typed is said back in words, with the next five dates of the zone's own clock. */
export function ScheduleEditor({ close }: { readonly close: () => void }) {
  const queries = useQueryClient();
  const minute = Math.floor(useNow().getTime() / 60_000);
  const [title, setTitle] = useState('');
  const [runbook, setRunbook] = useState<string | null>(null);
  const [group, setGroup] = useState<string | null>(null);
  const [calendar, setCalendar] = useState('0 3 * * 0');
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const runbooks = useQuery({ queryKey: ['runbooks'], queryFn: () => body(api.GET('/api/v1/runbooks')) });
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const chosen = runbooks.data?.items.find((each) => each.name === runbook);
  const number = chosen?.publishedVersion ?? null;
  const version = useQuery({
    queryKey: ['runbooks', runbook, 'versions', number], enabled: runbook !== null && number !== null, staleTime: Infinity,
    queryFn: () => body(api.GET('/api/v1/runbooks/{name}/versions/{number}', { params: { path: { name: runbook ?? '', number: number ?? 0 } } })),
  });
  const fields = useMemo(() => (version.data?.document == null ? [] : declared(version.data.document).inputs), [version.data]);
  const inputs = Object.fromEntries(fields.map((field) => [field.name, typed[field.name] ?? field.preset ?? '']).filter(([, value]) => value !== ''));
  const meaning = useMemo(() => {
    try {
      const read = parseCalendar(calendar);
      return { words: calendarWords(read), next: nextTimes(read, zone, new Date(minute * 60_000), 5), wrong: null };
    } catch (error) {
      return { words: '', next: [], wrong: error instanceof Error ? error.message : String(error) };
    }
  }, [calendar, zone, minute]);
  const target = chosen?.group ?? group;
  const create = useMutation({
    mutationFn: () => body(api.POST('/api/v1/schedules', {
      body: { title, runbook: runbook ?? '', calendar, group: chosen?.group != null ? null : group, timeZone: zone, inputs, paused: false },
    })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['schedules'] });
      close();
    },
  });
  const field = create.error instanceof ApiProblem ? create.error.field : null;
  const ready = title.trim() !== '' && runbook !== null && target !== null && meaning.wrong === null && fields.every((each) => !each.required || inputs[each.name] !== undefined);
  return (
    <Modal opened onClose={close} title="Add to the drill calendar" size="lg">
      <Stack gap="sm">
        <TextInput label="Title" required value={title} onChange={(event) => setTitle(event.currentTarget.value)} data-autofocus />
        <Group grow align="flex-start">
          <Select
            label="Runbook" required searchable value={runbook} onChange={setRunbook}
            data={(runbooks.data?.items ?? []).filter((each) => each.publishedVersion != null).sort((a, b) => Number(isDrill(b.for)) - Number(isDrill(a.for))).map((each) => ({ value: each.name, label: `${each.title}${isDrill(each.for) ? '' : ' — REAL'}` }))}
          />
          <Select label="Group" required searchable value={target} disabled={chosen?.group != null} onChange={setGroup} data={(groups.data?.items ?? []).map((each) => ({ value: each.id, label: each.title }))} />
        </Group>
        {fields.map((each) => (
          <InputControl
            key={each.name} input={each} group={target ?? ''} value={typed[each.name] ?? each.preset ?? ''} error={field === `inputs.${each.name}` ? create.error?.message ?? null : null}
            onChange={(value) => setTyped((before) => ({ ...before, [each.name]: value }))}
          />
        ))}
        <Group grow align="flex-start">
          <TextInput
            label="Calendar" description="minute hour day-of-month month day-of-week; day of month and of week must both match" required value={calendar}
            error={meaning.wrong ?? undefined} onChange={(event) => setCalendar(event.currentTarget.value)} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <Select label="Time zone" description="the clock that the calendar is read by" searchable required value={zone} onChange={(next) => { if (next) setZone(next); }} data={zones} />
        </Group>
        <Group gap="xs">
          {presets.map((preset) => <Button key={preset.value} variant="default" onClick={() => setCalendar(preset.value)}>{preset.label}</Button>)}
        </Group>
        {meaning.wrong === null ? (
          <div aria-live="polite">
            <Text size="sm" fw={600}>Runs {meaning.words}, {zone}</Text>
            {meaning.next.length === 0 ? <Text size="sm">It never comes: no date of the next ten years matches.</Text> : (
              <List size="sm">{meaning.next.map((at) => <List.Item key={at.getTime()}>{withOffset(zone, at)}</List.Item>)}</List>
            )}
          </div>
        ) : null}
        <Refused error={create.error} />
        <Group justify="space-between">
          <CommandLine compact command={`runbooks schedule add "${title || '…'}" --runbook ${runbook ?? '…'} --group ${target ?? '…'} --calendar "${calendar}" --time-zone ${zone}`} />
          <Group gap="xs">
            <Button variant="default" onClick={close}>Close</Button>
            <Button disabled={!ready || create.isPending} onClick={() => create.mutate()}>{create.isPending ? 'Adding…' : 'Add to the calendar'}</Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

const isDrill = (kind: string | null | undefined): boolean => kind === 'drill-isolated';
const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
