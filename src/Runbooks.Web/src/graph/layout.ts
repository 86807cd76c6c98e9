/*
 * The blocks whose form needs an algorithm: elk's layered one in a worker of its own, started with the first of them.
 * Answers are remembered by form, so that going back, and another block of the same form, cost nothing.
 */
import type { ElkNode } from 'elkjs/lib/elk-api';
import ElkApi from 'elkjs/lib/elk-api.js';
import { frameOf, keyOf, layersApart, layoutBlocks, type Arrangement, type BlockForm, type Layout } from './blocks';
import type { GraphEdge, GraphNode } from './model';
import { gap } from './size';
import { layoutWorker } from './worker';

type Elk = InstanceType<typeof ElkApi>;
let elk: Elk | null = null;
const remembered = new Map<string, Arrangement>();
const asked = new Map<string, Promise<void>>();
const rememberMax = 400;

/** What decides a layout: ids, parents, order, blocks and edges. Titles and states do not. */
export function structureOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): string {
  return [
    down ? 'd' : 'r',
    ...nodes.map((node) => `${node.parent ?? ''}>${node.id}${node.kind === null ? '+' : ''}`),
    ...edges.map((edge) => `${edge.from}-${edge.to}`),
  ].join('|');
}

/** The layout as far as it is known without asking the worker. */
export function layoutNow(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): Layout {
  return layoutBlocks(nodes, edges, down, (form) => remembered.get(keyOf(form)));
}

/** Asks the worker for everything that is missing, inner blocks first. Throws when the worker cannot run. */
export async function layoutFully(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean, isWanted: () => boolean = () => true): Promise<Layout> {
  const start = performance.now();
  let layout = layoutNow(nodes, edges, down);
  while (layout.missing.length > 0 && isWanted()) {
    await Promise.all(layout.missing.map(askFor));
    layout = layoutNow(nodes, edges, down);
  }
  // Stands in traces and is what tests/Browser/measure reads.
  performance.measure('graph layout', { start });
  return layout;
}

/** The first layout takes longer than the others: whoever knows that one will be wanted has this done before. */
export function startLayout(): Elk {
  if (elk) return elk;
  elk = new ElkApi({ workerFactory: layoutWorker });
  // Without a worker the first real question is refused as well, and that one is answered for.
  elk.layout(question(firstForm)).catch(() => undefined);
  return elk;
}

const firstForm: BlockForm = { sizes: [1, 2, 3].map(() => ({ width: 100, height: 40 })), edges: [[0, 1], [0, 2]], framed: true, down: true };

function askFor(form: BlockForm): Promise<void> {
  const key = keyOf(form);
  const under = asked.get(key);
  if (under) return under;
  const answer = startLayout().layout(question(form)).then((laid) => {
    if (remembered.size >= rememberMax) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(key, arrangementOf(laid));
  }).finally(() => asked.delete(key));
  asked.set(key, answer);
  return answer;
}

/** The question as elk takes it; exported for the tests of the worker. */
export function question(form: BlockForm): ElkNode {
  const { top, side } = frameOf(form);
  return {
    id: 'block',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': form.down ? 'DOWN' : 'RIGHT',
      'elk.spacing.nodeNode': String(gap),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(layersApart),
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
      'elk.separateConnectedComponents': 'false',
      'elk.padding': `[top=${top},left=${side},bottom=${side},right=${side}]`,
    },
    children: form.sizes.map(({ width, height }, i) => ({ id: String(i), width, height })),
    edges: form.edges.map(([from, to], i) => ({ id: `e${i}`, sources: [String(from)], targets: [String(to)] })),
  };
}

export function arrangementOf(laid: ElkNode): Arrangement {
  const places = (laid.children ?? []).map(({ x, y }) => ({ x: x ?? 0, y: y ?? 0 }));
  return { places, width: laid.width ?? 0, height: laid.height ?? 0 };
}
