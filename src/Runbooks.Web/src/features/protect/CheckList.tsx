import { Table, Text } from '@mantine/core';
import { StateMark } from '@/ui/StateMark';
import type { components } from '@/api/schema';

type Check = components['schemas']['ProtectCheck'];

const worst = ['refused', 'warning', 'ok'];
const marks: Readonly<Record<string, string>> = { ok: 'ready', warning: 'warnings', refused: 'not-ready' };

/** What the server looked at before anything begins, what stands in the way first. */
export function CheckList({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <Table aria-label="Checks" verticalSpacing={3} highlightOnHover={false}>
      <Table.Tbody>
        {checks.toSorted((a, b) => worst.indexOf(a.state) - worst.indexOf(b.state)).map((check, at) => (
          <Table.Tr key={`${check.name}${check.field ?? ''}${at}`}>
            <Table.Td w={120} style={{ verticalAlign: 'top' }}><StateMark state={marks[check.state] ?? check.state} /></Table.Td>
            <Table.Td>
              <Text size="sm">{check.text}</Text>
              {check.state === 'ok' || !check.correction ? null : <Text size="sm" fw={600}>{check.correction}</Text>}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
