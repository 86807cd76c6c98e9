import { Anchor, Button, Code, CopyButton, Drawer, Group, Stack, Table, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { components } from '@/api/schema';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { readRecord } from '../runs/model/records';
import { hashOf } from './verify/chain';

interface RecordDrawerProps {
  readonly sequence: number;
  readonly go: (sequence: number | null) => void;
}

const recordQuery = (sequence: number) => queryOptions({
  queryKey: ['audit', 'record', sequence],
  // A record never changes once it is there.
  staleTime: Infinity,
  retry: false,
  queryFn: () => body(api.GET('/api/v1/audit/{sequence}', { params: { path: { sequence } } })),
});

/** One record in full, and whether its hash follows from the record before: computed here. */
export function RecordDrawer({ sequence, go }: RecordDrawerProps) {
  const found = useQuery(recordQuery(sequence));
  const previous = useQuery({ ...recordQuery(sequence - 1), enabled: sequence > 1 });
  const absent = found.error instanceof ApiProblem && found.error.status === 404;
  const before = sequence === 1 ? '0'.repeat(64) : previous.data?.hash;
  return (
    <Drawer opened onClose={() => go(null)} position="right" size="xl" title={`Record ${sequence}`} closeButtonProps={{ 'aria-label': 'Close the record' }}>
      <Stack gap="sm">
        <Group gap="xs">
          <Button variant="default" disabled={sequence <= 1} onClick={() => go(sequence - 1)}>Previous</Button>
          <Button variant="default" disabled={absent} onClick={() => go(sequence + 1)}>Next</Button>
        </Group>
        {found.isPending ? <Waiting what="Reading the record…" /> : null}
        {absent ? <Text size="sm">There is no record {sequence} yet.</Text> : <Refused error={found.error} title="The record could not be read." />}
        {found.data ? <Whole view={found.data} before={before ?? null} /> : null}
      </Stack>
    </Drawer>
  );
}

interface RecordProps {
  readonly view: components['schemas']['AuditView'];
  readonly before: string | null;
}

function Whole({ view, before }: RecordProps) {
  const record = readRecord(view);
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    ['kind', record.kind], ['at', record.at], ['by', `${record.actor} (${record.actorKind}${record.role ? `, as ${record.role}` : ''})`],
    ['about', `${record.subjectType} ${record.subject}`], ['outcome', record.outcome], ['basis', record.basis === 'asserted' ? 'asserted: a person said so' : 'observed: a machine saw it'],
    ['reason', record.reason], ['group', record.group], ['site', record.site],
    ['run', record.run === null ? null : <Anchor component={Link} key="run" to={`/runs/${record.run}`}>{record.run}</Anchor>], ['hash', <Code key="hash">{record.hash}</Code>],
  ];
  const whole = JSON.stringify(view.record, null, 2);
  return (
    <>
      <Table withRowBorders={false} verticalSpacing={2} aria-label="The record's fields">
        <Table.Tbody>
          {facts.filter(([, value]) => value !== null && value !== '').map(([name, value]) => (
            <Table.Tr key={name}><Table.Th scope="row" fw={400} w={90}>{name}</Table.Th><Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td></Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <HashCheck view={view} before={before} />
      <Group justify="space-between">
        <Text size="sm" fw={600}>Whole record</Text>
        <CopyButton value={whole}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton>
      </Group>
      {/* A long record is scrolled by keyboard too. */}
      <Code block tabIndex={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{whole}</Code>
    </>
  );
}

function HashCheck({ view, before }: RecordProps) {
  const hash = useQuery({
    queryKey: ['audit', 'hash', view.sequence, before],
    enabled: before !== null && view.text != null && globalThis.isSecureContext,
    staleTime: Infinity,
    retry: false,
    // The bytes as they were hashed, not as this page would write them.
    queryFn: () => hashOf(before ?? '', view.text ?? '', crypto.subtle),
  });
  const computed = hash.data ?? (hash.error ? hash.error.message : null);
  if (before === null) return null;
  if (computed === null) return <Text size="sm" c="dimmed">{globalThis.isSecureContext ? 'Computing its hash…' : 'This browser computes hashes only over TLS.'}</Text>;
  return computed === view.hash
    ? <Text size="sm">Its hash follows from the record before (<Code>{before.slice(0, 12)}…</Code>) and this text: computed here, it is the same.</Text>
    : <Text size="sm" fw={700} c="light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))">Its hash does NOT follow from the record before and this text: computed here it is {computed}.</Text>;
}
