import { spawn, execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the kernel says of a thread or process; nothing when it has ended since it was listed. */
async function stillThere(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (gone) {
    if (gone.code === 'ENOENT' || gone.code === 'ESRCH') return '';
    throw gone;
  }
}

/** A whole installation in a folder of its own: PostgreSQL, control plane with engine, two agents; `up` keeps it alive. */
export class Stack {
  constructor(root) {
    this.root = root;
  }

  program(name) {
    return join(this.root, 'src', name, 'bin/Debug/net10.0', name);
  }

  async start() {
    this.folder = await mkdtemp(join(tmpdir(), 'runbooks-browser-'));
    // The database's own account walks through this folder when root starts it.
    await run('chmod', ['755', this.folder]);
    this.child = spawn(
      this.program('Runbooks.Cli'), ['up', '--data', join(this.folder, 'up'), '--free-ports', '--no-context'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    this.child.stderr.on('data', (text) => { said += text; });
    await new Promise((ready, failed) => {
      this.child.stdout.on('data', (text) => {
        said += text;
        if (said.includes('running; Ctrl-C stops it')) ready();
      });
      this.child.on('exit', (code) => failed(new Error(`'up' ended with code ${code}: ${said.slice(-2000)}`)));
    });
    const context = JSON.parse(await readFile(join(this.folder, 'up/context.json'), 'utf8'));
    this.address = context.Addresses[0];
    this.token = context.Token;
  }

  /** A raw image with content, adopted at a site by the agent's own verb: what a person does at the site. */
  async adopt(site, volume, mebibytes = 16) {
    const image = join(this.folder, `${volume}.raw`);
    const file = await open(image, 'w');
    await file.truncate(mebibytes * 2 ** 20);
    await file.write(Buffer.from('runbooks '.repeat(100_000)), 0, undefined, 4096);
    await file.close();
    await run(this.program('Runbooks.SiteAgent'), ['volume', 'adopt', '--data', join(this.folder, 'up', site), '--id', volume, '--image', image]);
    return image;
  }

  /** kill -9 of the control plane. `up` would start it again at once, so it is held until {@link letItComeBack}. */
  async killControlPlane() {
    process.kill(this.child.pid, 'SIGSTOP');
    process.kill(await this.controlPlane(), 'SIGKILL');
  }

  letItComeBack() {
    process.kill(this.child.pid, 'SIGCONT');
  }

  async controlPlane() {
    for (const [pid, command] of await this.children()) if (command.includes('Runbooks.ControlPlane')) return pid;
    throw new Error('`up` has no control plane');
  }

  /** The processes that `up` started, with their command lines. */
  async children() {
    const found = [];
    const tasks = `/proc/${this.child.pid}/task`;
    for (const task of await readdir(tasks)) {
      for (const pid of (await stillThere(`${tasks}/${task}/children`)).split(' ').filter(Boolean)) {
        found.push([Number(pid), await stillThere(`/proc/${pid}/cmdline`)]);
      }
    }
    return found;
  }

  /** A signal to the agent of a site: SIGSTOP makes it silent without ending it, SIGCONT lets it speak again. */
  async signalAgent(site, signal) {
    process.kill(await this.agent(site), signal);
  }

  /** kill -9 of an agent, which `up` starts again as soon as {@link letItComeBack} is called. */
  async killAgent(site) {
    const pid = await this.agent(site);
    process.kill(this.child.pid, 'SIGSTOP');
    process.kill(pid, 'SIGKILL');
  }

  async agent(site) {
    for (const [pid, command] of await this.children()) {
      if (command.includes('Runbooks.SiteAgent') && command.includes(join(this.folder, 'up', site))) return pid;
    }
    throw new Error(`\`up\` has no agent of ${site}`);
  }

  /** The folder of the private PostgreSQL's socket. */
  async socket() {
    const options = await readFile(join(this.folder, 'up/control-plane/database/pg/postmaster.opts'), 'utf8');
    return options.match(/unix_socket_directories=([^"\s]+)/)[1];
  }

  /** SQL of this folder into the stack's own PostgreSQL, for trials that need more rows than anybody wants to make. */
  async sql(file, variables = {}) {
    const socket = await this.socket();
    const path = new URL(file, import.meta.url).pathname;
    await run('psql', ['-h', socket, '-U', 'runbooks', '-d', 'runbooks', '-v', 'ON_ERROR_STOP=1', '-q', '-1', ...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]), '-f', path]);
  }

  async stop() {
    if (this.child && this.child.exitCode === null) {
      this.letItComeBack();
      for (const [pid, command] of await this.children()) if (command !== '') process.kill(pid, 'SIGCONT');
      const ended = new Promise((done) => this.child.once('exit', done));
      this.child.kill('SIGTERM');
      await ended;
    }
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
