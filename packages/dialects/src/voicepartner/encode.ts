import { formatMicros } from '../decimal.ts';
import { countNumber, type JsonValue } from '../json.ts';
import { jsonReply, type Reply } from '../reply.ts';
import type { Format } from './wire.ts';
import { writeXml } from './xml.ts';

/** A balance in money, and what it would buy if all of it went to one of three actions. */
export interface BalanceInput {
  creditMicros: bigint;
  /** The unit that the money is in, as the customer is to see it. */
  currency: string;
  /** Seconds of text-to-speech to a mobile. */
  ttsSeconds: bigint;
  /** Seconds of text-to-speech to a landline. */
  ttsFixeSeconds: bigint;
  voiceMessages: bigint;
}

/**
 * The vendor's answer to `GET /v1/me`: `credit` as a string, durations normalised to less than 60 minutes and
 * seconds. XML for this route is published nowhere: the shape of the platform's other products is our choice.
 */
export function encodeBalance(balance: BalanceInput, format: Format = 'json'): Reply {
  return bodyReply(
    200,
    {
      success: true,
      credit: formatMicros(balance.creditMicros),
      currency: balance.currency,
      details: {
        tts: encodeDuration(balance.ttsSeconds),
        tts_fixe: encodeDuration(balance.ttsFixeSeconds),
        voice: { message: countNumber(balance.voiceMessages) },
      },
    },
    format,
  );
}

/** A reply of this dialect in the format asked for. */
export function bodyReply(
  status: number,
  body: JsonValue,
  format: Format,
  headers: Record<string, string> = {},
): Reply {
  if (format === 'json') return jsonReply(status, body, headers);
  return {
    status,
    headers: { 'content-type': 'application/xml; charset=utf-8', ...headers },
    body: writeXml(body),
  };
}

function encodeDuration(seconds: bigint): JsonValue {
  return {
    h: countNumber(seconds / 3600n),
    m: countNumber((seconds / 60n) % 60n),
    s: countNumber(seconds % 60n),
  };
}
