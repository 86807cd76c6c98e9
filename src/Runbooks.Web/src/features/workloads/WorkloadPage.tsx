import { Button, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { Exposure } from '@/ui/Exposure';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { RecoveryPoints } from './RecoveryPoints';
import { RetrySetup } from './RetrySetup';
import type { Watched } from './samples';
import { SetupProgress } from './SetupProgress';
import { VolumesTable } from './VolumesTable';
import { WorkloadCharts } from './WorkloadCharts';
import { WorkloadEvents } from './WorkloadEvents';
import { WorkloadSettings } from './WorkloadSettings';
import { workloadQuery, type Workload } from './workloads';

const tabs = ['overview', 'volumes', 'points', 'events', 'settings'] as const;
const titles = { overview: 'Overview', volumes: 'Volumes', points: 'Recovery points', events: 'Events', settings: 'Settings' } as const;

export function Component() {
  const { workload: id = '' } = useParams();
  const { data, error, dataUpdatedAt } = useQuery(workloadQuery(id));
  useEffect(() => {
    document.title = `${id} · Runbooks`;
    return () => { document.title = 'Runbooks'; };
  }, [id]);
  if (!data) return error ? <Refused error={error} title={`Workload ${id} could not be read.`} /> : <Waiting what={`Reading ${id}…`} />;
  return <Page watched={data} readAt={dataUpdatedAt} stale={error !== null} />;
}

interface PageProps {
  readonly watched: Watched;
  readonly readAt: number;
  readonly stale: boolean;
}

function Page({ watched: { workload, samples }, readAt, stale }: PageProps) {
  const [address, setAddress] = useSearchParams();
  const tab = tabs.find((each) => each === address.get('tab')) ?? 'overview';
  return (
    <Stack>
      <Heading workload={workload} />
      {stale ? <Text size="sm" role="status" fw={600}>Last known <TimeText at={new Date(readAt)} />: the control plane does not answer.</Text> : null}
      <Tabs
        value={tab} keepMounted={false}
        onChange={(next) => setAddress(next === 'overview' ? {} : { tab: next ?? '' }, { replace: true })}
      >
        <Tabs.List mb="md">
          {tabs.map((each) => <Tabs.Tab key={each} value={each}>{titles[each]}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Stack gap="xl">
            {workload.protection?.state === 'setup-failed' ? <RetrySetup workload={workload} protection={workload.protection} /> : null}
            <SetupProgress workload={workload} />
            <WorkloadCharts samples={samples} every={2} />
            <RecoveryPoints workload={workload} brief />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="volumes"><VolumesTable workload={workload} /></Tabs.Panel>
        <Tabs.Panel value="points"><RecoveryPoints workload={workload} /></Tabs.Panel>
        <Tabs.Panel value="events"><WorkloadEvents workload={workload} /></Tabs.Panel>
        <Tabs.Panel value="settings"><WorkloadSettings workload={workload} /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Heading({ workload }: { readonly workload: Workload }) {
  const mayProtect = useCan('protect');
  const standbys = (workload.protection?.policy.standbys ?? []).map(String);
  const others = [...new Set([String(workload.protection?.policy.homeSite ?? workload.site), ...standbys])].filter((site) => site !== workload.site);
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <div>
        <Group gap="lg">
          <Title order={1}>{workload.id}</Title>
          <StateMark state={workload.state} />
          <Text>{[workload.site, ...others].join(' → ')}</Text>
          <Text>exposure <Exposure exposure={workload.exposure} /></Text>
        </Group>
        <Text size="sm" c="dimmed">{workload.title} · group {workload.group} · {workload.tier || 'no tier'}</Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        {workload.protection || !mayProtect ? null : (
          <Button component={Link} to={`/workloads/protect?workload=${encodeURIComponent(workload.id)}`}>Protect</Button>
        )}
        {workload.protection?.run ? <Button component={Link} to={`/runs/${workload.protection.run}`} variant="default">Its set-up run</Button> : null}
        <CommandLine command={`runbooks workload get ${workload.id}`} compact />
      </Group>
    </Group>
  );
}
