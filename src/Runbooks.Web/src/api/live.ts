import { useSyncExternalStore } from 'react';
import { addresses } from './address';

/** One entry of the control plane's event table, as `/api/v1/events` sends it. */
export interface LiveEvent {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly subject: string;
  readonly run: string | null;
  readonly site: string | null;
  readonly group: string | null;
  readonly data: unknown;
}
export type LiveState = { readonly name: 'connecting' | 'live' | 'stale'; readonly since: Date };

const staleAfterMs = 5_000;
const silentAfterMs = 25_000; // The server speaks at least every 10 s.
const retryFromMs = 1_000;
const retryToMs = 15_000;

/**
 * The tab's one connection to `/api/v1/events`. It resumes after the last event it saw, so that nothing is missed and
 * nothing is told twice; when the server no longer keeps what was missed it tells `onGap`, and views read again.
 */
export class LiveStream {
  private source: EventSource | null = null;
  private lastId: string | null = null;
  private attempts = 0;
  private state: LiveState = { name: 'connecting', since: new Date() };
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<(event: LiveEvent) => void>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stale: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly onGap: () => void,
    private readonly open: (url: string) => EventSource = (url) => new EventSource(addresses.of(url), { withCredentials: true }),
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (this.source) return;
    const query = this.lastId === null ? '' : `?lastEventId=${encodeURIComponent(this.lastId)}`;
    const source = this.open(`/api/v1/events${query}`);
    this.source = source;
    source.onmessage = (message) => this.received(message);
    source.onerror = () => this.lost();
    this.stale ??= setTimeout(() => this.become('stale'), staleAfterMs);
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    for (const timer of [this.retry, this.stale, this.silence]) clearTimeout(timer);
    this.stale = undefined;
  }

  /** Begins anew at once, where another try would have waited; the address may be another. */
  restart(): void {
    if (!this.source && this.retry === undefined) return;
    this.source?.close();
    this.source = null;
    this.attempts = 0;
    clearTimeout(this.retry);
    this.start();
  }

  readonly subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };

  readonly current = (): LiveState => this.state;

  listen(tell: (event: LiveEvent) => void): () => void {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  }

  private received(message: MessageEvent<string>): void {
    const event = JSON.parse(message.data) as LiveEvent;
    const wasAway = this.state.name !== 'live';
    this.attempts = 0;
    clearTimeout(this.stale);
    this.stale = undefined;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), silentAfterMs);
    this.become('live');
    if (event.kind === 'stream.gap') this.onGap();
    if (event.kind.startsWith('stream.')) {
      // What happened while no id was known cannot be resumed: the views are read again instead.
      if (wasAway && this.lastId === null) this.onGap();
      this.lastId = message.lastEventId;
      return;
    }

    if (this.lastId !== null && Number(message.lastEventId) <= Number(this.lastId)) return;
    this.lastId = message.lastEventId;
    this.listeners.forEach((tell) => tell(event));
  }

  private lost(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    this.stale ??= setTimeout(() => this.become('stale'), staleAfterMs);
    const longest = Math.min(retryToMs, retryFromMs * 2 ** this.attempts++);
    this.retry = setTimeout(() => this.start(), longest * (0.5 + this.random() / 2));
  }

  private become(name: LiveState['name']): void {
    if (this.state.name === name) return;
    this.state = { name, since: new Date() };
    this.watchers.forEach((watch) => watch());
  }
}

export function useLiveState(stream: LiveStream): LiveState {
  return useSyncExternalStore(stream.subscribe, stream.current);
}
