import { describe, expect, it } from 'vitest';
import { rateLimitHeaders, readRateLimitHeaders, retryAfterHeader } from './rate-limit-headers.ts';

describe('the headers of a limit', () => {
  it('round up to whole seconds and read back', () => {
    const headers = rateLimitHeaders({
      code: 'rate-limited',
      limit: 5,
      remaining: -1,
      resetAtMs: 1_739_102_400_001,
      retryAfterSeconds: 59.2,
    });
    expect(headers).toEqual({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1739102401',
      'retry-after': '60',
    });
    expect(readRateLimitHeaders(headers)).toEqual({
      limit: 5,
      remaining: 0,
      resetAtMs: 1_739_102_401_000,
      retryAfterSeconds: 60,
    });
  });

  it('never ask to come back at once', () => {
    expect(retryAfterHeader(0)).toEqual({ 'retry-after': '1' });
    expect(retryAfterHeader(undefined)).toEqual({});
  });

  it('are read where the reset is a wait, is in milliseconds, or is a date', () => {
    expect(readRateLimitHeaders({ 'x-ratelimit-reset': '30' })).toEqual({ retryAfterSeconds: 30 });
    expect(readRateLimitHeaders({ 'x-ratelimit-reset': '1739102400000' })).toEqual({
      resetAtMs: 1_739_102_400_000,
    });
    expect(readRateLimitHeaders({ 'retry-after': 'Sun, 09 Feb 2025 12:00:00 GMT' })).toEqual({
      resetAtMs: 1_739_102_400_000,
    });
  });

  it('are left out of the reading where they make no sense', () => {
    expect(
      readRateLimitHeaders({ 'retry-after': 'soon 1', 'x-ratelimit-limit': '-5', 'x-ratelimit-reset': '' }),
    ).toEqual({});
  });
});
