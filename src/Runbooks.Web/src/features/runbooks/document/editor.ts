/*
 * One draft in the browser: its text, the last reading that was sound, where people put its steps, and everything done
 * to it since it was opened. Undo walks back without end and outlives a reload: see saving/draftStore.ts.
 */
import type { Point } from '@/graph/model';
import { applyEdits, difference, invertEdits, type Batch } from './edits';
import { read, type Reading, type ReadingError } from './reading';
import type { Command } from './commands';

interface Entry {
  readonly label: string;
  readonly batches: readonly Batch[];
  readonly inverse: readonly Batch[];
  /** When it was done; typing within a moment joins the entry before it. */
  readonly at: number;
  /** Steps that were put elsewhere by it, and where they were. */
  readonly moved?: Moves;
}

export type Places = ReadonlyMap<string, Point>;

/** What changed of the places: the step, where it was, where it is; null is wherever the layout puts it. */
type Moves = readonly (readonly [key: string, before: Point | null, after: Point | null])[];

export interface EditorState {
  readonly text: string;
  /** The last sound reading; older than the text while `error` is there. */
  readonly reading: Reading;
  readonly error: ReadingError | null;
  readonly undo: string | null;
  readonly redo: string | null;
  readonly selection: ReadonlySet<string>;
  /** Where people put steps; the automatic layout places the others. */
  readonly places: Places;
  /** Rises with every change of the text. */
  readonly revision: number;
}

/** Who made a change: the YAML pane does not need to hear its own. */
export type Origin = 'command' | 'typing' | 'history' | 'remote';

/** Told after every change; `origin` is null when the text stayed as it was. */
export type Watch = (origin: Origin | null) => void;

export interface TextChange {
  readonly batches: readonly Batch[];
  readonly origin: Origin;
}

const joinWithinMs = 800;
// Browsers give an address 5 million characters, and there are other drafts.
const storedMax = 2_000_000;

export class DraftEditor {
  private state: EditorState;
  private past: Entry[] = [];
  private future: Entry[] = [];
  private readonly watchers = new Set<Watch>();
  private readonly listeners = new Set<(change: TextChange) => void>();

  constructor(text: string, private readonly clock: () => number = () => Date.now()) {
    const first = read(text);
    this.state = {
      text, reading: 'reading' in first ? first.reading : emptyReading(), error: 'error' in first ? first.error : null,
      undo: null, redo: null, selection: new Set(), places: new Map(), revision: 0,
    };
  }

  current = (): EditorState => this.state;

  subscribe = (watch: Watch): (() => void) => {
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
    this.change(label, done.batches, 'command', done.select, done.renamed ? followed(this.state.places, done.renamed) : []);
  }

  /** Puts steps elsewhere on the canvas; the text stays as it is. */
  place(label: string, places: Places): void {
    this.change(label, [], 'command', undefined, movesBetween(this.state.places, places));
  }

  /** Where the server has the steps: what a person moved before that was known stays where they put it. */
  placesKnown(places: Places): void {
    this.put({ ...this.state, places: new Map([...places, ...this.state.places]) });
  }

  /** Text typed in the YAML pane, as edits of the text it had. */
  type(edits: Batch): void {
    this.change('typing', [edits], 'typing');
  }

  /** Another text as one change that can be undone. */
  replace(label: string, text: string): void {
    this.change(label, [difference(this.state.text, text)], 'remote');
  }

  /** How many changes can be taken back. */
  get depth(): number {
    return this.past.length;
  }

  undo = (): void => {
    const entry = this.past.pop();
    if (!entry) return;
    this.future.push(entry);
    this.show(entry.inverse, 'history', undefined, (entry.moved ?? []).map(([key, before, after]) => [key, after, before] as const));
  };

  redo = (): void => {
    const entry = this.future.pop();
    if (!entry) return;
    this.past.push(entry);
    this.show(entry.batches, 'history', undefined, entry.moved);
  };

  private change(label: string, batches: readonly Batch[], origin: Origin, select?: readonly string[], moved: Moves = []): void {
    let real = batches.filter((batch) => batch.length > 0);
    // A step moved to where it was, or typing taken back at once, is nothing to undo.
    if (real.reduce(applyEdits, this.state.text) === this.state.text) real = [];
    if (real.length > 0 || moved.length > 0) {
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
      else this.past.push({ label, batches: real, inverse, at: now, ...(moved.length > 0 ? { moved } : {}) });
      this.future = [];
    }
    this.show(real, origin, select, moved);
  }

  private show(batches: readonly Batch[], origin: Origin, select?: readonly string[], moved: Moves = []): void {
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
      places: moved.length === 0 ? this.state.places : withMoves(this.state.places, moved),
      revision: this.state.revision + (batches.length > 0 ? 1 : 0),
    }, batches.length > 0 ? origin : null);
    if (batches.length > 0) this.listeners.forEach((tell) => tell({ batches, origin }));
  }

  private put(state: EditorState, origin: Origin | null = null): void {
    this.state = state;
    this.watchers.forEach((watch) => watch(origin));
  }

  /** Everything needed to go on after a reload; the oldest history gives way when the storage would not hold it. */
  store(): string {
    let past = this.past;
    let future = this.future;
    for (;;) {
      const stored = JSON.stringify({ text: this.state.text, past, future });
      if (stored.length <= storedMax || past.length + future.length === 0) return stored;
      // What was taken back goes first, then the oldest quarter.
      if (future.length > 0) future = [];
      else past = past.slice(Math.ceil(past.length / 4));
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

function movesBetween(before: Places, after: Places): Moves {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [was, is] = [before.get(key) ?? null, after.get(key) ?? null];
    return was?.x === is?.x && was?.y === is?.y ? [] : [[key, was, is] as const];
  });
}

function withMoves(places: Places, moved: Moves): Places {
  const next = new Map(places);
  for (const [key, , after] of moved) {
    if (after) next.set(key, after);
    else next.delete(key);
  }
  return next;
}

/** Places under new keys: a step that was renamed stays where it stands, with everything inside it. */
function followed(places: Places, renamed: { readonly from: string; readonly to: string }): Moves {
  const { from, to } = renamed;
  return [...places].flatMap(([key, at]) => {
    if (key !== from && !key.startsWith(`${from}.`)) return [];
    return [[key, at, null] as const, [`${to}${key.slice(from.length)}`, null, at] as const];
  });
}
