import type { KeyFilter } from '../../ledger/key-filter.ts';
import { addFilter, addKey, mayHaveKey, newKeyFilter } from '../../ledger/key-filter.ts';
import type { LimitStore } from '../../ledger/limit-store.ts';

/** Tells keys of which the store may hold leases from those that it surely holds none of. */
export interface LeasedKeys {
  /** Null while that is not known yet: `load` finds out. */
  readonly may: (key: string) => boolean | null;
  readonly load: (nowMs: number) => Promise<void>;
  /** The key leaves memory, and the store has leases of it. */
  readonly add: (key: string, nowMs: number) => void;
}

/** Keys that are added before the store is asked again, so that those of which nothing counts any more fall out. */
const MOST_ADDED = 500_000;

export function createLeasedKeys(store: LimitStore, prefix: string): LeasedKeys {
  let filter: KeyFilter | null = null;
  let added = newKeyFilter();
  let addedCount = 0;
  let asking: Promise<void> | null = null;

  async function ask(nowMs: number): Promise<void> {
    // What is added meanwhile may be missing in the answer.
    added = newKeyFilter();
    addedCount = 0;
    const leased = await store.leasedKeys({ prefix, nowMs });
    addFilter(leased, added);
    filter = leased;
  }

  function load(nowMs: number): Promise<void> {
    asking ??= ask(nowMs).finally(() => {
      asking = null;
    });
    return asking;
  }

  return {
    may: (key) => (filter === null ? null : mayHaveKey(filter, key)),
    load,
    add: (key, nowMs) => {
      addKey(added, key);
      if (filter !== null) addKey(filter, key);
      addedCount += 1;
      // If this fails, the filter stays as full as it is until it is tried again.
      if (addedCount >= MOST_ADDED) load(nowMs).catch(() => {});
    },
  };
}
