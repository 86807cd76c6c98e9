import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { useZone } from '@/ui/zone';
import type { ChartProps } from './Chart';
import { gapsOf, withGaps } from './gaps';

const axisWidth = 72;
const byteSteps = Array.from({ length: 50 }, (_, power) => 2 ** power);
const wordWidth = 60;

/** The drawing of a chart. Loaded with the first chart: the first page has none. */
export default function Plot({ times, tracks, format, every, span, cursor, height = 140, least = 1, unit }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const read = useRef(format);
  const known = useRef<{ readonly times: readonly number[]; readonly every: number }>({ times: [], every });
  const zone = useZone();
  const scheme = useComputedColorScheme('light');
  const shape = tracks.map((track) => `${track.label}|${track.tone}|${track.dashed ?? false}`).join('\n');

  useEffect(() => {
    read.current = format;
  }, [format]);

  // Drawn anew when what it is changes; samples alone only move the lines.
  useEffect(() => {
    const box = host.current;
    if (!box) return undefined;
    const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone });
    const drawn = new UPlot(
      {
        width: box.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 8, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, ...(cursor ? { sync: { key: cursor, setSeries: false } } : {}) },
        tzDate: (at) => UPlot.tzDate(new Date(at * 1000), zone),
        scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 0, least) * 1.1] } },
        axes: [{ ...axis(box), values: (_, marks) => marks.map((mark) => clock.format(mark * 1000)) }, { ...axis(box), size: axisWidth, ...(unit === 'bytes' ? { incrs: byteSteps } : {}), values: (_, marks) => marks.map((mark) => read.current(mark)) }],
        hooks: { drawClear: [(chart) => hatch(chart, box, known.current.times, known.current.every)] },
        series: [
          {},
          ...shape.split('\n').map((line) => {
            const [label = '', tone = 'idle', dashed] = line.split('|');
            return {
              label, stroke: token(box, `--chart-${tone}`), width: 1.5, spanGaps: false, points: { show: false },
              ...(dashed === 'true' ? { dash: [4, 4] } : {}),
            };
          }),
        ],
      },
      [[], ...shape.split('\n').map(() => [])],
      box,
    );
    plot.current = drawn;
    const resize = new ResizeObserver(() => drawn.setSize({ width: box.clientWidth, height }));
    resize.observe(box);
    return () => {
      resize.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [shape, scheme, zone, cursor, height, least, unit]);

  useEffect(() => {
    known.current = { times, every };
    const spaced = withGaps(times, tracks.map((track) => track.values), every);
    const end = times.at(-1) ?? 0;
    plot.current?.batch(() => {
      plot.current?.setData([[...spaced.times], ...spaced.values.map((values) => [...values])], false);
      plot.current?.setScale('x', { min: end - span, max: end });
    });
  }, [times, tracks, every, span, shape, scheme, zone, cursor, height, least, unit]);

  return <div ref={host} className="chart-tones" />;
}

// A silence is grey and says so: an empty stretch alone reads as calm.
function hatch(chart: UPlot, box: HTMLElement, times: readonly number[], every: number): void {
  const { min, max } = chart.scales['x'] ?? {};
  if (min === undefined || min === null || max === undefined || max === null) return;
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = `${11 * UPlot.pxRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const gap of gapsOf(times, min, max, every)) {
    const left = chart.valToPos(gap.from, 'x', true);
    const width = chart.valToPos(gap.to, 'x', true) - left;
    ctx.fillStyle = token(box, '--chart-gap');
    ctx.fillRect(left, bbox.top, width, bbox.height);
    if (width < wordWidth * UPlot.pxRatio) continue;
    ctx.fillStyle = token(box, '--chart-text');
    ctx.fillText('no data', left + width / 2, bbox.top + bbox.height / 2);
  }
  ctx.restore();
}

function axis(box: HTMLElement): UPlot.Axis {
  return {
    stroke: token(box, '--chart-text'),
    grid: { stroke: token(box, '--chart-grid'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
    space: 40,
    size: 24,
  };
}

const token = (box: HTMLElement, name: string): string => getComputedStyle(box).getPropertyValue(name).trim();
