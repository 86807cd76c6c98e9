import { absolute } from '@/graph/flow';
import type { GraphNode, Point } from '@/graph/model';
import { blockHeader, blockPadding, type Box } from '@/graph/size';

export type Alignment = 'left' | 'centre' | 'top' | 'across' | 'down';

// No closer than this, so that nothing hides under something else.
const least = 12;

/**
 * New places for nodes lined up by their edges or spread evenly, wherever the blocks around them stand. Places are
 * relative to those blocks, as the graph keeps them; lining up never puts one node over another.
 */
export function align(ids: readonly string[], nodes: readonly GraphNode[], boxes: ReadonlyMap<string, Box>, how: Alignment): ReadonlyMap<string, Point> {
  const everywhere = absolute(nodes, boxes);
  const parents = new Map(nodes.map((node) => [node.id, node.parent]));
  const chosen = ids.flatMap((id) => { const box = everywhere.get(id); return box ? [{ id, box }] : []; });
  if (chosen.length < 2) return new Map();
  const down = how === 'left' || how === 'centre' || how === 'down';
  chosen.sort((a, b) => (down ? a.box.y - b.box.y : a.box.x - b.box.x));
  const left = Math.min(...chosen.map(({ box }) => box.x));
  const top = Math.min(...chosen.map(({ box }) => box.y));
  const [widest] = [...chosen].sort((a, b) => b.box.width - a.box.width);
  const middle = widest ? widest.box.x + widest.box.width / 2 : left;
  const space = how === 'across' || how === 'down' ? evenSpace(chosen.map(({ box }) => box), down) : null;
  let next = down ? top : left;
  return new Map(chosen.map(({ id, box }) => {
    const along = space === null ? Math.max(down ? box.y : box.x, next) : next;
    const x = how === 'left' ? left : how === 'centre' ? middle - box.width / 2 : down ? box.x : along;
    const y = down ? along : how === 'top' ? top : box.y;
    next = along + (down ? box.height : box.width) + (space ?? least);
    return [id, inside({ x, y }, everywhere.get(parents.get(id) ?? ''))];
  }));
}

function evenSpace(boxes: readonly Box[], down: boolean): number {
  const start = Math.min(...boxes.map((box) => (down ? box.y : box.x)));
  const end = Math.max(...boxes.map((box) => (down ? box.y + box.height : box.x + box.width)));
  const filled = boxes.reduce((sum, box) => sum + (down ? box.height : box.width), 0);
  return Math.max(least, (end - start - filled) / (boxes.length - 1));
}

/** A block grows to the right and downwards; its header and its left edge stay free. */
function inside(at: Point, block: Box | undefined): Point {
  return block ? { x: Math.max(blockPadding, at.x - block.x), y: Math.max(blockHeader + blockPadding, at.y - block.y) } : at;
}
