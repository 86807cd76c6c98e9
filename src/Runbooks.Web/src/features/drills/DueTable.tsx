import { Anchor, Button, Group, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useCan } from '@/shell/session';
import { duration } from '@/ui/format';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { resultWord, type DrillGroup } from './drills';
import { withOffset } from './model/month';

const day = 86_400;

/** When each group's drill is due, who is late first: the order of the server. */
export function DueTable({ groups }: { readonly groups: readonly DrillGroup[] }) {
  const may = useCan('startRun');
  if (groups.length === 0) return <Text size="sm">No group exists yet, so no drill is due.</Text>;
  return (
    <Table.ScrollContainer minWidth={720} type="native">
      <Table aria-label="When drills are due" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>group</Table.Th><Table.Th>drill</Table.Th><Table.Th>rule</Table.Th><Table.Th>last drill</Table.Th>
            <Table.Th>next by the calendar</Table.Th><Table.Th ta="right" aria-label="actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{groups.map((group) => <Row key={group.group} group={group} may={may} />)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ group, may }: { readonly group: DrillGroup; readonly may: boolean }) {
  const late = group.overdueDays > 0;
  const last = group.results.at(-1);
  const [next] = group.schedules.filter((schedule) => !schedule.paused)
    .flatMap((schedule) => schedule.when.next.slice(0, 1).map((date) => ({ schedule, at: date.at })))
    .sort((a, b) => a.at.localeCompare(b.at));
  return (
    <Table.Tr>
      <Table.Td fw={600}>{group.title}</Table.Td>
      <Table.Td>{late ? <StateMark state="overdue" detail={`by ${duration(group.overdueDays * day)}`} /> : <>due <TimeText at={group.dueAt} /></>}</Table.Td>
      <Table.Td>every {group.drillEveryDays} days</Table.Td>
      <Table.Td>
        {last === undefined ? 'never' : (
          <Group gap="xs">
            <StateMark state={last.passed ? 'passed' : 'failed'} detail={last.passed ? undefined : resultWord(last)} />
            <Anchor size="sm" component={Link} to={`/runs/${last.run}`}><TimeText at={last.at} /></Anchor>
          </Group>
        )}
      </Table.Td>
      <Table.Td>{next ? <Text size="sm">{withOffset(next.schedule.when.timeZone, new Date(next.at))}</Text> : 'nothing scheduled'}</Table.Td>
      <Table.Td ta="right">
        {may ? <Button variant={late ? 'filled' : 'default'} component={Link} to={`/runs/start?runbook=drill-isolated&group=${encodeURIComponent(group.group)}`}>Start drill…</Button> : null}
      </Table.Td>
    </Table.Tr>
  );
}
