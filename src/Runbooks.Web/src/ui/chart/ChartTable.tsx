import { ScrollArea, Table } from '@mantine/core';
import { useZone } from '@/ui/zone';
import { thinned, type Track } from './gaps';

interface ChartTableProps {
  readonly title: string;
  readonly times: readonly number[];
  readonly tracks: readonly Track[];
  readonly format: (value: number) => string;
}

const rowsShown = 30;

/** A chart's samples as text, newest first: what somebody sees who does not see the lines. */
export function ChartTable({ title, times, tracks, format }: ChartTableProps) {
  const zone = useZone();
  const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zone });
  return (
    <ScrollArea.Autosize mah={180} viewportProps={{ tabIndex: 0, 'aria-label': title }}>
      <Table aria-label={title} verticalSpacing={2} fz="xs" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>time ({zone})</Table.Th>
            {tracks.map((track) => <Table.Th key={track.label} ta="right">{track.label}</Table.Th>)}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {thinned(times, rowsShown).toReversed().map((at) => (
            <Table.Tr key={at}>
              <Table.Td>{clock.format(new Date((times[at] ?? 0) * 1000))}</Table.Td>
              {tracks.map((track) => {
                const value = track.values[at];
                return <Table.Td key={track.label} ta="right">{value === null || value === undefined ? 'no data' : format(value)}</Table.Td>;
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
