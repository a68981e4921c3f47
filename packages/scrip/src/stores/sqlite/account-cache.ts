import type { AccountState } from '../../core/account.ts';
import type { ChainedState } from '../../ledger/store.ts';
import { packAccount, unpackAccount } from './pack-account.ts';
import { createPackedMap } from './packed-map.ts';

export interface CachedAccount {
  /** With everything that has been decided, durable or not: what the next decision rests on. */
  decided: ChainedState;
  /** With durable entries only: what readers see. Null until the account's first entry is durable. */
  durable: AccountState | null;
  /** In the journal, of its last entry while the tail may hold that; 0 otherwise. */
  lastPosition: number;
  /** Version of the last snapshot that was asked for, or that the state was made from; 0 for none. */
  snapshotVersion: number;
  /** Asked for since the cache last looked at it to see whether it may leave. */
  wasUsed: boolean;
}

/** A state as it comes from the disk. */
export interface LoadedState extends ChainedState {
  /** Of the snapshot that it was made from; 0 where there was none. */
  readonly snapshotVersion: number;
  /** Of its last entry in the tail; 0 where it has none there. */
  readonly lastPosition: number;
}

/** Reads of packed accounts until one becomes an object: what is read often is one soon, and few others take its place. */
const READS_TO_UNPACK = 8;

/** Looks of a few accounts each that are made at once: a millisecond or two of work. */
const SHRINK_TURNS = 64;

/**
 * The accounts in memory. Those of late are objects; the longest unused of them is packed into bytes when another one
 * comes in, unless something still rests on it, and becomes an object again when it is asked for. Its bytes stay
 * meanwhile and may grow old: objects are asked first, and what is packed again takes their place.
 */
export interface AccountCache {
  /** The account's durable state, for whoever changes nothing; undefined when it is not in memory. */
  readonly read: (accountId: string) => AccountState | null | undefined;
  readonly get: (accountId: string) => CachedAccount | undefined;
  /** Keeps what was loaded, unless the account came in meanwhile: that one is newer. */
  readonly offer: (loaded: LoadedState) => CachedAccount;
  readonly create: (accountId: string, decided: ChainedState) => CachedAccount;
  /** Where more are objects than fit, because they had to stay: packs some of those that may leave by now. */
  readonly shrink: () => void;
  readonly size: () => number;
}

export function createAccountCache({
  capacity,
  packedBytes,
  mayLeave,
}: {
  /** Accounts that are objects. */
  readonly capacity: number;
  /** What the others may take. */
  readonly packedBytes: number;
  /** Nothing rests on it: all of it is durable, and nothing of it is in the journal's tail. */
  readonly mayLeave: (accountId: string, account: CachedAccount) => boolean;
}): AccountCache {
  const accounts = new Map<string, CachedAccount>();
  const packed = createPackedMap(packedBytes);
  /** Goes on where it was: a new one would step over the empty places of all that have left, each time. */
  const oldest = accounts.entries();
  let reads = 0;

  /** Never at the cost of the account that has just come in: whoever loaded it would load it again, without end. */
  function makeRoomFor(newcomer: string | null): void {
    if (accounts.size <= capacity) return;
    let looked = 0;
    for (const [accountId, account] of oldest) {
      accounts.delete(accountId);
      const isIdle = accountId !== newcomer && !account.wasUsed;
      const leaves = isIdle && mayLeave(accountId, account);
      if (leaves) packed.set(accountId, packAccount(account));
      else accounts.set(accountId, account);
      account.wasUsed = false;
      looked += 1;
      // A few are looked at each time: where many must stay, room is made over several turns. Where one must stay that
      // nobody used of late, those behind it must too.
      if (accounts.size <= capacity || looked >= 8 || (isIdle && !leaves)) return;
    }
  }

  function create(accountId: string, account: CachedAccount): CachedAccount {
    accounts.set(accountId, account);
    makeRoomFor(accountId);
    return account;
  }

  function findObject(accountId: string): CachedAccount | undefined {
    const account = accounts.get(accountId);
    if (account !== undefined) account.wasUsed = true;
    return account;
  }

  function unpack(accountId: string): CachedAccount | undefined {
    return packed.get(accountId, (bytes, start) => unpackAccount(accountId, bytes, start));
  }

  function get(accountId: string): CachedAccount | undefined {
    const account = findObject(accountId);
    if (account !== undefined) return account;
    const unpacked = unpack(accountId);
    return unpacked === undefined ? undefined : create(accountId, unpacked);
  }

  return {
    read: (accountId) => {
      const account = findObject(accountId);
      if (account !== undefined) return account.durable;
      const unpacked = unpack(accountId);
      if (unpacked === undefined) return undefined;
      reads = (reads + 1) % READS_TO_UNPACK;
      if (reads === 0) create(accountId, unpacked);
      return unpacked.durable;
    },
    get,
    offer: ({ state, hash, ...kept }) =>
      get(state.id) ??
      create(state.id, { decided: { state, hash }, durable: state, ...kept, wasUsed: false }),
    create: (accountId, decided) =>
      create(accountId, { decided, durable: null, lastPosition: 0, snapshotVersion: 0, wasUsed: false }),
    shrink: () => {
      for (let turn = 0; turn < SHRINK_TURNS && accounts.size > capacity; turn += 1) makeRoomFor(null);
    },
    size: () => accounts.size,
  };
}
