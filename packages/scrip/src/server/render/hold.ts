import type { Hold } from '../../core/account.ts';
import type { HoldPlaced, HoldReleased } from '../../core/entry.ts';
import { formatMicros } from '../../core/credits.ts';
import { holdOf } from '../../core/evolve.ts';
import { chargedMembersJson } from './debit.ts';
import { renderLotAmounts } from './lot-amounts.ts';
import { poolAfterChange } from './pool-after.ts';
import { formatTime } from './time.ts';

export type HoldState = 'open' | 'captured' | 'released' | 'expired';

export function holdJson(entry: HoldPlaced): string {
  return holdReplyJson(entry, { after: entry, standing: 'open' });
}

/** A hold as its release left it: what it was, with the balance and the time of the release. */
export function releasedHoldJson(placed: HoldPlaced, released: HoldReleased): string {
  return holdReplyJson(placed, { after: released, standing: 'released' });
}

function holdReplyJson(
  placed: HoldPlaced,
  { after, standing }: { after: HoldPlaced | HoldReleased; standing: HoldState },
): string {
  const { balance, version } = poolAfterChange(after);
  const occurredAt = formatTime(placed.occurredAtMs ?? placed.atMs);
  return `{"id":${JSON.stringify(placed.change?.id ?? '')},${chargedMembersJson(placed)},"state":"${standing}","balance":${JSON.stringify(balance)},"version":${version},"expiresAt":"${formatTime(placed.expiresAtMs)}","occurredAt":"${occurredAt}","recordedAt":"${formatTime(after.atMs)}"}`;
}

/** An open hold in a list, from the account's state. */
export function renderOpenHold(accountId: string, hold: Hold) {
  return {
    id: hold.id,
    accountId,
    pool: hold.pool,
    amount: formatMicros(hold.amountMicros),
    action: hold.action,
    quantity: hold.quantityMicros === null ? null : formatMicros(hold.quantityMicros),
    rateCardVersion: hold.rateCardVersion,
    lots: renderLotAmounts(hold.draws),
    state: 'open',
    version: hold.version,
    expiresAt: formatTime(hold.expiresAtMs),
    occurredAt: formatTime(hold.occurredAtMs ?? hold.placedAtMs),
    recordedAt: formatTime(hold.placedAtMs),
  };
}

/** A hold in a list, from the entry that placed it and what became of it. */
export function renderListedHold(entry: HoldPlaced, standing: HoldState) {
  return { ...renderOpenHold(entry.accountId, holdOf(entry)), state: standing };
}
