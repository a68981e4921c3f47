import type { Hold, PoolState } from './account.ts';
import { checkAmount, insufficient, poolOrEmpty, priceAction, priceCharge } from './charge.ts';
import { currentCard } from './rate-card.ts';
import type { CaptureHold, PlaceHold, ReleaseHold } from './command.ts';
import { checkOccurredAt } from './decide-debit.ts';
import type { Decision, Rejection, Situation } from './decision.ts';
import { accept, nextBase, reject } from './decision.ts';
import type { HoldCaptured, HoldPlaced, HoldReleased } from './entry.ts';
import { findHold } from './hold-tree.ts';
import { firstDraws, hasEnded, planDraws, planReturns, returnHeld } from './lots.ts';

export function decidePlaceHold(command: PlaceHold, situation: Situation): Decision<HoldPlaced> {
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
  return accept({
    kind: 'HoldPlaced',
    ...nextBase(situation),
    ...priced,
    settledMicros: pool.settledMicros,
    heldMicros: pool.heldMicros + priced.amountMicros,
    occurredAtMs: command.occurredAtMs,
    draws,
    expiresAtMs: nowMs + command.ttlSeconds * 1000,
  });
}

export function decideCapture(command: CaptureHold, situation: Situation): Decision<HoldCaptured> {
  const hold = findHold(situation.state.holds, command.holdId);
  if (hold === undefined) return reject(whyNotOpen(situation));
  const asked = captureAmount(command, hold, situation);
  if (!asked.ok) return asked;
  const { amountMicros, quantityMicros } = asked;
  const pool = poolOrEmpty(situation, hold.pool);
  const excessMicros = amountMicros > hold.amountMicros ? amountMicros - hold.amountMicros : 0n;
  if (excessMicros > 0n && !command.allowExcess)
    return reject({ code: 'capture-exceeds-hold', holdMicros: hold.amountMicros });
  const excess = planDraws(pool.lots, excessMicros);
  // What the hold owns is there for its capture, and in no other hold's way.
  if (excess === undefined)
    return reject(insufficient({ ...pool, heldMicros: pool.heldMicros - hold.amountMicros }, amountMicros));
  const fromHoldMicros = amountMicros - excessMicros;
  const releasedMicros = hold.amountMicros - fromHoldMicros;
  return accept({
    kind: 'HoldCaptured',
    ...nextBase(situation),
    pool: hold.pool,
    amountMicros,
    action: hold.action,
    quantityMicros,
    rateCardVersion: hold.rateCardVersion,
    settledMicros: pool.settledMicros - amountMicros,
    heldMicros: pool.heldMicros - hold.amountMicros,
    occurredAtMs: hold.occurredAtMs,
    draws: [...firstDraws(hold.draws, fromHoldMicros), ...excess],
    holdId: hold.id,
    holdVersion: hold.version,
    fromHoldMicros,
    returned: giveBack(hold, releasedMicros, pool, situation),
  });
}

export function decideRelease(command: ReleaseHold, situation: Situation): Decision<HoldReleased> {
  const hold = findHold(situation.state.holds, command.holdId);
  if (hold === undefined) return reject(whyNotOpen(situation));
  const pool = poolOrEmpty(situation, hold.pool);
  return accept({
    kind: 'HoldReleased',
    ...nextBase(situation),
    pool: hold.pool,
    settledMicros: pool.settledMicros,
    heldMicros: pool.heldMicros - hold.amountMicros,
    holdId: hold.id,
    holdVersion: hold.version,
    amountMicros: hold.amountMicros,
    returned: giveBack(hold, hold.amountMicros, pool, situation),
  });
}

type Asked =
  | { readonly ok: true; readonly amountMicros: bigint; readonly quantityMicros: bigint | null }
  | { readonly ok: false; readonly rejection: Rejection };

/** A hold keeps its price: a captured quantity is priced by the rate card version that the hold was placed under. */
function captureAmount(command: CaptureHold, hold: Hold, { facts }: Situation): Asked {
  if (command.quantityMicros !== null) {
    const card = facts.rateCards.find(({ version }) => version === hold.rateCardVersion);
    if (hold.action === null || card === undefined) return reject({ code: 'quantity-needs-action' });
    const charged = priceAction(hold.action, command.quantityMicros, card);
    if (!charged.ok) return charged;
    return { ok: true, amountMicros: charged.priced.amountMicros, quantityMicros: command.quantityMicros };
  }
  if (command.amountMicros === null)
    return { ok: true, amountMicros: hold.amountMicros, quantityMicros: hold.quantityMicros };
  const rejection = checkAmount(command.amountMicros, hold.pool, currentCard(facts.rateCards));
  if (rejection !== null) return reject(rejection);
  return { ok: true, amountMicros: command.amountMicros, quantityMicros: null };
}

/** The hold is not open: it never was, or it has been resolved, or its deadline has passed. */
function whyNotOpen({ facts }: Situation): Rejection {
  const placed = facts.referred?.entry;
  if (placed?.kind !== 'HoldPlaced') return { code: 'hold-not-found' };
  const end = facts.referred?.continuation?.kind;
  if (end === 'HoldCaptured') return { code: 'hold-resolved', resolution: 'captured' };
  if (end === 'HoldReleased') return { code: 'hold-resolved', resolution: 'released' };
  return { code: 'hold-expired', expiredAtMs: placed.expiresAtMs };
}

function giveBack(hold: Hold, amountMicros: bigint, pool: PoolState, { nowMs }: Situation) {
  return returnHeld(pool, planReturns(hold.draws, 0n, amountMicros), (lot) => hasEnded(lot, nowMs));
}
