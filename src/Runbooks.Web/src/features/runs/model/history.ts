import { objectOf, text, type RunRecord } from './records';

/*
 * What a run did and when, out of its permanent history (`/runs/{run}/history`). It is the only complete source: the list
 * of steps holds the present, the event table is pruned, the history stays. Everything on the run page that has a time axis (Gantt, replay,
 * comparison) is a pure function of this history.
 */

export interface StepMoment {
  readonly at: number;
  readonly path: string;
  readonly title: string;
  readonly state: string;
  readonly detail: string;
  readonly question: string | null;
  readonly askedOf: string | null;
}

export interface RunMoment {
  readonly at: number;
  readonly state: string;
  readonly by: string;
  readonly note: string;
}

export interface RunHistory {
  readonly steps: readonly StepMoment[];
  readonly run: readonly RunMoment[];
  readonly from: number;
  readonly to: number | null;
}

const runStates: Readonly<Record<string, string>> = {
  'run.requested': 'requested',
  'run.started': 'running',
  'run.refused': 'aborted',
  'run.expired': 'aborted',
  'run.rejected': 'aborted',
};
const signalStates: Readonly<Record<string, string>> = { Pause: 'paused', Resume: 'running', Abort: 'aborting' };

export function historyOf(records: readonly RunRecord[]): RunHistory {
  const steps: StepMoment[] = [];
  const run: RunMoment[] = [];
  let to: number | null = null;
  for (const record of records) {
    if (record.kind.startsWith('step.')) {
      const moment = stepMoment(record);
      if (moment) steps.push(moment);
      continue;
    }

    const state = runState(record);
    const at = Date.parse(record.at);
    if (state) run.push({ at, state, by: record.actor, note: record.reason ?? '' });
    if (record.kind === 'run.ended' || state === 'aborted') to = at;
  }

  // The projection writes steps of several workflows as it reads them; the workflow's clock is their true order.
  const ordered = steps.map((moment, index) => ({ moment, index }))
    .sort((a, b) => a.moment.at - b.moment.at || a.index - b.index)
    .map((entry) => entry.moment);
  const first = Math.min(run[0]?.at ?? Infinity, ordered[0]?.at ?? Infinity);
  const last = ordered.at(-1)?.at;
  return { steps: ordered, run, from: Number.isFinite(first) ? first : 0, to: to === null ? null : Math.max(to, last ?? to) };
}

function stepMoment(record: RunRecord): StepMoment | null {
  const { data } = record;
  const path = text(data['step']);
  const state = text(data['state']);
  if (path === null || state === null) return null;
  return {
    at: Date.parse(text(data['at']) ?? record.at),
    path,
    title: text(data['title']) ?? path,
    state,
    detail: text(data['detail']) ?? '',
    question: text(data['question']),
    askedOf: text(data['askedOf']),
  };
}

function runState(record: RunRecord): string | null {
  if (record.kind === 'run.signalled') return signalStates[text(record.data['signal']) ?? ''] ?? null;
  if (record.kind === 'run.ended') return text(objectOf(record.data)['state']);
  return runStates[record.kind] ?? null;
}

export interface StepPicture {
  readonly path: string;
  readonly title: string;
  readonly state: string;
  readonly since: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly detail: string;
  readonly question: string | null;
}

export interface RunPicture {
  readonly at: number;
  readonly state: string;
  readonly steps: readonly StepPicture[];
}

const ended = new Set(['succeeded', 'failed', 'skipped', 'cancelled', 'compensated']);
export const isEnded = (state: string): boolean => ended.has(state);

/** The run as it stood at a time: what had happened by then, and nothing that came later. */
export function pictureAt(history: RunHistory, at: number): RunPicture {
  const steps = new Map<string, StepPicture>();
  for (const moment of history.steps) {
    if (moment.at > at) break;
    const before = steps.get(moment.path);
    steps.set(moment.path, {
      path: moment.path,
      title: moment.title,
      state: moment.state,
      since: moment.at,
      startedAt: before?.startedAt ?? (moment.state === 'running' || moment.state === 'asking' ? moment.at : null),
      endedAt: isEnded(moment.state) ? moment.at : null,
      detail: moment.detail,
      question: moment.question,
    });
  }

  let state = 'requested';
  for (const moment of history.run) {
    if (moment.at <= at) state = moment.state;
  }

  const asks = state === 'running' && [...steps.values()].some((step) => step.state === 'asking');
  return { at, state: asks ? 'asking' : state, steps: closed([...steps.values()], history, at) };
}

// A run that ended closes what it left open; no record says so for each step.
function closed(steps: readonly StepPicture[], history: RunHistory, at: number): readonly StepPicture[] {
  const { to } = history;
  if (to === null || at < to) return steps;
  return steps.map((step) => (isEnded(step.state) ? step : { ...step, state: 'cancelled', since: to, endedAt: to }));
}
