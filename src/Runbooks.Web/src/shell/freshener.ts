import type { QueryClient, QueryKey } from '@tanstack/react-query';

interface Watched {
  readonly key: QueryKey;
  /** Something happened that the last read may not show. */
  old: boolean;
  /** A read or the pause behind it goes on. */
  busy: boolean;
}

const pauseMs = 100;
// A read that nobody answers must not keep the next one waiting for ever.
const longestMs = 15_000;

/**
 * Reads views again when events make them old, however many events there are: the first is waited for a moment, a read
 * under way is never broken off and begun anew, and what happened while it went on is read once behind it. Between two
 * reads of a view lies at least as long as the last one took, so that a storm never takes more than half of a server.
 */
export class Freshener {
  private readonly views = new Map<string, Watched>();

  constructor(private readonly queries: QueryClient) {}

  touch(key: QueryKey, afterMs = pauseMs): void {
    const name = JSON.stringify(key);
    const view = this.views.get(name) ?? { key, old: false, busy: false };
    this.views.set(name, view);
    view.old = true;
    if (view.busy) return;
    view.busy = true;
    setTimeout(() => void this.read(name, view, afterMs), afterMs);
  }

  private async read(name: string, view: Watched, afterMs: number): Promise<void> {
    const began = performance.now();
    // What is under way may have been answered before the event.
    view.old = this.queries.isFetching({ queryKey: view.key }) > 0;
    const reading = this.queries.invalidateQueries({ queryKey: view.key }, { cancelRefetch: false });
    await Promise.race([reading, new Promise((over) => setTimeout(over, longestMs))]);
    setTimeout(() => {
      if (view.old) {
        void this.read(name, view, afterMs);
        return;
      }
      view.busy = false;
      this.views.delete(name);
    }, Math.max(afterMs, performance.now() - began));
  }
}
