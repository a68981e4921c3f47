import type {
  CaptureHold,
  ChangeAccount,
  Charge,
  DebitCredits,
  GrantCredits,
  OpenAccount,
  PlaceHold,
  RefundDebit,
  ReleaseHold,
  VoidGrant,
} from '../../packages/scrip/src/core/command.ts';

/** Commands with the members that a test does not care about filled in. Amounts are credits of `standard`. */

export const CREDIT = 1_000_000n;

export function openAccount(members: Partial<OpenAccount> = {}): OpenAccount {
  return {
    kind: 'OpenAccount',
    timezone: 'UTC',
    overdraft: [],
    setsName: false,
    setsMetadata: false,
    ...members,
  };
}

export function changeAccount(members: Partial<ChangeAccount>): ChangeAccount {
  return {
    kind: 'ChangeAccount',
    timezone: null,
    overdraft: [],
    setsName: false,
    setsMetadata: false,
    ...members,
  };
}

export function setOverdraft(credits: bigint, pool = 'standard'): ChangeAccount {
  return changeAccount({ overdraft: [{ pool, limitMicros: credits * CREDIT }] });
}

export function grantCredits(credits: bigint, members: Partial<GrantCredits> = {}): GrantCredits {
  return {
    kind: 'GrantCredits',
    pool: 'standard',
    amountMicros: credits * CREDIT,
    lotKind: 'one-time',
    every: null,
    rollover: 'none',
    startsAtMs: null,
    expiresAtMs: null,
    priority: 0,
    price: null,
    source: 'purchase',
    ...members,
  };
}

/** A grant of every month, unless its members say otherwise. */
export function grantRecurring(credits: bigint, members: Partial<GrantCredits> = {}): GrantCredits {
  return grantCredits(credits, { lotKind: 'recurring', every: 'month', ...members });
}

export function amountOf(credits: bigint, pool = 'standard'): Charge {
  return { by: 'amount', pool, amountMicros: credits * CREDIT };
}

export function quantityOf(action: string, quantity: bigint): Charge {
  return { by: 'action', action, quantityMicros: quantity * CREDIT };
}

export function debitCredits(charge: bigint | Charge, occurredAtMs: number | null = null): DebitCredits {
  return {
    kind: 'DebitCredits',
    charge: typeof charge === 'bigint' ? amountOf(charge) : charge,
    occurredAtMs,
  };
}

/** Null: all that is left to refund. */
export function refundDebit(debitId: string, credits: bigint | null = null): RefundDebit {
  return { kind: 'RefundDebit', debitId, amountMicros: credits === null ? null : credits * CREDIT };
}

export function placeHold(charge: bigint | Charge, members: Partial<PlaceHold> = {}): PlaceHold {
  return {
    kind: 'PlaceHold',
    charge: typeof charge === 'bigint' ? amountOf(charge) : charge,
    occurredAtMs: null,
    ttlSeconds: 900,
    ...members,
  };
}

/** Null: the whole hold. */
export function captureHold(
  holdId: string,
  credits: bigint | null = null,
  members: Partial<CaptureHold> = {},
): CaptureHold {
  return {
    kind: 'CaptureHold',
    holdId,
    amountMicros: credits === null ? null : credits * CREDIT,
    quantityMicros: null,
    allowExcess: false,
    ...members,
  };
}

export function releaseHold(holdId: string): ReleaseHold {
  return { kind: 'ReleaseHold', holdId };
}

export function voidGrant(grantId: string): VoidGrant {
  return { kind: 'VoidGrant', grantId };
}
