import type { AccountState } from '../core/account.ts';
import { findPool, RATE_CARD_STREAM } from '../core/account.ts';
import { nextDueMs } from '../core/advance.ts';
import type { DebitRefunded, Entry } from '../core/entry.ts';
import { decodeEntry } from '../core/entry-format.ts';
import { endFlaw, entryFlaw } from '../core/entry-flaw.ts';
import { evolve } from '../core/evolve.ts';
import type { RateCard } from '../core/rate-card.ts';
import { createChangeCheck } from './change-check.ts';
import { copyOf } from './copy-of.ts';
import { CHAIN_START, linkHash } from './digest.ts';
import { personalFlaw } from './personal-flaw.ts';
import type { ChainedState } from './store.ts';

/** An entry as the journal keeps it. */
export interface ChainedEntry {
  readonly position: number;
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  readonly hash: string;
  /** As of `linkOf`. */
  readonly link: string;
}

/** An account as far as its entries have been verified. */
export interface VerifiedAccount {
  state: AccountState | null;
  hash: string;
  /** By the version of a debit: its latest refund. */
  refunds: Map<number, number> | null;
  /** Time does nothing to it before this. */
  quietUntilMs: number;
  /** Positions of the entries that were verified, from this version on. */
  readonly firstVersion: number;
  positions: number[];
  /** By version: positions of entries behind where the journal starts. */
  kept: Map<number, number> | null;
}

/** Goes through a journal in its order and finds the first entry of each account that is wrong. */
export interface ChainVerifier {
  /** The entry where it is right; in words what is wrong where it is not. */
  readonly add: (line: ChainedEntry, personal: string | null) => Entry | string;
  /** That of the entry that was added last. */
  readonly account: () => VerifiedAccount | null;
  readonly accounts: ReadonlyMap<string, VerifiedAccount>;
  /** Takes an account up from where `from` says that its chain goes on. */
  readonly begin: (accountId: string) => void;
  /** An entry that stands before where the journal starts. */
  readonly knowKept: (entry: Entry, position: number) => void;
  /** What is missing after an account's last entry; null when nothing is. */
  readonly endFlaw: (accountId: string) => string | null;
}

const NO_CARDS: readonly RateCard[] = [];

