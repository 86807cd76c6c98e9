import { useEffect, useRef, type KeyboardEvent } from 'react';
import { connect, indentStep, outdentStep, removeSteps, shiftStep, unwrapBlock, wrapSteps, wrappingWords, type Wrapping } from '../document/commands';
import { sequenceMs, useShortcuts, type Shortcut } from '@/shell/shortcuts';
import type { DraftEditor } from '../document/editor';
import type { Act, Say } from './actions';

interface KeysInput {
  readonly editor: DraftEditor;
  readonly act: Act;
  readonly say: Say;
  readonly locked: boolean;
  readonly connecting: string | null;
  readonly setConnecting: (key: string | null) => void;
  readonly setRenaming: (key: string | null) => void;
  readonly focusToolbox: () => void;
  readonly focusSearch: () => void;
  readonly focusStep: (key: string) => void;
  readonly layOut: () => void;
  readonly fit: () => void;
}

export interface DesignerKeys {
  readonly onKey: (event: KeyboardEvent, focused: string | null) => void;
  /** The step that shall wait was chosen. */
  readonly finish: (target: string) => void;
  /** Removes steps and gives the focus to the one before them. */
  readonly remove: (keys: readonly string[]) => void;
}

/** The keys that canvas and outline share, listed for the `?` sheet. */
export const designerKeys: readonly (readonly [string, string])[] = [
  ['a', 'add a step behind this one'], ['c', 'connect: the next step chosen waits for this one'], ['F2', 'rename'], ['Delete', 'remove'],
  ['Alt ↑ ↓', 'move up or down'], ['Alt → ←', 'into the block above, out of the block'],
  ['p', 'put into a parallel block'], ['b', 'group into a block'], ['e', 'repeat for each'], ['u', 'ungroup a block'],
  ['Ctrl C X V', 'copy, cut, paste'], ['Ctrl Z Y', 'undo, redo'], ['Ctrl A', 'choose every step'], ['Space', 'add to the selection'], ['Shift ↑ ↓', 'choose several'],
  ['f', 'find a step'], ['w', 'show the whole graph'], ['l', 'automatic layout'],
  ['Enter', 'edit in the form'], ['Esc', 'from the form back to the step'],
];

// The sheet lists them; canvas and outline hear them.
const listed: readonly Shortcut[] = designerKeys.map(([keys, what]) => ({ keys, title: what.charAt(0).toUpperCase() + what.slice(1), act: null }));

export function useDesignerKeys(input: KeysInput): DesignerKeys {
  const { editor, act, say, locked, connecting, setConnecting, setRenaming, focusToolbox, focusSearch, focusStep, layOut, fit } = input;
  useShortcuts(listed);
  const leader = useRef(-Infinity);
  // Undo and redo work wherever the focus is, except in a field, which has its own.
  useEffect(() => {
    const heard = (event: globalThis.KeyboardEvent): void => {
      const field = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, .cm-editor, [data-node]');
      if (field || event.defaultPrevented || !(event.ctrlKey || event.metaKey)) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      (key === 'y' || event.shiftKey ? editor.redo : editor.undo)();
    };
    document.addEventListener('keydown', heard);
    return () => document.removeEventListener('keydown', heard);
  }, [editor]);
  const refocus = (): void => {
    const [key] = editor.current().selection;
    if (key !== undefined) focusStep(key);
  };
  // The focus goes to the step before, so that the next key still has a place.
  const remove = (keys: readonly string[]): void => {
    const order = [...editor.current().reading.byKey.keys()];
    const first = order.findIndex((key) => keys.includes(key));
    if (!act('remove', removeSteps(keys))) return;
    say(`Removed ${keys.join(', ')}. Undo brings it back.`);
    const left = editor.current().reading.byKey;
    const next = order.slice(0, first).reverse().find((key) => left.has(key)) ?? [...left.keys()][0];
    if (next !== undefined) editor.select([next]);
    refocus();
  };
  const finish = (target: string): void => {
    if (connecting === null) return;
    setConnecting(null);
    if (act('connect', connect(connecting, target))) say(`${target} now waits for ${connecting}.`);
    refocus();
  };
  const wrap = (keys: readonly string[], shape: Wrapping, done: string): boolean => {
    if (keys.length === 0) return false;
    if (act(wrappingWords[shape], wrapSteps(keys, shape))) say(done);
    refocus();
    return true;
  };
  const onKey = (event: KeyboardEvent, focused: string | null): void => {
    // `g b` leads to another page from here as well: the second letter is not ours.
    const going = event.timeStamp - leader.current < sequenceMs && event.key !== 'g';
    leader.current = event.key === 'g' ? event.timeStamp : -Infinity;
    if (going) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      (event.shiftKey ? editor.redo : editor.undo)();
      return;
    }
    if (command && event.key.toLowerCase() === 'y') {
      event.preventDefault();
      editor.redo();
      return;
    }
    if (event.key === 'Escape' && connecting !== null) {
      event.preventDefault();
      setConnecting(null);
      say('Nothing was connected.');
      return;
    }
    if (command && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      editor.select(editor.current().reading.byKey.keys());
      say(`Chosen: every step, ${editor.current().selection.size} in all.`);
      return;
    }
    if (command) return;
    if (!event.altKey && (event.key === 'f' || event.key === 'w')) {
      event.preventDefault();
      event.stopPropagation();
      (event.key === 'f' ? focusSearch : fit)();
      return;
    }
    if (locked) return;
    const chosen = [...editor.current().selection];
    const keys = focused !== null && !chosen.includes(focused) ? [focused] : chosen;
    const one = focused ?? keys[0] ?? null;
    const done = ((): boolean => {
      if (event.altKey && one !== null) {
        const moves = { ArrowUp: () => shiftStep(one, -1), ArrowDown: () => shiftStep(one, 1), ArrowRight: () => indentStep(one), ArrowLeft: () => outdentStep(one) } as const;
        const move = moves[event.key as keyof typeof moves] as (() => ReturnType<typeof shiftStep>) | undefined;
        if (!move) return false;
        if (act('move', move())) say('Moved.');
        refocus();
        return true;
      }
      if (event.altKey) return false;
      switch (event.key) {
        case 'Enter':
          if (connecting === null || one === null) return false;
          finish(one);
          return true;
        case 'Delete':
        case 'Backspace':
          if (keys.length === 0) return false;
          remove(keys);
          return true;
        case 'a':
        case 'Insert':
          if (one !== null) editor.select([one]);
          focusToolbox();
          return true;
        case 'c':
          if (one === null) return false;
          setConnecting(one);
          return true;
        case 'p': return wrap(keys, 'parallel', 'Put into a parallel block.');
        case 'b': return wrap(keys, 'sequence', 'Put into a block.');
        case 'e': return wrap(keys, 'for-each', 'Put into a block that runs for each workload.');
        case 'u':
          if (one === null) return false;
          if (act('ungroup', unwrapBlock(one))) say('The block is gone; its steps stand in its place.');
          refocus();
          return true;
        case 'l':
          layOut();
          return true;
        case 'F2':
          if (one === null) return false;
          setRenaming(one);
          return true;
        default:
          return false;
      }
    })();
    if (done) {
      event.preventDefault();
      // The page's own one-letter keys stay out of it.
      event.stopPropagation();
    }
  };
  return { onKey, finish, remove };
}
