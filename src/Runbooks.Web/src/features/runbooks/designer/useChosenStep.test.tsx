import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DraftEditor } from '../document/editor';
import { useChosenStep } from './useChosenStep';

const text = `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: short, title: Short }
spec:
  for: custom
  steps:
    - { id: one, uses: delay, with: { for: 1s } }
    - { id: two, uses: delay, with: { for: 1s } }
    - { id: three, uses: delay, with: { for: 1s } }
`;

const opened = (step: string | null) => {
  const editor = new DraftEditor(text);
  const written: (string | null)[] = [];
  const shown: string[] = [];
  const said: string[] = [];
  const setStep = (key: string | null): void => { written.push(key); };
  const show = (key: string): void => { shown.push(key); };
  const say = (sentence: string): void => { said.push(sentence); };
  const hook = renderHook(({ at }: { at: string | null }) => { useChosenStep(editor, editor.current(), { step: at, setStep }, show, say); }, { initialProps: { at: step } });
  let at = step;
  // The page is drawn again with what was chosen.
  hook.rerender({ at });
  return {
    written, shown, said,
    chosen: () => [...editor.current().selection],
    choose: (...keys: string[]) => {
      editor.select(keys);
      hook.rerender({ at });
      vi.advanceTimersByTime(200);
    },
    /** The address shows another step: what was written a while ago, or what somebody else went to. */
    addressIs: (step: string | null) => {
      at = step;
      hook.rerender({ at });
      hook.rerender({ at });
      vi.advanceTimersByTime(200);
    },
  };
};

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it('chooses and shows the step of a link, and writes nothing', () => {
  const page = opened('two');
  vi.advanceTimersByTime(200);
  expect(page.chosen()).toEqual(['two']);
  expect(page.shown).toEqual(['two']);
  page.addressIs('two');
  expect(page.written).toEqual([]);
});

it('says that the step of a link is not there', () => {
  expect(opened('four').said).toEqual(["There is no step 'four' in this draft."]);
});

it('writes the one chosen step, and none when several are', () => {
  const page = opened(null);
  page.choose('one');
  page.addressIs('one');
  page.choose('one', 'two');
  expect(page.written).toEqual(['one', null]);
});

it('never chooses again what it wrote itself, however late the address shows it', () => {
  const page = opened(null);
  page.choose('one');
  page.choose('two', 'three');
  page.addressIs('one');
  expect(page.chosen()).toEqual(['two', 'three']);
  page.addressIs(null);
  expect(page.chosen()).toEqual(['two', 'three']);
  expect(page.shown).toEqual([]);
});

it('follows somebody who goes back', () => {
  const page = opened(null);
  page.choose('one');
  page.addressIs('one');
  page.choose('two');
  page.addressIs('two');
  page.addressIs('one');
  expect(page.chosen()).toEqual(['one']);
  expect(page.shown).toEqual(['one']);
});
