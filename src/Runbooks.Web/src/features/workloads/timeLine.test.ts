import { expect, it } from 'vitest';
import { byPoint, place } from './timeLine';

const point = (id: string, site: string, at: string, pinned = false) => ({ id, site, at, pinned, reason: 'periodic', protection: null, workload: 'db-1', facts: { Digest: '' } });

it('tells a point once, with every site that keeps it, the newest first', () => {
  const points = byPoint([point('rp_1', 'site-b', '2026-01-01T10:00:00Z'), point('rp_2', 'site-a', '2026-01-01T11:00:00Z'), point('rp_1', 'site-a', '2026-01-01T10:00:00Z', true)]);
  expect(points.map((each) => [each.id, each.sites, each.pinned])).toEqual([['rp_2', ['site-a'], false], ['rp_1', ['site-a', 'site-b'], true]]);
});

it('places points between the oldest and now', () => {
  expect(place('2026-01-01T11:00:00Z', '2026-01-01T10:00:00Z', new Date('2026-01-01T12:00:00Z'))).toBe(0.5);
});
