import { Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import type { Workload } from '@/features/workloads/workloads';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { Waiting } from '@/ui/Waiting';
import { CheckList } from './CheckList';
import { promise, protectBody, protectCommand, type Terms } from './terms';

/** The server checks the agreement first; then it says what will happen and asks for the group's name. */
export function StartProtection({ workload, terms }: { readonly workload: Workload; readonly terms: Terms }) {
  const asked = protectBody(workload.id, terms);
  const check = useQuery({
    queryKey: ['protections', 'check', asked],
    // First everything at once that can be looked at, then whether the request itself would be taken.
    queryFn: async () => {
      const seen = await body(api.POST('/api/v1/protections/check', { body: asked }));
      if (seen.ok) await api.POST('/api/v1/protections', { params: { query: { dryRun: true } }, body: asked });
      return seen;
    },
    staleTime: 0,
    retry: false,
  });
  if (check.isPending) return <Waiting what="Checking both sites, the disks and the agreement…" />;
  const again = <Button variant="default" onClick={() => void check.refetch()} loading={check.isFetching}>Check again</Button>;
  if (check.error) return <Stack align="flex-start"><Refused error={check.error} title="The check did not pass." />{again}</Stack>;
  return (
    <Stack>
      <CheckList checks={check.data.checks} />
      {check.data.ok ? <Start workload={workload} terms={terms} /> : (
        <Group><Text fw={600} role="alert">It cannot begin like this: something above stands in the way.</Text>{again}</Group>
      )}
    </Stack>
  );
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
        <Text role="status">Nothing stands in the way.</Text>
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
