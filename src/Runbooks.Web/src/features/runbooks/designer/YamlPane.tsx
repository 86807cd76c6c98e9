import { useEffect, useRef } from 'react';
import type { DraftEditor } from '../document/editor';
import type { StepKind } from '../queries';
import { openPane, type Pane } from '../yaml/pane';
import classes from './designer.module.css';
import type { PlacedProblem } from './problems';

interface YamlPaneProps {
  readonly editor: DraftEditor;
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly problems: readonly PlacedProblem[];
  readonly readOnly: boolean;
  /** Where the caret shall go; a new object goes there again. */
  readonly goTo: { readonly line: number } | null;
}

/** The text itself, in step with the graph: each side's change arrives at the other as edits, never as a new text. */
export function YamlPane({ editor, kinds, problems, readOnly, goTo }: YamlPaneProps) {
  const place = useRef<HTMLDivElement>(null);
  const pane = useRef<Pane | null>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const opened = openPane(place.current, editor);
    pane.current = opened;
    return () => {
      pane.current = null;
      opened.close();
    };
  }, [editor]);
  useEffect(() => pane.current?.know(kinds), [kinds, editor]);
  useEffect(() => pane.current?.mark(problems), [problems, editor]);
  useEffect(() => pane.current?.lock(readOnly), [readOnly, editor]);
  useEffect(() => { if (goTo) pane.current?.goTo(goTo.line); }, [goTo, editor]);
  return <div ref={place} className={classes['code']} data-yaml />;
}
