import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ElkApi from 'elkjs/lib/elk-api.js';
import type { ElkNode } from 'elkjs/lib/elk-api';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';
import { layeredOnly } from '../../scripts/elk-layered';
import { question } from './layout';
import type { GraphEdge, GraphNode } from './model';

const published = readFileSync(createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js'), 'utf8');
const built = layeredOnly(published, (text) => parseAst(text));

/** Lays out with a worker's own text, as the browser's worker does. */
function layouts(text: string): InstanceType<typeof ElkApi> {
  const made = { exports: {} as { Worker: new (address: string) => Worker } };
  // The text is elk's own, from the installed package.
  new Function('module', 'exports', text)(made, made.exports);
  return new ElkApi({ workerFactory: () => new made.exports.Worker('') });
}

/** A runbook of blocks in blocks, with branches; the same for the same seed. */
function runbook(seed: number): { nodes: GraphNode[]; edges: GraphEdge[] } {
  let state = seed * 7919;
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const fill = (parent: string | null, depth: number): void => {
    const made: string[] = [];
    const count = 2 + Math.floor(random() * 8);
    for (let i = 0; i < count; i++) {
      const id = `${parent ?? 's'}.${i}`;
      const block = depth < 3 && random() < 0.25;
      nodes.push({ id, parent, title: id, kind: block ? null : 'delay', ...(block ? { block: 'sequence' as const } : {}) });
      if (block) fill(id, depth + 1);
      if (made.length > 0 && random() < 0.8) edges.push({ from: made[Math.floor(random() * made.length)] ?? id, to: id });
      made.push(id);
    }
  };
  fill(null, 0);
  return { nodes, edges };
}

test('The worker of the build lays out exactly as the published one does', { timeout: 120_000 }, async () => {
  const [ours, theirs] = [layouts(built), layouts(published)];
  for (let seed = 1; seed <= 4; seed++) {
    const { nodes, edges } = runbook(seed);
    const asked = (): ElkNode => question(nodes, edges, seed % 2 === 0);
    expect(await ours.layout(asked())).toEqual(await theirs.layout(asked()));
  }
});

test('What nobody asks for is left out', () => {
  expect(built.length).toBeLessThan(published.length * 0.95);
});
