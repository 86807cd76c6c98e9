import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, open, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from './api.mjs';

/**
 * Two control planes beside the one of a stack, on its database and with its keys: one becomes active, the other waits.
 * The stack's own is killed and held, because it was not told of other consoles; its database dies with it and is
 * started again, so that it belongs to nobody.
 */
export class Pair {
  members = [];

  constructor(stack) {
    this.stack = stack;
  }

  async start() {
    const first = join(this.stack.folder, 'up/control-plane');
    const socket = await this.stack.socket();
    const addresses = (await Promise.all([freePort(), freePort()])).map((port) => `http://127.0.0.1:${port}`);
    for (const [at, address] of addresses.entries()) {
      const data = join(this.stack.folder, `pair-${at}`);
      await mkdir(data);
      for (const part of ['pki', 'keys']) await cp(join(first, part), join(data, part), { recursive: true });
      const log = await open(join(data, 'log'), 'w');
      const child = spawn(this.stack.program('Runbooks.ControlPlane'), [
        '--data', data, '--api-listen', new URL(address).host, '--agent-listen', '127.0.0.1:0', '--engine-listen', 'none',
        '--postgres', `Host=${socket};Username=runbooks;Database=runbooks`, '--console-peer', addresses[1 - at],
      ], { stdio: ['ignore', log.fd, log.fd] });
      await log.close();
      this.members.push({ address, process: child });
      await until(async () => (await this.ask(address, '/healthz'))?.ok, `${address} answers`);
    }
    const database = join(first, 'database/pg');
    const before = Number((await readFile(join(database, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    await this.stack.killControlPlane();
    await until(async () => !await isAlive(before), 'the database went down with its control plane');
    await this.startDatabase(database);
    return this.active();
  }

  async startDatabase(folder) {
    const said = await readFile(join(folder, 'postmaster.opts'), 'utf8');
    const [program, ...options] = [...said.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    const { uid, gid } = await stat(folder);
    this.database = spawn(program, options, { stdio: 'ignore', uid, gid });
  }

  /** The one that acts now; the other is passive or dead. */
  active() {
    return until(async () => {
      for (const member of this.members) {
        const answer = await this.ask(member.address, '/api/v1/control-plane');
        if (answer?.ok && (await answer.json()).active) return member;
      }
      return null;
    }, 'one of the two is active');
  }

  other(member) {
    return this.members.find((each) => each !== member);
  }

  async stop() {
    for (const { process } of this.members) process.kill('SIGKILL');
    if (!this.database || this.database.exitCode !== null) return;
    const ended = once(this.database, 'exit');
    this.database.kill('SIGQUIT');
    await ended;
  }

  ask(address, path) {
    return fetch(`${address}${path}`, { headers: { Authorization: `Bearer ${this.stack.token}` }, signal: AbortSignal.timeout(5_000) }).catch(() => null);
  }
}

// What nobody has waited for yet has no command line either.
const isAlive = (pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').then((words) => words !== '', () => false);

const freePort = () => new Promise((found) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => found(port));
  });
});
