import { ok, strictEqual } from 'node:assert/strict';
import type { CaptureHold, Command, GrantCredits } from '../../packages/scrip/src/core/command.ts';
import type { CreditsGranted, Debit, Entry, HoldPlaced } from '../../packages/scrip/src/core/entry.ts';

const DAY_MS = 86_400_000;

/** An entry does what its command asks for, and nothing else. */
export function checkAsked(command: Command, entry: Entry): void {
  switch (command.kind) {
    case 'DebitCredits':
      ok(entry.kind === 'CreditsDebited');
      return checkCharge(command, entry);
    case 'PlaceHold':
      ok(entry.kind === 'HoldPlaced');
      strictEqual(entry.expiresAtMs, entry.atMs + command.ttlSeconds * 1000, 'the deadline of the hold');
      return checkCharge(command, entry);
    case 'CaptureHold':
      ok(entry.kind === 'HoldCaptured' && entry.holdId === command.holdId);
      return checkCapture(command, entry);
    case 'ReleaseHold':
      return ok(entry.kind === 'HoldReleased' && entry.holdId === command.holdId);
    case 'RefundDebit':
      ok(entry.kind === 'DebitRefunded' && entry.debitId === command.debitId);
      return command.amountMicros === null
        ? ok(entry.isFull)
        : strictEqual(entry.amountMicros, command.amountMicros);
    case 'GrantCredits':
      ok(entry.kind === 'CreditsGranted');
      return checkTerms(command, entry);
    case 'VoidGrant':
      return ok(entry.kind === 'GrantVoided' && entry.grantId === command.grantId);
    case 'OpenAccount':
      return strictEqual(entry.kind, 'AccountOpened');
    case 'ChangeAccount':
      return strictEqual(entry.kind, 'AccountChanged');
    case 'CloseAccount':
      return strictEqual(entry.kind, 'AccountClosed');
    case 'ErasePersonalData':
      return strictEqual(entry.kind, 'PersonalDataErased');
    case 'AddKey':
      return ok(entry.kind === 'KeyAdded' && entry.digest === command.digest);
    case 'RevokeKey':
      return ok(entry.kind === 'KeyRevoked' && entry.keyId === command.keyId);
    case 'PublishRateCard':
      return strictEqual(entry.kind, 'RateCardPublished');
  }
}

function checkCharge(
  { charge, occurredAtMs }: Extract<Command, { charge: unknown }>,
  entry: Debit | HoldPlaced,
): void {
  if (charge.by === 'amount') {
    strictEqual(entry.pool, charge.pool);
    strictEqual(entry.amountMicros, charge.amountMicros, 'another amount than was asked for');
    strictEqual(entry.action, null);
  } else {
    strictEqual(entry.action, charge.action);
    strictEqual(entry.quantityMicros, charge.quantityMicros);
  }
  strictEqual(entry.occurredAtMs, occurredAtMs);
  if (occurredAtMs === null) return;
  ok(occurredAtMs >= entry.atMs - 35 * DAY_MS, 'usage from too long ago');
  ok(occurredAtMs <= entry.atMs + 5 * 60_000, 'usage from the future');
}

function checkCapture(command: CaptureHold, entry: Extract<Entry, { kind: 'HoldCaptured' }>): void {
  if (command.amountMicros !== null) strictEqual(entry.amountMicros, command.amountMicros);
  if (command.quantityMicros !== null) strictEqual(entry.quantityMicros, command.quantityMicros);
  if (!command.allowExcess) strictEqual(entry.fromHoldMicros, entry.amountMicros, 'captured beyond the hold');
}

function checkTerms(command: GrantCredits, entry: CreditsGranted): void {
  for (const member of ['pool', 'amountMicros', 'lotKind', 'every', 'expiresAtMs', 'priority'] as const)
    strictEqual(entry[member], command[member], `another ${member} than was asked for`);
  strictEqual(entry.startsAtMs, command.startsAtMs ?? entry.atMs);
  strictEqual(JSON.stringify(entry.rollover, textOf), JSON.stringify(command.rollover, textOf));
}

function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
