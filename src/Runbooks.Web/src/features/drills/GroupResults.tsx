import { Anchor, Paper, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { duration } from '@/ui/format';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { resultWord, type DrillGroup, type DrillResult } from './drills';
import { Trend } from './Trend';

const trendLength = 30;
const listLength = 6;

/** What a group's drills measured, against what was promised. */
export function GroupResults({ group }: { readonly group: DrillGroup }) {
  const recent = group.results.slice(-trendLength);
  const failed = recent.filter((result) => !result.passed).length;
  return (
    <Paper withBorder p="sm" component="section" aria-label={`Results of ${group.title}`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>{group.title}</Text>
          <Text size="sm">{recent.length === 1 ? '1 drill' : `${recent.length} drills`}, {failed === 0 ? 'all passed' : `${failed} not passed`}</Text>
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Trend title="Recovery time" results={recent} valueOf={(result) => result.recoverySeconds} target={recent.at(-1)?.rtoSeconds ?? null} />
          <Trend title="Recovery point" results={recent} valueOf={(result) => result.pointSeconds} target={recent.at(-1)?.rpoSeconds ?? null} />
        </SimpleGrid>
        <Table aria-label={`Drills of ${group.title}`} verticalSpacing={2}>
          <Table.Thead>
            <Table.Tr><Table.Th>ended</Table.Th><Table.Th>result</Table.Th><Table.Th ta="right">recovery time</Table.Th><Table.Th ta="right">recovery point</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>{recent.toReversed().slice(0, listLength).map((result) => <Row key={result.run} result={result} />)}</Table.Tbody>
        </Table>
        {recent.length > listLength ? <Text size="sm"><Anchor inherit component={Link} to={`/runs?group=${encodeURIComponent(group.group)}`}>All runs of {group.title}</Anchor></Text> : null}
      </Stack>
    </Paper>
  );
}

function Row({ result }: { readonly result: DrillResult }) {
  return (
    <Table.Tr>
      <Table.Td><Anchor size="sm" component={Link} to={`/runs/${result.run}`}><TimeText at={result.at} /></Anchor></Table.Td>
      <Table.Td><StateMark state={result.passed ? 'passed' : 'failed'} detail={result.passed ? undefined : resultWord(result)} /></Table.Td>
      <Table.Td ta="right"><Measured value={result.recoverySeconds} target={result.rtoSeconds} /></Table.Td>
      <Table.Td ta="right"><Measured value={result.pointSeconds} target={result.rpoSeconds} /></Table.Td>
    </Table.Tr>
  );
}

function Measured({ value, target }: { readonly value: number | null; readonly target: number | null }) {
  const missed = value !== null && target !== null && value > target;
  return (
    <Text span size="sm" fw={missed ? 700 : 400}>
      {value === null ? 'not measured' : duration(value)}{target === null ? '' : ` of ${duration(target)}`}{missed ? ', missed' : ''}
    </Text>
  );
}
