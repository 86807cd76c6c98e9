import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
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
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Radio.Group label="Which history goes on?" value={winner ?? ''} onChange={(value) => setWinner(value as Winner)}>
          <Stack gap="xs" mt={4}>
            <Radio value="current" label="The current one" description={`What is served stays as it is. What ${conflict.site} wrote alone is let go; it stays readable in its recovery point until somebody drops that.`} />
            <Radio value="kept" label="The kept one" description={`By a failover to ${conflict.site} that you ask for next, approved like any other. What was written since in the current history is lost by it.`} />
          </Stack>
        </Radio.Group>
        <TextInput label="Reason" description="It is recorded." maw="80ch" value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        <Refused error={choice.error} title="The choice was not recorded." />
        <Group>
          <Button type="submit" loading={choice.isPending} disabled={!ready}>Record the choice</Button>
        </Group>
      </Stack>
    </form>
  );
}
