/*
 * The promise of the two views: whatever is done on the graph, a step that means the same afterwards is written the
 * same, byte for byte: its comments, the order of its keys, its quotes and its spaces. Only its indentation may follow
 * the block it stands in. Random sessions of everything that hands and keys can do, over drafts written by hand.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addStep, connect, disconnect, indentStep, insertSteps, moveSteps, outdentStep, outermost, removeSteps, renameStep, setField, shiftStep, unwrapBlock, wrapSteps, type Command } from './commands';
import { DraftEditor } from './editor';
import type { ReadStep, Reading } from './reading';
import { sourceOf } from './sources';
import { same } from './values';

const shipped = join(__dirname, '../../../../../../runbooks');
const byHand = `# yaml-language-server: $schema=./schema/runbook.v1.json
# head
apiVersion: runbooks/v1
spec:     # spec before metadata: nobody's business
  for:   custom
  steps:

    # one
    - uses: delay        # uses before id
      id: one
      with:   {for:  1s}   # no spaces inside

    - {  id: two,   uses: 'delay', with: { "for": "2s" } }   # flow

    #
    # three is long
    #
    - id: three
      uses: manual
      with:
        # what to do
        instructions: |
          line one   # not a comment
            indented

          last
        of: operator
      title: "Quoted: \\u00e9"
      needs: [ one,   two ]
    - id: block
      parallel: true
      # inside
      steps:
        - id: four
          uses: delay
          with: { for: 4s }
          # a comment at the end of four
        # five
        - { id: five, uses: notify, with: { title: "t \${one.outputs.x}" } }
    - id: six
      uses: notify
      needs: [three]
      with:
        title: >-
          folded
          text
metadata:
  name:    shop   # last of all
# foot
`;
const documents = [byHand, byHand, ...readdirSync(shipped).filter((name) => name.endsWith('.yaml')).map((name) => readFileSync(join(shipped, name), 'utf8'))];

const random = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

/** What each step without children is written as, by its own id; ids that stand twice are left out. */
function written(reading: Reading): Map<string, { readonly data: ReadStep['data']; readonly lines: string }> {
  const found = new Map<string, { data: ReadStep['data']; lines: string }>();
  const twice = new Set<string>();
  for (const step of reading.byKey.values()) {
    if (found.has(step.id)) twice.add(step.id);
    if (step.children.length > 0) continue;
    found.set(step.id, { data: step.data, lines: flat(sourceOf(reading, step)) });
  }
  for (const id of twice) found.delete(id);
  return found;
}

// A block list's item and a line's item differ in the hyphen; indentation follows the block.
const flat = (lines: string): string => lines.split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n');

/** Everything before the list of steps, and everything behind it. */
function around(text: string): readonly [string, string] {
  const begin = text.search(/^ {2}steps:/m);
  const end = text.search(/^metadata:/m);
  return [text.slice(0, begin), end > begin ? text.slice(end) : ''];
}

const operations: readonly ((pick: () => string, number: () => number, i: number, reading: Reading) => Command)[] = [
  (pick, number, i) => setField(pick(), ['title'], `Title ${i} of ${number()}`),
  (pick, number) => setField(pick(), ['with', 'for'], `${number()}s`),
  (pick) => setField(pick(), ['title'], undefined),
  (_, number, i) => addStep(null, number(), { id: `new-${i}`, uses: 'delay', with: { for: '1s' } }),
  (pick, number) => moveSteps([pick()], null, number()),
  (pick) => moveSteps([pick(), pick()], pick(), 0),
  (pick) => shiftStep(pick(), 1),
  (pick) => shiftStep(pick(), -1),
  (pick) => indentStep(pick()),
  (pick) => outdentStep(pick()),
  (pick) => connect(pick(), pick()),
  (pick) => disconnect(pick(), pick()),
  (pick, _, i) => renameStep(pick(), `renamed-${i}`),
  (pick) => removeSteps([pick()]),
  (pick) => wrapSteps([pick()], 'parallel'),
  (pick) => wrapSteps([pick(), pick()], 'sequence'),
  (pick) => wrapSteps([pick()], 'for-each'),
  (pick) => unwrapBlock(pick()),
  (pick, number, _, reading) => {
    const key = outermost(reading, [pick()])[0] ?? '';
    const step = reading.byKey.get(key);
    return insertSteps(null, number(), step ? [sourceOf(reading, step)] : []);
  },
];

it.each(Array.from({ length: 60 }, (_, i) => i + 1))('session %d: what an operation does not touch keeps its bytes', (seed) => {
  const next = random(seed * 104_729);
  const start = documents[seed % documents.length] ?? byHand;
  const editor = new DraftEditor(start, () => 0);
  let done = 0;
  for (let i = 0; i < 25; i++) {
    const { reading, text } = editor.current();
    const keys = [...reading.byKey.keys()];
    const pick = (): string => keys[Math.floor(next() * keys.length)] ?? '';
    const number = (): number => Math.floor(next() * 6);
    const which = Math.floor(next() * operations.length);
    const before = written(reading);
    try {
      const command = operations[which]?.(pick, number, i, reading);
      if (command) editor.run(`operation ${which}`, command);
    } catch (refused) {
      expect((refused as Error).name, `${String(refused)} of operation ${which}`).toBe('CommandRefused');
      expect(editor.current().text).toBe(text);
      continue;
    }
    if (editor.current().text !== text) done++;
    expect(around(editor.current().text)).toEqual(around(text));
    for (const [id, { data, lines }] of written(editor.current().reading)) {
      const was = before.get(id);
      if (was && same(was.data, data)) expect(lines, `operation ${which} on ${id}`).toBe(was.lines);
    }
  }
  expect(done).toBeGreaterThan(5);
  while (editor.current().undo !== null) editor.undo();
  expect(editor.current().text).toBe(start);
});
