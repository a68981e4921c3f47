import type { AccountState, Rollover } from '../../core/account.ts';
import { findPool } from '../../core/account.ts';
import type { MoneyPrice } from '../../core/command.ts';
import { formatMicros } from '../../core/credits.ts';
import type { CreditsGranted, GrantVoided } from '../../core/entry.ts';
import type { Personal } from '../../ledger/store.ts';
import { renderLotAmounts } from './lot-amounts.ts';
import { poolAfterChange } from './pool-after.ts';
import { formatTime, formatTimeOrNull } from './time.ts';

export function renderGrant(entry: CreditsGranted, personal: Personal | null) {
  return {
    ...renderTerms(entry, { nextAtMs: entry.nextAtMs, note: noteOf(entry, personal) }),
    ...poolAfterChange(entry),
    recordedAt: formatTime(entry.atMs),
  };
}

/** A grant with what remains of it in an account as it is now. */
export function renderListedGrant(
  entry: CreditsGranted,
  { state, personal }: { state: AccountState; personal: Personal | null },
) {
  const id = entry.change?.id;
  const lots = (findPool(state, entry.pool)?.lots ?? []).filter((lot) => lot.grantId === id);
  const freeMicros = lots.reduce((sum, lot) => sum + lot.freeMicros, 0n);
  const heldMicros = lots.reduce((sum, lot) => sum + lot.heldMicros, 0n);
  const next = state.series.find((series) => series.grantId === id);
  return {
    ...renderTerms(entry, { nextAtMs: next?.nextAtMs ?? null, note: noteOf(entry, personal) }),
    remaining: formatMicros(freeMicros + heldMicros),
    held: formatMicros(heldMicros),
    voidedAt: formatTimeOrNull(state.voided.find((grant) => grant.grantId === id)?.atMs ?? null),
    version: entry.version,
    recordedAt: formatTime(entry.atMs),
  };
}

export function renderVoid(entry: GrantVoided) {
  return {
    id: entry.change?.id ?? '',
    grantId: entry.grantId,
    accountId: entry.accountId,
    pool: entry.pool,
    amount: formatMicros(entry.amountMicros),
    lots: renderLotAmounts(entry.draws),
    ...poolAfterChange(entry),
    recordedAt: formatTime(entry.atMs),
  };
}

/** A grant's note stands beside its entry, but for entries of format 1. */
export function noteOf(entry: CreditsGranted, personal: Personal | null): string | null {
  return personal?.note ?? entry.note ?? null;
}

function renderTerms(
  entry: CreditsGranted,
  { nextAtMs, note }: { nextAtMs: number | null; note: string | null },
) {
  return {
    id: entry.change?.id ?? '',
    accountId: entry.accountId,
    pool: entry.pool,
    amount: formatMicros(entry.amountMicros),
    kind: entry.lotKind,
    every: entry.every,
    rollover: renderRollover(entry.rollover),
    startsAt: formatTime(entry.startsAtMs),
    expiresAt: formatTimeOrNull(entry.expiresAtMs),
    priority: entry.priority,
    price: renderMoney(entry.price),
    source: entry.source,
    note,
    nextAt: formatTimeOrNull(nextAtMs),
  };
}

export function renderRollover(rollover: Rollover) {
  return typeof rollover === 'object' ? { max: formatMicros(rollover.maxMicros) } : rollover;
}

export function renderMoney(price: MoneyPrice | null) {
  return price === null ? null : { amount: formatMicros(price.amountMicros), currency: price.currency };
}
