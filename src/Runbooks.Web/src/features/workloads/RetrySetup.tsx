import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { StateMark } from '@/ui/StateMark';
import type { Protection, Workload } from './workloads';

/** A set-up that failed, why, and its second try: as real as the first. */
export function RetrySetup({ workload, protection }: { readonly workload: Workload; readonly protection: Protection }) {
  const may = useCan('retryProtection');
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const retry = useMutation({
    mutationFn: () => body(api.POST('/api/v1/protections/{protection}/retry', {
      params: { path: { protection: protection.id } }, headers: { 'If-Match': `"${protection.version}"` }, body: { reason: reason.trim() || null },
    })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['workloads'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === workload.group) retry.mutate();
  };
  return (
    <Paper withBorder p="md" component="section" aria-label="The set-up failed">
      <Stack gap="sm">
        <Group gap="sm"><StateMark state="setup-failed" /><Text size="sm">{protection.cause ?? 'Its run says why.'}</Text></Group>
        <Text size="sm">{workload.id} runs on at {workload.site} and is not protected: no complete copy exists. What the failed run had made at the standby was taken back.</Text>
        {may ? (
          <form onSubmit={submit}>
            <Stack gap="sm">
              <RunBand real group={workload.group} />
              <Text size="sm">Trying again makes the full copy from the beginning, to the same sites under the same agreement. Nothing of it is irreversible.</Text>
              <Group align="flex-end">
                <TextInput label="Reason" description="It is recorded." value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
                <TextInput label={`Type the group's name: ${workload.group}`} value={typed} autoComplete="off" onChange={(event) => setTyped(event.currentTarget.value)} />
                <Button type="submit" disabled={typed !== workload.group || retry.isSuccess} loading={retry.isPending}>Try the set-up of {workload.id} again</Button>
                <CommandLine compact command={`runbooks protection retry ${protection.id}`} />
              </Group>
            </Stack>
          </form>
        ) : null}
        <Refused error={retry.error} title="It was not tried again." />
      </Stack>
    </Paper>
  );
}
