import type { LotTerms } from './account.ts';
import { OVERDRAFT_GRANT_ID } from './account.ts';
import { DAY_MS } from './calendar.ts';
import { checkAmount, insufficient, poolOrEmpty, priceCharge } from './charge.ts';
import { isInRange } from './credits.ts';
import type { DebitCredits, RefundDebit } from './command.ts';
import type { Decision, Rejection, Situation } from './decision.ts';
import { accept, nextBase, reject } from './decision.ts';
import type { CreditsDebited, DebitRefunded, Entry } from './entry.ts';
import { isDebit } from './entry.ts';
import { planDraws, planReturns, returnDebited } from './lots.ts';
import { currentCard } from './rate-card.ts';

export const OCCURRED_BACK_MS = 35 * DAY_MS;
const OCCURRED_AHEAD_MS = 5 * 60_000;

/** Usage may be reported up to 35 days late and 5 minutes early. */
export function checkOccurredAt(occurredAtMs: number | null, nowMs: number): Rejection | null {
  const earliestMs = nowMs - OCCURRED_BACK_MS;
  const latestMs = nowMs + OCCURRED_AHEAD_MS;
  if (occurredAtMs === null || (occurredAtMs >= earliestMs && occurredAtMs <= latestMs)) return null;
  return { code: 'occurred-at-out-of-range', earliestMs, latestMs };
}

export function decideDebit(command: DebitCredits, situation: Situation): Decision<CreditsDebited> {
  const { state, nowMs, facts } = situation;
  if (state.closedAtMs !== null) return reject({ code: 'account-closed' });
  const late = checkOccurredAt(command.occurredAtMs, nowMs);
  if (late !== null) return reject(late);
  const charged = priceCharge(command.charge, currentCard(facts.rateCards));
  if (!charged.ok) return charged;
  const { priced } = charged;
  const pool = poolOrEmpty(situation, priced.pool);
  const draws = planDraws(pool.lots, priced.amountMicros);
  if (draws === undefined) return reject(insufficient(pool, priced.amountMicros));
  // Member by member, in the order in which one is read from its text: all debits have one shape then.
  return accept({
    accountId: state.id,
    version: state.version + 1,
    kind: 'CreditsDebited',
    atMs: nowMs,
    change: situation.change,
    pool: priced.pool,
    amountMicros: priced.amountMicros,
    action: priced.action,
    quantityMicros: priced.quantityMicros,
    rateCardVersion: priced.rateCardVersion,
    settledMicros: pool.settledMicros - priced.amountMicros,
    heldMicros: pool.heldMicros,
    occurredAtMs: command.occurredAtMs,
    draws,
  });
}

export function decideRefund(command: RefundDebit, situation: Situation): Decision<DebitRefunded> {
  const { state, change, nowMs, facts } = situation;
  // What returns to a lot that is gone comes into a new one, which bears the refund's id.
  if (change.id === OVERDRAFT_GRANT_ID) return reject({ code: 'reserved-id' });
  const debit = facts.referred?.entry;
  if (debit === undefined || !isDebit(debit)) return reject({ code: 'debit-not-found' });
  const pool = poolOrEmpty(situation, debit.pool);
  const earlier = facts.referred?.continuation;
  const refundedMicros = earlier?.kind === 'DebitRefunded' ? earlier.refundedMicros : 0n;
  const refundableMicros = debit.amountMicros - refundedMicros;
  const amountMicros = command.amountMicros ?? refundableMicros;
  if (command.amountMicros !== null) {
    const rejection = checkAmount(command.amountMicros, debit.pool, currentCard(facts.rateCards));
    if (rejection !== null) return reject(rejection);
  }
  const isRefundedAlready = earlier?.kind === 'DebitRefunded' && refundableMicros === 0n;
  if (amountMicros > refundableMicros || isRefundedAlready)
    return reject({ code: 'refund-exceeds-debit', refundableMicros });
  if (!isInRange(pool.settledMicros + amountMicros)) return reject({ code: 'amount-too-large' });
  const base = nextBase(situation);
  const returned = returnDebited(pool, planReturns(debit.draws, refundedMicros, amountMicros), {
    nowMs,
    voided: state.voided,
    usedUp: lotTerms(facts.referred?.lotEntries ?? []),
    fallback: { lot: base.version, grantId: change.id },
  });
  return accept({
    kind: 'DebitRefunded',
    ...base,
    pool: pool.pool,
    settledMicros: pool.settledMicros + amountMicros,
    heldMicros: pool.heldMicros,
    debitId: command.debitId,
    debitVersion: debit.version,
    amountMicros,
    refundedMicros: refundedMicros + amountMicros,
    isFull: amountMicros === refundableMicros,
    returned,
    action: debit.action,
    debitOccurredAtMs: debit.occurredAtMs ?? debit.atMs,
    debitActor: debit.change?.actor ?? null,
  });
}

/** The terms of the lots that these entries made. */
function lotTerms(entries: readonly Entry[]): Map<number, LotTerms> {
  const terms = new Map<number, LotTerms>();
  for (const entry of entries) {
    if (entry.kind === 'CreditsGranted' || entry.kind === 'PeriodStarted') {
      const { lotKind: kind, priority, atMs: grantedAtMs } = entry;
      const grantId = entry.kind === 'CreditsGranted' ? (entry.change?.id ?? '') : entry.grantId;
      const expiresAtMs =
        entry.kind === 'CreditsGranted' ? (entry.lot?.expiresAtMs ?? null) : entry.expiresAtMs;
      terms.set(entry.version, { grantId, kind, priority, grantedAtMs, expiresAtMs });
    } else if (entry.kind === 'DebitRefunded') {
      const reopened = entry.returned.find((returned) => returned.lot === entry.version)?.terms;
      if (reopened !== null && reopened !== undefined) terms.set(entry.version, reopened);
    }
  }
  return terms;
}
