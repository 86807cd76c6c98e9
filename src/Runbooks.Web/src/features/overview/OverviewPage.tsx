import { Stack, Table, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { EmptyState } from '@/ui/EmptyState';
import { Exposure } from '@/ui/Exposure';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { Waiting } from '@/ui/Waiting';

export function Component() {
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  if (groups.isPending) return <Waiting what="Reading the application groups…" />;
  if (groups.error) return <Refused error={groups.error} title="The groups could not be read." />;
  if (groups.data.items.length === 0) {
    return (
      <EmptyState title="Nothing is protected yet" command="runbooks protection create --help">
        A group holds the workloads that fail over together.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Title order={1}>Overview</Title>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>group</Table.Th>
            <Table.Th>state</Table.Th>
            <Table.Th>exposure</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {groups.data.items.map((group) => (
            <Table.Tr key={group.id}>
              <Table.Td>{group.title}</Table.Td>
              <Table.Td><StateMark state={group.state} /></Table.Td>
              <Table.Td><Exposure bytes={group.exposureBytes} seconds={group.exposureSeconds} text={group.exposure} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
