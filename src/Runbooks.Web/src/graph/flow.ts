import { MarkerType, type Edge } from '@xyflow/react';
import type { GraphEdge, GraphNode } from './model';
import type { FlowNode } from './nodes';
import type { Box } from './size';

/** Turns the graph into the drawing library's nodes and keeps the identity of every node that did not change. */
export class FlowNodes {
  private last = new Map<string, FlowNode>();

  of(
    nodes: readonly GraphNode[],
    boxes: ReadonlyMap<string, Box>,
    selection: ReadonlySet<string>,
    editable: boolean,
    down: boolean,
  ): FlowNode[] {
    const made = new Map<string, FlowNode>();
    for (const node of nodes) {
      const box = boxes.get(node.id) ?? { x: 0, y: 0, width: 232, height: 56 };
      const before = this.last.get(node.id);
      const selected = selection.has(node.id);
      made.set(node.id, before && same(before, node, box, selected, editable, down) ? before : make(node, box, selected, editable, down));
    }
    this.last = made;
    return [...made.values()];
  }
}

function same(flow: FlowNode, node: GraphNode, box: Box, selected: boolean, editable: boolean, down: boolean): boolean {
  return flow.position.x === box.x && flow.position.y === box.y && flow.width === box.width && flow.height === box.height
    && flow.selected === selected && flow.data.editable === editable && flow.data.down === down && equal(flow.data.node, node);
}

function equal(a: GraphNode, b: GraphNode): boolean {
  return a === b || (a.id === b.id && a.parent === b.parent && a.title === b.title && a.kind === b.kind && a.block === b.block
    && a.detail === b.detail && a.site === b.site && a.irreversible === b.irreversible && a.conditional === b.conditional
    && a.problems === b.problems && a.change === b.change && a.state?.state === b.state?.state
    && a.state?.elapsed === b.state?.elapsed && a.state?.word === b.state?.word);
}

function make(node: GraphNode, box: Box, selected: boolean, editable: boolean, down: boolean): FlowNode {
  const block = node.kind === null && node.block !== undefined;
  return {
    id: node.id,
    type: block ? 'block' : 'step',
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    measured: { width: box.width, height: box.height },
    selected,
    draggable: editable,
    focusable: false,
    ...(node.parent === null ? {} : { parentId: node.parent }),
    data: { node, editable, down },
  };
}

/** Turns edges into the drawing library's and keeps the identity of every edge that did not change. */
export class FlowEdges {
  private last = new Map<string, { readonly of: GraphEdge; readonly editable: boolean; readonly made: Edge }>();

  of(edges: readonly GraphEdge[], editable: boolean, chosen: ReadonlySet<string>): Edge[] {
    const next: typeof this.last = new Map();
    for (const edge of edges) {
      const id = `${edge.from}→${edge.to}`;
      const before = this.last.get(id);
      const selected = chosen.has(id);
      const same = before?.editable === editable && before.made.selected === selected
        && before.of.implied === edge.implied && before.of.change === edge.change;
      next.set(id, same ? before : { of: edge, editable, made: flowEdge(id, edge, editable, selected) });
    }
    this.last = next;
    return [...next.values()].map(({ made }) => made);
  }
}

/** An implied order is drawn lighter and cannot be taken hold of. */
function flowEdge(id: string, edge: GraphEdge, editable: boolean, selected: boolean): Edge {
  return {
    id,
    source: edge.from,
    target: edge.to,
    type: 'smoothstep',
    focusable: false,
    selectable: editable,
    selected,
    zIndex: 1,
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    style: {
      strokeWidth: edge.change ? 2.5 : 1.5,
      ...(edge.implied ? { opacity: 0.7 } : {}),
      ...(edge.change === 'added' ? { stroke: 'light-dark(var(--mantine-color-green-8), var(--mantine-color-green-4))' } : {}),
      ...(edge.change === 'removed' ? { strokeDasharray: '5 4' } : {}),
    },
  };
}

/** Boxes from the canvas's own corner, for finding what lies where. */
export function absolute(nodes: readonly GraphNode[], boxes: ReadonlyMap<string, Box>): Map<string, Box> {
  const result = new Map<string, Box>();
  for (const node of nodes) {
    const box = boxes.get(node.id);
    if (!box) continue;
    const around = node.parent === null ? undefined : result.get(node.parent);
    result.set(node.id, around ? { ...box, x: box.x + around.x, y: box.y + around.y } : box);
  }
  return result;
}

/** The innermost block at a point, and the last of its children that lies above the point. */
export function placeAt(
  point: { readonly x: number; readonly y: number },
  nodes: readonly GraphNode[],
  boxes: ReadonlyMap<string, Box>,
  without: ReadonlySet<string> = new Set(),
): { parent: string | null; after: string | null } {
  let parent: string | null = null;
  for (const node of nodes) {
    const box = boxes.get(node.id);
    if (!box || node.kind !== null || !node.block || without.has(node.id)) continue;
    if (point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height) parent = node.id;
  }
  let after: string | null = null;
  let lowest = -Infinity;
  for (const node of nodes) {
    const box = boxes.get(node.id);
    if (!box || node.parent !== parent || without.has(node.id)) continue;
    const middle = box.y + box.height / 2;
    if (middle < point.y && middle > lowest) {
      lowest = middle;
      after = node.id;
    }
  }
  return { parent, after };
}
