import { queryOptions, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { historyOf } from './model/history';
import { runRecord, type RunRecord } from './model/records';

export type RunView = components['schemas']['RunView'];
export type StepView = components['schemas']['StepView'];
export type QuestionView = components['schemas']['QuestionView'];
export type DecisionView = components['schemas']['DecisionView'];
export type ExplainView = components['schemas']['ExplainView'];
export type PlanStep = components['schemas']['ExplainStep'];
export type PlanNode = components['schemas']['RunPlanNode'];
export type CallView = components['schemas']['RunCallView'];
export type StepComparison = components['schemas']['StepComparison'];
export type RunReport = components['schemas']['RunReport'];

export const runQuery = (run: string) => queryOptions({
  queryKey: ['runs', run],
  queryFn: () => body(api.GET('/api/v1/runs/{run}', { params: { path: { run } } })),
});

export const stepsQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'steps'],
  queryFn: async () => (await body(api.GET('/api/v1/runs/{run}/steps', { params: { path: { run } } }))).items,
});

export const decisionsQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'approvals'],
  queryFn: async () => (await body(api.GET('/api/v1/runs/{run}/approvals', { params: { path: { run } } }))).items,
});

export const reportQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'report'],
  queryFn: () => body(api.GET('/api/v1/runs/{run}/report.json', { params: { path: { run } } })),
});

interface Part {
  readonly records: readonly RunRecord[];
  /** Cursor of what follows; null while this is the last part. */
  readonly next: string | null;
}

const partLength = 500;

/**
 * The run's permanent history from its first record on. Each is known by its place in the chain, so that reading again
 * after a break can neither lose one nor show one twice. Only the last, unfinished part is asked for again.
 */
export const recordsQuery = (run: string, calls = false) => queryOptions({
  queryKey: ['runs', run, calls ? 'history-with-calls' : 'history'],
  queryFn: async ({ client, queryKey }) => readParts(run, calls, finished(client, queryKey)),
  structuralSharing: false,
  select: recordsOf,
});

function finished(client: QueryClient, key: readonly unknown[]): readonly Part[] {
  return (client.getQueryData<readonly Part[]>(key) ?? []).filter((part) => part.next !== null);
}

async function readParts(run: string, calls: boolean, known: readonly Part[]): Promise<readonly Part[]> {
  const parts = [...known];
  let cursor = known.at(-1)?.next ?? null;
  for (;;) {
    const page = await body(api.GET('/api/v1/runs/{run}/history', {
      params: { path: { run }, query: { calls, limit: partLength, ...(cursor === null ? {} : { cursor }) } },
    }));
    cursor = page.next ?? null;
    parts.push({ records: page.items.map(runRecord), next: cursor });
    if (cursor === null) return parts;
  }
}

const cache = new WeakMap<readonly Part[], readonly RunRecord[]>();

function recordsOf(parts: readonly Part[]): readonly RunRecord[] {
  const known = cache.get(parts);
  if (known) return known;
  const records = parts.flatMap((part) => part.records);
  cache.set(parts, records);
  return records;
}

const histories = new WeakMap<readonly RunRecord[], ReturnType<typeof historyOf>>();

/** The history of a run's records; computed once for each list. */
export function historyFor(records: readonly RunRecord[]) {
  const known = histories.get(records) ?? historyOf(records);
  histories.set(records, known);
  return known;
}

/** The calls a run made, as evidence of its steps. */
export const callsQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'calls'],
  queryFn: async () => (await body(api.GET('/api/v1/runs/{run}/calls', { params: { path: { run } } }))).items,
});

/** The calls made for a step or for a step inside it. */
export const callsWithin = (calls: readonly CallView[], path: string): readonly CallView[] =>
  calls.filter((call) => call.step === path || call.step?.startsWith(`${path}/`));

/** The plan the run was started with: every step there is, including those not reached yet. It never changes. */
export const planQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'plan'],
  staleTime: Infinity,
  queryFn: () => body(api.GET('/api/v1/runs/{run}/plan', { params: { path: { run } } })),
  select: pinnedSteps,
});

/** Every step of what was asked for, also of a procedure that has no document; before it starts. */
export const askedPlanQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'plan'],
  queryFn: () => body(api.GET('/api/v1/runs/{run}/plan', { params: { path: { run } } })),
  select: (plan: components['schemas']['RunPlanView']): readonly PlanNode[] => plan.nodes.filter((node) => node.frame == null),
});

// Without a pinned plan the server answers with the steps so far, which the list of steps has already; and the frames of
// blocks are no steps.
function pinnedSteps(plan: components['schemas']['RunPlanView']): readonly PlanNode[] {
  return plan.pinned ? plan.nodes.filter((node) => node.frame == null) : [];
}

export function useRunRefresh(run: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['runs', run] }),
      queries.invalidateQueries({ queryKey: ['approvals'] }),
    ]);
  };
}
