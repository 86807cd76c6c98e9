import type { PlanNode, StepView } from '../data';
import type { RunPicture } from '../model/history';
import { depthOf } from '../model/spans';

/** One line of the step list, the same for the present and for a moment of the past. */
export interface StepRow {
  readonly path: string;
  readonly title: string;
  readonly state: string;
  readonly depth: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly attempts: number;
  readonly site: string | null;
  readonly detail: string;
  readonly irreversible: boolean;
  readonly compensated: boolean;
}

/** Steps in the order of the plan, what each did inside right under it; what is not reached yet waits. */
export function stepRows(steps: readonly StepView[], plan: readonly PlanNode[]): readonly StepRow[] {
  return arrange(steps.map((step) => ({
    path: step.path,
    title: step.title,
    state: step.state,
    startedAt: time(step.startedAt),
    endedAt: time(step.endedAt),
    attempts: step.attempts,
    site: step.site ?? null,
    detail: step.detail,
  })), plan);
}

export function pictureRows(picture: RunPicture, plan: readonly PlanNode[]): readonly StepRow[] {
  return arrange(picture.steps.map((step) => ({ ...step, attempts: 0, site: null, detail: step.detail })), plan);
}

type Known = Pick<StepRow, 'path' | 'title' | 'state' | 'startedAt' | 'endedAt' | 'attempts' | 'site' | 'detail'>;

function arrange(steps: readonly Known[], plan: readonly PlanNode[]): readonly StepRow[] {
  const byPath = new Map(steps.map((step) => [step.path, step]));
  const planned = new Map(plan.map((step) => [step.path, step]));
  const paths = new Set([...planned.keys(), ...byPath.keys()]);
  const top = [...paths].filter((path) => depthOf(path, paths) === 0);
  const rows: StepRow[] = [];
  for (const root of top) {
    const inside = steps.filter((step) => step.path.startsWith(`${root}/`)).sort((a, b) => began(a) - began(b));
    for (const path of [root, ...inside.map((step) => step.path)]) {
      const step = byPath.get(path) ?? waiting(path, planned.get(path)?.title ?? path);
      rows.push({
        ...step,
        // A procedure inside a procedure has no step of its own around its steps: `protect/reprotect/catch-up/1`.
        depth: path === root ? 0 : path.slice(root.length + 1).includes('/') ? 2 : 1,
        irreversible: planned.get(path)?.irreversible ?? false,
        compensated: planned.get(path)?.compensation != null,
      });
    }
  }

  return rows;
}

const began = (step: Known): number => step.startedAt ?? step.endedAt ?? Infinity;

const waiting = (path: string, title: string): Known =>
  ({ path, title, state: 'waiting', startedAt: null, endedAt: null, attempts: 0, site: null, detail: '' });

const time = (at: string | null | undefined): number | null => (at == null ? null : Date.parse(at));
