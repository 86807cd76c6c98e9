import { describe, expect, it } from 'vitest';
import { nextTimes, parseCalendar, timesBetween } from './cron';

const next = (text: string, zone: string, after: string, count = 5) =>
  nextTimes(parseCalendar(text), zone, new Date(after), count).map((time) => time.toISOString().replace('.000', ''));

describe('a calendar', () => {
  it.each([
    ['0 3 * *', 'It has 4 fields'],
    ['0 25 * * *', '"25" is not a hour (0 to 23).'],
    ['0 3 * * funday', '"funday" is not a day of week'],
    ['*/0 3 * * *', '"*/0" is not a minute'],
    ['5-2 3 * * *', '"5-2" is not a minute'],
  ])('%s is refused by its part', (text, why) => {
    expect(() => parseCalendar(text)).toThrow(why);
  });
});

describe('next times', () => {
  it('keep the hour on the wall across daylight saving', () => {
    expect(next('0 3 * * 0', 'Europe/Berlin', '2026-03-14T12:00:00Z', 4)).toEqual([
      '2026-03-15T02:00:00Z', '2026-03-22T02:00:00Z', '2026-03-29T01:00:00Z', '2026-04-05T01:00:00Z',
    ]);
  });

  it('leave out a reading that the clock skips', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual(['2026-03-30T00:30:00Z', '2026-03-31T00:30:00Z']);
  });

  it('come twice for a reading that the clock shows twice', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z',
    ]);
  });

  it('need both the day of month and the day of week', () => {
    expect(next('0 0 13 * 5', 'UTC', '2026-01-01T00:00:00Z', 3)).toEqual(['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z', '2026-11-13T00:00:00Z']);
  });

  it('are after the given second, never at it', () => {
    expect(next('0 3 * * *', 'UTC', '2026-01-01T03:00:00Z', 1)).toEqual(['2026-01-02T03:00:00Z']);
  });

  it('find leap days and end for years that are over', () => {
    expect(next('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']);
    expect(next('0 0 3 * * 0 2020', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([]);
  });

  it('know zones with half hours', () => {
    expect(next('0 3 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T21:30:00Z']);
  });

  it('of a month are those inside it', () => {
    expect(timesBetween(parseCalendar('0 3 * * 0'), 'UTC', new Date('2026-03-01T00:00:00Z'), new Date('2026-04-01T00:00:00Z'))).toHaveLength(5);
  });
});
