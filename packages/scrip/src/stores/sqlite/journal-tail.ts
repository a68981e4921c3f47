import { continuedVersion } from '../../core/entry.ts';
import type { RecordedEntry } from '../../ledger/store.ts';

export interface Tailed {
  readonly position: number;
  /** Another one only when its personal part has been erased. */
  recorded: RecordedEntry;
  /** Hash of the change that the entry records; null for what time did. */
  readonly changeHash: number | null;
}

/**
 * The end of the journal that the derived tables do not hold yet, in memory and found by account, change and key.
 * An entry stands here from the moment it is decided, and goes when it is derived; what is in flight to the disk is
 * here too, and readers leave it out by its position.
 */
export interface JournalTail {
  readonly append: (tailed: Tailed) => void;
  /** Forgets what is derived up to this position, as far as no look-up that began earlier still needs it. */
  readonly forget: (derivedPosition: number) => void;
  /** Keeps everything that is here now until the returned function is called: while the disk is read beside it. */
  readonly pin: () => () => void;
  readonly size: () => number;
  readonly holds: (accountId: string) => boolean;
  readonly ofAccount: (accountId: string, afterVersion: number) => readonly Tailed[];
  readonly version: (accountId: string, version: number) => Tailed | undefined;
  readonly change: (hash: number, accountId: string, changeId: string) => Tailed | undefined;
  /** The latest entry, up to a position, that continues an earlier one of the account. */
  readonly continuation: (accountId: string, version: number, upTo: number) => Tailed | undefined;
  /** Who holds a key: undefined when the tail says nothing of it, null when it was revoked. */
  readonly keyOwner: (digest: string, upTo: number) => string | null | undefined;
  /** Forgets names, notes and metadata of an account's entries before a version. */
  readonly erasePersonal: (accountId: string, beforeVersion: number) => void;
  readonly opened: (upTo: number) => string[];
}

