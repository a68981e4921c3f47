import { isOwnStream } from '../../core/account.ts';
import { continuedVersion } from '../../core/entry.ts';
import { decodeEntry } from '../../core/entry-format.ts';
import type { Reference } from '../../core/reference.ts';
import { isChange } from '../../core/reference.ts';
import type { AppendedEntry, Personal, RecordedEntry } from '../../ledger/store.ts';

/** Entries of one chunk: few enough that one which is kept for its last entry takes little memory. */
const CHUNK_ENTRIES = 8192;

/**
 * An entry of the tail, kept as its text and read again when somebody asks: few are, and the collector would copy the
 * objects of all of them while they wait to be derived.
 */
export class Tailed {
  readonly position: number;
  readonly accountId: string;
  readonly version: number;
  /** Hash of the change that the entry records; null for what time did. */
  readonly changeHash: number | null;
  /** The version of the earlier entry that it continues. */
  readonly continued: number | null;
  readonly #body: string;
  readonly #hash: string;
  #personal: Personal | null;

  constructor(position: number, { entry, body, personal, hash }: AppendedEntry, changeHash: number | null) {
    this.position = position;
    this.accountId = entry.accountId;
    this.version = entry.version;
    this.changeHash = changeHash;
    this.continued = continuedVersion(entry);
    this.#body = body;
    this.#hash = hash;
    this.#personal = personal;
  }

