import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addStep, connect, disconnect, indentStep, insertSteps, moveSteps, outdentStep, removeSteps, renameStep, setField, setValue, shiftStep, unwrapBlock, wrapSteps, type Command } from './commands';
import { DraftEditor } from './editor';
import { needsOf } from './order';
import { read, type Reading } from './reading';
import { sourceOf } from './sources';

const shipped = join(__dirname, '../../../../../../runbooks');
const files = readdirSync(shipped).filter((name) => name.endsWith('.yaml')).map((name) => [name, readFileSync(join(shipped, name), 'utf8')] as const);

const draft = `# head comment
apiVersion: runbooks/v1
kind: Runbook   # the only kind
metadata:
  name: shop
spec:
  for: custom
  steps:
    # first comes the question
    - id: confirm        # named so for the operators
      uses: site.confirm-down
      with: { site: "\${group.primarySite}", observers: 2 }   # two of them

    # then the deed
    - id: failover
      uses: group.failover
      with:
        # the site that takes over
        to: "\${inputs.to}"
      onIncomplete: ask
    - { id: tell, uses: notify, needs: [failover], with: { title: "g \${failover.outputs.generation}", severity: info } } # one line
    - id: machines
      parallel: true
      steps:
        # web first
        - id: web
          uses: group.start-wave
        - { id: app, uses: group.start-wave }
    # the end
    - id: done
      uses: notify
      needs: [tell, machines]
# foot comment
`;

function run(text: string, command: Command): { text: string; reading: Reading; editor: DraftEditor } {
  const editor = new DraftEditor(text);
  editor.run('test', command);
  return { text: editor.current().text, reading: editor.current().reading, editor };
}

