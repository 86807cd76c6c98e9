import { queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';

export type Runbook = components['schemas']['RunbookView'];
export type RunbookVersion = components['schemas']['RunbookVersionView'];
export type StepKind = components['schemas']['StepKindView'];
export type Problem = components['schemas']['DocumentProblem'];
export type DiffItem = components['schemas']['DiffItem'];
export type Explanation = components['schemas']['ExplainView'];

export const runbooksQuery = queryOptions({
  queryKey: ['runbooks'],
  queryFn: () => body(api.GET('/api/v1/runbooks')),
});

/** The draft with the entity tag that a save must name. */
export async function readDraft(name: string): Promise<{ readonly runbook: Runbook; readonly etag: string }> {
  const { data, response } = await api.GET('/api/v1/runbooks/{name}', { params: { path: { name } } });
  return { runbook: data as Runbook, etag: response.headers.get('ETag') ?? '' };
}

export const draftQuery = (name: string) => queryOptions({ queryKey: ['runbooks', name, 'draft'], queryFn: () => readDraft(name) });

export const versionsQuery = (name: string) => queryOptions({
  queryKey: ['runbooks', name, 'versions'],
  queryFn: () => body(api.GET('/api/v1/runbooks/{name}/versions', { params: { path: { name } } })),
});

export const versionQuery = (name: string, number: number) => queryOptions({
  queryKey: ['runbooks', name, 'versions', number],
  queryFn: () => body(api.GET('/api/v1/runbooks/{name}/versions/{number}', { params: { path: { name, number } } })),
  staleTime: Infinity,
});

// The library changes only with the control plane itself.
export const kindsQuery = queryOptions({
  queryKey: ['step-kinds'],
  queryFn: () => body(api.GET('/api/v1/step-kinds')),
  staleTime: 10 * 60_000,
});

/** Saves a text as the draft; `etag` names the state it was made from, `"0"` a runbook that is not there yet. */
export async function saveDraft(name: string, document: string, etag: string): Promise<{ readonly runbook: Runbook; readonly etag: string }> {
  const { data, response } = await api.PUT('/api/v1/runbooks/{name}', {
    params: { path: { name } }, headers: { 'If-Match': etag }, body: { document },
  });
  return { runbook: data as Runbook, etag: response.headers.get('ETag') ?? '' };
}
