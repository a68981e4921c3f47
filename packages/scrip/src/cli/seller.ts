import type { Account, Quote, RateCard as ShownRateCard } from '@scrip/client';
import { DEFAULT_POOLS } from '../config/default-catalog.ts';
import { vendorCard, vendorCardOf } from '../config/vendor-catalog.ts';
import { priceAction } from '../core/charge.ts';
import { formatMicros } from '../core/credits.ts';
import type { RateCard } from '../core/rate-card.ts';
import { connect } from './api-command.ts';
import type { ApiClient } from './api-client.ts';
import type { BalanceTarget } from './balance-target.ts';
import { CommandFailure } from './command-failure.ts';
import { exitCode } from './exit-code.ts';
import type { PlanLine } from './plan.ts';
import { replyAmount } from './reply-amount.ts';

/** A line of a plan with its price. */
export interface PricedLine {
  readonly action: string;
  readonly quantityMicros: bigint;
  readonly pool: string;
  readonly amountMicros: bigint;
}

/** A target as one that sells actions. */
export interface Seller {
  readonly target: BalanceTarget;
  /** In the order of its rate card. */
  readonly actions: readonly string[];
  readonly pools: readonly string[];
  /** What one of a pool is, such as `credits` or `€`, by pool. */
  readonly units: ReadonlyMap<string, string>;
  /** Prices lines of its actions, each as a debit of its own. Throws `CommandFailure`, also where an account is closed. */
  readonly price: (lines: readonly PlanLine[]) => Promise<PricedLine[]>;
}

/** A vendor, by its published prices or by a table of one's own. */
export function vendorSeller(
  target: BalanceTarget & { readonly kind: 'vendor' },
  prices: Pick<RateCard, 'pools' | 'actions'> | null,
): Seller {
  const card = prices === null ? vendorCard(target.name) : vendorCardOf(target.name, prices);
  return {
    target,
    ...catalogOf(card),
    price: async (lines) =>
      lines.map(({ action, quantityMicros, times, place }) => {
        const priced = priceAction(action, quantityMicros, card);
        if (!priced.ok)
          throw CommandFailure.of('amount-too-large', `${place} comes to more than an amount can be.`);
        const { pool, amountMicros } = priced.priced;
        return { action, pool, quantityMicros: quantityMicros * times, amountMicros: amountMicros * times };
      }),
  };
}

function catalogOf({ actions, pools }: Pick<ShownRateCard | RateCard, 'actions' | 'pools'>) {
  return {
    actions: Object.keys(actions),
    pools: pools.map(({ id }) => id),
    units: new Map(pools.map(({ id, unit }) => [id, unit])),
  };
}

/** As many as a quote takes. */
const QUOTED_LINES = 1000;

/** An account of the server, by quotes of the server's. Throws `CommandFailure`. */
export async function accountSeller(
  target: BalanceTarget & { readonly kind: 'account' },
  { hasLines }: { hasLines: boolean },
): Promise<Seller> {
  const client = connect();
  const card = await readCard(client, { hasLines });
  return {
    target,
    ...catalogOf(card),
    price: async (lines) => {
      if (lines.length === 0) await refuseClosed(client, target.name);
      const priced: PricedLine[] = [];
      for (let first = 0; first < lines.length; first += QUOTED_LINES)
        priced.push(...(await quote(client, target.name, lines.slice(first, first + QUOTED_LINES))));
      return priced;
    },
  };
}

/** A customer's key reads its balance and no rate card: without lines to price, the pools of every start will do. */
async function readCard(
  client: ApiClient,
  { hasLines }: { hasLines: boolean },
): Promise<Pick<ShownRateCard, 'actions' | 'pools'>> {
  try {
    return (
      await client.call<ShownRateCard>({ method: 'GET', path: ['rate-card'], needs: ['actions', 'pools'] })
    ).value;
  } catch (error) {
    if (hasLines || !(error instanceof CommandFailure) || error.code !== 'forbidden') throw error;
    return { actions: {}, pools: DEFAULT_POOLS };
  }
}

/** A quote refuses a closed account; its balance is read like any other, and cannot be spent. */
async function refuseClosed(client: ApiClient, accountId: string): Promise<void> {
  try {
    const { value } = await client.call<Account>({
      method: 'GET',
      path: ['accounts', accountId],
      needs: ['id', 'version'],
    });
    if (value.closedAt === null) return;
  } catch (error) {
    // A customer's key may not read the account, and opens none that is closed.
    if (error instanceof CommandFailure && error.code === 'forbidden') return;
    throw error;
  }
  throw CommandFailure.ofProblem('The account is closed.', {
    code: 'account-closed',
    exitCode: exitCode.failure,
    hint: null,
    reply: null,
  });
}

async function quote(
  client: ApiClient,
  accountId: string,
  lines: readonly PlanLine[],
): Promise<PricedLine[]> {
  const { value } = await client.call<Quote>({
    method: 'POST',
    path: ['accounts', accountId, 'quotes'],
    body: {
      lines: lines.map(({ action, quantityMicros }) => ({ action, quantity: formatMicros(quantityMicros) })),
    },
    effect: 'none',
    needs: ['pools', 'lines'],
  });
  return value.lines.map(({ action, pool, amount }, index) => {
    const { quantityMicros = 0n, times = 1n } = lines[index] ?? {};
    const amountMicros = replyAmount(amount) * times;
    return { action, pool, quantityMicros: quantityMicros * times, amountMicros };
  });
}
