import { formatMicros } from '../../core/credits.ts';
import type { Debit, DebitRefunded, HoldPlaced } from '../../core/entry.ts';
import { renderLotAmounts } from './lot-amounts.ts';
import { poolAfterChange } from './pool-after.ts';
import { formatTime } from './time.ts';

/** The text of a debit: of a plain one, or of the capture of a hold. */
export function debitJson(entry: Debit): string {
  return `{"id":${JSON.stringify(entry.change?.id ?? '')},${debitMembersJson(entry)}}`;
}

/**
 * All members of a debit but its id, as the inside of a JSON object. Written by hand: this is the busiest reply there
 * is, and amounts are bigints that a serialiser would have to be given as texts anyway.
 */
export function debitMembersJson(entry: Debit): string {
  const { balance, version } = poolAfterChange(entry);
  const recordedAt = formatTime(entry.atMs);
  const occurredAt = entry.occurredAtMs === null ? recordedAt : formatTime(entry.occurredAtMs);
  return `${chargedMembersJson(entry)},"balance":{"settled":"${balance.settled}","held":"${balance.held}","available":"${balance.available}"},"version":${version},"occurredAt":"${occurredAt}","recordedAt":"${recordedAt}"`;
}

/** What was charged, to whom and from which lots: the members that debits and holds share. */
export function chargedMembersJson(entry: Debit | HoldPlaced): string {
  const action = entry.action === null ? 'null' : JSON.stringify(entry.action);
  const quantity = entry.quantityMicros === null ? 'null' : `"${formatMicros(entry.quantityMicros)}"`;
  return `"accountId":"${entry.accountId}","pool":${JSON.stringify(entry.pool)},"amount":"${formatMicros(entry.amountMicros)}","action":${action},"quantity":${quantity},"rateCardVersion":${entry.rateCardVersion},"lots":${JSON.stringify(renderLotAmounts(entry.draws))}`;
}

export function renderRefund(entry: DebitRefunded) {
  return {
    id: entry.change?.id ?? '',
    debitId: entry.debitId,
    accountId: entry.accountId,
    pool: entry.pool,
    amount: formatMicros(entry.amountMicros),
    refunded: formatMicros(entry.refundedMicros),
    lots: renderLotAmounts(entry.returned),
    ...poolAfterChange(entry),
    recordedAt: formatTime(entry.atMs),
  };
}
