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
  const written = useRef<string | null>(null);

  useEffect(() => {
    if (step === written.current) return;
    written.current = step;
    if (step === null || editor.current().selection.has(step)) return;
    if (editor.current().reading.byKey.has(step)) {
      editor.select([step]);
      show(step);
    } else {
      say(`There is no step '${step}' in this draft.`, 'refused');
    }
  }, [step, editor, show, say]);

  useEffect(() => {
    if (chosen === written.current) return undefined;
    const timer = setTimeout(() => {
      written.current = chosen;
      setStep(chosen);
    }, quietMs);
    return () => clearTimeout(timer);
  }, [chosen, setStep]);
}
