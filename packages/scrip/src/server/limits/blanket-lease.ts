import { portionOf } from '../../ledger/lease-terms.ts';
import type { LimitRule, LimitStore } from '../../ledger/limit-store.ts';

/** What every key of a rule may use without a lease of its own. */
export interface BlanketLease {
  readonly name: string;
  readonly rule: LimitRule;
  /** Null while the store has granted none. */
  id: number | null;
  /** Of each key. */
  count: number;
  lapsesAtMs: number;
  /** From then on it is carried on ahead of its end, so that no request waits for it. */
  renewsAtMs: number;
  asking: Promise<void> | null;
}

/** For rules that lease in portions of more than one; and a day's blanket would count until its end after a crash. */
export function newBlanket(name: string, rule: LimitRule): BlanketLease | null {
  if (rule.window === 'fixed' || portionOf(rule.count) === 1) return null;
  const id = `blanket ${name}${rule.count}/${rule.windowMs}`;
  return { name: id, rule, id: null, count: 0, lapsesAtMs: 0, renewsAtMs: 0, asking: null };
}

/** Makes the blanket durable for some time from `nowMs` on. One question at a time; rejects with a `Fault`. */
export function renewBlanket(blanket: BlanketLease, store: LimitStore, nowMs: number): Promise<void> {
  blanket.asking ??= askFor(blanket, store, nowMs).finally(() => {
    blanket.asking = null;
  });
  return blanket.asking;
}

async function askFor(blanket: BlanketLease, store: LimitStore, nowMs: number): Promise<void> {
  const { name, rule, id } = blanket;
  const reply = await store.leaseBlanket({ name, rule, nowMs, id, isOver: false });
  blanket.id = reply.count === 0 ? null : reply.id;
  blanket.count = reply.count;
  blanket.lapsesAtMs = reply.lapsesAtMs;
  blanket.renewsAtMs = (nowMs + reply.lapsesAtMs) / 2;
}

/** Ends the blanket, when every key has settled what it used of it. */
export async function retireBlanket(blanket: BlanketLease, store: LimitStore, nowMs: number): Promise<void> {
  const { name, rule, id } = blanket;
  if (id !== null) await store.leaseBlanket({ name, rule, nowMs, id, isOver: true });
}
