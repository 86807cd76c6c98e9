import { Alert, Button, Group, Modal, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { TimeText } from '@/ui/TimeText';
import type { DraftEditor } from '../document/editor';
import { changesOf } from '../document/merge';
import { read } from '../document/reading';
import type { Saver, Stored } from '../saving/saver';

interface ConflictDialogProps {
  readonly theirs: Stored;
  readonly editor: DraftEditor;
  readonly saver: Saver;
}

/** Somebody else saved first: what they changed, and a choice for each; nobody's work is lost without a click. */
export function ConflictDialog({ theirs, editor, saver }: ConflictDialogProps) {
  const [choices, setChoices] = useState<Readonly<Record<string, 'mine' | 'theirs'>>>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const mine = editor.current();
  const items = useMemo(() => {
    const base = read(saver.base().text);
    const other = read(theirs.text);
    return 'error' in base || 'error' in other || mine.error ? null : changesOf(base.reading, other.reading, mine.reading);
  }, [saver, theirs, mine.reading, mine.error]);
  const choiceOf = (id: string, both: boolean): 'mine' | 'theirs' => choices[id] ?? (both ? 'mine' : 'theirs');

  const merge = (): void => {
    const failed: string[] = [];
    for (const item of items ?? []) {
      if (choiceOf(item.id, item.mine !== null) === 'mine') continue;
      try {
        editor.run(`changes by ${theirs.author}`, item.take);
      } catch (refused) {
        failed.push(`${item.where}: ${refused instanceof Error ? refused.message : String(refused)}`);
      }
    }
    if (failed.length > 0) setRefusal(failed.join(' '));
    else saver.resolve(theirs);
  };

  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} size="xl" title={`${theirs.author} changed this runbook while you were working on it`}>
      <Stack>
        <Text size="sm">
          Saved by {theirs.author} <TimeText at={theirs.updatedAt} />. Nothing of yours was saved over it, and nothing of yours is lost. Choose what to keep; all of it can be undone.
        </Text>
        {items === null ? (
          <Alert color="gray">One of the two texts cannot be read as YAML, so they cannot be merged by meaning. Take one of them; the other can be brought back by undo.</Alert>
        ) : (
          <Table.ScrollContainer minWidth={560} mah={360} type="native">
            <Table>
              <Table.Thead>
                <Table.Tr><Table.Th>what</Table.Th><Table.Th>theirs</Table.Th><Table.Th>yours</Table.Th><Table.Th>keep</Table.Th></Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.length === 0 ? <Table.Tr><Table.Td colSpan={4}>Their changes are in your text already, or touch only comments.</Table.Td></Table.Tr> : null}
                {items.map((item) => (
                  <Table.Tr key={item.id}>
                    <Table.Td><Text size="sm"><b>{item.change}</b> {item.where}</Text></Table.Td>
                    <Table.Td><Text size="xs" ff="monospace" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>{item.theirs}</Text></Table.Td>
                    <Table.Td><Text size="xs" ff="monospace" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>{item.mine ?? 'as before'}</Text></Table.Td>
                    <Table.Td>
                      <SegmentedControl
                        size="xs" aria-label={`Keep which for ${item.where}`} data={[{ value: 'theirs', label: 'theirs' }, { value: 'mine', label: 'yours' }]}
                        value={choiceOf(item.id, item.mine !== null)}
                        onChange={(next) => setChoices({ ...choices, [item.id]: next as 'mine' | 'theirs' })}
                      />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        {refusal ? <Alert color="red" role="alert" title="Not everything could be taken over.">{refusal} The rest is in your text; save it with “Keep mine”, or undo.</Alert> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => { editor.replace(`the draft of ${theirs.author}`, theirs.text); saver.resolve(theirs); }}>Take theirs, drop mine</Button>
          <Button variant="default" onClick={() => saver.resolve(theirs)}>Keep mine, replace theirs</Button>
          <Button onClick={merge} disabled={items === null} data-autofocus>Merge as chosen</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
