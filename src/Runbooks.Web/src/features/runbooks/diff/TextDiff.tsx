import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { yamlText } from '../yaml/language';
import { colours, look } from '../yaml/pane';

/** The two texts as one, with what went and what came. */
export function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          lineNumbers(), yamlText, colours, look, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ 'aria-label': 'Difference of the two texts', tabindex: '0' }),
          unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } }),
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after]);
  return <div ref={place} style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 6, overflow: 'auto', maxHeight: '60vh', fontSize: 13 }} />;
}
