import type { AccountState } from '../../core/account.ts';
import type { ChainedState } from '../../ledger/store.ts';

export interface CachedAccount {
  /** With everything that has been decided, durable or not: what the next decision rests on. */
  decided: ChainedState;
  /** With durable entries only: what readers see. Null until the account's first entry is durable. */
  durable: AccountState | null;
  /** Version of the last snapshot that was asked for, or that the state was loaded from. */
  snapshotVersion: number;
}

/** The accounts in memory, the longest unused first; those that something still rests on do not leave. */
export interface AccountCache {
  readonly get: (accountId: string) => CachedAccount | undefined;
  /** Keeps what was loaded, unless the account came in meanwhile: that one is newer. */
  readonly offer: (loaded: ChainedState) => CachedAccount;
  readonly create: (accountId: string, decided: ChainedState) => CachedAccount;
  readonly size: () => number;
}

export function createAccountCache({
  capacity,
  mayLeave,
}: {
  /** Accounts. */
  readonly capacity: number;
  readonly mayLeave: (accountId: string, account: CachedAccount) => boolean;
}): AccountCache {
  const accounts = new Map<string, CachedAccount>();

  /** Never at the cost of the account that has just come in: whoever loaded it would load it again, without end. */
  function makeRoomFor(newcomer: string): void {
    let looked = 0;
    for (const [accountId, account] of accounts) {
      // A few are looked at each time: where many must stay, room is made over several turns.
      if (accounts.size <= capacity || looked >= 8) return;
      looked += 1;
      accounts.delete(accountId);
      if (accountId === newcomer || !mayLeave(accountId, account)) accounts.set(accountId, account);
    }
  }

  function create(accountId: string, account: CachedAccount): CachedAccount {
    accounts.set(accountId, account);
    makeRoomFor(accountId);
    return account;
  }

  return {
    get: (accountId) => {
      const account = accounts.get(accountId);
      if (account !== undefined && accounts.size > capacity / 2) {
        accounts.delete(accountId);
        accounts.set(accountId, account);
      }
      return account;
    },
    offer: (loaded) =>
      accounts.get(loaded.state.id) ??
      create(loaded.state.id, {
        decided: loaded,
        durable: loaded.state,
        snapshotVersion: loaded.state.version,
      }),
    create: (accountId, decided) => create(accountId, { decided, durable: null, snapshotVersion: 0 }),
    size: () => accounts.size,
  };
}
