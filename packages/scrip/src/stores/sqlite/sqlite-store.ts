import type { AccountState } from '../../core/account.ts';
import { RATE_CARD_STREAM } from '../../core/account.ts';
import type { Store } from '../../ledger/store.ts';
import { createAccountCache } from './account-cache.ts';
import type { ChangeIndex, Instant } from './change-index.ts';
import { createChangeIndex } from './change-index.ts';
import type { DataDirectory } from './data-directory.ts';
import { openDataDirectory } from './data-directory.ts';
import { createDecider } from './decider.ts';
import { startDerivation } from './derivation.ts';
import { closeInTurn } from './close-in-turn.ts';
import type { DeriverSizes } from './deriver-thread.ts';
import type { DiskReads } from './disk-reads.ts';
import { ask, createDiskReads } from './disk-reads.ts';
import type { JournalTail } from './journal-tail.ts';
import { createJournalTail } from './journal-tail.ts';
import { refuseUnfinished } from './journal-target.ts';
import { createJournalWriter } from './journal-writer.ts';
import { createKeyOwners } from './key-owners.ts';
import { createPersonalErasure } from './personal-erasure.ts';
import { prepareFiles } from './prepare-files.ts';
import { PAGE_BYTES } from './segments/segment-pages.ts';
import { toRecorded } from './stored-row.ts';
import type { Thread } from './thread.ts';
import { startThread } from './thread.ts';

export interface SqliteStoreOptions {
  /** Made where it does not exist. */
  readonly directory: string;
  /** How long an id of a change is kept at least, in milliseconds. */
  readonly idsKeptMs: number;
  readonly now: () => number;
  /** A time that goes on evenly when somebody sets the clock; where there is none, the clock is never set. */
  readonly evenNow?: () => number;
  /** Told why the derived tables could not be used, before they are made again. */
  readonly onDerivedAnew?: (why: string) => void;
  /** Smaller ones let a test see in a moment what takes a large ledger days. */
  readonly sizes?: Partial<EngineSizes>;
}

export interface EngineSizes extends DeriverSizes {
  /** Accounts that are objects in memory, ready for use. */
  readonly cachedAccounts: number;
  /** What the other accounts in memory may take, packed: one lot and one key take about 200. */
  readonly packedAccountBytes: number;
  /** What the keys in memory may take, packed: one takes about 100. */
  readonly packedKeyBytes: number;
  /** Entries that the derived tables may lag behind before new changes wait for them. */
  readonly maxLagEntries: number;
  /** Entries of an account from one snapshot to the next, at least; more where it has more lots and open holds than that. */
  readonly snapshotEvery: number;
}

export const DEFAULT_SIZES: EngineSizes = {
  cachedAccounts: 20_000,
  packedAccountBytes: 256 * 1_048_576,
  packedKeyBytes: 112 * 1_048_576,
  maxLagEntries: 200_000,
  snapshotEvery: 256,
  batchEntries: 16_384,
  mergeRatio: 8,
  finishedEntries: 262_144,
  pageBytes: PAGE_BYTES,
};
const TAIL_PAGE_ENTRIES = 10_000;