  get recorded(): RecordedEntry {
    const { accountId, version } = this;
    const entry = decodeEntry({ accountId, version, body: this.#body });
    return { entry, personal: this.#personal, hash: this.#hash };
  }

  erasePersonal(): void {
    this.#personal = null;
  }
}

/**
 * The end of the journal that the derived tables do not hold yet, in memory and found by account, change and key.
 * An entry stands here from the moment it is decided, and goes when it is derived; what is in flight to the disk is
 * here too, and readers leave it out by its position.
 */
export interface JournalTail {
  readonly append: (position: number, appended: AppendedEntry, changeHash: number | null) => void;
  /** Forgets what is derived up to this position, as far as no look-up that began earlier still needs it. */
  readonly forget: (derivedPosition: number) => void;
  /**
   * Keeps what is not derived yet until the returned function is called: while the disk is read beside it, which has all
   * that was derived before.
   */
  readonly pin: () => () => void;
  /** No entry up to this position is here any more. */
  readonly forgotten: () => number;
  readonly ofAccount: (accountId: string, afterVersion: number) => readonly Tailed[];
  readonly version: (accountId: string, version: number) => Tailed | undefined;
  /** The newest of those that bear the id and are meant. */
  readonly change: (hash: number, accountId: string, reference: Reference) => Tailed | undefined;
  /** The latest entry, up to a position, that continues an earlier one of the account. */
  readonly continuation: (accountId: string, version: number, upTo: number) => Tailed | undefined;
  /** Who holds a key: undefined when the tail says nothing of it, null when it was revoked. */
  readonly keyOwner: (digest: string, upTo: number) => string | null | undefined;
  /** Forgets names, notes and metadata of an account's entries before a version. */
  readonly erasePersonal: (accountId: string, beforeVersion: number) => void;
  readonly opened: (upTo: number) => string[];
}

export function createJournalTail(): JournalTail {
  let chunks: Chunk[] = [];
  let derived = 0;
  /** No entry up to this position is here any more, though its chunk may be. */
  let forgotten = 0;
  const pins = new Set<{ readonly position: number }>();
  /** By digest, in the order of their last changes. */
  const keys = new Map<string, readonly KeyChange[]>();
  let opened: { readonly accountId: string; readonly position: number }[] = [];

  function forget(derivedPosition: number): void {
    derived = Math.max(derived, derivedPosition);
    // Pins stand in order: nothing is forgotten that an older one keeps.
    const [oldest = { position: derived }] = pins;
    const limit = Math.min(derived, oldest.position);
    if (limit <= forgotten) return;
    forgotten = limit;
    chunks = from(chunks, ({ entries }) => (entries.at(-1)?.position ?? 0) > forgotten);
    opened = from(opened, ({ position }) => position > forgotten);
    for (const [digest, changes] of keys) {
      if ((changes.at(-1)?.position ?? 0) > forgotten) break;
      keys.delete(digest);
    }
  }

  const isHere = ({ position }: Tailed) => position > forgotten;

  function ofAccount(accountId: string, afterVersion: number): Tailed[] {
    return chunks.flatMap((chunk) => {
      const found = indexed(chunk).byAccount.get(accountId) ?? NONE;
      const first = found[0]?.version ?? 0;
      return found.slice(Math.max(0, afterVersion + 1 - first)).filter(isHere);
    });
  }

  /** The newest of those that are kept under a key. */
  function newest(
    find: (chunk: Chunk) => readonly Tailed[] | undefined,
    isWanted: (tailed: Tailed) => boolean,
  ): Tailed | undefined {
    for (let at = chunks.length - 1; at >= 0; at -= 1) {
      const found = find(indexed(chunks[at] as Chunk))?.findLast(
        (tailed) => isHere(tailed) && isWanted(tailed),
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function changeKey(digest: string, change: KeyChange): void {
    const changes = keys.get(digest) ?? [];
    // It goes to the end of the map.
    keys.delete(digest);
    keys.set(digest, [...changes, change]);
  }

  return {
    append: (position, appended, changeHash) => {
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.entries.length === CHUNK_ENTRIES) {
        chunk = newChunk();
        chunks.push(chunk);
      }
      chunk.entries.push(new Tailed(position, appended, changeHash));
      const { entry } = appended;
      if (entry.kind === 'KeyAdded') changeKey(entry.digest, { accountId: entry.accountId, position });
      if (entry.kind === 'KeyRevoked') changeKey(entry.digest, { accountId: null, position });
      if (entry.kind === 'AccountOpened' && !isOwnStream(entry.accountId))
        opened.push({ accountId: entry.accountId, position });
    },
    forget,
    pin: () => {
      const pin = { position: derived };
      pins.add(pin);
      return () => {
        pins.delete(pin);
        forget(derived);
      };
    },
    forgotten: () => forgotten,
    ofAccount,
    version: (accountId, version) =>
      newest(
        ({ byAccount }) => {
          const found = byAccount.get(accountId);
          const one = found?.[version - (found[0]?.version ?? 0)];
          return one && [one];
        },
        () => true,
      ),
    change: (hash, accountId, reference) =>
      newest(
        ({ byChange }) => byChange.get(hash),
        (tailed) => tailed.accountId === accountId && isChange(tailed.recorded.entry, reference),
      ),
    continuation: (accountId, version, upTo) =>
      newest(
        ({ continuations }) => continuations.get(`${accountId}\n${version}`),
        ({ position }) => position <= upTo,
      ),
    keyOwner: (digest, upTo) => keys.get(digest)?.findLast(({ position }) => position <= upTo)?.accountId,
    erasePersonal: (accountId, beforeVersion) => {
      for (const tailed of ofAccount(accountId, 0))
        if (tailed.version < beforeVersion) tailed.erasePersonal();
    },
    opened: (upTo) => opened.filter(({ position }) => position <= upTo).map(({ accountId }) => accountId),
  };
}

const NONE: readonly never[] = [];

/** Whose a key became at a position; null: it was revoked. */
interface KeyChange {
  readonly accountId: string | null;
  readonly position: number;
}

/** Entries that are forgotten together, with what finds them: to forget one by one would look for each once more. */
interface Chunk {
  readonly entries: Tailed[];
  /** How many of them the maps hold: those that came since then are added when somebody asks, and so often never. */
  indexed: number;
  readonly byAccount: Map<string, Tailed[]>;
  /** Nearly always one of a hash. */
  readonly byChange: Map<number, Tailed[]>;
  readonly continuations: Map<string, Tailed[]>;
}

/** What stands from the first on that stays. */
function from<T>(list: T[], stays: (one: T) => boolean): T[] {
  const first = list.findIndex(stays);
  return first === 0 ? list : first === -1 ? [] : list.slice(first);
}

function newChunk(): Chunk {
  return {
    entries: [],
    indexed: 0,
    byAccount: new Map(),
    byChange: new Map(),
    continuations: new Map(),
  };
}

function indexed(chunk: Chunk): Chunk {
  const { entries, byAccount, byChange, continuations } = chunk;
  for (; chunk.indexed < entries.length; chunk.indexed += 1) {
    const tailed = entries[chunk.indexed] as Tailed;
    const { accountId, changeHash, continued } = tailed;
    push(byAccount, accountId, tailed);
    if (changeHash !== null) push(byChange, changeHash, tailed);
    if (continued !== null) push(continuations, `${accountId}\n${continued}`, tailed);
  }
  return chunk;
}

function push<K>(index: Map<K, Tailed[]>, key: K, tailed: Tailed): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, [tailed]);
  else found.push(tailed);
}
