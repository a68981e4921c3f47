/**
 * What Scrip's own API answers. Amounts and quantities are exact decimal strings; times are RFC 3339 in UTC with
 * milliseconds. The repository's tests hold these types to the server's schemas.
 */

/** One page of a list; `next` is the `after` of the next page, null on the last one. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
}

export interface Account {
  readonly id: string;
  readonly name: string | null;
  readonly timezone: string;
  /** Per pool, how many credits may be spent beyond the grants. */
  readonly overdraft: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly version: number;
}

/** What names a person was erased; balances and history stay. */
export interface Erasure {
  readonly accountId: string;
  readonly erasedAt: string;
  readonly version: number;
}

export interface Key {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: string;
}

export interface NewKey extends Key {
  /** Shown this once. Null on a replay: when the first reply was lost, revoke the key and add another. */
  readonly secret: string | null;
}

export type Role = 'admin' | 'spend' | 'read';

export interface OperatorKey extends Key {
  readonly role: Role;
}

export interface NewOperatorKey extends NewKey {
  readonly role: Role;
}

export interface LotAmount {
  readonly grantId: string;
  readonly amount: string;
}

/** A pool's balance right after a change. */
export interface BalanceAfter {
  readonly settled: string;
  readonly held: string;
  readonly available: string;
}

export type GrantKind = 'one-time' | 'recurring';
export type Period = 'day' | 'week' | 'month' | 'year';
export type GrantSource = 'purchase' | 'trial' | 'promotion' | 'adjustment';

interface GrantTerms {
  readonly id: string;
  readonly accountId: string;
  readonly pool: string;
  readonly amount: string;
  readonly kind: GrantKind;
  readonly every: Period | null;
  readonly rollover: 'none' | 'all' | { readonly max: string };
  readonly startsAt: string;
  readonly expiresAt: string | null;
  readonly priority: number;
  readonly price: { readonly amount: string; readonly currency: string } | null;
  readonly source: GrantSource;
  readonly note: string | null;
  /** When its next period starts. */
  readonly nextAt: string | null;
  readonly version: number;
  readonly recordedAt: string;
}

export interface Grant extends GrantTerms {
  readonly balance: BalanceAfter;
}

export interface ListedGrant extends GrantTerms {
  /** What is left of it now, held parts included. */
  readonly remaining: string;
  readonly held: string;
  readonly voidedAt: string | null;
}

export interface VoidedGrant {
  readonly id: string;
  readonly grantId: string;
  readonly accountId: string;
  readonly pool: string;
  /** What was forfeited. */
  readonly amount: string;
  readonly lots: readonly LotAmount[];
  readonly balance: BalanceAfter;
  readonly version: number;
  readonly recordedAt: string;
}

export interface Lot {
  readonly pool: string;
  readonly grantId: string;
  /** The version of the entry that made it; 0 is the overdraft. */
  readonly lot: number;
  readonly kind: GrantKind;
  /** What remains, held parts included. */
  readonly amount: string;
  readonly held: string;
  readonly available: string;
  readonly priority: number;
  readonly grantedAt: string;
  readonly expiresAt: string | null;
}

interface Charged {
  readonly id: string;
  readonly accountId: string;
  readonly pool: string;
  readonly amount: string;
  /** Null: a plain amount. */
  readonly action: string | null;
  readonly quantity: string | null;
  readonly rateCardVersion: number | null;
  readonly lots: readonly LotAmount[];
  readonly version: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
}

export interface Debit extends Charged {
  readonly balance: BalanceAfter;
}

export interface Price {
  readonly pool: string;
  readonly amount: string;
  /** The quantity that the amount pays for. */
  readonly per: string;
  readonly unit: string;
  /** `started`: every started `per` counts whole. */
  readonly rounding: 'started' | 'exact';
  /** The least that one debit takes. */
  readonly minimum: string;
}

export interface ExplainedDebit extends Debit {
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** Of a capture: the hold that it resolved. */
  readonly holdId?: string;
  readonly explanation: { readonly price: Price | null; readonly decimals: number; readonly text: string };
  readonly refunded: string;
  readonly lastRefund: { readonly id: string; readonly amount: string; readonly recordedAt: string } | null;
}

export interface Refund {
  readonly id: string;
  readonly debitId: string;
  readonly accountId: string;
  readonly pool: string;
  readonly amount: string;
  /** All refunds of the debit so far, this one included. */
  readonly refunded: string;
  readonly lots: readonly LotAmount[];
  readonly balance: BalanceAfter;
  readonly version: number;
  readonly recordedAt: string;
}

export interface ListedHold extends Charged {
  readonly state: 'open' | 'captured' | 'released' | 'expired';
  readonly expiresAt: string;
}

export interface Hold extends ListedHold {
  readonly balance: BalanceAfter;
}

/** Why something was refused, as the API answers it (RFC 9457); some codes carry members of their own. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly [member: string]: unknown;
}

/** What became of one line of many: a debit (status 201), or a problem, which alone has a `code`: `'code' in result`. */
export type DebitResult = ({ readonly status: 201 } & Debit) | ({ readonly id: string | null } & Problem);

export interface QuotedPool {
  readonly pool: string;
  readonly required: string;
  readonly available: string;
  readonly shortfall: string;
}

export interface QuotedLine {
  readonly action: string;
  readonly quantity: string;
  readonly pool: string;
  readonly amount: string;
  readonly rateCardVersion: number;
}

export interface Quote {
  readonly affordable: boolean;
  readonly pools: readonly QuotedPool[];
  readonly lines: readonly QuotedLine[];
}

/** One line of the journal; `kind` says which further members there are: the served `/openapi.json` lists them. */
export interface Entry {
  readonly kind: string;
  readonly version: number;
  readonly recordedAt: string;
  /** The id of the change; null for what time did. */
  readonly id: string | null;
  /** The operator's key; null for Scrip itself. */
  readonly actor: string | null;
  readonly hash: string;
  readonly [member: string]: unknown;
}

export interface AccountUsed {
  readonly pool: string;
  readonly amount: string;
  readonly calls: number;
}

export interface AccountUsageLine extends AccountUsed {
  readonly day?: string;
  readonly action?: string | null;
  readonly key?: string | null;
}

export interface AccountUsage {
  readonly accountId: string;
  readonly start: string;
  readonly end: string;
  readonly timezone: string;
  /** One line per pool and day, action or key; null: a plain amount, or Scrip itself. */
  readonly data: readonly AccountUsageLine[];
  readonly total: readonly AccountUsed[];
}

export interface RateCardPool {
  readonly id: string;
  readonly decimals: number;
  readonly unit: string;
}

export interface RateCard {
  readonly version: number;
  readonly publishedAt: string;
  readonly pools: readonly RateCardPool[];
  readonly actions: Readonly<Record<string, Price>>;
}
