import { Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';

/** Copies that diverged: both histories are kept, and a person says which one goes on. */
export function Component() {
  const { data, error } = useQuery({ queryKey: ['conflicts'], queryFn: () => body(api.GET('/api/v1/conflicts')) });
  if (!data) return error ? <Refused error={error} title="The conflicts could not be read." /> : <Waiting what="Reading the conflicts…" />;
  if (data.items.length === 0) {
    return (
      <EmptyState title="No conflicts" command="runbooks conflict list">
        When a site went on alone after it was replaced, its writes are kept here as a second history until somebody decides.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Title order={1}>Conflicts</Title>
      {data.items.map((conflict) => (
        <Card key={conflict.id} withBorder padding="md" component="article" aria-label={conflict.id}>
          <Stack gap="xs">
            <Group><Text fw={700}>{conflict.protection}</Text><StateMark state="conflict" detail={`at ${conflict.site}`} /><Text size="sm">found <TimeText at={conflict.foundAt} /></Text></Group>
            <Text size="sm">Both histories are kept: the one that went on, and what {conflict.site} wrote after it was replaced.</Text>
            <Code block>{JSON.stringify(conflict.facts, null, 2)}</Code>
            <CommandLine command={`runbooks conflict get ${conflict.id}`} />
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}
