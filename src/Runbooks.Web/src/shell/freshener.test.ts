import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Freshener } from './freshener';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

/** A view that somebody looks at, whose reads take as long as a test says. */
function looked(takesMs: number) {
  const queries = new QueryClient();
  let broken = 0;
  let reads = 0;
  const read = ({ signal }: { signal: AbortSignal }) => new Promise<number>((done, failed) => {
    reads++;
    signal.addEventListener('abort', () => { broken++; failed(new Error('broken off')); });
    setTimeout(() => done(reads), takesMs);
  });
  const stop = new QueryObserver(queries, { queryKey: ['runs', 'list'], queryFn: read, staleTime: Infinity, retry: false }).subscribe(() => undefined);
  return { queries, stop, count: () => reads, broken: () => broken, shown: () => queries.getQueryData(['runs', 'list']) };
}

it('reads once for a burst of events', async () => {
  const view = looked(20);
  await vi.advanceTimersByTimeAsync(50);
  const freshener = new Freshener(view.queries);
  for (let i = 0; i < 500; i++) freshener.touch(['runs']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(view.count()).toBe(2);
  view.stop();
});

it('breaks off no read in a storm, and ends with one that began after the last event', async () => {
  const view = looked(700);
  await vi.advanceTimersByTimeAsync(1_000);
  const freshener = new Freshener(view.queries);
  for (let ms = 0; ms < 10_000; ms += 5) {
    freshener.touch(['runs']);
    await vi.advanceTimersByTimeAsync(5);
  }
  const during = view.count();
  expect(view.broken()).toBe(0);
  expect(during).toBeGreaterThan(3);
  expect(during).toBeLessThan(10);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(view.count()).toBe(during + 1);
  expect(view.shown()).toBe(view.count());
  view.stop();
});

it('reads again behind a read that began before the event', async () => {
  const view = looked(1_000);
  await vi.advanceTimersByTimeAsync(100);
  new Freshener(view.queries).touch(['runs']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(view.broken()).toBe(0);
  expect(view.count()).toBe(2);
  view.stop();
});
