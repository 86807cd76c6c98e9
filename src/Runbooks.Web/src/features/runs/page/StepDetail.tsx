import { Box, Code, Group, Stack, Table, Text } from '@mantine/core';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { exact } from '@/ui/TimeText';
import { meaningOf } from '@/ui/states';
import { useZone } from '@/ui/zone';
import type { RunView } from '../data';
import { callsWithin, type Call } from '../model/calls';
import { text, type AuditRecord } from '../model/records';
import { CallTable } from './CallTable';
import { detailLines, type StepRow } from './rows';

interface StepDetailProps {
  readonly run: RunView;
  readonly row: StepRow;
  readonly calls: readonly Call[];
  readonly records: readonly AuditRecord[];
  readonly now: number | null;
}

/** One step in full: its result, its log, and every call it made with the hashes that prove it. */
export function StepDetail({ run, row, calls, records, now }: StepDetailProps) {
  const zone = useZone();
  const until = now ?? Infinity;
  const log = records.filter((record) => record.kind.startsWith('step.') && text(record.data['step']) === row.path && Date.parse(text(record.data['at']) ?? record.at) <= until);
  const made = callsWithin(calls, row.path).filter((call) => call.at <= until);
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
              {made.length === 0 ? 'no call is recorded for this step' : `${made.length} calls, ${duration(total(made))} in all`}
            </Text>
            <CommandLine compact command={`runbooks audit list --run ${run.id} --kind activity`} />
          </Group>
          {made.length > 0 ? <CallTable calls={made} compact /> : null}
        </div>
      </Stack>
    </Box>
  );
}

const total = (calls: readonly Call[]): number => calls.reduce((sum, call) => sum + ((call.endedAt ?? call.at) - call.at), 0) / 1000;
