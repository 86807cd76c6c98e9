import { Button, Checkbox, Group, MultiSelect, Select, Stack, Text, Title, Tooltip } from '@mantine/core';
import { memo, useDeferredValue, useMemo } from 'react';
import { KindIcon } from '@/graph/kindIcon';
import { field } from '@/graph/runbookGraph';
import { duration } from '@/ui/format';
import { renameStep, setField, unwrapBlock } from '../document/commands';
import { explicitNeeds, needsOf } from '../document/order';
import { siblingsOf, type ReadStep, type Reading } from '../document/reading';
import { ConditionFields } from '../forms/ConditionFields';
import { ReferenceInput } from '../forms/ReferenceInput';
import { pathsAt } from '../forms/references';
import { SchemaFields, textOf, type FieldContext } from '../forms/SchemaFields';
import { shapeOfKind, type PlacedProblem } from './problems';
import type { StepKind } from '../queries';
import type { Act } from './actions';

interface StepFormProps {
  readonly step: ReadStep;
  readonly reading: Reading;
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly problems: readonly PlacedProblem[];
  readonly sites: readonly string[];
  readonly workloads: readonly string[];
  readonly act: Act;
  readonly readOnly: boolean;
  readonly onCopy: () => void;
  readonly onRemove: (keys: readonly string[]) => void;
}

/** Everything that one step says, as a form; each change is one command on the document. */
export const StepForm = memo(function StepForm({ step, reading, kinds, problems, sites, workloads, act, readOnly, onCopy, onRemove }: StepFormProps) {
  const uses = typeof step.data['uses'] === 'string' ? step.data['uses'] : null;
  const kind = uses === null ? undefined : kinds.get(uses);
  const isBlock = uses === null;
  // What a step is stands there first; what happens around it, further down, is drawn between the next frames.
  const whole = useDeferredValue(true, false);
  const paths = useMemo(() => pathsAt(reading, step, kinds), [reading, step, kinds]);
  const errors = useMemo(() => new Map(problems.filter((problem) => problem.step === step.key).map((problem) => [problem.field, `${problem.message} ${problem.correction}`])), [problems, step.key]);
  const errorAt = (path: string): string | undefined => errors.get(path);
  const set = (path: readonly (string | number)[], value: unknown): void => { act(`field ${step.key} ${textOf(path)}`, setField(step.key, path, value)); };
  const context: FieldContext = { paths, sites, workloads, errorAt, set, disabled: readOnly };
  const needs = explicitNeeds(step);
  const implied = needs === null ? needsOf(reading, step) : [];
  const general = errors.get('');
  const text = (name: string): string => (step.data[name] === undefined || step.data[name] === null ? '' : String(step.data[name] as string));
  const plain = { paths: [] as readonly string[], disabled: readOnly };
  return (
    <Stack gap="md">
      <div>
        <Group gap={6} wrap="nowrap">
          <KindIcon kind={uses} shape={isBlock ? (step.data['forEach'] ? 'for-each' : step.data['parallel'] === true ? 'parallel' : 'sequence') : undefined} />
          <Title order={2} fz="sm" style={{ overflowWrap: 'anywhere' }}>{text('title') || step.id || 'step without an id'}</Title>
        </Group>
        <Text size="xs" c="dimmed">{kind?.description ?? (isBlock ? 'A block: it is done when all its steps are.' : `There is no step kind '${uses}'.`)}</Text>
        {general ? <Text size="xs" c="red">{general}</Text> : null}
        {kind && !kind.reversible ? <Text size="xs" fw={600} c="red">Cannot be undone.</Text> : null}
        <Group gap={6} mt={8}>
          <Button variant="default" size="compact-xs" onClick={onCopy}>Copy</Button>
          <Button variant="default" size="compact-xs" disabled={readOnly} onClick={() => onRemove([step.key])}>Remove</Button>
          {step.children.length > 0 ? <Button variant="default" size="compact-xs" disabled={readOnly} onClick={() => act('ungroup', unwrapBlock(step.key))}>Ungroup</Button> : null}
        </Group>
      </div>
      <Stack gap="sm">
        <ReferenceInput label="id" required {...plain} value={step.id} error={errorAt('id')} onCommit={(next) => act(`rename ${step.key}`, renameStep(step.key, next))} />
        <ReferenceInput label="title" {...plain} placeholder={step.id} value={text('title')} error={errorAt('title')} onCommit={(next) => set(['title'], next || undefined)} />
        {isBlock ? null : (
          <Select
            label="kind" size="xs" searchable data={[...kinds.keys()].sort()} value={uses} disabled={readOnly} error={errorAt('uses')}
            onChange={(next) => { if (next !== null) set(['uses'], next); }}
          />
        )}
      </Stack>
      {kind && shapeOfKind(kind).fields.length > 0 ? (
        <Section title="Settings">
          <SchemaFields shape={shapeOfKind(kind)} value={step.data['with']} path={['with']} context={context} />
        </Section>
      ) : null}
      {isBlock ? <BlockFields step={step} context={context} text={text} /> : null}
      {whole ? (
        <>
          <Section title="Order">
            <MultiSelect
              label="waits for" size="xs" disabled={readOnly} error={errorAt('needs')}
              description={needs === null ? (implied.length > 0 ? `Without a choice: the step before it, ${implied.join(', ')}.` : 'Without a choice: nothing.') : undefined}
              data={siblingsOf(reading, step).filter((other) => other !== step && other.id !== '').map((other) => other.id).filter((id, i, all) => all.indexOf(id) === i)}
              value={[...(needs ?? [])]}
              onChange={(next) => set(['needs'], next)}
            />
            {needs === null ? null : <Button variant="subtle" color="gray" size="compact-xs" disabled={readOnly} onClick={() => set(['needs'], undefined)}>Follow the list again</Button>}
            <ReferenceInput label="delay" description="Waited before the step starts." placeholder="none" {...plain} value={text('delay')} error={errorAt('delay')} onCommit={(next) => set(['delay'], next || undefined)} />
          </Section>
          <Section title="Condition">
            <ConditionFields value={step.data['when']} paths={paths} disabled={readOnly} errorAt={errorAt} set={(value) => set(['when'], value)} />
          </Section>
          <Section title="When it fails">
            <Select
              label="then" size="xs" clearable disabled={readOnly} error={errorAt('onFailure')} placeholder="the runbook's default"
              data={[{ value: 'fail', label: 'fail the run' }, { value: 'ask', label: 'ask a person' }, { value: 'continue', label: 'go on' }, { value: 'compensate', label: 'undo and fail' }]}
              value={text('onFailure') || null} onChange={(next) => set(['onFailure'], next ?? undefined)}
            />
            <ReferenceInput label="timeout" description="Of all attempts together." placeholder={kind ? `${duration(kind.timeoutSeconds)} by its kind` : '10m'} {...plain} value={text('timeout')} error={errorAt('timeout')} onCommit={(next) => set(['timeout'], next || undefined)} />
            <RetryFields step={step} context={context} />
            {uses === 'group.failover' || step.data['onIncomplete'] !== undefined ? (
              <Select
                label="when the standby lacks writes" size="xs" clearable disabled={readOnly} error={errorAt('onIncomplete')} placeholder="ask"
                data={['ask', 'refuse', 'accept']} value={text('onIncomplete') || null} onChange={(next) => set(['onIncomplete'], next ?? undefined)}
              />
            ) : null}
          </Section>
          {isBlock ? null : <UndoFields step={step} kinds={kinds} context={context} />}
        </>
      ) : null}
    </Stack>
  );
});

