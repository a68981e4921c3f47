import type { AccountState } from './account.ts';
import type { Entry } from './entry.ts';
import type { Change } from './entry.ts';
import type { RateCard } from './rate-card.ts';

/** The business says no. Amounts are micros; ids are the caller's own. */
export type Rejection =
  | { readonly code: 'account-not-found' }
  | { readonly code: 'account-exists' }
  | { readonly code: 'account-closed' }
  | { readonly code: 'idempotency-mismatch' }
  | { readonly code: 'reserved-id' }
  | { readonly code: 'unknown-action'; readonly action: string }
  | { readonly code: 'unknown-pool'; readonly pool: string }
  | { readonly code: 'too-precise'; readonly pool: string; readonly decimals: number }
  | { readonly code: 'amount-too-large' }
  | { readonly code: 'amount-not-positive' }
  | { readonly code: 'occurred-at-out-of-range'; readonly earliestMs: number; readonly latestMs: number }
  | { readonly code: 'expiry-in-the-past' }
  | { readonly code: 'expiry-before-start' }
  | {
      readonly code: 'insufficient-credits';
      readonly pool: string;
      readonly requiredMicros: bigint;
      readonly availableMicros: bigint;
      readonly settledMicros: bigint;
      readonly heldMicros: bigint;
      /** `holds`: the settled credits would do, but holds might use them. */
      readonly reason: 'balance' | 'holds';
    }
  | {
      readonly code: 'overdraft-in-use';
      readonly pool: string;
      readonly usedMicros: bigint;
    }
  | { readonly code: 'grant-not-found' }
  | { readonly code: 'grant-used-up' }
  | { readonly code: 'grant-voided' }
  | { readonly code: 'debit-not-found' }
  | { readonly code: 'refund-exceeds-debit'; readonly refundableMicros: bigint }
  | { readonly code: 'hold-not-found' }
  | { readonly code: 'hold-resolved'; readonly resolution: 'captured' | 'released' }
  | { readonly code: 'hold-expired'; readonly expiredAtMs: number }
  | { readonly code: 'capture-exceeds-hold'; readonly holdMicros: bigint }
  | { readonly code: 'quantity-needs-action' }
  | { readonly code: 'key-not-found' }
  | { readonly code: 'key-in-use' }
  | { readonly code: 'last-admin-key' }
  | { readonly code: 'pool-removed'; readonly pool: string }
  | { readonly code: 'pool-coarser'; readonly pool: string };

export type Decision<T extends Entry = Entry> =
  | { readonly ok: true; readonly entry: T }
  | { readonly ok: false; readonly rejection: Rejection };

/** What a decision may need to know besides the account itself. */
export interface Facts {
  /** The rate card's versions, the current one last. */
  readonly rateCards: readonly RateCard[];
  /** The earlier change that the command speaks of, its latest continuation, and the entries that made the lots it drew on. */
  readonly referred: {
    readonly entry: Entry;
    readonly continuation: Entry | null;
    readonly lotEntries: readonly Entry[];
  } | null;
  /** The command adds a key that some account has already. */
  readonly isKeyTaken: boolean;
}

/** A command's surroundings: the account as it is now, the change that asks, and the account's time. */
export interface Situation {
  readonly state: AccountState;
  readonly change: Change;
  readonly nowMs: number;
  readonly facts: Facts;
}

export function reject(rejection: Rejection): { readonly ok: false; readonly rejection: Rejection } {
  return { ok: false, rejection };
}

export function accept<T extends Entry>(entry: T): { readonly ok: true; readonly entry: T } {
  return { ok: true, entry };
}

/** The part that every entry of a command shares. */
export function nextBase({ state, change, nowMs }: Situation) {
  return { accountId: state.id, version: state.version + 1, atMs: nowMs, change };
}
