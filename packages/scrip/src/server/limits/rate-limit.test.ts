import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../ledger/lease.ts';
import type { LimitRule, LimitStore } from '../../ledger/limit-store.ts';
import { createMemoryLimitStore } from '../../stores/memory/limit-store.ts';
import type { RateLimiter } from './rate-limit.ts';
import { createRateLimiter } from './rate-limit.ts';

const five: LimitRule = { count: 5, windowMs: 60_000, window: 'sliding' };
const sixty: LimitRule = { count: 60, windowMs: 60_000, window: 'sliding' };
const thousand: LimitRule = { count: 1000, windowMs: 3_600_000, window: 'sliding' };
const daily: LimitRule = { count: 1000, windowMs: 86_400_000, window: 'fixed' };
const NOON = Date.UTC(2025, 1, 9, 12);

/** How many of a burst are admitted. */
async function burst(
  limiter: RateLimiter,
  rule: LimitRule,
  atMs: number,
  requests: number,
  key = 'key',
): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: requests }, async () => limiter.admit(key, rule, atMs)),
  );
  return answers.filter((answer) => answer === null).length;
}

/** Asks for ten other keys, twice each: who was used once since the last round stays for one more. */
async function crowdOut(limiter: RateLimiter, rule: LimitRule): Promise<void> {
  for (let other = 0; other < 10; other += 1) {
    for (let request = 0; request < 2; request += 1) await limiter.admit(`other ${other}`, rule, NOON);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the rate limiter', () => {
  it('admits five in any minute, and says when the next one will be', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    for (const second of [0, 10, 20, 30, 40])
      expect(await limiter.admit('key', five, NOON + second * 1000)).toBeNull();
    expect(await limiter.admit('key', five, NOON + 59_999)).toEqual({ limit: 5, resetAtMs: NOON + 60_000 });
    expect(await limiter.admit('key', five, NOON + 60_000)).toBeNull();
    expect(await limiter.admit('key', five, NOON + 60_001)).toEqual({ limit: 5, resetAtMs: NOON + 70_000 });
  });

  it('admits no more when requests come at once', async () => {
    expect(await burst(createRateLimiter(createMemoryLimitStore()), five, NOON, 40)).toBe(5);
    expect(await burst(createRateLimiter(createMemoryLimitStore()), sixty, NOON, 200)).toBe(60);
  });

  it('answers at once while its portion lasts, and while it refuses', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    await limiter.admit('key', sixty, NOON);
    expect(limiter.admit('key', sixty, NOON)).toBeNull();
    await burst(limiter, sixty, NOON, 100);
    expect(limiter.admit('key', sixty, NOON + 1)).toEqual({ limit: 60, resetAtMs: NOON + 60_000 });
  });

  it('asks the store once for each portion, and not at all for what it refuses', async () => {
    const { store, calls } = counted(createMemoryLimitStore());
    const limiter = createRateLimiter(store);
    for (let index = 0; index < 200; index += 1) await limiter.admit('key', sixty, NOON + index);
    // The blanket of 3; then 14 times one admission with the blanket anew, the last one alone, and a refusal.
    expect(calls()).toBe(1 + 14 + 1 + 1);
  });

  it('admits no more where what it settled was kept, and said to have failed', async () => {
    const kept = createMemoryLimitStore();
    let loses = false;
    const store: LimitStore = {
      ...kept,
      lease: async (request) => {
        const reply = await kept.lease(request);
        if (loses && request.waiting === 0) throw new Error('its reply is lost');
        return reply;
      },
    };
    const limiter = createRateLimiter(store, { capacity: 1 });
    let admitted = 0;
    const admit = async (key: string, atMs: number) => {
      if ((await limiter.admit(key, daily, atMs)) === null && key === 'key') admitted += 1;
    };
    for (let round = 0; round < 10; round += 1) {
      await admit('key', NOON + round);
      loses = true;
      // The key has to leave memory for these.
      for (const other of ['one', 'another']) await admit(other, NOON + round);
      await new Promise((resolve) => setTimeout(resolve, 2));
      loses = false;
      for (let request = 0; request < 49; request += 1) await admit('key', NOON + round);
    }
    for (let request = 0; request < 1000; request += 1) await admit('key', NOON + 10);
    expect(admitted).toBeLessThanOrEqual(daily.count);
  });

  it('does not use a portion after its time', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    await limiter.admit('key', sixty, NOON);
    expect(limiter.admit('key', sixty, NOON + 3000)).toBeNull();
    expect(limiter.admit('key', sixty, NOON + 3001)).toBeInstanceOf(Promise);
  });

  it('admits keys that it has not seen at once, from one blanket lease', async () => {
    const { store, calls } = counted(createMemoryLimitStore());
    const limiter = createRateLimiter(store);
    expect(await limiter.admit('first', thousand, NOON)).toBeNull();
    for (let index = 0; index < 1000; index += 1)
      expect(limiter.admit(`key ${index}`, thousand, NOON + index)).toBeNull();
    expect(calls()).toBe(1);
  });

  it('carries its blanket lease on ahead of its end', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    await limiter.admit('key 0', sixty, NOON);
    for (let second = 1; second <= 30; second += 1) {
      expect(limiter.admit(`key ${second}`, sixty, NOON + second * 1000)).toBeNull();
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('counts the blanket as used by every key after a crash, until it is over', async () => {
    const leases = new Map<string, readonly Lease[]>();
    await createRateLimiter(createMemoryLimitStore({ leases })).admit('key', thousand, NOON);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    expect(await burst(restarted, thousand, NOON + 1, 2000)).toBe(950);
    expect(await burst(restarted, thousand, NOON + 1, 2000, 'another')).toBe(950);
    const overMs = NOON + 3_600_000 + 180_000;
    expect(await burst(restarted, thousand, overMs - 1, 2000, 'a third')).toBe(950);
    expect(await burst(restarted, thousand, overMs, 2000, 'a fourth')).toBe(1000);
  });

  it('leaves a key that was not used all of its limit after a restart, by a crash where the limit is small', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const first = createRateLimiter(createMemoryLimitStore({ leases }));
    await first.admit('key', five, NOON);
    await burst(first, thousand, NOON, 30, 'other');
    await first.close(NOON);
    await createRateLimiter(createMemoryLimitStore({ leases })).admit('key', five, NOON);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    expect(await burst(restarted, five, NOON + 1, 10, 'unused')).toBe(5);
    expect(await burst(restarted, thousand, NOON + 1, 2000, 'unused, too')).toBe(1000);
    expect(await burst(restarted, thousand, NOON + 1, 2000, 'other')).toBe(970);
  });

  it('keeps to the limit however often it crashes, and half of it for a key that asked for nothing', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const start = () => createRateLimiter(createMemoryLimitStore({ leases }));
    let admitted = 0;
    for (let crash = 0; crash < 300; crash += 1) admitted += await burst(start(), sixty, NOON + crash, 3);
    expect(admitted).toBeLessThanOrEqual(60);
    expect(admitted + (await burst(start(), sixty, NOON + 300, 100))).toBeLessThanOrEqual(60);
    expect(await burst(start(), sixty, NOON + 300, 100, 'another')).toBeGreaterThanOrEqual(30);
  });

  it('leaves half of any limit to a key that asked for nothing', async () => {
    for (const count of [40, 60, 100, 999, 1000, 10_000]) {
      const leases = new Map<string, readonly Lease[]>();
      const rule: LimitRule = { count, windowMs: 3_600_000, window: 'sliding' };
      const start = () => createRateLimiter(createMemoryLimitStore({ leases }));
      for (let crash = 0; crash < 100; crash += 1) await burst(start(), rule, NOON + crash, 1, `${crash}`);
      expect(await burst(start(), rule, NOON + 100, count, 'another')).toBe(Math.ceil(count / 2));
    }
  });

  it('counts a blanket that it had given anew when it crashed', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const limiter = createRateLimiter(createMemoryLimitStore({ leases }));
    for (let request = 0; request < 71; request += 1) await limiter.admit('key', thousand, NOON);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    // 51 have been settled, and of the rest a whole portion counts.
    expect(await burst(restarted, thousand, NOON + 1, 2000)).toBe(1000 - 51 - 50);
  });

  it('counts what was used of a blanket that could not be settled when it closed', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const working = createMemoryLimitStore({ leases });
    const limiter = createRateLimiter({
      ...working,
      lease: () => Promise.reject(new Error('the disk is full')),
    });
    expect(await burst(limiter, thousand, NOON, 50)).toBe(50);
    await limiter.close(NOON);
    expect(await burst(createRateLimiter(working), thousand, NOON + 1, 2000)).toBe(950);
  });

  it('gives a key the blanket again when nothing of it counts any more', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    expect(await burst(limiter, sixty, NOON, 60)).toBe(60);
    await limiter.admit('another', sixty, NOON + 63_000);
    expect(limiter.admit('key', sixty, NOON + 63_001)).toBeNull();
  });

  it('gives a key the blanket anew while there is room for it', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const before = createRateLimiter(createMemoryLimitStore({ leases }));
    await before.admit('key', thousand, NOON);
    await before.close(NOON);
    const { store, calls } = counted(createMemoryLimitStore({ leases }));
    const limiter = createRateLimiter(store);
    // The blanket, and the key's own lease: the filter knows that there may be some.
    await limiter.admit('key', thousand, NOON);
    expect(calls()).toBe(2);
    await limiter.admit('another', thousand, NOON + 240_000);
    for (let request = 0; request < 50; request += 1)
      expect(limiter.admit('key', thousand, NOON + 240_000)).toBeNull();
    expect(calls()).toBe(3);
    expect(await burst(limiter, thousand, NOON + 240_000, 2000)).toBe(1000 - 52);
  });

  it('counts a key by the limit that it has now, together with what it used before', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    expect(await burst(limiter, thousand, NOON, 2)).toBe(2);
    expect(await burst(limiter, five, NOON + 1, 100)).toBe(3);
    expect(await burst(limiter, thousand, NOON + 2, 2000)).toBe(995);
  });

  it('goes on with the blanket where another limit is the same', async () => {
    const { store, calls } = counted(createMemoryLimitStore());
    const limiter = createRateLimiter(store);
    const same = { ...thousand };
    await limiter.admit('first', thousand, NOON);
    for (let at = NOON; at < NOON + 20; at += 1) await limiter.admit('key', same, at);
    await limiter.admit('key', same, NOON + 600_000);
    expect(limiter.admit('key', same, NOON + 600_001)).toBeNull();
    expect(calls()).toBe(2);
  });

  it('counts each key for itself', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    await burst(limiter, five, NOON, 5);
    expect(await limiter.admit('another', five, NOON)).toBeNull();
  });

  it('counts what was leased and never settled as used after a restart', async () => {
    const leases = new Map<string, readonly Lease[]>();
    await createRateLimiter(createMemoryLimitStore({ leases })).admit('key', daily, NOON);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    expect(await restarted.left('key', daily, NOON)).toBe(950);
  });

  it('loses nothing in a restart that gave it time to close', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const limiter = createRateLimiter(createMemoryLimitStore({ leases }));
    for (const at of [0, 1, 2]) await limiter.admit('key', daily, NOON + at);
    await limiter.close(NOON + 3);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    expect(await restarted.left('key', daily, NOON + 4)).toBe(997);
  });

  it('loses nothing of very many keys in a restart that gave it time to close', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const limiter = createRateLimiter(createMemoryLimitStore({ leases }));
    for (let key = 0; key <= 1000; key += 1) await limiter.admit(`${key}`, thousand, NOON);
    await limiter.close(NOON);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    for (const key of ['0', '1000']) expect(await burst(restarted, thousand, NOON + 1, 2000, key)).toBe(999);
  });

  it('counts the blanket as used by a key of very many that could not be settled', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const working = createMemoryLimitStore({ leases });
    const limiter = createRateLimiter({
      ...working,
      lease: async (request) =>
        request.key.endsWith(' 0') ? Promise.reject(new Error('the disk is full')) : working.lease(request),
    });
    for (let key = 0; key <= 1000; key += 1) await limiter.admit(`${key}`, thousand, NOON);
    await limiter.close(NOON);
    expect(await burst(createRateLimiter(working), thousand, NOON + 1, 2000, '0')).toBe(950);
  });

  it('refuses for no longer than a window after a clock that was set back', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    expect(await burst(limiter, sixty, NOON + 86_400_000, 100)).toBe(60);
    const answer = await limiter.admit('key', sixty, NOON);
    expect(answer?.resetAtMs ?? NOON).toBeLessThanOrEqual(NOON + 60_000);
  });

  it('counts a used-up portion no longer than from its last use, also after a restart', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const rule = { count: 140, windowMs: 60_000, window: 'sliding' } as const;
    const limiter = createRateLimiter(createMemoryLimitStore({ leases }));
    for (let request = 0; request < 7; request += 1) await limiter.admit('key', rule, NOON);
    await limiter.close(NOON);
    const restarted = createRateLimiter(createMemoryLimitStore({ leases }));
    expect(await burst(restarted, rule, NOON + 60_000, 150)).toBe(140);
  });

  it('says what is left of a day without using it up', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore());
    expect(await limiter.left('key', daily, NOON)).toBe(1000);
    for (const at of [0, 1, 2]) await limiter.admit('key', daily, NOON + at);
    expect(limiter.left('key', daily, NOON + 3)).toBe(997);
    expect(await limiter.left('key', daily, Date.UTC(2025, 1, 10))).toBe(1000);
  });

  it('knows without asking what is left of a day to a key that nobody holds', async () => {
    const { store, calls } = counted(createMemoryLimitStore());
    const limiter = createRateLimiter(store);
    await limiter.left('key', daily, NOON);
    expect(limiter.left('another', daily, NOON)).toBe(1000);
    expect(calls()).toBe(0);
  });

  it('keeps counting for keys that had to leave its memory', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore(), { capacity: 2 });
    expect(await burst(limiter, sixty, NOON, 50)).toBe(50);
    await crowdOut(limiter, sixty);
    expect(await burst(limiter, sixty, NOON, 50)).toBe(10);
  });

  it('refuses a key that had to leave its memory with its limit used up', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore(), { capacity: 2 });
    expect(await burst(limiter, thousand, NOON, 1000)).toBe(1000);
    await crowdOut(limiter, thousand);
    expect(await burst(limiter, thousand, NOON, 100)).toBe(0);
  });

  it('keeps a key in memory that is being asked for', async () => {
    const kept = createMemoryLimitStore();
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    const store: LimitStore = {
      ...kept,
      lease: async (request) => {
        if (request.key.endsWith(' key')) {
          asked += 1;
          await gate.promise;
        }
        return kept.lease(request);
      },
    };
    const limiter = createRateLimiter(store, { capacity: 2 });
    const first = burst(limiter, five, NOON, 1);
    await expect.poll(() => asked).toBe(1);
    await crowdOut(limiter, five);
    const others = burst(limiter, five, NOON, 10);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(1);
    gate.resolve();
    expect((await first) + (await others)).toBe(5);
  });

  it('keeps counting what a key that had to leave has used of the blanket', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore(), { capacity: 2 });
    expect(await burst(limiter, thousand, NOON, 30)).toBe(30);
    await crowdOut(limiter, thousand);
    expect(await burst(limiter, thousand, NOON, 960)).toBe(960);
    await crowdOut(limiter, thousand);
    expect(await burst(limiter, thousand, NOON, 2000)).toBe(10);
  });

  it('keeps what it leases to a key that asks again while it leaves', async () => {
    const limiter = createRateLimiter(createMemoryLimitStore(), { capacity: 2 });
    let admitted = 0;
    for (let round = 0; round < 15; round += 1) {
      admitted += await burst(limiter, daily, NOON + round, 1);
      const others = ['a', 'b', 'c', 'd'].map(async (other) =>
        limiter.admit(`${other}${round}`, daily, NOON),
      );
      admitted += await burst(limiter, daily, NOON + round, 1);
      await Promise.all(others);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await limiter.left('key', daily, NOON + 15)).toBe(1000 - admitted);
  });

  it('admits nothing of what a key gave back when it was to leave', async () => {
    const working = createMemoryLimitStore();
    let isBroken = false;
    const limiter = createRateLimiter(
      {
        ...working,
        lease: (request) =>
          isBroken && request.waiting > 0 && request.key.endsWith(' key')
            ? Promise.reject(new Error('the disk is full'))
            : working.lease(request),
      },
      { capacity: 2 },
    );
    expect(await burst(limiter, daily, NOON, 1)).toBe(1);
    const others = ['a', 'b', 'c', 'd'].map(async (other) => limiter.admit(other, daily, NOON));
    isBroken = true;
    await expect(limiter.admit('key', daily, NOON)).rejects.toThrow('the disk is full');
    await expect(limiter.admit('key', daily, NOON)).rejects.toThrow('the disk is full');
    await Promise.all(others);
    isBroken = false;
    expect(await burst(limiter, daily, NOON, 2000)).toBe(999);
  });

  it('admits nothing that could not be made durable, and goes on when it can be again', async () => {
    const working = createMemoryLimitStore();
    let isBroken = true;
    const limiter = createRateLimiter({
      ...working,
      lease: async (request) => {
        const reply = await working.lease(request);
        if (isBroken) throw new Error('the disk is full');
        return reply;
      },
    });
    await expect(limiter.admit('key', five, NOON)).rejects.toThrow('the disk is full');
    isBroken = false;
    expect(await burst(limiter, five, NOON, 10)).toBe(4);
  });
});

