import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { SetupProgress } from '@/features/workloads/SetupProgress';
import type { Workload } from '@/features/workloads/workloads';
import { Exposure } from '@/ui/Exposure';
import { StateMark } from '@/ui/StateMark';

/** The full copy as it goes, until the arbiter says that both sites are complete. */
export function ProtectedStep({ workload }: { readonly workload: Workload }) {
  const done = workload.exposure.state === 'proven';
  return (
    <Stack>
      <Title order={2}>{workload.id} <StateMark state={workload.state} /></Title>
      <Text>exposure <Exposure exposure={workload.exposure} /></Text>
      <SetupProgress workload={workload} always />
      <Text size="sm" role="status">
        {done ? 'Both sites are complete. A drill is what proves that the copy starts.' : 'The copy goes on when this page is closed.'}
      </Text>
      <Group>
        <Button component={Link} to={`/workloads/${workload.id}`}>Open the workload</Button>
        <Button component={Link} to={`/drills?group=${encodeURIComponent(workload.group)}`} variant="default">Go to the drills</Button>
      </Group>
    </Stack>
  );
}
