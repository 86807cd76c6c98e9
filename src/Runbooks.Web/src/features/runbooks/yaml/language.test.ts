import { getIndentation, IndentContext, indentUnit } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { foldAt, yamlText } from './language';

const text = `spec:
  objectives: { rto: 2h }
  # how it is done
  steps:
  - id: one
    uses: delay

    with: { for: 1s }
  - id: two
    title: >-
      long words
  defaults: {}
`;
const state = EditorState.create({ doc: text, extensions: [yamlText, indentUnit.of('  ')] });

const folded = (number: number): string | null => {
  const line = state.doc.line(number);
  const found = foldAt(state, line.from, line.to);
  return found && `${state.doc.lineAt(found.from).number}-${state.doc.lineAt(found.to).number}`;
};

it.each([
  ['a key with what is beneath it', 1, '1-12'],
  ['a key with its list, which stands as deep as the key', 4, '4-11'],
  ['an item with its lines, blank ones among them', 5, '5-8'],
  ['a text over several lines', 10, '10-11'],
])('folds %s', (_, line, lines) => { expect(folded(line)).toBe(lines); });

it.each([['a line with its value', 2], ['a comment', 3], ['the last line', 12], ['nothing after the text', 13]])('does not fold %s', (_, line) => {
  expect(folded(line)).toBeNull();
});

const after = (line: string): number | null => {
  const at = EditorState.create({ doc: line, extensions: [yamlText, indentUnit.of('  ')] });
  return getIndentation(new IndentContext(at, { simulateBreak: line.length }), line.length);
};

it.each([
  ['  id: one', 2],
  ['  steps:', 4],
  ['  steps: # in this order', 4],
  ['  - id: one', 4],
  ['    - with:', 8],
  ['  title: |', 4],
  ['  title: >-', 4],
])('begins the line after “%s” at column %i', (line, column) => { expect(after(line)).toBe(column); });
