import { expect, it } from 'vitest';
import { thinned, withGaps } from './gaps';

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
