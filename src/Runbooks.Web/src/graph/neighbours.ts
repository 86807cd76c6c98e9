import type { GraphEdge, GraphNode } from './model';

export type Direction = 'up' | 'down' | 'left' | 'right';

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The node nearest in a direction, by absolute boxes; a node further aside counts as further away. */
export function nearest(from: string, direction: Direction, boxes: ReadonlyMap<string, Placed>): string | null {
  const start = boxes.get(from);
  if (!start) return null;
  const vertical = direction === 'up' || direction === 'down';
  const sign = direction === 'down' || direction === 'right' ? 1 : -1;
  let best: string | null = null;
  let least = Infinity;
  for (const [id, box] of boxes) {
    if (id === from) continue;
    // Upper left corners, not centres: a block is entered at its header and its first child lies below that.
    const along = (vertical ? box.y - start.y : box.x - start.x) * sign;
    const aside = vertical ? Math.abs(middle(box.x, box.width) - middle(start.x, start.width)) : Math.abs(box.y - start.y);
    if (along <= 1) continue;
    const distance = along + aside * 2;
    if (distance < least) {
      least = distance;
      best = id;
    }
  }
  return best;
}

const middle = (start: number, length: number): number => start + Math.min(length, 232) / 2;

/** Everything inside a block, however deep. */
export function within(id: string, nodes: readonly GraphNode[]): Set<string> {
  const found = new Set<string>([id]);
  for (const node of nodes) if (node.parent !== null && found.has(node.parent)) found.add(node.id);
  found.delete(id);
  return found;
}

/** The path from one node to another along the edges, both ends included; null when there is none. */
export function pathBetween(from: string, to: string, edges: readonly GraphEdge[]): string[] | null {
  const next = new Map<string, string[]>();
  for (const edge of edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const trail: string[][] = [[from]];
  const seen = new Set<string>([from]);
  for (let path = trail.shift(); path; path = trail.shift()) {
    const end = path[path.length - 1] ?? from;
    if (end === to) return path;
    for (const step of next.get(end) ?? []) {
      if (seen.has(step)) continue;
      seen.add(step);
      trail.push([...path, step]);
    }
  }
  return null;
}
