import { Anchor, Badge, Button, Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { ChooseHistory } from './ChooseHistory';
import { conflictsQuery, failoverTo, type Conflict, type History, type Winner } from './conflicts';
import { Ranges } from './Ranges';

/** Copies that diverged: both histories are kept, and a person says which one goes on. */
export function Component() {
  const { data, error } = useQuery(conflictsQuery);
  const mayDecide = useCan('decideConflict');
  if (!data) return error ? <Refused error={error} title="The conflicts could not be read." /> : <Waiting what="Reading the conflicts…" />;
  if (data.items.length === 0) {
    return (
      <EmptyState page="Conflicts" title="No conflicts" command="runbooks conflict list">
        When a site went on alone after it was replaced, its writes are kept here as a second history until somebody decides.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Title order={1}>Conflicts</Title>
      {data.items.toSorted((one, other) => Number(other.state === 'open') - Number(one.state === 'open')).map((conflict) => <ConflictCard key={conflict.id} conflict={conflict} mayDecide={mayDecide} />)}
    </Stack>
  );
}

function ConflictCard({ conflict, mayDecide }: { readonly conflict: Conflict; readonly mayDecide: boolean }) {
  const open = conflict.state === 'open';
  return (
    <Card withBorder padding="md" component="article" aria-label={`Conflict of ${conflict.workload ?? conflict.protection}`}>
      <Stack gap="sm">
        <Group gap="sm">
          {conflict.workload ? <Anchor component={Link} to={`/workloads/${conflict.workload}`} fw={700}>{conflict.workload}</Anchor> : <Text fw={700}>{conflict.protection}</Text>}
          {open ? <StateMark state="conflict" /> : <StateMark state="decided" />}
          <Text size="sm">{conflict.group ? <>of <b>{conflict.group}</b>, </> : null}found <TimeText at={conflict.foundAt} /></Text>
          <CommandLine compact command={`runbooks conflict ${open ? 'decide' : 'get'} ${conflict.id}`} />
        </Group>
        <Text size="sm" maw="80ch">
          {conflict.site} went on alone after it was replaced. When it came back, what it had written by itself was kept. Both histories are whole; only one goes on.
        </Text>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <OneHistory conflict={conflict} which="current" />
          <OneHistory conflict={conflict} which="kept" />
        </SimpleGrid>
        {open ? null : <Decided conflict={conflict} />}
        {open && mayDecide ? <ChooseHistory conflict={conflict} /> : null}
        {open && !mayDecide ? <Text size="sm">An operator chooses which history goes on; your roles do not permit it.</Text> : null}
      </Stack>
    </Card>
  );
}

function OneHistory({ conflict, which }: { readonly conflict: Conflict; readonly which: Winner }) {
  const history = conflict[which];
  const kept = which === 'kept';
  const fate = conflict.winner == null ? null : conflict.winner === which ? 'goes on' : 'let go';
  const facts: [string, ReactNode][] = [
    [kept ? 'Written at' : 'Served at', history.site === '' ? 'no site: the protection has ended' : history.site],
    ...(history.generation == null ? [] : [['Generation', String(history.generation)] as [string, ReactNode]]),
    // The kept history's site may serve again: then it lacks nothing of what it serves.
    ...(!kept && history.site === conflict.site ? [] : [[kept ? 'Only here' : `Not at ${conflict.site}`, missing(history, kept)] as [string, ReactNode]]),
    ...(history.recoveryPoint == null ? [] : [['Kept in', <PointLink key="point" conflict={conflict} />] as [string, ReactNode]]),
  ];
  return (
    <Card withBorder padding="sm" role="group" aria-label={`The ${which} history`}>
      <Group gap="xs">
        <Text fw={600} size="sm">{kept ? `Kept: what ${conflict.site} wrote alone` : 'Current: what is served now'}</Text>
        {fate === null ? null : <Badge size="sm" variant="default" tt="none">{fate}</Badge>}
      </Group>
      <Table aria-label={`Facts of the ${which} history`} withRowBorders={false} verticalSpacing={2} horizontalSpacing={0}>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400} c="dimmed" pr="lg" w={110} style={{ whiteSpace: 'nowrap', verticalAlign: 'top' }}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Ranges history={history} />
    </Card>
  );
}

function missing(history: History, kept: boolean): string {
  if (history.bytes == null) return kept ? 'writes that nobody counted' : 'not known: the sites do not replicate to each other now';
  if (history.bytes === 0) return kept ? 'nothing' : 'nothing: it was brought up to date';
  return kept ? `${bytes(history.bytes)} that the other does not have` : bytes(history.bytes);
}

function PointLink({ conflict }: { readonly conflict: Conflict }) {
  if (!conflict.workload) return <Text span size="sm" ff="monospace">{conflict.id}</Text>;
  return <Anchor component={Link} to={`/workloads/${conflict.workload}?tab=points&point=${conflict.id}`} size="sm" ff="monospace">{conflict.id}</Anchor>;
}

/** Who chose, and what became of the other history. The choice alone copies nothing, so the next step stays at hand. */
function Decided({ conflict }: { readonly conflict: Conflict }) {
  const kept = conflict.winner === 'kept';
  return (
    <Stack gap="xs">
      <Text size="sm">
        <b>{conflict.decidedBy}</b> chose the {conflict.winner} history{conflict.decidedAt ? <> <TimeText at={conflict.decidedAt} /></> : null}: {conflict.reason}
      </Text>
      <Text size="sm" maw="80ch">
        {kept
          ? `It goes on when a failover to ${conflict.site} at its recovery point is asked for and approved. What was written since in the current history is lost by that.`
          : `What ${conflict.site} wrote alone stays readable in its recovery point until somebody drops that.`}
      </Text>
      {kept ? <Group><Button component={Link} to={failoverTo(conflict)} variant="default">Open the failover</Button></Group> : null}
    </Stack>
  );
}
