import { useEffect, useSyncExternalStore } from 'react';

/** A key of the page that is open; the `?` sheet lists what is registered. */
export interface Shortcut {
  /** One key, or two typed one after the other: `?`, `g o`. */
  readonly keys: string;
  readonly title: string;
  /** Null for a key that a part of the page hears itself: the sheet lists it. */
  readonly act: (() => void) | null;
}

/** How long the second key of two is waited for. */
export const sequenceMs = 1_200;
let registered: readonly Shortcut[] = [];
const watchers = new Set<() => void>();

/** Registers keys for as long as the component lives; `shortcuts` must keep its identity. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    change([...registered, ...shortcuts]);
    return () => change(registered.filter((each) => !shortcuts.includes(each)));
  }, [shortcuts]);
}

export function useRegisteredShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => registered);
}

/** Hears the keyboard for the whole page. */
export function useKeyboard(): void {
  useEffect(() => {
    const keyboard = new Keyboard(() => registered);
    const heard = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && !isTyping(event.target) && keyboard.press(event, Date.now())) event.preventDefault();
    };
    document.addEventListener('keydown', heard);
    return () => document.removeEventListener('keydown', heard);
  }, []);
}

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** Turns presses into shortcuts; the newest registration of the same keys wins. */
export class Keyboard {
  private first: { readonly key: string; readonly at: number } | null = null;

  constructor(private readonly shortcuts: () => readonly Shortcut[]) {}

  press({ key, ctrlKey, metaKey, altKey }: Press, at: number): boolean {
    if (ctrlKey || metaKey || altKey) return false;
    const both = this.first && at - this.first.at <= sequenceMs ? `${this.first.key} ${key}` : null;
    this.first = null;
    const all = this.shortcuts().filter((each) => each.act !== null);
    const found = all.findLast((each) => each.keys === both) ?? all.findLast((each) => each.keys === key);
    if (found) found.act?.();
    else if (all.some((each) => each.keys.startsWith(`${key} `))) this.first = { key, at };
    return found !== undefined;
  }
}

// Letters belong to whoever is typed into; a dialog keeps the keyboard to itself.
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement
    && (target.isContentEditable || target.closest('input, textarea, select, [role="dialog"], [role="listbox"], [role="menu"], .cm-editor') !== null);
}

function change(next: readonly Shortcut[]) {
  registered = next;
  watchers.forEach((watch) => watch());
}

function subscribe(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}
