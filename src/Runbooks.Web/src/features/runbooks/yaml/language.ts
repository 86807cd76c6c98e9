/*
 * YAML as the text editor sees it: colours, blocks that fold, and where a new line begins.
 *
 * The colours are those of a reader that goes line by line. The editor's own grammar of YAML reads a text anew from its
 * beginning to its end with every key: 14 ms for 200 steps, which is a whole frame; this one takes less than one. What
 * is wrong in a text is not said here: the draft's own reading and the server say that.
 */
import { foldService, indentService, StreamLanguage } from '@codemirror/language';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import type { EditorState, Extension } from '@codemirror/state';

const lines = StreamLanguage.define(yaml);

/** From the end of a line to the end of what stands deeper beneath it; null when nothing does. */
export function foldAt(state: EditorState, from: number, to: number): { readonly from: number; readonly to: number } | null {
  const head = state.doc.sliceString(from, to);
  const first = state.doc.lineAt(to).number + 1;
  if (isBlank(head) || first > state.doc.lines) return null;
  const depth = depthOf(head);
  const opens = opensBlock(head);
  let at = to + 1;
  let end = to;
  for (const line of state.doc.iterLines(first)) {
    // The items of a list may stand as deep as the key that they belong to.
    const within = depthOf(line) > depth || (opens && depthOf(line) === depth && isItem(line) && !isItem(head));
    if (!isBlank(line) && !within) break;
    if (!isBlank(line)) end = at + line.length;
    at += line.length + 1;
  }
  return end > to ? { from: to, to: end } : null;
}

/** How deep the line after this one begins: under its key when that is still without a value, else beside it. */
export function depthAfter(line: string, unit: number): number {
  const beside = contentOf(line);
  return opensBlock(line) || /[|>][+-]?\d*\s*(#.*)?$/.test(line) ? beside + unit : beside;
}

const depthOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0;
const contentOf = (line: string): number => /^ *(?:- +)*/.exec(line)?.[0].length ?? 0;
const isBlank = (line: string): boolean => /^\s*(#.*)?$/.test(line);
const isItem = (line: string): boolean => /^ *-(?: |$)/.test(line);
const opensBlock = (line: string): boolean => /:\s*(#.*)?$/.test(line);

export const yamlText: Extension = [
  lines,
  foldService.of(foldAt),
  indentService.of((context, at) => {
    if (context.simulatedBreak !== at) return undefined;
    return depthAfter(context.lineAt(at, -1).text, context.unit);
  }),
];
