import type { Answer } from '../../ledger/answer.ts';
import { windowEndMs } from '../../ledger/lease-terms.ts';
import type { LimitRule, LimitStore } from '../../ledger/limit-store.ts';
import type { BlanketLease } from './blanket-lease.ts';
import { newBlanket, renewBlanket, retireBlanket } from './blanket-lease.ts';
import { createLeasedKeys } from './leased-keys.ts';
import type { KeyLimit, LimitReached } from './key-limit.ts';
import {
  isWithinBlanket,
  knownLeft,
  knownRefusal,
  newKeyLimit,
  takeFromBlanket,
  takeFromPortion,
  waitForLease,
} from './key-limit.ts';
import { createKeyLimits } from './key-limits.ts';

/** Counts requests against limits that outlive the process. `key` is never a key of the API itself. */
export interface RateLimiter {
  /**
   * Null: the request is admitted, and counted. Answers at once as long as the blanket lease or the key's portion lasts,
   * and while its limit is known to be reached; rejects with a `Fault` when a lease cannot be made durable.
   */
  readonly admit: (key: string, rule: LimitRule, nowMs: number) => Answer<LimitReached | null>;
  /** What is left of a fixed window's limit. */
  readonly left: (key: string, rule: LimitRule, nowMs: number) => Answer<number>;
  /** Gives back what open portions and blankets have left. */
  readonly close: (nowMs: number) => Promise<void>;
}

/** Keys held in memory; one that leaves is written, and its next request looks into the store. */
const CAPACITY = 100_000;
/** For how long a shared store's word is taken: another process may give back what it had leased. */
const SHARED_TRUST_MS = 1000;

/**
 * Admits from what the store has made durable ahead: a key's first requests from its rule's blanket lease, the others
 * from the key's own portions. `name` tells the limiters of one store apart. Time comes in with each call.
 */
export function createRateLimiter(
  store: LimitStore,
  { name = 'limit', capacity = CAPACITY }: { readonly name?: string; readonly capacity?: number } = {},
): RateLimiter {
  const prefix = `${name} `;
  const leased = createLeasedKeys(store, prefix);
  const limits = createKeyLimits({ store, capacity, onForgotten: leased.add });
  const blankets = new Map<LimitRule, BlanketLease | null>();
  const trustMs = store.isShared ? SHARED_TRUST_MS : Number.POSITIVE_INFINITY;

  function blanketOf(rule: LimitRule): BlanketLease | null {
    const known = blankets.get(rule);
    if (known !== undefined) return known;
    // Other processes' leases are not known here, so that each key has to ask for its own.
    const made = store.isShared ? null : newBlanket(prefix, rule);
    const same = [...blankets.values()].find((one) => one !== null && one.name === made?.name) ?? made;
    blankets.set(rule, same);
    return same;
  }

  function admit(key: string, rule: LimitRule, nowMs: number): Answer<LimitReached | null> {
    const limit = limits.get(key, nowMs);
    if (limit === undefined) return admitNew(key, rule, nowMs);
    if (limit.asking === null) {
      if (!isSameRule(limit.rule, rule)) return admitAnew(limit, key, { rule, nowMs });
      if (takeFromBlanket(limit, nowMs)) return renewInTime(limit.blanket, nowMs);
      if (takeFromPortion(limit, nowMs)) return null;
      const reached = knownRefusal(limit, rule, { nowMs, trustMs });
      if (reached !== null) return reached;
      if (limit.blanket !== null && isWithinBlanket(limit)) return admitLater(limit.blanket, key, nowMs);
    }
    return waitForLease(limit, { store, rule, nowMs });
  }

  /** A key that went over to an account with a limit of its own takes nothing of the one that it had. */
  async function admitAnew(
    limit: KeyLimit,
    key: string,
    { rule, nowMs }: { readonly rule: LimitRule; readonly nowMs: number },
  ): Promise<LimitReached | null> {
    if (await limits.leave(key, limit, nowMs)) return admit(key, rule, nowMs);
    return waitForLease(limit, { store, rule, nowMs });
  }

  function admitNew(key: string, rule: LimitRule, nowMs: number): Answer<LimitReached | null> {
    const blanket = blanketOf(rule);
    if (blanket !== null && (nowMs >= blanket.lapsesAtMs || leased.may(key) === null))
      return admitLater(blanket, key, nowMs);
    const hasOwn = blanket === null || blanket.count === 0 || leased.may(key) === true;
    const limit = newKeyLimit({ key: prefix + key, rule, blanket }, { hasOwn });
    limits.add(key, limit, nowMs);
    if (takeFromBlanket(limit, nowMs)) return renewInTime(blanket, nowMs);
    return waitForLease(limit, { store, rule, nowMs });
  }

  /** Admits when the blanket is in force, and known which keys have leases of their own. */
  async function admitLater(blanket: BlanketLease, key: string, nowMs: number): Promise<LimitReached | null> {
    if (leased.may(key) === null) await leased.load(nowMs);
    if (nowMs >= blanket.lapsesAtMs) await renewBlanket(blanket, store, nowMs);
    return admit(key, blanket.rule, nowMs);
  }

  function renewInTime(blanket: BlanketLease | null, nowMs: number): null {
    // If this fails, the blanket lapses, and the next request is told why.
    if (blanket !== null && nowMs >= blanket.renewsAtMs) renewBlanket(blanket, store, nowMs).catch(() => {});
    return null;
  }

  function left(key: string, rule: LimitRule, nowMs: number): Answer<number> {
    const known = limits.get(key, nowMs);
    if (known !== undefined)
      return knownLeft(known, rule, { nowMs, trustMs }) ?? askWhatIsLeft(known, store, nowMs);
    const mayBeLeased = store.isShared ? true : leased.may(key);
    if (mayBeLeased === null) return leased.load(nowMs).then(() => left(key, rule, nowMs));
    if (!mayBeLeased) return rule.count;
    const limit = newKeyLimit({ key: prefix + key, rule, blanket: null }, { hasOwn: true });
    limits.add(key, limit, nowMs);
    return askWhatIsLeft(limit, store, nowMs);
  }

  return {
    admit,
    left,
    close: async (nowMs) => {
      const open = [...blankets.values()].filter((blanket) => blanket !== null);
      await Promise.allSettled(open.map(async ({ asking }) => asking));
      // What cannot be given back counts as used: by each key, where it is of a blanket.
      if (!(await limits.settleAll(nowMs))) return;
      await Promise.allSettled(open.map((blanket) => retireBlanket(blanket, store, nowMs)));
    },
  };
}

function isSameRule(a: LimitRule, b: LimitRule): boolean {
  return a === b || (a.count === b.count && a.windowMs === b.windowMs && a.window === b.window);
}

async function askWhatIsLeft(limit: KeyLimit, store: LimitStore, nowMs: number): Promise<number> {
  const { key, rule } = limit;
  const reply = await store.lease({ key, rule, nowMs, waiting: 0, settled: null, blanket: null });
  limit.taken = { count: reply.takenCount, atMs: nowMs };
  limit.endsAtMs = windowEndMs(rule, nowMs);
  return knownLeft(limit, rule, { nowMs, trustMs: Number.POSITIVE_INFINITY }) ?? 0;
}
