import { queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import type { Places } from './document/editor';

export type Runbook = components['schemas']['RunbookView'];
export type RunbookVersion = components['schemas']['RunbookVersionView'];
export type StepKind = components['schemas']['StepKindView'];
export type Problem = components['schemas']['DocumentProblem'];
export type Difference = components['schemas']['RunbookDiffView'];
export type StepDifference = components['schemas']['StepDifference'];
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
export async function saveDraft(name: string, document: string, etag: string, autosave = false): Promise<{ readonly runbook: Runbook; readonly etag: string }> {
  const { data, response } = await api.PUT('/api/v1/runbooks/{name}', {
    params: { path: { name }, query: autosave ? { autosave } : {} }, headers: { 'If-Match': etag }, body: { document },
  });
  return { runbook: data as Runbook, etag: response.headers.get('ETag') ?? '' };
}

/** Where the draft's steps were put, or those of a version. */
export async function readLayout(name: string, version = 0): Promise<{ readonly places: Places; readonly etag: string }> {
  const { data, response } = await api.GET('/api/v1/runbooks/{name}/layout', { params: { path: { name }, query: version === 0 ? {} : { version } } });
  return { places: data ? placesOf(data) : new Map(), etag: response.headers.get('ETag') ?? '' };
}

export const placesOf = (layout: components['schemas']['RunbookLayout']): Places => new Map(Object.entries(layout.steps).map(([id, { x, y }]) => [id, { x, y }]));

export const layoutQuery = (name: string, version: number) => queryOptions({
  queryKey: ['runbooks', name, 'layout', version],
  queryFn: async () => (await readLayout(name, version)).places,
});

export async function saveLayout(name: string, places: Places, etag: string): Promise<{ readonly etag: string }> {
  const steps = Object.fromEntries([...places].map(([id, { x, y }]) => [id, { x: Math.round(x), y: Math.round(y), collapsed: false }]));
  const { response } = await api.PUT('/api/v1/runbooks/{name}/layout', {
    params: { path: { name } }, headers: { 'If-Match': etag }, body: { steps },
    // Goes on when the page is left right after a move; browsers do that for no more than 64 kB.
    keepalive: JSON.stringify(steps).length < 60_000,
  });
  return { etag: response.headers.get('ETag') ?? '' };
}

export const revisionsQuery = (name: string) => queryOptions({
  queryKey: ['runbooks', name, 'revisions'],
  queryFn: () => body(api.GET('/api/v1/runbooks/{name}/revisions', { params: { path: { name }, query: { limit: 100 } } })),
});

export const readRevision = (name: string, revision: number) => body(api.GET('/api/v1/runbooks/{name}/revisions/{revision}', { params: { path: { name, revision } } }));
