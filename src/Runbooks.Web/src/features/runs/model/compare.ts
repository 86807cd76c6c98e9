import type { Span } from './spans';

export interface StepDifference {
  readonly path: string;
  readonly title: string;
  readonly mine: Outcome | null;
  readonly other: Outcome | null;
  /** Milliseconds that this run took longer; null when one of the two has no end. */
  readonly longer: number | null;
}

export interface Outcome {
  readonly state: string;
  readonly milliseconds: number | null;
}

/** Two runs of one runbook, step by step, in this run's order; steps only the other one had come last. */
export function compareRuns(mine: readonly Span[], other: readonly Span[]): readonly StepDifference[] {
  const theirs = new Map(other.map((span) => [span.path, span]));
  const own = new Set(mine.map((span) => span.path));
  return [...mine, ...other.filter((span) => !own.has(span.path))].map((span) => {
    const here = own.has(span.path) ? outcome(span) : null;
    const found = theirs.get(span.path);
    const there = found ? outcome(found) : null;
    const longer = here?.milliseconds != null && there?.milliseconds != null ? here.milliseconds - there.milliseconds : null;
    return { path: span.path, title: span.title, mine: here, other: there, longer };
  });
}

function outcome(span: Span): Outcome {
  return { state: span.state, milliseconds: span.to === null ? null : span.to - span.from };
}
