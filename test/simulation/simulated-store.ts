import type { AccountState } from '../../packages/scrip/src/core/account.ts';
import { evolve } from '../../packages/scrip/src/core/evolve.ts';
import type { UsageChange } from '../../packages/scrip/src/core/usage.ts';
import { usageOf } from '../../packages/scrip/src/core/usage.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';
import type { CommitOptions } from './simulated-commit.ts';
import { createSimulatedCommit } from './simulated-commit.ts';
import { findChange, recover } from './simulated-memory.ts';

export interface SimulatedStoreOptions extends CommitOptions {
  readonly lanes: { readonly count: number; readonly depth: number };
}

/** A store that decides against memory, writes to the simulated disk, and after a failed commit only reads. */
export function openSimulatedStore(options: SimulatedStoreOptions): Store {
  const { disk, process, lanes } = options;
  const memory = recover(disk);
  const commit = createSimulatedCommit(memory, options);
  const visible = (accountId: string) =>
    (memory.journal(accountId)?.entries ?? []).filter((recorded) => memory.isDurable(recorded));
  /** Reads take their time too. */
  const read = async <T>(look: () => T): Promise<T> => {
    await process.turn();
    return look();
  };

  return {
    lanes: {
      ...lanes,
      of: (accountId) => (accountId.charCodeAt(0) + accountId.length) % lanes.count,
    },
    transact: commit.transact,
    account: (accountId) => read(() => memory.journal(accountId)?.durable ?? null),
    accountAt: (accountId, atMs, upToVersion = Infinity) =>
      read(() =>
        visible(accountId)
          .filter(({ entry }) => entry.atMs <= atMs && entry.version <= upToVersion)
          .reduce<AccountState | null>((state, { entry }) => evolve(state, entry), null),
      ),
    accountIds: ({ after, limit }) =>
      read(() =>
        memory
          .accountIds()
          .filter((id) => (after === null || id > after) && visible(id).length > 0)
          .toSorted()
          .slice(0, limit),
      ),
    keyOwner: (digest) => read(() => memory.ownerOf(digest, memory.isDurable)),
    entry: (accountId, version) => read(() => visible(accountId)[version - 1] ?? null),
    findChange: (accountId, id, meant) =>
      read(() => findChange(memory, { accountId, reference: { ...meant, id } }, memory.isDurable)),
    entries: ({ accountId, afterVersion, limit, kind }) =>
      read(() =>
        visible(accountId)
          .filter(({ entry }) => entry.version > afterVersion && (kind === undefined || entry.kind === kind))
          .slice(0, limit),
      ),
    usage: (accountId, { fromMs, toMs }) =>
      read(() =>
        visible(accountId)
          .map(({ entry }) => usageOf(entry))
          .filter(
            (change): change is UsageChange =>
              change !== null && change.slotMs >= fromMs && change.slotMs < toMs,
          ),
      ),
    erasePersonal: async (accountId, record) => {
      const erasedVersion = await record();
      if (erasedVersion === null) return;
      await process.turn();
      memory.erasePersonal(accountId, erasedVersion);
      disk.erasePersonal(accountId, erasedVersion);
    },
    health: () => ({
      writable: commit.failure() === null,
      readable: true,
      reason: commit.failure(),
      lagEntries: 0,
    }),
    close: () => commit.close(),
  };
}
