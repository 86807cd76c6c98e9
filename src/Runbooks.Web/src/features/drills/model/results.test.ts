import { describe, expect, it } from 'vitest';
import type { RunView } from '../../runs/data';
import { dayIn, drillResult, weeksOf, withOffset } from './results';

const run = (result: unknown, state = 'succeeded') => ({ state, result, endedAt: '2026-03-01T10:00:00Z', requestedAt: '2026-03-01T09:00:00Z' }) as unknown as RunView;

describe('the result of a drill', () => {
  it('is what its step measured, before the time of the whole run', () => {
    expect(drillResult(run({ recoverySeconds: 19.4, outputs: { drill: '{"recoverySeconds":4.7,"pointSeconds":0,"passed":true}' } })))
      .toMatchObject({ recoverySeconds: 4.7, pointSeconds: 0, passed: true });
    expect(drillResult(run({ recoverySeconds: 19.4, outputs: { switch: '{}' } }))).toMatchObject({ recoverySeconds: 19.4, pointSeconds: null });
  });

  it('is nothing where nothing was measured, never zero', () => {
    expect(drillResult(run(undefined, 'aborted'))).toMatchObject({ recoverySeconds: null, pointSeconds: null, passed: false });
    expect(drillResult(run({ outputs: { drill: 'not json' } }))).toMatchObject({ recoverySeconds: null });
  });
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
