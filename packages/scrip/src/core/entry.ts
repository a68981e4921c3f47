import type {
  Draw,
  GrantSource,
  LotKind,
  LotTerms,
  OperatorRole,
  OverdraftLimit,
  Rollover,
} from './account.ts';
import type { MoneyPrice } from './command.ts';
import type { Every } from './calendar.ts';
import type { PoolTerms, Price } from './rate-card.ts';

/** The caller's change that an entry records; entries that time makes have none. */
export interface Change {
  /** Chosen by the caller, unique within the account. */
  readonly id: string;
  /** Digest of the parsed command: the same id with another one is refused. */
  readonly fingerprint: string;
  /** Salted digest of the name, note or metadata that came with the change; null when none came. */
  readonly personalDigest: string | null;
  /** The operator key that made it; null for the program itself. */
  readonly actor: string | null;
}

interface EntryBase {
  readonly accountId: string;
  readonly version: number;
  /** Recorded time. */
  readonly atMs: number;
  readonly change: Change | null;
}

/** The pool's totals after the entry. */
interface PoolAfter {
  readonly pool: string;
  readonly settledMicros: bigint;
  readonly heldMicros: bigint;
}

/** An amount given back to a lot. */
export interface Returned extends Draw {
  /** The lot has ended meanwhile: what returns expires at once, in an entry of its own. */
  readonly expired: boolean;
  /** Present when the lot was used up and is opened again. */
  readonly terms: LotTerms | null;
}

export interface AccountOpened extends EntryBase {
  readonly kind: 'AccountOpened';
  readonly timezone: string;
  readonly overdraft: readonly OverdraftLimit[];
  readonly setsName: boolean;
  readonly setsMetadata: boolean;
}

export interface AccountChanged extends EntryBase {
  readonly kind: 'AccountChanged';
  readonly timezone: string | null;
  readonly overdraft: readonly OverdraftLimit[];
  readonly setsName: boolean;
  readonly setsMetadata: boolean;
}

export interface AccountClosed extends EntryBase {
  readonly kind: 'AccountClosed';
}

/** The names, notes and metadata of all earlier entries of the account are gone; their digests stay. */
export interface PersonalDataErased extends EntryBase {
  readonly kind: 'PersonalDataErased';
}

export interface KeyAdded extends EntryBase {
  readonly kind: 'KeyAdded';
  readonly keyId: string;
  readonly digest: string;
  /** Of format 1 only: newer entries have their name beside them. */
  readonly name?: string | null;
  readonly role: OperatorRole | null;
}

export interface KeyRevoked extends EntryBase {
  readonly kind: 'KeyRevoked';
  readonly keyId: string;
  readonly digest: string;
}

export interface CreditsGranted extends EntryBase, PoolAfter {
  readonly kind: 'CreditsGranted';
  readonly amountMicros: bigint;
  readonly lotKind: LotKind;
  readonly every: Every | null;
  readonly timezone: string;
  readonly rollover: Rollover;
  readonly startsAtMs: number;
  readonly expiresAtMs: number | null;
  readonly priority: number;
  readonly price: MoneyPrice | null;
  readonly source: GrantSource;
  /** Of format 1 only: newer entries have their note beside them. */
  readonly note?: string | null;
  /** The lot that the grant gives at once; null when its start lies ahead. */
  readonly lot: { readonly expiresAtMs: number | null; readonly repaidMicros: bigint } | null;
  /** The period that comes next; null when none does. */
  readonly nextIndex: number;
  readonly nextAtMs: number | null;
}

/** Time gave the lot of a grant's next period. */
export interface PeriodStarted extends EntryBase, PoolAfter {
  readonly kind: 'PeriodStarted';
  readonly grantId: string;
  readonly lotKind: LotKind;
  readonly priority: number;
  readonly amountMicros: bigint;
  /** What the new lot takes over from the last period's, and what that one forfeits. */
  readonly carried: {
    readonly lot: number;
    readonly carriedMicros: bigint;
    readonly forfeitedMicros: bigint;
  } | null;
  readonly repaidMicros: bigint;
  readonly expiresAtMs: number | null;
  readonly nextIndex: number;
  readonly nextAtMs: number | null;
}

export interface LotExpired extends EntryBase, PoolAfter {
  readonly kind: 'LotExpired';
  readonly lot: number;
  readonly grantId: string;
  readonly amountMicros: bigint;
}

