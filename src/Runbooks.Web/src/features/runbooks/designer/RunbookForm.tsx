import { ActionIcon, Button, Checkbox, Fieldset, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { field } from '@/graph/runbookGraph';
import { setValue } from '../document/commands';
import type { Reading } from '../document/reading';
import { ReferenceInput } from '../forms/ReferenceInput';
import type { Act } from './actions';
import type { PlacedProblem } from './problems';

const purposes = ['setup', 'failover-planned', 'failover-unplanned', 'failback', 'drill-isolated', 'drill-realistic', 'custom'];
const inputTypes = ['text', 'integer', 'boolean', 'duration', 'site', 'workload', 'recoveryPoint'];
const roles = ['operator', 'approver', 'author', 'admin'];

interface RunbookFormProps {
  readonly name: string;
  readonly reading: Reading;
  readonly problems: readonly PlacedProblem[];
  readonly groups: readonly string[];
  readonly act: Act;
  readonly readOnly: boolean;
}

/** What the runbook says outside of its steps: whose it is, what it promises, what a start must give, who must agree. */
export function RunbookForm({ name, reading, problems, groups, act, readOnly }: RunbookFormProps) {
  const spec = field(reading.data, 'spec');
  const metadata = field(reading.data, 'metadata');
  const errorAt = (path: string): string | undefined => {
    const found = problems.find((problem) => problem.step === null && problem.path === path);
    return found && `${found.message} ${found.correction}`;
  };
  const set = (path: readonly (string | number)[], value: unknown): void => {
    act(`field ${path.join('.')}`, setValue(path, value));
  };
  const box = (label: string, path: readonly string[], value: unknown, more: { placeholder?: string; description?: string; words?: readonly string[] } = {}) => (
    <ReferenceInput
      label={label} paths={[]} disabled={readOnly} value={value === undefined || value === null ? '' : String(value as string)} error={errorAt(path.join('.'))}
      onCommit={(next) => set(path, next || undefined)} {...more}
    />
  );
  return (
    <Stack gap="md">
      <div>
        <Title order={2} fz="sm">Runbook</Title>
        <Text size="xs" c="dimmed">Choose a step to edit it. This is what holds for the whole runbook.</Text>
      </div>
      <TextInput label="name" size="xs" value={name} readOnly description="Its address; it stays." />
      {box('title', ['metadata', 'title'], field(metadata, 'title'), { placeholder: name })}
      {box('owner', ['metadata', 'owner'], field(metadata, 'owner'), { placeholder: 'the team that answers for it' })}
      <Select label="for" size="xs" data={purposes} disabled={readOnly} value={String(field(spec, 'for') ?? '') || null} error={errorAt('spec.for')} onChange={(next) => { if (next) set(['spec', 'for'], next); }} />
      {box('group', ['spec', 'group'], field(spec, 'group'), { placeholder: 'named at each start', words: groups })}
      <Group grow gap={6} align="flex-start">
        {box('RTO', ['spec', 'objectives', 'rto'], field(field(spec, 'objectives'), 'rto'), { placeholder: '15m' })}
        {box('RPO', ['spec', 'objectives', 'rpo'], field(field(spec, 'objectives'), 'rpo'), { placeholder: '0s' })}
      </Group>
      <Inputs inputs={field(spec, 'inputs')} set={set} readOnly={readOnly} />
      <Approval title="Approval of a real run" path={['spec', 'approvals', 'real']} rule={field(field(spec, 'approvals'), 'real')} set={set} readOnly={readOnly} />
      <Approval title="Approval of a drill" path={['spec', 'approvals', 'drill']} rule={field(field(spec, 'approvals'), 'drill')} set={set} readOnly={readOnly} />
      <Fieldset legend="When a step says nothing itself" p="sm">
        <Stack gap="sm">
          {box('timeout', ['spec', 'defaults', 'timeout'], field(field(spec, 'defaults'), 'timeout'), { placeholder: "the kind's own" })}
          <Select label="when it fails" size="xs" clearable disabled={readOnly} data={['fail', 'ask', 'continue', 'compensate']} placeholder="fail" value={String(field(field(spec, 'defaults'), 'onFailure') ?? '') || null} onChange={(next) => set(['spec', 'defaults', 'onFailure'], next ?? undefined)} />
        </Stack>
      </Fieldset>
    </Stack>
  );
}

type Set = (path: readonly (string | number)[], value: unknown) => void;

function Inputs({ inputs, set, readOnly }: { readonly inputs: unknown; readonly set: Set; readonly readOnly: boolean }) {
  const list = Array.isArray(inputs) ? (inputs as unknown[]) : [];
  const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value as string));
  return (
    <Fieldset legend="Inputs of a start" p="sm">
      <Stack gap="sm">
        {list.map((input, i) => (
          <Stack key={i} gap={6} pb={6} style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
            <Group gap={6} wrap="nowrap" align="flex-end">
              <ReferenceInput label="name" paths={[]} disabled={readOnly} value={text(field(input, 'name'))} onCommit={(next) => set(['spec', 'inputs', i, 'name'], next)} />
              <Select label="type" size="xs" data={inputTypes} disabled={readOnly} value={text(field(input, 'type')) || null} onChange={(next) => { if (next) set(['spec', 'inputs', i, 'type'], next); }} />
              <ActionIcon variant="subtle" color="gray" aria-label={`Remove input ${text(field(input, 'name'))}`} disabled={readOnly} onClick={() => set(['spec', 'inputs', i], undefined)}>
                <IconTrash size={14} aria-hidden />
              </ActionIcon>
            </Group>
            <ReferenceInput label="title" paths={[]} disabled={readOnly} value={text(field(input, 'title'))} onCommit={(next) => set(['spec', 'inputs', i, 'title'], next || undefined)} />
            <ReferenceInput label="when it is left out" paths={[]} disabled={readOnly} placeholder="nothing" value={text(field(input, 'default'))} onCommit={(next) => set(['spec', 'inputs', i, 'default'], next || undefined)} />
            <Checkbox size="xs" label="Required" checked={field(input, 'required') === true} disabled={readOnly} onChange={(event) => set(['spec', 'inputs', i, 'required'], event.currentTarget.checked ? true : undefined)} />
          </Stack>
        ))}
        <Button variant="default" size="compact-xs" leftSection={<IconPlus size={12} aria-hidden />} disabled={readOnly} onClick={() => set(['spec', 'inputs', list.length], { name: `input-${list.length + 1}`, type: 'text' })}>Add an input</Button>
      </Stack>
    </Fieldset>
  );
}

