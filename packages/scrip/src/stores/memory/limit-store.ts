import type { Lease } from '../../ledger/lease.ts';
import { grantLease } from '../../ledger/lease.ts';
import type { LimitStore } from '../../ledger/limit-store.ts';

/** Limits in a plain map: for tests. Opened again on the same map, it is the store after a restart. */
export function createMemoryLimitStore({
  leases = new Map(),
  isShared = false,
}: { readonly leases?: Map<string, readonly Lease[]>; readonly isShared?: boolean } = {}): LimitStore {
  return {
    isShared,
    lease: async (request) => {
      const granted = grantLease(leases.get(request.key) ?? [], request);
      if (granted.leases !== null) leases.set(request.key, granted.leases);
      return granted.reply;
    },
    close: async () => {},
  };
}
