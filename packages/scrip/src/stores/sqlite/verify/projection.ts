import type { Entry } from '../../../core/entry.ts';

/** Checksums are kept modulo this prime: a product with a weight stays an exact number, here and in SQLite. */
export const PRIME = 2_147_483_647;

/** What the rows of one account in one table add up to. */
export interface Sums {
  rows: number;
  sum: number;
}

/** An entry with its place in the journal. */
export interface PlacedEntry {
  readonly position: number;
  readonly entry: Entry;
}

/**
 * A derived table whose rows belong to accounts. All of it is compared by the sums of each account's rows; only where
 * these differ are an account's rows made again and compared one by one, so that the first wrong one can be named.
 */
export interface Projection {
  readonly table: string;
  /** Adds what an entry changes of its account's rows. `earlier`: the version that last continued the same entry. */
  readonly add: (sums: Sums, placed: PlacedEntry, earlier: number | undefined) => void;
  /** SQL: how many rows an account has, and their sum. */
  readonly rows: string;
  readonly sum: string;
  /** SQL for the rows of an account: what each is called, and what it says. */
  readonly name: string;
  readonly says: string;
  /** Puts an entry's rows, as the same two texts, among those of its account. */
  readonly put: (rows: Map<string, string>, placed: PlacedEntry) => void;
}

/** An odd number of 20 bits that differs from one version to the next. */
export function weightOf(version: number, factor: number): number {
  return ((version * factor) & 1_048_575) | 1;
}

/** The same in SQL. */
export function weightSql(version: string, factor: number): string {
  return `(((${version} * ${factor}) & 1048575) | 1)`;
}
