import '@xyflow/react/dist/style.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  Background, BackgroundVariant, Controls, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, type Connection, type Edge, type EdgeChange, type NodeChange as FlowChange,
} from '@xyflow/react';
import { memo, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type Ref } from 'react';
import { meaningOf, toneColour } from '@/ui/states';
import { absolute, FlowEdges, FlowNodes, placeAt } from './flow';
import { FocusContext, FocusStore } from './focus';
import classes from './graph.module.css';
import { dragType, type GraphHandle, type GraphProps, type Point } from './model';
import { nearest, within, type Direction } from './neighbours';
import { BlockNode, StepNode, type FlowNode } from './nodes';
import { withPlaces } from './stack';
import { useLayout } from './useLayout';
import { useReveal } from './useReveal';

const nodeTypes = { step: StepNode, block: BlockNode };
const nothing: ReadonlySet<string> = new Set();
const noPlaces: ReadonlyMap<string, Point> = new Map();
// Beyond this many nodes only those in view are drawn.
const drawAllMax = 250;
// Smaller than this, titles cannot be read.
const readable = 0.72;
const arrows: Readonly<Record<string, Direction>> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };

/** The graph of a runbook or a run; read-only unless `editing` says what a person may do. See `model.ts`. */
export const Graph = memo(function Graph(props: GraphProps & { readonly ref?: Ref<GraphHandle> }) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
});

