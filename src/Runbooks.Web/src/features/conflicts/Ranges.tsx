import { Table, Text } from '@mantine/core';
import { bytes } from '@/ui/format';
import type { History } from './conflicts';

// An id may break anywhere; a number may not, and is never cut off.
const line = { whiteSpace: 'nowrap', paddingInlineStart: 'var(--mantine-spacing-sm)' } as const;

/** Where the histories differ: the first ranges, and how many there are. */
export function Ranges({ history }: { readonly history: History }) {
  const ranges = history.ranges ?? [];
  if (ranges.length === 0) {
    return history.bytes ? <Text size="sm">Where these bytes lie is not known to the control plane.</Text> : null;
  }
  const count = history.rangeCount ?? ranges.length;
  return (
    <details open={count <= 8}>
      <summary style={{ fontSize: 'var(--mantine-font-size-sm)' }}>{count === 1 ? 'One range' : `${count} ranges`}{count > ranges.length ? `, the first ${ranges.length} here` : ''}</summary>
      <Table aria-label="Ranges that only this history has" horizontalSpacing={0}>
        <Table.Thead><Table.Tr><Table.Th>volume</Table.Th><Table.Th ta="right" style={line}>from byte</Table.Th><Table.Th ta="right" style={line}>length</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {ranges.map((range) => (
            <Table.Tr key={`${range.volume}/${range.offset}`}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{range.volume}</Table.Td><Table.Td ta="right" style={line}>{range.offset.toLocaleString('en')}</Table.Td><Table.Td ta="right" style={line}>{bytes(range.length)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
