import { Table, Text } from '@mantine/core';
import type { Difference } from '../queries';

interface Row {
  readonly change: string;
  readonly where: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A difference by meaning, one line for each changed place. */
export function DiffList({ difference }: { readonly difference: Difference }) {
  const rows = rowsOf(difference);
  if (rows.length === 0) return <Text size="sm">They mean the same; only comments or the order of words differ.</Text>;
  return (
    <Table.ScrollContainer minWidth={480} type="native">
      <Table aria-label="Differences">
        <Table.Thead><Table.Tr><Table.Th>change</Table.Th><Table.Th>where</Table.Th><Table.Th>before</Table.Th><Table.Th>after</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.map((row, i) => (
            <Table.Tr key={`${row.where}${i}`}>
              <Table.Td><Text size="sm" fw={600}>{row.change}</Text></Table.Td>
              <Table.Td><Text size="sm" style={{ overflowWrap: 'anywhere' }}>{row.where}</Text></Table.Td>
              <Table.Td><Written value={row.before} /></Table.Td>
              <Table.Td><Written value={row.after} /></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function rowsOf({ steps, settings }: Difference): readonly Row[] {
  return [
    ...steps.flatMap(({ change, path, title, kind, movedFrom, fields }): Row[] => [
      ...(change === 'added' ? [{ change, where: path, before: null, after: kind ?? title }] : []),
      ...(change === 'removed' ? [{ change, where: path, before: kind ?? title, after: null }] : []),
      ...(change === 'moved' ? [{ change, where: path, before: movedFrom, after: 'here' }] : []),
      ...fields.map((each) => ({ change: 'changed', where: `${path} · ${each.field}`, before: each.before, after: each.after })),
    ]),
    ...settings.map((each) => ({ change: each.before === null ? 'added' : each.after === null ? 'removed' : 'changed', where: each.field, before: each.before, after: each.after })),
  ];
}

function Written({ value }: { readonly value: string | null }) {
  return <Text size="xs" ff="monospace" lineClamp={4} style={{ overflowWrap: 'anywhere' }}>{value ?? '—'}</Text>;
}
