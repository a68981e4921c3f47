import type { Balance } from '../balance.ts';
import { parseLenientMicros } from '../decimal.ts';
import { parseInstant } from '../instant.ts';
import { countOf, isArray, type JsonValue, memberOf, microsOf, textOf } from '../json.ts';
import { type BalanceReading, type NotRead, type Oddity, readBalance, readReply } from '../reading.ts';
import type { ReceivedReply } from '../reply.ts';
import { decodeRefusal, isError } from './errors.ts';

/**
 * Reads a balance; `success` and `lastUpdated` may be absent, the balance a number, a string or null. It may be in a
 * currency, as in the vendor's webhooks: its unit says so.
 */
export function decodeBalance(reply: ReceivedReply): BalanceReading {
  return readBalance(reply, { refuses: isError, decodeRefusal, decode: decodeCredits });
}

function decodeCredits(body: JsonValue): { value: Balance } | Oddity {
  const credits = memberOf(body, 'data');
  const balance = memberOf(credits, 'balance');
  if (balance === undefined) return { code: 'member-missing', at: 'data.balance' };
  const availableMicros = microsOf(balance);
  if (availableMicros === null && balance !== null) return { code: 'member-odd', at: 'data.balance' };
  const currency = textOf(memberOf(credits, 'currency'))?.trim() || 'credits';
  const unit = /^credits?$/i.test(currency) ? 'credits' : currency;
  const lastUpdatedMs = parseInstant(textOf(memberOf(credits, 'lastUpdated')) ?? '');
  return {
    value: {
      pools: [{ pool: 'credits', unit, availableMicros }],
      ...(lastUpdatedMs === null ? {} : { lastUpdatedMs }),
    },
  };
}

export interface Used {
  calls: number;
  usedMicros: bigint;
  /** Millionths of a dollar; null where the vendor shows no cost that can be read. */
  costMicros: bigint | null;
}

/** Days as the vendor orders them, the newest first; `total` is null where it is absent or cannot be read. */
export interface Usage {
  days: ({ date: string } & Used)[];
  total: Used | null;
}

/** Reads usage. One day that cannot be read makes all of it unreadable: a sum would be wrong. */
export function decodeUsage(reply: ReceivedReply): { ok: true; usage: Usage } | NotRead {
  const reading = readReply(reply, { refuses: isError, decodeRefusal, decode: decodeDays });
  return reading.ok ? { ok: true, usage: reading.value } : reading;
}

function decodeDays(body: JsonValue): { value: Usage } | Oddity {
  const wireDays = memberOf(memberOf(body, 'data'), 'usage');
  if (!isArray(wireDays)) {
    return { code: wireDays === undefined ? 'member-missing' : 'member-odd', at: 'data.usage' };
  }
  const days: Usage['days'] = [];
  for (const [index, wireDay] of wireDays.entries()) {
    const date = textOf(memberOf(wireDay, 'date')) ?? '';
    const used = decodeUsed(wireDay);
    if (used === null || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
      return { code: 'member-odd', at: `data.usage[${index}]` };
    }
    days.push({ date, ...used });
  }
  return { value: { days, total: decodeUsed(memberOf(memberOf(body, 'data'), 'total')) } };
}

function decodeUsed(used: JsonValue | undefined): Used | null {
  const calls = countOf(memberOf(used, 'calls'));
  const usedMicros = microsOf(memberOf(used, 'creditsUsed'));
  if (calls === null || usedMicros === null) return null;
  const cost = textOf(memberOf(used, 'cost'));
  return {
    calls: Number(calls),
    usedMicros,
    costMicros: cost === null ? null : parseLenientMicros(cost.replaceAll(/[$,]/g, '')),
  };
}
