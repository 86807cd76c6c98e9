import { expect, it } from 'vitest';
import { gapsOf, thinned, withGaps } from './gaps';

it('opens a gap where nobody measured', () => {
  const { times, values } = withGaps([0, 5, 60, 65], [[1, 2, 3, 4]], 5);
  expect(times).toEqual([0, 5, 10, 60, 65]);
  expect(values).toEqual([[1, 2, null, 3, 4]]);
});

it('draws through a late sample', () => {
  expect(withGaps([0, 5, 14], [[1, 2, 3]], 5).times).toEqual([0, 5, 14]);
});

it('keeps the newest when it thins', () => {
  const picked = thinned(Array.from({ length: 101 }, (_, at) => at), 10);
  expect(picked.at(-1)).toBe(100);
  expect(picked.length).toBeLessThanOrEqual(10);
});

it('names every silence, also the one before anybody measured', () => {
  expect(gapsOf([10, 12, 30, 32], 0, 32, 2)).toEqual([{ from: 0, to: 10 }, { from: 12, to: 30 }]);
  expect(gapsOf([], 0, 20, 2)).toEqual([{ from: 0, to: 20 }]);
});
