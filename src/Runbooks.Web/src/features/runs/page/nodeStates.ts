import { nodeIdOf, type GraphEdge, type GraphNode, type NodeState } from '@/graph/model';
import { duration } from '@/ui/format';
import type { StepRow } from './rows';

// The state that a node with several instances shows: what needs a person first, what is done last.
const worstFirst = ['asking', 'failed', 'running', 'ready', 'waiting', 'cancelled', 'compensated', 'skipped', 'succeeded'];

/** The state of every node from the run's steps; the items of a for-each fold into one. */
export function nodeStates(rows: readonly StepRow[], now: number): ReadonlyMap<string, NodeState> {
  const byNode = new Map<string, StepRow[]>();
  for (const row of rows) {
    if (row.depth > 0) continue;
    const id = nodeIdOf(row.path);
    byNode.set(id, [...(byNode.get(id) ?? []), row]);
    for (let cut = id.lastIndexOf('.'); cut > 0; cut = id.lastIndexOf('.', cut - 1)) {
      const block = id.slice(0, cut);
      byNode.set(block, [...(byNode.get(block) ?? []), row]);
    }
  }

  return new Map([...byNode].map(([id, list]) => [id, fold(list, now)]));
}

function fold(rows: readonly StepRow[], now: number): NodeState {
  const state = worstFirst.find((word) => rows.some((row) => row.state === word)) ?? rows[0]?.state ?? 'waiting';
  const starts = rows.flatMap((row) => (row.startedAt === null ? [] : [row.startedAt]));
  const ends = rows.map((row) => row.endedAt ?? now);
  const elapsed = starts.length === 0 ? null : duration(Math.max(0, Math.max(...ends) - Math.min(...starts)) / 1000);
  const done = rows.filter((row) => row.endedAt !== null).length;
  return { state, elapsed, word: rows.length > 1 && done < rows.length ? `${done} of ${rows.length} done` : null };
}

/** The graph of a run without a document (a set-up): its steps one after the other. */
export function plainGraph(rows: readonly StepRow[], states: ReadonlyMap<string, NodeState>): { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] } {
  const top = rows.filter((row) => row.depth === 0);
  return {
    nodes: top.map((row) => ({ id: nodeIdOf(row.path), parent: null, title: row.title, kind: '', state: states.get(nodeIdOf(row.path)) ?? null })),
    edges: top.slice(1).map((row, i) => ({ from: nodeIdOf(top[i]?.path ?? ''), to: nodeIdOf(row.path), implied: true })),
  };
}
