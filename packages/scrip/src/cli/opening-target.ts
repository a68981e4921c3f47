import { formatMicros } from '../core/credits.ts';
import type { PoolTerms } from '../core/rate-card.ts';
import type { GrantBody } from '../server/schemas/grant.ts';
import type { Opening, OpeningGrant } from './opening-rows.ts';

/** What an account has already. */
export interface FoundAccount {
  readonly isClosed: boolean;
  /** Of each pool. */
  readonly settledMicros: ReadonlyMap<string, bigint>;
  /** The grants that it was ever given, by their ids. */
  readonly grants: ReadonlyMap<string, Pick<OpeningGrant, 'pool' | 'amountMicros' | 'expiresAtMs'>>;
}

/** The grant as the API takes it: the same whichever way it goes. */
export function openingGrantBody({ pool, amountMicros, expiresAtMs }: OpeningGrant): GrantBody {
  return {
    pool,
    amount: formatMicros(amountMicros),
    kind: 'one-time',
    source: 'adjustment',
    ...(expiresAtMs === null ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}

/** Where opening balances go: a running server, or a data directory. */
export interface OpeningTarget {
  readonly pools: readonly PoolTerms[];
  /** How many accounts may be asked for or written at once. */
  readonly atOnce: number;
  readonly find: (accountId: string) => Promise<FoundAccount | null>;
  /** Before the first change. */
  readonly start: () => Promise<void>;
  /** Opens the account; the same again changes nothing. Throws `CommandFailure` when it is refused. */
  readonly open: (opening: Opening) => Promise<void>;
  readonly grant: (accountId: string, grant: OpeningGrant) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The id of the change that opens an account. */
export const OPENING_ID = 'opening';

/** The id of a grant follows from its account and pool alone, so that no line's place or order matters to a retry. */
export function openingGrantId(pool: string): string {
  return `opening-balance-${pool}`;
}
