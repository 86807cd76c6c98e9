import type { GraphEdge, GraphNode, Point } from './model';
import { blockHeader, blockPadding, gap, stepHeight, stepWidth, type Box } from './size';

/**
 * The plain layout: each level of the order in a row, blocks around their children. It needs no worker, so it serves
 * the first frame, places steps that were just added, and stands in when the worker cannot run.
 */
export function stackLayout(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): Map<string, Box> {
  const children = childrenOf(nodes);
  const before = new Map<string, string[]>();
  for (const edge of edges) before.set(edge.to, [...(before.get(edge.to) ?? []), edge.from]);
  const boxes = new Map<string, Box>();
  arrange(null);
  return boxes;

  function arrange(parent: string | null): { width: number; height: number } {
    const members = children.get(parent) ?? [];
    const sizes = new Map(members.map((node) => [node.id, sizeOf(node)]));
    const rows = levels(members.map((node) => node.id), before);
    const top = parent === null ? 0 : blockHeader + blockPadding;
    let along = parent === null ? 0 : down ? top : blockPadding;
    let across = 0;
    for (const row of rows) {
      let offset = parent === null ? 0 : down ? blockPadding : top;
      let deepest = 0;
      for (const id of row) {
        const size = sizes.get(id) ?? { width: stepWidth, height: stepHeight };
        boxes.set(id, down ? { x: offset, y: along, ...size } : { x: along, y: offset, ...size });
        offset += (down ? size.width : size.height) + gap;
        deepest = Math.max(deepest, down ? size.height : size.width);
      }
      across = Math.max(across, offset - gap);
      along += deepest + gap;
    }
    const end = Math.max(along - gap, 0) + blockPadding;
    return down ? { width: across + blockPadding, height: end } : { width: end, height: across + blockPadding };
  }

  function sizeOf(node: GraphNode): { width: number; height: number } {
    if (node.kind !== null || !node.block) return { width: stepWidth, height: stepHeight };
    if (!children.has(node.id)) return { width: stepWidth, height: blockHeader + stepHeight };
    const inner = arrange(node.id);
    return { width: Math.max(inner.width, stepWidth), height: inner.height };
  }
}

export function childrenOf(nodes: readonly GraphNode[]): Map<string | null, GraphNode[]> {
  const children = new Map<string | null, GraphNode[]>();
  for (const node of nodes) {
    const list = children.get(node.parent);
    if (list) list.push(node);
    else children.set(node.parent, [node]);
  }
  return children;
}

/** Members by how many steps stand before them; a cycle ends where it began. */
function levels(members: readonly string[], before: ReadonlyMap<string, readonly string[]>): string[][] {
  const depth = new Map<string, number>();
  const visiting = new Set<string>();
  const depthOf = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    if (visiting.has(id)) return 0;
    visiting.add(id);
    const found = 1 + Math.max(-1, ...(before.get(id) ?? []).map(depthOf));
    visiting.delete(id);
    depth.set(id, found);
    return found;
  };
  const rows: string[][] = [];
  for (const id of members) (rows[depthOf(id)] ??= []).push(id);
  return rows.filter((row) => row !== undefined);
}

/** Blocks grow around children that people placed outside of the box the layout gave them. */
export function withPlaces(nodes: readonly GraphNode[], boxes: ReadonlyMap<string, Box>, places: ReadonlyMap<string, Point>): Map<string, Box> {
  const result = new Map<string, Box>();
  const grown = new Map<string | null, { right: number; bottom: number }>();
  // Children come after their block in the list, so walking backwards meets them first.
  for (const node of [...nodes].reverse()) {
    const box = boxes.get(node.id);
    if (!box) continue;
    const place = places.get(node.id);
    const need = grown.get(node.id);
    const own: Box = {
      x: place?.x ?? box.x,
      y: place?.y ?? box.y,
      width: Math.max(box.width, (need?.right ?? 0) + blockPadding),
      height: Math.max(box.height, (need?.bottom ?? 0) + blockPadding),
    };
    result.set(node.id, own);
    const around = grown.get(node.parent) ?? { right: 0, bottom: 0 };
    grown.set(node.parent, { right: Math.max(around.right, own.x + own.width), bottom: Math.max(around.bottom, own.y + own.height) });
  }
  return result;
}
