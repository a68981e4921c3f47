import { describe, expect, it } from 'vitest';
import { leaseBlanket } from './blanket.ts';
import type { Lease } from './lease.ts';
import type { LimitRule } from './limit-store.ts';

const sixty: LimitRule = { count: 60, windowMs: 60_000, window: 'sliding' };
const NOON = Date.UTC(2025, 1, 9, 12);
const ask = (before: readonly Lease[], { at = NOON, id = null as number | null } = {}) =>
  leaseBlanket(before, { name: 'sixty', rule: sixty, nowMs: at, id, isOver: false });

describe('a blanket lease', () => {
  it('never takes more than half of the limit together with those that nobody settled', () => {
    let leases: readonly Lease[] = [];
    const counts: number[] = [];
    for (let start = 0; start < 40; start += 1) {
      const leased = ask(leases);
      ({ leases } = leased);
      counts.push(leased.reply.count);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(30);
    expect(counts.at(-1)).toBe(0);
  });

  it('of nothing is not kept, however often it is asked for', () => {
    const full = [{ id: -7, count: 30, untilMs: NOON }];
    for (let second = 0; second < 30; second += 1)
      expect(ask(full, { at: NOON + second * 1000 })).toMatchObject({ leases: full, reply: { count: 0 } });
    const none = ask(full).reply.id;
    expect(ask(full, { id: none }).leases).toEqual(full);
  });
});
