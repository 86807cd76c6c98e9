/*
 * One draft in the browser: its text, the last reading that was sound, and everything done to it since it was opened.
 * Undo walks back without end and outlives a reload: the history is kept in the tab's session storage.
 */
import { applyEdits, difference, invertEdits, type Batch } from './edits';
import { read, type Reading, type ReadingError } from './reading';
import type { Command } from './commands';

interface Entry {
  readonly label: string;
  readonly batches: readonly Batch[];
  readonly inverse: readonly Batch[];
  /** When it was done; typing within a moment joins the entry before it. */
  readonly at: number;
}

export interface EditorState {
  readonly text: string;
  /** The last sound reading; older than the text while `error` is there. */
  readonly reading: Reading;
  readonly error: ReadingError | null;
  readonly undo: string | null;
  readonly redo: string | null;
  readonly selection: ReadonlySet<string>;
  /** Rises with every change of the text. */
  readonly revision: number;
}

/** Who made a change: the YAML pane does not need to hear its own. */
export type Origin = 'command' | 'typing' | 'history' | 'remote';

export interface TextChange {
  readonly batches: readonly Batch[];
  readonly origin: Origin;
}

const joinWithinMs = 800;
const storedMax = 4_000_000;

export class DraftEditor {
  private state: EditorState;
  private past: Entry[] = [];
  private future: Entry[] = [];
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<(change: TextChange) => void>();

  constructor(text: string, private readonly clock: () => number = () => Date.now()) {
    const first = read(text);
    this.state = {
      text, reading: 'reading' in first ? first.reading : emptyReading(), error: 'error' in first ? first.error : null,
      undo: null, redo: null, selection: new Set(), revision: 0,
    };
  }

  current = (): EditorState => this.state;

  subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };

  /** Hears each change of the text as edits, for views that keep a text of their own. */
  listen = (tell: (change: TextChange) => void): (() => void) => {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  };

  select = (keys: Iterable<string>): void => {
    const selection = new Set(keys);
    if (selection.size === this.state.selection.size && [...selection].every((key) => this.state.selection.has(key))) return;
    this.put({ ...this.state, selection });
  };

  /** Does a command; throws CommandRefused and changes nothing when it cannot be done. */
  run(label: string, command: Command): void {
    if (this.state.error) throw new Error(`The text cannot be read at line ${this.state.error.line}. Correct it in the YAML pane first.`);
    const done = command(this.state.reading);
    this.change(label, done.batches, 'command', done.select);
  }

  /** Text typed in the YAML pane, as edits of the text it had. */
  type(edits: Batch): void {
    this.change('typing', [edits], 'typing');
  }

  /** Another text as one change that can be undone. */
  replace(label: string, text: string): void {
    this.change(label, [difference(this.state.text, text)], 'remote');
  }

  undo = (): void => this.step(this.past, this.future, (entry) => entry.inverse);

  redo = (): void => this.step(this.future, this.past, (entry) => entry.batches);

  private step(from: Entry[], to: Entry[], batchesOf: (entry: Entry) => readonly Batch[]): void {
    const entry = from.pop();
    if (!entry) return;
    to.push(entry);
    this.show(batchesOf(entry), 'history');
  }

  private change(label: string, batches: readonly Batch[], origin: Origin, select?: readonly string[]): void {
    let real = batches.filter((batch) => batch.length > 0);
    // A step moved to where it was, or typing taken back at once, is nothing to undo.
    if (real.reduce(applyEdits, this.state.text) === this.state.text) real = [];
    if (real.length > 0) {
      const inverse: Batch[] = [];
      let text = this.state.text;
      for (const batch of real) {
        inverse.unshift(invertEdits(text, batch));
        text = applyEdits(text, batch);
      }
      const now = this.clock();
      const last = this.past[this.past.length - 1];
      const joins = last && label === last.label && (label === 'typing' || label.startsWith('field ')) && now - last.at < joinWithinMs;
      if (joins) this.past[this.past.length - 1] = { label, batches: [...last.batches, ...real], inverse: [...inverse, ...last.inverse], at: now };
      else this.past.push({ label, batches: real, inverse, at: now });
      this.future = [];
    }
    this.show(real, origin, select);
  }

  private show(batches: readonly Batch[], origin: Origin, select?: readonly string[]): void {
    let text = this.state.text;
    for (const batch of batches) text = applyEdits(text, batch);
    const next = text === this.state.text ? { reading: this.state.reading } : read(text, this.state.reading);
    const reading = 'reading' in next ? next.reading : this.state.reading;
    const chosen = select ?? [...this.state.selection];
    this.put({
      text,
      reading,
      error: 'error' in next ? next.error : text === this.state.text ? this.state.error : null,
      undo: this.past[this.past.length - 1]?.label ?? null,
      redo: this.future[this.future.length - 1]?.label ?? null,
      selection: new Set(chosen.filter((key) => reading.byKey.has(key))),
      revision: this.state.revision + (batches.length > 0 ? 1 : 0),
    });
    if (batches.length > 0) this.listeners.forEach((tell) => tell({ batches, origin }));
  }

  private put(state: EditorState): void {
    this.state = state;
    this.watchers.forEach((watch) => watch());
  }

  /** Everything needed to go on after a reload; the oldest history gives way when the tab's storage would not hold it. */
  store(): string {
    let past = this.past;
    for (;;) {
      const stored = JSON.stringify({ text: this.state.text, past, future: this.future });
      if (stored.length <= storedMax || past.length === 0) return stored;
      past = past.slice(Math.ceil(past.length / 4));
    }
  }

  static restore(stored: string): DraftEditor | null {
    try {
      const { text, past, future } = JSON.parse(stored) as { text: unknown; past: unknown; future: unknown };
      if (typeof text !== 'string' || !Array.isArray(past) || !Array.isArray(future)) return null;
      const editor = new DraftEditor(text);
      editor.past = past as Entry[];
      editor.future = future as Entry[];
      editor.show([], 'history');
      return editor;
    } catch {
      return null;
    }
  }
}

function emptyReading(): Reading {
  const empty = read('');
  if ('error' in empty) throw new Error('An empty text is always readable.');
  return empty.reading;
}
