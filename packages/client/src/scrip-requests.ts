import type { DialectName } from '@scrip/dialects';
import type { GrantKind, GrantSource, Period, RateCardPool, Role } from './scrip-replies.ts';
import type { CallOptions } from './settings.ts';

/** An exact decimal: a text such as `'12.5'`, a whole `bigint`, or a number whose shortest text is meant. */
export type Amount = string | number | bigint;

/** An instant: RFC 3339, or a `Date`. */
export type Instant = string | Date;

/** Any JSON object of up to 4 kB. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What one change can be told. */
export interface ChangeOptions extends CallOptions {
  /**
   * The id of the change: sent twice it happens once. If not given, one is made and kept over the retries of this
   * call; give one that you keep yourself where the call must survive the end of this process, or where you may abort it.
   */
  readonly id?: string | undefined;
}

export interface SpendOptions extends ChangeOptions {
  /** Puts a refusal into this vendor's own words: they stand in the error's `reply`, to be passed on. */
  readonly dialect?: DialectName | undefined;
}

export interface PageOptions extends CallOptions {
  /** 1 to 1,000; 100 if not given. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

export interface AccountInput {
  /** If not given, the id of the change where an account can have it, or else one is made. */
  readonly id?: string;
  readonly name?: string;
  /** An IANA time zone. */
  readonly timezone?: string;
  /** Per pool, how many credits may be spent beyond the grants. */
  readonly overdraft?: Readonly<Record<string, Amount>>;
  readonly metadata?: Metadata;
}

export interface AccountPatch {
  readonly name?: string | null;
  readonly timezone?: string;
  readonly overdraft?: Readonly<Record<string, Amount>>;
  readonly metadata?: Metadata | null;
}

export interface KeyInput {
  readonly name?: string;
  /** An existing key to import. If not given, Scrip makes one. */
  readonly secret?: string;
}

export interface OperatorKeyInput extends KeyInput {
  readonly role: Role;
}

export interface GrantInput {
  readonly pool: string;
  /** Credits, above 0; of a recurring grant, those of each period. */
  readonly amount: Amount;
  readonly kind: GrantKind;
  /** How long a period is; of a recurring grant, which needs it. */
  readonly every?: Period;
  /** What becomes of a period's rest when it ends: `none` if not given. */
  readonly rollover?: 'none' | 'all' | { readonly max: Amount };
  /** When the credits can be spent from, and the periods are counted from: now, if not given. */
  readonly startsAt?: Instant;
  /** When what is left expires, and the periods end; never, if not given. */
  readonly expiresAt?: Instant;
  /** The lowest is drawn first; 0 if not given. */
  readonly priority?: number;
  /** What was paid for it, kept and never reckoned with. */
  readonly price?: { readonly amount: Amount; readonly currency: string };
  readonly source?: GrantSource;
  /** Personal data: kept beside the entry, and gone when that is erased. */
  readonly note?: string;
}

/** What is taken: an action priced by the rate card, or a plain amount of a pool. */
export type Charge =
  | { readonly action: string; readonly quantity: Amount }
  | { readonly pool: string; readonly amount: Amount };

export type DebitInput = Charge & { readonly occurredAt?: Instant; readonly metadata?: Metadata };

export type HoldInput = DebitInput & {
  /** 1 to 86,400; 900 if not given. */
  readonly ttlSeconds?: number;
};

/** One debit of many; without an `id` one is made and kept over the retries of the call. */
export type DebitLine = DebitInput & { readonly accountId: string; readonly id?: string };

/** What a capture takes; without either, the whole hold. */
export interface CaptureInput {
  readonly amount?: Amount;
  /** Priced as the hold was. */
  readonly quantity?: Amount;
  /** More than the hold may be taken, where the balance allows it. */
  readonly allowExcess?: boolean;
}

export interface QuoteLine {
  readonly action: string;
  readonly quantity: Amount;
}

export interface AccountUsageOptions extends CallOptions {
  /** `YYYY-MM-DD`, both included, in the account's time zone. */
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly by?: 'day' | 'action' | 'key' | undefined;
}

export interface RateCardInput {
  readonly pools?: readonly RateCardPool[];
  readonly actions: Readonly<
    Record<
      string,
      {
        readonly pool: string;
        readonly amount: Amount;
        readonly per?: Amount;
        readonly unit?: string;
        readonly rounding?: 'started' | 'exact';
        readonly minimum?: Amount;
      }
    >
  >;
}
