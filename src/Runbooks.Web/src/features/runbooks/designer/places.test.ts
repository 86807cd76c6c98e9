import { describe, expect, it } from 'vitest';
import type { GraphNode } from '@/graph/model';
import { align } from './places';

const node = (id: string, parent: string | null = null, block = false): GraphNode => ({ id, parent, title: id, kind: block ? null : 'x', ...(block ? { block: 'sequence' as const } : {}) });
const nodes = [node('a'), node('b'), node('box', null, true), node('box.c', 'box')];
const boxes = new Map([
  ['a', { x: 100, y: 0, width: 200, height: 50 }], ['b', { x: 40, y: 90, width: 200, height: 50 }],
  ['box', { x: 300, y: 200, width: 260, height: 150 }], ['box.c', { x: 20, y: 60, width: 200, height: 50 }],
]);

describe('lining up', () => {
  it('takes the leftmost edge, the upmost edge or the middle of the widest', () => {
    expect([...align(['a', 'b'], nodes, boxes, 'left')]).toEqual([['a', { x: 40, y: 0 }], ['b', { x: 40, y: 90 }]]);
    expect(align(['a', 'box'], nodes, boxes, 'centre').get('a')).toEqual({ x: 330, y: 0 });
  });

  it('never puts one node over another', () => {
    expect([...align(['a', 'b'], nodes, boxes, 'top')]).toEqual([['b', { x: 40, y: 0 }], ['a', { x: 252, y: 0 }]]);
  });

  it('counts from the canvas across blocks, and keeps a block’s header free', () => {
    expect(align(['b', 'box.c'], nodes, boxes, 'left').get('box.c')).toEqual({ x: 16, y: 60 });
    expect(align(['box', 'box.c'], nodes, boxes, 'top').get('box.c')).toEqual({ x: 272, y: 52 });
  });

  it('spreads with equal spaces between the outermost', () => {
    const three = [...nodes, node('d')];
    const spread = align(['a', 'b', 'd'], three, new Map([...boxes, ['d', { x: 0, y: 400, width: 200, height: 50 }]]), 'down');
    expect([...spread.values()].map((at) => at.y)).toEqual([0, 200, 400]);
  });

  it('says nothing about a single node', () => {
    expect(align(['a'], nodes, boxes, 'left').size).toBe(0);
  });
});
