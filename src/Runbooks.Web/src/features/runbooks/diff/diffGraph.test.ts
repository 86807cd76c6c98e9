import { expect, it } from 'vitest';
import { changesByStep, diffGraph } from './diffGraph';

const book = (...steps: readonly object[]) => ({ spec: { steps } });
const item = (change: string, path: string) => ({ change, path, before: null, after: null });

it('names the step of each change by its path', () => {
  expect([...changesByStep([
    item('changed', 'spec.steps[databases].steps[start].with.workload'), item('moved', 'spec.steps[dns]'), item('changed', 'spec.group'), item('changed', 'spec.steps[dns].title'),
  ])]).toEqual([['databases.start', 'changed'], ['dns', 'changed']]);
});

it('draws removed steps and edges beside those that stand', () => {
  const drawn = diffGraph(
    book({ id: 'a', uses: 'x' }, { id: 'b', uses: 'x' }, { id: 'c', uses: 'x' }),
    book({ id: 'a', uses: 'x' }, { id: 'c', uses: 'x' }, { id: 'd', uses: 'x' }),
    [item('removed', 'spec.steps[b]'), item('added', 'spec.steps[d]')],
  );
  expect(drawn.nodes.map((node) => [node.id, node.change])).toEqual([['a', null], ['c', null], ['d', 'added'], ['b', 'removed']]);
  expect(drawn.edges.map((edge) => `${edge.from}-${edge.to} ${edge.change ?? 'same'}`)).toEqual(['a-c added', 'c-d added', 'a-b removed', 'b-c removed']);
});
