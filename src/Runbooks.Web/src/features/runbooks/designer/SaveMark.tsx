import { Button, Group, Text } from '@mantine/core';
import { IconAlertOctagonFilled, IconAlertTriangleFilled, IconCircleCheckFilled, IconCircleDashed, IconLoader2 } from '@tabler/icons-react';
import { Refused } from '@/ui/Refused';
import { useNow } from '@/ui/now';
import { TimeText } from '@/ui/TimeText';
import type { SaveState } from '../saving/saver';

/** Where the draft is, in words: here, on its way, there, or why not. */
export function SaveMark({ state, retry, draftOf }: { readonly state: SaveState; readonly retry: () => void; readonly draftOf: string }) {
  const now = useNow();
  const [Icon, words] = wordsOf(state, now);
  return (
    <Group gap={6} wrap="nowrap" role="status" data-save={state.name}>
      <Icon size={15} aria-hidden />
      <Text size="sm" c={state.name === 'saved' || state.name === 'saving' || state.name === 'waiting' ? 'dimmed' : 'var(--mantine-color-text)'}>
        {draftOf} · {words}
        {state.name === 'saved' && state.at ? <> <TimeText at={state.at} /></> : null}
      </Text>
      {state.name === 'retrying' || state.name === 'refused' || state.name === 'forbidden' ? <Button variant="default" size="compact-xs" onClick={retry}>Save now</Button> : null}
    </Group>
  );
}

/** What stands against saving, with cause and correction; nothing while all is well. */
export function SaveTrouble({ state, onRecreate, onDownload }: { readonly state: SaveState; readonly onRecreate: () => void; readonly onDownload: () => void }) {
  if (state.name === 'refused') return <Refused error={state.problem} title="The draft was not saved. It is kept in this tab." />;
  if (state.name === 'forbidden') return <Refused error={state.problem} title="You may no longer change this runbook. Your last changes are kept in this tab, unsaved." />;
  if (state.name === 'retrying') return <Refused error={state.problem} title="The draft could not be saved yet. It is kept in this tab and tried again by itself." />;
  if (state.name !== 'gone') return null;
  return (
    <Group align="flex-start" wrap="nowrap">
      <div style={{ flex: 1 }}>
        <Refused error={state.problem} title="Somebody archived this runbook while it was open. Your text is still here." />
      </div>
      <Button onClick={onRecreate}>Make it again from this text</Button>
      <Button variant="default" onClick={onDownload}>Download the text</Button>
    </Group>
  );
}

function wordsOf(state: SaveState, now: Date): [typeof IconLoader2, string] {
  switch (state.name) {
    case 'saved': return [IconCircleCheckFilled, 'saved'];
    case 'waiting': return [IconCircleDashed, 'not saved yet'];
    case 'saving': return [IconLoader2, 'saving…'];
    case 'retrying': return [IconAlertTriangleFilled, `not saved: ${state.problem.message} Next try in ${Math.max(0, Math.ceil((state.at.getTime() - now.getTime()) / 1000))} s`];
    case 'refused': return [IconAlertOctagonFilled, 'not saved: refused'];
    case 'forbidden': return [IconAlertOctagonFilled, 'not saved: your role no longer permits it'];
    case 'gone': return [IconAlertOctagonFilled, 'not saved: the runbook was archived'];
    case 'conflict': return [IconAlertTriangleFilled, `not saved: ${state.theirs.author} changed it meanwhile`];
  }
}
