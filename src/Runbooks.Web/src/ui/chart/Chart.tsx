import { Box, Button, Group, Text } from '@mantine/core';
import { lazy, Suspense, useId, useState } from 'react';
import { ChartTable } from './ChartTable';
import type { Track } from './gaps';

const Plot = lazy(() => import('./Plot'));

export interface ChartProps {
  readonly title: string;
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly tracks: readonly Track[];
  /** How a value reads, with its unit. */
  readonly format: (value: number) => string;
  /** Seconds between samples; a longer silence is drawn as a gap. */
  readonly every: number;
  /** What the axis shows, ending now, in seconds. */
  readonly span: number;
  /** Charts of one page that name the same thing show one cursor. */
  readonly cursor?: string;
  readonly height?: number;
  /** Bytes are marked in steps of 1024. */
  readonly unit?: 'bytes';
  /** The top of the scale when everything is lower: nothing happening looks like nothing. */
  readonly least?: number;
}

/** Values over time: a gap where nothing was measured, one cursor across the page, and the same as a table. */
export function Chart(props: ChartProps) {
  const { title, times, tracks, format, height = 140 } = props;
  const [asTable, setAsTable] = useState(false);
  const name = useId();
  return (
    <Box component="section" aria-labelledby={name}>
      <Group justify="space-between" gap="xs">
        <Text id={name} size="sm" fw={600}>{title}</Text>
        <Button
          variant="subtle" color="gray" size="compact-xs" aria-pressed={asTable}
          aria-label={`${title} as a table`} onClick={() => setAsTable(!asTable)}
        >
          table
        </Button>
      </Group>
      {/* A line of its own in every chart: the plots of a row begin at the same height whatever their legends hold. */}
      <Group gap="sm" mih={18}>
        {tracks.map((track) => <Latest key={track.label} track={track} format={format} single={tracks.length === 1} />)}
      </Group>
      {asTable ? <ChartTable title={title} times={times} tracks={tracks} format={format} /> : (
        <Box h={height} aria-hidden>
          {times.length === 0
            ? <Text size="sm" c="dimmed" pt="lg" ta="center">No samples yet.</Text>
            : <Suspense fallback={null}><Plot {...props} height={height} /></Suspense>}
        </Box>
      )}
    </Box>
  );
}

interface LatestProps {
  readonly track: Track;
  readonly format: (value: number) => string;
  readonly single: boolean;
}

// The newest value is the legend: a number beside its line's mark.
function Latest({ track, format, single }: LatestProps) {
  const value = track.values.at(-1);
  return (
    <Group gap={4} wrap="nowrap">
      <Box w={22} h={0} aria-hidden style={{ borderTop: `2px ${track.dashed ? 'dashed' : 'solid'} var(--chart-${track.tone})` }} className="chart-tones" />
      <Text size="xs" style={{ whiteSpace: 'nowrap' }}>
        {single ? '' : `${track.label} `}
        {value === null || value === undefined ? 'no data' : format(value)}
      </Text>
    </Group>
  );
}
