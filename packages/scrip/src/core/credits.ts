/** Amounts are integers of a millionth of a credit; a journal holds them in 64 signed bits. */
export const MICROS_PER_CREDIT = 1_000_000n;
export const MAX_MICROS = 9_223_372_036_854_775_807n;
export const MICRO_DECIMALS = 6;

const PLAIN_DECIMAL = /^(\d{1,30})(?:\.(\d{1,30}))?$/;

/**
 * Reads a plain decimal ("12", "0.5"; no sign, no exponent) as micros.
 * Undefined when the text is not one, is finer than a micro, or exceeds 64 bits.
 */
export function parseMicros(text: string): bigint | undefined {
  const match = PLAIN_DECIMAL.exec(text);
  if (match === null) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > MICRO_DECIMALS) return undefined;
  const micros = BigInt(match[1] + fraction.padEnd(MICRO_DECIMALS, '0'));
  return micros <= MAX_MICROS ? micros : undefined;
}

/** Writes micros as a canonical decimal: no exponent, no plus, no leading or trailing zeros. */
export function formatMicros(micros: bigint): string {
  const sign = micros < 0n ? '-' : '';
  const absolute = micros < 0n ? -micros : micros;
  const whole = absolute / MICROS_PER_CREDIT;
  const rest = absolute % MICROS_PER_CREDIT;
  if (rest === 0n) return `${sign}${whole}`;
  const fraction = rest.toString().padStart(MICRO_DECIMALS, '0').replace(/0+$/, '');
  return `${sign}${whole}.${fraction}`;
}

const PRECISIONS_MICROS = [1_000_000n, 100_000n, 10_000n, 1000n, 100n, 10n, 1n];

/** The smallest amount, in micros, that a pool of this many decimals can hold. */
export function precisionMicros(decimals: number): bigint {
  const micros = PRECISIONS_MICROS[decimals];
  if (micros === undefined) throw new Error(`a pool cannot have ${decimals} decimals`);
  return micros;
}

/** Divides two non-negative integers and rounds to the nearest multiple of `step`, halves up. */
export function divideHalfUp(numerator: bigint, denominator: bigint, step: bigint): bigint {
  const unit = denominator * step;
  const whole = numerator / unit;
  // Most prices come out even, and need no rounding.
  if (whole * unit === numerator) return whole * step;
  return ((2n * numerator + unit) / (2n * unit)) * step;
}

export function isInRange(micros: bigint): boolean {
  return micros >= 0n && micros <= MAX_MICROS;
}

export function minMicros(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
