import { describe, expect, it } from 'vitest';
import { bytes, duration, relative } from './format';

describe('format', () => {
  it.each([[0, '0 B'], [1023, '1023 B'], [1536, '1.5 KiB'], [48 * 2 ** 20, '48 MiB'], [2 ** 40, '1 TiB']])('%d bytes reads %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it.each([[0, '0 s'], [0.012, '12 ms'], [9.94, '9.9 s'], [59.4, '59 s'], [192, '3 m 12 s'], [7500, '2 h 05 m'], [200_000, '2 d 7 h']])('%d seconds reads %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('says how far a time is, on both sides of now', () => {
    const now = new Date('2026-01-01T12:00:00Z');
    expect(relative(new Date('2026-01-01T11:59:48Z'), now)).toBe('12 s ago');
    expect(relative(new Date('2026-01-01T12:03:00Z'), now)).toBe('in 3 m');
  });
});
