import { ActionIcon, Anchor, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import { resultWord, type DrillMonth } from './drills';
import { weeksOf } from './model/month';

interface MonthCalendarProps {
  readonly year: number;
  readonly month: number;
  readonly today: string;
  readonly zone: string;
  /** Null until it has been read. */
  readonly of: DrillMonth | null;
  readonly go: (year: number, month: number) => void;
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A month as a table: past drills with their result, coming ones with their time. */
export function MonthCalendar({ year, month, today, zone, of, go }: MonthCalendarProps) {
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
        <Text size="sm" c="dimmed">{of === null ? 'reading the month…' : `days and times in ${zone}`}</Text>
        {of !== null && of.incomplete.length > 0 ? <Text size="sm">{of.incomplete.join(', ')}: too often for every date to be listed</Text> : null}
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
                        <Stack gap={2}>{of === null ? null : <Day zone={zone} day={date} of={of} />}</Stack>
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

interface DayProps {
  readonly day: string;
  readonly zone: string;
  readonly of: DrillMonth;
}

function Day({ day, zone, of }: DayProps) {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const ended = of.ended.filter((each) => each.day === day);
  const coming = of.coming.filter((each) => each.day === day);
  const room = Math.max(0, shown - ended.length);
  const more = Math.max(0, ended.length - shown) + Math.max(0, coming.length - room);
  return (
    <>
      {ended.slice(0, shown).map(({ group, result }) => {
        const text = `${clock.format(new Date(result.at))} ${group} ${resultWord(result)}`;
        return <Anchor key={result.run} size="xs" component={Link} to={`/runs/${result.run}`} title={text} truncate="end" display="block">{text}</Anchor>;
      })}
      {coming.slice(0, room).map((each) => {
        const text = `${clock.format(new Date(each.at))} ${each.title}`;
        // The schedule's own clock, where it is another: its hour is the one that stays over the change of the clock.
        const own = each.timeZone === zone ? '' : ` (${each.local.slice(11, 16)} in ${each.timeZone})`;
        return <Text key={`${each.schedule}${each.at}`} size="xs" title={`${text}${own}`} truncate="end">{text}</Text>;
      })}
      {more > 0 ? <Text size="xs" c="dimmed">and {more} more</Text> : null}
    </>
  );
}