interface Step {
  readonly waitMs: number;
  readonly requests: number;
  readonly key: string;
  readonly next: 'go on' | 'close' | 'die' | 'die while leasing';
}

const ruleArbitrary = fc.record({
  count: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 11, max: 150 })),
  windowMs: fc.constantFrom(1000, 60_000),
  window: fc.constantFrom('sliding' as const, 'fixed' as const),
});

/** One key for the most part; the others come and go, and there is room in memory for two. */
const KEYS = ['key', 'key', 'key', 'a', 'b', 'c'];

function stepsArbitrary(ends: readonly Step['next'][], keys: readonly string[] = KEYS) {
  const step = fc.record({
    // Often just before, in and after a portion's time (a twentieth of the window) and the window's end.
    waitMs: fc.oneof(
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom(40, 940, 990, 1000, 2900, 57_100, 59_950),
      fc.integer({ min: 0, max: 20_000 }),
    ),
    requests: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 150 })),
    key: fc.constantFrom(...keys),
    next: fc.constantFrom(...ends),
  });
  return fc.array(step, { minLength: 1, maxLength: 60 });
}

interface Admission {
  readonly key: string;
  readonly atMs: number;
}

/** Runs the steps, with restarts, and returns the time of each admission and of each refusal. */
async function run(rule: LimitRule, steps: readonly Step[]) {
  const leases = new Map<string, readonly Lease[]>();
  const start = () => createRateLimiter(createMemoryLimitStore({ leases }), { capacity: 2 });
  let limiter = start();
  let nowMs = NOON;
  let restarts = 0;
  const admitted: Admission[] = [];
  const refused: { key: string; atMs: number; resetAtMs: number; restarts: number; taken: number }[] = [];
  for (const { waitMs, requests, key, next } of steps) {
    nowMs += waitMs;
    const answers = await Promise.all(
      Array.from({ length: requests }, async () => limiter.admit(key, rule, nowMs)),
    );
    for (const answer of answers.toSorted((a, b) => Number(a !== null) - Number(b !== null)))
      if (answer === null) admitted.push({ key, atMs: nowMs });
      else
        refused.push({
          key,
          atMs: nowMs,
          resetAtMs: answer.resetAtMs,
          restarts,
          taken: inWindow(rule, admitted, { key, atMs: nowMs }),
        });
    if (next === 'close') await limiter.close(nowMs);
    if (next === 'die while leasing') {
      void limiter.admit(key, rule, nowMs);
      restarts += 1;
    }
    if (next === 'die') restarts += 1;
    if (next !== 'go on') limiter = start();
  }
  return { admitted, refused, limiter, nowMs };
}

