import type { IndexName } from '../segments/segment-indexes.ts';
import { INDEX_COLUMNS, INDEX_NAMES } from '../segments/segment-indexes.ts';
import { HIGH_UNIT, joinMicros } from '../segments/usage-amount.ts';

/** How many rows an index of a segment has, and what they add up to, in whatever order. */
export interface IndexSums {
  rows: number;
  sum: number;
}

/** Sums of usage are kept modulo this prime: a product with a weight stays an exact number. */
const PRIME = 2_147_483_647;
const BY_CALL = 7919;
/** Amounts of fewer high units are numbers that are exact. */
const HIGH_EXACT = 9000;

export function noSums(): Record<IndexName, IndexSums> {
  return Object.fromEntries(INDEX_NAMES.map((name) => [name, { rows: 0, sum: 0 }])) as Record<
    IndexName,
    IndexSums
  >;
}

/** Adds a row that says where an entry stands. */
export function addPlaceRow(sums: IndexSums, first: number, second: number, third: number): void {
  sums.rows += 1;
  sums.sum = (sums.sum + mix(mix(mix(0, first), second), third)) >>> 0;
}

/**
 * Adds usage to the row of an account, slot and name. A row's sum does not tell of how many entries it is, so that each
 * is added by itself with the row's weight; a row that has come to nothing says as much as one that is not there.
 * `used` as of `remainderOf`.
 */
export function addUsed(
  sums: IndexSums,
  { first, second, used, calls }: { first: number; second: number; used: number; calls: number },
): void {
  const weight = (mix(mix(0, first), second) & 1_048_575) | 1;
  sums.sum = (sums.sum + ((weight * ((used + (calls % PRIME) * BY_CALL) % PRIME)) % PRIME)) % PRIME;
}

/** What is left of an amount of micros: the part of it that sums of usage keep. */
export function remainderOf(micros: bigint): number {
  const plain = Number(micros);
  if (plain < PRIME && plain > -PRIME) return plain;
  return plain <= Number.MAX_SAFE_INTEGER && plain >= -Number.MAX_SAFE_INTEGER
    ? plain % PRIME
    : Number(micros % BigInt(PRIME));
}

/** Adds the rows of a page. Its numbers are integers. */
export function addPage(sums: IndexSums, index: IndexName, rows: Float64Array): void {
  const columns = INDEX_COLUMNS[index];
  for (let at = 0; at < rows.length; at += columns) {
    const first = rows[at] as number;
    const second = rows[at + 1] as number;
    if (index !== 'usage') {
      addPlaceRow(sums, first, second, columns === 2 ? 0 : (rows[at + 2] as number));
      continue;
    }
    const high = rows[at + 2] as number;
    const low = rows[at + 3] as number;
    const isSmall = high > -HIGH_EXACT && high < HIGH_EXACT;
    const used = isSmall ? (high * HIGH_UNIT + low) % PRIME : remainderOf(joinMicros(high, low));
    addUsed(sums, { first, second, used, calls: rows[at + 4] as number });
  }
}

/** Mixes a number's 53 bits into 32 others. */
function mix(state: number, value: number): number {
  let mixed = Math.imul(state ^ (value >>> 0), 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (value / 4_294_967_296), 0x85ebca77);
  return mixed ^ (mixed >>> 13);
}

export function addSums(a: IndexSums, b: IndexSums, index: IndexName): IndexSums {
  const sum = a.sum + b.sum;
  return { rows: a.rows + b.rows, sum: index === 'usage' ? sum % PRIME : sum >>> 0 };
}

export function isSameSum(a: IndexSums, b: IndexSums, index: IndexName): boolean {
  return a.rows === b.rows && (index === 'usage' ? (a.sum - b.sum) % PRIME === 0 : a.sum === b.sum);
}
