import { expect, it } from 'vitest';
import type { StepDifference } from '../queries';
import { diffGraph, summaryOf } from './diffGraph';

const book = (...steps: readonly object[]) => ({ spec: { steps } });
const change = (word: string, path: string, more: Partial<StepDifference> = {}): StepDifference => ({ change: word, path, title: path, kind: 'x', movedFrom: null, fields: [], ...more });
const step = (id: string, more: object = {}) => ({ id, uses: 'x', ...more });
const field = { field: 'with.t', before: '1', after: '2' };
const words = (drawn: ReturnType<typeof diffGraph>) => ({
  nodes: drawn.nodes.map((node) => `${node.id} ${node.change ?? 'same'}`), edges: drawn.edges.map((edge) => `${edge.from}-${edge.to} ${edge.change ?? 'same'}`),
});

it('draws removed steps and edges beside those that stand', () => {
  expect(words(diffGraph(book(step('a'), step('b'), step('c')), book(step('a'), step('c'), step('d')), [change('removed', 'b'), change('added', 'd')]))).toEqual({
    nodes: ['a same', 'c same', 'd added', 'b removed'], edges: ['a-c added', 'c-d added', 'a-b removed', 'b-c removed'],
  });
});

it('calls a step moved that only has another place, and changed when it says something else too', () => {
  const drawn = diffGraph(book(step('a'), step('b'), step('c')), book(step('c'), step('a'), step('b')), [change('moved', 'c', { movedFrom: 'place 3' }), change('moved', 'b', { movedFrom: 'place 2', fields: [field] })]);
  expect(words(drawn).nodes).toEqual(['c moved', 'a same', 'b changed']);
});

it('draws a step that went into another block once', () => {
  const before = book({ id: 'left', steps: [step('a'), step('b')] }, { id: 'right', steps: [step('c')] });
  const after = book({ id: 'left', steps: [step('b')] }, { id: 'right', steps: [step('c'), step('a')] });
  expect(words(diffGraph(before, after, [change('moved', 'right.a', { movedFrom: 'left.a' })]))).toEqual({
    nodes: ['left same', 'left.b same', 'right same', 'right.c same', 'right.a moved'], edges: ['right.c-right.a added', 'left-right same'],
  });
});

it('says in one line what differs', () => {
  expect(summaryOf([], 0)).toBe('They mean the same; only comments or the order of words differ.');
  expect(summaryOf([change('added', 'a'), change('added', 'b'), change('moved', 'c')], 1)).toBe('Steps: 2 added · 1 moved. 1 setting of the runbook changed (see the list).');
});
