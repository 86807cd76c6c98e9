import type { ReactFlowInstance } from '@xyflow/react';
import { useCallback, useEffect, useRef, type RefObject } from 'react';
import { absolute } from './flow';
import type { GraphNode } from './model';
import type { FlowNode } from './nodes';
import type { Box } from './size';

interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const margin = 24;

/**
 * Brings a node into view, and gives it the focus when asked, once the layout that places it stands. The view moves no
 * further than it must: a person keeps their bearings, and nothing moves when the node is in view already.
 */
export function useReveal(
  canvas: RefObject<HTMLDivElement | null>,
  flow: ReactFlowInstance<FlowNode>,
  graph: { readonly nodes: readonly GraphNode[]; readonly boxes: ReadonlyMap<string, Box>; readonly settled: boolean },
): (id: string, takeFocus: boolean) => void {
  const wanted = useRef<{ readonly id: string; readonly takeFocus: boolean } | null>(null);
  const newest = useRef(graph);
  const attempt = useCallback(() => {
    const { nodes, boxes, settled } = newest.current;
    const asked = wanted.current;
    const box = asked && settled ? absolute(nodes, boxes).get(asked.id) : undefined;
    const around = canvas.current;
    if (!asked || !box || !around) return;
    wanted.current = null;
    const next = moved(flow.getViewport(), box, around.clientWidth, around.clientHeight);
    if (next) void flow.setViewport(next);
    if (!asked.takeFocus) return;
    // At once where it can be: the next key may be pressed before the next frame. A node that was out of view is drawn
    // with that frame. The browser's own scrolling would tear the canvas apart.
    if (!focusNode(around, asked.id)) requestAnimationFrame(() => focusNode(around, asked.id));
  }, [canvas, flow]);
  useEffect(() => {
    newest.current = graph;
    attempt();
  });
  return useCallback((id: string, takeFocus: boolean) => {
    wanted.current = { id, takeFocus };
    attempt();
  }, [attempt]);
}

function focusNode(around: HTMLElement, id: string): boolean {
  const node = around.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
  node?.focus({ preventScroll: true });
  return node !== null;
}

/** The nearest view that shows the box, its upper left part when it is larger than the canvas; null when it is shown. */
export function moved(view: View, box: Box, width: number, height: number): View | null {
  const x = shift(view.x + box.x * view.zoom, box.width * view.zoom, width);
  const y = shift(view.y + box.y * view.zoom, box.height * view.zoom, height);
  return x === 0 && y === 0 ? null : { ...view, x: view.x + x, y: view.y + y };
}

function shift(at: number, size: number, room: number): number {
  if (at < margin || size > room - 2 * margin) return at >= margin && at <= room / 2 ? 0 : margin - at;
  return at + size > room - margin ? room - margin - size - at : 0;
}
