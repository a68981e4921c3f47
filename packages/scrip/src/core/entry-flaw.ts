import type { AccountState, Draw } from './account.ts';
import { RATE_CARD_STREAM } from './account.ts';
import { isAnythingDue, nextDueMs, nextEntry } from './advance.ts';
import { commandOf } from './command-of.ts';
import { decide } from './decide.ts';
import type { Facts } from './decision.ts';
import type { Entry } from './entry.ts';
import { continuedVersion } from './entry.ts';
import { firstDifference } from './first-difference.ts';
import { drawnLots } from './lots.ts';
import type { RateCard } from './rate-card.ts';
import { referenceOf } from './reference.ts';

/** A day, by which some islands have crossed the date line, and an hour or two of summer time. */
const MOST_ZONES_CHANGE_MS = 26 * 3_600_000;

/** What an entry rests on besides the account before it. */
export interface EntryBasis {
  /** Time does nothing to the account before this; -Infinity where that is not known. */
  readonly quietUntilMs: number;
  /** The rate card's versions up to the entry, the current one last. */
  readonly rateCards: readonly RateCard[];
  /** An earlier entry of the account. */
  readonly entryAt: (version: number) => Entry | null;
  /** The latest refund of a debit, by the debit's version. */
  readonly lastRefund: (debitVersion: number) => Entry | null;
}

/**
 * What an entry says otherwise than the rules do, in words; null when nothing. The entry is decided again on the account
 * before it, and must come out as it stands: so that an entry that was changed is found even where its chain was mended.
 */
export function entryFlaw(before: AccountState | null, entry: Entry, basis: EntryBasis): string | null {
  if (before !== null) {
    if (entry.atMs < before.atMs) return 'its time lies before that of the entry before it';
    if (entry.change === null) return timeFlaw(before, entry);
    if (entry.atMs >= basis.quietUntilMs && isAnythingDue(before, entry.atMs))
      return `what was due at ${dueAt(before)} is missing before it`;
  }
  return changeFlaw(before, entry, basis);
}

/** What has not followed the last entry of an account, though it must at once; null when all is there. */
export function endFlaw(state: AccountState): string | null {
  return isAnythingDue(state, state.atMs) ? `what was due at ${dueAt(state)} is missing after it` : null;
}

function dueAt(state: AccountState): string {
  return new Date(nextDueMs(state)).toISOString();
}

function timeFlaw(before: AccountState, entry: Entry): string | null {
  const due = nextEntry(before, entry.atMs);
  if (due === null) return 'nothing was due then';
  if (due.kind !== entry.kind) return `a ${due.kind} was due before it`;
  return difference(entry, due);
}

function changeFlaw(before: AccountState | null, entry: Entry, basis: EntryBasis): string | null {
  const { accountId, change, atMs: nowMs } = entry;
  const command = commandOf(entry, before);
  if (command === null) return 'no caller can ask for it';
  if (change === null) return 'it bears no id of a change';
  if (entry.kind === 'RateCardPublished' && accountId !== RATE_CARD_STREAM)
    return 'a rate card has a stream of its own';
  const facts = factsFor(before, entry, { basis, referredId: referenceOf(command)?.id ?? null });
  const decision = decide(command, { accountId, state: before, change, nowMs, facts });
  return decision.ok
    ? difference(entry, decision.entry)
    : `by the rules it is refused (${decision.rejection.code})`;
}

function factsFor(
  before: AccountState | null,
  entry: Entry,
  { basis, referredId }: { readonly basis: EntryBasis; readonly referredId: string | null },
): Facts {
  const none = { rateCards: basis.rateCards, referred: null, isKeyTaken: false };
  const version = continuedVersion(entry);
  // A hold's end needs only the hold, which the account still has.
  if (referredId === null || version === null || isHoldEnd(entry)) return none;
  const referred = basis.entryAt(version);
  if (referred === null || referred.change?.id !== referredId) return none;
  const lotEntries = drawnLots(referred)
    .filter((lot) => !isOpen(before, lot))
    .flatMap((lot) => basis.entryAt(lot) ?? []);
  const continuation = basis.lastRefund(version);
  return { ...none, referred: { entry: referred, continuation, lotEntries } };
}

