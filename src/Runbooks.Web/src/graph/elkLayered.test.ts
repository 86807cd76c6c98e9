import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ElkApi from 'elkjs/lib/elk-api.js';
import type { ElkNode } from 'elkjs/lib/elk-api';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';
import { layeredOnly } from '../../scripts/elk-layered';
import type { BlockForm } from './blocks';
import { question } from './layout';

const published = readFileSync(createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js'), 'utf8');
const built = layeredOnly(published, (text) => parseAst(text));

/** Lays out with a worker's own text, as the browser's worker does. */
function layouts(text: string): InstanceType<typeof ElkApi> {
  const made = { exports: {} as { Worker: new (address: string) => Worker } };
  // The text is elk's own, from the installed package.
  new Function('module', 'exports', text)(made, made.exports);
  return new ElkApi({ workerFactory: () => new made.exports.Worker('') });
}

/** A block whose steps wait for any of those before them; the same for the same seed. */
function block(seed: number): BlockForm {
  let state = seed * 7919;
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  const count = 8 + Math.floor(random() * 40);
  const sizes = Array.from({ length: count }, () => (random() < 0.2 ? { width: 300 + Math.floor(random() * 500), height: 200 } : { width: 232, height: 56 }));
  const edges = sizes.flatMap((_, i) => (i > 0 && random() < 0.8 ? [[Math.floor(random() * i), i] as const] : []));
  return { sizes, edges, framed: seed % 3 > 0, down: seed % 2 === 0 };
}

test('The worker of the build lays out exactly as the published one does', { timeout: 120_000 }, async () => {
  const [ours, theirs] = [layouts(built), layouts(published)];
  for (let seed = 1; seed <= 6; seed++) {
    const asked = (): ElkNode => question(block(seed));
    expect(await ours.layout(asked())).toEqual(await theirs.layout(asked()));
  }
});

test('What nobody asks for is left out', () => {
  expect(built.length).toBeLessThan(published.length * 0.95);
});
