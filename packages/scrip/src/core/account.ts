import type { Every } from './calendar.ts';
import type { HoldTree } from './hold-tree.ts';
import type { RateCard } from './rate-card.ts';

export type LotKind = 'one-time' | 'recurring';
export type GrantSource = 'purchase' | 'trial' | 'promotion' | 'adjustment';
export type OperatorRole = 'admin' | 'spend' | 'read';

/** What becomes of a period's remainder when the period ends. */
export type Rollover = 'none' | 'all' | { readonly maxMicros: bigint };

/** What decides a lot's place in the burn-down order, and its end. */
export interface LotTerms {
  readonly grantId: string;
  readonly kind: LotKind;
  readonly priority: number;
  readonly grantedAtMs: number;
  readonly expiresAtMs: number | null;
}

/** What remains of one grant, or of one period of a recurring grant. */
export interface Lot extends LotTerms {
  /** The version of the entry that made it: a lot's identity within its account. */
  readonly version: number;
  readonly freeMicros: bigint;
  /** The part that open holds own. */
  readonly heldMicros: bigint;
}

/** An amount taken from, or given back to, one lot. */
export interface Draw {
  readonly lot: number;
  readonly grantId: string;
  readonly amountMicros: bigint;
}

export interface PoolState {
  readonly pool: string;
  /** In burn-down order; a lot that is used up is not here. The overdraft, where there is one, stands last. */
  readonly lots: readonly Lot[];
  /** Sum of the lots, held parts included. */
  readonly settledMicros: bigint;
  readonly heldMicros: bigint;
  readonly overdraftMicros: bigint;
  /** When the available amount last changed. */
  readonly changedAtMs: number;
}

/** A grant that still has periods to come: a recurring one, or a one-time one whose start lies ahead. */
export interface Series {
  readonly version: number;
  readonly grantId: string;
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly kind: LotKind;
  readonly every: Every | null;
  readonly timezone: string;
  readonly anchorMs: number;
  readonly rollover: Rollover;
  readonly expiresAtMs: number | null;
  readonly priority: number;
  /** The period that starts next, and when. */
  readonly nextIndex: number;
  readonly nextAtMs: number;
  /** The lot of the running period. */
  readonly currentLot: number | null;
}

export interface Hold {
  readonly id: string;
  /** The version of the entry that placed it. */
  readonly version: number;
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly draws: readonly Draw[];
  readonly placedAtMs: number;
  /** The hold's deadline: capture works before it. */
  readonly expiresAtMs: number;
  readonly action: string | null;
  readonly quantityMicros: bigint | null;
  readonly rateCardVersion: number | null;
  readonly occurredAtMs: number | null;
  readonly actor: string | null;
}

export interface AccountKey {
  readonly id: string;
  /** HMAC of the secret; the secret itself is kept nowhere. */
  readonly digest: string;
  /** The entry whose personal part holds its name; null where there is none. */
  readonly nameVersion: number | null;
  /** Only on the operator's keys. */
  readonly role: OperatorRole | null;
  readonly createdAtMs: number;
}

export interface VoidedGrant {
  readonly grantId: string;
  readonly atMs: number;
}

/** An account as its entries up to `version` make it. Never changed in place. */
export interface AccountState {
  readonly id: string;
  readonly version: number;
  /** Time of the last entry: an account's time never goes back. */
  readonly atMs: number;
  readonly createdAtMs: number;
  readonly closedAtMs: number | null;
  readonly timezone: string;
  /** The entries whose personal parts hold the current name and metadata; null where there is none. */
  readonly nameVersion: number | null;
  readonly metadataVersion: number | null;
  /** The entry that erased the personal parts of all those before it; null where none did. */
  readonly erasedVersion: number | null;
  readonly pools: readonly PoolState[];
  readonly series: readonly Series[];
  readonly voided: readonly VoidedGrant[];
  readonly holds: HoldTree | null;
  readonly keys: readonly AccountKey[];
  /** Only in the rate card's own stream: every version ever published. */
  readonly rateCards: readonly RateCard[];
}

/** How far a pool may be overdrawn. */
export interface OverdraftLimit {
  readonly pool: string;
  readonly limitMicros: bigint;
}

/** The stream of the rate card and the stream of the operator's keys: no account can bear these names. */
export const RATE_CARD_STREAM = '$rate-card';
export const OPERATOR_STREAM = '$operator';

/** Whether a chain is one of the ledger's own, and no account's. */
export function isOwnStream(accountId: string): boolean {
  return accountId.startsWith('$');
}

/** The lot number of the overdraft; versions of entries start at 1. */
export const OVERDRAFT_LOT = 0;
export const OVERDRAFT_GRANT_ID = 'overdraft';

export function findPool(state: AccountState, pool: string): PoolState | undefined {
  return state.pools.find((candidate) => candidate.pool === pool);
}

export function availableMicros(pool: PoolState): bigint {
  return pool.settledMicros - pool.heldMicros;
}
