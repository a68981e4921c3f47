import { formatMicros } from '../core/credits.ts';
import type { Rejection } from '../core/decision.ts';
import type { Fault } from '../ledger/fault.ts';
import type { Problem } from './problem.ts';
import { formatTime } from './render/time.ts';

/** The problem that says why the ledger refused a change. */
export function rejectionProblem(rejection: Rejection): Problem {
  const { code } = rejection;
  switch (code) {
    case 'insufficient-credits':
      return insufficientCredits(rejection);
    case 'account-not-found':
      return { code, detail: 'No account has this id.' };
    case 'account-exists':
      return { code, detail: 'Choose another id, or use the account that has it.' };
    case 'account-closed':
      return { code, detail: 'A closed account takes no grants, debits, holds, keys or changes.' };
    case 'idempotency-mismatch':
      return {
        code,
        detail:
          'This id stands for another command on this account. Send the same command again, or a new id.',
      };
    case 'reserved-id':
      return { code, detail: 'Scrip uses this id itself. Choose another one.' };
    case 'unknown-action':
      return {
        code,
        detail: 'Use an action of GET /scrip/v1/rate-card.',
        members: { action: rejection.action },
      };
    case 'unknown-pool':
      return { code, detail: 'Use a pool of GET /scrip/v1/rate-card.', members: { pool: rejection.pool } };
    case 'too-precise':
      return tooPrecise(rejection);
    case 'amount-too-large':
      return { code, detail: 'No amount or balance can be above 9223372036854.775807.' };
    case 'amount-not-positive':
      return { code, detail: 'Send an amount or quantity above 0.' };
    case 'occurred-at-out-of-range':
      return {
        code,
        detail: 'Usage can be reported from 35 days back to 5 minutes ahead.',
        members: { earliest: formatTime(rejection.earliestMs), latest: formatTime(rejection.latestMs) },
      };
    case 'expiry-in-the-past':
      return { code, detail: 'Send an expiresAt that lies ahead.' };
    case 'expiry-before-start':
      return { code, detail: 'Send an expiresAt after startsAt.' };
    case 'overdraft-in-use':
      return {
        code,
        detail: 'The overdraft cannot be set below what is drawn on it or held of it.',
        members: { pool: rejection.pool, used: formatMicros(rejection.usedMicros) },
      };
    default:
      return resourceProblem(rejection);
  }
}

type ResourceRejection = Extract<
  Rejection,
  {
    readonly code: `${'grant' | 'debit' | 'refund' | 'hold' | 'capture' | 'quantity' | 'key' | 'last' | 'pool'}-${string}`;
  }
>;

function resourceProblem(rejection: ResourceRejection): Problem {
  const { code } = rejection;
  switch (code) {
    case 'grant-not-found':
      return { code, detail: 'The account has no grant with this id.' };
    case 'grant-used-up':
      return { code, detail: 'The grant is used up or has expired, and no period of it is to come.' };
    case 'grant-voided':
      return { code, detail: 'A grant can be voided once.' };
    case 'debit-not-found':
      return {
        code,
        detail:
          'The account has no debit or capture with this id; or it is sealed, and can be neither refunded nor explained here.',
      };
    case 'refund-exceeds-debit':
      return {
        code,
        detail: 'Refund at most what is left of the debit.',
        members: { refundable: formatMicros(rejection.refundableMicros) },
      };
    case 'hold-not-found':
      return { code, detail: 'The account has no hold with this id.' };
    case 'hold-resolved':
      return {
        code,
        detail: 'A hold is captured or released once.',
        members: { resolution: rejection.resolution },
      };
    case 'hold-expired':
      return {
        code,
        detail: 'Its credits are free again. Debit them, or place a new hold.',
        members: { expiredAt: formatTime(rejection.expiredAtMs) },
      };
    case 'capture-exceeds-hold':
      return {
        code,
        detail: 'Capture at most the hold, or send "allowExcess": true to take the rest from the balance.',
        members: { hold: formatMicros(rejection.holdMicros) },
      };
    case 'quantity-needs-action':
      return { code, detail: 'The hold is of a plain amount: capture an amount of it.' };
    case 'key-not-found':
      return { code, detail: 'There is no key with this id.' };
    case 'key-in-use':
      return {
        code,
        detail:
          'Some account has this key, or this account another key made under the same Idempotency-Key. Revoke that one first, or use another.',
      };
    case 'pool-removed':
      return { code, detail: 'Amounts in this pool exist: keep it.', members: { pool: rejection.pool } };
    case 'pool-coarser':
      return {
        code,
        detail: 'Amounts with more decimals exist in this pool: keep them.',
        members: { pool: rejection.pool },
      };
    case 'last-admin-key':
      return { code, detail: 'Make another admin key first, so that somebody can still make keys.' };
  }
}

function insufficientCredits(rejection: Extract<Rejection, { code: 'insufficient-credits' }>): Problem {
  const { code, pool, reason } = rejection;
  const required = formatMicros(rejection.requiredMicros);
  const available = formatMicros(rejection.availableMicros);
  return {
    code,
    detail:
      reason === 'holds'
        ? `${required} needed, ${available} available: holds might use the rest. Try again when they are resolved.`
        : `${required} needed, ${available} available. Top up, then send the same id again.`,
    members: {
      pool,
      required,
      available,
      settled: formatMicros(rejection.settledMicros),
      held: formatMicros(rejection.heldMicros),
      reason,
    },
  };
}

function tooPrecise({ code, pool, decimals }: Extract<Rejection, { code: 'too-precise' }>): Problem {
  return {
    code,
    detail:
      decimals === 0
        ? 'This pool takes whole amounts only.'
        : `This pool takes at most ${decimals} decimals.`,
    members: { pool, decimals },
  };
}

/** Seconds after which a caller may try again. */
const RETRY_AFTER_SECONDS = '1';

/** The problem that says that the world broke. `outcome` "unknown": only the same id again finds out. */
export function faultProblem({ code, outcome }: Pick<Fault, 'code' | 'outcome'>): Problem {
  // Until it is started again no time would be right, and a try would only be refused again.
  if (code === 'store-failed')
    return {
      code,
      detail:
        outcome === 'unknown'
          ? 'The change may have happened: send it again with the same id, when the store takes changes, to find out.'
          : 'Nothing was changed: send it again when the store takes changes, as GET /readyz says.',
      members: { outcome },
    };
  const next =
    outcome === 'unknown'
      ? 'The change may have happened: send it again with the same id to find out.'
      : 'Nothing was changed: try again.';
  return { code, detail: next, members: { outcome }, headers: { 'retry-after': RETRY_AFTER_SECONDS } };
}

export function timedOutProblem(): Problem {
  return {
    code: 'timed-out',
    detail: 'The change may have happened: send it again with the same id to find out.',
    members: { outcome: 'unknown' },
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  };
}
