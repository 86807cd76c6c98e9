import createClient, { type Middleware } from 'openapi-fetch';
import { ApiProblem, problemOf } from './problem';
import type { paths } from './schema';

/** Proof to the server that our own page made the call: another site's page can neither read nor set it. */
const proofHeader = 'X-Runbooks-Antiforgery';
let proof: string | null = null;

/** The proof belongs to the session and is learned with it. */
export function provesItselfBy(antiforgery: string | null): void {
  proof = antiforgery;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (proof !== null && request.method !== 'GET') request.headers.set(proofHeader, proof);
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', crypto.randomUUID());
    }
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return undefined;
    const problem = await problemOf(response);
    if ((problem.status === 401 && problem.code === sessionOver) || problem.code === proofStale) sessionEnded.forEach((tell) => tell());
    throw problem;
  },
  onError({ error }) {
    return ApiProblem.unreachable(error);
  },
};

// The session is over, or another tab began a new one whose proof this tab has not read.
const sessionOver = 'RB-API-003';
const proofStale = 'RB-API-012';
const sessionEnded = new Set<() => void>();

/** Called whenever the server no longer knows the session; the page asks to sign in again and keeps what is unsaved. */
export function onSessionEnded(tell: () => void): () => void {
  sessionEnded.add(tell);
  return () => sessionEnded.delete(tell);
}

/** The typed client of `/api/v1`: the only way to the control plane. Every failure is thrown as an {@link ApiProblem}. */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });
api.use(guard);

/** The body of an answer that the document promises; the guard has already thrown for everything else. */
export async function body<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
