import { formatMicros } from '../../core/credits.ts';
import type { Debit, DebitRefunded, HoldPlaced } from '../../core/entry.ts';
import type { ByteText } from './byte-text.ts';
import { addJsonText, addText, bytesOf, newByteText } from './byte-text.ts';
import { renderLotAmounts } from './lot-amounts.ts';
import { poolAfterChange } from './pool-after.ts';
import { formatTime } from './time.ts';

/** The text of a debit: of a plain one, or of the capture of a hold. */
export function debitJson(entry: Debit): string {
  const text = newByteText(DEBIT_BYTES);
  addText(text, '{"id":');
  addJsonText(text, entry.change?.id ?? '');
  addText(text, ',');
  addDebitMembers(text, entry);
  addText(text, '}');
  return bytesOf(text).toString('utf8');
}

/** About as much as a debit takes. */
export const DEBIT_BYTES = 512;

/** Adds all members of a debit but its id, as the inside of a JSON object. Written by hand: no reply is as frequent. */
export function addDebitMembers(to: ByteText, entry: Debit): void {
  const { balance, version } = poolAfterChange(entry);
  const recordedAt = formatTime(entry.atMs);
  addCharged(to, entry);
  addText(to, ',"balance":{"settled":"');
  addText(to, balance.settled);
  addText(to, '","held":"');
  addText(to, balance.held);
  addText(to, '","available":"');
  addText(to, balance.available);
  addText(to, '"},"version":');
  addText(to, String(version));
  addText(to, ',"occurredAt":"');
  addText(to, entry.occurredAtMs === null ? recordedAt : formatTime(entry.occurredAtMs));
  addText(to, '","recordedAt":"');
  addText(to, recordedAt);
  addText(to, '"');
}

/** What was charged, to whom and from which lots: the members that debits and holds share. */
export function chargedMembersJson(entry: Debit | HoldPlaced): string {
  const text = newByteText(DEBIT_BYTES);
  addCharged(text, entry);
  return bytesOf(text).toString('utf8');
}

function addCharged(to: ByteText, entry: Debit | HoldPlaced): void {
  const { amountMicros, action, quantityMicros, draws } = entry;
  const amount = formatMicros(amountMicros);
  addText(to, '"accountId":"');
  addText(to, entry.accountId);
  addText(to, '","pool":');
  addJsonText(to, entry.pool);
  addText(to, ',"amount":"');
  addText(to, amount);
  addText(to, '","action":');
  if (action === null) addText(to, 'null');
  else addJsonText(to, action);
  addText(to, ',"quantity":');
  if (quantityMicros === null) addText(to, 'null');
  else addJsonText(to, quantityMicros === amountMicros ? amount : formatMicros(quantityMicros));
  addText(to, ',"rateCardVersion":');
  addText(to, String(entry.rateCardVersion));
  addText(to, ',"lots":');
  const [only] = draws;
  if (only === undefined || draws.length > 1) {
    addText(to, JSON.stringify(renderLotAmounts(draws)));
    return;
  }
  addText(to, '[{"grantId":');
  addJsonText(to, only.grantId);
  addText(to, ',"amount":"');
  addText(to, only.amountMicros === amountMicros ? amount : formatMicros(only.amountMicros));
  addText(to, '"}]');
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
