import { Group, Stack, Title } from '@mantine/core';
import { Refused } from '@/ui/Refused';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { useQuery } from '@tanstack/react-query';
import { ControlPlaneLine } from './ControlPlaneLine';
import { FirstProtection } from './FirstProtection';
import { GroupsTable } from './GroupsTable';
import { NeedsAttention } from './NeedsAttention';
import { overviewQuery } from './overview';
import { RunsInFlight } from './RunsInFlight';

export function Component() {
  const { data, error } = useQuery(overviewQuery);
  if (!data) return error ? <Refused error={error} title="The overview could not be read." /> : <Waiting what="Reading the overview…" />;
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <Title order={1}>Overview</Title>
        {error ? <span role="status">last known <TimeText at={data.at} /></span> : null}
      </Group>
      {data.counts.workloads === 0 ? <FirstProtection overview={data} /> : (
        <>
          <NeedsAttention groups={data.groups} />
          <GroupsTable groups={data.groups} />
        </>
      )}
      <RunsInFlight runs={data.runs} />
      <ControlPlaneLine overview={data} />
    </Stack>
  );
}
