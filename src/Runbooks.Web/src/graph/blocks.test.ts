import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ElkApi from 'elkjs/lib/elk-api.js';
import { expect, test } from 'vitest';
import { layoutBlocks, plainly, type Arrangement, type BlockForm } from './blocks';
import { arrangementOf, question } from './layout';
import type { GraphEdge, GraphNode } from './model';

const step = { width: 232, height: 56 };
const broad = { width: 492, height: 180 };
const node = (id: string, parent: string | null, block = false): GraphNode => ({ id, parent, title: id, kind: block ? null : 'delay', ...(block ? { block: 'sequence' as const } : {}) });

function elk(): InstanceType<typeof ElkApi> {
  const made = { exports: {} as { Worker: new (address: string) => Worker } };
  // The text is elk's own, from the installed package.
  new Function('module', 'exports', readFileSync(createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js'), 'utf8'))(made, made.exports);
  return new ElkApi({ workerFactory: () => new made.exports.Worker('') });
}

test('A column and a row stand where elk would put them', { timeout: 120_000 }, async () => {
  const theirs = elk();
  const chain = [[0, 1], [1, 2], [2, 3]] as const;
  for (const down of [true, false]) {
    for (const framed of [true, false]) {
      for (const edges of [chain, []]) {
        const form: BlockForm = { sizes: [step, broad, step, { width: 232, height: 92 }], edges, framed, down };
        const ours = plainly(form);
        const asked = arrangementOf(await theirs.layout(question(form)));
        expect(ours, JSON.stringify({ down, framed, chain: edges.length > 0 })).toEqual(asked);
      }
    }
  }
});

const grown: GraphNode[] = [
  node('a', null), node('b', null, true), node('b.1', 'b'), node('b.2', 'b'), node('c', null, true), node('c.1', 'c'), node('c.2', 'c'), node('c.3', 'c'),
];
const order: GraphEdge[] = [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'b.1', to: 'b.2' }, { from: 'c.1', to: 'c.2' }, { from: 'c.1', to: 'c.3' }];

test('Only a block with a form of its own is asked for, and what is around it waits', () => {
  const first = layoutBlocks(grown, order, true, () => undefined);
  expect(first.missing.map((form) => form.edges)).toEqual([[[0, 1], [0, 2]]]);
  expect([...first.boxes.keys()]).toEqual(['b.1', 'b.2']);

  const answer: Arrangement = { width: 600, height: 300, places: [{ x: 1, y: 2 }, { x: 3, y: 4 }, { x: 5, y: 6 }] };
  const second = layoutBlocks(grown, order, true, () => answer);
  expect(second.missing).toEqual([]);
  expect(second.boxes.get('c')).toMatchObject({ width: 600, height: 300 });
  expect(second.boxes.get('c.3')).toMatchObject({ x: 5, y: 6 });
});

test('A change in one block asks nothing anew of another', () => {
  const asked: BlockForm[] = [];
  const remember = (form: BlockForm): Arrangement => {
    asked.push(form);
    return { width: 600, height: 300, places: form.sizes.map(() => ({ x: 0, y: 0 })) };
  };
  layoutBlocks([...grown, node('b.3', 'b')], [...order, { from: 'b.2', to: 'b.3' }], true, remember);
  expect(asked.map((form) => form.sizes.length)).toEqual([3]);
});
