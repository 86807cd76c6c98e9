/* What helps while typing: loaded when somebody first goes into the text. */
import { autocompletion, closeBrackets, closeBracketsKeymap, type CompletionSource } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { keymap } from '@codemirror/view';

export const assisting = (source: CompletionSource): Extension => [
  autocompletion({ override: [source], icons: false }), closeBrackets(), keymap.of(closeBracketsKeymap),
];
