import type { AccountState } from './account.ts';
import type { Charge, Command, GrantCredits } from './command.ts';
import type { CreditsDebited, CreditsGranted, Entry, HoldCaptured, HoldPlaced } from './entry.ts';
import { findHold } from './hold-tree.ts';

/** The command that an entry records, as far as it decides the entry; null for what time does by itself. */
export function commandOf(entry: Entry, before: AccountState | null): Command | null {
  switch (entry.kind) {
    case 'CreditsDebited':
      return { kind: 'DebitCredits', charge: chargeOf(entry), occurredAtMs: entry.occurredAtMs };
    case 'HoldPlaced': {
      const { occurredAtMs, expiresAtMs, atMs } = entry;
      const ttlSeconds = (expiresAtMs - atMs) / 1000;
      return { kind: 'PlaceHold', charge: chargeOf(entry), occurredAtMs, ttlSeconds };
    }
    case 'HoldCaptured':
      return captureOf(entry, before);
    case 'HoldReleased':
      return { kind: 'ReleaseHold', holdId: entry.holdId };
    case 'DebitRefunded':
      // All that is left may be nothing, where what was debited was free; a part may not.
      return {
        kind: 'RefundDebit',
        debitId: entry.debitId,
        amountMicros: entry.isFull ? null : entry.amountMicros,
      };
    case 'CreditsGranted':
      return grantOf(entry);
    case 'GrantVoided':
      return { kind: 'VoidGrant', grantId: entry.grantId };
    case 'AccountOpened': {
      const { timezone, overdraft, setsName, setsMetadata } = entry;
      return { kind: 'OpenAccount', timezone, overdraft, setsName, setsMetadata };
    }
    case 'AccountChanged': {
      const { timezone, overdraft, setsName, setsMetadata } = entry;
      return { kind: 'ChangeAccount', timezone, overdraft, setsName, setsMetadata };
    }
    case 'AccountClosed':
      return { kind: 'CloseAccount' };
    case 'PersonalDataErased':
      return { kind: 'ErasePersonalData' };
    case 'KeyAdded': {
      const { keyId, digest, role } = entry;
      return { kind: 'AddKey', keyId, digest, role };
    }
    case 'KeyRevoked':
      return { kind: 'RevokeKey', keyId: entry.keyId };
    case 'RateCardPublished':
      return { kind: 'PublishRateCard', pools: entry.pools, actions: entry.actions };
    case 'PeriodStarted':
    case 'LotExpired':
    case 'HoldExpired':
      return null;
  }
}

function chargeOf({ action, quantityMicros, pool, amountMicros }: CreditsDebited | HoldPlaced): Charge {
  return action === null
    ? { by: 'amount', pool, amountMicros }
    : { by: 'action', action, quantityMicros: quantityMicros ?? 0n };
}

/** A quantity of its own is priced again; the hold's own quantity stands for the whole hold. */
function captureOf(entry: HoldCaptured, before: AccountState | null): Command {
  const { holdId, amountMicros, quantityMicros } = entry;
  const hold = findHold(before?.holds ?? null, holdId);
  const isWhole = amountMicros === hold?.amountMicros && quantityMicros === hold.quantityMicros;
  return {
    kind: 'CaptureHold',
    holdId,
    amountMicros: isWhole || quantityMicros !== null ? null : amountMicros,
    quantityMicros: isWhole ? null : quantityMicros,
    allowExcess: true,
  };
}

function grantOf(entry: CreditsGranted): GrantCredits {
  const { pool, amountMicros, lotKind, every, rollover, startsAtMs, expiresAtMs } = entry;
  const { priority, price, source } = entry;
  return {
    kind: 'GrantCredits',
    pool,
    amountMicros,
    lotKind,
    every,
    rollover,
    startsAtMs,
    expiresAtMs,
    priority,
    price,
    source,
  };
}
