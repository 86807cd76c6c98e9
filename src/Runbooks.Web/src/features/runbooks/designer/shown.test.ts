import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DraftEditor } from '../document/editor';
import { atOnceMax, ShownDraft } from './shown';

const draftOf = (steps: number): string => [
  'apiVersion: runbooks/v1', 'kind: Runbook', 'metadata: { name: long, title: Long }', 'spec:', '  for: custom', '  steps:',
  ...Array.from({ length: steps }, (_, i) => `    - { id: wait-${i + 1}, uses: delay, with: { for: 1s } }`), '',
].join('\n');

const opened = (steps: number) => {
  const editor = new DraftEditor(draftOf(steps));
  const shown = new ShownDraft(editor, Date.now);
  let told = 0;
  const stop = shown.subscribe(() => { told++; });
  const type = (letters: string): void => {
    for (const letter of letters) {
      const at = editor.current().text.indexOf(' }', editor.current().text.indexOf('title: '));
      editor.type([{ from: at, to: at, insert: letter }]);
      vi.advanceTimersByTime(100);
    }
  };
  return { editor, shown, stop, type, told: () => told };
};

const titleIn = (text: string): string => /title: (.*) }/.exec(text)?.[1] ?? '';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it('follows every key in a short draft', () => {
  const { shown, type, told } = opened(3);
  type('er');
  expect(titleIn(shown.current().text)).toBe('Longer');
  expect(told()).toBe(2);
});

it('shows what was typed into a long draft when the keys rest', () => {
  const { editor, shown, type, told } = opened(atOnceMax + 1);
  type('er');
  expect(titleIn(editor.current().text)).toBe('Longer');
  expect(titleIn(shown.current().text)).toBe('Long');
  vi.advanceTimersByTime(150);
  expect(titleIn(shown.current().text)).toBe('Longer');
  expect(told()).toBe(1);
});

it('shows a long text once a second to somebody who does not rest', () => {
  const { shown, type } = opened(atOnceMax + 1);
  type(' and this is more than a second');
  expect(titleIn(shown.current().text).length).toBeGreaterThan(15);
});

it('shows whatever else is done at once, with what was typed before it', () => {
  const { editor, shown, type } = opened(atOnceMax + 1);
  type('er');
  editor.select(['wait-2']);
  expect(shown.current()).toBe(editor.current());
  expect(titleIn(shown.current().text)).toBe('Longer');
});

it('tells nobody who has left', () => {
  const { stop, type, told } = opened(atOnceMax + 1);
  type('er');
  stop();
  vi.advanceTimersByTime(2000);
  expect(told()).toBe(0);
});
