/** What `${…}` may name at one place of a draft: what the chips complete and the server checks. */
import { siblingsOf, type ReadStep, type Reading } from '../document/reading';
import type { StepKind } from '../queries';
import { field } from '@/graph/runbookGraph';

const group = ['id', 'homeSite', 'primarySite', 'standbySite', 'workloads', 'sites'];
const run = ['id', 'kind', 'requestedBy', 'reason', 'startedAt', 'isDrill'];
const workload = ['id', 'title', 'tier', 'protection', 'primarySite', 'homeSite', 'address', 'exports', 'secrets'];
const site = ['id', 'address'];

/** Paths without their braces, the nearest first: items, steps before, inputs, group, run. */
export function pathsAt(reading: Reading, step: ReadStep | null, kinds: ReadonlyMap<string, StepKind>): readonly string[] {
  const items: string[] = [];
  const outputs: string[] = [];
  for (let around = step; around; around = around.parent) {
    const each = around.data['forEach'];
    if (typeof each === 'string') {
      const name = typeof around.data['as'] === 'string' ? around.data['as'] : 'item';
      items.push(...(each.includes('.sites') ? site : workload).map((word) => `${name}.${word}`));
    }
    for (const sibling of siblingsOf(reading, around)) {
      if (sibling === around || sibling.id === '') continue;
      const kind = typeof sibling.data['uses'] === 'string' ? kinds.get(sibling.data['uses']) : undefined;
      outputs.push(...Object.keys((kind?.outputs['properties'] ?? {}) as object).map((word) => `${sibling.id}.outputs.${word}`));
    }
  }
  const inputs = field(field(reading.data, 'spec'), 'inputs');
  const names = Array.isArray(inputs) ? inputs.flatMap((input: unknown) => { const name = field(input, 'name'); return typeof name === 'string' ? [name] : []; }) : [];
  return [...new Set([
    ...items, ...names.map((name) => `inputs.${name}`), ...group.map((word) => `group.${word}`), ...outputs, ...run.map((word) => `run.${word}`),
  ])];
}
