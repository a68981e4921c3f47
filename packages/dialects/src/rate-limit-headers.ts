import type { Refusal, VendorRefusal } from './refusal.ts';
import type { ReceivedReply } from './reply.ts';

type RateLimited = Extract<Refusal, { code: 'rate-limited' }>;
type RateLimitReading = Pick<VendorRefusal, 'limit' | 'remaining' | 'resetAtMs' | 'retryAfterSeconds'>;

/** Below this a reset is a number of seconds to wait, above it an epoch time in seconds, above 1e12 in milliseconds. */
const earliestEpochSeconds = 1_000_000_000;

/** `Retry-After` in whole seconds, at least one; no header where the wait is not known. */
export function retryAfterHeader(retryAfterSeconds: number | undefined): Record<string, string> {
  if (retryAfterSeconds === undefined) return {};
  return { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) };
}

/** The three `x-ratelimit-*` headers, the reset in epoch seconds, and `Retry-After`. */
export function rateLimitHeaders(refusal: RateLimited): Record<string, string> {
  return {
    'x-ratelimit-limit': String(refusal.limit),
    'x-ratelimit-remaining': String(Math.max(0, refusal.remaining)),
    'x-ratelimit-reset': String(Math.ceil(refusal.resetAtMs / 1000)),
    ...retryAfterHeader(refusal.retryAfterSeconds),
  };
}

/** What a reply's headers say about a limit and about when to come back. */
export function readRateLimitHeaders(headers: ReceivedReply['headers']): RateLimitReading {
  const reading: RateLimitReading = {};
  const limit = numberOf(headers['x-ratelimit-limit']);
  if (limit !== undefined) reading.limit = limit;
  const remaining = numberOf(headers['x-ratelimit-remaining']);
  if (remaining !== undefined) reading.remaining = remaining;
  const reset = numberOf(headers['x-ratelimit-reset']);
  if (reset !== undefined && reset >= earliestEpochSeconds) {
    reading.resetAtMs = reset >= 1000 * earliestEpochSeconds ? reset : reset * 1000;
  }
  const wait = numberOf(headers['retry-after']);
  if (wait !== undefined) reading.retryAfterSeconds = wait;
  else if (reset !== undefined && reset < earliestEpochSeconds) reading.retryAfterSeconds = reset;
  else readRetryDate(headers['retry-after'], reading);
  return reading;
}

function readRetryDate(retryAfter: string | undefined, reading: RateLimitReading): void {
  if (!/^[A-Z][a-z]{2,8}, /.test(retryAfter ?? '')) return;
  const retryAtMs = Date.parse(retryAfter ?? '');
  if (!Number.isNaN(retryAtMs)) reading.resetAtMs ??= retryAtMs;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
