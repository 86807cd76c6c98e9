/* Searching in the text: loaded when somebody first asks for it. */
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';

export const searching: Extension = [highlightSelectionMatches(), search({ top: true }), keymap.of(searchKeymap)];

export const openSearch = (view: EditorView): boolean => openSearchPanel(view);
