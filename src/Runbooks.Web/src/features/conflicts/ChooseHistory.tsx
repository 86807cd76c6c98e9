import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { Refused } from '@/ui/Refused';
import { decide, type Conflict, type Winner } from './conflicts';

/** The choice between two histories. Nothing is copied by it: the kept one is brought back by a failover of its own. */
export function ChooseHistory({ conflict }: { readonly conflict: Conflict }) {
  const [winner, setWinner] = useState<Winner | null>(null);
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const choice = useMutation({
    mutationFn: (chosen: Winner) => decide(conflict.id, chosen, reason.trim()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['conflicts'] }),
  });
  const ready = winner !== null && reason.trim().length >= 3;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) choice.mutate(winner);
  };
  const start = choice.data?.run;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Radio.Group label="Which history goes on?" value={winner ?? ''} onChange={(value) => setWinner(value as Winner)}>
          <Stack gap={6} mt={4}>
            <Radio value="current" label="The current one: what the returned site wrote alone is let go, and stays readable in its recovery point" />
            <Radio value="kept" label={`The kept one: by a failover to ${conflict.site}, which loses what was written since; it is asked for and approved like any other`} />
          </Stack>
        </Radio.Group>
        <TextInput label="Reason" description="It is recorded." value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        <Refused error={choice.error} title="The choice was not recorded." />
        <Group>
          <Button type="submit" loading={choice.isPending} disabled={!ready}>Record the choice</Button>
          {choice.data ? <Text size="sm" role="status">{choice.data.next}</Text> : null}
          {start ? <Button component={Link} to={startAddress(start)} variant="default">Open the failover</Button> : null}
        </Group>
      </Stack>
    </form>
  );
}

function startAddress(run: NonNullable<Awaited<ReturnType<typeof decide>>['run']>): string {
  const query = new URLSearchParams({ runbook: run.runbook ?? '', ...(run.group ? { group: run.group } : {}) });
  for (const [name, value] of Object.entries(run.inputs ?? {})) query.set(`in.${name}`, value);
  return `/runs/start?${query.toString()}`;
}
