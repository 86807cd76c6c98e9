import { ActionIcon, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { weeksOf } from './model/results';

export interface CalendarEntry {
  readonly key: string;
  /** `2026-03-29` in the zone shown. */
  readonly day: string;
  readonly order: number;
  readonly content: ReactNode;
}

interface MonthCalendarProps {
  readonly year: number;
  readonly month: number;
  readonly today: string;
  readonly zone: string;
  readonly entries: readonly CalendarEntry[];
  readonly go: (year: number, month: number) => void;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A month as a table: past drills with their result, coming ones with their time. */
export function MonthCalendar({ year, month, today, zone, entries, go }: MonthCalendarProps) {
  const title = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.UTC(year, month, 1));
  const move = (by: number) => {
    const to = new Date(Date.UTC(year, month + by, 1));
    go(to.getUTCFullYear(), to.getUTCMonth());
  };
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <ActionIcon variant="default" aria-label="Month before" onClick={() => move(-1)}><IconChevronLeft size={16} aria-hidden /></ActionIcon>
        <Title order={2} w={170} ta="center" aria-live="polite">{title}</Title>
        <ActionIcon variant="default" aria-label="Month after" onClick={() => move(1)}><IconChevronRight size={16} aria-hidden /></ActionIcon>
        <Text size="sm" c="dimmed">days and times in {zone}</Text>
      </Group>
      <Table withColumnBorders withTableBorder layout="fixed" highlightOnHover={false} aria-label={`Drills in ${title}`}>
        <Table.Thead><Table.Tr>{weekdays.map((name) => <Table.Th key={name}>{name}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {weeksOf(year, month).map((week, w) => (
            <Table.Tr key={week.find((day) => day !== null) ?? w}>
              {week.map((day, d) => {
                const date = day === null ? '' : `${year}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
                return (
                  <Table.Td key={weekdays[d]} h={72} style={{ verticalAlign: 'top', boxShadow: date === today ? 'inset 0 0 0 2px light-dark(var(--mantine-color-indigo-7), var(--mantine-color-indigo-4))' : undefined }}>
                    {day === null ? null : (
                      <>
                        <Text size="xs" fw={date === today ? 700 : 400} aria-current={date === today ? 'date' : undefined}>{day}{date === today ? ' today' : ''}</Text>
                        <Stack gap={2}><Day entries={entries.filter((entry) => entry.day === date)} /></Stack>
                      </>
                    )}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

const shown = 4;

function Day({ entries }: { readonly entries: readonly CalendarEntry[] }) {
  const sorted = [...entries].sort((a, b) => a.order - b.order);
  return (
    <>
      {sorted.slice(0, shown).map((entry) => <div key={entry.key}>{entry.content}</div>)}
      {sorted.length > shown ? <Text size="xs" c="dimmed">and {sorted.length - shown} more</Text> : null}
    </>
  );
}
