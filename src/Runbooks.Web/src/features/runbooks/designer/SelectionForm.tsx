import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { removeSteps, wrapSteps } from '../document/commands';
import type { Reading } from '../document/reading';
import type { Act } from './actions';
import type { Alignment } from './places';

interface SelectionFormProps {
  readonly keys: readonly string[];
  readonly reading: Reading;
  readonly act: Act;
  readonly locked: boolean;
  readonly onCopy: () => void;
  readonly onAlign: (how: Alignment) => void;
}

const alignments: readonly (readonly [Alignment, string])[] = [['left', 'Left edges'], ['centre', 'Centres'], ['top', 'Top edges'], ['spread', 'Spread evenly']];

/** What can be done to several steps at once. */
export function SelectionForm({ keys, reading, act, locked, onCopy, onAlign }: SelectionFormProps) {
  return (
    <Stack>
      <Title order={2} fz="sm">{keys.length} steps</Title>
      <Text size="xs" c="dimmed">{keys.map((key) => reading.byKey.get(key)?.id ?? key).join(', ')}</Text>
      <Group gap={6}>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act('parallel block', wrapSteps(keys, 'parallel'))}>Run in parallel</Button>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act('block', wrapSteps(keys, 'sequence'))}>Group</Button>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act('for-each block', wrapSteps(keys, 'for-each'))}>For each…</Button>
      </Group>
      <Group gap={6}>
        <Button variant="default" size="compact-sm" onClick={onCopy}>Copy</Button>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act('remove', removeSteps(keys))}>Remove</Button>
      </Group>
      <div>
        <Text size="xs" fw={600} mb={4}>Align on the canvas</Text>
        <Group gap={6}>
          {alignments.map(([how, title]) => <Button key={how} variant="default" size="compact-sm" onClick={() => onAlign(how)}>{title}</Button>)}
        </Group>
      </div>
    </Stack>
  );
}
