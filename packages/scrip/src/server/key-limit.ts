import { windowEndMs } from '../ledger/lease.ts';
import type { LeaseReply, LimitRule, LimitStore, SettledLease } from '../ledger/limit-store.ts';

/** Why a request is not admitted. */
export interface LimitReached {
  readonly limit: number;
  /** When one more will be admitted. */
  readonly resetAtMs: number;
}

interface Block extends LeaseReply {
  readonly rule: LimitRule;
  usedCount: number;
  lastUsedAtMs: number;
}

interface Waiting {
  readonly nowMs: number;
  readonly resolve: (answer: LimitReached | null) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a process knows of one key's limit. */
export interface KeyLimit {
  readonly key: string;
  block: Block | null;
  /** What counted against the limit when the store last said so. */
  taken: { readonly count: number; readonly atMs: number } | null;
  refusal: { readonly reached: LimitReached; readonly atMs: number } | null;
  waiting: Waiting[];
  isAsking: boolean;
}

export function newKeyLimit(key: string): KeyLimit {
  return { key, block: null, taken: null, refusal: null, waiting: [], isAsking: false };
}

/** Takes one admission from the block; false when it is used up or its time is over. */
export function takeFromBlock({ block }: KeyLimit, nowMs: number): boolean {
  if (block === null || block.usedCount >= block.grantedCount || nowMs >= block.lapsesAtMs) return false;
  block.usedCount += 1;
  block.lastUsedAtMs = Math.max(block.lastUsedAtMs, nowMs);
  return true;
}

/** The refusal that still holds. One that would last longer than a window comes from a clock that was set back. */
export function knownRefusal(
  { refusal }: KeyLimit,
  { count, windowMs }: LimitRule,
  { nowMs, trustMs }: { readonly nowMs: number; readonly trustMs: number },
): LimitReached | null {
  if (refusal === null || refusal.reached.limit !== count) return null;
  const { reached, atMs } = refusal;
  const stillHolds = nowMs < reached.resetAtMs && nowMs - atMs < trustMs;
  return stillHolds && reached.resetAtMs - nowMs <= 2 * windowMs ? reached : null;
}

/** Waits for a lease. Requests that wait together are leased together; one question at a time is asked for a key. */
export function waitForLease(
  limit: KeyLimit,
  { store, rule, nowMs }: { readonly store: LimitStore; readonly rule: LimitRule; readonly nowMs: number },
): Promise<LimitReached | null> {
  return new Promise((resolve, reject) => {
    limit.waiting.push({ nowMs, resolve, reject });
    if (!limit.isAsking) void leaseForAll(limit, store, rule);
  });
}

async function leaseForAll(limit: KeyLimit, store: LimitStore, rule: LimitRule): Promise<void> {
  limit.isAsking = true;
  while (limit.waiting.length > 0) {
    const asked = limit.waiting;
    limit.waiting = [];
    const nowMs = Math.max(...asked.map((one) => one.nowMs));
    const settled = limit.block === null ? null : settlementOf(limit.block);
    try {
      const reply = await store.lease({ key: limit.key, rule, nowMs, waiting: asked.length, settled });
      serve(limit, asked, { reply, rule, nowMs });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
  limit.isAsking = false;
}

function serve(
  limit: KeyLimit,
  asked: readonly Waiting[],
  { reply, rule, nowMs }: { readonly reply: LeaseReply; readonly rule: LimitRule; readonly nowMs: number },
): void {
  const usedCount = Math.min(reply.grantedCount, asked.length);
  limit.block = reply.grantedCount === 0 ? null : { ...reply, rule, usedCount, lastUsedAtMs: nowMs };
  limit.taken = { count: reply.takenCount, atMs: nowMs };
  const reached = { limit: rule.count, resetAtMs: reply.freesAtMs };
  limit.refusal = usedCount < asked.length ? { reached, atMs: nowMs } : null;
  for (const [index, { resolve }] of asked.entries()) resolve(index < usedCount ? null : reached);
}

/** Gives back the rest of the block, of its admissions and of its time. */
export async function settleBlock(
  { key, block }: KeyLimit,
  { store, nowMs }: { readonly store: LimitStore; readonly nowMs?: number },
): Promise<void> {
  if (block === null) return;
  const { rule, lastUsedAtMs } = block;
  // In a sliding window a block counts from its last use, which may be earlier than the store must assume.
  const endsAsLeased = rule.window === 'fixed' || lastUsedAtMs === block.lapsesAtMs - 1;
  if (block.usedCount === block.grantedCount && endsAsLeased) return;
  await store.lease({ key, rule, nowMs: nowMs ?? lastUsedAtMs, waiting: 0, settled: settlementOf(block) });
}

function settlementOf({ id, usedCount, lastUsedAtMs }: Block): SettledLease {
  return { id, usedCount, lastUsedAtMs };
}

/** What is left of a fixed window, where the store has said so lately; null where it has to be asked. */
export function knownLeft(
  limit: KeyLimit,
  rule: LimitRule,
  { nowMs, trustMs }: { readonly nowMs: number; readonly trustMs: number },
): number | null {
  const { block, taken } = limit;
  if (taken === null || nowMs - taken.atMs >= trustMs) return null;
  if (windowEndMs(rule, taken.atMs) !== windowEndMs(rule, nowMs)) return null;
  const unused = block === null || nowMs >= block.lapsesAtMs ? 0 : block.grantedCount - block.usedCount;
  return Math.max(0, rule.count - taken.count + unused);
}
