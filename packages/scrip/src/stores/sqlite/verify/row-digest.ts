import type { IndexName } from '../segments/segment-indexes.ts';
import { INDEX_COLUMNS, INDEX_NAMES } from '../segments/segment-indexes.ts';
import { HIGH_UNIT } from '../segments/usage-amount.ts';

/** What the rows of an index of a segment add up to, in whatever order. */
export interface IndexSums {
  /** How many they are; of usage, whose rows are sums themselves, how many calls. */
  rows: number;
  sum: number;
  /** Of usage alone: by other weights, modulo another prime. */
  otherSum: number;
  /** Of usage alone: all that was used, as of `highOf` and `lowOf`. */
  high: number;
  low: number;
}

/** Sums of usage are kept modulo these primes: a product with a weight stays an exact number. */
const PRIME = 67_108_859;
const OTHER_PRIME = 67_108_837;
/** What a call counts for in each, as an amount. */
const BY_CALL = 7919;
const BY_OTHER_CALL = 104_729;

export function noSum(): IndexSums {
  return { rows: 0, sum: 0, otherSum: 0, high: 0, low: 0 };
}

export function noSums(): Record<IndexName, IndexSums> {
  return Object.fromEntries(INDEX_NAMES.map((name) => [name, noSum()])) as Record<IndexName, IndexSums>;
}

/** Adds a row that says where an entry stands. */
export function addPlaceRow(sums: IndexSums, first: number, second: number, third: number): void {
  sums.rows += 1;
  sums.sum = (sums.sum + mix(mix(mix(0, first), second), third)) >>> 0;
}

/** What was used in a slot, of one entry or of a whole row: `high` and `low` as of `highOf` and `lowOf`. */
export interface Used {
  readonly first: number;
  readonly second: number;
  readonly high: number;
  readonly low: number;
  readonly calls: number;
}

/**
 * Adds usage to the row of an account, slot and name. A row's sum does not tell of how many entries it is, so that each
 * is added by itself with the row's weights; a row that has come to nothing says as much as one that is not there.
 */
export function addUsed(sums: IndexSums, { first, second, high, low, calls }: Used): void {
  const weight = (mix(mix(0, first), second) & WEIGHT) + 1;
  const otherWeight = (mix(mix(1, second), first) & WEIGHT) + 1;
  const used = remainder(valueOf(high, low, PRIME) + remainder(calls, PRIME) * BY_CALL, PRIME);
  sums.sum = remainder(sums.sum + weight * used, PRIME);
  const other = valueOf(high, low, OTHER_PRIME) + remainder(calls, OTHER_PRIME) * BY_OTHER_CALL;
  sums.otherSum = remainder(sums.otherSum + otherWeight * remainder(other, OTHER_PRIME), OTHER_PRIME);
  sums.rows += calls;
  addAmount(sums, high, low);
}

/** Bits of a weight, which is smaller than both primes. */
const WEIGHT = 2 ** 25 - 1;

/** An amount, or one that is as much modulo a prime. Mostly there is nothing in `high`. */
function valueOf(high: number, low: number, prime: number): number {
  return high === 0 ? low : low + remainder(high, prime) * (HIGH_UNIT % prime);
}

/** As `%` with a result that is not negative, and much faster; where the quotient is rounded up, it may be below 0. */
function remainder(value: number, prime: number): number {
  return value - Math.floor(value / prime) * prime;
}

function addAmount(sums: IndexSums, high: number, low: number): void {
  const added = sums.low + low;
  const carried = added >= HIGH_UNIT ? 1 : 0;
  sums.high += high + carried;
  sums.low = added - carried * HIGH_UNIT;
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
    const [high, low, calls] = [rows[at + 2] as number, rows[at + 3] as number, rows[at + 4] as number];
    addUsed(sums, { first, second, high, low, calls });
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
  const added = { ...a, rows: a.rows + b.rows, sum: index === 'usage' ? sum : sum >>> 0 };
  added.otherSum += b.otherSum;
  addAmount(added, b.high, b.low);
  return added;
}

export function isSameSum(a: IndexSums, b: IndexSums, index: IndexName): boolean {
  if (a.rows !== b.rows || a.high !== b.high || a.low !== b.low) return false;
  return index === 'usage'
    ? (a.sum - b.sum) % PRIME === 0 && (a.otherSum - b.otherSum) % OTHER_PRIME === 0
    : a.sum === b.sum;
}
