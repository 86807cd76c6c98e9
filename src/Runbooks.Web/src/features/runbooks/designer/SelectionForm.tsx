import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { wrapSteps, wrappingWords } from '../document/commands';
import type { Reading } from '../document/reading';
import type { Act } from './actions';
import type { Alignment } from './places';

interface SelectionFormProps {
  readonly keys: readonly string[];
  readonly reading: Reading;
  readonly act: Act;
  readonly locked: boolean;
  readonly onCopy: () => void;
  readonly onRemove: () => void;
  /** Null where there is no canvas to align on. */
  readonly onAlign: ((how: Alignment, words: string) => void) | null;
}

const alignments: readonly (readonly [Alignment, string])[] = [
  ['left', 'Left edges'], ['centre', 'Centres'], ['top', 'Top edges'], ['across', 'Spread across'], ['down', 'Spread down'],
];

/** What can be done to several steps at once. */
export function SelectionForm({ keys, reading, act, locked, onCopy, onRemove, onAlign }: SelectionFormProps) {
  return (
    <Stack>
      <Title order={2} fz="sm">{keys.length} steps</Title>
      <Text size="xs" c="dimmed">{keys.map((key) => reading.byKey.get(key)?.id ?? key).join(', ')}</Text>
      <Group gap={6}>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act(wrappingWords.parallel, wrapSteps(keys, 'parallel'))}>Run in parallel</Button>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act(wrappingWords.sequence, wrapSteps(keys, 'sequence'))}>Group</Button>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={() => act(wrappingWords['for-each'], wrapSteps(keys, 'for-each'))}>For each…</Button>
      </Group>
      <Group gap={6}>
        <Button variant="default" size="compact-sm" onClick={onCopy}>Copy</Button>
        <Button variant="default" size="compact-sm" disabled={locked} onClick={onRemove}>Remove</Button>
      </Group>
      {onAlign ? (
        <div>
          <Text size="xs" fw={600} mb={4}>Align on the canvas</Text>
          <Group gap={6}>
            {alignments.map(([how, title]) => <Button key={how} variant="default" size="compact-sm" disabled={locked} onClick={() => onAlign(how, `align: ${title.toLowerCase()}`)}>{title}</Button>)}
          </Group>
        </div>
      ) : null}
    </Stack>
  );
}
