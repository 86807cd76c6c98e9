import { SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '@/ui/chart/Chart';
import type { Track } from '@/ui/chart/gaps';
import { bytes, duration } from '@/ui/format';
import { keptSeconds, type Sample } from './samples';

const perSecond = (value: number) => `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} /s`;
const bytesPerSecond = (value: number) => `${bytes(Math.round(value))}/s`;
const latency = (value: number) => (value < 0.001 ? `${Math.round(value * 1e6)} µs` : duration(value));

interface Panel {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly least: number;
  readonly unit?: 'bytes';
  readonly lines: readonly (Omit<Track, 'values'> & { readonly of: keyof Omit<Sample, 'at'> })[];
}

const panels: readonly Panel[] = [
  {
    title: 'Guest operations', format: perSecond, least: 10,
    lines: [{ label: 'writes', tone: 'working', of: 'writes' }, { label: 'reads', tone: 'idle', dashed: true, of: 'reads' }],
  },
  {
    title: 'Guest bytes', format: bytesPerSecond, least: 4096, unit: 'bytes',
    lines: [{ label: 'written', tone: 'working', of: 'writeBytes' }, { label: 'read', tone: 'idle', dashed: true, of: 'readBytes' }],
  },
  {
    title: 'Latency', format: latency, least: 0.001,
    lines: [
      { label: 'guest p50', tone: 'working', of: 'guestP50' }, { label: 'guest p99', tone: 'working', dashed: true, of: 'guestP99' },
      { label: 'local p99', tone: 'idle', dashed: true, of: 'localP99' }, { label: 'WAN p99', tone: 'asking', dashed: true, of: 'wanP99' },
    ],
  },
  {
    title: 'Link', format: bytesPerSecond, least: 4096, unit: 'bytes',
    lines: [{ label: 'dual write', tone: 'ok', of: 'wanBytes' }, { label: 'catch-up', tone: 'attention', dashed: true, of: 'catchUpBytes' }],
  },
  { title: 'Not yet at the other site', format: bytes, least: 4096, unit: 'bytes', lines: [{ label: 'dirty', tone: 'attention', of: 'dirtyBytes' }] },
  { title: 'Behind', format: duration, least: 10, lines: [{ label: 'behind', tone: 'attention', of: 'exposedSeconds' }] },
];

/** A workload's charts, one cursor through all of them. */
export function WorkloadCharts({ samples, every }: { readonly samples: readonly Sample[]; readonly every: number }) {
  const times = useMemo(() => samples.map((sample) => sample.at), [samples]);
  const drawn = useMemo(
    () => panels.map((panel) => ({
      ...panel,
      tracks: panel.lines.map(({ of, ...line }): Track => ({ ...line, values: samples.map((sample) => sample[of]) })),
    })),
    [samples],
  );
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl" verticalSpacing="lg">
      {drawn.map((panel) => (
        <Chart
          key={panel.title} title={panel.title} times={times} tracks={panel.tracks} format={panel.format} every={every}
          span={keptSeconds} least={panel.least} {...(panel.unit ? { unit: panel.unit } : {})} cursor="workload"
        />
      ))}
    </SimpleGrid>
  );
}
