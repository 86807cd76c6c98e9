/*
 * Saves a draft as it changes, and never loses it: one save at a time, each naming the state it was made from
 * (If-Match). A line that breaks is tried again; a refusal waits for the next change or for the person; somebody
 * else's save in between is a conflict, which only a person ends.
 *
 *   saved ──change──▶ waiting ──pause──▶ saving ──▶ saved
 *                        ▲                 ├─ no answer, 5xx, 401, 429, a stale proof ─▶ retrying ──time──▶ saving
 *                        │                 ├─ 412 ─▶ conflict ──person──▶ waiting
 *                     change               ├─ 403 ─▶ forbidden (until the person may again)
 *                        └── refused ◀─────┼─ other 4xx
 *                                          └─ 412, then 404 ─▶ gone
 */
import { ApiProblem } from '@/api/problem';

export interface Stored {
  readonly text: string;
  readonly etag: string;
  readonly author: string;
  readonly updatedAt: string;
}

export interface SaveTransport {
  readonly put: (text: string, etag: string) => Promise<{ readonly etag: string }>;
  readonly get: () => Promise<Stored>;
}

export type SaveState =
  | { readonly name: 'saved'; readonly at: Date | null }
  | { readonly name: 'waiting' }
  | { readonly name: 'saving' }
  | { readonly name: 'retrying'; readonly problem: ApiProblem; readonly at: Date }
  | { readonly name: 'refused'; readonly problem: ApiProblem }
  | { readonly name: 'forbidden'; readonly problem: ApiProblem }
  | { readonly name: 'gone'; readonly problem: ApiProblem }
  | { readonly name: 'conflict'; readonly theirs: Stored };

export interface SaverTimes {
  /** Quiet time after the last change. */
  readonly pauseMs: number;
  readonly retryFromMs: number;
  readonly retryToMs: number;
}

const usualTimes: SaverTimes = { pauseMs: 1000, retryFromMs: 1000, retryToMs: 20_000 };

export class Saver {
  private state: SaveState = { name: 'saved', at: null };
  private latest: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private readonly watchers = new Set<() => void>();

  /** @param saved What the server is known to have, under `etag`. */
  constructor(private readonly transport: SaveTransport, private saved: string, private tag: string, private readonly times: SaverTimes = usualTimes) {
    this.latest = saved;
  }

  current = (): SaveState => this.state;

  /** What the server is known to have. */
  base = (): { readonly text: string; readonly etag: string } => ({ text: this.saved, etag: this.tag });

  subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };

  get unsaved(): boolean {
    return this.latest !== this.saved;
  }

  changed(text: string): void {
    if (text === this.latest) return;
    this.latest = text;
    if (this.state.name === 'saving' || this.state.name === 'conflict' || this.state.name === 'gone' || this.state.name === 'forbidden') return;
    if (!this.unsaved) {
      clearTimeout(this.timer);
      this.become({ name: 'saved', at: null });
      return;
    }
    this.attempts = 0;
    this.become({ name: 'waiting' });
    this.schedule(this.times.pauseMs);
  }

  /** Saves now, whatever it was waiting for. */
  retry = (): void => {
    if (this.state.name === 'saving' || this.state.name === 'conflict') return;
    clearTimeout(this.timer);
    void this.save();
  };

  /** A person decided about a conflict: the server's state is known, and what is to be saved follows from it. */
  resolve(theirs: Stored): void {
    this.saved = theirs.text;
    this.tag = theirs.etag;
    this.become(this.unsaved ? { name: 'waiting' } : { name: 'saved', at: null });
    if (this.unsaved) this.schedule(0);
  }

  /** The runbook was archived; it is made again from this text. */
  recreate(): void {
    this.tag = '*';
    this.become({ name: 'waiting' });
    this.schedule(0);
  }

  /**
   * The server was read for another reason. Newer than ours and nothing unsaved here: the caller shows it (true).
   * Newer, and something is unsaved: a conflict.
   */
  heard(theirs: Stored): boolean {
    if (this.state.name === 'saving' || this.state.name === 'conflict' || numberOf(theirs.etag) <= numberOf(this.tag) || theirs.text === this.saved) return false;
    if (!this.unsaved) return true;
    // A save whose answer this page never heard.
    if (theirs.text === this.latest) {
      clearTimeout(this.timer);
      this.done(theirs.text, theirs.etag);
      return false;
    }
    clearTimeout(this.timer);
    this.become({ name: 'conflict', theirs });
    return false;
  }

  /** The server says that there is no such runbook any more. */
  vanished(problem: ApiProblem): void {
    clearTimeout(this.timer);
    this.become({ name: 'gone', problem });
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private schedule(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), afterMs);
  }

  private async save(): Promise<void> {
    const text = this.latest;
    this.become({ name: 'saving' });
    try {
      const { etag } = await this.transport.put(text, this.tag);
      this.done(text, etag);
    } catch (error) {
      await this.failed(text, asProblem(error));
    }
  }

  private done(text: string, etag: string): void {
    this.saved = text;
    this.tag = etag;
    this.attempts = 0;
    if (this.unsaved) {
      this.become({ name: 'waiting' });
      this.schedule(this.times.pauseMs);
    } else {
      this.become({ name: 'saved', at: new Date() });
    }
  }

  private async failed(text: string, problem: ApiProblem): Promise<void> {
    if (problem.status === 412) {
      await this.collided(text);
    } else if (problem.status === 404) {
      this.become({ name: 'gone', problem });
    } else if (problem.status === 401 || problem.status === 429 || sessionIsNew.has(problem.code)) {
      this.later(problem);
    } else if (problem.status === 403) {
      this.become({ name: 'forbidden', problem });
    } else if (problem.status >= 400 && problem.status < 500) {
      this.become({ name: 'refused', problem });
    } else {
      this.later(problem);
    }
  }

  private async collided(text: string): Promise<void> {
    try {
      const theirs = await this.transport.get();
      // A save whose answer was cut off did arrive: the newer state is our own.
      if (theirs.text === text) this.done(text, theirs.etag);
      else this.become({ name: 'conflict', theirs });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 404) this.become({ name: 'gone', problem });
      else this.later(problem);
    }
  }

  private later(problem: ApiProblem): void {
    const wait = Math.min(this.times.retryToMs, this.times.retryFromMs * 2 ** this.attempts++);
    this.become({ name: 'retrying', problem, at: new Date(Date.now() + wait) });
    this.schedule(wait);
  }

  private become(state: SaveState): void {
    this.state = state;
    this.watchers.forEach((watch) => watch());
  }
}

// The proof is of a session before this one, or a password must be changed first: said of the session, not of the role.
const sessionIsNew: ReadonlySet<string> = new Set(['RB-API-012', 'RB-SIGNIN-004']);

// Tags are row versions in quotes; an answer that was overtaken on the way is older and means nothing.
function numberOf(etag: string): number {
  return Number(etag.replaceAll(/[^0-9]/g, '')) || 0;
}

function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : ApiProblem.unreachable(error);
}
