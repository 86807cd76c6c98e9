import { Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconArrowBackUp, IconEye } from '@tabler/icons-react';
import { duration } from '@/ui/format';
import type { PlanStep } from '../data';
import { Tag } from '../Tag';

const failures: Readonly<Record<string, string>> = {
  ask: 'asks a person', fail: 'the run fails', continue: 'goes on', compensate: 'takes back what was done',
};

/** The steps that would run, in order, with what cannot be taken back marked by a word. */
export function PlanPreview({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <Table.ScrollContainer minWidth={560} type="native" maxHeight={420}>
      <Table aria-label="Steps that would run" verticalSpacing={3} stickyHeader>
        <Table.Thead>
          <Table.Tr><Table.Th w={32} aria-label="number" /><Table.Th>step</Table.Th><Table.Th>effect</Table.Th><Table.Th>when it fails</Table.Th><Table.Th ta="right">median of past runs</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {steps.map((step, i) => (
            <Table.Tr key={step.path}>
              <Table.Td ta="right"><Text size="sm">{i + 1}</Text></Table.Td>
              <Table.Td><Text size="sm" fw={600}>{step.title}</Text><Text size="xs" c="dimmed">{step.kind}</Text></Table.Td>
              <Table.Td>
                {step.irreversible ? <Tag colour="red" icon={<IconAlertTriangle size={11} aria-hidden />}>cannot be taken back</Tag>
                  : !step.acts ? <Tag colour="gray" icon={<IconEye size={11} aria-hidden />}>only looks</Tag>
                    : step.compensated ? <Tag colour="gray" icon={<IconArrowBackUp size={11} aria-hidden />}>an abort undoes it</Tag>
                      : <Text size="xs">changes something</Text>}
              </Table.Td>
              <Table.Td><Text size="sm">{failures[step.onFailure] ?? step.onFailure}</Text></Table.Td>
              <Table.Td ta="right"><Text size="sm">{step.forecastSeconds == null ? '—' : duration(step.forecastSeconds)}</Text></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
