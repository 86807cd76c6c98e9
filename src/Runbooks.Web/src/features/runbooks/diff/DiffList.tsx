import { Table, Text } from '@mantine/core';
import type { DiffItem } from '../queries';

/** A difference by meaning, one line for each changed place. */
export function DiffList({ items }: { readonly items: readonly DiffItem[] }) {
  if (items.length === 0) return <Text size="sm">They mean the same; only comments or layout differ.</Text>;
  return (
    <Table.ScrollContainer minWidth={480} type="native">
      <Table aria-label="Differences">
        <Table.Thead><Table.Tr><Table.Th>change</Table.Th><Table.Th>where</Table.Th><Table.Th>before</Table.Th><Table.Th>after</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {items.map((item, i) => (
            <Table.Tr key={`${item.path}${i}`}>
              <Table.Td><Text size="sm" fw={600}>{item.change}</Text></Table.Td>
              <Table.Td><Text size="sm" style={{ overflowWrap: 'anywhere' }}>{item.path}</Text></Table.Td>
              <Table.Td><Written value={item.before} /></Table.Td>
              <Table.Td><Written value={item.after} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Written({ value }: { readonly value: string | null }) {
  return <Text size="xs" ff="monospace" lineClamp={4} style={{ overflowWrap: 'anywhere' }}>{value ?? '—'}</Text>;
}
