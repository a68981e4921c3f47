import { continuedVersion } from '../../core/entry.ts';
import type { RecordedEntry } from '../../ledger/store.ts';

export interface Tailed {
  readonly position: number;
  readonly recorded: RecordedEntry;
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
  readonly change: (accountId: string, changeId: string) => Tailed | undefined;
  /** The latest entry, up to a position, that continues an earlier one of the account. */
  readonly continuation: (accountId: string, version: number, upTo: number) => Tailed | undefined;
  /** Who holds a key: undefined when the tail says nothing of it, null when it was revoked. */
  readonly keyOwner: (digest: string, upTo: number) => string | null | undefined;
  readonly opened: (upTo: number) => string[];
}

export function createJournalTail(): JournalTail {
  let entries: Tailed[] = [];
  let derived = 0;
  let last = 0;
  const pins = new Set<{ readonly position: number }>();
  const byAccount = new Map<string, Tailed[]>();
  const byChange = new Map<string, Tailed>();
  const continuations = new Map<string, Tailed[]>();
  const keys: { digest: string; accountId: string | null; position: number }[] = [];

  function forget(derivedPosition: number): void {
    derived = Math.max(derived, derivedPosition);
    let limit = derived;
    for (const pin of pins) limit = Math.min(limit, pin.position);
    const count = entries.findIndex(({ position }) => position > limit);
    const gone = count === -1 ? entries : entries.slice(0, count);
    if (gone.length === 0) return;
    entries = count === -1 ? [] : entries.slice(count);
    for (const tailed of gone) forgetEntry(tailed);
    for (const accountId of new Set(gone.map(({ recorded }) => recorded.entry.accountId)))
      keepAfter(byAccount, accountId, limit);
    while (keys[0] !== undefined && keys[0].position <= limit) keys.shift();
  }

  function forgetEntry(tailed: Tailed): void {
    const { entry } = tailed.recorded;
    if (entry.change !== null) {
      const key = changeKey(entry.accountId, entry.change.id);
      if (byChange.get(key) === tailed) byChange.delete(key);
    }
    const continued = continuedVersion(entry);
    if (continued !== null) keepAfter(continuations, `${entry.accountId}\n${continued}`, tailed.position);
  }

  return {
    append: (tailed) => {
      const { entry } = tailed.recorded;
      const { accountId } = entry;
      entries.push(tailed);
      last = tailed.position;
      push(byAccount, accountId, tailed);
      if (entry.change !== null) byChange.set(changeKey(accountId, entry.change.id), tailed);
      const continued = continuedVersion(entry);
      if (continued !== null) push(continuations, `${accountId}\n${continued}`, tailed);
      const { position } = tailed;
      if (entry.kind === 'KeyAdded') keys.push({ digest: entry.digest, accountId, position });
      if (entry.kind === 'KeyRevoked') keys.push({ digest: entry.digest, accountId: null, position });
    },
    forget,
    pin: () => {
      const pin = { position: entries[0] === undefined ? last : entries[0].position - 1 };
      pins.add(pin);
      return () => {
        pins.delete(pin);
        forget(derived);
      };
    },
    size: () => entries.length,
    holds: (accountId) => byAccount.has(accountId),
    ofAccount: (accountId, afterVersion) => {
      const tailed = byAccount.get(accountId) ?? [];
      const first = tailed[0]?.recorded.entry.version ?? 0;
      return tailed.slice(Math.max(0, afterVersion + 1 - first));
    },
    version: (accountId, version) => {
      const tailed = byAccount.get(accountId) ?? [];
      return tailed[version - (tailed[0]?.recorded.entry.version ?? 0)];
    },
    change: (accountId, changeId) => byChange.get(changeKey(accountId, changeId)),
    continuation: (accountId, version, upTo) =>
      continuations.get(`${accountId}\n${version}`)?.findLast(({ position }) => position <= upTo),
    keyOwner: (digest, upTo) =>
      keys.findLast((key) => key.digest === digest && key.position <= upTo)?.accountId,
    opened: (upTo) =>
      entries
        .filter(({ position, recorded: { entry } }) => entry.kind === 'AccountOpened' && position <= upTo)
        .map(({ recorded }) => recorded.entry.accountId)
        .filter((accountId) => !accountId.startsWith('$')),
  };
}

function changeKey(accountId: string, changeId: string): string {
  return `${accountId}\n${changeId}`;
}

function push(index: Map<string, Tailed[]>, key: string, tailed: Tailed): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, [tailed]);
  else found.push(tailed);
}

function keepAfter(index: Map<string, Tailed[]>, key: string, position: number): void {
  const kept = index.get(key)?.filter((tailed) => tailed.position > position) ?? [];
  if (kept.length === 0) index.delete(key);
  else index.set(key, kept);
}
