import { leaseBlanket } from '../../ledger/blanket.ts';
import { addKey, newKeyFilter } from '../../ledger/key-filter.ts';
import type { Lease } from '../../ledger/lease.ts';
import { grantLease } from '../../ledger/lease.ts';
import type { LimitStore } from '../../ledger/limit-store.ts';

/** Limits in a plain map: for tests. Opened again on the same map, it is the store after a restart. */
export function createMemoryLimitStore({
  leases = new Map(),
  isShared = false,
}: { readonly leases?: Map<string, readonly Lease[]>; readonly isShared?: boolean } = {}): LimitStore {
  const leasesOf = (key: string) => leases.get(key) ?? [];
  return {
    isShared,
    lease: async (request) => {
      const { key, blanket } = request;
      const granted = grantLease(leasesOf(key), request, blanket === null ? [] : leasesOf(blanket.name));
      if (granted.leases !== null) leases.set(key, granted.leases);
      return granted.reply;
    },
    leaseBlanket: async (request) => {
      const granted = leaseBlanket(leasesOf(request.name), request);
      leases.set(request.name, granted.leases);
      return granted.reply;
    },
    leasedKeys: async ({ prefix }) => {
      const filter = newKeyFilter();
      for (const key of leases.keys()) if (key.startsWith(prefix)) addKey(filter, key.slice(prefix.length));
      return filter;
    },
    close: async () => {},
  };
}
