import { DEFAULT_POOLS } from '../config/default-catalog.ts';
import type { ApiClient } from './api-client.ts';
import type { BalanceReply, RateCard } from '@scrip/client';
import type { BalanceTarget } from './balance-target.ts';
import { CommandFailure } from './command-failure.ts';

/** One target's balance, or why it could not be read. */
export type TargetBalance =
  | { readonly target: string; readonly balance: BalanceReply }
  | { readonly target: string; readonly failure: CommandFailure };

/** Reads every target, each on its own: what is wrong with one says nothing about another. */
export async function readBalances(
  client: ApiClient,
  targets: readonly BalanceTarget[],
  { at }: { at: string | undefined },
): Promise<TargetBalance[]> {
  return Promise.all(
    targets.map(async ({ accountId }): Promise<TargetBalance> => {
      try {
        const path = ['accounts', accountId, 'balance'];
        const { value } = await client.call<BalanceReply>({ method: 'GET', path, query: { at } });
        return { target: accountId, balance: value };
      } catch (error) {
        if (error instanceof CommandFailure) return { target: accountId, failure: error };
        throw error;
      }
    }),
  );
}

/**
 * What each pool counts. A customer's key reads its balance and no rate card: the pools that every installation starts
 * with are known without one.
 */
export async function readPoolUnits(client: ApiClient): Promise<ReadonlyMap<string, string>> {
  let pools: RateCard['pools'] = [...DEFAULT_POOLS];
  try {
    ({ pools } = (await client.call<RateCard>({ method: 'GET', path: ['rate-card'] })).value);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
  }
  return new Map(pools.map(({ id, unit }) => [id, unit]));
}

/** What `scrip balance --json` prints: one form for whatever a balance is read from. */
export function renderBalances(
  balances: readonly TargetBalance[],
  units: ReadonlyMap<string, string>,
): string {
  return JSON.stringify({ balances: balances.map((read) => renderTarget(read, units)) });
}

function renderTarget(read: TargetBalance, units: ReadonlyMap<string, string>) {
  const { target } = read;
  if ('failure' in read) {
    const { code, message } = read.failure;
    return { target, asOf: null, pools: [], error: { code, message } };
  }
  const pools = read.balance.pools.map(({ pool, available, oneTime, recurring }) => ({
    pool,
    available,
    oneTime,
    recurring,
    unit: unitOf(units, pool),
  }));
  return { target, asOf: read.balance.asOf, pools };
}

export function unitOf(units: ReadonlyMap<string, string>, pool: string): string {
  return units.get(pool) ?? 'credits';
}
