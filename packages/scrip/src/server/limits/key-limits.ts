import type { LimitStore } from '../../ledger/limit-store.ts';
import type { KeyLimit } from './key-limit.ts';
import { settleAlone } from './key-limit.ts';

/** The limits of the keys in memory, no more than `capacity` but for those that are just being written. */
export interface KeyLimits {
  /** Undefined also for a key of which nothing counts any more. */
  readonly get: (key: string, nowMs: number) => KeyLimit | undefined;
  readonly add: (key: string, limit: KeyLimit, nowMs: number) => void;
  /** Settles a key that nothing is asked for just now, and forgets it; false when that was not possible. */
  readonly leave: (key: string, limit: KeyLimit, nowMs: number) => Promise<boolean>;
  /** Forgets all; false when something could not be settled. */
  readonly settleAll: (nowMs: number) => Promise<boolean>;
}

/** Keys looked at, at most, to make room for one. */
const MOST_LOOKED = 8;

/** All at once would take the event loop for seconds where there are very many. */
const SETTLED_AT_ONCE = 1000;

export function createKeyLimits({
  store,
  capacity,
  onForgotten,
}: {
  readonly store: LimitStore;
  readonly capacity: number;
  /** The store may hold leases of the key. */
  readonly onForgotten: (key: string, nowMs: number) => void;
}): KeyLimits {
  const limits = new Map<string, KeyLimit>();
  let hand = limits.entries();
  /** Being written; they leave when that is done. */
  let leavingCount = 0;

  /** Goes round: who was not used since the last time has to leave. Keeping an order would take each request's time. */
  function makeRoom(nowMs: number): void {
    for (let looked = 0; limits.size - leavingCount >= capacity && looked < MOST_LOOKED; looked += 1) {
      const { value, done } = hand.next();
      if (done === true) hand = limits.entries();
      else if (value[1].asking === null && !value[1].isRecent) forget(value[0], value[1], nowMs);
      else value[1].isRecent = false;
    }
  }

  function forget(key: string, limit: KeyLimit, nowMs: number): void {
    if (hasEnded(limit, nowMs)) {
      limits.delete(key);
      return;
    }
    void leave(key, limit, nowMs);
  }

  /** It stays until what it used is written: if that fails, nobody else knows of it. */
  async function leave(key: string, limit: KeyLimit, nowMs: number): Promise<boolean> {
    leavingCount += 1;
    const isDone = await settleAlone(limit, store, nowMs);
    leavingCount -= 1;
    if (!isDone) return false;
    limits.delete(key);
    onForgotten(key, nowMs);
    return true;
  }

  return {
    get: (key, nowMs) => {
      const limit = limits.get(key);
      if (limit === undefined) return undefined;
      if (limit.asking === null && hasEnded(limit, nowMs)) {
        limits.delete(key);
        return undefined;
      }
      limit.isRecent = true;
      return limit;
    },
    add: (key, limit, nowMs) => {
      makeRoom(nowMs);
      limits.set(key, limit);
    },
    leave,
    settleAll: async (nowMs) => {
      await Promise.allSettled([...limits.values()].map(async ({ asking }) => asking));
      const open = [...limits.values()].filter((limit) => !hasEnded(limit, nowMs));
      let areSettled = true;
      for (let from = 0; from < open.length; from += SETTLED_AT_ONCE) {
        const some = open.slice(from, from + SETTLED_AT_ONCE);
        const settled = await Promise.all(some.map((limit) => settleAlone(limit, store, nowMs)));
        areSettled &&= settled.every(Boolean);
      }
      limits.clear();
      return areSettled;
    },
  };
}

function hasEnded({ endsAtMs }: KeyLimit, nowMs: number): boolean {
  return nowMs >= endsAtMs;
}
