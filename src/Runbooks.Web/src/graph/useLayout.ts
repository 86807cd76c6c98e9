import { useEffect, useMemo, useRef, useState } from 'react';
import { layoutFully, layoutNow, structureOf } from './layout';
import type { GraphEdge, GraphNode } from './model';
import type { Box } from './size';
import { stackLayout } from './stack';

interface Laid {
  readonly structure: string;
  readonly boxes: ReadonlyMap<string, Box>;
}

/**
 * The newest layout there is: at once when no block needs the worker, else the worker's when it arrives. Until then nodes
 * stay where they were and new ones stand where the plain layout puts them. `settled` is false meanwhile.
 */
export function useLayout(nodes: readonly GraphNode[], edges: readonly GraphEdge[], down: boolean): { boxes: ReadonlyMap<string, Box>; settled: boolean } {
  const structure = useMemo(() => structureOf(nodes, edges, down), [nodes, edges, down]);
  const [laid, setLaid] = useState<Laid | null>(null);
  const newest = useRef({ nodes, edges });
  useEffect(() => {
    newest.current = { nodes, edges };
  });

  const now = useMemo(
    () => {
      const layout = layoutNow(nodes, edges, down);
      return layout.missing.length === 0 ? layout.boxes : null;
    },
    // Titles and states change nodes without changing the structure: they must not make a new layout.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [structure],
  );

  useEffect(() => {
    let wanted = true;
    const { nodes: all, edges: order } = newest.current;
    layoutFully(all, order, down, () => wanted)
      // Without a worker (an old browser, a test) the plain layout is right, only less tidy.
      .then(({ boxes }) => boxes, () => stackLayout(all, order, down))
      .then((boxes) => { if (wanted) setLaid({ structure, boxes }); }, () => undefined);
    return () => { wanted = false; };
  }, [structure, down]);

  return useMemo(() => {
    const ready = now ?? (laid?.structure === structure ? laid.boxes : null);
    if (ready) return { boxes: ready, settled: true };
    const plain = stackLayout(nodes, edges, down);
    if (!laid) return { boxes: plain, settled: false };
    const mixed = new Map(plain);
    for (const [id, box] of laid.boxes) if (plain.has(id)) mixed.set(id, box);
    return { boxes: mixed, settled: false };
    // As above.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [now, laid, structure]);
}