function Approval({ title, path, rule, set, readOnly }: { readonly title: string; readonly path: readonly string[]; readonly rule: unknown; readonly set: Set; readonly readOnly: boolean }) {
  const needed = typeof rule === 'object' && rule !== null;
  return (
    <Fieldset legend={title} p="sm">
      <Stack gap="sm">
        <Checkbox
          size="xs" label="A second person must agree" checked={needed} disabled={readOnly}
          onChange={(event) => set(path, event.currentTarget.checked ? { of: 'approver', count: 1, notRequester: true, expires: '30m' } : 'none')}
        />
        {needed ? (
          <Group gap={6} grow align="flex-start">
            <Select label="of" size="xs" data={roles} disabled={readOnly} value={String(field(rule, 'of') ?? 'approver')} onChange={(next) => { if (next) set([...path, 'of'], next); }} />
            <ReferenceInput label="how many" paths={[]} disabled={readOnly} value={String(field(rule, 'count') ?? 1)} onCommit={(next) => set([...path, 'count'], /^\d+$/.test(next) ? Number(next) : undefined)} />
            <ReferenceInput label="expires" paths={[]} disabled={readOnly} value={String(field(rule, 'expires') ?? '30m')} onCommit={(next) => set([...path, 'expires'], next || undefined)} />
          </Group>
        ) : null}
      </Stack>
    </Fieldset>
  );
}
