import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { duration } from '@/ui/format';
import { meaningOf, toneColour } from '@/ui/states';
import type { Span } from '../model/spans';
import classes from './gantt.module.css';
import { axisLength, clock, ticks } from './scale';

export interface GanttProps {
  readonly spans: readonly Span[];
  readonly depth: (path: string) => number;
  readonly critical: ReadonlySet<string>;
  readonly from: number;
  /** The right end of what runs: the run's end, or now. */
  readonly now: number;
  readonly targetSeconds: number | null;
  /** Width of the time axis in pixels. */
  readonly width: number;
  readonly selected: string | null;
  readonly onSelect: (path: string) => void;
  /** A moment to mark, in a replay. */
  readonly cursor: number | null;
}

const row = 26;
const head = 26;
const nameWidth = 280;
const barHeight = 16;

/**
 * One bar per step. The critical path is bold and named so, the target is a line, time in which people were waited for
 * is hatched. Rows are walked with the arrow keys; the same content stands in a table for who does not see it.
 */
export function Gantt(props: GanttProps) {
  const { spans, critical, from, now, targetSeconds, width, selected, onSelect, cursor, depth } = props;
  const id = useId();
  const rows = useRef<SVGGElement>(null);
  const [focused, setFocused] = useState(0);
  const { length, targetShown } = axisLength((now - from) / 1000, targetSeconds);
  const x = (at: number) => nameWidth + (Math.max(0, at - from) / 1000 / length) * (width - 70);
  const height = head + spans.length * row + 8;
  const end = x(from + length * 1000);

  const walk = (event: KeyboardEvent) => {
    const last = spans.length - 1;
    const next = { ArrowDown: focused + 1, ArrowUp: focused - 1, Home: 0, End: last }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const to = Math.max(0, Math.min(last, next));
      setFocused(to);
      rows.current?.querySelector<SVGGElement>(`[data-row="${to}"]`)?.focus();
    }

    const chosen = spans[focused];
    if ((event.key === 'Enter' || event.key === ' ') && chosen) {
      event.preventDefault();
      onSelect(chosen.path);
    }
  };

  return (
    <svg width={nameWidth + width} height={height} role="group" aria-label="Steps on a time line; arrow keys walk them, Enter opens one" className={classes.chart}>
      <defs>
        <pattern id={`${id}h`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" className={classes.waitBack} />
          <rect width="2.5" height="6" className={classes.waitLine} />
        </pattern>
      </defs>
      <g aria-hidden>
        {ticks(length, Math.max(3, Math.floor(width / 90))).map((tick) => (
          <g key={tick}>
            <line x1={x(from + tick * 1000)} x2={x(from + tick * 1000)} y1={head - 4} y2={height} className={classes.grid} />
            <text x={x(from + tick * 1000)} y={14} textAnchor="middle" className={classes.tick}>{clock(tick)}</text>
          </g>
        ))}
      </g>
      {/* One tab stop for all rows; the arrow keys move inside. */}
      { }
      <g ref={rows} onKeyDown={walk}>
        {spans.map((span, i) => (
          <Bar
            key={span.path} span={span} y={head + i * row} index={i} tabIndex={i === Math.min(focused, spans.length - 1) ? 0 : -1} x={x} now={now} pattern={`url(#${id}h)`}
            isCritical={critical.has(span.path)} isSelected={span.path === selected} depth={depth(span.path)} width={nameWidth + width}
            onSelect={() => { setFocused(i); onSelect(span.path); }}
          />
        ))}
      </g>
      {targetShown && targetSeconds !== null ? (
        <g aria-hidden>
          <line x1={x(from + targetSeconds * 1000)} x2={x(from + targetSeconds * 1000)} y1={head - 6} y2={height} className={classes.target} />
          <text x={x(from + targetSeconds * 1000) - 4} y={height - 4} textAnchor="end" className={classes.targetText}>target {duration(targetSeconds)}</text>
        </g>
      ) : null}
      {cursor !== null ? <line x1={Math.min(end, x(cursor))} x2={Math.min(end, x(cursor))} y1={head - 6} y2={height} className={classes.cursor} aria-hidden /> : null}
    </svg>
  );
}

interface BarProps {
  readonly span: Span;
  readonly y: number;
  readonly index: number;
  readonly tabIndex: number;
  readonly x: (at: number) => number;
  readonly now: number;
  readonly pattern: string;
  readonly isCritical: boolean;
  readonly isSelected: boolean;
  readonly depth: number;
  readonly width: number;
  readonly onSelect: () => void;
}

function Bar({ span, y, index, tabIndex, x, now, pattern, isCritical, isSelected, depth, width, onSelect }: BarProps) {
  const end = span.to ?? now;
  const left = x(span.from);
  const wide = Math.max(3, x(end) - left);
  const colour = toneColour[meaningOf(span.state).tone];
  const seconds = (end - span.from) / 1000;
  const words = `${span.title}: ${meaningOf(span.state).word}, ${duration(seconds)}${isCritical ? ', on the critical path' : ''}`;
  const top = y + (row - barHeight) / 2;
  return (
    <g
      role="button" tabIndex={tabIndex} aria-label={words} aria-pressed={isSelected} data-row={index} data-critical={isCritical} className={classes.row}
      onClick={onSelect} onKeyDown={undefined}
    >
      <rect x={0} y={y} width={width} height={row} className={isSelected ? classes.rowSelected : classes.rowBack} />
      <text x={8 + Math.min(depth, 3) * 14} y={y + 17} className={isCritical ? classes.nameCritical : classes.name}>{cut(span.title, 38 - depth * 2)}</text>
      <rect
        x={left} y={isCritical ? top - 2 : top} width={wide} height={isCritical ? barHeight + 4 : barHeight} rx={3}
        className={isCritical ? classes.barCritical : classes.bar} style={{ fill: `var(--bar-${colour}, var(--mantine-color-${colour}-6))` }}
      />
      {span.human.map(([from, to]) => (
        <rect key={from} x={x(from)} y={top} width={Math.max(2, x(to ?? now) - x(from))} height={barHeight} fill={pattern} rx={2} />
      ))}
      <text x={left + wide + 6} y={y + 17} className={classes.took}>{duration(seconds)}</text>
    </g>
  );
}

const cut = (words: string, length: number): string => (words.length <= length ? words : `${words.slice(0, length - 1)}…`);
