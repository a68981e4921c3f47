import type { PoolTerms, Price } from '../core/rate-card.ts';
import { MICROS_PER_CREDIT } from '../core/credits.ts';

/** The pools of an installation that nobody has configured, in the order in which balances list them. */
export const DEFAULT_POOLS: readonly PoolTerms[] = [
  { id: 'standard', decimals: 6, unit: 'credits' },
  { id: 'email', decimals: 0, unit: 'credits' },
  { id: 'phone', decimals: 0, unit: 'credits' },
  { id: 'eur', decimals: 6, unit: '€' },
];

/** Its prices: those of the four vendors' published rate cards. */
export const DEFAULT_ACTIONS: Readonly<Record<string, Price>> = {
  voice_call: started(3_000_000n),
  sms: exact('standard', 1_000_000n, 'message'),
  transcription: started(1_000_000n),
  ai_processing: exact('standard', 0n, 'call'),
  speech: exact('standard', 1_000_000n, 'second'),
  search: exact('standard', 200_000n, 'call'),
  enrich: exact('standard', 100_000n, 'call'),
  lookup: exact('standard', 50_000n, 'call'),
  email_verification: exact('email', 1_000_000n, 'call'),
  phone_verification: exact('phone', 1_000_000n, 'call'),
  tts: exact('eur', 900n, 'second'),
  tts_fixe: exact('eur', 1_400n, 'second'),
  voice_message: exact('eur', 1_900_000n, 'message'),
};

/** A price per started minute; the quantity is seconds. */
function started(amountMicros: bigint): Price {
  return {
    pool: 'standard',
    amountMicros,
    perMicros: 60n * MICROS_PER_CREDIT,
    unit: 'second',
    rounding: 'started',
    minimumMicros: 0n,
  };
}

function exact(pool: string, amountMicros: bigint, unit: string): Price {
  return { pool, amountMicros, perMicros: MICROS_PER_CREDIT, unit, rounding: 'exact', minimumMicros: 0n };
}
