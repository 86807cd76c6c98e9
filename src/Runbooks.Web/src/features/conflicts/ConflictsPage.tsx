import { Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { ChooseHistory } from './ChooseHistory';
import { conflictsQuery, type Conflict, type History } from './conflicts';
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
      {data.items.map((conflict) => <ConflictCard key={conflict.id} conflict={conflict} mayDecide={mayDecide} />)}
    </Stack>
  );
}

function ConflictCard({ conflict, mayDecide }: { readonly conflict: Conflict; readonly mayDecide: boolean }) {
  const open = conflict.state === 'open';
  return (
    <Card withBorder padding="md" component="article" aria-label={`Conflict of ${conflict.workload ?? conflict.protection}`}>
      <Stack gap="sm">
        <Group>
          <Text fw={700}>{conflict.workload ?? conflict.protection}</Text>
          {open ? <StateMark state="conflict" /> : <StateMark state="decided" />}
          <Text size="sm">found <TimeText at={conflict.foundAt} /></Text>
          <CommandLine compact command={`runbooks conflict ${open ? 'decide' : 'get'} ${conflict.id}`} />
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <OneHistory title="Current: what is served now" history={conflict.current} won={conflict.winner === 'current'} />
          <OneHistory title={`Kept: what ${conflict.site} wrote alone`} history={conflict.kept} won={conflict.winner === 'kept'} />
        </SimpleGrid>
        {open ? null : (
          <Text size="sm">
            <b>{conflict.decidedBy}</b> chose the {conflict.winner} history{conflict.decidedAt ? <> <TimeText at={conflict.decidedAt} /></> : null}: {conflict.reason}
          </Text>
        )}
        {open && mayDecide ? <ChooseHistory conflict={conflict} /> : null}
        {open && !mayDecide ? <Text size="sm">An operator chooses which history goes on; your roles do not permit it.</Text> : null}
      </Stack>
    </Card>
  );
}

function OneHistory({ title, history, won }: { readonly title: string; readonly history: History; readonly won: boolean }) {
  return (
    <Card withBorder padding="sm">
      <Text fw={600} size="sm">{title}{won ? ' — chosen' : ''}</Text>
      <Text size="sm">{history.text}</Text>
      <Text size="sm">
        {history.site === '' ? 'no site' : history.site}
        {history.generation == null ? '' : ` · generation ${history.generation}`}
        {history.bytes == null ? '' : ` · ${bytes(history.bytes)} that the other does not have`}
      </Text>
      <Ranges history={history} />
      {history.since == null ? null : <Text size="sm">since <TimeText at={history.since} /></Text>}
      {history.until == null ? null : <Text size="sm">until <TimeText at={history.until} /></Text>}
      {history.recoveryPoint == null ? null : <Text size="sm" ff="monospace">{history.recoveryPoint}</Text>}
    </Card>
  );
}
