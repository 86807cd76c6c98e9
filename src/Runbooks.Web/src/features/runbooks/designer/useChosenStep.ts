import { useEffect, useRef } from 'react';
import type { DraftEditor, EditorState } from '../document/editor';
import type { Say } from './actions';

// Dragging a frame over the canvas chooses and drops steps with every movement.
const quietMs = 150;

/** The one chosen step stands in the address: a link opens it, and whoever comes back finds it chosen. */
export function useChosenStep(
  editor: DraftEditor, state: EditorState, address: { readonly step: string | null; readonly setStep: (key: string | null) => void },
  show: (key: string) => void, say: Say,
): void {
  const { step, setStep } = address;
  const [only] = state.selection;
  const chosen = state.selection.size === 1 && only !== undefined ? only : null;
  // What was written into the address and does not stand there yet: it is drawn behind everything more urgent, and may
  // skip what was soon written over. Only a step that is not among these was chosen by somebody else: a link, or going back.
  const sent = useRef<(string | null)[]>([]);
  const standing = useRef<string | null>(null);

  useEffect(() => {
    standing.current = step;
    const at = sent.current.indexOf(step);
    if (at >= 0) {
      sent.current.splice(0, at + 1);
      return;
    }
    sent.current = [];
    if (step === null || editor.current().selection.has(step)) return;
    if (editor.current().reading.byKey.has(step)) {
      editor.select([step]);
      show(step);
    } else {
      say(`There is no step '${step}' in this draft.`, 'refused');
    }
  }, [step, editor, show, say]);

  useEffect(() => {
    const timer = setTimeout(() => {
      const latest = sent.current.length > 0 ? sent.current[sent.current.length - 1] : standing.current;
      if (chosen === latest) return;
      sent.current.push(chosen);
      setStep(chosen);
    }, quietMs);
    return () => clearTimeout(timer);
  }, [chosen, setStep]);
}
