import { Anchor, Code, Table, Text, Tooltip } from '@mantine/core';
import { duration } from '@/ui/format';
import { exact } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { Link } from 'react-router';
import type { CallView } from '../data';

interface CallTableProps {
  readonly calls: readonly CallView[];
  /** Inside a step: its name is known already. */
  readonly compact?: boolean;
}

/** Calls with what was sent and what came back as hashes; the audit record is one click away. */
export function CallTable({ calls, compact = false }: CallTableProps) {
  const zone = useZone();
  return (
    <Table.ScrollContainer minWidth={560} type="native">
      <Table aria-label="Calls" verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>at</Table.Th>
            {compact ? null : <Table.Th>step</Table.Th>}
            <Table.Th>call</Table.Th>
            <Table.Th>where</Table.Th>
            <Table.Th ta="right">took</Table.Th>
            <Table.Th>outcome</Table.Th>
            <Table.Th>in → out</Table.Th>
            <Table.Th>record</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {calls.map((call) => (
            <Table.Tr key={call.record}>
              <Table.Td><Text size="xs">{exact(new Date(call.scheduledAt), zone).slice(11, 19)}</Text></Table.Td>
              {compact ? null : <Table.Td><Code fz="xs">{call.step ?? '—'}</Code></Table.Td>}
              <Table.Td><Text size="xs">{call.activity}</Text></Table.Td>
              <Table.Td><Text size="xs">{call.target}</Text></Table.Td>
              <Table.Td ta="right"><Text size="xs">{call.endedAt == null ? '…' : duration((Date.parse(call.endedAt) - Date.parse(call.scheduledAt)) / 1000)}</Text></Table.Td>
              <Table.Td>
                <Text size="xs" fw={call.outcome === 'completed' ? 400 : 600} style={{ overflowWrap: 'anywhere' }}>
                  {call.outcome}{call.attempts > 1 ? ` after ${call.attempts} tries` : ''}{call.error ? `: ${call.error}` : ''}
                </Text>
              </Table.Td>
              <Table.Td><Hash value={call.inputHash} /> → <Hash value={call.outputHash ?? null} /></Table.Td>
              <Table.Td><Anchor size="xs" component={Link} to={`/audit?record=${call.record}`}>{call.record}</Anchor></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Hash({ value }: { readonly value: string | null }) {
  if (value === null) return <Text span size="xs">—</Text>;
  return (
    <Tooltip label={value}>
      {/* The whole hash is within a keyboard's reach. */}
      { }
      <Code fz="xs" tabIndex={0}>{value.replace('sha256:', '').slice(0, 8)}</Code>
    </Tooltip>
  );
}
