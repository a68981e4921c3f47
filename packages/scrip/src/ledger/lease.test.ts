import { describe, expect, it } from 'vitest';
import type { Lease } from './lease.ts';
import { endsAtMs, grantLease } from './lease.ts';
import type { LimitRule } from './limit-store.ts';

const five: LimitRule = { count: 5, windowMs: 60_000, window: 'sliding' };
const thousand: LimitRule = { count: 1000, windowMs: 3_600_000, window: 'sliding' };
const daily: LimitRule = { count: 1000, windowMs: 86_400_000, window: 'fixed' };
const NOON = Date.UTC(2025, 1, 9, 12);

function grant(before: readonly Lease[], rule: LimitRule, { at = NOON, waiting = 1 } = {}) {
  return grantLease(before, { key: 'key', rule, nowMs: at, waiting, settled: null, blanket: null });
}

describe('grantLease', () => {
  it('leases a limit of 5 one at a time', () => {
    const { leases, reply } = grant([], five);
    expect(reply.grantedCount).toBe(1);
    expect(leases).toEqual([{ id: NOON, count: 1, untilMs: NOON }]);
  });

  it('leases a twentieth of a larger limit', () => {
    expect(grant([], thousand).reply).toMatchObject({ grantedCount: 50, lapsesAtMs: NOON + 180_001 });
  });

  it('leases more than a portion when more requests wait', () => {
    expect(grant([], thousand, { waiting: 300 }).reply.grantedCount).toBe(300);
  });

  it('grants what is left, and says when more can be had', () => {
    const { leases } = grant([], five, { waiting: 3 });
    const { reply } = grant(leases ?? [], five, { at: NOON + 10_000, waiting: 4 });
    expect(reply).toMatchObject({ grantedCount: 2, takenCount: 5, freesAtMs: NOON + 60_000 });
  });

  it('grants nothing and keeps nothing when the limit is reached', () => {
    const { leases } = grant([], five, { waiting: 5 });
    const refused = grant(leases ?? [], five, { at: NOON + 59_999 });
    expect(refused.reply.grantedCount).toBe(0);
    expect(refused.leases).toBeNull();
    expect(grant(leases ?? [], five, { at: NOON + 60_000 }).reply.grantedCount).toBe(1);
  });

  it('takes what was leased and not settled as used until the end of its portion', () => {
    const { leases } = grant([], thousand, { waiting: 1 });
    const full = grant(leases ?? [], thousand, { waiting: 1000 });
    expect(full.reply.grantedCount).toBe(950);
    const later = NOON + 3_600_000;
    expect(
      grant(full.leases ?? [], thousand, { at: later + 179_999, waiting: 1000 }).reply.grantedCount,
    ).toBe(950);
    expect(
      grant(full.leases ?? [], thousand, { at: later + 180_000, waiting: 1000 }).reply.grantedCount,
    ).toBe(1000);
  });

  it('leaves a third of the limit after twenty portions that were never settled', () => {
    let leases: readonly Lease[] = [];
    for (let crash = 0; crash < 20; crash += 1)
      leases = grant(leases, daily, { at: NOON + crash }).leases ?? leases;
    expect(grant(leases, daily, { at: NOON + 20, waiting: 1000 }).reply.grantedCount).toBeGreaterThan(333);
  });

  it('gives back what a settled lease did not use', () => {
    const { leases, reply } = grant([], thousand);
    const settled = { id: reply.id, usedCount: 3, lastUsedAtMs: NOON + 5 };
    const request = { key: 'key', rule: thousand, nowMs: NOON + 10, waiting: 0, settled, blanket: null };
    expect(grantLease(leases ?? [], request)).toMatchObject({
      leases: [{ count: 3, untilMs: NOON + 5 }],
      reply: { takenCount: 3 },
    });
  });

  it('settles twice as it settles once', () => {
    const { leases, reply } = grant([], thousand);
    const settled = { id: reply.id, usedCount: 3, lastUsedAtMs: NOON + 5 };
    const request = { key: 'key', rule: thousand, nowMs: NOON + 10, waiting: 0, settled, blanket: null };
    const once = grantLease(leases ?? [], request).leases ?? [];
    expect(grantLease(once, request).leases).toBeNull();
  });

  it('counts a day from midnight to midnight of UTC', () => {
    const { leases, reply } = grant([], daily, { waiting: 1000 });
    const midnight = Date.UTC(2025, 1, 10);
    expect(reply.freesAtMs).toBe(midnight);
    expect(endsAtMs(leases ?? [], daily)).toBe(midnight);
    expect(grant(leases ?? [], daily, { at: midnight - 1 }).reply.grantedCount).toBe(0);
    expect(grant(leases ?? [], daily, { at: midnight }).reply.grantedCount).toBe(50);
  });

  it('does not lock a key out for longer than a window when the clock was ahead', () => {
    const { leases } = grant([], five, { at: NOON + 365 * 86_400_000, waiting: 5 });
    const corrected = grant(leases ?? [], five);
    expect(corrected.reply).toMatchObject({ grantedCount: 0, freesAtMs: NOON + 60_000 });
    expect(grant(corrected.leases ?? [], five, { at: NOON + 60_000 }).reply.grantedCount).toBe(1);
  });

  it('frees nothing of merged leases before the last of them', () => {
    const single = Array.from({ length: 61 }, (_, at) => ({
      id: at + 1,
      count: 1,
      untilMs: NOON + at * 1000,
    }));
    const { leases } = grant(single, thousand, { at: NOON + 61_000 });
    expect(leases).toHaveLength(2);
    const end = NOON + 3_600_000 + 60_000;
    const room = (at: number) => grant(leases ?? [], thousand, { at, waiting: 1000 }).reply.grantedCount;
    expect([room(end - 1), room(end)]).toEqual([1000 - 61 - 46, 1000 - 46]);
  });

  it('keeps its list short however the requests come', () => {
    let leases: readonly Lease[] = [];
    const rule: LimitRule = { count: 5000, windowMs: 60_000, window: 'sliding' };
    for (let at = NOON; at < NOON + 60_000; at += 20) {
      const { id, lapsesAtMs } = leases.length === 0 ? { id: 0, lapsesAtMs: 0 } : lastOf(leases);
      const settled = { id, usedCount: 1, lastUsedAtMs: lapsesAtMs };
      leases =
        grantLease(leases, { key: 'key', rule, nowMs: at, waiting: 1, settled, blanket: null }).leases ??
        leases;
    }
    expect(leases.length).toBeLessThan(100);
  });
});

function lastOf(leases: readonly Lease[]) {
  const { id = 0, untilMs = 0 } = leases.at(-1) ?? {};
  return { id, lapsesAtMs: untilMs };
}
