import { ocean } from '@scrip/dialects';
import type { AccountState } from '../../core/account.ts';
import { balanceOf } from '../../core/balance.ts';
import type { RateCard } from '../../core/rate-card.ts';
import type { Answer } from '../../ledger/answer.ts';
import { whenAnswered } from '../../ledger/answer.ts';
import type { VendorAnswer, VendorRead, VendorRoute } from './vendor-read.ts';

export const oceanRoutes: readonly VendorRoute[] = [
  {
    vendor: 'ocean',
    path: ocean.paths.balance,
    summary: 'Ocean.io: what is available in three pools, by kind, and what is left of the day',
    answer: answerBalance,
  },
];

/** A balance takes only the order of its pools from a rate card, and that does not matter here. */
const ANY_ORDER: RateCard = { version: 0, publishedAtMs: 0, pools: [], actions: {} };

function answerBalance({ account, deps: { limits } }: VendorRead): Answer<VendorAnswer> {
  return whenAnswered(limits.oceanDay(account.id), (day) => {
    const kindsOf = poolKinds(account);
    const reply = ocean.encodeBalance({
      credits: kindsOf('standard'),
      emailCredits: kindsOf('email'),
      phoneCredits: kindsOf('phone'),
      dailyLimitRateLeft: day.requestsLeft,
      dailyLimitRateSecondsToReset: day.secondsToReset,
    });
    return { ok: true, reply };
  });
}

function poolKinds(account: AccountState) {
  const balances = balanceOf(account, ANY_ORDER);
  return (pool: string) => {
    const balance = balances.find((candidate) => candidate.pool === pool);
    return { oneTimeMicros: balance?.oneTimeMicros ?? 0n, recurringMicros: balance?.recurringMicros ?? 0n };
  };
}
