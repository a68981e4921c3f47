import { RATE_CARD_STREAM } from '../../core/account.ts';
import { referredChangeId } from '../../core/command.ts';
import type { Facts } from '../../core/decision.ts';
import type { Entry } from '../../core/entry.ts';
import { drawnLots } from '../../core/lots.ts';
import type { ChangeRequest, Loaded, RecordedEntry } from '../../ledger/store.ts';
import type { AccountCache, CachedAccount, LoadedState } from './account-cache.ts';
import type { ChangeIndex } from './change-index.ts';
import type { DiskReads } from './disk-reads.ts';
import type { JournalTail } from './journal-tail.ts';

/** What was read from the disk for one batch. Memory is asked first each time; this only fills what it lacks. */
export interface DiskFinds {
  readonly accounts: Map<string, LoadedState | null>;
  readonly changes: Map<string, { recorded: RecordedEntry; continuation: RecordedEntry | null } | null>;
  readonly entries: Map<string, RecordedEntry | null>;
  readonly keyOwners: Map<string, string | null>;
}

export function emptyFinds(): DiskFinds {
  return { accounts: new Map(), changes: new Map(), entries: new Map(), keyOwners: new Map() };
}

/** Memory, and the disk beside it. */
export interface Sources {
  readonly cache: AccountCache;
  readonly tail: JournalTail;
  readonly index: ChangeIndex;
  readonly reads: DiskReads;
}

/** Reads of the disk, each by what it looks for: several requests may lack the same. */
export type MissingReads = Map<string, () => Promise<void>>;

/** Where a request's facts are looked for; what is not there is added to `missing`. */
interface Looking {
  readonly sources: Sources;
  readonly finds: DiskFinds;
  readonly missing: MissingReads;
}

/**
 * Gathers from memory what a decision needs: complete unless it adds to `missing` the reads that must come first.
 * Called again when these are done.
 */
export function loadRequest(
  request: ChangeRequest,
  changeHash: number,
  { sources, finds, missing }: Looking,
): { readonly account: CachedAccount | null; readonly loaded: Loaded } {
  const { accountId, command } = request;
  const account = findAccount(accountId, sources, finds, missing);
  const prior = findPrior(request, changeHash, sources, finds, missing);
  const referredId = referredChangeId(command);
  const referred = referredId === null ? null : findReferred(accountId, referredId, sources, finds, missing);
  const isKeyTaken =
    command.kind === 'AddKey' && findKeyOwner(command.digest, sources, finds, missing) !== null;
  const rateCards = sources.cache.get(RATE_CARD_STREAM)?.decided.state.rateCards ?? [];
  const facts = { rateCards, referred, isKeyTaken };
  return { account, loaded: { account: account?.decided ?? null, prior, facts } };
}

function findAccount(
  accountId: string,
  { cache, reads }: Sources,
  finds: DiskFinds,
  missing: MissingReads,
): CachedAccount | null {
  const cached = cache.get(accountId);
  if (cached !== undefined) return cached;
  const found = finds.accounts.get(accountId);
  if (found === undefined)
    missing.set(`account\n${accountId}`, async () => {
      finds.accounts.set(accountId, await reads.account(accountId));
    });
  // It may have left the cache again before its turn came; had it changed meanwhile, it would still be there.
  return found === undefined || found === null ? null : cache.offer(found);
}

function findPrior(
  { accountId, change: { id: changeId } }: ChangeRequest,
  hash: number,
  { tail, index, reads }: Sources,
  finds: DiskFinds,
  missing: MissingReads,
): RecordedEntry | null {
  if (index.isRecent(hash)) {
    const tailed = tail.change(hash, accountId, changeId);
    if (tailed !== undefined) return tailed.recorded;
  } else if (!index.mayBeOlder(hash)) return null;
  // What a segment holds is on the disk; the tail is not asked, because a guess would make it index all its entries.
  return findOnDisk(accountId, changeId, reads, finds, missing)?.recorded ?? null;
}

function findOnDisk(
  accountId: string,
  changeId: string,
  reads: DiskReads,
  finds: DiskFinds,
  missing: MissingReads,
) {
  const key = `${accountId}\n${changeId}`;
  const found = finds.changes.get(key);
  if (found === undefined)
    missing.set(`change\n${key}`, async () => {
      finds.changes.set(key, await reads.change(accountId, changeId));
    });
  return found ?? null;
}

function findReferred(
  accountId: string,
  changeId: string,
  { tail, index, reads }: Sources,
  finds: DiskFinds,
  missing: MissingReads,
): Facts['referred'] {
  const tailed = tail.change(index.hashOf(accountId, changeId), accountId, changeId);
  const onDisk = tailed === undefined ? findOnDisk(accountId, changeId, reads, finds, missing) : null;
  const entry = tailed?.recorded.entry ?? onDisk?.recorded.entry;
  if (entry === undefined) return null;
  const continuation =
    tail.continuation(accountId, entry.version, Infinity)?.recorded.entry ??
    onDisk?.continuation?.entry ??
    null;
  const lotEntries: Entry[] = [];
  for (const version of drawnLots(entry)) {
    const key = `${accountId}\n${version}`;
    const made = tail.version(accountId, version)?.recorded ?? finds.entries.get(key);
    if (made !== undefined && made !== null) lotEntries.push(made.entry);
    else if (made === undefined && version > 0)
      missing.set(`version\n${key}`, async () => {
        finds.entries.set(key, await reads.version(accountId, version));
      });
  }
  return { entry, continuation, lotEntries };
}

function findKeyOwner(
  digest: string,
  { tail, reads }: Sources,
  finds: DiskFinds,
  missing: MissingReads,
): string | null {
  const tailed = tail.keyOwner(digest, Infinity);
  if (tailed !== undefined) return tailed;
  const found = finds.keyOwners.get(digest);
  if (found === undefined)
    missing.set(`key\n${digest}`, async () => {
      finds.keyOwners.set(digest, await reads.keyOwner(digest));
    });
  return found ?? null;
}
