import type { AccountState } from '../../core/account.ts';
import { evolve } from '../../core/evolve.ts';
import type { UsageChange, UsageRange } from '../../core/usage.ts';
import { SLOT_MS, usageOf } from '../../core/usage.ts';
import { unreadable } from '../../ledger/fault.ts';
import { SealedPast } from '../../ledger/sealed-past.ts';
import type { EntriesQuery, RecordedEntry, Store } from '../../ledger/store.ts';
import type { LoadedState } from './account-cache.ts';
import type { ChangeIndex } from './change-index.ts';
import type { JournalTail, Tailed } from './journal-tail.ts';
import { createReadWindow } from './read-window.ts';
import type { ReadRequests } from './reader-thread.ts';
import { toRecorded, unpackRows } from './stored-row.ts';
import type { Thread } from './thread.ts';

/** Reads of the files with the tail laid over them: everything up to a position, each entry once. */
export interface DiskReads {
  readonly account: (accountId: string, past?: Past) => Promise<LoadedState | null>;
  readonly change: Store['findChange'];
  readonly version: (accountId: string, version: number) => Promise<RecordedEntry | null>;
  readonly entries: (query: EntriesQuery) => Promise<RecordedEntry[]>;
  readonly usage: (accountId: string, range: UsageRange) => Promise<UsageChange[]>;
  readonly accountIds: (page: { after: string | null; limit: number }) => Promise<string[]>;
  readonly keyOwner: (digest: string) => Promise<string | null>;
}

/** An earlier state of an account: of what was recorded at or before an instant, up to a version. */
interface Past {
  readonly atMs: number;
  readonly upToVersion?: number | undefined;
}

/** What an earlier state counts for in the window: it may be made of as many entries, between two snapshots. */
const ROWS_OF_PAST = 200;

export function createDiskReads({
  thread,
  tail,
  index,
  upTo,
}: {
  readonly thread: Thread;
  readonly tail: JournalTail;
  readonly index: ChangeIndex;
  /** The last position that a reader may see. */
  readonly upTo: () => number;
}): DiskReads {
  /** Reads the disk while the tail stands still, so that no entry can slip from one to the other in between. */
  async function beside<K extends keyof ReadRequests>(
    kind: K,
    request: ReadRequests[K]['request'],
  ): Promise<ReadRequests[K]['reply']> {
    const unpin = tail.pin();
    try {
      return await ask(thread, kind, request);
    } finally {
      // After the caller's own turn, which still reads the tail.
      setImmediate(unpin);
    }
  }

  const inWindow = createReadWindow();

  const visible = (tailed: readonly Tailed[]) => {
    const limit = upTo();
    return tailed.filter(({ position }) => position <= limit);
  };

  return {
    account: async (accountId, past) => {
      const { atMs = null, upToVersion = Infinity } = past ?? {};
      const ask = async () => beside('account', { accountId, atMs, upToVersion });
      const onDisk = await (past === undefined ? ask() : inWindow(ROWS_OF_PAST, ask));
      if (onDisk !== null && 'knownFromMs' in onDisk) throw new SealedPast(onDisk.knownFromMs);
      let state: AccountState | null = onDisk?.state ?? null;
      let hash = onDisk?.hash ?? '';
      let lastPosition = 0;
      for (const tailed of visible(tail.ofAccount(accountId, state?.version ?? 0))) {
        const { version, position } = tailed;
        if (version !== (state?.version ?? 0) + 1) continue;
        // Decoded only now: most of a busy account's entries may be of no use here.
        const { recorded } = tailed;
        if (version > upToVersion || (atMs !== null && recorded.entry.atMs > atMs)) break;
        state = evolve(state, recorded.entry);
        hash = recorded.hash;
        lastPosition = position;
      }
      if (state === null) return null;
      return { state, hash, snapshotVersion: onDisk?.snapshotVersion ?? 0, lastPosition };
    },
    change: async (accountId, id, meant) => {
      const reference = { ...meant, id };
      const hash = index.hashOf(accountId, id);
      // Before the disk is asked: what is not among the newest by then stands there, or nowhere, and the tail would index
      // all of its entries to say so.
      const isRecent = index.isRecent(hash);
      const onDisk = await beside('change', { hash, accountId, reference });
      const tailed = isRecent ? tail.change(hash, accountId, reference) : undefined;
      const inTail = tailed !== undefined && tailed.position <= upTo() ? tailed.recorded : null;
      const recorded = inTail ?? (onDisk === null ? null : toRecorded(onDisk.row));
      if (recorded === null) return null;
      const later = tail.continuation(accountId, recorded.entry.version, upTo())?.recorded;
      // A forgotten id may be borne anew: what the disk knows of the older entry says nothing of the newer.
      const isSame = onDisk?.row.version === recorded.entry.version;
      const earlier = isSame ? (onDisk.continuation ?? null) : null;
      return { recorded, continuation: later ?? (earlier === null ? null : toRecorded(earlier)) };
    },
    version: async (accountId, version) => {
      const tailed = tail.version(accountId, version);
      if (tailed !== undefined) return tailed.position <= upTo() ? tailed.recorded : null;
      const [row] = await beside('versions', { accountId, versions: [version] });
      return row === undefined ? null : toRecorded(row);
    },
    entries: async (query) => {
      const { accountId, afterVersion, limit, kind } = query;
      const found = unpackRows(await inWindow(limit, () => beside('entries', query)));
      const last = found.at(-1)?.entry.version ?? afterVersion;
      for (const { recorded } of visible(tail.ofAccount(accountId, last))) {
        if (found.length === limit) break;
        if (kind === undefined || recorded.entry.kind === kind) found.push(recorded);
      }
      return found;
    },
    usage: async (accountId, range) => {
      const { fromMs, toMs, partsMs } = range;
      const parts = partsMs?.length ?? Math.ceil((toMs - fromMs) / SLOT_MS);
      const { checkpoint, rows } = await inWindow(parts, () => beside('usage', { accountId, range }));
      const later = visible(tail.ofAccount(accountId, 0)).flatMap((tailed) => {
        const change = tailed.position > checkpoint ? usageOf(tailed.recorded.entry) : null;
        return change !== null && change.slotMs >= fromMs && change.slotMs < toMs ? [change] : [];
      });
      return [...rows, ...later];
    },
    accountIds: async ({ after, limit }) => {
      const onDisk = await beside('accountIds', { after, limit });
      const inTail = tail.opened(upTo()).filter((id) => after === null || id > after);
      return [...new Set([...onDisk, ...inTail])].toSorted().slice(0, limit);
    },
    keyOwner: async (digest) => {
      const tailed = tail.keyOwner(digest, upTo());
      if (tailed !== undefined) return tailed;
      return beside('keyOwner', { digest });
    },
  };
}

/** Asks the reader's thread. Throws a `Fault` when the files cannot be read. */
export async function ask<K extends keyof ReadRequests>(
  thread: Thread,
  kind: K,
  request: ReadRequests[K]['request'],
): Promise<ReadRequests[K]['reply']> {
  try {
    return await thread.ask<ReadRequests[K]['reply']>({ kind, request });
  } catch (cause) {
    throw unreadable(cause);
  }
}
