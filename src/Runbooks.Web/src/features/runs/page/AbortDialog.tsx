import { Button, Group, List, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { useRunRefresh, type PlanStep, type RunView, type StepView } from '../data';
import { abortPreview } from './abortPreview';

interface AbortDialogProps {
  readonly run: RunView;
  readonly plan: readonly PlanStep[];
  readonly steps: readonly StepView[];
  readonly close: () => void;
}

/** Aborting is an act of its own: what is taken back and what stays is said before, and a reason is asked for. */
export function AbortDialog({ run, plan, steps, close }: AbortDialogProps) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const refresh = useRunRefresh(run.id);
  const abort = useMutation({
    mutationFn: () => body(api.POST('/api/v1/runs/{run}/signals', {
      params: { path: { run: run.id } }, body: { signal: 'abort', reason, question: null, choice: null, step: null },
    })),
    onSuccess: async () => {
      await refresh();
      close();
    },
  });
  const preview = abortPreview(plan, steps);
  const named = !run.real || typed === run.group;
  return (
    <Modal opened onClose={close} title={`Abort ${run.runbook ?? run.kind}?`} size="lg">
      <Stack gap="sm">
        <RunBand real={run.real} group={run.group ?? null} />
        {run.state === 'requested' ? <Text size="sm">It has not begun: nothing needs to be taken back.</Text> : (
          <>
            <Part title="Running now: each ends first" items={preview.running} none="No step runs." />
            <Part title="Taken back, in this order" items={preview.takenBack} none="Nothing that was done has a compensation." />
            <Part title="Stays as it is" items={preview.stays} none="Nothing." />
            <Part title="Not started any more" items={preview.never} none="Every step has begun." />
            {plan.length === 0 ? <Text size="sm" c="dimmed">The plan of this run is not known here; only its steps so far are listed.</Text> : null}
          </>
        )}
        <Textarea
          label="Reason" description="It is recorded with your name." required autosize minRows={2} value={reason} data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {run.real && run.group ? (
          <TextInput label={`Type the group's name: ${run.group}`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" />
        ) : null}
        <Refused error={abort.error} />
        <Group justify="space-between">
          <CommandLine compact command={`runbooks run abort ${run.id} --reason "${reason || '…'}"`} />
          <Group gap="xs">
            <Button variant="default" onClick={close}>Keep it running</Button>
            <Button color="red" disabled={reason.trim().length < 3 || !named || abort.isPending} onClick={() => abort.mutate()}>
              {abort.isPending ? 'Ordering the abort…' : 'Abort the run'}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

function Part({ title, items, none }: { readonly title: string; readonly items: readonly string[]; readonly none: string }) {
  return (
    <div>
      <Text size="sm" fw={600}>{title}</Text>
      {items.length === 0 ? <Text size="sm" c="dimmed">{none}</Text> : (
        <List size="sm">{items.map((item) => <List.Item key={item}>{item}</List.Item>)}</List>
      )}
    </div>
  );
}
