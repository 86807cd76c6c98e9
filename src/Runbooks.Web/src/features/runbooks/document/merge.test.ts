import { describe, expect, it } from 'vitest';
import { addStep, moveSteps, removeSteps, setField, setValue, type Command } from './commands';
import { DraftEditor } from './editor';
import { changesOf } from './merge';
import { read, type Reading } from './reading';

const base = `apiVersion: runbooks/v1
kind: Runbook
metadata: { name: shop }
spec:
  for: custom
  steps:
    - id: a   # first
      uses: delay
      with: { for: 1s }
    - id: b
      uses: notify
      with: { title: "x" }
    - id: c
      uses: delay
`;
const readingOf = (text: string): Reading => {
  const done = read(text);
  if ('error' in done) throw new Error(done.error.message);
  return done.reading;
};
const after = (...commands: readonly Command[]): DraftEditor => {
  const editor = new DraftEditor(base);
  for (const command of commands) editor.run('x', command);
  return editor;
};
const items = (theirs: DraftEditor, mine: DraftEditor) => changesOf(readingOf(base), readingOf(theirs.current().text), readingOf(mine.current().text));

describe('two people at one draft', () => {
  it('lists what the other one did, by meaning, and says where both changed the same', () => {
    const theirs = after(setField('a', ['with', 'for'], '5s'), addStep(null, 3, { id: 'd', uses: 'delay' }), removeSteps(['c']), setValue(['spec', 'group'], 'pay'));
    const mine = after(setField('a', ['with', 'for'], '9s'), setField('b', ['title'], 'Mine'));
    expect(items(theirs, mine).map((item) => `${item.change} ${item.where} ${item.theirs} | ${item.mine ?? '-'}`)).toEqual([
      'changed a.with { for: 5s } | { for: 9s }',
      'added d { id: d, uses: delay } | -',
      'removed c removed | -',
      'added spec.group pay | -',
    ]);
  });

  it('takes over item by item and keeps what is mine, comments included', () => {
    const theirs = after(setField('a', ['with', 'for'], '5s'), addStep(null, 3, { id: 'd', uses: 'delay' }), removeSteps(['c']));
    const mine = after(setField('b', ['title'], 'Mine'));
    for (const item of items(theirs, mine)) mine.run('merge', item.take);
    const text = mine.current().text;
    expect(text).toContain('- id: a   # first');
    expect(text).toContain('title: Mine');
    expect(text).toContain('for: 5s');
    expect([...mine.current().reading.byKey.keys()]).toEqual(['a', 'b', 'd']);
    expect(items(theirs, mine)).toEqual([]);
  });

  it('knows a moved step from one that only has a new neighbour', () => {
    const moved = after(moveSteps(['c'], null, 0));
    expect(items(moved, after()).filter((item) => item.change === 'moved').length).toBeGreaterThan(0);
    const added = after(addStep(null, 0, { id: 'z', uses: 'delay' }));
    expect(items(added, after()).map((item) => item.change)).toEqual(['added']);
  });
});
