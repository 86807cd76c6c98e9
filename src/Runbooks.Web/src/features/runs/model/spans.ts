import { isEnded, type RunHistory } from './history';

/** One step on the time axis. `to` is null while it runs. */
export interface Span {
  readonly path: string;
  readonly title: string;
  readonly state: string;
  readonly from: number;
  readonly to: number | null;
  /** When it waited for a person. */
  readonly human: readonly (readonly [number, number | null])[];
}

/** Every step that began, in the order of their beginnings, a step inside another one after it. */
export function spansOf(history: RunHistory): readonly Span[] {
  const drafts = new Map<string, Draft>();
  for (const moment of history.steps) {
    const draft = drafts.get(moment.path) ?? { path: moment.path, title: moment.title, state: '', from: null, to: null, asked: null, human: [] };
    drafts.set(moment.path, draft);
    if (draft.asked !== null) {
      draft.human.push([draft.asked, moment.at]);
      draft.asked = null;
    }

    draft.title = moment.title;
    draft.state = moment.state;
    if (moment.state === 'running' || moment.state === 'asking') draft.from ??= moment.at;
    if (moment.state === 'asking') draft.asked = moment.at;
    draft.to = isEnded(moment.state) ? moment.at : null;
  }

  const spans: Span[] = [];
  for (const draft of drafts.values()) {
    if (draft.from === null) continue;
    const open = history.to;
    if (draft.asked !== null) draft.human.push([draft.asked, open]);
    const left = draft.to === null && open !== null;
    spans.push({
      path: draft.path,
      title: draft.title,
      state: left ? 'cancelled' : draft.state,
      from: draft.from,
      to: left ? open : draft.to,
      human: draft.human,
    });
  }

  return nested(spans);
}

interface Draft {
  path: string;
  title: string;
  state: string;
  from: number | null;
  to: number | null;
  asked: number | null;
  human: [number, number | null][];
}

function nested(spans: readonly Span[]): readonly Span[] {
  const known = new Map(spans.map((span) => [span.path, span]));
  const children = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = parentOf(span.path, known);
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }

  const out: Span[] = [];
  const walk = (parent: string | null) => {
    for (const span of [...(children.get(parent) ?? [])].sort((a, b) => a.from - b.from)) {
      out.push(span);
      walk(span.path);
    }
  };
  walk(null);
  return out;
}

/** The nearest step around this one: `drill/3` lives in `drill`. */
export function parentOf(path: string, known: ReadonlyMap<string, unknown> | ReadonlySet<string>): string | null {
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
    const parent = path.slice(0, cut);
    if (known.has(parent)) return parent;
  }

  return null;
}

export function depthOf(path: string, known: ReadonlyMap<string, unknown> | ReadonlySet<string>): number {
  let depth = 0;
  for (let at = parentOf(path, known); at !== null; at = parentOf(at, known)) depth++;
  return depth;
}

/** Milliseconds in which people were waited for; overlapping waits count once. */
export function humanTime(spans: readonly Span[], now: number): number {
  const waits = spans.flatMap((span) => span.human.map(([from, to]) => [from, to ?? now] as const)).sort((a, b) => a[0] - b[0]);
  let total = 0;
  let edge = -Infinity;
  for (const [from, to] of waits) {
    total += Math.max(0, to - Math.max(from, edge));
    edge = Math.max(edge, to);
  }

  return total;
}
