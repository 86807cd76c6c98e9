import { Code, Stack, Table, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Refused } from '@/ui/Refused';
import { askedPlanQuery, type RunView } from '../data';

/** What a decision is about, as the server binds it: where it acts, what it was given, what nobody can take back. */
export function AskedFor({ run }: { readonly run: RunView }) {
  const plan = useQuery(askedPlanQuery(run.id));
  const inputs = Object.entries(run.inputs ?? {}).filter(([name]) => name !== 'to' || run.target == null);
  const acts = plan.data?.filter((step) => step.acts) ?? [];
  const final = acts.filter((step) => step.irreversible);
  return (
    <Stack gap={4}>
      <Table aria-label="What the decision is about" verticalSpacing={2} w="auto" ml={-8} withRowBorders={false} highlightOnHover={false}>
        <Table.Tbody>
          <Fact name="Group">{run.group ?? 'none'}</Fact>
          {run.target == null ? null : <Fact name="Site">{run.target}</Fact>}
          <Fact name="Inputs">
            {inputs.length === 0 ? 'none' : inputs.map(([name, value]) => <Text key={name} size="sm">{name} = <Code>{value}</Code></Text>)}
          </Fact>
          <Fact name="Plan"><Code>{run.planHash}</Code></Fact>
          {plan.data ? (
            <>
              <Fact name="Steps">{`${plan.data.length}, ${acts.length} of which ${acts.length === 1 ? 'changes' : 'change'} something`}</Fact>
              <Fact name="Cannot be taken back">
                {final.length === 0 ? 'nothing' : final.map((step) => (
                  <Text key={step.path} size="sm" fw={600} c="light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))">
                    <IconAlertTriangle size={13} aria-hidden style={{ verticalAlign: '-2px' }} /> {step.title}
                  </Text>
                ))}
              </Fact>
            </>
          ) : null}
        </Table.Tbody>
      </Table>
      <Refused error={plan.error} title="The steps could not be read: do not decide before you have seen them." />
    </Stack>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ verticalAlign: 'top', whiteSpace: 'nowrap' }}><Text size="sm" c="dimmed">{name}</Text></Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{typeof children === 'string' ? <Text size="sm">{children}</Text> : children}</Table.Td>
    </Table.Tr>
  );
}
