import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { expect, test } from 'vitest';
import { applyEdits } from './edits';
import { hyphensOf } from './places';
import { read, type Reading } from './reading';
import { reread } from './reread';

const draft = `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: shop, title: "Shop & friends" }
spec:
  for: custom
  steps:
    # first of all
    - id: confirm
      uses: site.confirm-down
      with: { site: "\${group.primarySite}", observers: 1 }
    - { id: wait, uses: delay, with: { for: 5s } }   # a moment
    - id: databases
      forEach: "\${group.workloads[tier=database]}"
      steps:
        - { id: start, uses: workload.start, with: { workload: "\${db.id}" } }
        - id: check
          title: >
            Looks whether
            they answer
          uses: workload.check

          with:
            workload: "\${db.id}"
          # behind the settings
        # between two
        - id: settle
          uses: delay
          needs:
          - start
          - check
    - id: page
      uses: http.call
      with:
        headers: {}
        body: |
          first line
            second line

    - id: done
      uses: notify
  onFailure: ask
`;

const sound = (text: string): Reading => {
  const got = read(text);
  if ('error' in got) throw new Error(got.error.message);
  return got.reading;
};

/** Everything that the designer takes from a tree, in one value; the end of a block it asks of the last value in it. */
function shape(node: unknown): unknown {
  const range = (node as { range?: number[] } | null)?.range ?? [];
  const [from, to] = range;
  if (isScalar(node)) return ['scalar', node.value, node.type, from, to];
  if (isMap(node)) return ['map', node.flow ?? false, from, node.flow ? to : null, node.items.map((pair) => [shape(pair.key), shape(pair.value)])];
  if (isSeq(node)) return ['seq', node.flow ?? false, from, node.flow ? to : null, node.flow ? [] : hyphensOf(node), node.items.map(shape)];
  return isAlias(node) ? 'alias' : node;
}

const everything = (reading: Reading) => ({
  tree: shape(reading.document.contents),
  data: reading.data,
  steps: [...reading.byKey.values()].map((step) => [step.key, step.id, step.index, step.parent?.key, shape(step.map)]),
  lines: reading.lines.lineStarts,
});

/** What people do to a text: letters, words, lines, deletions, pieces of the text put elsewhere. */
function changed(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const pieces = ['x', ' ', '\n', ' title: y', '\n      title: Z', '"', '[', '{ a: 1 }', '#', '- ', ': ', '|', '  ', '&a ', '*a', '\t', "'", '\n---\n', '}', '>-', '\n\n'];
  const removed = random() < 0.5 ? 0 : Math.floor(random() * (random() < 0.8 ? 4 : 60));
  const from = Math.floor(random() * text.length);
  const insert = random() < 0.85 ? (pieces[Math.floor(random() * pieces.length)] ?? '') : text.slice(from, from + Math.floor(random() * 80));
  return applyEdits(text, [{ from: at, to: Math.min(text.length, at + removed), insert }]);
}

test('A change is read as the whole text would be, wherever it is', () => {
  let state = 20_261_121;
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  let before = sound(draft);
  let partly = 0;
  for (let i = 0; i < 300; i++) {
    // A draft that went astray is put aside now and then, as an undo would.
    if (i % 25 === 0) before = sound(draft);
    const text = changed(before.text, random);
    const asBefore = i % 10 === 0 ? JSON.stringify(everything(before)) : null;
    const [ours, whole] = [read(text, before), read(text)];
    if (reread({ text: before.text, contents: before.document.contents, data: before.data }, text)) partly++;
    if (asBefore !== null) expect(JSON.stringify(everything(before)), 'the older reading').toBe(asBefore);
    expect('error' in ours, text).toBe('error' in whole);
    if ('error' in ours || 'error' in whole) continue;
    expect(JSON.stringify(everything(ours.reading)), text).toBe(JSON.stringify(everything(whole.reading)));
    before = ours.reading;
  }
  expect(partly).toBeGreaterThan(30);
});

test('What a change does not touch stays the same object', () => {
  const before = sound(draft);
  const after = read(draft.replace('for: 5s', 'for: 50s'), before);
  if ('error' in after) throw new Error(after.error.message);
  const data = (reading: Reading, key: string) => reading.byKey.get(key)?.data;
  expect(data(after.reading, 'wait')).not.toBe(data(before, 'wait'));
  for (const key of ['confirm', 'databases', 'databases.check', 'done']) expect(data(after.reading, key)).toBe(data(before, key));
});
