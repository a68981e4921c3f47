import { divideHalfUp } from '../decimal.ts';
import { formatInstant } from '../instant.ts';
import { amountNumber, countNumber, type JsonValue } from '../json.ts';
import { jsonReply, type Reply } from '../reply.ts';
import { defaultCreditPriceMicros } from './wire.ts';

/** Credits (millionths) times price (millionths of a dollar), in cents. */
const unitsPerCent = 10_000_000_000n;

/** The vendor's answer to `GET /api/v1/credits`; `lastUpdatedMs` is when the balance last changed. */
export function encodeCredits(credits: { balanceMicros: bigint; lastUpdatedMs: number }): Reply {
  return jsonReply(200, {
    success: true,
    data: {
      balance: amountNumber(credits.balanceMicros),
      currency: 'credits',
      lastUpdated: formatInstant(credits.lastUpdatedMs),
    },
  });
}

/** A day (`YYYY-MM-DD`) and what was used in it. */
export interface UsageDayInput {
  date: string;
  calls: number;
  usedMicros: bigint;
}

export interface UsageInput {
  /** In any order. */
  days: readonly UsageDayInput[];
  /** Millionths of a dollar for a credit. */
  creditPriceMicros?: bigint;
}

/**
 * The vendor's answer to `GET /api/v1/credits/usage`, the newest day first. Days without usage are left out,
 * a day's cost is rounded half up to cents, and the total's cost is the sum of the days shown; these three are
 * our choice.
 */
export function encodeUsage({ days, creditPriceMicros = defaultCreditPriceMicros }: UsageInput): Reply {
  const shown = days
    .filter(({ calls, usedMicros }) => calls !== 0 || usedMicros !== 0n)
    .toSorted((left, right) => (left.date < right.date ? 1 : -1))
    .map(({ date, calls, usedMicros }) => {
      const cents = divideHalfUp(usedMicros * creditPriceMicros, unitsPerCent);
      return { date, calls, usedMicros, cents };
    });
  return jsonReply(200, {
    success: true,
    data: {
      usage: shown.map((day) => ({ date: day.date, ...encodeUsed(day) })),
      total: encodeUsed({
        calls: shown.reduce((sum, { calls }) => sum + calls, 0),
        usedMicros: shown.reduce((sum, { usedMicros }) => sum + usedMicros, 0n),
        cents: shown.reduce((sum, { cents }) => sum + cents, 0n),
      }),
    },
  });
}

function encodeUsed(used: { calls: number; usedMicros: bigint; cents: bigint }): Record<string, JsonValue> {
  return {
    calls: countNumber(used.calls),
    creditsUsed: amountNumber(used.usedMicros),
    cost: encodeDollars(used.cents),
  };
}

function encodeDollars(cents: bigint): string {
  const size = cents < 0n ? -cents : cents;
  return `${cents < 0n ? '-' : ''}$${size / 100n}.${(size % 100n).toString().padStart(2, '0')}`;
}
