import { Anchor, Button, Group, SegmentedControl, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { api, body } from '@/api/client';
import { Graph } from '@/graph/Graph';
import { readRunbook } from '@/graph/runbookGraph';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { Refused } from '@/ui/Refused';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { DiffList } from './diff/DiffList';
import { diffGraph, summaryOf } from './diff/diffGraph';
import { Revisions } from './Revisions';
import { draftQuery, layoutQuery, versionQuery, versionsQuery } from './queries';

const TextDiff = lazy(() => import('./diff/TextDiff').then((module) => ({ default: module.TextDiff })));

/** Published versions, and what any two of them (or one and the draft) differ in: on the graph, as a list, as text. */
export function Component() {
  const { name = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const versions = useQuery(versionsQuery(name));
  const draft = useQuery(draftQuery(name));
  const newest = versions.data?.items[0]?.number;
  const from = Number(search.get('from') ?? newest ?? 0);
  const to = search.get('to') ?? 'draft';
  const view = search.get('view') ?? 'graph';
  const change = (key: string, value: string): void => {
    const next = new URLSearchParams(search);
    next.set(key, value);
    setSearch(next, { replace: true });
  };
  if (versions.isPending) return <Waiting what={`Reading the versions of ${name}…`} />;
  if (versions.error) return <Refused error={versions.error} title="The versions could not be read." />;
  const choices = [...versions.data.items.map((version) => ({ value: String(version.number), label: `version ${version.number}` })), { value: 'draft', label: 'the draft' }];
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>Versions of {name}</Title>
        <Button component={Link} to={`/runbooks/${name}`} variant="default">Open the designer</Button>
      </Group>
      {versions.data.items.length === 0 ? (
        <EmptyState title="Never published" command={`runbooks runbook publish ${name}`}>A version is made by publishing the draft. Runs start only from versions.</EmptyState>
      ) : (
        <>
          <Table aria-label="Versions">
            <Table.Thead><Table.Tr><Table.Th>version</Table.Th><Table.Th>published</Table.Th><Table.Th>by</Table.Th><Table.Th>hash</Table.Th><Table.Th /></Table.Tr></Table.Thead>
            <Table.Tbody>
              {versions.data.items.map((version) => (
                <Table.Tr key={version.number}>
                  <Table.Td>v{version.number}</Table.Td>
                  <Table.Td><TimeText at={version.publishedAt} /></Table.Td>
                  <Table.Td>{version.publishedBy}</Table.Td>
                  <Table.Td><Text size="xs" ff="monospace">{version.hash.slice(0, 16)}…</Text></Table.Td>
                  <Table.Td>
                    {version.number > 1 ? <Anchor component={Link} size="sm" to={`?from=${version.number - 1}&to=${version.number}&view=${view}`}>what it changed</Anchor> : null}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Group align="flex-end">
            <Select label="From" size="xs" data={choices.filter((choice) => choice.value !== 'draft')} value={String(from)} onChange={(next) => { if (next) change('from', next); }} />
            <Select label="To" size="xs" data={choices} value={to} onChange={(next) => { if (next) change('to', next); }} />
            <SegmentedControl size="xs" aria-label="Shown as" data={[{ value: 'graph', label: 'Graph' }, { value: 'list', label: 'List' }, { value: 'text', label: 'Text' }]} value={view} onChange={(next) => change('view', next)} />
            <CommandLine compact command={`runbooks runbook diff ${name}${to === 'draft' ? '' : ` --to ${to}`}`} />
          </Group>
          {from > 0 ? <Difference name={name} from={from} to={to} view={view} draft={draft.data?.runbook.document ?? null} /> : null}
        </>
      )}
      <Revisions name={name} draft={draft.data ?? null} />
    </Stack>
  );
}

interface DifferenceProps {
  readonly name: string;
  readonly from: number;
  readonly to: string;
  readonly view: string;
  readonly draft: string | null;
}

function Difference({ name, from, to, view, draft }: DifferenceProps) {
  const number = to === 'draft' ? null : Number(to);
  const before = useQuery(versionQuery(name, from));
  const newer = useQuery({ ...versionQuery(name, number ?? 0), enabled: number !== null });
  const after = number === null ? draft : (newer.data?.document ?? null);
  const diff = useQuery({
    queryKey: ['runbooks', name, 'diff', from, to, after],
    queryFn: () => body(api.POST('/api/v1/runbooks/{name}/diff', { params: { path: { name } }, body: { document: number === null ? after : null, from, to: number } })),
    enabled: after !== null,
  });
  const old = before.data?.document ?? null;
  const graph = useMemo(
    () => (diff.data && old !== null && after !== null ? diffGraph(readRunbook(old), readRunbook(after), diff.data.steps) : null),
    [diff.data, old, after],
  );
  // A version stands as people placed it, when they placed all of it: else the automatic layout could put one step over
  // another. What the newer one no longer has stands where the older one had it.
  const oldPlaces = useQuery(layoutQuery(name, from));
  const newPlaces = useQuery(layoutQuery(name, number ?? 0));
  const places = useMemo(() => {
    const removed = new Set(graph?.nodes.filter((node) => node.change === 'removed').map((node) => node.id));
    if (!newPlaces.data || !graph?.nodes.every((node) => removed.has(node.id) || newPlaces.data.has(node.id))) return new Map();
    return new Map([...[...(oldPlaces.data ?? [])].filter(([id]) => removed.has(id)), ...newPlaces.data]);
  }, [graph, oldPlaces.data, newPlaces.data]);
  if (diff.error) return <Refused error={diff.error} title="The difference could not be made." />;
  if (!diff.data || !graph || old === null || after === null || oldPlaces.isPending || newPlaces.isPending) return <Waiting what="Comparing…" />;
  if (view === 'text') {
    return <Suspense fallback={<Waiting what="Loading the text view…" />}><TextDiff before={old} after={after} /></Suspense>;
  }
  if (view === 'list') return <DiffList difference={diff.data} />;
  return (
    <Stack gap="xs">
      <Text size="sm">{summaryOf(diff.data.steps, diff.data.settings.length)}</Text>
      <Graph nodes={graph.nodes} edges={graph.edges} label={`What changed in ${name}`} places={places} height="60vh" />
    </Stack>
  );
}
