import type { ReactFlowInstance } from '@xyflow/react';
import { useCallback, useEffect, useState, type RefObject } from 'react';
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

interface Canvas {
  readonly element: HTMLElement | null;
  readonly flow: ReactFlowInstance<FlowNode>;
  readonly nodes: readonly GraphNode[];
  readonly boxes: ReadonlyMap<string, Box>;
  readonly settled: boolean;
}

/**
 * Brings a node into view, and gives it the focus when asked, once the layout that places it stands. The view moves no
 * further than it must: a person keeps their bearings, and nothing moves when the node is in view already.
 */
class Revealer {
  private wanted: { readonly id: string; readonly takeFocus: boolean } | null = null;
  private canvas: Canvas | null = null;

  drawn(canvas: Canvas): void {
    this.canvas = canvas;
    this.attempt();
  }

  ask(id: string, takeFocus: boolean): void {
    this.wanted = { id, takeFocus };
    this.attempt();
  }

  private attempt(): void {
    const { wanted, canvas } = this;
    if (!wanted || !canvas?.settled || !canvas.element) return;
    const box = absolute(canvas.nodes, canvas.boxes).get(wanted.id);
    if (!box) return;
    this.wanted = null;
    const { element, flow } = canvas;
    const next = moved(flow.getViewport(), box, element.clientWidth, element.clientHeight);
    if (next) void flow.setViewport(next);
    // At once where it can be: the next key may be pressed before the next frame. A node that was out of view is drawn
    // with that frame.
    if (wanted.takeFocus && !focusNode(element, wanted.id)) requestAnimationFrame(() => focusNode(element, wanted.id));
  }
}

export function useReveal(
  canvas: RefObject<HTMLDivElement | null>,
  graph: Omit<Canvas, 'element'>,
): (id: string, takeFocus: boolean) => void {
  const [revealer] = useState(() => new Revealer());
  useEffect(() => revealer.drawn({ ...graph, element: canvas.current }));
  return useCallback((id: string, takeFocus: boolean) => revealer.ask(id, takeFocus), [revealer]);
}

function focusNode(around: HTMLElement, id: string): boolean {
  const node = around.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
  // The browser's own scrolling would tear the canvas apart.
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
