import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { ReferenceInput } from './ReferenceInput';
import { flowText } from '../document/scalars';

const operators = [
  { value: 'is', label: 'is' },
  { value: 'isNot', label: 'is not' },
  { value: 'in', label: 'is one of' },
  { value: 'greaterThan', label: 'is greater than' },
  { value: 'lessThan', label: 'is less than' },
];

interface ConditionFieldsProps {
  readonly value: unknown;
  readonly paths: readonly string[];
  readonly disabled: boolean;
  readonly errorAt: (path: string) => string | undefined;
  readonly set: (value: unknown) => void;
}

/** One comparison as a form; joined ones are shown as they are written and edited in the YAML pane. */
export function ConditionFields({ value, paths, disabled, errorAt, set }: ConditionFieldsProps) {
  if (value === undefined || value === null) {
    return (
      <Button variant="default" size="compact-xs" disabled={disabled} onClick={() => set({ value: '${group.primarySite}', is: '${group.homeSite}' })}>
        Add a condition
      </Button>
    );
  }
  const condition = typeof value === 'object' ? (value as Record<string, unknown>) : {};
  const operator = operators.find(({ value: name }) => name in condition)?.value ?? 'is';
  const simple = 'value' in condition;
  const operand = condition[operator];
  return (
    <Stack gap="xs">
      {simple ? (
        <>
          <ReferenceInput label="value" value={String(condition['value'])} paths={paths} disabled={disabled} error={errorAt('when.value')} onCommit={(next) => set({ ...condition, value: next })} />
          <Select
            label="comparison" size="xs" data={operators} value={operator} disabled={disabled} error={errorAt('when')}
            onChange={(next) => {
              if (next === null) return;
              set({ value: condition['value'], [next]: next === 'in' ? [operand].flat() : [operand].flat()[0] });
            }}
          />
          <ReferenceInput
            label={operator === 'in' ? 'with (separated by commas)' : 'with'} value={[operand].flat().map((each) => String(each ?? '')).join(', ')} paths={paths} disabled={disabled} error={errorAt(`when.${operator}`)}
            onCommit={(next) => set({ value: condition['value'], [operator]: operator === 'in' ? next.split(',').map((word) => word.trim()) : next })}
          />
        </>
      ) : (
        <Text size="xs" ff="monospace">{flowText(value)}</Text>
      )}
      <Group>
        <Button variant="subtle" color="gray" size="compact-xs" disabled={disabled} onClick={() => set(undefined)}>Remove the condition</Button>
      </Group>
    </Stack>
  );
}
