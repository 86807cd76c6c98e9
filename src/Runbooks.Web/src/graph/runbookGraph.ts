/*
 * From a runbook document to its graph. The document comes as plain data: what `POST /runbooks/validate` returns as
 * `model`, a version's text read with `readRunbook`, or the designer's own reading of a draft. It may be wrong in any
 * way: whatever can be drawn is drawn, and nothing here throws on bad content.
 */
import { parseDocument } from 'yaml';
import type { BlockShape, GraphEdge, GraphNode, NodeState } from './model';

/** One step as the document says it; every field may be missing or of a wrong type. */
export type StepData = Readonly<Record<string, unknown>>;

/** What the step library says about a kind and the graph shows. */
export interface KindFacts {
  readonly reversible: boolean;
  readonly acts: boolean;
}

// A runbook has at most 32 levels; what a hostile document nests deeper is not drawn.
const depthMax = 32;

export interface RunbookGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphMarks {
  readonly kinds?: ReadonlyMap<string, KindFacts>;
  readonly problems?: ReadonlyMap<string, number>;
  readonly states?: ReadonlyMap<string, NodeState>;
}

export function stepsOf(document: unknown): readonly StepData[] {
  return records(field(field(document, 'spec'), 'steps'));
}

/** Reads a version's text; null when it is not YAML. Published versions always are. */
export function readRunbook(text: string): unknown {
  const read = parseDocument(text, { logLevel: 'silent' });
  return read.errors.length > 0 ? null : (read.toJS({ maxAliasCount: 100 }) as unknown);
}

export function graphOf(steps: readonly StepData[], marks: GraphMarks = {}): RunbookGraph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  walk(steps, null, false);
  return { nodes, edges };

  function walk(siblings: readonly StepData[], parent: string | null, parallel: boolean, depth = 0): void {
    if (depth > depthMax) return;
    const ids = idsOf(siblings, parent);
    const known = new Map(siblings.map((step, i) => [text(step['id']) ?? '', ids[i] ?? '']));
    siblings.forEach((step, i) => {
      const id = ids[i] ?? '';
      const children = records(step['steps']);
      nodes.push(nodeOf(step, id, parent, marks));
      if (text(step['uses']) === null) walk(children, id, step['parallel'] === true, depth + 1);
      const previous = ids[i - 1];
      if (Array.isArray(step['needs'])) {
        for (const need of step['needs']) {
          const from = known.get(String(need));
          if (from !== undefined && from !== id) edges.push({ from, to: id });
        }
      } else if (!parallel && previous !== undefined) {
        edges.push({ from: previous, to: id, implied: true });
      }
    });
  }
}

/** Unique ids of siblings: the path of ids; a missing or repeated id is told apart by its place in the list. */
export function idsOf(siblings: readonly StepData[], parent: string | null): string[] {
  const seen = new Set<string>();
  return siblings.map((step, i) => {
    const own = text(step['id']) || `#${i + 1}`;
    const path = parent === null ? own : `${parent}.${own}`;
    const unique = seen.has(path) ? `${path}#${i + 1}` : path;
    seen.add(unique);
    return unique;
  });
}

function nodeOf(step: StepData, id: string, parent: string | null, marks: GraphMarks): GraphNode {
  const kind = text(step['uses']);
  const facts = kind === null ? undefined : marks.kinds?.get(kind);
  const block = kind === null ? shapeOf(step) : undefined;
  const own = text(step['id']) || id;
  return {
    id,
    parent,
    title: text(step['title']) || own,
    kind,
    ...(block ? { block } : {}),
    detail: block ? detailOf(step, block) : null,
    site: siteOf(step['with']),
    irreversible: step['irreversible'] === true || facts?.reversible === false,
    conditional: step['when'] !== undefined && step['when'] !== null,
    problems: marks.problems?.get(id) ?? 0,
    state: marks.states?.get(id) ?? null,
  };
}

function shapeOf(step: StepData): BlockShape {
  if (text(step['forEach']) !== null) return 'for-each';
  return step['parallel'] === true ? 'parallel' : 'sequence';
}

function detailOf(step: StepData, shape: BlockShape): string {
  if (shape === 'parallel') return 'all at once';
  if (shape === 'sequence') return 'one after the other';
  const most = Number(step['concurrency'] ?? 0);
  return `for each ${text(step['as']) ?? 'item'} of ${bare(text(step['forEach']) ?? '')}${most > 0 ? `, ${most} at a time` : ''}`;
}

function siteOf(settings: unknown): string | null {
  const site = text(field(settings, 'site')) ?? text(field(settings, 'to'));
  return site === null ? null : bare(site);
}

/** A reference without its braces: `${inputs.to}` reads `inputs.to`. */
function bare(value: string): string {
  return value.replaceAll(/\$\{([^}]*)\}/g, '$1');
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>)[name] : undefined;
}

function records(value: unknown): readonly StepData[] {
  return Array.isArray(value) ? value.map((item: unknown) => (typeof item === 'object' && item !== null ? (item as StepData) : {})) : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}
