import type { GrantSource, OperatorRole, OverdraftLimit, Rollover } from './account.ts';
import type { Every } from './calendar.ts';
import type { PoolTerms, Price } from './rate-card.ts';

/** What to charge for: a quantity of an action by the rate card, or a plain amount of a pool. */
export type Charge =
  | { readonly by: 'action'; readonly action: string; readonly quantityMicros: bigint }
  | { readonly by: 'amount'; readonly pool: string; readonly amountMicros: bigint };

export interface MoneyPrice {
  readonly amountMicros: bigint;
  readonly currency: string;
}

export interface OpenAccount {
  readonly kind: 'OpenAccount';
  readonly timezone: string;
  readonly overdraft: readonly OverdraftLimit[];
  /** The personal data themselves travel as the entry's personal part. */
  readonly setsName: boolean;
  readonly setsMetadata: boolean;
}

/** What does not change is null or absent. */
export interface ChangeAccount {
  readonly kind: 'ChangeAccount';
  readonly timezone: string | null;
  readonly overdraft: readonly OverdraftLimit[];
  readonly setsName: boolean;
  readonly setsMetadata: boolean;
}

export interface CloseAccount {
  readonly kind: 'CloseAccount';
}

/** Takes names, notes and metadata away from the account and from all its entries so far. */
export interface ErasePersonalData {
  readonly kind: 'ErasePersonalData';
}

/** The key's name travels as the entry's personal part, as does the note of a grant. */
export interface AddKey {
  readonly kind: 'AddKey';
  readonly keyId: string;
  readonly digest: string;
  readonly role: OperatorRole | null;
}

export interface RevokeKey {
  readonly kind: 'RevokeKey';
  readonly keyId: string;
}

export interface GrantCredits {
  readonly kind: 'GrantCredits';
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly lotKind: 'one-time' | 'recurring';
  readonly every: Every | null;
  readonly rollover: Rollover;
  readonly startsAtMs: number | null;
  readonly expiresAtMs: number | null;
  readonly priority: number;
  readonly price: MoneyPrice | null;
  readonly source: GrantSource;
}

export interface VoidGrant {
  readonly kind: 'VoidGrant';
  readonly grantId: string;
}

export interface DebitCredits {
  readonly kind: 'DebitCredits';
  readonly charge: Charge;
  readonly occurredAtMs: number | null;
}

export interface RefundDebit {
  readonly kind: 'RefundDebit';
  readonly debitId: string;
  /** Null: all that is left to refund. */
  readonly amountMicros: bigint | null;
}

export interface PlaceHold {
  readonly kind: 'PlaceHold';
  readonly charge: Charge;
  readonly occurredAtMs: number | null;
  readonly ttlSeconds: number;
}

export interface CaptureHold {
  readonly kind: 'CaptureHold';
  readonly holdId: string;
  /** Null: the whole hold. */
  readonly amountMicros: bigint | null;
  /** Priced by the rate card version of the hold. */
  readonly quantityMicros: bigint | null;
  /** True: may take more than the hold, where the balance allows. */
  readonly allowExcess: boolean;
}

export interface ReleaseHold {
  readonly kind: 'ReleaseHold';
  readonly holdId: string;
}

export interface PublishRateCard {
  readonly kind: 'PublishRateCard';
  readonly pools: readonly PoolTerms[] | null;
  readonly actions: Readonly<Record<string, Price>>;
}

export type Command =
  | OpenAccount
  | ChangeAccount
  | CloseAccount
  | ErasePersonalData
  | AddKey
  | RevokeKey
  | GrantCredits
  | VoidGrant
  | DebitCredits
  | RefundDebit
  | PlaceHold
  | CaptureHold
  | ReleaseHold
  | PublishRateCard;
