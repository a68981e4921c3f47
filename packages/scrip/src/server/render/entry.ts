import type {
  CreditsDebited,
  CreditsGranted,
  Entry,
  EntryKind,
  HoldCaptured,
  HoldExpired,
  HoldPlaced,
  HoldReleased,
  PeriodStarted,
} from '../../core/entry.ts';
import { formatMicros } from '../../core/credits.ts';
import type { Personal, RecordedEntry } from '../../ledger/store.ts';
import { renderOverdraft } from './account.ts';
import { noteOf, renderMoney, renderRollover } from './grant.ts';
import { renderLotAmounts } from './lot-amounts.ts';
import { renderRateCard } from './rate-card.ts';
import { formatTime, formatTimeOrNull } from './time.ts';

const names = new Map<EntryKind, string>();

/** `CreditsDebited` as `credits-debited`. */
function nameOf(kind: EntryKind): string {
  let name = names.get(kind);
  if (name === undefined) names.set(kind, (name = kind.replaceAll(/(?<=.)[A-Z]/g, '-$&').toLowerCase()));
  return name;
}

/** One line of the journal as it is read from outside. Digests of keys stay inside. */
export function renderEntry({ entry, personal, hash }: RecordedEntry) {
  return {
    kind: nameOf(entry.kind),
    version: entry.version,
    recordedAt: formatTime(entry.atMs),
    id: entry.change?.id ?? null,
    actor: entry.change?.actor ?? null,
    ...renderMembers(entry, personal),
    hash,
  };
}

function renderMembers(entry: Entry, personal: Personal | null): Record<string, unknown> {
  switch (entry.kind) {
    case 'AccountOpened':
    case 'AccountChanged':
      return {
        timezone: entry.timezone,
        overdraft: renderOverdraft(entry.overdraft),
        ...(entry.setsName ? { name: personal?.name ?? null } : {}),
        ...(entry.setsMetadata ? { metadata: personal?.metadata ?? null } : {}),
      };
    case 'AccountClosed':
    case 'PersonalDataErased':
      return {};
    case 'KeyAdded':
      return { keyId: entry.keyId, name: personal?.name ?? entry.name ?? null, role: entry.role };
    case 'KeyRevoked':
      return { keyId: entry.keyId };
    case 'CreditsGranted':
      return renderGranted(entry, personal);
    case 'PeriodStarted':
      return renderPeriod(entry);
    case 'LotExpired':
    case 'GrantVoided':
      return { ...renderPool(entry), grantId: entry.grantId };
    case 'CreditsDebited':
    case 'HoldPlaced':
    case 'HoldCaptured':
      return renderCharged(entry, personal);
    case 'DebitRefunded':
      return {
        ...renderPool(entry),
        debitId: entry.debitId,
        refunded: formatMicros(entry.refundedMicros),
        full: entry.isFull,
        lots: renderLotAmounts(entry.returned),
      };
    case 'HoldReleased':
    case 'HoldExpired':
      return renderHoldEnd(entry);
    case 'RateCardPublished': {
      const { rateCardVersion: version, atMs: publishedAtMs, pools, actions } = entry;
      return { rateCard: renderRateCard({ version, publishedAtMs, pools, actions }) };
    }
  }
}

interface PoolEntry {
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly settledMicros: bigint;
  readonly heldMicros: bigint;
}

function renderPool({ pool, amountMicros, settledMicros, heldMicros }: PoolEntry) {
  return {
    pool,
    amount: formatMicros(amountMicros),
    balance: {
      settled: formatMicros(settledMicros),
      held: formatMicros(heldMicros),
      available: formatMicros(settledMicros - heldMicros),
    },
  };
}

function renderGranted(entry: CreditsGranted, personal: Personal | null) {
  const { lot } = entry;
  return {
    ...renderPool(entry),
    grantKind: entry.lotKind,
    every: entry.every,
    timezone: entry.timezone,
    rollover: renderRollover(entry.rollover),
    startsAt: formatTime(entry.startsAtMs),
    expiresAt: formatTimeOrNull(entry.expiresAtMs),
    priority: entry.priority,
    price: renderMoney(entry.price),
    source: entry.source,
    note: noteOf(entry, personal),
    lot:
      lot === null
        ? null
        : { expiresAt: formatTimeOrNull(lot.expiresAtMs), repaid: formatMicros(lot.repaidMicros) },
    nextAt: formatTimeOrNull(entry.nextAtMs),
  };
}

function renderPeriod(entry: PeriodStarted) {
  const { carried } = entry;
  return {
    ...renderPool(entry),
    grantId: entry.grantId,
    grantKind: entry.lotKind,
    priority: entry.priority,
    carried:
      carried === null
        ? null
        : { amount: formatMicros(carried.carriedMicros), forfeited: formatMicros(carried.forfeitedMicros) },
    repaid: formatMicros(entry.repaidMicros),
    expiresAt: formatTimeOrNull(entry.expiresAtMs),
    nextAt: formatTimeOrNull(entry.nextAtMs),
  };
}

function renderCharged(entry: CreditsDebited | HoldPlaced | HoldCaptured, personal: Personal | null) {
  return {
    ...renderPool(entry),
    action: entry.action,
    quantity: entry.quantityMicros === null ? null : formatMicros(entry.quantityMicros),
    rateCardVersion: entry.rateCardVersion,
    occurredAt: formatTime(entry.occurredAtMs ?? entry.atMs),
    lots: renderLotAmounts(entry.draws),
    metadata: personal?.metadata ?? null,
    ...(entry.kind === 'HoldPlaced' ? { expiresAt: formatTime(entry.expiresAtMs) } : {}),
    ...(entry.kind === 'HoldCaptured'
      ? { holdId: entry.holdId, returned: renderLotAmounts(entry.returned) }
      : {}),
  };
}

function renderHoldEnd(entry: HoldReleased | HoldExpired) {
  return { ...renderPool(entry), holdId: entry.holdId, lots: renderLotAmounts(entry.returned) };
}
