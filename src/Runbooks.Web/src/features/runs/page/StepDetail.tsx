import { Box, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { exact } from '@/ui/TimeText';
import { meaningOf } from '@/ui/states';
import { useZone } from '@/ui/zone';
import { callsQuery, callsWithin, type CallView, type RunView } from '../data';
import { detailLines } from '../model/detail';
import { text, type RunRecord } from '../model/records';
import { CallTable } from './CallTable';
import type { StepRow } from './rows';

interface StepDetailProps {
  readonly run: RunView;
  readonly row: StepRow;
  readonly records: readonly RunRecord[];
  readonly now: number | null;
}

/** One step in full: its result, its log, and every call it made with the hashes that prove it. */
export function StepDetail({ run, row, records, now }: StepDetailProps) {
  const zone = useZone();
  const until = now ?? Infinity;
  const log = records.filter((record) => record.kind.startsWith('step.') && text(record.data['step']) === row.path && Date.parse(text(record.data['at']) ?? record.at) <= until);
  const calls = useQuery(callsQuery(run.id));
  const made = callsWithin(calls.data ?? [], row.path).filter((call) => Date.parse(call.scheduledAt) <= until);
  return (
    <Box p="sm" pl={34} style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Stack gap="sm">
        <Group gap="lg">
          <Text size="xs" c="dimmed">path <Code>{row.path}</Code></Text>
          {row.site ? <Text size="xs" c="dimmed">site {row.site}</Text> : null}
          {row.startedAt === null ? null : <Text size="xs" c="dimmed">began {exact(new Date(row.startedAt), zone)}</Text>}
          {row.endedAt === null ? null : <Text size="xs" c="dimmed">ended {exact(new Date(row.endedAt), zone)}</Text>}
          {row.attempts > 1 ? <Text size="xs" c="dimmed">{row.attempts} attempts</Text> : null}
        </Group>
        {detailLines(row.detail).map((line) => <Text size="sm" key={line} style={{ overflowWrap: 'anywhere' }}>{line}</Text>)}
        {log.length > 0 ? (
          <div>
            <Text size="sm" fw={600}>Log</Text>
            <Table withRowBorders={false} verticalSpacing={2}>
              <Table.Tbody>
                {log.map((record) => {
                  const at = Date.parse(text(record.data['at']) ?? record.at);
                  return (
                    <Table.Tr key={record.sequence}>
                      <Table.Td w={190}><Text size="xs">{exact(new Date(at), zone)}</Text></Table.Td>
                      <Table.Td w={110}><Text size="xs" fw={600}>{meaningOf(text(record.data['state']) ?? '').word}</Text></Table.Td>
                      <Table.Td><Text size="xs" style={{ overflowWrap: 'anywhere' }}>{text(record.data['question']) ?? detailLines(text(record.data['detail']) ?? '').join(' · ')}</Text></Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </div>
        ) : null}
        <div>
          <Group gap="xs">
            <Text size="sm" fw={600}>Evidence</Text>
            <Text size="xs" c="dimmed">
              {calls.isPending ? 'reading the calls…' : made.length === 0 ? 'no call is recorded for this step' : `${made.length} ${made.length === 1 ? 'call' : 'calls'}, ${duration(total(made))} in all`}
            </Text>
            <CommandLine compact command={`runbooks audit list --run ${run.id} --kind activity`} />
          </Group>
          <Refused error={calls.error} title="The calls could not be read." />
          {made.length > 0 ? <CallTable calls={made} compact /> : null}
        </div>
      </Stack>
    </Box>
  );
}

const total = (calls: readonly CallView[]): number =>
  calls.reduce((sum, call) => sum + (call.endedAt == null ? 0 : Date.parse(call.endedAt) - Date.parse(call.scheduledAt)), 0) / 1000;