/**
 * Opens a ledger's files and takes them for this process. State is in memory, a commit only appends to the journal,
 * and all else is derived behind it. Throws `DirectoryInUse` when another process has the directory,
 * `UnfinishedJournal`, and `JournalCut`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { files, unlock } = openDataDirectory(options.directory);
  const opened: Closer[] = [async () => unlock()];
  try {
    refuseUnfinished(files.journal);
    return await openFiles(files, options, opened);
  } catch (error) {
    // Why it could not be opened is what matters.
    await closeInTurn(opened).catch(() => {});
    throw error;
  }
}

type Closer = () => Promise<void>;

/** `opened` is told how to close what was opened, in the order in which it is to be. */
async function openFiles(
  files: DataDirectory['files'],
  options: SqliteStoreOptions,
  opened: Closer[],
): Promise<Store> {
  const sizes = { ...DEFAULT_SIZES, ...options.sizes };
  const { now: clock, evenNow = clock, idsKeptMs } = options;
  const now = (): Instant => ({ clockMs: clock(), evenMs: evenNow() });
  const startedAt = now();
  let readerFailure: string | null = null;
  prepareFiles(files, options.onDerivedAnew);
  const reader = startThread({
    name: 'reader-thread',
    isLasting: true,
    gathers: true,
    data: { files },
    onCrash: (error) => {
      readerFailure = `the thread that reads the files ended: ${error.message}`;
    },
  });
  opened.unshift(() => closeReader(reader, { isAlive: readerFailure === null }));
  const { finishedEntries } = sizes;
  const start = await ask(reader, 'start', { nowMs: startedAt.clockMs, idsKeptMs, finishedEntries });
  const tail = createJournalTail();
  const cache = createAccountCache({
    capacity: sizes.cachedAccounts,
    packedBytes: sizes.packedAccountBytes,
    mayLeave: (accountId, { durable, decided, lastPosition }) =>
      accountId !== RATE_CARD_STREAM && durable === decided.state && lastPosition <= tail.forgotten(),
  });
  const index = createChangeIndex({ ...start, ...sizes, startedAt, keptMs: idsKeptMs });
  const derivation = startDerivation({
    files,
    sizes,
    checkpoint: start.checkpoint,
    onDerived: (checkpoint) => {
      tail.forget(checkpoint);
      cache.shrink();
    },
    onSegment: (ids) => index.addSegment(ids, now()),
  });
  opened.unshift(derivation.close);
  derivation.derive(start.lastPosition);
  await derivation.whenWithin(sizes.maxLagEntries / 2, () => start.lastPosition);
  const lastPosition = await readTail({ reader, tail, index, after: derivation.checkpoint() });
  tail.forget(derivation.checkpoint());

  const writer = createJournalWriter({
    file: files.journal,
    lastPosition,
    onDurable: derivation.derive,
    onFailed: derivation.wake,
  });
  opened.unshift(writer.close);
  const reads = createDiskReads({ thread: reader, tail, index, upTo: writer.durablePosition });
  const rateCards = await reads.account(RATE_CARD_STREAM);
  if (rateCards !== null) cache.offer(rateCards);
  const keyOwners = createKeyOwners({ read: reads.keyOwner, packedBytes: sizes.packedKeyBytes });
  const decider = createDecider({
    sources: { cache, tail, index, reads },
    writer,
    lastPosition,
    snapshotEvery: sizes.snapshotEvery,
    keepSnapshots: derivation.keepSnapshots,
    onKeyChanged: keyOwners.forget,
  });

  const erasure = createPersonalErasure({ writer, reader, reads, tail });
  await erasure.finish(start.erasing);

  async function loadAccount(accountId: string): Promise<AccountState | null> {
    const found = await reads.account(accountId);
    return found === null ? null : cache.offer(found).durable;
  }

  let closing: Promise<void> | null = null;
  return {
    // One batch is made durable while the next is decided.
    lanes: { count: 1, depth: 2, of: () => 0 },
    transact: async (requests, decide) => {
      await derivation.whenWithin(sizes.maxLagEntries, () => {
        // What it counts on may never be in the journal.
        writer.throwIfFailed();
        return decider.position();
      });
      return decider.decide(requests, decide);
    },
    account: (accountId) => {
      const inMemory = cache.read(accountId);
      return inMemory === undefined ? loadAccount(accountId) : inMemory;
    },
    keyOwner: keyOwners.find,
    ...readsOf(reads),
    erasePersonal: erasure.erase,
    health: () => {
      const notWritable = writer.failure() ?? derivation.failure();
      const lagEntries = decider.position() - derivation.checkpoint();
      return {
        writable: notWritable === null,
        readable: readerFailure === null,
        reason: notWritable ?? readerFailure,
        lagEntries,
      };
    },
    close: () => {
      closing ??= closeInTurn(opened);
      return closing;
    },
  };
}

function readsOf(reads: DiskReads) {
  return {
    accountAt: async (accountId: string, atMs: number, upToVersion?: number) =>
      (await reads.account(accountId, { atMs, upToVersion }))?.state ?? null,
    accountIds: reads.accountIds,
    entry: reads.version,
    findChange: reads.change,
    entries: reads.entries,
    usage: reads.usage,
  };
}

async function closeReader(reader: Thread, { isAlive }: { readonly isAlive: boolean }): Promise<void> {
  try {
    if (isAlive) await ask(reader, 'close', null);
  } finally {
    await reader.end();
  }
}

/** Fills the tail with what the derived tables do not hold; returns the journal's last position. */
async function readTail({
  reader,
  tail,
  index,
  after,
}: {
  readonly reader: Thread;
  readonly tail: JournalTail;
  readonly index: ChangeIndex;
  readonly after: number;
}): Promise<number> {
  let position = after;
  for (;;) {
    const rows = await ask(reader, 'tail', { after: position, limit: TAIL_PAGE_ENTRIES });
    for (const row of rows) {
      const recorded = toRecorded(row);
      const { change } = recorded.entry;
      const changeHash = change === null ? null : index.hashOf(row.accountId, change.id);
      tail.append(row.position, { ...recorded, body: row.body }, changeHash);
      if (changeHash !== null) index.add(changeHash, row.position);
      position = row.position;
    }
    if (rows.length === 0) return position;
  }
}
