import { expect, it } from 'vitest';
import type { Workload } from '@/features/workloads/workloads';
import { lines, places } from './topology';

const workload = (id: string, state: string) =>
  ({ id, site: 'site-a', volumes: [
    { site: 'site-a', status: { links: [{ peer: 'site-b', state }] } },
    { site: 'site-b', status: { links: [{ peer: 'site-a', state: 'detached' }] } },
  ] }) as unknown as Workload;

it('draws one line for a pair of sites, as bad as its worst link', () => {
  expect(lines([workload('db-1', 'in-sync'), workload('db-2', 'degraded')]))
    .toEqual([{ from: 'site-a', to: 'site-b', state: 'degraded', workloads: 2 }]);
});

it('puts two sites side by side', () => {
  const [a, b] = places(['site-a', 'site-b'], 600, 200);
  expect(a?.y).toBe(b?.y);
  expect(a && b && a.x < b.x).toBe(true);
});
