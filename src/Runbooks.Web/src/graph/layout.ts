/*
 * The automatic layout: elk's layered algorithm in a worker of its own, loaded with the first graph. Layouts of the
 * same structure are remembered; only the newest request of a graph is answered, so that fast typing never queues work.
 */
import type { ElkNode } from 'elkjs/lib/elk-api';
import ElkApi from 'elkjs/lib/elk-api.js';
// A script of our own address, which the content security policy allows; the build leaves out what is never asked of it.
import elkWorker from 'elkjs/lib/elk-worker.min.js?url';
import type { GraphEdge, GraphNode } from './model';
import { blockHeader, blockPadding, gap, stepHeight, stepWidth, type Box } from './size';
import { childrenOf } from './stack';

type Elk = InstanceType<typeof ElkApi>;
let elk: Elk | null = null;
const remembered = new Map<string, Map<string, Box>>();
const rememberMax = 50;

/** What decides a layout: ids, parents, order, blocks and edges. Titles and states do not. */
export function structureOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): string {
  return [
    down ? 'd' : 'r',
    ...nodes.map((node) => `${node.parent ?? ''}>${node.id}${node.kind === null ? '+' : ''}`),
    ...edges.map((edge) => `${edge.from}-${edge.to}`),
  ].join('|');
}

export function rememberedLayout(structure: string): Map<string, Box> | undefined {
  return remembered.get(structure);
}

/** Boxes by node, each relative to the block around it. Throws when the worker cannot run. */
export async function elkLayout(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): Promise<Map<string, Box>> {
  const structure = structureOf(nodes, edges, down);
  const known = remembered.get(structure);
  if (known) return known;
  elk ??= new ElkApi({ workerFactory: () => new Worker(elkWorker) });
  const laid = await elk.layout(question(nodes, edges, down));
  const boxes = new Map<string, Box>();
  collect(laid, boxes);
  if (remembered.size >= rememberMax) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(structure, boxes);
  return boxes;
}

/** The question as elk takes it; exported for the test of the worker. */
export function question(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): ElkNode {
  const children = childrenOf(nodes);
  const parentOf = new Map(nodes.map((node) => [node.id, node.parent]));
  const within = new Map<string | null, GraphEdge[]>();
  for (const edge of edges) {
    const parent = parentOf.get(edge.to);
    if (parent === undefined || parentOf.get(edge.from) !== parent) continue;
    within.set(parent, [...(within.get(parent) ?? []), edge]);
  }
  return build(null, 'root');

  function build(parent: string | null, id: string): ElkNode {
    return {
      id,
      layoutOptions: {
        'elk.algorithm': 'layered',
        'elk.direction': down ? 'DOWN' : 'RIGHT',
        'elk.spacing.nodeNode': String(gap),
        'elk.layered.spacing.nodeNodeBetweenLayers': String(gap + 6),
        'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
        'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
        'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
        'elk.separateConnectedComponents': 'false',
        'elk.padding': parent === null
          ? '[top=0,left=0,bottom=0,right=0]'
          : `[top=${blockHeader + blockPadding},left=${blockPadding},bottom=${blockPadding},right=${blockPadding}]`,
      },
      children: (children.get(parent) ?? []).map((node) => {
        if (node.kind !== null || !node.block) return { id: node.id, width: stepWidth, height: stepHeight };
        if (!children.has(node.id)) return { id: node.id, width: stepWidth, height: blockHeader + stepHeight };
        return build(node.id, node.id);
      }),
      edges: (within.get(parent) ?? []).map((edge) => ({ id: `${edge.from}→${edge.to}`, sources: [edge.from], targets: [edge.to] })),
    };
  }
}

function collect(node: ElkNode, boxes: Map<string, Box>): void {
  for (const child of node.children ?? []) {
    boxes.set(child.id, { x: child.x ?? 0, y: child.y ?? 0, width: child.width ?? stepWidth, height: child.height ?? stepHeight });
    collect(child, boxes);
  }
}
