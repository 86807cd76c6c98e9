import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { graphOf } from '@/graph/runbookGraph';
import { DraftEditor, type EditorState } from '../document/editor';
import { Saver, type SaveState, type SaveTransport, type Stored } from '../saving/saver';
import { DraftStore } from '../saving/draftStore';
import { kindsQuery, readDraft, saveDraft, type Problem, type StepKind } from '../queries';
import { ShownDraft } from './shown';
import { checkSettings, countByStep, placeProblems, type PlacedProblem } from './problems';

interface Session {
  readonly editor: DraftEditor;
  readonly saver: Saver;
  readonly restored: Restored | null;
}

/** What an earlier page of this runbook left in this browser. */
export interface Restored {
  readonly at: string;
  /** Text that the server had not acknowledged. */
  readonly unsaved: boolean;
  /** How many changes can be taken back. */
  readonly undo: number;
}

const storeAfterMs = 250;
const validateAfterMs = 350;

/** The draft of one runbook, its saver and its history; what a reload or a crash interrupts goes on where it was. */
export function useSession(name: string, person: string, opened: Stored): Session {
  const [store] = useState(() => new DraftStore(person, name));
  const [session] = useState(() => open(name, opened, store));
  useEffect(() => {
    const { editor, saver } = session;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = (): void => {
      const base = saver.base();
      store.keep({ editor: editor.store(), saved: base.text, etag: base.etag, at: new Date().toISOString() });
    };
    const end = (): void => {
      keep();
      if (!saver.unsaved) store.acknowledged();
    };
    const later = (): void => {
      clearTimeout(timer);
      timer = setTimeout(keep, storeAfterMs);
    };
    const stop = editor.subscribe(() => {
      saver.changed(editor.current().text);
      later();
    });
    const stopSaver = saver.subscribe(later);
    saver.changed(editor.current().text);
    window.addEventListener('pagehide', end);
    return () => {
      end();
      clearTimeout(timer);
      stop();
      stopSaver();
      saver.stop();
      window.removeEventListener('pagehide', end);
    };
  }, [store, session]);
  return session;
}

function open(name: string, opened: Stored, store: DraftStore): Session {
  const transport: SaveTransport = {
    put: (text, etag) => saveDraft(name, text, etag, true),
    get: async () => storedOf(await readDraft(name)),
  };
  const kept = store.read();
  const editor = kept === null ? null : DraftEditor.restore(kept.editor);
  if (!kept || !editor) return { editor: new DraftEditor(opened.text), saver: new Saver(transport, opened.text, opened.etag), restored: null };
  const { text } = editor.current();
  if (text === kept.saved || text === opened.text) {
    // Everything had arrived: the server's text is shown, and the history leads back from it.
    editor.replace(`changes by ${opened.author}`, opened.text);
    return { editor, saver: new Saver(transport, opened.text, opened.etag), restored: { at: kept.at, unsaved: false, undo: editor.depth } };
  }
  // Unsaved text over a state that the server has left is a conflict, which the saver finds when it hears of that state.
  return { editor, saver: new Saver(transport, kept.saved, kept.etag), restored: { at: kept.at, unsaved: true, undo: editor.depth } };
}

export function storedOf(read: Awaited<ReturnType<typeof readDraft>>): Stored {
  return { text: read.runbook.document ?? '', etag: read.etag, author: read.runbook.author, updatedAt: read.runbook.updatedAt };
}

export function useEditor(editor: DraftEditor): EditorState {
  const [shown] = useState(() => new ShownDraft(editor));
  return useSyncExternalStore(shown.subscribe, shown.current);
}

export function useSaveState(saver: Saver): SaveState {
  return useSyncExternalStore(saver.subscribe, saver.current);
}

export function useKinds(): ReadonlyMap<string, StepKind> {
  const { data } = useQuery(kindsQuery);
  return useMemo(() => new Map((data?.items ?? []).map((kind) => [kind.name, kind])), [data]);
}

/** Problems of the draft: from the schemas at once, from the server a moment later. */
export function useProblems(state: EditorState, kinds: ReadonlyMap<string, StepKind>): { readonly problems: readonly PlacedProblem[]; readonly checking: boolean } {
  const [checked, setChecked] = useState<{ text: string; problems: readonly Problem[] } | null>(null);
  const { text, reading, error } = state;
  useEffect(() => {
    // A text beyond the limit is refused here; sending it would only be refused there.
    if (text.length > 1 << 20) return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      body(api.POST('/api/v1/runbooks/validate', { body: { document: text } }))
        .then((answer) => { if (wanted) setChecked({ text, problems: answer.problems }); }, () => undefined);
    }, validateAfterMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  return useMemo(() => {
    const answered = checked?.text === text;
    if (error) {
      // The server's own words as soon as it has said them; nothing in a text that cannot be read belongs to a step.
      const said: readonly Problem[] = answered && checked.problems.length > 0
        ? checked.problems
        : [{ path: '', line: error.line, column: error.column, message: error.message, correction: 'Correct the text at this place.' }];
      return { problems: said.map((problem) => ({ ...problem, step: null, field: problem.path })), checking: !answered };
    }
    return { problems: placeProblems(reading, checked?.problems ?? [], checkSettings(reading, kinds)), checking: !answered };
  }, [reading, error, kinds, checked, text]);
}

/** The graph of the last sound reading; nodes that did not change keep their identity inside the graph. */
export function useDraftGraph(state: EditorState, kinds: ReadonlyMap<string, StepKind>, problems: readonly PlacedProblem[]) {
  const counts = useMemo(() => countByStep(problems), [problems]);
  return useMemo(
    () => graphOf(state.reading.steps.map((step) => step.data), { kinds, problems: counts }),
    [state.reading, kinds, counts],
  );
}

/** A value and the way to set it a moment after the last key, so that typing never waits for the document. */
export function useCommitted<T>(value: T, commit: (value: T) => void): readonly [T, (value: T) => void, () => void] {
  const [typed, setTyped] = useState<{ value: T; from: T } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const pending = useRef<(() => void) | null>(null);
  const send = (): void => {
    clearTimeout(timer.current);
    const waiting = pending.current;
    pending.current = null;
    waiting?.();
  };
  const flush = (): void => {
    send();
    setTyped(null);
  };
  // What was typed last is not lost when the field goes away.
  useEffect(() => () => {
    clearTimeout(timer.current);
    pending.current?.();
  }, []);
  const change = (next: T): void => {
    setTyped({ value: next, from: value });
    pending.current = () => commit(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(send, 150);
  };
  // What is typed is shown until the document has it, or changes under it for another reason.
  return [typed && typed.from === value ? typed.value : value, change, flush];
}