const comments = (text: string): string[] => [...text.matchAll(/(?:^|\s)(# ?[^\n"]*)$/gm)].map((match) => (match[1] ?? '').trim()).sort();
const outline = (reading: Reading): string[] => [...reading.byKey.keys()];
const step = (reading: Reading, key: string) => {
  const found = reading.byKey.get(key);
  if (!found) throw new Error(`no step ${key}`);
  return found;
};

describe('commands on a draft', () => {
  const cases: readonly (readonly [string, Command])[] = [
    ['set a text', setField('confirm', ['title'], 'Is it down?')],
    ['change a setting on one line', setField('confirm', ['with', 'observers'], 3)],
    ['add a setting on one line', setField('confirm', ['with', 'within'], '3s')],
    ['remove a setting on one line', setField('confirm', ['with', 'observers'], undefined)],
    ['change a setting on lines', setField('failover', ['with', 'to'], 'site-b')],
    ['add a setting on lines', setField('failover', ['with', 'point'], '${inputs.point}')],
    ['add settings where there are none', setField('machines.web', ['with', 'gate', 'http'], 'http://a/b')],
    ['set a field of a one-line step', setField('tell', ['onFailure'], 'continue')],
    ['set a value outside of the steps', setValue(['spec', 'objectives', 'rto'], '15m')],
    ['add a step at the top', addStep(null, 1, { id: 'wait', uses: 'delay', with: { for: '5m' } })],
    ['add a step at the end', addStep(null, 5, { id: 'last', uses: 'delay' })],
    ['add a step to a block', addStep('machines', 0, { id: 'db', uses: 'group.start-wave' })],
    ['move a step up', shiftStep('machines', -1)],
    ['move a one-line step down', shiftStep('tell', 1)],
    ['move a step into a block', moveSteps(['failover'], 'machines', 1)],
    ['move a step out of a block', outdentStep('machines.web')],
    ['connect', connect('confirm', 'done')],
    ['disconnect', disconnect('tell', 'done')],
    ['rename', renameStep('failover', 'switch')],
    ['wrap two steps', wrapSteps(['confirm', 'failover'], 'parallel')],
    ['unwrap a block', unwrapBlock('machines')],
  ];

  it.each(cases)('%s: every comment survives, the text stays readable, undo gives the same bytes', (_, command) => {
    const after = run(draft, command);
    expect(after.text).not.toBe(draft);
    expect(after.editor.current().error).toBeNull();
    expect(comments(after.text)).toEqual(comments(draft));
    after.editor.undo();
    expect(after.editor.current().text).toBe(draft);
    after.editor.redo();
    expect(after.editor.current().text).toBe(after.text);
  });

  it.each(files)('every field of %s can be set and taken back', (_, text) => {
    const first = read(text);
    if ('error' in first) throw new Error(first.error.message);
    for (const key of first.reading.byKey.keys()) {
      const { editor, reading } = run(text, setField(key, ['title'], 'A "new" title: 5%'));
      expect(step(reading, key).data['title']).toBe('A "new" title: 5%');
      editor.undo();
      expect(editor.current().text).toBe(text);
    }
  });

  it('writes what was asked for, beside what was there', () => {
    expect(run(draft, setField('confirm', ['with', 'observers'], 3)).text).toContain('with: { site: "${group.primarySite}", observers: 3 }   # two of them');
    expect(run(draft, setField('failover', ['with', 'point'], '${inputs.point}')).text)
      .toContain('        to: "${inputs.to}"\n        point: "${inputs.point}"\n      onIncomplete: ask');
    expect(run(draft, setField('failover', ['title'], 'Fence')).text).toContain('- id: failover\n      title: Fence\n      uses:');
    expect(run(draft, addStep('machines', 2, { id: 'db', uses: 'delay' })).text).toContain('- { id: app, uses: group.start-wave }\n        - id: db\n          uses: delay\n    # the end');
  });

  it('lets those who waited for a removed step wait for what it waited for', () => {
    const { reading } = run(draft, removeSteps(['tell']));
    expect(needsOf(reading, step(reading, 'done'))).toEqual(['failover', 'machines']);
    expect(outline(reading)).not.toContain('tell');
  });

  it('leaves an empty list when the last step goes, and fills it again', () => {
    const empty = run(draft, removeSteps(['machines.web', 'machines.app']));
    expect(step(empty.reading, 'machines').data['steps']).toEqual([]);
    const filled = run(empty.text, addStep('machines', 0, { id: 'x', uses: 'delay' }));
    expect(outline(filled.reading)).toContain('machines.x');
    const bare = run('apiVersion: runbooks/v1\nkind: Runbook\nmetadata: { name: a }\nspec:\n  for: custom\n', addStep(null, 0, { id: 'x', uses: 'delay' }));
    expect(outline(bare.reading)).toEqual(['x']);
  });

  it('carries needs and references along with a new id', () => {
    const { text, reading } = run(draft, renameStep('failover', 'switch'));
    expect(text).toContain('${switch.outputs.generation}');
    expect(step(reading, 'tell').data['needs']).toEqual(['switch']);
  });

  it('refuses a cycle and names its path', () => {
    expect(() => run(draft, connect('done', 'confirm'))).toThrow('wait for each other: confirm → failover → tell → done → confirm');
    expect(() => run(draft, connect('machines.web', 'done'))).toThrow("'web' is in 'machines'");
    expect(() => run(draft, moveSteps(['machines'], 'machines', 0))).toThrow('cannot be moved into itself');
    expect(() => run(draft, renameStep('tell', 'Bad id'))).toThrow('is not a word of');
  });

  it('makes a branch when the new edge starts before the implied one', () => {
    const chain = 'spec:\n  steps:\n    - id: a\n      uses: x\n    - id: b\n      uses: x\n    - id: c\n      uses: x\n';
    const { reading } = run(chain, connect('a', 'c'));
    expect(step(reading, 'c').data['needs']).toEqual(['a']);
  });

  it('pastes into another runbook with free ids and no needs into the void', () => {
    const source = read(draft);
    if ('error' in source) throw new Error('unreadable');
    const copied = ['confirm', 'tell'].map((key) => sourceOf(source.reading, step(source.reading, key)));
    const target = 'spec:\n  steps:\n    - id: confirm\n      uses: x\n';
    const { reading, text } = run(target, insertSteps(null, 1, copied));
    expect(outline(reading)).toEqual(['confirm', 'confirm-2', 'tell']);
    expect(step(reading, 'tell').data['needs']).toBeUndefined();
    expect(text).toContain('# first comes the question');
  });

  it('lets references among pasted steps name the copies, and others what they named', () => {
    const source = read(draft);
    if ('error' in source) throw new Error('unreadable');
    const both = ['failover', 'tell'].map((key) => sourceOf(source.reading, step(source.reading, key)));
    const { text, reading } = run(draft, insertSteps(null, 5, both));
    expect(outline(reading).slice(-2)).toEqual(['failover-2', 'tell-2']);
    expect(text).toContain('id: tell-2, uses: notify, needs: [failover-2], with: { title: "g ${failover-2.outputs.generation}"');
    const alone = run(draft, insertSteps(null, 5, both.slice(1)));
    expect(alone.text).toContain('id: tell-2, uses: notify, needs: [failover], with: { title: "g ${failover.outputs.generation}"');
    // Ids that follow each other: one copy's new id is another's old one.
    const chain = read('spec:\n  steps:\n    - { id: a, uses: x }\n    - { id: a-2, uses: x, with: { t: "${a.outputs.v}" } }\n    - { id: b, uses: x, with: { t: "${a-2.outputs.v}" } }\n');
    if ('error' in chain) throw new Error('unreadable');
    const copied = ['a', 'a-2', 'b'].map((key) => sourceOf(chain.reading, step(chain.reading, key)));
    const pasted = run('spec:\n  steps:\n    - { id: a, uses: x }\n', insertSteps(null, 1, copied));
    expect(outline(pasted.reading)).toEqual(['a', 'a-2', 'a-3', 'b']);
    expect(step(pasted.reading, 'a-3').data['with']).toEqual({ t: '${a-2.outputs.v}' });
    expect(step(pasted.reading, 'b').data['with']).toEqual({ t: '${a-3.outputs.v}' });
  });

  it('indents only into a block', () => {
    expect(() => run(draft, indentStep('failover'))).toThrow('Only a block directly above');
    expect(outline(run(draft, indentStep('done')).reading)).toContain('machines.done');
  });
});

describe('a long session', () => {
  // A small generator with a seed: the same session each time.
  const random = (seed: number) => () => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };

  it.each([1, 2, 3, 4])('session %d: undo of everything gives the first bytes, redo of everything the last', (seed) => {
    const next = random(seed * 7919);
    const [, start] = files[seed % files.length] ?? ['', draft];
    const text = seed % 2 === 0 ? draft : start;
    const editor = new DraftEditor(text, () => 0);
    const trail = [text];
    for (let i = 0; i < 45; i++) {
      const keys = [...editor.current().reading.byKey.keys()];
      const pick = (): string => keys[Math.floor(next() * keys.length)] ?? '';
      const choices: readonly (() => Command)[] = [
        () => setField(pick(), ['title'], `Title ${i}`),
        () => setField(pick(), ['with', 'x'], { a: i, b: ['${group.id}', 'plain: text'] }),
        () => setField(pick(), ['with'], undefined),
        () => addStep(null, Math.floor(next() * 5), { id: `n${i}`, uses: 'delay', with: { for: '1s' } }),
        () => moveSteps([pick()], null, Math.floor(next() * 5)),
        () => moveSteps([pick(), pick()], pick(), 0),
        () => connect(pick(), pick()),
        () => disconnect(pick(), pick()),
        () => renameStep(pick(), `r${i}`),
        () => removeSteps([pick()]),
        () => wrapSteps([pick()], 'for-each'),
        () => unwrapBlock(pick()),
      ];
      const command = choices[Math.floor(next() * choices.length)];
      const before = editor.current().text;
      try {
        if (command) editor.run(`step ${i}`, command());
      } catch (refused) {
        expect((refused as Error).name).toBe('CommandRefused');
        expect(editor.current().text).toBe(before);
      }
      expect(editor.current().error).toBeNull();
      if (editor.current().text !== before) trail.push(editor.current().text);
    }
    const last = editor.current().text;
    expect(trail.length).toBeGreaterThan(12);
    for (const earlier of trail.slice(0, -1).reverse()) {
      editor.undo();
      expect(editor.current().text).toBe(earlier);
    }
    while (editor.current().redo !== null) editor.redo();
    expect(editor.current().text).toBe(last);
    const again = DraftEditor.restore(editor.store());
    while (again && again.current().undo !== null) again.undo();
    expect(again?.current().text).toBe(text);
  });
});

describe('places on the canvas', () => {
  it('are undone and done again in their turn with the text', () => {
    const editor = new DraftEditor(draft, () => 0);
    editor.placesKnown(new Map([['tell', { x: 5, y: 5 }]]));
    editor.place('move on the canvas', new Map([['tell', { x: 9, y: 9 }], ['done', { x: 1, y: 2 }]]));
    editor.run('rename', renameStep('tell', 'say'));
    expect([...editor.current().places]).toEqual([['done', { x: 1, y: 2 }], ['say', { x: 9, y: 9 }]]);
    editor.place('automatic layout', new Map());
    expect(editor.current().text).toContain('id: say');
    editor.undo();
    expect(editor.current().places.get('say')).toEqual({ x: 9, y: 9 });
    const again = DraftEditor.restore(editor.store());
    again?.placesKnown(editor.current().places);
    again?.undo();
    expect([again?.current().places.get('tell'), again?.current().places.has('say')]).toEqual([{ x: 9, y: 9 }, false]);
    again?.undo();
    expect([...(again?.current().places ?? [])]).toEqual([['tell', { x: 5, y: 5 }]]);
    expect(again?.current().undo).toBeNull();
    again?.redo();
    expect(again?.current().places.get('done')).toEqual({ x: 1, y: 2 });
  });
});

describe('text typed by hand', () => {
  it('keeps the last sound reading while the text is broken, and says the line', () => {
    const editor = new DraftEditor(draft);
    editor.type([{ from: draft.length, to: draft.length, insert: 'bad: [1, 2\nmore: x\n' }]);
    expect(editor.current().error?.line).toBeGreaterThan(30);
    expect(editor.current().reading.byKey.has('failover')).toBe(true);
    expect(() => editor.run('x', setField('failover', ['title'], 'y'))).toThrow('Correct it in the YAML pane');
    editor.undo();
    expect(editor.current().error).toBeNull();
  });

  it('refuses a huge document before it is parsed', () => {
    const begun = performance.now();
    expect(read(`a: "${'x'.repeat(5 << 20)}"`)).toMatchObject({ error: { message: expect.stringContaining('the limit is 1 million') as string } });
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
