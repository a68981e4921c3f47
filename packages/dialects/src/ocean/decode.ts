import type { Balance, PoolBalance } from '../balance.ts';
import { countOf, isArray, type JsonValue, memberOf, microsOf, textOf } from '../json.ts';
import { type BalanceReading, type Oddity, readBalance } from '../reading.ts';
import type { ReceivedReply } from '../reply.ts';
import { decodeRefusal } from './errors.ts';

const pools = { credits: 'standard', emailCredits: 'email', phoneCredits: 'phone' } as const;

/**
 * Reads a balance. A pool or a member that is absent or null is 0, as the vendor's schema says, as long as one
 * of the three pools is there; `previewCredits` is a fourth pool where it is sent.
 */
export function decodeBalance(reply: ReceivedReply): BalanceReading {
  return readBalance(reply, { refuses: isRefusal, decodeRefusal, decode });
}

function isRefusal(body: JsonValue): boolean {
  return memberOf(body, 'detail') !== undefined && !hasPool(body);
}

function hasPool(body: JsonValue): boolean {
  return Object.keys(pools).some((name) => memberOf(body, name) !== undefined);
}

function decode(body: JsonValue): { value: Balance } | Oddity {
  if (!hasPool(body)) return { code: 'member-missing', at: 'credits' };
  const decoded: PoolBalance[] = [];
  for (const [name, pool] of Object.entries(pools)) {
    const balance = decodePool(pool, memberOf(body, name));
    if (balance === null) return { code: 'member-odd', at: name };
    decoded.push(balance);
  }
  const preview = memberOf(body, 'previewCredits');
  const previewBalance = preview === undefined ? null : decodePool('preview', preview);
  if (previewBalance !== null) decoded.push(previewBalance);
  const requestsLeft = leftOf(memberOf(body, 'dailyLimitRateLeft'));
  const secondsToReset = leftOf(memberOf(body, 'dailyLimitRateSecondsToReset'));
  // A count that makes no sense is not a limit that is used up.
  const isCounted = requestsLeft !== null && secondsToReset !== null;
  return {
    value: { pools: decoded, ...(isCounted ? { dailyLimit: { requestsLeft, secondsToReset } } : {}) },
  };
}

function leftOf(wire: JsonValue | undefined): number | null {
  if (wire === undefined || wire === null) return 0;
  const count = countOf(wire);
  return count === null ? null : Number(count);
}

function decodePool(pool: string, wire: JsonValue | undefined): PoolBalance | null {
  const single = microsOf(wire);
  if (single !== null) return { pool, unit: 'credits', availableMicros: single };
  const isAbsent = wire === undefined || wire === null;
  // A number that is no amount is one that is too large.
  if (!isAbsent && (isArray(wire) || typeof wire !== 'object' || textOf(wire) !== null)) return null;
  const [oneTime, recurrent] = [memberOf(wire, 'oneTime'), memberOf(wire, 'recurrent')];
  // Members that nobody knows may say how much there is.
  const isKnown = oneTime !== undefined || recurrent !== undefined;
  if (!isAbsent && !isKnown && Object.keys(wire).length > 0) return null;
  const oneTimeMicros = amountOf(oneTime);
  const recurringMicros = amountOf(recurrent);
  if (oneTimeMicros === null || recurringMicros === null) return null;
  return {
    pool,
    unit: 'credits',
    availableMicros: oneTimeMicros + recurringMicros,
    oneTimeMicros,
    recurringMicros,
  };
}

function amountOf(wire: JsonValue | undefined): bigint | null {
  return wire === undefined || wire === null ? 0n : microsOf(wire);
}
