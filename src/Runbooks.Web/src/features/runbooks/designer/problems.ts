import type { StepData } from '@/graph/runbookGraph';
import { check, shapeOf, type Shape } from '../forms/shapes';
import { nodeAt, pathOf, stepAt, type Path, type Reading as EditorReading } from '../document/reading';
import type { Problem, StepKind } from '../queries';

/** A problem at its place in the draft. */
export interface PlacedProblem extends Problem {
  /** Key of the step it belongs to; null outside of the steps. */
  readonly step: string | null;
  /** Path inside the step, or in the document: `with.zone`. */
  readonly field: string;
}

const shapes = new WeakMap<StepKind, Shape>();

export function shapeOfKind(kind: StepKind): Shape {
  const known = shapes.get(kind);
  if (known) return known;
  const made = shapeOf(kind.with);
  shapes.set(kind, made);
  return made;
}

// A step that no change touches is the same object in the next reading.
const checked = new WeakMap<object, { readonly kind: StepKind; readonly wrong: ReturnType<typeof check> }>();

function wrongIn(kind: StepKind, step: StepData): ReturnType<typeof check> {
  const known = checked.get(step);
  if (known?.kind === kind) return known.wrong;
  const wrong = check(shapeOfKind(kind), step['with'] ?? {});
  checked.set(step, { kind, wrong });
  return wrong;
}

/** What the step library's schemas say about the settings of every step, without asking the server. */
export function checkSettings(reading: EditorReading, kinds: ReadonlyMap<string, StepKind>): readonly PlacedProblem[] {
  const found: PlacedProblem[] = [];
  for (const step of reading.byKey.values()) {
    const uses = step.data['uses'];
    const kind = typeof uses === 'string' ? kinds.get(uses) : undefined;
    if (!kind) continue;
    for (const wrong of wrongIn(kind, step.data)) {
      const field = `with.${wrong.path}`;
      const parts = wrong.path.split(/[.[\]]+/).filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
      const place = reading.lines.linePos(placeOf(reading, [...pathOf(step), 'with', ...parts]));
      found.push({ path: `${textOf(pathOf(step))}.${field}`, line: place.line, column: place.col, message: wrong.message, correction: wrong.correction, step: step.key, field });
    }
  }
  return found;
}

/** Where a value stands; of one that is missing, where the nearest thing around it does. */
function placeOf(reading: EditorReading, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const at = nodeAt(reading.document, path.slice(0, depth))?.range?.[0];
    if (at !== undefined) return at;
  }
  return 0;
}

/** The server's problems at their steps, with ours where it has not answered yet. */
export function placeProblems(reading: EditorReading, server: readonly Problem[], own: readonly PlacedProblem[]): readonly PlacedProblem[] {
  const placed = server.map((problem) => {
    const at = stepAt(reading, problem.path);
    return { ...problem, step: at?.step.key ?? null, field: at ? at.rest : problem.path };
  });
  const known = new Set(placed.map((problem) => problem.path));
  return [...placed, ...own.filter((problem) => !known.has(problem.path))].sort((a, b) => a.line - b.line);
}

export function countByStep(problems: readonly PlacedProblem[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) if (problem.step !== null) counts.set(problem.step, (counts.get(problem.step) ?? 0) + 1);
  return counts;
}

const textOf = (path: readonly (string | number)[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
