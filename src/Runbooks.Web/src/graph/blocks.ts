/*
 * Automatic layout one block at a time, from the inside out: a block is as large as what it holds, and for the block
 * around it no more than that size. So a change lays out anew only the block it was made in and those around it.
 *
 * Steps that follow each other stand in one column, steps side by side in one row: that needs no algorithm. Only a
 * block whose steps wait for others than the one before them is asked of elk (`layout.ts`); blocks of the same form and
 * sizes are the same question, whatever their steps are called.
 */
import type { GraphEdge, GraphNode, Point } from './model';
import { blockHeader, blockPadding, gap, stepHeight, stepWidth, type Box } from './size';
import { childrenOf } from './stack';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the members of a block stand, from its own corner, and how large it is. */
export interface Arrangement extends Size {
  readonly places: readonly Point[];
}

/** A block as the layout sees it: members by their sizes, edges by the members' places in the list. */
export interface BlockForm {
  readonly sizes: readonly Size[];
  readonly edges: readonly (readonly [number, number])[];
  /** Inside another block it has a frame and a header. */
  readonly framed: boolean;
  readonly down: boolean;
}

export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  /** Blocks that must be arranged first; with them the next attempt gets further. Empty when every node has its box. */
  readonly missing: readonly BlockForm[];
}

export const layersApart = gap + 6;

export const frameOf = (form: BlockForm): { readonly top: number; readonly side: number } =>
  (form.framed ? { top: blockHeader + blockPadding, side: blockPadding } : { top: 0, side: 0 });

export const keyOf = (form: BlockForm): string =>
  `${form.down ? 'd' : 'r'}${form.framed ? '+' : ''}|${form.sizes.map(({ width, height }) => `${width}x${height}`).join(' ')}|${form.edges.map((edge) => edge.join('-')).join(' ')}`;

/** Lays out whatever can be; `known` gives arrangements of the blocks that are neither a column nor a row. */
export function layoutBlocks(
  nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean, known: (form: BlockForm) => Arrangement | undefined,
): Layout {
  const children = childrenOf(nodes);
  const within = edgesWithin(nodes, edges);
  const boxes = new Map<string, Box>();
  const missing: BlockForm[] = [];
  arrange(null);
  return { boxes, missing };

  function arrange(parent: string | null): Size | null {
    const members = children.get(parent) ?? [];
    const sizes = members.map(sizeOf);
    if (!sizes.every((size) => size !== null)) return null;
    const at = new Map(members.map((node, i) => [node.id, i]));
    const form: BlockForm = {
      sizes, down, framed: parent !== null,
      edges: (within.get(parent) ?? []).map(({ from, to }) => [at.get(from) ?? 0, at.get(to) ?? 0] as const),
    };
    const found = plainly(form) ?? known(form);
    if (!found) {
      missing.push(form);
      return null;
    }
    members.forEach((node, i) => boxes.set(node.id, { ...(found.places[i] ?? { x: 0, y: 0 }), ...(sizes[i] ?? { width: stepWidth, height: stepHeight }) }));
    return found;
  }

  function sizeOf(node: GraphNode): Size | null {
    if (node.kind !== null || !node.block) return { width: stepWidth, height: stepHeight };
    if (!children.has(node.id)) return { width: stepWidth, height: blockHeader + stepHeight };
    const inner = arrange(node.id);
    return inner && { width: inner.width, height: inner.height };
  }
}

function edgesWithin(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Map<string | null, GraphEdge[]> {
  const parentOf = new Map(nodes.map((node) => [node.id, node.parent]));
  const within = new Map<string | null, GraphEdge[]>();
  for (const edge of edges) {
    const parent = parentOf.get(edge.to);
    if (parent === undefined || parentOf.get(edge.from) !== parent) continue;
    const list = within.get(parent);
    if (list) list.push(edge);
    else within.set(parent, [edge]);
  }
  return within;
}

/** A column when each follows the one before it, a row when nothing waits for anything; null otherwise. */
export function plainly(form: BlockForm): Arrangement | null {
  const { sizes, edges } = form;
  const column = edges.length === sizes.length - 1 && edges.every(([from, to], i) => from === i && to === i + 1);
  if (!column && edges.length > 0) return null;
  const { top, side } = frameOf(form);
  const downwards = column === form.down;
  const between = column ? layersApart : gap;
  const broadest = Math.max(0, ...sizes.map((size) => (downwards ? size.width : size.height)));
  const places: Point[] = [];
  let along = downwards ? top : side;
  for (const size of sizes) {
    const across = (broadest - (downwards ? size.width : size.height)) / 2;
    places.push(downwards ? { x: side + across, y: along } : { x: along, y: top + across });
    along += (downwards ? size.height : size.width) + between;
  }
  const length = along - (sizes.length > 0 ? between : 0) + side;
  return downwards ? { places, width: side + broadest + side, height: length } : { places, width: length, height: top + broadest + side };
}
