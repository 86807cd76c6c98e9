import { describe, expect, it } from 'vitest';
import { nodeIdOf, type GraphEdge } from './model';
import { pathBetween } from './neighbours';
import { graphOf, readRunbook, stepsOf } from './runbookGraph';
import { stackLayout, withPlaces } from './stack';

const text = `
spec:
  steps:
    - { id: confirm, uses: site.confirm-down, with: { site: "\${group.primarySite}" } }
    - { id: failover, uses: group.failover, title: Fence }
    - id: databases
      forEach: "\${group.workloads[tier=database]}"
      as: db
      concurrency: 2
      steps:
        - { id: start, uses: workload.start }
        - { id: check, uses: workload.check }
    - id: front
      needs: [failover]
      parallel: true
      steps:
        - { id: web, uses: group.start-wave }
        - { id: tell, uses: notify, when: { value: a, is: b } }
`;
const graph = graphOf(stepsOf(readRunbook(text)), { kinds: new Map([['group.failover', { reversible: false, acts: true }]]) });
const shown = (edges: readonly GraphEdge[]) => edges.map((edge) => `${edge.from} ${edge.implied ? '⇢' : '→'} ${edge.to}`);

describe('the graph of a runbook', () => {
  it('names nodes by their path and blocks by their shape', () => {
    expect(graph.nodes.map((node) => node.id)).toEqual([
      'confirm', 'failover', 'databases', 'databases.start', 'databases.check', 'front', 'front.web', 'front.tell']);
    expect(graph.nodes.filter((node) => node.block).map((node) => [node.id, node.block, node.detail])).toEqual([
      ['databases', 'for-each', 'for each db of group.workloads[tier=database], 2 at a time'],
      ['front', 'parallel', 'all at once'],
    ]);
  });

  it('orders steps by the list unless needs or a parallel block say otherwise', () => {
    expect(shown(graph.edges)).toEqual([
      'confirm ⇢ failover', 'databases.start ⇢ databases.check', 'failover ⇢ databases', 'failover → front']);
  });

  it('marks what cannot be undone, what may be skipped, and where the work is done', () => {
    const byId = new Map(graph.nodes.map((node) => [node.id, node]));
    expect(byId.get('failover')?.irreversible).toBe(true);
    expect(byId.get('front.tell')?.conditional).toBe(true);
    expect(byId.get('confirm')?.site).toBe('group.primarySite');
  });

  it('draws what it can of a document that is wrong everywhere', () => {
    const wrong = graphOf([{ id: 'a' }, { id: 'a', needs: ['nobody', 'a'] }, {}, { id: 7, steps: 'x', needs: 3 }]);
    expect(wrong.nodes.map((node) => node.id)).toEqual(['a', 'a#2', '#3', '7']);
    expect(graphOf(stepsOf('no runbook')).nodes).toEqual([]);
    expect(readRunbook('{')).toBeNull();
  });

  it('finds the node of a step of a run', () => {
    expect(nodeIdOf('databases[db-1].start')).toBe('databases.start');
  });

  it('finds the path that a new edge would close', () => {
    expect(pathBetween('confirm', 'front', graph.edges)).toEqual(['confirm', 'failover', 'front']);
    expect(pathBetween('front', 'confirm', graph.edges)).toBeNull();
  });
});

describe('the plain layout', () => {
  const boxes = stackLayout(graph.nodes, graph.edges, true);

  it('keeps every child inside its block and every step below what it needs', () => {
    for (const node of graph.nodes) {
      const box = boxes.get(node.id);
      const around = node.parent === null ? null : boxes.get(node.parent);
      expect(box).toBeDefined();
      if (box && around) {
        expect(box.x + box.width).toBeLessThanOrEqual(around.width);
        expect(box.y + box.height).toBeLessThanOrEqual(around.height);
      }
    }
    for (const edge of graph.edges) expect(boxes.get(edge.to)?.y).toBeGreaterThan(boxes.get(edge.from)?.y ?? Infinity);
  });

  it('ends on a cycle', () => {
    const ring = [{ from: 'confirm', to: 'failover' }, { from: 'failover', to: 'confirm' }];
    expect(stackLayout(graph.nodes, ring, true).size).toBe(graph.nodes.length);
  });

  it('lets a block grow around a child that was dragged to its edge', () => {
    const placed = withPlaces(graph.nodes, boxes, new Map([['front.web', { x: 900, y: 300 }]]));
    expect(placed.get('front')?.width).toBeGreaterThan(900 + 232);
  });
});
