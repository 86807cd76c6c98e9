import { Button, Group, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { useCan } from '@/shell/session';
import { Refused } from '@/ui/Refused';

/** A point of this moment at every complete standby: before an upgrade, before somebody tries something. */
export function TakePoint({ workload }: { readonly workload: string }) {
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const mayTake = useCan('takeRecoveryPoint');
  const take = useMutation({
    mutationFn: () => body(api.POST('/api/v1/recovery-points', { body: { workload, reason: reason.trim(), sites: null } })),
    onSuccess: () => {
      setReason('');
      return queries.invalidateQueries({ queryKey: ['recovery-points'] });
    },
  });
  if (!mayTake) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim().length >= 3) take.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Take a recovery point">
      <Group gap="xs" align="flex-end">
        <TextInput label="Take one now: why" description="It is recorded." size="xs" w={320} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Button type="submit" variant="default" disabled={reason.trim().length < 3} loading={take.isPending}>Take a point now</Button>
        {take.data ? <Text size="sm" role="status">Asked for: <Link to={`/runs/${take.data.id}`}>its run</Link>. It stands on the line when it is whole.</Text> : null}
      </Group>
      {take.error ? <Refused error={take.error} /> : null}
    </form>
  );
}
