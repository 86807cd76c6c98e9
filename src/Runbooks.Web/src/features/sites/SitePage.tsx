import { Button, Group, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { api, body } from '@/api/client';
import { workloadsQuery } from '@/features/workloads/workloads';
import { Facts } from '@/features/workloads/WorkloadSettings';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { JoinToken } from './JoinToken';

export function Component() {
  const { site: id = '' } = useParams();
  const { data: site, error } = useQuery({
    queryKey: ['sites', id],
    queryFn: () => body(api.GET('/api/v1/sites/{site}', { params: { path: { site: id } } })),
    refetchInterval: 5_000,
  });
  const workloads = useQuery(workloadsQuery);
  const mayEnrol = useCan('createJoinToken');
  const mayRevoke = useCan('revokeSite');
  if (!site) return error ? <Refused error={error} title={`Site ${id} could not be read.`} /> : <Waiting what={`Reading ${id}…`} />;
  const { agent } = site;
  const here = (workloads.data ?? []).filter((each) => each.volumes.some((volume) => volume.site === id));
  return (
    <Stack>
      <Group gap="lg">
        <Title order={1}>{site.id}</Title>
        <StateMark state={site.state} />
        <Text c="dimmed">{[site.title === site.id ? '' : site.title, site.location].filter(Boolean).join(' · ')}</Text>
        <CommandLine command={`runbooks site status ${site.id}`} compact />
      </Group>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Stack gap="xs">
          <Title order={2}>Agent</Title>
          {agent && site.state !== 'connected' ? <Text size="sm" role="note">It is not heard now; this is what it said last.</Text> : null}
          {agent ? (
            <Facts
              label="Agent"
              rows={[
                ['last heartbeat', <TimeText key="at" at={agent.lastHeartbeat} />],
                ['version', agent.version],
                ['clock offset', `${Math.round(agent.clockOffsetMilliseconds)} ms`],
                ['certificate', agent.certificateDaysLeft == null ? (site.state === 'revoked' ? 'revoked' : 'none') : `${agent.certificateDaysLeft.toFixed(1)} days left${site.state === 'connected' ? '; renewed by itself' : ''}`],
                ['free space', bytes(agent.freeBytes)],
                ['volumes', String(agent.volumes)],
                ['guests connect to', agent.nbdAddress],
                ['other sites connect to', agent.wanAddress],
                ['instance', agent.instance],
              ]}
            />
          ) : <Text size="sm">No agent has joined as this site yet.</Text>}
        </Stack>
        <Stack gap="xs">
          <Title order={2}>Workloads with a copy here ({here.length})</Title>
          {here.length === 0 ? <Text size="sm">None.</Text> : (
            <Facts
              label="Workloads here"
              rows={here.map((each) => [each.id, (
                <Group key={each.id} gap="sm">
                  <Link to={`/workloads/${each.id}`}>open</Link>
                  <span>{each.site === id ? 'primary' : 'standby'}</span>
                  <StateMark state={each.state} />
                </Group>
              )])}
            />
          )}
        </Stack>
      </SimpleGrid>
      {mayEnrol ? (
        <Stack gap="xs">
          <Title order={2}>Enrolment</Title>
          <JoinToken site={site.id} replace={Boolean(agent)} />
        </Stack>
      ) : null}
      {site.state === 'revoked' ? (
        <Text size="sm" role="status">Its certificates are revoked: the control plane and the other sites refuse it. A new join token lets an agent come back as {site.id}.</Text>
      ) : mayRevoke && agent ? <Revoke site={site.id} /> : null}
    </Stack>
  );
}

function Revoke({ site }: { readonly site: string }) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.POST('/api/v1/sites/{site}/revoke', { params: { path: { site } }, body: { reason } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sites'] }),
  });
  return (
    <Stack gap="xs" component="section" aria-label="Revoke its certificates">
      <Title order={2}>Revoke its certificates</Title>
      <Text size="sm">The agent can no longer speak to the control plane nor to other sites; a machine on its primary copies goes by its link-loss policy. To come back it must be enrolled anew.</Text>
      <Group align="flex-end">
        <TextInput label="Why" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <TextInput label={`Type ${site}`} value={typed} autoComplete="off" onChange={(event) => setTyped(event.currentTarget.value)} />
        <Button color="red.8" disabled={typed !== site || !reason.trim()} loading={revoke.isPending} onClick={() => revoke.mutate()}>Revoke {site}</Button>
        <CommandLine command={`runbooks site revoke ${site} --reason '…'`} compact />
      </Group>
      <Refused error={revoke.error} />
    </Stack>
  );
}
