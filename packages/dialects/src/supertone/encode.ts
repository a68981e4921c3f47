import { divideHalfUp } from '../decimal.ts';
import { formatInstant } from '../instant.ts';
import { amountNumber, countNumber, type JsonValue } from '../json.ts';
import { jsonReply, type Reply } from '../reply.ts';

/** Usage of one breakdown of a bucket. A credit is a second, so that credit micros are second micros. */
export interface UsageResultInput {
  secondsUsedMicros: bigint;
  voiceId?: string;
  voiceName?: string;
  /** A name or an id of the key that spent; never the key. */
  apiKey?: string;
  model?: string;
}

export interface UsageInput {
  buckets: readonly { startingAtMs: number; endingAtMs: number; results: readonly UsageResultInput[] }[];
  nextPageToken: string | null;
  /** The buckets of all pages together. */
  total: number;
}

/** The vendor's answer to `GET /v1/credits`: a JSON number, or null, which its schema allows. */
export function encodeCredits({ balanceMicros }: { balanceMicros: bigint | null }): Reply {
  return jsonReply(200, { balance: balanceMicros === null ? null : amountNumber(balanceMicros) });
}

/**
 * The vendor's answer to `GET /v1/usage`. Minutes are rounded half up to six decimals; instants have whole
 * seconds and stand in UTC (our choice).
 */
export function encodeUsage({ buckets, nextPageToken, total }: UsageInput): Reply {
  return jsonReply(200, {
    data: buckets.map(({ startingAtMs, endingAtMs, results }) => ({
      starting_at: formatInstant(startingAtMs),
      ending_at: formatInstant(endingAtMs),
      results: results.map(encodeResult),
    })),
    next_page_token: nextPageToken,
    total: countNumber(total),
  });
}

function encodeResult(result: UsageResultInput): JsonValue {
  return {
    minutes_used: amountNumber(divideHalfUp(result.secondsUsedMicros, 60n)),
    ...(result.voiceId === undefined ? {} : { voice_id: result.voiceId }),
    ...(result.voiceName === undefined ? {} : { voice_name: result.voiceName }),
    ...(result.apiKey === undefined ? {} : { api_key: result.apiKey }),
    ...(result.model === undefined ? {} : { model: result.model }),
  };
}
