import type { PoolBalance, Upcoming } from '../../core/balance.ts';
import { balanceOf } from '../../core/balance.ts';
import type { AccountState } from '../../core/account.ts';
import { formatMicros } from '../../core/credits.ts';
import type { RateCard } from '../../core/rate-card.ts';
import { formatTime } from './time.ts';

/** The text of an account's balance. Written by hand, as debits are: it is what is read most. */
export function balanceJson(state: AccountState, card: RateCard, asOfMs: number): string {
  let pools = '';
  for (const pool of balanceOf(state, card)) pools += pools === '' ? poolJson(pool) : `,${poolJson(pool)}`;
  return `{"accountId":"${state.id}","asOf":"${formatTime(asOfMs)}","version":${state.version},"source":"ledger","pools":[${pools}]}`;
}

function poolJson(pool: PoolBalance): string {
  return `{"pool":${JSON.stringify(pool.pool)},"settled":"${formatMicros(pool.settledMicros)}","held":"${formatMicros(pool.heldMicros)}","available":"${formatMicros(pool.availableMicros)}","oneTime":"${formatMicros(pool.oneTimeMicros)}","recurring":"${formatMicros(pool.recurringMicros)}","nextExpiry":${upcomingJson(pool.nextExpiry)},"nextGrant":${upcomingJson(pool.nextGrant)}}`;
}

function upcomingJson(upcoming: Upcoming | null): string {
  if (upcoming === null) return 'null';
  return `{"at":"${formatTime(upcoming.atMs)}","amount":"${formatMicros(upcoming.amountMicros)}"}`;
}
