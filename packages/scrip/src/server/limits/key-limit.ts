import { windowEndMs } from '../../ledger/lease-terms.ts';
import type {
  BlanketUse,
  LeaseReply,
  LimitRule,
  LimitStore,
  SettledLease,
} from '../../ledger/limit-store.ts';
import type { BlanketLease } from './blanket-lease.ts';

/** Why a request is not admitted. */
export interface LimitReached {
  readonly limit: number;
  /** When one more will be admitted. */
  readonly resetAtMs: number;
}

interface Portion extends LeaseReply {
  readonly rule: LimitRule;
  usedCount: number;
  lastUsedAtMs: number;
}

interface Waiting {
  readonly rule: LimitRule;
  readonly nowMs: number;
  readonly resolve: (answer: LimitReached | null) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a process knows of one key's limit. */
export interface KeyLimit {
  /** As the store knows it. */
  readonly key: string;
  readonly rule: LimitRule;
  readonly blanket: BlanketLease | null;
  /** Used of the blanket, and not settled. */
  usedCount: number;
  lastUsedAtMs: number;
  /** The key takes its admissions from portions of its own, and none from the blanket. */
  hasOwn: boolean;
  portion: Portion | null;
  /** What counted against the limit when the store last said so. */
  taken: { readonly count: number; readonly atMs: number } | null;
  refusal: { readonly reached: LimitReached; readonly atMs: number } | null;
  /** From then on nothing that the key has used or leased counts. */
  endsAtMs: number;
  waiting: Waiting[];
  asking: Promise<void> | null;
  /** It was used since room was last looked for. */
  isRecent: boolean;
}

interface Asking {
  readonly store: LimitStore;
  readonly rule: LimitRule;
  readonly nowMs: number;
}

export function newKeyLimit(
  identity: Pick<KeyLimit, 'key' | 'rule' | 'blanket'>,
  { hasOwn }: Pick<KeyLimit, 'hasOwn'>,
): KeyLimit {
  return {
    ...identity,
    usedCount: 0,
    lastUsedAtMs: 0,
    hasOwn,
    portion: null,
    taken: null,
    refusal: null,
    endsAtMs: 0,
    waiting: [],
    asking: null,
    isRecent: false,
  };
}

/** Takes one admission from the blanket; false when the key's part is used up, or the blanket's time is over. */
export function takeFromBlanket(limit: KeyLimit, nowMs: number): boolean {
  const { blanket } = limit;
  if (blanket === null || !isWithinBlanket(limit) || nowMs >= blanket.lapsesAtMs) return false;
  limit.usedCount += 1;
  limit.lastUsedAtMs = Math.max(limit.lastUsedAtMs, nowMs);
  limit.endsAtMs = Math.max(limit.endsAtMs, limit.lastUsedAtMs + blanket.rule.windowMs);
  return true;
}

/** Whether the key may take more of the blanket, as soon as that is in force. */
export function isWithinBlanket({ blanket, hasOwn, usedCount }: KeyLimit): boolean {
  return blanket !== null && !hasOwn && usedCount < blanket.count;
}

/** Takes one admission from the portion; false when it is used up or its time is over. */
export function takeFromPortion({ portion }: KeyLimit, nowMs: number): boolean {
  if (portion === null || portion.usedCount >= portion.grantedCount || nowMs >= portion.lapsesAtMs)
    return false;
  portion.usedCount += 1;
  portion.lastUsedAtMs = Math.max(portion.lastUsedAtMs, nowMs);
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
export function waitForLease(limit: KeyLimit, { store, rule, nowMs }: Asking): Promise<LimitReached | null> {
  return new Promise((resolve, reject) => {
    limit.waiting.push({ rule, nowMs, resolve, reject });
    limit.asking ??= leaseForAll(limit, store);
  });
}

async function leaseForAll(limit: KeyLimit, store: LimitStore): Promise<void> {
  const { key } = limit;
  while (limit.waiting.length > 0) {
    const asked = limit.waiting;
    limit.waiting = [];
    const { rule } = asked.at(-1) as Waiting;
    const nowMs = Math.max(...asked.map((one) => one.nowMs));
    const settled = limit.portion === null ? null : settlementOf(limit.portion);
    const blanket = blanketUseOf(limit);
    // Whatever comes of it: the store may hold leases of the key from now on.
    limit.hasOwn = true;
    try {
      const reply = await store.lease({ key, rule, nowMs, waiting: asked.length, settled, blanket });
      limit.usedCount = 0;
      serve(limit, asked, { reply, rule, nowMs });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
  limit.asking = null;
}

function serve(
  limit: KeyLimit,
  asked: readonly Waiting[],
  { reply, rule, nowMs }: { readonly reply: LeaseReply; readonly rule: LimitRule; readonly nowMs: number },
): void {
  const usedCount = Math.min(reply.grantedCount, asked.length);
  limit.portion = reply.grantedCount === 0 ? null : { ...reply, rule, usedCount, lastUsedAtMs: nowMs };
  limit.taken = { count: reply.takenCount, atMs: nowMs };
  limit.endsAtMs = reply.endsAtMs;
  limit.hasOwn = !reply.isCovered;
  const reached = { limit: rule.count, resetAtMs: reply.freesAtMs };
  limit.refusal = usedCount < asked.length ? { reached, atMs: nowMs } : null;
  for (const [index, { resolve }] of asked.entries()) resolve(index < usedCount ? null : reached);
}

/** Settles, alone; requests that came meanwhile are leased for afterwards. True when nothing of the key is left to do. */
export async function settleAlone(limit: KeyLimit, store: LimitStore, nowMs: number): Promise<boolean> {
  const settling = settle(limit, store, nowMs).then(
    () => true,
    () => false,
  );
  limit.asking = leaseAfter(settling, limit, store);
  // Those who came meanwhile are being asked for by now, and wait no more.
  return (await settling) && limit.asking === null;
}

async function leaseAfter(settling: Promise<boolean>, limit: KeyLimit, store: LimitStore): Promise<void> {
  await settling;
  await leaseForAll(limit, store);
}

/** Gives back the rest of the portion, of its admissions and of its time, and says what was used of the blanket. */
async function settle(limit: KeyLimit, store: LimitStore, nowMs: number): Promise<void> {
  const { key, rule, portion } = limit;
  const settled = portion === null || isSettled(portion) ? null : settlementOf(portion);
  if (settled === null && limit.usedCount === 0) return;
  // Whatever comes of it: the store may have it back already.
  limit.portion = null;
  limit.taken = null;
  limit.hasOwn = true;
  await store.lease({ key, rule, nowMs, waiting: 0, settled, blanket: blanketUseOf(limit) });
  limit.usedCount = 0;
}

/** In a sliding window a portion counts from its last use, which may be earlier than the store must assume. */
function isSettled({ rule, usedCount, grantedCount, lastUsedAtMs, lapsesAtMs }: Portion): boolean {
  return usedCount === grantedCount && (rule.window === 'fixed' || lastUsedAtMs === lapsesAtMs - 1);
}

function blanketUseOf({ blanket, usedCount, lastUsedAtMs }: KeyLimit): BlanketUse | null {
  if (blanket === null) return null;
  const { name, id } = blanket;
  return { name, id, usedCount, lastUsedAtMs: usedCount === 0 ? 0 : lastUsedAtMs };
}

function settlementOf({ id, usedCount, lastUsedAtMs }: Portion): SettledLease {
  return { id, usedCount, lastUsedAtMs };
}

/** What is left of a fixed window, where the store has said so lately; null where it has to be asked. */
export function knownLeft(
  limit: KeyLimit,
  rule: LimitRule,
  { nowMs, trustMs }: { readonly nowMs: number; readonly trustMs: number },
): number | null {
  const { portion, taken } = limit;
  if (taken === null || nowMs - taken.atMs >= trustMs) return null;
  if (windowEndMs(rule, taken.atMs) !== windowEndMs(rule, nowMs)) return null;
  const unused =
    portion === null || nowMs >= portion.lapsesAtMs ? 0 : portion.grantedCount - portion.usedCount;
  return Math.max(0, rule.count - taken.count + unused);
}
