import { MICRO_DECIMALS, parseMicros } from '../../core/credits.ts';
import type { Issue } from '../problem.ts';
import { MAX_EXPONENT, plainDecimal } from './exact-numbers.ts';

/** The largest whole number of credits that fits, as a double that is exact. */
const MAX_WHOLE_CREDITS = 9_223_372_036_854;

/**
 * Reads an amount or a quantity (a plain decimal string, or a JSON number) as micros. What cannot be read exactly is
 * an issue, and the result then means nothing. 0 is read: the ledger says what must be above it.
 */
export function readMicros(value: string | number, pointer: string, issues: Issue[]): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_WHOLE_CREDITS)
    return BigInt(value) * 1_000_000n;
  const text = typeof value === 'string' ? value : (plainDecimal(String(value)) ?? String(value));
  const micros = parseMicros(text);
  if (micros !== undefined) return micros;
  issues.push({ pointer, detail: value === Infinity ? TOO_LARGE : whyNotMicros(text) });
  return 0n;
}

/** The text may be as long as a body: each pattern takes a time that grows with it, and not with its square. */
function whyNotMicros(text: string): string {
  if (/^-\d/.test(text)) return 'must not be negative.';
  if (/^\d+(?:\.\d{1,6}0*)?$/.test(text)) return TOO_LARGE;
  if (/^\d+\.\d+$/.test(text)) return TOO_FINE;
  const [, sign, exponent] = /^\d+(?:\.\d*)?e([+-]?)(\d+)$/i.exec(text) ?? [];
  // Of a JSON number, whose plain decimal nobody would write.
  if (Number(exponent) > MAX_EXPONENT) return sign === '-' ? TOO_FINE : TOO_LARGE;
  return 'must be a plain decimal such as "12.5": digits and a point, no sign, exponent or spaces.';
}

const TOO_FINE = `has more than ${MICRO_DECIMALS} decimals.`;
const TOO_LARGE = 'must be at most 9223372036854.775807.';
