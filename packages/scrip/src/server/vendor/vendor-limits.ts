import { DAY_MS } from '../../core/calendar.ts';
import type { DialectName, Refusal } from '@scrip/dialects';
import { dialectNames } from '@scrip/dialects';
import type { Answer } from '../../ledger/answer.ts';
import type { LimitRule, LimitStore } from '../../ledger/limit-store.ts';
import { windowEndMs } from '../../ledger/lease-terms.ts';
import type { LimitReached } from '../limits/key-limit.ts';
import { createRateLimiter } from '../limits/rate-limit.ts';
import type { VendorSettings } from './vendor-settings.ts';

/** The limits of the vendors' routes. Each answers with null, or with the refusal; throws a `Fault` when limits cannot be kept. */
export interface VendorLimits {
  /** Counts a read by one key; all reads of a dialect count together. */
  readonly admitRead: (vendor: DialectName, reader: VendorReader) => Answer<Refusal | null>;
  /** Counts a spend in Ocean.io's dialect, whatever comes of it. */
  readonly admitOceanSpend: (accountId: string) => Promise<Refusal | null>;
  /** What Ocean.io's balance says about the account's day. */
  readonly oceanDay: (accountId: string) => Answer<{ requestsLeft: number; secondsToReset: number }>;
  /** Gives back what was leased and not used; the store stays open. */
  readonly close: () => Promise<void>;
}

interface VendorReader {
  readonly accountId: string;
  /** Of the key, as the ledger has it. */
  readonly digest: string;
}

/** Of Ocean.io's daily count: in the store, and to clients, to whom another policy needs another name. */
const OCEAN_DAY = 'ocean-day';

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
  const limiters = mapDialects((vendor) => createRateLimiter(store, { name: vendor }));
  const rules = mapDialects((vendor) => readRules(settings, vendor));
  const days = createRateLimiter(store, { name: OCEAN_DAY });
  const dayFor = readDayRules(settings);

  return {
    admitRead: (vendor, { accountId, digest }) => {
      const { ofAccounts, ofOthers } = rules[vendor];
      const own = ofAccounts.get(accountId);
      const rule = own === undefined ? ofOthers : own;
      if (rule === null) return null;
      const nowMs = now();
      const answer = limiters[vendor].admit(digest, rule, nowMs);
      return answer === null ? null : refusalOf(answer, { name: vendor, rule, nowMs });
    },
    admitOceanSpend: async (accountId) => {
      const nowMs = now();
      const rule = dayFor(accountId);
      return refusalOf(days.admit(accountId, rule, nowMs), { name: OCEAN_DAY, rule, nowMs });
    },
    oceanDay: (accountId) => {
      const nowMs = now();
      const day = dayFor(accountId);
      const secondsToReset = Math.ceil((windowEndMs(day, nowMs) - nowMs) / 1000);
      const left = days.left(accountId, day, nowMs);
      if (typeof left === 'number') return { requestsLeft: left, secondsToReset };
      return left.then((requestsLeft) => ({ requestsLeft, secondsToReset }));
    },
    close: async () => {
      const nowMs = now();
      await Promise.all([...Object.values(limiters), days].map((limiter) => limiter.close(nowMs)));
    },
  };
}

function mapDialects<T>(make: (vendor: DialectName) => T): Readonly<Record<DialectName, T>> {
  return Object.fromEntries(dialectNames.map((vendor) => [vendor, make(vendor)])) as Record<DialectName, T>;
}

interface ReadRules {
  /** Null: no limit at all. */
  readonly ofAccounts: ReadonlyMap<string, LimitRule | null>;
  readonly ofOthers: LimitRule | null;
}

/** An account's own limit comes before the dialect's. */
function readRules({ accountLimits = {}, dialects }: VendorSettings, vendor: DialectName): ReadRules {
  const ofAccounts = new Map<string, LimitRule | null>();
  for (const [accountId, { [vendor]: own }] of Object.entries(accountLimits))
    if (own !== undefined) ofAccounts.set(accountId, ruleOf(own));
  return { ofAccounts, ofOthers: ruleOf(dialects[vendor].limit) };
}

/** Of Ocean.io's daily count, by account. */
function readDayRules({ accountLimits = {}, oceanDailyLimit }: VendorSettings) {
  const ruleFor = (count: number): LimitRule => ({ count, windowMs: DAY_MS, window: 'fixed' });
  const ofOthers = ruleFor(oceanDailyLimit);
  const ofAccounts = new Map<string, LimitRule>();
  for (const [accountId, { oceanDailyLimit: own }] of Object.entries(accountLimits))
    if (own !== undefined) ofAccounts.set(accountId, ruleFor(own));
  return (accountId: string) => ofAccounts.get(accountId) ?? ofOthers;
}

function ruleOf(limit: VendorSettings['dialects'][DialectName]['limit']): LimitRule | null {
  if (limit === null) return null;
  return { count: limit.count, windowMs: limit.windowSeconds * 1000, window: 'sliding' };
}

async function refusalOf(
  answer: Answer<LimitReached | null>,
  { name, rule, nowMs }: { readonly name: string; readonly rule: LimitRule; readonly nowMs: number },
): Promise<Refusal | null> {
  const reached = await answer;
  if (reached === null) return null;
  const { limit, resetAtMs } = reached;
  const retryAfterSeconds = Math.max(1, Math.ceil((resetAtMs - nowMs) / 1000));
  const policy = { name, windowSeconds: rule.windowMs / 1000 };
  return { code: 'rate-limited', limit, remaining: 0, resetAtMs, retryAfterSeconds, policy };
}
