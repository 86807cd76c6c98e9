import { Anchor, Box, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { exact, TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { useZone } from '@/ui/zone';
import type { RunView, StepComparison } from '../data';
import type { useWhere } from './where';

interface CompareTabProps {
  readonly run: RunView;
  readonly where: ReturnType<typeof useWhere>;
}

/** This run beside an earlier one of the same runbook: the last one that ended, or any other. */
export function CompareTab({ run, where }: CompareTabProps) {
  const zone = useZone();
  const earlier = useQuery({
    queryKey: ['runs', 'of', run.runbook ?? run.kind],
    queryFn: () => body(api.GET('/api/v1/run-table', {
      params: { query: { limit: 50, ...(run.runbook == null ? { kind: run.kind } : { runbook: run.runbook }) } },
    })),
  });
  const others = (earlier.data?.items ?? []).filter((other) => other.id !== run.id && other.startedAt != null && other.endedAt != null);
  const before = others.find((other) => other.requestedAt < run.requestedAt);
  const chosen = others.find((other) => other.id === where.with) ?? before ?? others[0];
  const comparison = useQuery({
    queryKey: ['runs', run.id, 'compare', chosen?.id],
    enabled: chosen !== undefined,
    queryFn: () => body(api.GET('/api/v1/runs/{run}/compare', { params: { path: { run: run.id }, query: { with: chosen?.id ?? '' } } })),
  });
  if (earlier.isPending) return <Waiting what="Looking for other runs of this runbook…" />;
  if (earlier.error) return <Refused error={earlier.error} title="The other runs could not be read." />;
  if (!chosen) return <Text size="sm">There is no other ended run of {run.runbook ?? run.kind} to compare with. The next one can be compared with this.</Text>;
  const rows = inOrder(comparison.data?.steps ?? []);
  const longest = Math.max(1, ...rows.map((row) => Math.abs(row.deltaSeconds ?? 0)));
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <Select
          label="Compare with" w={420} value={chosen.id} onChange={(id) => where.set('with', id)}
          data={others.map((other) => ({ value: other.id, label: `${exact(new Date(other.requestedAt), zone)} — ${other.state}, version ${other.version ?? '—'}` }))}
        />
        <Text size="sm">
          <Anchor component={Link} to={`/runs/${chosen.id}`}>Open that run</Anchor>, <TimeText at={chosen.requestedAt} />
          {comparison.data?.sameDocument === true ? ', the same document' : ''}
          {comparison.data?.sameDocument === false && run.version != null ? `, another document: version ${chosen.version ?? '—'} against ${run.version}` : ''}
        </Text>
      </Group>
      <Total run={run} other={chosen} />
      {comparison.isPending ? <Waiting what="Comparing the two runs…" /> : null}
      <Refused error={comparison.error} title="The two runs could not be compared." />
      <Table.ScrollContainer minWidth={720} type="native">
        <Table aria-label="Difference per step" verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>step</Table.Th>
              <Table.Th>this run</Table.Th>
              <Table.Th>that run</Table.Th>
              <Table.Th ta="right" w={110}>difference</Table.Th>
              <Table.Th w={220} aria-label="Difference as a bar" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => <Row key={row.path} row={row} longest={longest} />)}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

function Total({ run, other }: { readonly run: RunView; readonly other: RunView }) {
  if (run.elapsedSeconds == null || other.elapsedSeconds == null) return null;
  const longer = run.elapsedSeconds - other.elapsedSeconds;
  return (
    <Text size="sm">
      This run took {duration(run.elapsedSeconds)}, that one {duration(other.elapsedSeconds)}:{' '}
      <Text span inherit fw={600}>{Math.abs(longer) < 0.5 ? 'as long' : `${duration(Math.abs(longer))} ${longer > 0 ? 'longer' : 'shorter'}`}</Text>.
    </Text>
  );
}

const words: Readonly<Record<string, string>> = {
  same: 'the same', different: 'ended otherwise', 'only-here': 'only in this run', 'only-there': 'only in that run',
};

function Row({ row, longest }: { readonly row: StepComparison; readonly longest: number }) {
  const delta = row.deltaSeconds ?? null;
  const depth = row.path.split('/').length - 1;
  const moved = row.change === 'slower' || row.change === 'faster' || (row.change === 'different' && delta !== null);
  return (
    <Table.Tr data-change={row.change}>
      <Table.Td style={{ paddingLeft: 8 + Math.min(depth, 1) * 20 }}><Text size="sm" fw={depth === 0 ? 600 : 400}>{row.title}</Text></Table.Td>
      <Table.Td><Side state={row.state ?? null} seconds={row.seconds ?? null} /></Table.Td>
      <Table.Td><Side state={row.otherState ?? null} seconds={row.otherSeconds ?? null} /></Table.Td>
      <Table.Td ta="right">
        <Text size="sm">{row.change === 'slower' || row.change === 'faster' ? `${(delta ?? 0) > 0 ? '+' : '−'}${duration(Math.abs(delta ?? 0))}` : words[row.change] ?? row.change}</Text>
      </Table.Td>
      <Table.Td>{moved && delta !== null ? <Bar share={delta / longest} /> : null}</Table.Td>
    </Table.Tr>
  );
}

function Side({ state, seconds }: { readonly state: string | null; readonly seconds: number | null }) {
  if (state === null) return <Text size="sm" c="dimmed">not in this run</Text>;
  return (
    <Group gap="xs" wrap="nowrap">
      <StateMark state={state} />
      <Text size="sm">{seconds === null ? '' : duration(seconds)}</Text>
    </Group>
  );
}

/** A step inside a step right under it. */
function inOrder(steps: readonly StepComparison[]): readonly StepComparison[] {
  const place = new Map(steps.map((step, index) => [step.path, index]));
  const key = (step: StepComparison) => place.get(step.path.split('/')[0] ?? '') ?? place.get(step.path) ?? 0;
  return [...steps].sort((a, b) => key(a) - key(b));
}

/** Longer to the right, shorter to the left of a middle line. */
function Bar({ share }: { readonly share: number }) {
  const width = `${Math.abs(share) * 50}%`;
  return (
    <Box pos="relative" h={12} aria-hidden>
      <Box pos="absolute" left="50%" top={0} h={12} style={{ borderLeft: '1px solid var(--mantine-color-default-border)' }} />
      <Box
        pos="absolute" top={2} h={8} w={width} left={share > 0 ? '50%' : undefined} right={share > 0 ? undefined : '50%'}
        style={{ background: `light-dark(var(--mantine-color-${share > 0 ? 'amber' : 'teal'}-7), var(--mantine-color-${share > 0 ? 'amber' : 'teal'}-4))`, borderRadius: 2 }}
      />
    </Box>
  );
}
