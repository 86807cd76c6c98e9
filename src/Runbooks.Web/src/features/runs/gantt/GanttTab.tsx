import { Group, SegmentedControl, Stack, Switch, Table, Text, VisuallyHidden } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { meaningOf } from '@/ui/states';
import type { PlanNode, RunView } from '../data';
import { criticalPath } from '../model/critical';
import type { RunHistory } from '../model/history';
import { depthOf, humanTime, type Span } from '../model/spans';
import type { useWhere } from '../page/where';
import { Gantt } from './Gantt';

interface GanttTabProps {
  readonly run: RunView;
  readonly spans: readonly Span[];
  readonly plan: readonly PlanNode[];
  readonly history: RunHistory | null;
  readonly where: ReturnType<typeof useWhere>;
}

const nameWidth = 280;

export function GanttTab({ run, spans, plan, history, where }: GanttTabProps) {
  const clock = useNow();
  const { ref, width } = useElementSize();
  const [zoom, setZoom] = useState('whole');
  const [inside, setInside] = useState(true);
  const known = useMemo(() => new Set(spans.map((span) => span.path)), [spans]);
  const needs = useMemo(() => new Map(plan.map((step) => [step.path, step.needs])), [plan]);
  const critical = useMemo(() => criticalPath(spans, needs), [spans, needs]);
  const shown = inside ? spans : spans.filter((span) => depthOf(span.path, known) === 0);
  const from = Math.min(run.startedAt == null ? Infinity : Date.parse(run.startedAt), spans[0]?.from ?? Infinity);
  if (shown.length === 0 || !Number.isFinite(from)) return <Text size="sm">No step has begun, so there is nothing to draw yet.</Text>;

  const end = run.endedAt == null ? clock.getTime() : Math.max(Date.parse(run.endedAt), ...spans.map((span) => span.to ?? 0));
  const target = run.rtoSeconds ?? null;
  const waited = humanTime(spans, end);
  const fits = Math.max(360, width - nameWidth);
  const took = (end - from) / 1000;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm">
          {duration(took)}{target === null ? '' : ` of ${duration(target)} target`}
          {target !== null && target > took * 3 ? ' (the target lies outside of the picture)' : ''}
          {waited > 0 ? `, ${duration(waited / 1000)} of it waiting for people (hatched)` : ', none of it waiting for people'}.
          {' '}Bold: the critical path, {critical.size} of {spans.length} steps.
        </Text>
        <Group gap="sm">
          <Switch size="xs" label="steps inside steps" checked={inside} onChange={(event) => setInside(event.currentTarget.checked)} />
          <SegmentedControl size="xs" value={zoom} onChange={setZoom} data={[{ value: 'whole', label: 'Whole run' }, { value: 'close', label: 'Close' }]} aria-label="Zoom" />
        </Group>
      </Group>
      <div ref={ref} style={{ overflowX: 'auto' }}>
        <Gantt
          spans={shown} depth={(path) => depthOf(path, known)} critical={critical} from={from} now={end} targetSeconds={target}
          width={zoom === 'whole' ? fits : fits * 4} selected={where.step} cursor={history && where.at !== null ? history.from + where.at * 1000 : null}
          onSelect={(path) => {
            where.set('tab', null);
            where.set('step', path);
          }}
        />
      </div>
      <VisuallyHidden>
        <Table aria-label="Steps of the run with their times">
          <Table.Thead><Table.Tr><Table.Th>step</Table.Th><Table.Th>state</Table.Th><Table.Th>began after</Table.Th><Table.Th>took</Table.Th><Table.Th>waited for people</Table.Th><Table.Th>critical path</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {shown.map((span) => (
              <Table.Tr key={span.path}>
                <Table.Td>{span.title}</Table.Td>
                <Table.Td>{meaningOf(span.state).word}</Table.Td>
                <Table.Td>{duration((span.from - from) / 1000)}</Table.Td>
                <Table.Td>{duration(((span.to ?? end) - span.from) / 1000)}</Table.Td>
                <Table.Td>{duration(humanTime([span], end) / 1000)}</Table.Td>
                <Table.Td>{critical.has(span.path) ? 'yes' : 'no'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </VisuallyHidden>
    </Stack>
  );
}
