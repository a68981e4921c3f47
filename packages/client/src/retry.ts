import type { ClientError } from './client-error.ts';

/** A service that asks to wait longer is left alone: the caller gets its error at once. */
const LONGEST_WAIT_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
/** Clients that were all told the same moment come back one after the other. */
const SPREAD_MS = 250;

/**
 * How long to wait before the try after `tries`: what the service asks for, never less, or else a pause that doubles
 * and is cut by up to a half. Null: not at all, the service asks for more than a minute.
 */
export function waitBeforeRetryMs(
  { retryAfterSeconds }: Pick<ClientError, 'retryAfterSeconds'>,
  { tries, random }: { tries: number; random: () => number },
): number | null {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) * (1 - random() / 2);
  if (retryAfterSeconds === null) return pauseMs;
  const askedMs = retryAfterSeconds * 1000;
  return askedMs > LONGEST_WAIT_MS ? null : Math.max(pauseMs, askedMs + random() * SPREAD_MS);
}

/**
 * The seconds of a `Retry-After`, a number or an HTTP date; undefined for neither. A date counts from the reply's own
 * `Date`, where it has one, so that a wrong clock on this side does no harm.
 */
export function readRetryAfterSeconds(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  // A header that was sent twice arrives as a list.
  const seconds = text.split(',').map((part) => part.trim());
  if (seconds.every((part) => /^\d+(\.\d+)?$/.test(part)))
    return Math.min(Number.MAX_SAFE_INTEGER, Math.max(...seconds.map(Number)));
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  // The oldest of the three forms of a date names no zone, and means GMT.
  const atMs = Date.parse(/ \d{4}$/.test(text) ? `${text} GMT` : text);
  if (Number.isNaN(atMs)) return undefined;
  const sentMs = Date.parse(headers['date'] ?? '');
  return Math.max(0, Math.ceil((atMs - (Number.isNaN(sentMs) ? nowMs : sentMs)) / 1000));
}
