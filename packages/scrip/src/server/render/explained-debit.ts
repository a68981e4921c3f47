import { formatMicros } from '../../core/credits.ts';
import type { Debit } from '../../core/entry.ts';
import type { Price, RateCard } from '../../core/rate-card.ts';
import { findPoolTerms, findPrice } from '../../core/rate-card.ts';
import type { FoundChange } from '../../ledger/store.ts';
import { debitJson } from './debit.ts';
import { renderPrice } from './rate-card.ts';
import { formatTime } from './time.ts';

/** A debit with how its amount came about and what has been refunded of it. */
export function renderExplainedDebit(
  debit: Debit,
  { recorded, continuation }: FoundChange,
  rateCards: readonly RateCard[],
) {
  const latest = continuation?.entry;
  const refund = latest?.kind === 'DebitRefunded' ? latest : null;
  return {
    ...(JSON.parse(debitJson(debit)) as Record<string, unknown>),
    metadata: recorded.personal?.metadata ?? null,
    ...(debit.kind === 'HoldCaptured' ? { holdId: debit.holdId } : {}),
    explanation: explain(debit, rateCards),
    refunded: formatMicros(refund?.refundedMicros ?? 0n),
    lastRefund:
      refund === null
        ? null
        : {
            id: refund.change?.id ?? '',
            amount: formatMicros(refund.amountMicros),
            recordedAt: formatTime(refund.atMs),
          },
  };
}

function explain(debit: Debit, rateCards: readonly RateCard[]) {
  const { action, quantityMicros, rateCardVersion } = debit;
  const card = rateCards.find(({ version }) => version === rateCardVersion) ?? rateCards.at(-1);
  const decimals = card === undefined ? 0 : (findPoolTerms(card, debit.pool)?.decimals ?? 0);
  const price = action === null || card === undefined ? undefined : findPrice(card, action);
  return {
    price: price === undefined ? null : renderPrice(price),
    decimals,
    text:
      price === undefined || quantityMicros === null
        ? `${formatMicros(debit.amountMicros)} of ${debit.pool}, as asked for.`
        : `${describePrice(price, quantityMicros, debit.amountMicros)}, by version ${debit.rateCardVersion} of the rate card, rounded half up to ${decimals} decimals.`,
  };
}

function describePrice(price: Price, quantityMicros: bigint, amountMicros: bigint): string {
  const quantity = `A quantity of ${formatMicros(quantityMicros)} (${price.unit})`;
  const per = formatMicros(price.perMicros);
  const each = formatMicros(price.amountMicros);
  const started = (quantityMicros + price.perMicros - 1n) / price.perMicros;
  const counted =
    price.rounding === 'started'
      ? `${quantity} is ${started} started times ${per}, at ${each} each`
      : `${quantity} at ${each} per ${per}`;
  const minimum =
    amountMicros === price.minimumMicros && amountMicros > 0n ? ' (the least that one debit takes)' : '';
  return `${counted}: ${formatMicros(amountMicros)} of ${price.pool}${minimum}`;
}
