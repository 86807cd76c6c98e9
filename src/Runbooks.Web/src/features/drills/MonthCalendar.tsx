import { ActionIcon, Anchor, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import { resultWord } from './drills';
import type { Entry } from './model/entries';
import { weeksOf } from './model/month';

interface MonthCalendarProps {
  readonly year: number;
  readonly month: number;
  readonly today: string;
  readonly zone: string;
  readonly entries: readonly Entry[];
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
                        <Stack gap={2}><Day zone={zone} entries={entries.filter((entry) => entry.day === date)} /></Stack>
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

function Day({ entries, zone }: { readonly entries: readonly Entry[]; readonly zone: string }) {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return (
    <>
      {entries.slice(0, shown).map((entry) => {
        const text = `${clock.format(entry.at)} ${entry.kind === 'past' ? `${entry.group} ${resultWord(entry.result)}` : entry.schedule.title}`;
        return entry.kind === 'past'
          ? <Anchor key={entry.key} size="xs" component={Link} to={`/runs/${entry.result.run}`} title={text} truncate="end" display="block">{text}</Anchor>
          : <Text key={entry.key} size="xs" title={text} truncate="end">{text}</Text>;
      })}
      {entries.length > shown ? <Text size="xs" c="dimmed">and {entries.length - shown} more</Text> : null}
    </>
  );
}
