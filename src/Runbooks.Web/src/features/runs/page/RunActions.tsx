import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { useMay } from '@/shell/session';
import { Refused } from '@/ui/Refused';
import { useRunRefresh, type RunView, type StepView } from '../data';
import { AbortDialog } from './AbortDialog';

interface RunActionsProps {
  readonly run: RunView;
  readonly steps: readonly StepView[];
}

/** What a person can do to a run as a whole; retry and skip stand at the step that asks. */
export function RunActions({ run, steps }: RunActionsProps) {
  const may = useMay('operator', 'approver');
  const [aborting, setAborting] = useState(false);
  if (!may || run.endedAt != null) return null;
  // A drill's hold is ended by Release; the step says that it holds.
  const holds = run.kind.startsWith('drill') && steps.some((step) => step.state === 'running' && /hold/i.test(step.title));
  return (
    <Group gap="xs">
      {run.state === 'running' || run.state === 'asking' ? <SignalButton run={run} signal="pause" label="Pause" busy="Pausing…" done="Pause is ordered" Icon={IconPlayerPause} /> : null}
      {run.state === 'paused' ? <SignalButton run={run} signal="resume" label="Resume" busy="Resuming…" done="Resume is ordered" Icon={IconPlayerPlay} /> : null}
      {holds ? <SignalButton run={run} signal="release" label="End the hold" busy="Ending…" done="The hold ends" Icon={IconPlayerPlay} /> : null}
      {run.state === 'aborting' ? null : (
        <Button variant="outline" color="red" leftSection={<IconPlayerStop size={14} aria-hidden />} onClick={() => setAborting(true)}>Abort…</Button>
      )}
      {aborting ? <AbortDialog run={run} close={() => setAborting(false)} /> : null}
    </Group>
  );
}

interface SignalButtonProps {
  readonly run: RunView;
  readonly signal: 'pause' | 'resume' | 'release';
  readonly label: string;
  readonly busy: string;
  readonly done: string;
  readonly Icon: typeof IconPlayerPause;
}

function SignalButton({ run, signal, label, busy, done, Icon }: SignalButtonProps) {
  const refresh = useRunRefresh(run.id);
  const send = useMutation({
    mutationFn: () => body(api.POST('/api/v1/runs/{run}/signals', {
      params: { path: { run: run.id } }, body: { signal, reason: null, question: null, choice: null, step: null },
    })),
    onSuccess: refresh,
  });
  return (
    <Popover opened={send.isError} onChange={() => send.reset()} width={380} position="bottom-end" withArrow>
      <Popover.Target>
        <Button
          variant="default" disabled={send.isPending || send.isSuccess} onClick={() => send.mutate()}
          leftSection={<Icon size={14} aria-hidden />}
        >
          {send.isPending ? busy : send.isSuccess ? done : label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <Stack gap={0}><Refused error={send.error} /></Stack>
        <Text size="xs" p={4}><Button variant="subtle" onClick={() => send.reset()}>Close</Button></Text>
      </Popover.Dropdown>
    </Popover>
  );
}
