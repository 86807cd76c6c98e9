/*
 * The YAML pane. Its text follows the draft by edits in both directions, so the caret and the scroll stay where they
 * are; undo belongs to the draft, which knows the canvas's changes as well.
 */
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { styleNonce } from '@/nonce';
import type { PlacedProblem } from '../designer/problems';
import type { DraftEditor } from '../document/editor';
import type { ReadStep, Reading } from '../document/reading';
import { endOf } from '../document/places';
import type { StepKind } from '../queries';
import { completions } from './completions';
import { yamlText } from './language';

export interface Pane {
  readonly know: (kinds: ReadonlyMap<string, StepKind>) => void;
  readonly mark: (problems: readonly PlacedProblem[]) => void;
  readonly lock: (readOnly: boolean) => void;
  readonly goTo: (line: number) => void;
  readonly close: () => void;
}

const fromDraft = Annotation.define<boolean>();

export const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: tags.atom, color: 'light-dark(var(--mantine-color-indigo-8), var(--mantine-color-indigo-3))' },
  { tag: [tags.string, tags.content], color: 'light-dark(var(--mantine-color-teal-9), var(--mantine-color-teal-3))' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(var(--mantine-color-violet-8), var(--mantine-color-violet-3))' },
  { tag: tags.comment, color: 'light-dark(var(--mantine-color-gray-7), var(--mantine-color-dark-1))', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.meta], color: 'light-dark(var(--mantine-color-gray-8), var(--mantine-color-dark-1))' },
]));

export const look = [EditorView.cspNonce.of(styleNonce), EditorView.theme({
  '&': { backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)' },
  '.cm-content': { fontFamily: 'var(--mantine-font-family-monospace)', caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': { backgroundColor: 'light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-8))', color: 'light-dark(var(--mantine-color-gray-7), var(--mantine-color-dark-1))', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'light-dark(rgb(0 0 0 / 4%), rgb(255 255 255 / 5%))' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'light-dark(#c5d0fa, #364285) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--mantine-color-body)', border: '1px solid var(--mantine-color-default-border)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--mantine-color-indigo-7)', color: 'white' },
  '.cm-panels': { backgroundColor: 'light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-7))', color: 'var(--mantine-color-text)' },
})];

export function openPane(parent: HTMLElement, draft: DraftEditor): Pane {
  const lock = new Compartment();
  const searchLater = new Compartment();
  const assistLater = new Compartment();
  let assisted = false;
  let kinds: ReadonlyMap<string, StepKind> = new Map();
  let selecting = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: draft.current().text,
      extensions: [
        lineNumbers(), foldGutter(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), indentOnInput(), bracketMatching(),
        lintGutter(), searchLater.of([]), assistLater.of([]), yamlText, indentUnit.of('  '), colours, look,
        // Line ends stay as they are in the file: the draft counts characters, not lines.
        EditorState.lineSeparator.of('\n'),
        keymap.of([
          { key: 'Mod-z', run: () => { draft.undo(); return true; }, preventDefault: true },
          { key: 'Mod-y', run: () => { draft.redo(); return true; }, preventDefault: true },
          { key: 'Mod-Shift-z', run: () => { draft.redo(); return true; }, preventDefault: true },
          { key: 'Mod-f', run: (asking) => { void loadSearch(asking, searchLater); return true; }, preventDefault: true },
          // Escape, then Tab leaves the pane, as the editor's own help says.
          ...foldKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab,
        ]),
        EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': 'The runbook as YAML. Escape, then Tab leaves this field.' }),
        lock.of(EditorState.readOnly.of(false)),
        EditorView.domEventHandlers({
          focus: (_, into) => {
            if (assisted) return;
            assisted = true;
            void import('./assist').then(({ assisting }) => into.dispatch({
              effects: assistLater.reconfigure(assisting((context) => completions(context, draft.current().reading, kinds))),
            }));
          },
        }),
        EditorView.updateListener.of((update) => {
          const own = update.transactions.filter((transaction) => transaction.docChanged && transaction.annotation(fromDraft) !== true);
          for (const transaction of own) {
            const edits: { from: number; to: number; insert: string }[] = [];
            transaction.changes.iterChanges((from, to, _start, _end, inserted) => { edits.push({ from, to, insert: inserted.toString() }); });
            draft.type(edits);
          }
          if (update.selectionSet && update.view.hasFocus && draft.current().error === null) {
            const step = stepAround(draft.current().reading, update.state.selection.main.head);
            selecting = true;
            if (step) draft.select([step.key]);
            selecting = false;
          }
        }),
      ],
    }),
  });
  const stopText = draft.listen(({ batches, origin }) => {
    if (origin === 'typing') return;
    for (const batch of batches) view.dispatch({ changes: batch.map(({ from, to, insert }) => ({ from, to, insert })), annotations: fromDraft.of(true) });
  });
  const begin = startOfSelection(draft);
  if (begin !== null) view.dispatch({ effects: EditorView.scrollIntoView(begin, { y: 'center' }) });
  let shown = draft.current().selection;
  const stopSelection = draft.subscribe(() => {
    const { selection } = draft.current();
    if (selection === shown || selecting || view.hasFocus) { shown = selection; return; }
    shown = selection;
    const start = startOfSelection(draft);
    if (start !== null && start <= view.state.doc.length) view.dispatch({ effects: EditorView.scrollIntoView(start, { y: 'center' }) });
  });
  return {
    know: (next) => { kinds = next; },
    lock: (readOnly) => view.dispatch({ effects: lock.reconfigure(EditorState.readOnly.of(readOnly)) }),
    mark: (problems) => {
      const { doc } = view.state;
      view.dispatch(setDiagnostics(view.state, problems.map((problem) => {
        const line = doc.line(Math.max(1, Math.min(doc.lines, problem.line)));
        const from = Math.min(line.to, line.from + Math.max(0, problem.column - 1));
        return { from, to: Math.max(from, line.to), severity: 'error', message: `${problem.message} ${problem.correction}` };
      })));
    },
    goTo: (number) => {
      const line = view.state.doc.line(Math.max(1, Math.min(view.state.doc.lines, number)));
      view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: 'center' }) });
      view.focus();
    },
    close: () => {
      stopText();
      stopSelection();
      view.destroy();
    },
  };
}

async function loadSearch(view: EditorView, place: Compartment): Promise<void> {
  const { searching, openSearch } = await import('./search');
  view.dispatch({ effects: place.reconfigure(searching) });
  openSearch(view);
}

function startOfSelection(draft: DraftEditor): number | null {
  const { selection, reading } = draft.current();
  const [only] = selection;
  return only === undefined ? null : (reading.byKey.get(only)?.map?.range?.[0] ?? null);
}

/** The innermost step at a place of the text. */
function stepAround(reading: Reading, at: number): ReadStep | null {
  let found: ReadStep | null = null;
  for (const step of reading.byKey.values()) {
    const range = step.map?.range;
    if (range && step.map && at >= range[0] && at <= endOf(reading.text, step.map)) found = step;
  }
  return found;
}
