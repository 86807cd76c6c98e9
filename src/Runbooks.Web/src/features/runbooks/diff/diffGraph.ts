/** Two versions drawn as one graph: what stands in the newer one, and what it no longer has at the place it had. */
import { graphOf, stepsOf } from '@/graph/runbookGraph';
import type { GraphEdge, GraphNode, NodeChange } from '@/graph/model';
import type { StepDifference } from '../queries';

export function diffGraph(before: unknown, after: unknown, differences: readonly StepDifference[]): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } {
  const old = graphOf(stepsOf(before));
  const now = graphOf(stepsOf(after));
  const changes = new Map(differences.map((each) => [each.path, changeOf(each)]));
  const present = new Set(now.nodes.map((node) => node.id));
  // Where an old node stands in the newer graph: a step that went into another block is one step, not two.
  const moved = new Map(differences.flatMap((each) => (each.change === 'moved' && each.movedFrom !== null && each.path !== each.movedFrom ? [[each.movedFrom, each.path] as const] : [])));
  const placeOf = (id: string): string => (present.has(id) ? id : (moved.get(id) ?? id));
  const gone = old.nodes.filter((node) => !present.has(placeOf(node.id)))
    .map((node) => ({ ...node, parent: node.parent === null ? null : placeOf(node.parent), change: 'removed' as const }));
  const key = (from: string, to: string): string => `${from} ${to}`;
  const oldEdges = new Set(old.edges.map((edge) => key(placeOf(edge.from), placeOf(edge.to))));
  const nowEdges = new Set(now.edges.map((edge) => key(edge.from, edge.to)));
  const parents = new Map([...now.nodes, ...gone].map((node) => [node.id, node.parent]));
  return {
    // Parents come before their children: removed steps of a block that is still there follow it.
    nodes: [...now.nodes.map((node) => ({ ...node, change: changes.get(node.id) ?? null })), ...gone],
    edges: [
      ...now.edges.map((edge) => ({ ...edge, change: oldEdges.has(key(edge.from, edge.to)) ? null : ('added' as const) })),
      ...old.edges.map((edge) => ({ ...edge, from: placeOf(edge.from), to: placeOf(edge.to), change: 'removed' as const }))
        .filter((edge) => !nowEdges.has(key(edge.from, edge.to)) && parents.get(edge.from) === parents.get(edge.to)),
    ],
  };
}

/** A step that was moved and says something else now is a changed one; only its place is a moved one. */
function changeOf({ change, fields }: StepDifference): NodeChange {
  if (change === 'added' || change === 'removed') return change;
  return change === 'moved' && fields.length === 0 ? 'moved' : 'changed';
}

export function summaryOf(differences: readonly StepDifference[], settings: number): string {
  const counts = new Map<NodeChange, number>();
  for (const each of differences) counts.set(changeOf(each), (counts.get(changeOf(each)) ?? 0) + 1);
  const steps = [...counts].map(([change, count]) => `${count} ${change}`).join(' · ');
  const around = settings === 0 ? '' : `${settings} ${settings === 1 ? 'setting' : 'settings'} of the runbook changed (see the list)`;
  if (steps === '' && around === '') return 'They mean the same; only comments or the order of words differ.';
  return [steps === '' ? 'No step changed' : `Steps: ${steps}`, around].filter(Boolean).join('. ').concat('.');
}
