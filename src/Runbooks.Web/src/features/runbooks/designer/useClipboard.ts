import type { ClipboardEvent } from 'react';
import { insertSteps, outermost, removeSteps } from '../document/commands';
import type { DraftEditor } from '../document/editor';
import { sourceOf, stepsIn } from '../document/sources';
import type { Act, Say } from './actions';
import { keep, kept } from './clipboard';

interface ClipboardInput {
  readonly editor: DraftEditor;
  readonly act: Act;
  readonly say: Say;
  readonly locked: boolean;
  /** Brings what was pasted into view. */
  readonly show: (key: string) => void;
}

/** Copying, cutting and pasting steps as the text they are written in, here and into another runbook. */
export function useClipboard({ editor, act, say, locked, show }: ClipboardInput) {
  const chosen = (): string[] => outermost(editor.current().reading, [...editor.current().selection]);
  const source = (): string => {
    const { reading } = editor.current();
    return chosen().flatMap((key) => { const step = reading.byKey.get(key); return step ? [sourceOf(reading, step)] : []; }).join('');
  };
  const copy = (): string | null => {
    const keys = chosen();
    if (keys.length === 0) return null;
    const text = source();
    keep(text);
    say(`Copied ${counted(keys.length)}.`);
    return text;
  };
  const cut = (): string | null => {
    const keys = chosen();
    const text = copy();
    if (text !== null && !locked && act('cut', removeSteps(keys))) say(`Cut ${counted(keys.length)}.`);
    return text;
  };
  const paste = (text: string = kept()): void => {
    if (locked) return;
    if (stepsIn(text).length === 0) { say('There are no steps in the clipboard.', 'refused'); return; }
    // Behind the last of the chosen steps, beside it.
    const { reading, selection } = editor.current();
    const anchor = [...reading.byKey.values()].findLast((step) => selection.has(step.key));
    const index = anchor ? anchor.index + 1 : reading.steps.length;
    if (!act('paste', insertSteps(anchor?.parent?.key ?? null, index, [text.endsWith('\n') ? text : `${text}\n`]))) return;
    const made = [...editor.current().selection];
    say(`Pasted ${counted(made.length)}: ${made.join(', ')}.`);
    if (made[0] !== undefined) show(made[0]);
  };
  const hear = (event: ClipboardEvent, take: () => string | null): void => {
    if (isField(event.target)) return;
    const text = take();
    if (text === null) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  };
  return {
    copy, paste,
    /** For the element around everything that steps can be copied from. */
    listeners: {
      onCopy: (event: ClipboardEvent) => hear(event, copy),
      onCut: (event: ClipboardEvent) => hear(event, cut),
      onPaste: (event: ClipboardEvent) => {
        if (isField(event.target)) return;
        event.preventDefault();
        paste(event.clipboardData.getData('text/plain') || kept());
      },
    },
  };
}

const counted = (steps: number): string => `${steps} step${steps === 1 ? '' : 's'}`;

function isField(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable=true], .cm-editor') !== null;
}
