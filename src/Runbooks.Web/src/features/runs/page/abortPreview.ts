import type { PlanStep, StepView } from '../data';

export interface AbortPreview {
  readonly running: readonly string[];
  readonly takenBack: readonly string[];
  readonly stays: readonly string[];
  readonly never: readonly string[];
}

/** What an abort would do now: compensation walks the finished steps backwards; without one a step's effect stays. */
export function abortPreview(plan: readonly PlanStep[], steps: readonly StepView[]): AbortPreview {
  const state = new Map(steps.map((step) => [step.path, step]));
  const done = plan.filter((step) => state.get(step.path)?.state === 'succeeded');
  const ended = (path: string) => state.get(path)?.endedAt ?? '';
  return {
    running: (plan.length > 0 ? plan : steps)
      .filter((step) => ['running', 'asking'].includes(state.get(step.path)?.state ?? '')).map((step) => step.title),
    takenBack: done.filter((step) => step.compensated).sort((a, b) => ended(b.path).localeCompare(ended(a.path))).map((step) => step.title),
    stays: done.filter((step) => !step.compensated && step.acts).map((step) => `${step.title}${step.irreversible ? ' — cannot be taken back' : ''}`),
    never: plan.filter((step) => ['waiting', 'ready'].includes(state.get(step.path)?.state ?? 'waiting')).map((step) => step.title),
  };
}