export function createJournalTail(): JournalTail {
  const entries = createQueue();
  let derived = 0;
  let last = 0;
  const pins = new Set<{ readonly position: number }>();
  const byAccount = new Map<string, Queue>();
  /** By the lowest 32 bits of their hashes, which a map need not box; nearly always one, and of several the newest first. */
  const byChange = new Map<number, Tailed | readonly Tailed[]>();
  const continuations = new Map<string, Queue>();
  const keys: { digest: string; accountId: string | null; position: number }[] = [];

  function forget(derivedPosition: number): void {
    derived = Math.max(derived, derivedPosition);
    let limit = derived;
    for (const pin of pins) limit = Math.min(limit, pin.position);
    for (let first = entries.first(); first !== undefined && first.position <= limit; first = entries.first())
      forgetFirst(first);
    while (keys[0] !== undefined && keys[0].position <= limit) keys.shift();
  }

  /** The first of all entries is also the first of its account, and of those that continue the same one. */
  function forgetFirst(tailed: Tailed): void {
    const { entry } = tailed.recorded;
    entries.drop();
    dropFirst(byAccount, entry.accountId);
    if (tailed.changeHash !== null) {
      const others = ofHash(tailed.changeHash).filter((other) => other !== tailed);
      if (others.length === 0) byChange.delete(tailed.changeHash | 0);
      else byChange.set(tailed.changeHash | 0, others);
    }
    const continued = continuedVersion(entry);
    if (continued !== null) dropFirst(continuations, `${entry.accountId}\n${continued}`);
  }

  function ofHash(hash: number): readonly Tailed[] {
    const found = byChange.get(hash | 0) ?? [];
    return 'position' in found ? [found] : found;
  }

  function findChange(hash: number, accountId: string, changeId: string): Tailed | undefined {
    const found = byChange.get(hash | 0);
    if (found === undefined) return undefined;
    if (!('position' in found)) return found.find((tailed) => isChange(tailed, accountId, changeId));
    return isChange(found, accountId, changeId) ? found : undefined;
  }

  return {
    append: (tailed) => {
      const { entry } = tailed.recorded;
      const { accountId } = entry;
      entries.push(tailed);
      last = tailed.position;
      push(byAccount, accountId, tailed);
      const { changeHash } = tailed;
      if (changeHash !== null)
        byChange.set(changeHash | 0, byChange.has(changeHash | 0) ? [tailed, ...ofHash(changeHash)] : tailed);
      const continued = continuedVersion(entry);
      if (continued !== null) push(continuations, `${accountId}\n${continued}`, tailed);
      const { position } = tailed;
      if (entry.kind === 'KeyAdded') keys.push({ digest: entry.digest, accountId, position });
      if (entry.kind === 'KeyRevoked') keys.push({ digest: entry.digest, accountId: null, position });
    },
    forget,
    pin: () => {
      const pin = { position: (entries.first()?.position ?? last + 1) - 1 };
      pins.add(pin);
      return () => {
        pins.delete(pin);
        forget(derived);
      };
    },
    size: entries.size,
    holds: (accountId) => byAccount.has(accountId),
    ofAccount: (accountId, afterVersion) => {
      const tailed = byAccount.get(accountId);
      const first = tailed?.first()?.recorded.entry.version ?? 0;
      return tailed?.from(Math.max(0, afterVersion + 1 - first)) ?? [];
    },
    version: (accountId, version) => {
      const tailed = byAccount.get(accountId);
      return tailed?.at(version - (tailed.first()?.recorded.entry.version ?? 0));
    },
    change: findChange,
    continuation: (accountId, version, upTo) =>
      continuations
        .get(`${accountId}\n${version}`)
        ?.from(0)
        .findLast(({ position }) => position <= upTo),
    keyOwner: (digest, upTo) =>
      keys.findLast((key) => key.digest === digest && key.position <= upTo)?.accountId,
    erasePersonal: (accountId, beforeVersion) => {
      for (const tailed of byAccount.get(accountId)?.from(0) ?? [])
        if (tailed.recorded.entry.version < beforeVersion)
          tailed.recorded = { ...tailed.recorded, personal: null };
    },
    opened: (upTo) =>
      entries
        .from(0)
        .filter(({ position, recorded: { entry } }) => entry.kind === 'AccountOpened' && position <= upTo)
        .map(({ recorded }) => recorded.entry.accountId)
        .filter((accountId) => !accountId.startsWith('$')),
  };
}

function isChange({ recorded: { entry } }: Tailed, accountId: string, changeId: string): boolean {
  return entry.change?.id === changeId && entry.accountId === accountId;
}

function push(index: Map<string, Queue>, key: string, tailed: Tailed): void {
  let found = index.get(key);
  if (found === undefined) {
    found = createQueue();
    index.set(key, found);
  }
  found.push(tailed);
}

function dropFirst(index: Map<string, Queue>, key: string): void {
  const found = index.get(key);
  found?.drop();
  if (found?.first() === undefined) index.delete(key);
}

/** First in, first out. */
interface Queue {
  readonly size: () => number;
  readonly push: (tailed: Tailed) => void;
  readonly first: () => Tailed | undefined;
  /** The first is at 0. */
  readonly at: (index: number) => Tailed | undefined;
  readonly from: (index: number) => readonly Tailed[];
  readonly drop: () => void;
}

/** Those that were dropped go when they are half of all: however many there are, to drop one costs the same. */
function createQueue(): Queue {
  let items: Tailed[] = [];
  let dropped = 0;
  return {
    size: () => items.length - dropped,
    push: (tailed) => items.push(tailed),
    first: () => items[dropped],
    at: (index) => (index < 0 ? undefined : items[dropped + index]),
    from: (index) => items.slice(dropped + index),
    drop: () => {
      dropped += 1;
      if (dropped * 2 < items.length) return;
      items = items.slice(dropped);
      dropped = 0;
    },
  };
}
