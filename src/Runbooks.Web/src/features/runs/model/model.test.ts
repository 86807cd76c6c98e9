import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical';
import { historyOf, pictureAt } from './history';
import type { RunRecord } from './records';
import { humanTime, spansOf, type Span } from './spans';

const start = Date.parse('2026-03-01T10:00:00Z');
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
let sequence = 0;

function record(kind: string, seconds: number, data: Record<string, unknown> = {}): RunRecord {
  return { sequence: ++sequence, at: at(seconds), kind, actor: 'engine', reason: null, data };
}
const step = (path: string, state: string, seconds: number, more: Record<string, unknown> = {}) =>
  record(`step.${state}`, seconds + 0.5, { step: path, title: path, state, detail: '', at: at(seconds), ...more });
const span = (path: string, from: number, to: number | null, state = 'succeeded'): Span =>
  ({ path, title: path, state, from, to, human: [] });

const story = [
  record('run.requested', 0), record('run.started', 2),
  step('stop', 'running', 3), step('switch', 'running', 10), step('stop', 'succeeded', 9),
  step('switch', 'asking', 12, { question: 'Accept the loss?', askedOf: 'approver' }), step('switch', 'running', 42), step('switch', 'succeeded', 50),
  record('run.ended', 51, { state: 'succeeded' }),
];

describe('replay of a run', () => {
  const history = historyOf(story);

  it('shows nothing that had not happened yet', () => {
    expect(pictureAt(history, start + 5_000)).toMatchObject({ state: 'running', steps: [{ path: 'stop', state: 'running' }] });
  });

  it('orders steps by the clock of the workflow and not by the order of the records', () => {
    expect(pictureAt(history, start + 9_500).steps.map((s) => [s.path, s.state])).toEqual([['stop', 'succeeded']]);
  });

  it('is asking while a step asks, and running again after the answer', () => {
    expect(pictureAt(history, start + 20_000)).toMatchObject({ state: 'asking' });
    expect(pictureAt(history, start + 20_000).steps[1]?.question).toBe('Accept the loss?');
    expect(pictureAt(history, start + 43_000)).toMatchObject({ state: 'running' });
  });

  it('waits before the start and has ended after the end', () => {
    expect(pictureAt(history, start + 1_000)).toMatchObject({ state: 'requested', steps: [] });
    expect(pictureAt(history, start + 99_000)).toMatchObject({ state: 'succeeded' });
  });

  it('closes what an aborted run left open', () => {
    const cut = historyOf([record('run.started', 0), step('stop', 'running', 1), record('run.ended', 5, { state: 'aborted' })]);
    expect(pictureAt(cut, start + 6_000).steps[0]).toMatchObject({ state: 'cancelled', endedAt: start + 5_000 });
    expect(spansOf(cut)[0]).toMatchObject({ state: 'cancelled', to: start + 5_000 });
  });

  it('gives the same picture for every time as reading the story up to it does', () => {
    for (let seconds = 0; seconds <= 60; seconds++) {
      const seen = story.filter((r) => Date.parse(typeof r.data['at'] === 'string' ? r.data['at'] : r.at) <= start + seconds * 1000);
      expect(pictureAt(history, start + seconds * 1000).steps.map((s) => s.state))
        .toEqual(pictureAt(historyOf(seen), start + seconds * 1000).steps.map((s) => s.state));
    }
  });
});

describe('spans', () => {
  it('hold the time in which a person was waited for', () => {
    const found = spansOf(historyOf(story)).find((s) => s.path === 'switch');
    expect(found?.human).toEqual([[start + 12_000, start + 42_000]]);
  });

  it('count overlapping waits once', () => {
    const waits: Span[] = [{ ...span('a', 0, 100), human: [[10, 30]] }, { ...span('b', 0, 100), human: [[20, null]] }];
    expect(humanTime(waits, 50)).toBe(40);
  });

  it('put steps inside a step right after it', () => {
    const nested = spansOf(historyOf([
      step('drill', 'running', 1), step('drill/1', 'running', 2), step('other', 'running', 3), step('drill/2', 'running', 4),
    ]));
    expect(nested.map((s) => s.path)).toEqual(['drill', 'drill/1', 'drill/2', 'other']);
  });
});

describe('critical path', () => {
  it('is the chain of steps that each began when the one before ended', () => {
    const spans = [span('a', 0, 10), span('b', 10, 40), span('c', 10, 20), span('d', 40, 50)];
    expect([...criticalPath(spans)].sort()).toEqual(['a', 'b', 'd']);
  });

  it('follows what a step needs where the plan says so', () => {
    const spans = [span('a', 0, 10), span('noise', 0, 39), span('b', 40, 50)];
    expect(criticalPath(spans, new Map([['b', ['a']]])).has('noise')).toBe(false);
    expect(criticalPath(spans, new Map([['b', ['a']]])).has('a')).toBe(true);
  });

  it('runs through the content of a frame and marks the frame', () => {
    const spans = [span('drill', 0, 100), span('drill/1', 0, 60), span('drill/2', 0, 30), span('drill/3', 60, 100)];
    expect([...criticalPath(spans)].sort()).toEqual(['drill', 'drill/1', 'drill/3']);
  });

  it('ends in what still runs', () => {
    expect(criticalPath([span('a', 0, 10), span('b', 10, null, 'running')]).has('b')).toBe(true);
  });

  it('leaves out what was skipped, and of nothing is nothing', () => {
    expect(criticalPath([span('a', 0, 10), span('b', 10, 10, 'skipped')])).toEqual(new Set(['a']));
    expect(criticalPath([])).toEqual(new Set());
  });
});
