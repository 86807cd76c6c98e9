import type { Point } from '@/graph/model';
import type { Box } from '@/graph/size';

export type Alignment = 'left' | 'centre' | 'top' | 'spread';

/** Lines nodes up by the first of them, or spreads them evenly downwards. */
export function align(ids: readonly string[], boxes: ReadonlyMap<string, Box>, how: Alignment): ReadonlyMap<string, Point> {
  const nodes = ids.flatMap((id) => { const box = boxes.get(id); return box ? [{ id, box }] : []; }).sort((a, b) => a.box.y - b.box.y);
  const first = nodes[0];
  const last = nodes[nodes.length - 1];
  if (!first || !last) return new Map();
  const left = Math.min(...nodes.map(({ box }) => box.x));
  const middle = first.box.x + first.box.width / 2;
  const total = nodes.reduce((sum, { box }) => sum + box.height, 0);
  const space = nodes.length > 1 ? Math.max(12, (last.box.y + last.box.height - first.box.y - total) / (nodes.length - 1)) : 0;
  let y = first.box.y;
  return new Map(nodes.map(({ id, box }) => {
    const at: Point = how === 'left' ? { x: left, y: box.y }
      : how === 'centre' ? { x: middle - box.width / 2, y: box.y }
        : how === 'top' ? { x: box.x, y: first.box.y }
          : { x: box.x, y };
    y += box.height + space;
    return [id, at];
  }));
}
