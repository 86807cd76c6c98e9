import { Button, Group, List, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { Waiting } from '@/ui/Waiting';
import { useRunRefresh, type RunView } from '../data';

type AbortPreview = components['schemas']['AbortPreview'];
type AbortStep = components['schemas']['AbortStep'];

interface AbortDialogProps {
  readonly run: RunView;
  readonly close: () => void;
}

/** Aborting is an act of its own: what is taken back and what stays is said before, and a reason is asked for. */
export function AbortDialog({ run, close }: AbortDialogProps) {
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
  // What it would do changes with every step: asked for with the run's key, so that each event reads it again.
  const preview = useQuery({
    queryKey: ['runs', run.id, 'abort-preview'],
    queryFn: () => body(api.GET('/api/v1/runs/{run}/abort-preview', { params: { path: { run: run.id } } })),
  });
  const named = !run.real || typed === run.group;
  return (
    <Modal opened onClose={close} title={`Abort ${run.runbook ?? run.kind}?`} size="lg">
      <Stack gap="sm">
        <RunBand real={run.real} group={run.group ?? null} />
        {preview.isPending ? <Waiting what="Working out what an abort would do…" /> : null}
        <Refused error={preview.error} title="What an abort would do could not be read." />
        {preview.data ? <Preview of={preview.data} /> : null}
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
            <Button color="red.9" disabled={reason.trim().length < 3 || !named || abort.isPending} onClick={() => abort.mutate()}>
              {abort.isPending ? 'Ordering the abort…' : 'Abort the run'}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

function Preview({ of }: { readonly of: AbortPreview }) {
  return (
    <>
      <Text size="sm" {...(of.pastNoReturn ? { fw: 600, role: 'note' } : {})}>{of.summary}</Text>
      <Part title="Taken back, in this order" steps={of.undone} none="Nothing that was done has a compensation." />
      <Part title="Stopped now" steps={of.stopped} none="No step runs that can be stopped." />
      {of.waitedFor.length > 0 ? <Part title="Waited for" steps={of.waitedFor} none="" /> : null}
      <Part title="Stays as it is" steps={of.kept} none="Nothing." />
      <Part title="Never started" steps={of.neverStarted} none="Every step has begun." />
    </>
  );
}

interface PartProps {
  readonly title: string;
  readonly steps: readonly AbortStep[];
  readonly none: string;
}

function Part({ title, steps, none }: PartProps) {
  return (
    <div>
      <Text size="sm" fw={600}>{title}</Text>
      {steps.length === 0 ? <Text size="sm" c="dimmed">{none}</Text> : (
        <List size="sm" aria-label={title}>
          {steps.map((step) => (
            <List.Item key={`${step.path}${step.text}`}>
              {step.title}{step.text === 'stopped' || step.text === 'never started' ? null : <Text span inherit c="dimmed"> — {step.text}</Text>}
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
