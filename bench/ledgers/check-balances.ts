import { dialects } from '@scrip/dialects';
import { MICROS_PER_CREDIT } from '../../packages/scrip/src/core/credits.ts';
import type { BalanceRoute } from '../load/balance-traffic.ts';
import { askBalance, BALANCE_ROUTES, nameOf } from '../load/balance-traffic.ts';
import type { Check } from '../workload.ts';
import { accountIdOf, grantedCreditsOf } from './made-up.ts';

/** Holds the balances of accounts that nothing was debited from, in every form, to what they were granted. */
export async function checkBalances(
  url: string,
  { accounts, sampled }: { readonly accounts: number; readonly sampled: number },
): Promise<Check> {
  const problems: string[] = [];
  for (const route of BALANCE_ROUTES)
    for (let asked = 0; asked < sampled; asked += 1) {
      const account = Math.floor(Math.random() * accounts);
      const reply = await askBalance(url, route, account);
      const body = await reply.text();
      if (reply.status !== 200 || readCredits(route, body) !== shownCreditsOf(route, account))
        problems.push(`${nameOf(route)} answers ${reply.status} ${body} for ${accountIdOf(account)}`);
    }
  return {
    what: `Scrip: ${sampled} accounts, chosen at random, have what they were granted in each dialect, which in that of Voice Partner is no money`,
    problem: problems[0] ?? null,
  };
}

/** Voice Partner shows the pool `eur`, in which nothing is granted. */
function shownCreditsOf({ dialect }: BalanceRoute, account: number): number {
  return dialect === 'voicepartner' ? 0 : grantedCreditsOf(account);
}

/** What a reply says of all pools together; not a number where it says nothing of one. */
function readCredits({ dialect }: BalanceRoute, body: string): number {
  if (dialect === null) return Number(/"settled":"(\d+)"/.exec(body)?.[1]);
  const reading = dialects[dialect].decodeBalance({ status: 200, headers: {}, body });
  if (!reading.ok) return Number.NaN;
  const micros = reading.balance.pools.map(({ availableMicros }) => Number(availableMicros ?? Number.NaN));
  return micros.reduce((sum, pool) => sum + pool, 0) / Number(MICROS_PER_CREDIT);
}
