import { describe, expect, it } from 'vitest';
import { resultWord } from '../drills';
import { dayIn, weeksOf, withOffset } from './month';

it('a drill that was too late has not passed, though it succeeded', () => {
  expect(resultWord({ passed: false, state: 'succeeded' })).toBe('missed its objective');
  expect(resultWord({ passed: false, state: 'aborted' })).toBe('aborted');
  expect(resultWord({ passed: true, state: 'succeeded' })).toBe('passed');
});

describe('a month', () => {
  it('begins on Monday and knows leap days', () => {
    const february = weeksOf(2028, 1);
    expect(february[0]).toEqual([null, 1, 2, 3, 4, 5, 6]);
    expect(february.at(-1)).toEqual([28, 29, null, null, null, null, null]);
  });

  it('gives an instant to the day that the zone shows', () => {
    expect(dayIn('Asia/Tokyo', new Date('2026-03-31T20:00:00Z'))).toBe('2026-04-01');
    expect(dayIn('UTC', new Date('2026-03-31T20:00:00Z'))).toBe('2026-03-31');
  });

  it('shows the offset, so that a change of the clock is seen', () => {
    expect(withOffset('Europe/Berlin', new Date('2026-03-28T02:00:00Z'))).toContain('GMT+1');
    expect(withOffset('Europe/Berlin', new Date('2026-03-29T01:00:00Z'))).toContain('GMT+2');
  });
});
