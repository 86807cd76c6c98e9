import { Button, List, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { CommandLine } from '@/ui/CommandLine';
import { StateMark } from '@/ui/StateMark';
import type { Overview } from './overview';

/** An empty installation: the way to a first protection, and how far along it one is. */
export function FirstProtection({ overview }: { readonly overview: Overview }) {
  const connected = overview.counts.sites - overview.counts.sitesSilent;
  const sitesReady = connected >= 2;
  return (
    <Stack align="flex-start" maw={720} gap="lg">
      <div>
        <Title order={2}>Nothing is protected yet</Title>
        <Text>A protection keeps a second copy of a machine’s disks, complete at every write, and knows when it is not.</Text>
      </div>
      <List type="ordered" spacing="md">
        <List.Item>
          <Text fw={600} span>Two sites with an agent each. </Text>
          <StateMark state={sitesReady ? 'ready' : 'waiting'} detail={`${connected} of ${overview.counts.sites} sites answer`} />
          {sitesReady ? null : <div><Button component={Link} to="/sites?add" mt="xs">Add a site</Button></div>}
        </List.Item>
        <List.Item>
          <Text fw={600} span>A disk image, adopted where it lies, and protected. </Text>
          <Text size="sm">Nothing is copied or changed at its site; the copy is made at the other one.</Text>
          <Stack gap="xs" align="flex-start" mt="xs">
            <Button component={Link} to="/workloads/protect" size="sm" variant={sitesReady ? 'filled' : 'default'}>Protect a workload</Button>
            <CommandLine command="runbooks protection protect --help" />
          </Stack>
        </List.Item>
        <List.Item>
          <Text fw={600} span>A drill, which proves that it works. </Text>
          <Text size="sm">It starts the copy in isolation and leaves nothing behind.</Text>
        </List.Item>
      </List>
    </Stack>
  );
}