/** The terms of an open lot stand in the account; only those of one that is used up must be looked for. */
function isOpen(before: AccountState | null, lot: number): boolean {
  return before?.pools.some(({ lots }) => lots.some(({ version }) => version === lot)) === true;
}

function isHoldEnd({ kind }: Entry): boolean {
  return kind === 'HoldCaptured' || kind === 'HoldReleased';
}

function difference(entry: Entry, expected: Entry): string | null {
  if (isSameCharge(entry, expected)) return null;
  const path = firstDifference(entry, withOldMembersOf(entry, withCalendarOf(entry, expected)));
  return path === null ? null : `its ${path} is not what the rules make of it`;
}

/** Most entries are debits, and are compared without a look at each member's name. */
function isSameCharge(a: Entry, b: Entry): boolean {
  return (
    a.kind === 'CreditsDebited' &&
    b.kind === 'CreditsDebited' &&
    a.amountMicros === b.amountMicros &&
    a.settledMicros === b.settledMicros &&
    a.heldMicros === b.heldMicros &&
    a.pool === b.pool &&
    a.action === b.action &&
    a.quantityMicros === b.quantityMicros &&
    a.rateCardVersion === b.rateCardVersion &&
    a.occurredAtMs === b.occurredAtMs &&
    a.draws.length === b.draws.length &&
    a.draws.every((draw, at) => isSameDraw(draw, b.draws[at])) &&
    Object.keys(a).length === Object.keys(b).length
  );
}

function isSameDraw(a: Draw, b: Draw | undefined): boolean {
  return a.lot === b?.lot && a.amountMicros === b.amountMicros && a.grantId === b.grantId;
}

/**
 * When a period ends is taken as it was recorded: the time zone's own rules may have been another when it was computed.
 */
function withCalendarOf(entry: Entry, expected: Entry): Entry {
  if (entry.kind === 'PeriodStarted' && expected.kind === 'PeriodStarted') {
    const { nextAtMs, expiresAtMs } = entry;
    return isSameDay(nextAtMs, expected.nextAtMs) && isSameDay(expiresAtMs, expected.expiresAtMs)
      ? { ...expected, nextAtMs, expiresAtMs }
      : expected;
  }
  if (entry.kind === 'CreditsGranted' && expected.kind === 'CreditsGranted' && entry.every !== null) {
    const { nextAtMs, nextIndex, lot } = entry;
    if (lot === null || expected.lot === null) return expected;
    const isSame =
      isSameDay(nextAtMs, expected.nextAtMs) &&
      isSameDay(lot.expiresAtMs, expected.lot.expiresAtMs) &&
      nextIndex === expected.nextIndex;
    return isSame
      ? { ...expected, nextAtMs, lot: { ...expected.lot, expiresAtMs: lot.expiresAtMs } }
      : expected;
  }
  return expected;
}

/** Format 1 kept names and notes in the entry. */
function withOldMembersOf(entry: Entry, expected: Entry): Entry {
  if (entry.kind === 'KeyAdded' && entry.name !== undefined && expected.kind === 'KeyAdded')
    return { ...expected, name: entry.name };
  if (entry.kind === 'CreditsGranted' && entry.note !== undefined && expected.kind === 'CreditsGranted')
    return { ...expected, note: entry.note };
  return expected;
}

/** Whether two instants, or their absence, can be the same day's beginning by two sets of rules of a time zone. */
function isSameDay(recordedMs: number | null, expectedMs: number | null): boolean {
  if (recordedMs === null || expectedMs === null) return recordedMs === expectedMs;
  return Math.abs(recordedMs - expectedMs) <= MOST_ZONES_CHANGE_MS;
}
