/*
 * Where people put nodes is kept by the server beside the draft: outside of its hash, with a tag of its own. The newest
 * placing wins; when somebody else placed steps meanwhile, theirs stay for the steps that this page did not move.
 */
import { ApiProblem } from '@/api/problem';
import type { Places } from '../document/editor';

export interface PlaceTransport {
  readonly get: () => Promise<{ readonly places: Places; readonly etag: string }>;
  readonly put: (places: Places, etag: string) => Promise<{ readonly etag: string }>;
}

const pauseMs = 600;

export class PlaceKeeper {
  private etag: string | null = null;
  /** What the server is known to have. */
  private known: Places = new Map();
  private wanted: Places | null = null;
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly transport: PlaceTransport, private readonly trouble: (problem: ApiProblem) => void) {}

  async load(): Promise<Places> {
    const { places, etag } = await this.transport.get();
    this.etag = etag;
    this.known = places;
    return places;
  }

  keep(places: Places): void {
    this.wanted = places;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), pauseMs);
  }

  /** Nothing waits: what was kept is what the server has. */
  forget(): void {
    clearTimeout(this.timer);
    this.wanted = null;
  }

  /** Sends now what has waited; the page goes away. */
  flush(): void {
    clearTimeout(this.timer);
    if (this.wanted) void this.send();
  }

  private async send(): Promise<void> {
    if (this.sending || !this.wanted) return;
    this.sending = true;
    const places = this.wanted;
    this.wanted = null;
    try {
      await this.put(places);
    } catch (error) {
      this.wanted ??= places;
      this.trouble(error instanceof ApiProblem ? error : ApiProblem.unreachable(error));
      return;
    } finally {
      this.sending = false;
    }
    if (this.wanted) await this.send();
  }

  private async put(places: Places): Promise<void> {
    const before = this.known;
    if (this.etag === null) await this.load();
    try {
      this.etag = (await this.transport.put(places, this.etag ?? '')).etag;
      this.known = places;
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
      const theirs = await this.load();
      const both = merge(before, theirs, places);
      this.etag = (await this.transport.put(both, this.etag ?? '')).etag;
      this.known = both;
    }
  }
}

/** Steps that this page moved stay where it put them; every other one stands where the server has it. */
export function merge(before: Places, theirs: Places, mine: Places): Places {
  const both = new Map(theirs);
  for (const id of before.keys()) if (!mine.has(id)) both.delete(id);
  for (const [id, at] of mine) {
    const old = before.get(id);
    if (!old || old.x !== at.x || old.y !== at.y) both.set(id, at);
  }
  return both;
}
