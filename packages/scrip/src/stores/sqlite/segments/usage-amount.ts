/**
 * Amounts of usage as two numbers: so many times a million credits, and the rest, which is never negative. Their sum may
 * exceed 64 bits; neither of the two ever leaves the integers that a number holds exactly.
 */
export const HIGH_UNIT = 1_000_000_000_000;
const HIGH_UNIT_MICROS = BigInt(HIGH_UNIT);

export function highOf(micros: bigint): number {
  const plain = Number(micros);
  if (!isExact(plain)) return Number((micros - lowMicros(micros)) / HIGH_UNIT_MICROS);
  // Numbers that small are closer to one another than a micro is to a unit: no quotient is rounded to the next integer.
  return Math.floor(plain / HIGH_UNIT);
}

export function lowOf(micros: bigint): number {
  const plain = Number(micros);
  return isExact(plain) ? plain - highOf(micros) * HIGH_UNIT : Number(lowMicros(micros));
}

export function joinMicros(high: number, low: number): bigint {
  return BigInt(high) * HIGH_UNIT_MICROS + BigInt(low);
}

function isExact(plain: number): boolean {
  return plain < Number.MAX_SAFE_INTEGER && plain > -Number.MAX_SAFE_INTEGER;
}

function lowMicros(micros: bigint): bigint {
  const rest = micros % HIGH_UNIT_MICROS;
  return rest < 0n ? rest + HIGH_UNIT_MICROS : rest;
}

const NAMES = 2 ** 28;

/** A slot of usage and what was used in it as one number, by which rows of an account are in the slots' order. */
export function slotAndName(slot: number, name: number): number {
  return slot * NAMES + name;
}

export function slotOfKey(key: number): number {
  return Math.floor(key / NAMES);
}

export function nameOfKey(key: number): number {
  return key - slotOfKey(key) * NAMES;
}

/** Sums rows of usage that have their account, slot and name in common, which stand next to one another; in place. */
export function sumEqualUsage(rows: Float64Array): Float64Array {
  const columns = 5;
  let end = 0;
  for (let at = 0; at < rows.length; at += columns) {
    if (end > 0 && addUsageRow(rows, end - columns, rows, at)) continue;
    rows.copyWithin(end, at, at + columns);
    end += columns;
  }
  return rows.subarray(0, end);
}

/** Adds one row to another if they have account, slot and name in common. */
export function addUsageRow(to: Float64Array, toAt: number, from: Float64Array, fromAt: number): boolean {
  if (to[toAt] !== from[fromAt] || to[toAt + 1] !== from[fromAt + 1]) return false;
  const low = (to[toAt + 3] as number) + (from[fromAt + 3] as number);
  const carried = low >= HIGH_UNIT ? 1 : 0;
  to[toAt + 2] = (to[toAt + 2] as number) + (from[fromAt + 2] as number) + carried;
  to[toAt + 3] = low - carried * HIGH_UNIT;
  to[toAt + 4] = (to[toAt + 4] as number) + (from[fromAt + 4] as number);
  return true;
}
