import type { DialectName, Refusal } from '@scrip/dialects';
import type { LimitRule, LimitStore } from '../../ledger/limit-store.ts';
import { windowEndMs } from '../../ledger/lease.ts';
import type { LimitReached } from '../key-limit.ts';
import { createRateLimiter } from '../rate-limit.ts';
import type { VendorSettings } from './vendor-settings.ts';

/** The limits of the vendors' routes. Each answers with null, or with the refusal; throws a `Fault` when limits cannot be kept. */
export interface VendorLimits {
  /** Counts a read by one key; all reads of a dialect count together. */
  readonly admitRead: (vendor: DialectName, reader: VendorReader) => Promise<Refusal | null>;
  /** Counts a spend in Ocean.io's dialect, whatever comes of it. */
  readonly admitOceanSpend: (accountId: string) => Promise<Refusal | null>;
  /** What Ocean.io's balance says about the account's day. */
  readonly oceanDay: (accountId: string) => Promise<{ requestsLeft: number; secondsToReset: number }>;
  /** Gives back what was leased and not used; the store stays open. */
  readonly close: () => Promise<void>;
}

interface VendorReader {
  readonly accountId: string;
  /** Of the key, as the ledger has it. */
  readonly digest: string;
}

const DAY_MS = 86_400_000;

/**
 * Limits of reads slide: never more than the limit in any span of the window's length. Ocean.io's daily count is the
 * account's, and begins anew at 00:00 UTC.
 */
export function createVendorLimits({
  store,
  settings,
  now,
}: {
  readonly store: LimitStore;
  readonly settings: VendorSettings;
  readonly now: () => number;
}): VendorLimits {
  const limiter = createRateLimiter(store);
  const day: LimitRule = { count: settings.oceanDailyLimit, windowMs: DAY_MS, window: 'fixed' };

  return {
    admitRead: async (vendor, { accountId, digest }) => {
      const rule = readRule(settings, vendor, accountId);
      if (rule === null) return null;
      const nowMs = now();
      return refusalOf(await limiter.admit(`${vendor} ${digest}`, rule, nowMs), nowMs);
    },
    admitOceanSpend: async (accountId) => {
      const nowMs = now();
      return refusalOf(await limiter.admit(dayKey(accountId), day, nowMs), nowMs);
    },
    oceanDay: async (accountId) => {
      const nowMs = now();
      return {
        requestsLeft: await limiter.left(dayKey(accountId), day, nowMs),
        secondsToReset: Math.ceil((windowEndMs(day, nowMs) - nowMs) / 1000),
      };
    },
    close: () => limiter.close(now()),
  };
}

function dayKey(accountId: string): string {
  return `ocean-day ${accountId}`;
}

/** The account's own limit where it has one (null: none at all), else the dialect's. */
function readRule(settings: VendorSettings, vendor: DialectName, accountId: string): LimitRule | null {
  const { accountLimits = {}, dialects } = settings;
  const own = Object.hasOwn(accountLimits, accountId) ? accountLimits[accountId]?.[vendor] : undefined;
  const limit = own === undefined ? dialects[vendor].limit : own;
  return limit === null
    ? null
    : { count: limit.count, windowMs: limit.windowSeconds * 1000, window: 'sliding' };
}

function refusalOf(reached: LimitReached | null, nowMs: number): Refusal | null {
  if (reached === null) return null;
  const { limit, resetAtMs } = reached;
  const retryAfterSeconds = Math.max(1, Math.ceil((resetAtMs - nowMs) / 1000));
  return { code: 'rate-limited', limit, remaining: 0, resetAtMs, retryAfterSeconds };
}
