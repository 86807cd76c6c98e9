import { describe, expect, it } from 'vitest';
import { axisLength, clock, ticks } from './scale';

describe('the time axis', () => {
  it.each([[9, 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]], [100, 5, [0, 30, 60, 90]], [7200, 4, [0, 1800, 3600, 5400, 7200]]])('of %d s has round marks', (length, wanted, marks) => {
    expect(ticks(length, wanted)).toEqual(marks);
  });

  it.each([[5, '0:05'], [754, '12:34'], [3905, '1:05:05']])('says %d s as %s', (seconds, words) => {
    expect(clock(seconds)).toBe(words);
  });

  it('shows the target when it is near, and leaves it to words when it would press the bars flat', () => {
    expect(axisLength(600, 900)).toEqual({ length: 945, targetShown: true });
    expect(axisLength(20, 900)).toEqual({ length: 20, targetShown: false });
    expect(axisLength(0, null)).toEqual({ length: 1, targetShown: false });
  });
});