/** Admissions of the key that the rule's window holds at an instant. */
function inWindow(
  { window, windowMs }: LimitRule,
  admitted: readonly Admission[],
  { key, atMs }: Admission,
): number {
  const startMs = window === 'sliding' ? atMs - windowMs + 1 : Math.floor(atMs / windowMs) * windowMs;
  return admitted.filter((one) => one.key === key && one.atMs >= startMs && one.atMs <= atMs).length;
}

describe('the rate limiter, whatever happens', () => {
  it('never admits more than the limit in any window, across restarts of every kind', async () => {
    await fc.assert(
      fc.asyncProperty(
        ruleArbitrary,
        stepsArbitrary(['go on', 'go on', 'close', 'die', 'die while leasing']),
        async (rule, steps) => {
          const { admitted } = await run(rule, steps);
          for (const one of admitted) expect(inWindow(rule, admitted, one)).toBeLessThanOrEqual(rule.count);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses only when the limit is used up, but for less than a portion', async () => {
    await fc.assert(
      fc.asyncProperty(ruleArbitrary, stepsArbitrary(['go on', 'go on', 'close']), async (rule, steps) => {
        const { refused } = await run(rule, steps);
        const portionCount = Math.max(1, Math.floor(rule.count / 20));
        for (const { taken } of refused) expect(taken).toBeGreaterThan(rule.count - portionCount);
      }),
      { numRuns: 300 },
    );
  });

  it('loses at most a portion by being killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        ruleArbitrary,
        stepsArbitrary(['go on', 'go on', 'die', 'die while leasing']),
        async (rule, steps) => {
          const { refused } = await run(rule, steps);
          const portionCount = Math.max(1, Math.floor(rule.count / 20));
          for (const { taken, restarts } of refused)
            expect(taken).toBeGreaterThan(rule.count - portionCount * (1 + 2 * restarts));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    // A crash counts against keys that the process never saw, also where they had been told a time before.
    { who: 'a key that is told', ends: ['go on', 'close', 'die'] as const, keys: ['key'] },
    { who: 'any key, without a crash', ends: ['go on', 'close'] as const, keys: KEYS },
  ])('admits again when it said that it would: $who', async ({ ends, keys }) => {
    await fc.assert(
      fc.asyncProperty(ruleArbitrary, stepsArbitrary(ends, keys), async (rule, steps) => {
        const { refused, limiter, nowMs } = await run(rule, steps);
        const last = refused.at(-1);
        // From that time on, requests of the run itself may have used the limit up again.
        if (last === undefined || last.resetAtMs <= nowMs) return;
        expect(await limiter.admit(last.key, rule, last.resetAtMs)).toBeNull();
      }),
    );
  });

  it('never admits more than the limit through processes that share a store', async () => {
    await fc.assert(
      fc.asyncProperty(ruleArbitrary, stepsArbitrary(['go on']), async (rule, steps) => {
        const store = createMemoryLimitStore({ isShared: true });
        const limiters = [createRateLimiter(store), createRateLimiter(store), createRateLimiter(store)];
        const admitted: Admission[] = [];
        let nowMs = NOON;
        for (const { waitMs, requests } of steps) {
          nowMs += waitMs;
          const answers = await Promise.all(
            Array.from({ length: requests }, async (_, index) =>
              limiters[index % 3]?.admit('key', rule, nowMs),
            ),
          );
          for (const answer of answers) if (answer === null) admitted.push({ key: 'key', atMs: nowMs });
        }
        for (const one of admitted) expect(inWindow(rule, admitted, one)).toBeLessThanOrEqual(rule.count);
      }),
      { numRuns: 200 },
    );
  });
});

function counted(store: LimitStore): { store: LimitStore; calls: () => number } {
  let calls = 0;
  return {
    store: {
      ...store,
      lease: (request) => {
        calls += 1;
        return store.lease(request);
      },
      leaseBlanket: (request) => {
        calls += 1;
        return store.leaseBlanket(request);
      },
    },
    calls: () => calls,
  };
}
