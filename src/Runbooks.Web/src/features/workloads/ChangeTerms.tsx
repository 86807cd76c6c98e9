import { Button, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import { Refused } from '@/ui/Refused';
import type { Protection } from './workloads';

/** What can be changed while it runs: what is promised, and how often one can go back. The data path's terms cannot. */
export function ChangeTerms({ protection, close }: { readonly protection: Protection; readonly close: () => void }) {
  const { policy } = protection;
  const queries = useQueryClient();
  const [rto, setRto] = useState((policy.rtoSeconds ?? 0) / 60);
  const [rpo, setRpo] = useState(policy.rpoSeconds ?? 0);
  const [every, setEvery] = useState((policy.recoveryPointEverySeconds ?? 0) / 60);
  const [kept, setKept] = useState(policy.recoveryPointsKept ?? 1);
  const [reason, setReason] = useState('');
  const change = useMutation({
    mutationFn: () => body(api.PATCH('/api/v1/protections/{protection}', {
      params: { path: { protection: protection.id } },
      headers: { 'If-Match': `"${protection.version}"` },
      body: {
        reason: reason.trim(), rtoSeconds: rto * 60, rpoSeconds: rpo, recoveryPointEverySeconds: every * 60, recoveryPointsKept: kept,
        mode: null, onLinkLoss: null, ifArbiterUnreachable: null, peerTimeoutSeconds: null, holdDownSeconds: null, catchUpBytesPerSecondMax: null,
      },
    })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['workloads'] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim().length >= 3) change.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Change the agreement">
      <Stack gap="sm">
        <SimpleGrid cols={2}>
          <NumberInput label="Runs again within (RTO)" suffix=" min" min={1} value={rto} onChange={(value) => setRto(Number(value))} />
          <NumberInput label="May lose at most (RPO)" suffix=" s" min={0} value={rpo} onChange={(value) => setRpo(Number(value))} />
          <NumberInput label="A recovery point every" suffix=" min" min={0} value={every} onChange={(value) => setEvery(Number(value))} />
          <NumberInput label="Recovery points kept" min={1} value={kept} onChange={(value) => setKept(Number(value))} />
        </SimpleGrid>
        <TextInput label="Reason" description="It is recorded with your name." required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Text size="xs" c="dimmed">Sites, mode and what a lost link means are agreed anew by removing the protection and protecting again.</Text>
        <Refused error={change.error} title="The agreement was not changed." />
        <Group>
          <Button type="submit" disabled={reason.trim().length < 3} loading={change.isPending}>Change the agreement</Button>
          <Button variant="default" onClick={close}>Close</Button>
        </Group>
      </Stack>
    </form>
  );
}
