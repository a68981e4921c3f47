import { amountNumber, countNumber, type JsonValue } from '../json.ts';
import { jsonReply, type Reply } from '../reply.ts';

/** The credits of one pool: from packs, and from the subscription's period. */
export interface PoolInput {
  oneTimeMicros: bigint;
  recurringMicros: bigint;
}

export interface BalanceInput {
  credits: PoolInput;
  emailCredits: PoolInput;
  phoneCredits: PoolInput;
  dailyLimitRateLeft: number;
  dailyLimitRateSecondsToReset: number;
}

/** The vendor's answer to `GET /v2/credits/balance`. */
export function encodeBalance(balance: BalanceInput): Reply {
  return jsonReply(200, {
    credits: encodePool(balance.credits),
    emailCredits: encodePool(balance.emailCredits),
    phoneCredits: encodePool(balance.phoneCredits),
    dailyLimitRateLeft: countNumber(balance.dailyLimitRateLeft),
    dailyLimitRateSecondsToReset: countNumber(Math.ceil(balance.dailyLimitRateSecondsToReset)),
  });
}

function encodePool({ oneTimeMicros, recurringMicros }: PoolInput): JsonValue {
  return { oneTime: amountNumber(oneTimeMicros), recurrent: amountNumber(recurringMicros) };
}