export function createChainVerifier({
  from,
  entryAt,
}: {
  /** Where an account's chain goes on from, for a journal whose oldest entries are not there; null: from its first entry. */
  readonly from: (accountId: string) => ChainedState | null;
  /** An earlier entry: one that has been verified, or one behind where the journal starts. */
  readonly entryAt: (position: number) => Entry | null;
}): ChainVerifier {
  const accounts = new Map<string, VerifiedAccount>();
  const changeFlaw = createChangeCheck();
  let last: VerifiedAccount | null = null;
  let lastId = '';
  let rateCards: readonly RateCard[] | null = null;

  function accountOf(accountId: string): VerifiedAccount {
    let account = accounts.get(accountId);
    if (account === undefined) {
      const { state, hash } = from(accountId) ?? { state: null, hash: CHAIN_START };
      const firstVersion = (state?.version ?? 0) + 1;
      account = {
        state,
        hash,
        refunds: null,
        quietUntilMs: -Infinity,
        firstVersion,
        positions: [],
        kept: null,
      };
      // There may be very many, each a part of a block's text.
      accounts.set(copyOf(accountId), account);
    }
    return account;
  }

  function add(line: ChainedEntry, personal: string | null): Entry | string {
    const { accountId, version, hash } = line;
    const account = last !== null && lastId === accountId ? last : accountOf(accountId);
    last = account;
    lastId = accountId;
    const { state: before } = account;
    const next = (before?.version ?? 0) + 1;
    if (version !== next) return version > next ? `version ${next} is missing before it` : 'it stands twice';
    const chained = linkHash(account.hash, line.link);
    if (chained !== hash) return 'its hash does not fit its text and the chain before it';
    let entry: Entry;
    try {
      entry = decodeEntry(line);
    } catch (error) {
      return `it cannot be read (${messageOf(error)})`;
    }
    const flaw = changeFlaw(entry) ?? personalFlaw(entry, personal) ?? rulesFlaw(account, entry);
    if (flaw !== null) return flaw;
    // Not the line's own, which is a part of the text that was read.
    account.hash = chained;
    addPosition(account, line.position);
    if (entry.kind === 'DebitRefunded') {
      keepRefund(account, entry);
    }
    if (entry.kind === 'RateCardPublished') rateCards = account.state?.rateCards ?? rateCards;
    return entry;
  }

  let reading: VerifiedAccount | null = null;
  let unread: unknown = null;

  /** An earlier entry of the account that is being looked at. */
  function read(version: number): Entry | null {
    const position =
      reading?.positions[version - reading.firstVersion] ?? reading?.kept?.get(version) ?? null;
    if (position === null) return null;
    try {
      return entryAt(position);
    } catch (error) {
      unread = error;
      throw error;
    }
  }

  // One for all entries: each would need another otherwise.
  const basis = {
    quietUntilMs: -Infinity,
    rateCards: NO_CARDS,
    entryAt: read,
    lastRefund: (debitVersion: number) => {
      const refund = reading?.refunds?.get(debitVersion);
      return refund === undefined ? null : read(refund);
    },
  };

  function rulesFlaw(account: VerifiedAccount, entry: Entry): string | null {
    reading = account;
    unread = null;
    basis.quietUntilMs = account.quietUntilMs;
    rateCards ??= from(RATE_CARD_STREAM)?.state.rateCards ?? NO_CARDS;
    basis.rateCards = rateCards;
    try {
      const flaw = entryFlaw(account.state, entry, basis);
      if (flaw !== null) return flaw;
      account.state = evolve(account.state, entry);
      // A debit brings nothing nearer, so that what was known of an account with many lots need not be found anew.
      if (entry.kind !== 'CreditsDebited' || entry.atMs >= account.quietUntilMs)
        account.quietUntilMs = nextDueMs(account.state);
    } catch (error) {
      // What the core takes for a bug when it is live is an impossible entry here; a disk that fails is neither.
      if (unread !== null) throw unread;
      return `it cannot follow what stands before it (${messageOf(error)})`;
    }
    return totalsFlaw(account.state, entry);
  }

  return {
    add,
    account: () => last,
    accounts,
    begin: (accountId) => void accountOf(accountId),
    knowKept: (entry, position) => {
      const account = accountOf(entry.accountId);
      account.kept ??= new Map();
      account.kept.set(entry.version, position);
      if (entry.kind === 'DebitRefunded') keepRefund(account, entry);
    },
    endFlaw: (accountId) => {
      const state = accounts.get(accountId)?.state ?? null;
      return state === null ? null : endFlaw(state);
    },
  };
}

/** Of very many accounts most have few entries, and a list that is pushed to has room to spare for sixteen. */
const FEW_ENTRIES = 8;

function addPosition(account: VerifiedAccount, position: number): void {
  const { positions } = account;
  if (positions.length < FEW_ENTRIES) account.positions = positions.toSpliced(positions.length, 0, position);
  else positions.push(position);
}

function keepRefund(account: VerifiedAccount, { debitVersion, version }: DebitRefunded): void {
  account.refunds ??= new Map();
  account.refunds.set(debitVersion, version);
}

function totalsFlaw(state: AccountState, entry: Entry): string | null {
  if (!('settledMicros' in entry)) return null;
  const pool = findPool(state, entry.pool);
  if (entry.settledMicros !== (pool?.settledMicros ?? 0n))
    return 'its settledMicros is not the sum of the lots';
  if (entry.heldMicros !== (pool?.heldMicros ?? 0n)) return 'its heldMicros is not what open holds own';
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
