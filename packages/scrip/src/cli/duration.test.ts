import { describe, expect, it } from 'vitest';
import { formatAge, formatSeconds, parseDurationMs } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['1', 1000],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
  ])('is read from %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '0', '0s', '1.5s', '-1s', '1d', 's', '1 s', '10000000', '600h'])('is not %j', (text) => {
    expect(() => parseDurationMs(text)).toThrow(/such as 30s/);
  });

  it.each([
    [0n, '0s'],
    [59n, '59s'],
    [60n, '1m'],
    [3600n, '1h'],
    [21_111n, '5h51m51s'],
    [360_001n, '100h1s'],
  ])('of %s seconds is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('an age', () => {
  it('is whole seconds, and never below zero', () => {
    expect(formatAge(0, 61_999)).toBe('1m1s');
    expect(formatAge(5000, 0)).toBe('0s');
  });
});
