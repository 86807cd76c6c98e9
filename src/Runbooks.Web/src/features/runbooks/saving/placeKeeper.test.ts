import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import type { Point } from '@/graph/model';
import type { Places } from '../document/editor';
import { merge, PlaceKeeper, type PlaceTransport } from './placeKeeper';

const at = (x: number, y = 0): Point => ({ x, y });
const places = (all: Readonly<Record<string, Point>>): Places => new Map(Object.entries(all));

class Server implements PlaceTransport {
  kept: Places = new Map();
  version = 0;
  failures: number[] = [];

  get = () => Promise.resolve({ places: this.kept, etag: `"${this.version}"` });

  put = (next: Places, etag: string) => {
    const status = this.failures.shift() ?? (etag === `"${this.version}"` ? null : 412);
    if (status !== null) return Promise.reject(new ApiProblem(status, 'RB-TEST-001', 'no', '', '', ''));
    this.kept = next;
    this.version++;
    return Promise.resolve({ etag: `"${this.version}"` });
  };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test('Places are kept a moment after the last move, once', async () => {
  const server = new Server();
  const keeper = new PlaceKeeper(server, () => undefined);
  await keeper.load();
  keeper.keep(places({ a: at(1) }));
  keeper.keep(places({ a: at(2) }));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.kept.get('a')).toEqual(at(2));
  expect(server.version).toBe(1);
});

test('Somebody else placed another step meanwhile: both places stay', async () => {
  const server = new Server();
  const keeper = new PlaceKeeper(server, () => undefined);
  await keeper.load();
  server.kept = places({ theirs: at(7) });
  server.version = 4;
  keeper.keep(places({ mine: at(1) }));
  await vi.advanceTimersByTimeAsync(2_000);
  expect([...server.kept.keys()].sort()).toEqual(['mine', 'theirs']);
});

test('A failed save is told, and goes with the next move', async () => {
  const server = new Server();
  server.failures = [503];
  const told: number[] = [];
  const keeper = new PlaceKeeper(server, (problem) => told.push(problem.status));
  await keeper.load();
  keeper.keep(places({ a: at(1) }));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([503]);
  keeper.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(server.kept.get('a')).toEqual(at(1));
});

test('What this page let go is gone, what it did not touch is theirs', () => {
  const both = merge(places({ let: at(1), untouched: at(2) }), places({ let: at(1), untouched: at(9), theirs: at(3) }), places({ untouched: at(2), moved: at(5) }));
  expect([...both]).toEqual([['untouched', at(9)], ['theirs', at(3)], ['moved', at(5)]]);
});
