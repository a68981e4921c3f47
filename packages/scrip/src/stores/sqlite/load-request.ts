import { RATE_CARD_STREAM } from '../../core/account.ts';
import type { Facts } from '../../core/decision.ts';
import type { Entry } from '../../core/entry.ts';
import { drawnLots } from '../../core/lots.ts';
import type { Reference } from '../../core/reference.ts';
import { LOT_NAMING_KINDS, namesLots, referenceOf } from '../../core/reference.ts';
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
  /** What reads failed with, by what they looked for. */
  readonly failures: Map<string, unknown>;
}

export function emptyFinds(): DiskFinds {
  return {
    accounts: new Map(),
    changes: new Map(),
    entries: new Map(),
    keyOwners: new Map(),
    failures: new Map(),
  };
}

/** Memory, and the disk beside it. */
export interface Sources {
  readonly cache: AccountCache;
  readonly tail: JournalTail;
  readonly index: ChangeIndex;
  readonly reads: DiskReads;
}

/** Reads of the disk, each by what it looks for: several requests may lack the same. They do not reject. */
export type MissingReads = Map<string, () => Promise<void>>;

/** Where one request's facts are looked for; what is not there is added to `missing`. */
interface Looking {
  readonly sources: Sources;
  readonly finds: DiskFinds;
  readonly missing: MissingReads;
  isComplete: boolean;
}

/**
 * Gathers from memory what a decision needs. Null where reads that it adds to `missing` must come first: it is called
 * again when these are done, and throws what one of them failed with.
 */
export function loadRequest(
  request: ChangeRequest,
  changeHash: number,
  places: Omit<Looking, 'isComplete'>,
): { readonly account: CachedAccount | null; readonly loaded: Loaded } | null {
  const looking: Looking = { ...places, isComplete: true };
  const { accountId, command } = request;
  const account = findAccount(accountId, looking);
  const prior = findPrior(request, changeHash, { account, looking });
  const reference = referenceOf(command);
  const referred = reference === null ? null : findReferred(accountId, reference, looking);
  const isKeyTaken = command.kind === 'AddKey' && findKeyOwner(command.digest, looking) !== null;
  const rateCards = looking.sources.cache.get(RATE_CARD_STREAM)?.decided.state.rateCards ?? [];
  const facts = { rateCards, referred, isKeyTaken };
  return looking.isComplete ? { account, loaded: { account: account?.decided ?? null, prior, facts } } : null;
}

/** Has a read made before the next try. Throws what it failed with where it has been made. */
function lack(looking: Looking, what: string, read: () => Promise<void>): void {
  const { finds, missing } = looking;
  if (finds.failures.has(what)) throw finds.failures.get(what);
  looking.isComplete = false;
  missing.set(what, () => read().catch((error: unknown) => void finds.failures.set(what, error)));
}

function findAccount(accountId: string, looking: Looking): CachedAccount | null {
  const { cache, reads } = looking.sources;
  const { finds } = looking;
  const cached = cache.get(accountId);
  if (cached !== undefined) return cached;
  const found = finds.accounts.get(accountId);
  if (found === undefined)
    lack(looking, `account\n${accountId}`, async () => {
      finds.accounts.set(accountId, await reads.account(accountId));
    });
  // It may have left the cache again before its turn came; had it changed meanwhile, it would still be there.
  return found === undefined || found === null ? null : cache.offer(found);
}

function findPrior(
  { accountId, command, change: { id } }: ChangeRequest,
  hash: number,
  { account, looking }: { readonly account: CachedAccount | null; readonly looking: Looking },
): RecordedEntry | null {
  const { tail, index } = looking.sources;
  if (index.isRecent(hash)) {
    const tailed = tail.change(hash, accountId, { id });
    if (tailed !== undefined) return tailed.recorded;
  } else if (!index.mayBeOlder(hash)) {
    // Lots, periods and voids go by the id of a grant or refund: no other may bear it as long as the journal holds it.
    const createdAtMs = account?.decided.state.createdAtMs ?? Infinity;
    if (!namesLots(command) || createdAtMs > index.forgottenMs()) return null;
    return findOnDisk(accountId, { id, kinds: LOT_NAMING_KINDS }, looking)?.recorded ?? null;
  }
  // What a segment holds is on the disk; the tail is not asked, because a guess would make it index all its entries.
  return findOnDisk(accountId, { id }, looking)?.recorded ?? null;
}

/**
 * Has the disk asked again whether a change was made before, because it has been made since: it may be derived by the
 * next look, and so be in no place of memory that is asked first.
 */
export function forgetPrior({ changes }: DiskFinds, accountId: string, id: string): void {
  if (changes.size === 0) return;
  for (const kinds of [undefined, LOT_NAMING_KINDS]) changes.delete(keyOf(accountId, { id, kinds }));
}

function keyOf(accountId: string, { id, kinds }: Reference): string {
  return `${accountId}\n${id}\n${kinds?.join() ?? ''}`;
}

function findOnDisk(accountId: string, { id, ...meant }: Reference, looking: Looking) {
  const { finds, sources } = looking;
  const key = keyOf(accountId, { id, ...meant });
  const found = finds.changes.get(key);
  if (found === undefined)
    lack(looking, `change\n${key}`, async () => {
      finds.changes.set(key, await sources.reads.change(accountId, id, meant));
    });
  return found ?? null;
}

function findReferred(accountId: string, reference: Reference, looking: Looking): Facts['referred'] {
  const { tail, index, reads } = looking.sources;
  const { finds } = looking;
  const tailed = tail.change(index.hashOf(accountId, reference.id), accountId, reference);
  const onDisk = tailed === undefined ? findOnDisk(accountId, reference, looking) : null;
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
      lack(looking, `version\n${key}`, async () => {
        finds.entries.set(key, await reads.version(accountId, version));
      });
  }
  return { entry, continuation, lotEntries };
}

function findKeyOwner(digest: string, looking: Looking): string | null {
  const { tail, reads } = looking.sources;
  const { finds } = looking;
  const tailed = tail.keyOwner(digest, Infinity);
  if (tailed !== undefined) return tailed;
  const found = finds.keyOwners.get(digest);
  if (found === undefined)
    lack(looking, `key\n${digest}`, async () => {
      finds.keyOwners.set(digest, await reads.keyOwner(digest));
    });
  return found ?? null;
}
