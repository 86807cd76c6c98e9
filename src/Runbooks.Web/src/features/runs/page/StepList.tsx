import { Box, Group, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconArrowBackUp } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { StateMark } from '@/ui/StateMark';
import type { RunView } from '../data';
import { detailLines } from '../model/detail';
import type { RunRecord } from '../model/records';
import { Tag } from '../Tag';
import type { StepRow } from './rows';
import { StepDetail } from './StepDetail';
import { edge, tint } from './tint';

interface StepListProps {
  readonly run: RunView;
  readonly rows: readonly StepRow[];
  readonly records: readonly RunRecord[];
  readonly selected: string | null;
  readonly onSelect: (path: string) => void;
  readonly now: number | null;
}

/** The steps as text: the whole of the graph for those who read or use a keyboard, with each step's log under it. */
export function StepList({ run, rows, records, selected, onSelect, now }: StepListProps) {
  const clock = useNow();
  const at = now ?? clock.getTime();
  const opened = useRef<HTMLLIElement>(null);
  const first = useRef(selected);
  useEffect(() => {
    if (first.current !== null) opened.current?.scrollIntoView({ block: 'center' });
  }, []);
  const numbers = numbered(rows);
  return (
    <Box component="ol" m={0} p={0} style={{ listStyle: 'none', border: '1px solid var(--mantine-color-default-border)', borderRadius: 6, overflow: 'hidden' }} aria-label="Steps">
      {rows.map((row) => (
        <li key={row.path} ref={row.path === selected ? opened : undefined}>
          <UnstyledButton
            w="100%" display="block" pr="sm" py={row.depth > 0 ? 3 : 6} onClick={() => onSelect(row.path)} aria-expanded={row.path === selected} data-step={row.path} data-state={row.state}
            style={{
              background: tint(row.state), borderLeft: `4px solid ${edge(row.state)}`, borderBottom: '1px solid var(--mantine-color-default-border)',
              paddingLeft: 8 + row.depth * 24,
            }}
          >
            <Group gap="sm" wrap="nowrap" justify="space-between">
              <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
                <Text span size="sm" c={row.depth > 0 ? 'dimmed' : 'var(--mantine-color-text)'} miw={20} ta="right" style={{ flex: 'none', whiteSpace: 'nowrap' }}>{numbers.get(row.path)}</Text>
                <Text span size="sm" fw={row.depth > 0 ? 400 : 600} truncate="end">{row.title}</Text>
                {row.irreversible ? (
                  <Tag colour="red" icon={<IconAlertTriangle size={10} aria-hidden />}>cannot be taken back</Tag>
                ) : null}
                {row.compensated && row.state === 'succeeded' ? (
                  <Tag colour="gray" icon={<IconArrowBackUp size={10} aria-hidden />}>an abort undoes it</Tag>
                ) : null}
              </Group>
              <Group gap="sm" wrap="nowrap" style={{ flex: 'none' }}>
                <Text span size="sm">{took(row, at)}</Text>
                <Box w={112} display="flex"><StateMark state={row.state} /></Box>
              </Group>
            </Group>
            {detailLines(row.detail).length > 0 && row.path !== selected && row.state !== 'asking' ? (
              <Text size="xs" lineClamp={1} ml={28}>{detailLines(row.detail).join(' · ')}</Text>
            ) : null}
          </UnstyledButton>
          {row.path === selected ? <StepDetail run={run} row={row} records={records} now={now} /> : null}
        </li>
      ))}
      {rows.length === 0 ? <Text component="li" size="sm" p="sm">No step has begun.</Text> : null}
    </Box>
  );
}

function took(row: StepRow, now: number): string {
  if (row.startedAt === null) return '';
  return duration(Math.max(0, (row.endedAt ?? now) - row.startedAt) / 1000);
}

/** Plan steps are counted; a step inside one has the procedure's own number. */
function numbered(rows: readonly StepRow[]): ReadonlyMap<string, string> {
  let n = 0;
  return new Map(rows.map((row) => [row.path, row.depth === 0 ? String(++n) : (row.path.split('/').at(-1) ?? '')]));
}
