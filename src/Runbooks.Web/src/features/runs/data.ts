import { queryOptions, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { historyOf } from './model/history';
import { objectOf, readRecord, type AuditRecord } from './model/records';

export type RunView = components['schemas']['RunView'];
export type StepView = components['schemas']['StepView'];
export type QuestionView = components['schemas']['QuestionView'];
export type DecisionView = components['schemas']['DecisionView'];
export type ExplainView = components['schemas']['ExplainView'];
export type PlanStep = components['schemas']['ExplainStep'];
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
  readonly records: readonly AuditRecord[];
  /** Cursor of what follows; null while this is the last part. */
  readonly next: string | null;
}

const partLength = 500;

/**
 * The run's audit records from its first on. Each is known by its place in the chain, so that reading again after a
 * break can neither lose one nor show one twice. Only the last, unfinished part is asked for again.
 */
export const recordsQuery = (run: string) => queryOptions({
  queryKey: ['runs', run, 'records'],
  queryFn: async ({ client, queryKey }) => readParts(run, finished(client, queryKey)),
  structuralSharing: false,
  select: recordsOf,
});

function finished(client: QueryClient, key: readonly unknown[]): readonly Part[] {
  return (client.getQueryData<readonly Part[]>(key) ?? []).filter((part) => part.next !== null);
}

async function readParts(run: string, known: readonly Part[]): Promise<readonly Part[]> {
  const parts = [...known];
  let cursor = known.at(-1)?.next ?? null;
  for (;;) {
    const page = await body(api.GET('/api/v1/audit', {
      params: { query: { run, order: 'asc', limit: partLength, ...(cursor === null ? {} : { cursor }) } },
    }));
    cursor = page.next ?? null;
    parts.push({ records: page.items.map(readRecord), next: cursor });
    if (cursor === null) return parts;
  }
}

const cache = new WeakMap<readonly Part[], readonly AuditRecord[]>();

function recordsOf(parts: readonly Part[]): readonly AuditRecord[] {
  const known = cache.get(parts);
  if (known) return known;
  const records = parts.flatMap((part) => part.records);
  cache.set(parts, records);
  return records;
}

const histories = new WeakMap<readonly AuditRecord[], ReturnType<typeof historyOf>>();

/** The history of a run's records; computed once for each list. */
export function historyFor(records: readonly AuditRecord[]) {
  const known = histories.get(records) ?? historyOf(records);
  histories.set(records, known);
  return known;
}

/** What the run was asked for with: its inputs, as the record of the request holds them. */
export function inputsOf(records: readonly AuditRecord[]): Readonly<Record<string, string>> {
  const request = records.find((record) => record.kind === 'run.requested');
  const inputs = Object.entries(objectOf(request?.data['inputs']));
  return Object.fromEntries(inputs.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The plan of a run: which steps there are and what each needs, including those not reached yet. */
export function usePlan(run: RunView, records: readonly AuditRecord[] | undefined) {
  return useQuery({
    queryKey: ['runs', run.id, 'plan'],
    enabled: run.runbook != null && records !== undefined,
    staleTime: Infinity,
    retry: false,
    queryFn: () => body(api.POST('/api/v1/runbooks/{name}/explain', {
      params: { path: { name: run.runbook ?? '' } },
      body: { document: null, version: run.version ?? null, group: run.group ?? null, inputs: inputsOf(records ?? []) },
    })),
  });
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
