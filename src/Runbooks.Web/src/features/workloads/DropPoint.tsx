import { Button, Group, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import type { PointAtSites } from './timeLine';

/** Drops a point at every site that keeps it: nobody can go back to it afterwards. */
export function DropPoint({ point }: { readonly point: PointAtSites }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  // Asked twice over a cut line, it happens once.
  const [once] = useState(() => crypto.randomUUID());
  const drop = useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/recovery-points/{point}', {
      params: { path: { point: point.id }, query: { reason: reason.trim() } }, headers: { 'Idempotency-Key': once },
    })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['recovery-points'] }),
  });
  const ready = reason.trim().length >= 3 && !drop.isSuccess;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !drop.isPending) drop.mutate();
  };
  if (!open) return <Group><Button variant="subtle" color="red.8" onClick={() => setOpen(true)}>Drop it…</Button></Group>;
  return (
    <form onSubmit={submit} aria-label="Drop the recovery point">
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Why it is dropped" description={`It goes at ${point.sites.join(', ')}. This cannot be taken back.`} w={320} size="xs"
          value={reason} onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button type="submit" color="red.9" disabled={!ready} loading={drop.isPending}>Drop it for good</Button>
        {drop.data ? <Text size="sm" role="status">Asked for: <Link to={`/runs/${drop.data.id}`}>its run</Link>. It leaves the line when every copy is gone.</Text> : null}
        <CommandLine compact command={`runbooks point drop ${point.id} --reason '${reason.trim() || '…'}'`} />
      </Group>
      {drop.error ? <Refused error={drop.error} title="It was not dropped." /> : null}
    </form>
  );
}
