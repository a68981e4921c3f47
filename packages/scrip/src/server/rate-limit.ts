import type { LimitRule, LimitStore } from '../ledger/limit-store.ts';
import type { KeyLimit, LimitReached } from './key-limit.ts';
import {
  knownLeft,
  knownRefusal,
  newKeyLimit,
  settleBlock,
  takeFromBlock,
  waitForLease,
} from './key-limit.ts';

/** Counts requests against limits that outlive the process. `key` is never a key of the API itself. */
export interface RateLimiter {
  /**
   * Null: the request is admitted, and counted. Answers at once as long as the key's block lasts, and while its limit
   * is known to be reached; rejects with a `Fault` when a block cannot be made durable.
   */
  readonly admit: (key: string, rule: LimitRule, nowMs: number) => Answer<LimitReached | null>;
  /** What is left of a fixed window's limit. */
  readonly left: (key: string, rule: LimitRule, nowMs: number) => Answer<number>;
  /** Gives back what open blocks have left. */
  readonly close: (nowMs: number) => Promise<void>;
}

type Answer<T> = T | Promise<T>;

/** Keys held in memory; one that leaves costs the next request of that key a look into the store. */
const CAPACITY = 100_000;
/** For how long a shared store's word is taken: another process may give back what it had leased. */
const SHARED_TRUST_MS = 1000;

/**
 * Admits from blocks that the store has made durable: a request costs a write only when its block is used up. Time comes
 * in with each call.
 */
export function createRateLimiter(
  store: LimitStore,
  { capacity = CAPACITY }: { readonly capacity?: number } = {},
): RateLimiter {
  const limits = new Map<string, KeyLimit>();
  const trustMs = store.isShared ? SHARED_TRUST_MS : Number.POSITIVE_INFINITY;

  /** The key's limit, from now on the one that was used last. */
  function limitOf(key: string): KeyLimit {
    const known = limits.get(key);
    // Their order counts only when one must leave soon, and keeping it takes longer than all the rest.
    if (known !== undefined && limits.size <= capacity / 2) return known;
    if (known !== undefined) limits.delete(key);
    else if (limits.size >= capacity) forgetOldest();
    const limit = known ?? newKeyLimit(key);
    limits.set(key, limit);
    return limit;
  }

  function forgetOldest(): void {
    for (const [key, limit] of limits) {
      if (limit.isAsking) continue;
      limits.delete(key);
      // If this fails, the rest of the block counts as used.
      settleBlock(limit, { store }).catch(() => {});
      return;
    }
  }

  return {
    admit: (key, rule, nowMs) => {
      const limit = limitOf(key);
      if (!limit.isAsking) {
        if (takeFromBlock(limit, nowMs)) return null;
        const reached = knownRefusal(limit, rule, { nowMs, trustMs });
        if (reached !== null) return reached;
      }
      return waitForLease(limit, { store, rule, nowMs });
    },
    left: (key, rule, nowMs) => {
      const limit = limitOf(key);
      return knownLeft(limit, rule, { nowMs, trustMs }) ?? askWhatIsLeft(limit, { store, rule, nowMs });
    },
    close: async (nowMs) => {
      // What cannot be given back counts as used.
      await Promise.allSettled([...limits.values()].map((limit) => settleBlock(limit, { store, nowMs })));
      limits.clear();
    },
  };
}

async function askWhatIsLeft(
  limit: KeyLimit,
  { store, rule, nowMs }: { readonly store: LimitStore; readonly rule: LimitRule; readonly nowMs: number },
): Promise<number> {
  const { takenCount } = await store.lease({ key: limit.key, rule, nowMs, waiting: 0, settled: null });
  limit.taken = { count: takenCount, atMs: nowMs };
  return knownLeft(limit, rule, { nowMs, trustMs: Number.POSITIVE_INFINITY }) ?? 0;
}
