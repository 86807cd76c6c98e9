import { Anchor, Group, Stack, Switch, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { useLiveness } from '@/shell/live';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { exact } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { recordsQuery, type RunView } from '../data';
import { recordWords } from '../model/recordWords';
import type { RunRecord } from '../model/records';
import { Tag } from '../Tag';
import type { useWhere } from './where';

interface EventsTabProps {
  readonly run: RunView;
  readonly records: readonly RunRecord[];
  readonly where: ReturnType<typeof useWhere>;
}

/** Everything that was recorded of the run, in the chain's order: each once, none missing. */
export function EventsTab({ run, records, where }: EventsTabProps) {
  const zone = useZone();
  const live = useLiveness();
  const [calls, setCalls] = useState(false);
  const all = useQuery({ ...recordsQuery(run.id, true), enabled: calls });
  const shown = calls ? all.data ?? records : records;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Group gap="sm">
          <Text size="sm" role="status" data-count={shown.length}>
            {shown.length} records{calls && all.isPending ? ', reading the calls…' : ''}
            {run.endedAt == null ? (live.name === 'live' ? ', more as they happen' : ', the stream is not live') : ''}
          </Text>
          <Switch size="xs" label="calls to sites" checked={calls} onChange={(event) => setCalls(event.currentTarget.checked)} />
        </Group>
        <CommandLine compact command={`runbooks audit list --run ${run.id} --order asc`} />
      </Group>
      {calls ? <Refused error={all.error} title="The calls could not be read." /> : null}
      <Table.ScrollContainer minWidth={640} type="native">
        <Table aria-label="Events of the run" verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={70}>record</Table.Th>
              <Table.Th w={180}>at</Table.Th>
              <Table.Th w={150}>event</Table.Th>
              <Table.Th w={130}>by</Table.Th>
              <Table.Th>what</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((record) => {
              const step = typeof record.data['step'] === 'string' && record.kind.startsWith('step.') ? record.data['step'] : null;
              return (
                <Table.Tr key={record.sequence} data-sequence={record.sequence}>
                  <Table.Td><Anchor size="xs" component={Link} to={`/audit?record=${record.sequence}`}>{record.sequence}</Anchor></Table.Td>
                  <Table.Td><Text size="xs">{exact(new Date(record.at), zone)}</Text></Table.Td>
                  <Table.Td><Tag colour={failed(record) ? 'red' : 'gray'}>{record.kind}</Tag></Table.Td>
                  <Table.Td><Text size="xs">{record.actor}</Text></Table.Td>
                  <Table.Td>
                    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                      {step === null ? null : (
                        <Text
                          span inherit fw={600} component="button" type="button" onClick={() => { where.set('tab', null); where.set('step', step); }}
                          style={{ background: 'none', border: 0, padding: 0, cursor: 'pointer', color: 'inherit', textDecoration: 'underline' }}
                        >
                          {String(record.data['title'] ?? step)}
                        </Text>
                      )}
                      {step === null ? '' : ' '}
                      {recordWords(record)}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

const failed = (record: RunRecord): boolean => /\.(failed|timed-out|rejected)$/.test(record.kind) || record.data['state'] === 'failed';
