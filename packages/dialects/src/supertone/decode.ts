import type { Balance } from '../balance.ts';
import { parseInstant } from '../instant.ts';
import { countOf, isArray, type JsonValue, memberOf, microsOf, textOf } from '../json.ts';
import { type BalanceReading, type NotRead, type Oddity, readBalance, readReply } from '../reading.ts';
import type { ReceivedReply } from '../reply.ts';
import { decodeRefusal, isError } from './errors.ts';

/** Reads a balance. Null is an answer, and means that the vendor does not say. */
export function decodeBalance(reply: ReceivedReply): BalanceReading {
  return readBalance(reply, { refuses: isError, decodeRefusal, decode: decodeCredits });
}

function decodeCredits(body: JsonValue): { value: Balance } | Oddity {
  const balance = memberOf(body, 'balance');
  if (balance === undefined) return { code: 'member-missing', at: 'balance' };
  const availableMicros = microsOf(balance);
  if (availableMicros === null && balance !== null) return { code: 'member-odd', at: 'balance' };
  return { value: { pools: [{ pool: 'credits', unit: 'credits', availableMicros }] } };
}

export interface UsageResult {
  /** Millionths of a minute, as the wire has it: seconds cannot be had back from a rounded quotient. */
  minutesUsedMicros: bigint;
  voiceId?: string;
  voiceName?: string;
  apiKey?: string;
  model?: string;
}

export interface Usage {
  buckets: { startingAtMs: number; endingAtMs: number; results: UsageResult[] }[];
  /** What to ask the next page with; null on the last. */
  nextPageToken: string | null;
  total: number | null;
}

/** Reads one page of usage. One bucket that cannot be read makes the page unreadable: a sum would be wrong. */
export function decodeUsage(reply: ReceivedReply): { ok: true; usage: Usage } | NotRead {
  const reading = readReply(reply, { refuses: isError, decodeRefusal, decode: decodePage });
  return reading.ok ? { ok: true, usage: reading.value } : reading;
}

function decodePage(body: JsonValue): { value: Usage } | Oddity {
  const pages = memberOf(body, 'data');
  if (!isArray(pages)) return { code: pages === undefined ? 'member-missing' : 'member-odd', at: 'data' };
  const buckets: Usage['buckets'] = [];
  for (const [index, page] of pages.entries()) {
    const bucket = decodeBucket(page);
    if (bucket === null) return { code: 'member-odd', at: `data[${index}]` };
    buckets.push(bucket);
  }
  const total = countOf(memberOf(body, 'total'));
  return {
    value: {
      buckets,
      // An empty token asks for the first page again.
      nextPageToken: textOf(memberOf(body, 'next_page_token')) || null,
      total: total === null ? null : Number(total),
    },
  };
}

function decodeBucket(bucket: JsonValue): Usage['buckets'][number] | null {
  const startingAtMs = parseInstant(textOf(memberOf(bucket, 'starting_at')) ?? '');
  const endingAtMs = parseInstant(textOf(memberOf(bucket, 'ending_at')) ?? '');
  const wireResults = memberOf(bucket, 'results');
  if (startingAtMs === null || endingAtMs === null || !isArray(wireResults)) return null;
  const results: UsageResult[] = [];
  for (const result of wireResults) {
    const minutesUsedMicros = microsOf(memberOf(result, 'minutes_used'));
    if (minutesUsedMicros === null) return null;
    results.push({ minutesUsedMicros, ...decodeBreakdown(result) });
  }
  return { startingAtMs, endingAtMs, results };
}

function decodeBreakdown(result: JsonValue): Omit<UsageResult, 'minutesUsedMicros'> {
  const voiceId = textOf(memberOf(result, 'voice_id'));
  const voiceName = textOf(memberOf(result, 'voice_name'));
  const apiKey = textOf(memberOf(result, 'api_key'));
  const model = textOf(memberOf(result, 'model'));
  return {
    ...(voiceId === null ? {} : { voiceId }),
    ...(voiceName === null ? {} : { voiceName }),
    ...(apiKey === null ? {} : { apiKey }),
    ...(model === null ? {} : { model }),
  };
}
