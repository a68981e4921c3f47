import type { Disk } from './disk.ts';
import type { SimulatedStoreOptions } from './simulated-store.ts';
import { openSimulatedStore } from './simulated-store.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';

/** Stores that recover wrongly: each is right until it is started again. */
export const FAULTY_STORES: readonly {
  readonly name: string;
  readonly open: (options: SimulatedStoreOptions) => Store;
}[] = [
  {
    name: 'a start forgets the last commit',
    open: (options) => openSimulatedStore({ ...options, disk: seenAtStart(options.disk, -1) }),
  },
  {
    name: 'a start reads the last commit in part',
    open: (options) => {
      const { disk } = options;
      const last = disk.durable().at(-1) ?? [];
      const torn = [...disk.durable().slice(0, -1), last.slice(0, Math.max(1, last.length - 1))];
      return openSimulatedStore({ ...options, disk: { ...disk, durable: () => torn } });
    },
  },
  {
    name: 'a start forgets which ids were used',
    open: (options) => {
      const known = new Set(options.disk.durable().flat());
      const usedBefore = (accountId: string, version: number) =>
        [...known].some((row) => row.accountId === accountId && row.version === version);
      const store = openSimulatedStore(options);
      return {
        ...store,
        transact: (requests, decide) =>
          store.transact(requests, (request, loaded) => {
            const { prior } = loaded;
            const isForgotten = prior !== null && usedBefore(request.accountId, prior.entry.version);
            return decide(request, isForgotten ? { ...loaded, prior: null } : loaded);
          }),
      };
    },
  },
];

/** A disk that shows fewer commits than it holds. */
function seenAtStart(disk: Disk, end: number): Disk {
  const seen = disk.durable().slice(0, end);
  return { ...disk, durable: () => seen };
}
