import type { Balance, PoolBalance } from './balance.ts';

interface Upcoming {
  readonly at: string;
  readonly amount: string;
}

interface AccountPoolMembers {
  readonly pool: string;
  readonly settled: string;
  readonly held: string;
  readonly available: string;
  readonly oneTime: string;
  readonly recurring: string;
  readonly nextExpiry: Upcoming | null;
  readonly nextGrant: Upcoming | null;
}

/** An account's balance as the API answers it. */
export interface BalanceReply {
  readonly accountId: string;
  readonly asOf: string;
  readonly version: number;
  readonly source: 'ledger';
  readonly pools: readonly AccountPoolMembers[];
}

/** One pool of an account; `unit` is null: the rate card says it. */
export interface AccountPool extends PoolBalance, AccountPoolMembers {
  readonly available: string;
  readonly oneTime: string;
  readonly recurring: string;
}

/** An account's balance in the shared form, with what only Scrip says. */
export interface AccountBalance extends Balance {
  readonly vendor: 'scrip';
  readonly accountId: string;
  readonly version: number;
  readonly source: 'ledger';
  readonly pools: readonly AccountPool[];
}
