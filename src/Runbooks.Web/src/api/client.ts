import createClient, { type Middleware } from 'openapi-fetch';
import { addresses } from './address';
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
    if (problem.code === sessionOver || problem.code === proofStale || problem.code === roleMissing) sessionDoubted.forEach((tell) => tell());
    throw problem;
  },
  onError({ error }) {
    return ApiProblem.unreachable(error);
  },
};

// The session is over; another tab began a new one whose proof this tab has not read; a role was taken away meanwhile.
const sessionOver = 'RB-API-003';
const proofStale = 'RB-API-012';
const roleMissing = 'RB-API-004';
const sessionDoubted = new Set<() => void>();

/** Sends to the control plane that is spoken to now; all of them are the same site, or asked for a sign-in first. */
class Addressed extends Request {
  constructor(path: string, init?: RequestInit) {
    super(addresses.of(path), init);
  }
}

/** Called whenever an answer says that the session is not what the page thinks it is: it is over, or may do less. */
export function onSessionDoubted(tell: () => void): () => void {
  sessionDoubted.add(tell);
  return () => sessionDoubted.delete(tell);
}

/** The typed client of `/api/v1`: the only way to the control plane. Every failure is thrown as an {@link ApiProblem}. */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'include', Request: Addressed as unknown as typeof Request });
api.use(guard);

/** The body of an answer that the document promises; the guard has already thrown for everything else. */
export async function body<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
