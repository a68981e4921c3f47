import type { AccountState } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import type { Facts } from '../core/decision.ts';
import type { Change, Entry } from '../core/entry.ts';
import type { Meant } from '../core/reference.ts';
import type { UsageChange, UsageRange } from '../core/usage.ts';
import type { Answer } from './answer.ts';

/** A name, a note or metadata: what can be erased without breaking the chain, because the entry keeps only its salted digest. */
export interface Personal {
  readonly salt: string;
  readonly name?: string | null;
  readonly note?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** An entry with what the journal keeps beside it. */
export interface RecordedEntry {
  readonly entry: Entry;
  readonly personal: Personal | null;
  /** Hash of the account's chain up to and with this entry, hexadecimal. */
  readonly hash: string;
}

/** An entry that is about to be appended, with its stored text. */
export interface AppendedEntry extends RecordedEntry {
  readonly body: string;
}

/** One change that waits to be decided. */
export interface ChangeRequest {
  readonly accountId: string;
  readonly change: Change;
  readonly command: Command;
  readonly personal: Personal | null;
}

/** An account with the end of its chain. */
export interface ChainedState {
  readonly state: AccountState;
  readonly hash: string;
}

/** What the store finds for a request before it is decided. */
export interface Loaded {
  readonly account: ChainedState | null;
  /**
   * The entry that already bears the request's change id. Null where none does, and where the one that did is past the
   * time for which ids are kept, and forgotten. That of a grant or a refund which the journal holds is never forgotten
   * where another of these would bear it: lots and series go by it.
   */
  readonly prior: RecordedEntry | null;
  readonly facts: Facts;
}

export interface Decided<R> {
  readonly outcome: R;
  /** To be appended in this order; empty for a refusal or a replay. */
  readonly entries: readonly AppendedEntry[];
  /** The account after the entries; null when nothing changes. */
  readonly next: ChainedState | null;
}

/** Judges a request on what was loaded for it. */
export type Decide<R> = (request: ChangeRequest, loaded: Loaded) => Decided<R>;

/** What became of one request of several: its outcome, or what it failed with, alone or with its batch. */
export type Settled<R> = { readonly outcome: R } | { readonly error: unknown };

/** What became of the requests of one call. */
export interface Transacted<R> {
  /** A place for each request, in their order: empty for those that still wait for what they need. */
  readonly settled: readonly (Settled<R> | undefined)[];
  /** Resolves when the empty places have been filled; null where there are none. */
  readonly later: Promise<void> | null;
}

/**
 * Where entries are kept. No method assumes that one process owns all state: a store may load accounts under a lock,
 * and may run `decide` again when its engine asks for a retry.
 */
export interface Store {
  /**
   * How batches may run beside one another: batches of two lanes never want the same account, and a lane has up to
   * `depth` batches in the store at once, not counting what is settled later.
   */
  readonly lanes: {
    readonly count: number;
    readonly depth: number;
    readonly of: (accountId: string) => number;
  };
  /**
   * Loads what each request needs, decides them (a later one of an account sees what an earlier one decided, of this
   * call and of those before it), makes their entries durable and then resolves. Requests that must wait for what they
   * need may be settled later, so that those of other accounts do not. Outcomes of refusals wait for what they rest on
   * too. A request that needs what cannot be read fails with a `Fault` of its own, and so does one whose decision
   * throws: the others go on.
   * Rejects with a `Fault` that is all requests'. A store that cannot find out what an `unknown` outcome came to takes
   * no more changes.
   */
  transact<R>(requests: readonly ChangeRequest[], decide: Decide<R>): Promise<Transacted<R>>;
  /** The account as of its last durable entry. Rejects with a `Fault`; what is in memory is there at once. */
  account(accountId: string): Answer<AccountState | null>;
  /** The account as of its last entry recorded at or before an instant, up to a version. Rejects with `SealedPast`. */
  accountAt(accountId: string, atMs: number, upToVersion?: number): Promise<AccountState | null>;
  /** Ids of accounts in their order, after a given one. */
  accountIds(page: { readonly after: string | null; readonly limit: number }): Promise<string[]>;
  /** The account that holds a key, by the key's digest. */
  keyOwner(digest: string): Answer<string | null>;
  entry(accountId: string, version: number): Promise<RecordedEntry | null>;
  /**
   * The durable entry of a change, and the latest entry that continues it (refund, end of a hold, void): the newest of
   * those that bear the id and are meant.
   */
  findChange(accountId: string, changeId: string, meant?: Meant): Promise<FoundChange | null>;
  /** Durable entries in version order, of one kind or of all; of all, those after the seal. */
  entries(query: EntriesQuery): Promise<RecordedEntry[]>;
  /**
   * Usage whose slots lie in a range, under the slots themselves or the first ones of the wanted parts. What falls into
   * one may come in several rows.
   */
  usage(accountId: string, range: UsageRange): Promise<UsageChange[]>;
  /**
   * Erases the personal parts of an account's entries before the one that `record` makes durable, and resolves when
   * nothing of them is left in what the store keeps. `record` gives that entry's version, or null when there is none.
   * Where the process ends in between, the next start finishes it. Rejects with a `Fault`.
   */
  erasePersonal(accountId: string, record: () => Promise<number | null>): Promise<void>;
  health(): StoreHealth;
  close(): Promise<void>;
}

export interface FoundChange {
  readonly recorded: RecordedEntry;
  readonly continuation: RecordedEntry | null;
}

export interface EntriesQuery {
  readonly accountId: string;
  readonly afterVersion: number;
  readonly limit: number;
  readonly kind?: 'CreditsGranted' | 'HoldPlaced';
}

export interface StoreHealth {
  readonly writable: boolean;
  readonly readable: boolean;
  /** Why not, in words for the operator. */
  readonly reason: string | null;
  /** Entries that derived indexes do not hold yet. */
  readonly lagEntries: number;
}
