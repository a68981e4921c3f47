import type { Draw } from '../../packages/scrip/src/core/account.ts';
import type { CreditsGranted, Debit } from '../../packages/scrip/src/core/entry.ts';
import type { PoolBook } from './lot-book.ts';
import { createPoolBook } from './lot-book.ts';

export interface BookHold {
  readonly id: string;
  readonly version: number;
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly draws: readonly Draw[];
  readonly expiresAtMs: number;
}

export interface BookSeries {
  readonly grant: CreditsGranted;
  nextIndex: number;
  nextAtMs: number;
  currentLot: number | null;
}

/**
 * One account's books, kept from its entries alone. Nothing here asks the core: what the rules of credits say is
 * worked out a second time, and an entry that says something else is an error.
 */
export interface AccountBook {
  version: number;
  atMs: number;
  timezone: string;
  readonly pools: Map<string, PoolBook>;
  readonly holds: Map<number, BookHold>;
  readonly series: Map<string, BookSeries>;
  readonly debits: Map<number, { readonly debit: Debit; outMicros: bigint }>;
  readonly changeIds: Set<string>;
  isClosed: boolean;
}

export function createAccountBook(): AccountBook {
  return {
    version: 0,
    atMs: 0,
    timezone: 'UTC',
    pools: new Map(),
    holds: new Map(),
    series: new Map(),
    debits: new Map(),
    changeIds: new Set(),
    isClosed: false,
  };
}

export function poolOf(book: AccountBook, id: string): PoolBook {
  const pool = book.pools.get(id) ?? createPoolBook();
  book.pools.set(id, pool);
  return pool;
}
