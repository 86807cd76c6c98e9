/** Two versions drawn as one graph: what stands in the newer one, and what it no longer has at the place it had. */
import { graphOf, stepsOf } from '@/graph/runbookGraph';
import type { GraphEdge, GraphNode, NodeChange } from '@/graph/model';
import type { DiffItem } from '../queries';

export function diffGraph(before: unknown, after: unknown, items: readonly DiffItem[]): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } {
  const old = graphOf(stepsOf(before));
  const now = graphOf(stepsOf(after));
  const changes = changesByStep(items);
  const present = new Set(now.nodes.map((node) => node.id));
  const gone = old.nodes.filter((node) => !present.has(node.id)).map((node) => ({ ...node, change: 'removed' as const }));
  const was = new Set(old.nodes.map((node) => node.id));
  const nodes = now.nodes.map((node) => ({ ...node, change: was.has(node.id) ? (changes.get(node.id) ?? null) : ('added' as const) }));
  const key = (edge: GraphEdge): string => `${edge.from} ${edge.to}`;
  const oldEdges = new Set(old.edges.map(key));
  const nowEdges = new Set(now.edges.map(key));
  return {
    // Parents come before their children: removed steps of a block that is still there follow it.
    nodes: [...nodes, ...gone],
    edges: [
      ...now.edges.map((edge) => ({ ...edge, change: oldEdges.has(key(edge)) ? null : ('added' as const) })),
      ...old.edges.filter((edge) => !nowEdges.has(key(edge))).map((edge) => ({ ...edge, change: 'removed' as const })),
    ],
  };
}

/** `spec.steps[databases].steps[start].with.x` belongs to `databases.start`. */
export function changesByStep(items: readonly DiffItem[]): ReadonlyMap<string, NodeChange> {
  const changes = new Map<string, NodeChange>();
  for (const item of items) {
    const ids: string[] = [];
    let rest = item.path.startsWith('spec.') ? item.path.slice('spec.'.length) : item.path;
    for (let match = /^steps\[([^\]]+)\]\.?/.exec(rest); match; match = /^steps\[([^\]]+)\]\.?/.exec(rest)) {
      ids.push(match[1] ?? '');
      rest = rest.slice(match[0].length);
    }
    if (ids.length === 0) continue;
    const id = ids.join('.');
    const change: NodeChange = rest === '' && (item.change === 'moved' || item.change === 'added' || item.change === 'removed') ? item.change : 'changed';
    // A step that was moved and changed says the change.
    if (changes.get(id) !== 'changed') changes.set(id, change);
  }
  return changes;
}
