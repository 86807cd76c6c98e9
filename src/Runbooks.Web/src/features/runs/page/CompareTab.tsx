import { Anchor, Box, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { exact, TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { useZone } from '@/ui/zone';
import { historyFor, recordsQuery, type RunView } from '../data';
import { compareRuns, type Outcome, type StepDifference } from '../model/compare';
import { spansOf, type Span } from '../model/spans';
import type { useWhere } from './where';

interface CompareTabProps {
  readonly run: RunView;
  readonly spans: readonly Span[];
  readonly where: ReturnType<typeof useWhere>;
}

/** This run beside an earlier one of the same runbook: the last one that ended, or any other. */
export function CompareTab({ run, spans, where }: CompareTabProps) {
  const zone = useZone();
  const earlier = useQuery({
    queryKey: ['runs', 'of', run.runbook ?? run.kind],
    queryFn: () => body(api.GET('/api/v1/runs', {
      params: { query: { limit: 50, ...(run.runbook == null ? { kind: run.kind } : { runbook: run.runbook }) } },
    })),
  });
  const others = (earlier.data?.items ?? []).filter((other) => other.id !== run.id && other.endedAt != null);
  const before = others.find((other) => other.requestedAt < run.requestedAt);
  const chosen = others.find((other) => other.id === where.with) ?? before ?? others[0];
  const records = useQuery({ ...recordsQuery(chosen?.id ?? ''), enabled: chosen !== undefined });
  const rows = useMemo(
    () => (records.data ? compareRuns(spans, spansOf(historyFor(records.data))) : []),
    [spans, records.data],
  );
  if (earlier.isPending) return <Waiting what="Looking for other runs of this runbook…" />;
  if (earlier.error) return <Refused error={earlier.error} title="The other runs could not be read." />;
  if (!chosen) return <Text size="sm">There is no other ended run of {run.runbook ?? run.kind} to compare with. The next one can be compared with this.</Text>;
  const longest = Math.max(1, ...rows.map((row) => Math.abs(row.longer ?? 0)));
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <Select
          label="Compare with" w={420} value={chosen.id} onChange={(id) => where.set('with', id)}
          data={others.map((other) => ({ value: other.id, label: `${exact(new Date(other.requestedAt), zone)} — ${other.state}, version ${other.version ?? '—'}` }))}
        />
        <Text size="sm">
          <Anchor component={Link} to={`/runs/${chosen.id}`}>Open that run</Anchor>, <TimeText at={chosen.requestedAt} />
          {chosen.version === run.version ? ', the same version' : `, version ${chosen.version ?? '—'} against ${run.version ?? '—'}`}
        </Text>
      </Group>
      <Total run={run} other={chosen} />
      {records.isPending ? <Waiting what="Reading the other run's records…" /> : null}
      <Refused error={records.error} title="The other run's records could not be read." />
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

function Row({ row, longest }: { readonly row: StepDifference; readonly longest: number }) {
  const { longer } = row;
  const depth = row.path.split('/').length - 1;
  return (
    <Table.Tr>
      <Table.Td style={{ paddingLeft: 8 + Math.min(depth, 1) * 20 }}><Text size="sm" fw={depth === 0 ? 600 : 400}>{row.title}</Text></Table.Td>
      <Table.Td><Side outcome={row.mine} /></Table.Td>
      <Table.Td><Side outcome={row.other} /></Table.Td>
      <Table.Td ta="right">
        <Text size="sm">{longer === null ? '—' : Math.abs(longer) < 1 ? 'same' : `${longer > 0 ? '+' : '−'}${duration(Math.abs(longer) / 1000)}`}</Text>
      </Table.Td>
      <Table.Td>{longer === null ? null : <Bar share={longer / longest} />}</Table.Td>
    </Table.Tr>
  );
}

function Side({ outcome }: { readonly outcome: Outcome | null }) {
  if (outcome === null) return <Text size="sm" c="dimmed">not in this run</Text>;
  return (
    <Group gap="xs" wrap="nowrap">
      <StateMark state={outcome.state} />
      <Text size="sm">{outcome.milliseconds === null ? '' : duration(outcome.milliseconds / 1000)}</Text>
    </Group>
  );
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
