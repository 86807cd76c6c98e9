import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import type { Workload } from '@/features/workloads/workloads';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { Waiting } from '@/ui/Waiting';
import { promise, protectBody, protectCommand, type Terms } from './terms';

/** The server checks the agreement first; then it says what will happen and asks for the group's name. */
export function StartProtection({ workload, terms }: { readonly workload: Workload; readonly terms: Terms }) {
  const asked = protectBody(workload.id, terms);
  const check = useQuery({
    queryKey: ['protections', 'check', asked],
    queryFn: () => body(api.POST('/api/v1/protections', { params: { query: { dryRun: true } }, body: asked })),
    staleTime: 0,
    retry: false,
  });
  if (check.isPending) return <Waiting what="Checking both sites and the agreement…" />;
  if (check.error) {
    return (
      <Stack align="flex-start">
        <Refused error={check.error} title="The check did not pass." />
        <Button variant="default" onClick={() => void check.refetch()} loading={check.isFetching}>Check again</Button>
      </Stack>
    );
  }
  return <Start workload={workload} terms={terms} />;
}

function Start({ workload, terms }: { readonly workload: Workload; readonly terms: Terms }) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const start = useMutation({
    mutationFn: () => body(api.POST('/api/v1/protections', { body: protectBody(workload.id, terms) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['workloads'] }),
  });
  return (
    <Paper withBorder p="md" component="section" aria-label="Start">
      <Stack>
        <RunBand real group={workload.group} />
        <Text role="status">The check passed: the sites answer and the agreement holds together.</Text>
        <Text>{promise(workload.id, workload.site, terms)}</Text>
        <Text size="sm">
          Nothing at {workload.site} is changed. Nothing here is irreversible: the copy at {terms.standbys.join(' and ')} is new.
        </Text>
        <TextInput
          label={`Type the group’s name, ${workload.group}, to begin`} value={typed} w={320} autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Refused error={start.error} />
        <Group>
          <Button onClick={() => start.mutate()} loading={start.isPending || start.isSuccess} disabled={typed !== workload.group}>
            Protect {workload.id} now
          </Button>
          <CommandLine command={protectCommand(workload.id, terms)} compact />
        </Group>
      </Stack>
    </Paper>
  );
}
