const microsPerUnit = 1_000_000n;
const lowest = -(2n ** 63n);
const highest = 2n ** 63n - 1n;

/** Digits beyond this cannot be an amount; the bound keeps a hostile reply from costing quadratic time. */
const longestText = 400;

/**
 * The canonical decimal text of an amount: no exponent, no plus, no leading or trailing zeros.
 * It is also a valid JSON number.
 */
export function formatMicros(micros: bigint): string {
  const sign = micros < 0n ? '-' : '';
  const size = micros < 0n ? -micros : micros;
  const whole = size / microsPerUnit;
  const rest = size % microsPerUnit;
  if (rest === 0n) return `${sign}${whole}`;
  return `${sign}${whole}.${rest.toString().padStart(6, '0').replace(/0+$/, '')}`;
}

/**
 * The amount that a number's text means, in micros; lenient, for what other people's servers write: an
 * exponent, a plus, surrounding blanks and superfluous zeros are taken, and what lies below a micro (the
 * noise of somebody's floats) is rounded half up. Null for anything else, and for what 64 bits cannot hold.
 */
export function parseLenientMicros(text: string): bigint | null {
  const trimmed = text.trim();
  if (trimmed.length > longestText) return null;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(trimmed);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const shift = 6 - fraction.length + Number(exponent);
  if (digits === 0n) return 0n;
  if (shift > longestText) return null;
  if (shift < -2 * longestText) return 0n;
  const micros = shift >= 0 ? digits * 10n ** BigInt(shift) : divideHalfUp(digits, 10n ** BigInt(-shift));
  return micros < lowest || micros > highest ? null : micros;
}

/** `numerator / denominator` to the nearest integer, a half towards positive infinity. The denominator is positive. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const doubled = 2n * numerator + denominator;
  const quotient = doubled / (2n * denominator);
  return doubled < 0n && doubled % (2n * denominator) !== 0n ? quotient - 1n : quotient;
}