export interface GrantVoided extends EntryBase, PoolAfter {
  readonly kind: 'GrantVoided';
  readonly grantId: string;
  readonly grantVersion: number;
  readonly amountMicros: bigint;
  readonly draws: readonly Draw[];
}

interface Charged {
  readonly amountMicros: bigint;
  readonly action: string | null;
  readonly quantityMicros: bigint | null;
  readonly rateCardVersion: number | null;
  /** When the usage happened, where the caller said so; it places usage in time and nothing else. */
  readonly occurredAtMs: number | null;
  readonly draws: readonly Draw[];
}

export interface CreditsDebited extends EntryBase, PoolAfter, Charged {
  readonly kind: 'CreditsDebited';
}

export interface HoldPlaced extends EntryBase, PoolAfter, Charged {
  readonly kind: 'HoldPlaced';
  readonly expiresAtMs: number;
}

/** A debit of what a hold had set aside. `draws` is what was debited, of the hold's own lots first. */
export interface HoldCaptured extends EntryBase, PoolAfter, Charged {
  readonly kind: 'HoldCaptured';
  readonly holdId: string;
  readonly holdVersion: number;
  /** How much of `draws` came out of the hold; the rest came out of the free balance. */
  readonly fromHoldMicros: bigint;
  readonly returned: readonly Returned[];
}

export interface HoldReleased extends EntryBase, PoolAfter {
  readonly kind: 'HoldReleased';
  readonly holdId: string;
  readonly holdVersion: number;
  readonly amountMicros: bigint;
  readonly returned: readonly Returned[];
}

/** The hold's deadline passed. */
export interface HoldExpired extends EntryBase, PoolAfter {
  readonly kind: 'HoldExpired';
  readonly holdId: string;
  readonly holdVersion: number;
  readonly amountMicros: bigint;
  readonly returned: readonly Returned[];
}

export interface DebitRefunded extends EntryBase, PoolAfter {
  readonly kind: 'DebitRefunded';
  readonly debitId: string;
  readonly debitVersion: number;
  readonly amountMicros: bigint;
  /** All refunds of the debit so far, this one included. */
  readonly refundedMicros: bigint;
  /** Nothing of the debit is left: it counts as a call no more. */
  readonly isFull: boolean;
  readonly returned: readonly Returned[];
  /** Of the debit: its usage is lowered where it stands. */
  readonly action: string | null;
  readonly debitOccurredAtMs: number;
  readonly debitActor: string | null;
}

export interface RateCardPublished extends EntryBase {
  readonly kind: 'RateCardPublished';
  readonly rateCardVersion: number;
  readonly pools: readonly PoolTerms[];
  readonly actions: Readonly<Record<string, Price>>;
}

/** One line of the journal: one change, or one thing that time did. */
export type Entry =
  | AccountOpened
  | AccountChanged
  | AccountClosed
  | PersonalDataErased
  | KeyAdded
  | KeyRevoked
  | CreditsGranted
  | PeriodStarted
  | LotExpired
  | GrantVoided
  | CreditsDebited
  | DebitRefunded
  | HoldPlaced
  | HoldCaptured
  | HoldReleased
  | HoldExpired
  | RateCardPublished;

export type EntryKind = Entry['kind'];
/** An entry that a refund can undo. */
export type Debit = CreditsDebited | HoldCaptured;

export function isDebit(entry: Entry): entry is Debit {
  return entry.kind === 'CreditsDebited' || entry.kind === 'HoldCaptured';
}

/** The version of the earlier entry that this one continues: the debit of a refund, the hold of its end, the grant of its void. */
export function continuedVersion(entry: Entry): number | null {
  switch (entry.kind) {
    case 'DebitRefunded':
      return entry.debitVersion;
    case 'HoldCaptured':
    case 'HoldReleased':
    case 'HoldExpired':
      return entry.holdVersion;
    case 'GrantVoided':
      return entry.grantVersion;
    case 'AccountOpened':
    case 'AccountChanged':
    case 'AccountClosed':
    case 'PersonalDataErased':
    case 'KeyAdded':
    case 'KeyRevoked':
    case 'CreditsGranted':
    case 'PeriodStarted':
    case 'LotExpired':
    case 'CreditsDebited':
    case 'HoldPlaced':
    case 'RateCardPublished':
      return null;
  }
}