function Canvas(props: GraphProps & { readonly ref?: Ref<GraphHandle> }) {
  const { nodes, edges, label, selection = nothing, onSelect, onOpen, onKey, editing, places = noPlaces, direction = 'down', ref } = props;
  const down = direction === 'down';
  const scheme = useComputedColorScheme('light');
  const flow = useReactFlow<FlowNode>();
  const canvas = useRef<HTMLDivElement>(null);
  const [store] = useState(() => new FocusStore());
  const [cache] = useState(() => new FlowNodes());
  const [edgeCache] = useState(() => new FlowEdges());
  const [dragged, setDragged] = useState<ReadonlyMap<string, Point>>(noPlaces);
  const { boxes: laid, settled } = useLayout(nodes, edges, down);

  const standing = useMemo(() => (places.size === 0 ? laid : withPlaces(nodes, laid, places)), [nodes, laid, places]);
  // A block keeps its size under a node that is being dragged: else it would follow, and nothing could leave it.
  const boxes = useMemo(() => {
    if (dragged.size === 0) return standing;
    const moving = new Map(standing);
    for (const [id, at] of dragged) { const box = moving.get(id); if (box) moving.set(id, { ...box, ...at }); }
    return moving;
  }, [standing, dragged]);
  const flowNodes = useMemo(() => cache.of(nodes, boxes, selection, editing !== undefined, down), [cache, nodes, boxes, selection, editing, down]);
  const editable = editing !== undefined;
  const [chosenEdges, setChosenEdges] = useState<ReadonlySet<string>>(nothing);
  const drawn = useMemo(() => edgeCache.of(edges, editable, chosenEdges), [edgeCache, edges, editable, chosenEdges]);

  const fit = useCallback(() => void flow.fitView({ padding: 0.12, maxZoom: 1, minZoom: 0.2 }), [flow]);
  const [fitted, setFitted] = useState(false);
  const reveal = useReveal(canvas, { flow, nodes, boxes, settled: settled && fitted });
  const focus = useCallback((id: string) => {
    store.set(id);
    reveal(id, true);
  }, [reveal, store]);
  useImperativeHandle(ref, () => ({ fit, focus, reveal: (id) => reveal(id, false), boxes: () => boxes }), [fit, focus, reveal, boxes]);

  // Fit once when the first layout stands; after that the view belongs to the person.
  const fitting = useRef(false);
  useEffect(() => {
    if (fitting.current || !settled || nodes.length === 0) return;
    fitting.current = true;
    const begin = async (): Promise<void> => {
      await flow.fitView({ padding: 0.12, maxZoom: 1, minZoom: readable });
      // A long runbook does not fit at a size that can be read: it begins at its first step.
      const first = nodes.find((node) => node.parent === null);
      const box = first && boxes.get(first.id);
      if (box && canvas.current && flow.getZoom() <= readable + 0.01) {
        const { zoom } = flow.getViewport();
        await flow.setViewport({ x: canvas.current.clientWidth / 2 - (box.x + box.width / 2) * zoom, y: 24 - box.y * zoom, zoom });
      }
      setFitted(true);
    };
    requestAnimationFrame(() => void begin());
    // Only the first layout decides.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled, nodes.length, flow]);

  // One node is always within the Tab key's reach.
  useEffect(() => {
    const current = store.get();
    if (current === null || !nodes.some((node) => node.id === current)) store.set(nodes[0]?.id ?? null);
  }, [nodes, store]);

  // Shift or Ctrl as the click itself tells it: the library learns of a key only when it has drawn again.
  const adding = useRef(false);
  const changed = useCallback((changes: FlowChange<FlowNode>[]) => {
    const moved = new Map<string, Point>();
    let selected: Set<string> | null = null;
    const keepsOthers = adding.current && changes.some((change) => change.type === 'select' && change.selected);
    for (const change of changes) {
      if (change.type === 'position' && change.dragging && change.position) moved.set(change.id, change.position);
      if (change.type === 'select') {
        selected ??= new Set(selection);
        if (change.selected) selected.add(change.id);
        else if (!keepsOthers) selected.delete(change.id);
      }
    }
    if (moved.size > 0) setDragged((before) => new Map([...before, ...moved]));
    if (selected) onSelect?.(selected);
  }, [selection, onSelect]);

  const edgesChanged = useCallback((changes: EdgeChange[]) => {
    setChosenEdges((before) => {
      const next = new Set(before);
      for (const change of changes) {
        if (change.type !== 'select') continue;
        if (change.selected) next.add(change.id);
        else next.delete(change.id);
      }
      return next;
    });
  }, []);

  const dragEnded = useCallback((_: unknown, __: unknown, moving: FlowNode[]) => {
    setDragged(noPlaces);
    if (!editing || moving.length === 0) return;
    const everywhere = absolute(nodes, boxes);
    const carried = new Set(moving.flatMap((node) => [node.id, ...within(node.id, nodes)]));
    const byPlace = new Map<string, Point>();
    const byParent = new Map<string | null, string[]>();
    for (const node of moving) {
      const box = everywhere.get(node.id);
      if (!box) continue;
      const target = placeAt({ x: box.x + Math.min(box.width, 232) / 2, y: box.y + 18 }, nodes, everywhere, carried).parent;
      if (target === (node.parentId ?? null)) byPlace.set(node.id, node.position);
      else byParent.set(target, [...(byParent.get(target) ?? []), node.id]);
    }
    if (byPlace.size > 0) editing.place(byPlace);
    for (const [parent, ids] of byParent) editing.reparent(ids, parent);
  }, [editing, nodes, boxes]);

  const connected = useCallback((connection: Connection) => editing?.connect(connection.source, connection.target), [editing]);

  const dropped = useCallback((event: DragEvent) => {
    const payload = event.dataTransfer.getData(dragType);
    if (!payload || !editing) return;
    event.preventDefault();
    const at = placeAt(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }), nodes, absolute(nodes, boxes));
    editing.drop(payload, at.parent, at.after);
  }, [editing, flow, nodes, boxes]);

  const keyed = (event: KeyboardEvent) => {
    const focused = focusedNode(event.target);
    const towards = arrows[event.key];
    if (editing && (event.key === 'Delete' || event.key === 'Backspace') && chosenEdges.size > 0) {
      for (const edge of edges) if (chosenEdges.has(`${edge.from}→${edge.to}`)) editing.disconnect(edge.from, edge.to);
      setChosenEdges(nothing);
      event.preventDefault();
      return;
    }
    if (focused && towards && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const next = nearest(focused, towards, absolute(nodes, boxes));
      event.preventDefault();
      if (!next) return;
      focus(next);
      if (event.shiftKey) onSelect?.(new Set([...selection, focused, next]));
      return;
    }
    if (focused && event.key === ' ') {
      event.preventDefault();
      onSelect?.(event.ctrlKey || event.shiftKey ? toggled(selection, focused) : new Set([focused]));
      return;
    }
    if (focused && event.key === 'Enter') {
      event.preventDefault();
      // Several chosen nodes are opened together.
      if (selection.size < 2 || !selection.has(focused)) onSelect?.(new Set([focused]));
      onOpen?.(focused);
      return;
    }
    onKey?.(event, focused);
  };

  return (
    <FocusContext value={store}>
      {/* The canvas hears the keys of the nodes inside it, which are buttons. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={canvas}
        className={classes['canvas']}
        data-dimmed={props.dimmed || undefined}
        data-settled={settled || undefined}
        style={{ height: props.height ?? '100%' }}
        onKeyDown={keyed}
        onFocus={(event) => { const id = focusedNode(event.target); if (id) store.set(id); }}
        onPointerDownCapture={(event) => {
          const onNode = event.target instanceof Element && event.target.closest('.react-flow__node') !== null;
          adding.current = onNode && (event.shiftKey || event.ctrlKey || event.metaKey);
        }}
        onDrop={dropped}
        onDragOver={(event) => { if (editing && event.dataTransfer.types.includes(dragType)) event.preventDefault(); }}
      >
        <ReactFlow<FlowNode, Edge>
          nodes={flowNodes}
          edges={drawn}
          nodeTypes={nodeTypes}
          colorMode={scheme}
          aria-label={label}
          onNodesChange={changed}
          onEdgesChange={edgesChanged}
          onNodeDragStop={dragEnded}
          onConnect={connected}
          onNodeClick={(_, node) => store.set(node.id)}
          onNodeDoubleClick={(_, node) => onOpen?.(node.id)}
          nodesDraggable={editable}
          nodesConnectable={editable}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={onSelect !== undefined}
          deleteKeyCode={null}
          disableKeyboardA11y
          zoomOnDoubleClick={false}
          selectionKeyCode="Shift"
          multiSelectionKeyCode={['Control', 'Meta', 'Shift']}
          minZoom={0.1}
          maxZoom={2}
          onlyRenderVisibleElements={nodes.length > drawAllMax}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1} />
          <Controls showInteractive={false} fitViewOptions={{ padding: 0.12, maxZoom: 1 }} aria-label="Zoom" />
          {props.minimap ? <MiniMap pannable zoomable nodeColor={miniature} ariaLabel="Miniature of the graph" style={{ width: 140, height: 96 }} /> : null}
        </ReactFlow>
        {props.children ? <div className={classes['over']}>{props.children}</div> : null}
      </div>
    </FocusContext>
  );
}

function focusedNode(target: EventTarget | null): string | null {
  return target instanceof HTMLElement ? (target.dataset['node'] ?? null) : null;
}

function toggled(selection: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

function miniature(node: FlowNode): string {
  const state = node.data.node.state;
  if (state) return `var(--mantine-color-${toneColour[meaningOf(state.state).tone]}-5)`;
  return node.type === 'block' ? 'color-mix(in srgb, var(--mantine-color-gray-5) 40%, transparent)' : 'var(--mantine-color-gray-5)';
}
