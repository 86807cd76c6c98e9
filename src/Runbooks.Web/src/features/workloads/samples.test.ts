import { expect, it } from 'vitest';
import { sampleOf, type Reading } from './samples';

const reading = (at: number, writes: number, site = 'site-a'): Reading => ({
  at, site, dirtyBytes: 0, exposedSeconds: 0, latency: { guest: { p50: 900, p99: 4000 } },
  counters: { reads: 0, writes, readBytes: 0, writeBytes: writes * 4096, wanBytes: 0, catchUpBytes: 0 },
});

it('turns two readings into rates', () => {
  const sample = sampleOf(reading(100, 1000), reading(102, 1600));
  expect(sample.writes).toBe(300);
  expect(sample.writeBytes).toBe(300 * 4096);
  expect(sample.guestP99).toBeCloseTo(0.004);
});

it.each([
  ['the first reading', null, reading(102, 5)],
  ['a counter that began anew', reading(100, 1000), reading(102, 3)],
  ['another primary', reading(100, 1, 'site-b'), reading(102, 5)],
  ['a silence', reading(100, 1), reading(500, 5)],
])('knows no rate after %s', (_, before, now) => {
  expect(sampleOf(before, now).writes).toBeNull();
});
