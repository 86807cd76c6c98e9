import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { api, body } from '@/api/client';
import { Graph } from '@/graph/Graph';
import { nodeIdOf, type GraphHandle } from '@/graph/model';
import { graphOf, readRunbook, stepsOf } from '@/graph/runbookGraph';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import type { RunView } from '../data';
import { nodeStates, plainGraph } from './nodeStates';
import type { StepRow } from './rows';

interface RunGraphProps {
  readonly run: RunView;
  readonly rows: readonly StepRow[];
  /** The moment shown in a replay; null for now. */
  readonly now: number | null;
  readonly selected: string | null;
  readonly onSelect: (path: string | null) => void;
}

/** The runbook as it was published, with the run's states upon it. */
export function RunGraph({ run, rows, now, selected, onSelect }: RunGraphProps) {
  const clock = useNow();
  const handle = useRef<GraphHandle>(null);
  const name = run.runbook ?? null;
  const number = run.version ?? null;
  const document = useQuery({
    queryKey: ['runbooks', name, 'versions', number],
    enabled: name !== null && number !== null,
    staleTime: Infinity,
    queryFn: () => body(api.GET('/api/v1/runbooks/{name}/versions/{number}', { params: { path: { name: name ?? '', number: number ?? 0 } } })),
  });
  const kinds = useQuery({ queryKey: ['step-kinds'], staleTime: Infinity, queryFn: () => body(api.GET('/api/v1/step-kinds')) });
  const facts = useMemo(
    () => new Map((kinds.data?.items ?? []).map((kind) => [kind.name, { reversible: kind.reversible, acts: kind.acts }])),
    [kinds.data],
  );
  const model = useMemo(() => (document.data?.document == null ? null : readRunbook(document.data.document)), [document.data]);
  const end = run.endedAt == null ? clock.getTime() : Date.parse(run.endedAt);
  const at = now ?? end;
  const graph = useMemo(() => {
    const states = nodeStates(rows, at);
    return name === null ? plainGraph(rows, states) : graphOf(stepsOf(model), { kinds: facts, states });
  }, [rows, at, model, facts, name]);
  const node = selected === null ? null : nodeIdOf(selected.split('/')[0] ?? selected);
  const selection = useMemo(() => new Set(node === null ? [] : [node]), [node]);
  const choose = (ids: ReadonlySet<string>) => {
    const [id] = [...ids].filter((each) => each !== node);
    if (id === undefined) return;
    onSelect(rows.find((row) => nodeIdOf(row.path) === id)?.path ?? id);
  };
  useEffect(() => {
    if (node !== null && graph.nodes.length > 30) handle.current?.focus(node);
  }, [node, graph.nodes.length]);

  if (name !== null && document.isPending) return <Waiting what="Reading the runbook's version…" />;
  if (document.error) return <Refused error={document.error} title="The graph could not be drawn: the runbook's version could not be read." />;
  const height = Math.min(640, Math.max(260, 120 + 84 * graph.nodes.length));
  return (
    <Graph
      ref={handle} nodes={graph.nodes} edges={graph.edges} label={`Steps of ${name ?? run.kind}`} selection={selection} onSelect={choose}
      onOpen={(id) => onSelect(rows.find((row) => nodeIdOf(row.path) === id)?.path ?? id)} height={height} minimap={graph.nodes.length > 40}
    />
  );
}
