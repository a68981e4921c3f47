import type { Draw } from './account.ts';
import { OVERDRAFT_GRANT_ID, OVERDRAFT_LOT } from './account.ts';
import type { SeriesTerms } from './advance.ts';
import { followingPeriodMs, lotEndMs } from './advance.ts';
import { periodIndexAt } from './calendar.ts';
import { checkAmount, poolOrEmpty } from './charge.ts';
import type { GrantCredits, VoidGrant } from './command.ts';
import { isInRange, minMicros } from './credits.ts';
import type { Decision, Rejection, Situation } from './decision.ts';
import { accept, nextBase, reject } from './decision.ts';
import type { CreditsGranted, GrantVoided } from './entry.ts';
import { overdrawnMicros } from './lots.ts';
import type { RateCard } from './rate-card.ts';
import { currentCard } from './rate-card.ts';

export function decideGrant(command: GrantCredits, situation: Situation): Decision<CreditsGranted> {
  const { state, change, nowMs, facts } = situation;
  if (state.closedAtMs !== null) return reject({ code: 'account-closed' });
  if (change.id === OVERDRAFT_GRANT_ID) return reject({ code: 'reserved-id' });
  const rejection = checkTimes(command, nowMs) ?? checkAmounts(command, currentCard(facts.rateCards));
  if (rejection !== null) return reject(rejection);
  const pool = poolOrEmpty(situation, command.pool);
  const start = firstPeriod(command, state.timezone, nowMs);
  const grantedMicros = start.lot === null ? 0n : command.amountMicros;
  if (!isInRange(pool.settledMicros + grantedMicros)) return reject({ code: 'amount-too-large' });
  const { amountMicros, lotKind, every, rollover, expiresAtMs, priority, price, source } = command;
  return accept({
    kind: 'CreditsGranted',
    ...nextBase(situation),
    pool: pool.pool,
    settledMicros: pool.settledMicros + grantedMicros,
    heldMicros: pool.heldMicros,
    amountMicros,
    lotKind,
    every,
    timezone: state.timezone,
    rollover,
    startsAtMs: start.anchorMs,
    expiresAtMs,
    priority,
    price,
    source,
    lot:
      start.lot === null
        ? null
        : {
            expiresAtMs: start.lot.expiresAtMs,
            repaidMicros: minMicros(amountMicros, overdrawnMicros(pool)),
          },
    nextIndex: start.nextIndex,
    nextAtMs: start.nextAtMs,
  });
}

function checkTimes({ expiresAtMs, startsAtMs }: GrantCredits, nowMs: number): Rejection | null {
  if (expiresAtMs === null) return null;
  if (expiresAtMs <= nowMs) return { code: 'expiry-in-the-past' };
  if (startsAtMs !== null && expiresAtMs <= startsAtMs) return { code: 'expiry-before-start' };
  return null;
}

function checkAmounts({ amountMicros, pool, rollover }: GrantCredits, card: RateCard): Rejection | null {
  const rejection = checkAmount(amountMicros, pool, card);
  if (rejection !== null || typeof rollover !== 'object' || rollover.maxMicros === 0n) return rejection;
  return checkAmount(rollover.maxMicros, pool, card);
}

interface FirstPeriod {
  readonly anchorMs: number;
  readonly lot: { readonly expiresAtMs: number | null } | null;
  readonly nextIndex: number;
  readonly nextAtMs: number | null;
}

/** A start that lies ahead gives nothing yet; one in the past gives the current period only. */
function firstPeriod(command: GrantCredits, timezone: string, nowMs: number): FirstPeriod {
  const anchorMs = command.startsAtMs ?? nowMs;
  if (anchorMs > nowMs) return { anchorMs, lot: null, nextIndex: 0, nextAtMs: anchorMs };
  const { every, rollover, expiresAtMs } = command;
  const terms: SeriesTerms = { every, rollover, timezone, anchorMs, expiresAtMs };
  const index = every === null ? 0 : periodIndexAt({ every, timezone, anchorMs }, nowMs);
  return {
    anchorMs,
    lot: { expiresAtMs: lotEndMs(terms, index + 1) },
    nextIndex: index + 1,
    nextAtMs: followingPeriodMs(terms, index + 1),
  };
}

export function decideVoid(command: VoidGrant, situation: Situation): Decision<GrantVoided> {
  const { state, facts } = situation;
  const { grantId } = command;
  const granted = facts.referred?.entry;
  if (granted?.kind !== 'CreditsGranted') return reject({ code: 'grant-not-found' });
  if (state.voided.some((grant) => grant.grantId === grantId)) return reject({ code: 'grant-voided' });
  const pool = poolOrEmpty(situation, granted.pool);
  const lots = pool.lots.filter((lot) => lot.grantId === grantId && lot.version !== OVERDRAFT_LOT);
  const hasMore = state.series.some((series) => series.grantId === grantId);
  if (lots.length === 0 && !hasMore) return reject({ code: 'grant-used-up' });
  const draws: Draw[] = lots
    .filter((lot) => lot.freeMicros > 0n)
    .map((lot) => ({ lot: lot.version, grantId, amountMicros: lot.freeMicros }));
  const amountMicros = draws.reduce((sum, draw) => sum + draw.amountMicros, 0n);
  return accept({
    kind: 'GrantVoided',
    ...nextBase(situation),
    pool: pool.pool,
    settledMicros: pool.settledMicros - amountMicros,
    heldMicros: pool.heldMicros,
    grantId,
    grantVersion: granted.version,
    amountMicros,
    draws,
  });
}
