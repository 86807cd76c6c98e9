import { Badge, Button, Drawer, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { field } from '@/graph/runbookGraph';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { ReferenceInput } from '../forms/ReferenceInput';
import type { Explanation } from '../queries';

interface ExplainDrawerProps {
  readonly name: string;
  readonly text: string;
  readonly data: unknown;
  readonly onClose: () => void;
}

/** A dry run of the draft as it stands on the screen: what each step would do, where, and what cannot be undone. */
export function ExplainDrawer({ name, text, data, onClose }: ExplainDrawerProps) {
  const spec = field(data, 'spec');
  const own = field(spec, 'group');
  const inputs = Array.isArray(field(spec, 'inputs')) ? (field(spec, 'inputs') as unknown[]) : [];
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const [group, setGroup] = useState<string | null>(typeof own === 'string' ? own : null);
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const explain = useMutation({
    mutationFn: () => body(api.POST('/api/v1/runbooks/{name}/explain', {
      params: { path: { name } },
      body: { document: text, version: null, group: typeof own === 'string' ? null : group, inputs: given },
    })),
  });
  const chosen = group ?? groups.data?.items[0]?.id ?? null;
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title="Explain: what a start of this draft would do">
      <Stack>
        <Text size="sm">Nothing is done: the plan is made for a group and every step is looked at.</Text>
        <Group align="flex-end">
          {typeof own === 'string' ? null : (
            <Select label="for the group" size="xs" data={groups.data?.items.map((each) => each.id) ?? []} value={chosen} onChange={setGroup} />
          )}
          {inputs.map((input) => {
            const id = String(field(input, 'name') ?? '');
            return (
              <ReferenceInput
                key={id} label={String(field(input, 'title') ?? id)} required={field(input, 'required') === true} paths={[]} placeholder={String(field(input, 'default') ?? '')}
                words={field(input, 'type') === 'site' ? sites.data?.items.map((site) => site.id) : undefined}
                value={given[id] ?? ''} onCommit={(next) => setGiven((before) => (next === '' ? Object.fromEntries(Object.entries(before).filter(([key]) => key !== id)) : { ...before, [id]: next }))}
              />
            );
          })}
          <Button loading={explain.isPending} onClick={() => { setGroup(chosen); explain.mutate(); }}>Explain</Button>
          <CommandLine compact command={`runbooks runbook explain ${name}${chosen ? ` --group ${chosen}` : ''}`} />
        </Group>
        <Refused error={explain.error} title="The draft cannot be explained." />
        {explain.data ? <Explained explanation={explain.data} /> : null}
      </Stack>
    </Drawer>
  );
}

const places: Readonly<Record<string, string>> = { control: 'control plane', workflow: 'control plane', site: 'each site concerned' };

/** Where the work is done; the site that a step of the control plane is about stands in what it would do. */
const whereOf = ({ place, site }: Explanation['steps'][number]): string => (place === 'site' && site != null ? site : (places[place ?? ''] ?? site ?? '—'));

function Explained({ explanation }: { readonly explanation: Explanation }) {
  return (
    <Stack gap="sm">
      <Text fw={600}>{explanation.summary}</Text>
      <Text size="sm">
        {explanation.real ? 'REAL' : 'TEST'} · group {explanation.group} · exposure {explanation.exposure}
        {(explanation.forecastSeconds ?? null) === null ? '' : ` · forecast ${duration(explanation.forecastSeconds ?? 0)} (${explanation.forecastBasis})`}
        {(explanation.rtoSeconds ?? null) === null ? '' : ` · target ${duration(explanation.rtoSeconds ?? 0)}`}
        {explanation.approval ? ` · needs ${explanation.approval.count === 1 ? 'one person' : `${explanation.approval.count} people`} with the role ${explanation.approval.of}` : ' · needs no approval'}
      </Text>
      <Table>
        <Table.Thead><Table.Tr><Table.Th>step</Table.Th><Table.Th>what it would do</Table.Th><Table.Th>where</Table.Th><Table.Th>limits</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {explanation.steps.map((step) => (
            <Table.Tr key={step.path}>
              <Table.Td><Text size="sm" fw={600}>{step.path}</Text><Text size="xs" c="dimmed">{step.needs.length > 0 ? `after ${step.needs.join(', ')}` : 'starts at once'}</Text></Table.Td>
              <Table.Td>
                <Text size="sm">{step.title} <Text span size="xs" c="dimmed">{step.kind}</Text></Text>
                <Text size="xs" mb={4}>{step.does}{step.compensation ? ` Undone by: ${step.compensation}` : ''}</Text>
                <Group gap={4}>
                  <Badge size="xs" variant="default" tt="none">{step.acts ? 'acts' : 'only looks'}</Badge>
                  {step.irreversible ? <Badge size="xs" color="red" variant="light" tt="none">cannot be undone</Badge> : null}
                  {step.compensated ? <Badge size="xs" variant="default" tt="none">undone on abort</Badge> : null}
                </Group>
              </Table.Td>
              <Table.Td><Text size="sm">{whereOf(step)}</Text></Table.Td>
              <Table.Td><Text size="xs">{duration(step.timeoutSeconds)} · on failure {step.onFailure}{(step.forecastSeconds ?? null) === null ? '' : ` · usually ${duration(step.forecastSeconds ?? 0)}`}</Text></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