function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section>
      <Title order={3} fz="xs" c="dimmed" tt="uppercase" mb={6}>{title}</Title>
      <Stack gap="sm">{children}</Stack>
    </section>
  );
}

function BlockFields({ step, context, text }: { readonly step: ReadStep; readonly context: FieldContext; readonly text: (name: string) => string }) {
  const each = text('forEach');
  return (
    <Section title="Block">
      <Checkbox
        size="xs" label="All its steps at once" checked={step.data['parallel'] === true} disabled={context.disabled}
        onChange={(event) => context.set(['parallel'], event.currentTarget.checked ? true : undefined)}
      />
      <ReferenceInput
        label="once for each of" description="A list of the group; empty runs the block once." paths={['group.workloads', 'group.sites', 'group.workloads[tier=database]']}
        value={each} error={context.errorAt('forEach')} disabled={context.disabled} onCommit={(next) => context.set(['forEach'], next || undefined)}
      />
      {each ? (
        <>
          <ReferenceInput label="named" paths={[]} placeholder="item" value={text('as')} error={context.errorAt('as')} disabled={context.disabled} onCommit={(next) => context.set(['as'], next || undefined)} />
          <ReferenceInput label="at most at once" paths={[]} placeholder="all" value={text('concurrency')} error={context.errorAt('concurrency')} disabled={context.disabled}
            onCommit={(next) => context.set(['concurrency'], next === '' ? undefined : /^\d+$/.test(next) ? Number(next) : next)} />
        </>
      ) : null}
    </Section>
  );
}

const retryFields = [['attempts', '3'], ['initial', '2s'], ['factor', '2'], ['max', '30s']] as const;

function RetryFields({ step, context }: { readonly step: ReadStep; readonly context: FieldContext }) {
  const retry = step.data['retry'];
  return (
    <Tooltip label="Tries in all, the wait before the second, how much longer each further wait is, the longest wait" position="left">
      <Group gap={6} grow wrap="nowrap" align="flex-start" preventGrowOverflow={false}>
        {retryFields.map(([name, usual]) => {
          const value = field(retry, name);
          return (
            <ReferenceInput
              key={name} label={name} paths={[]} placeholder={usual} value={value === undefined || value === null ? '' : String(value as string)} disabled={context.disabled}
              error={context.errorAt(`retry.${name}`)}
              onCommit={(next) => context.set(['retry', name], next === '' ? undefined : Number.isNaN(Number(next)) ? next : Number(next))}
            />
          );
        })}
      </Group>
    </Tooltip>
  );
}

function UndoFields({ step, kinds, context }: { readonly step: ReadStep; readonly kinds: ReadonlyMap<string, StepKind>; readonly context: FieldContext }) {
  const undo = step.data['compensate'];
  const uses = field(undo, 'uses');
  const kind = typeof uses === 'string' ? kinds.get(uses) : undefined;
  const own = step.data['irreversible'] === true;
  return (
    <Section title="Undo">
      <Select
        label="is undone by" size="xs" searchable clearable disabled={context.disabled} error={context.errorAt('compensate.uses')} placeholder="nothing"
        data={[...kinds.keys()].sort()} value={typeof uses === 'string' ? uses : null}
        onChange={(next) => context.set(['compensate'], next === null ? undefined : { uses: next })}
      />
      {kind ? <SchemaFields shape={shapeOfKind(kind)} value={field(undo, 'with')} path={['compensate', 'with']} context={context} /> : null}
      <Checkbox size="xs" label="Cannot be undone, whatever its kind says" checked={own} disabled={context.disabled} onChange={(event) => context.set(['irreversible'], event.currentTarget.checked ? true : undefined)} />
    </Section>
  );
}
