import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** Calls of the public interface with the installation's token: what a test prepares, and what it reads to compare. */
export async function call(stack, method, path, body, headers = {}) {
  const response = await fetch(`${stack.address}/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${stack.token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text.slice(0, 600)}`);
  return text === '' ? null : JSON.parse(text);
}

/** Saves a document as the draft of a runbook that may be there already. */
export const saveDraft = (stack, name, document) => call(stack, 'PUT', `/runbooks/${name}`, { document }, { 'If-Match': '*' });

export const draftOf = async (stack, name) => (await call(stack, 'GET', `/runbooks/${name}`)).document;

/** A person of their own, with a token to sign in by. */
export async function person(stack, name, role) {
  await call(stack, 'POST', '/users', { name, display: null, roles: [{ role, site: null, group: null }] });
  return (await call(stack, 'POST', '/tokens', { name: 'browser', user: name, expiresDays: 1 })).token;
}

/** The workload that the protect spec leaves; made by the interface when that spec did not run before. */
export async function protectedWorkload(stack) {
  const { items } = await call(stack, 'GET', '/workloads');
  if (items.some((each) => each.id === 'db-1')) return;
  const volume = `vol_${randomUUID().replaceAll('-', '')}`;
  await stack.adopt('site-a', volume);
  await call(stack, 'POST', '/groups', { id: 'orders', title: null });
  await call(stack, 'POST', '/workloads', {
    id: 'db-1', group: 'orders', site: 'site-a', title: 'Orders database', tier: null, cpuCount: 1, memoryMiB: 256, firmware: null,
    nics: null, driver: { kind: 'none', timeoutSeconds: 60 }, disks: [{ name: 'disk0', sizeBytes: 2 ** 24, volume }],
  });
  await call(stack, 'POST', '/protections', {
    workload: 'db-1', standbys: ['site-b'], mode: 'synchronous', onLinkLoss: 'arbitrate', ifArbiterUnreachable: 'suspend',
    peerTimeoutSeconds: 5, holdDownSeconds: null, catchUpBytesPerSecondMax: 0, rtoSeconds: 900, rpoSeconds: 0,
    recoveryPointEverySeconds: 3600, recoveryPointsKept: 24, reason: 'a workload to design for',
  });
  await until(async () => (await call(stack, 'GET', '/workloads')).items.some((each) => each.id === 'db-1' && each.state === 'protected'), 'db-1 is protected');
}

/** Waits for what matters, however slow the machine is. */
export async function until(holds, what, limitMs = 120_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) assert.fail(`Not within ${limitMs / 1000} s: ${what}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** The same door for a story with several people: who calls is the stack's administrator, or who the token belongs to. */
export class Api {
  constructor(stack, token = stack.token) {
    this.stack = stack;
    this.door = { get address() { return stack.address; }, get token() { return token ?? stack.token; } };
  }

  call(method, path, body, headers) {
    return call(this.door, method, path, body, headers);
  }

  get(path) {
    return this.call('GET', path);
  }

  post(path, body = {}) {
    return this.call('POST', path, body);
  }

  /** Every item of a paged list, in the server's order. */
  async all(path) {
    const items = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`);
      items.push(...page.items);
      cursor = page.next ?? null;
    }
    return items;
  }

  /** A published runbook of this text, once for a stack. */
  async publish(name, document) {
    const known = (await this.get('/runbooks')).items.some((each) => each.name === name);
    if (known) return;
    await this.call('PUT', `/runbooks/${name}`, { document }, { 'If-None-Match': '*' });
    await this.post(`/runbooks/${name}/publish`);
  }

  /** A person with these roles, and a token that is theirs. */
  async person(name, ...roles) {
    const known = (await this.get('/users')).items.find((each) => each.name === name);
    const user = known ?? await this.post('/users', { name, display: '', roles: roles.map((role) => ({ role })) });
    const { token } = await this.post('/tokens', { name: `${name}-${randomUUID().slice(0, 8)}`, user: name });
    return { id: user.id, name, token };
  }

  /** What the API says, as soon as it is so. */
  async until(path, isSo) {
    let said = null;
    await until(async () => isSo(said = await this.get(path)), `${path} as wanted`);
    return said;
  }

  /** The protected workload, with no run that holds its group. */
  async orders() {
    await protectedWorkload(this.stack);
    await this.until('/run-table?state=open&group=orders', (runs) => runs.items.length === 0);
  }
}
