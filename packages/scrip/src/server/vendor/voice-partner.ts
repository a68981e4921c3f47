import type { Problem } from '@scrip/dialects';
import { voicepartner } from '@scrip/dialects';
import { availableMicros, findPool } from '../../core/account.ts';
import type { RateCard } from '../../core/rate-card.ts';
import { findPoolTerms, findPrice, quantityFor } from '../../core/rate-card.ts';
import type { Answer } from '../../ledger/answer.ts';
import { whenAnswered } from '../../ledger/answer.ts';
import type { VendorAnswer, VendorRead, VendorRoute } from './vendor-read.ts';
import { invalidParameters, parameterProblem, readParameter } from './vendor-read.ts';

/** The pool that the vendor's credit is: money. */
const POOL = 'eur';

/** Both ways in which the vendor documents one route: the key in the path, and in the query. */
export const voicePartnerRoutes: readonly VendorRoute[] = ['/:apiKey', ''].map((rest) => ({
  vendor: 'voicepartner',
  path: `${voicepartner.paths.balance}${rest}`,
  summary: 'Voice Partner: the money that is available, and what it buys',
  answer: answerBalance,
}));

function answerBalance({ account, query, deps: { ledger } }: VendorRead): Answer<VendorAnswer> {
  const problems: Problem[] = [];
  const name = voicepartner.formatParameter;
  const format = voicepartner.readFormat(readParameter(query, name, problems));
  if (problems.length > 0 || format === null)
    return invalidParameters([parameterProblem(name, 'must be json or xml', 'enum')]);
  const pool = findPool(account, POOL);
  const creditMicros = pool === undefined ? 0n : availableMicros(pool);
  return whenAnswered(ledger.rateCards(), (cards) => {
    const card = cards.at(-1);
    const reply = voicepartner.encodeBalance(
      {
        creditMicros,
        currency: currencyOf(card),
        ttsSeconds: bought(card, 'tts', creditMicros),
        ttsFixeSeconds: bought(card, 'tts_fixe', creditMicros),
        voiceMessages: bought(card, 'voice_message', creditMicros),
      },
      format,
    );
    return { ok: true, reply };
  });
}

/** The vendor's own where the rate card has no such pool. */
function currencyOf(card: RateCard | undefined): string {
  const terms = card === undefined ? undefined : findPoolTerms(card, POOL);
  return terms?.unit ?? '€';
}

/** What the credit would buy of one action; 0 of one that is missing, free, or not paid for in money. */
function bought(card: RateCard | undefined, action: string, creditMicros: bigint): bigint {
  const price = card === undefined ? undefined : findPrice(card, action);
  if (price === undefined || price.pool !== POOL) return 0n;
  return quantityFor(price, creditMicros) ?? 0n;
}
