import { dialectNames, dialects, voxpria } from '@scrip/dialects';
import { describe, expect, it } from 'vitest';
import type { RateLimit, ServerSettings } from '../../config/settings.ts';
import { defaultServerSettings } from '../../config/settings.ts';
import type { Lease } from '../../ledger/lease.ts';
import { createMemoryLimitStore } from '../../stores/memory/limit-store.ts';
import { createVendorLimits } from './vendor-limits.ts';

const NOON = Date.UTC(2026, 2, 10, 12);

function open(settings: Partial<ServerSettings> = {}, leases = new Map<string, readonly Lease[]>()) {
  const all = { ...defaultServerSettings, ...settings };
  return createVendorLimits({ store: createMemoryLimitStore({ leases }), settings: all, now: () => NOON });
}

function openWithOwn(voicepartner: RateLimit | null) {
  return open({ accountLimits: { customer: { voicepartner } } });
}

/** How many of ten reads are admitted. */
async function admitted(
  limits: ReturnType<typeof open>,
  reader = { accountId: 'customer', digest: 'a' },
): Promise<number> {
  const refusals = await Promise.all(
    Array.from({ length: 10 }, async () => limits.admitRead('voicepartner', reader)),
  );
  return refusals.filter((refusal) => refusal === null).length;
}

describe('the limits of the vendors’ routes', () => {
  it('are each key’s own, in each dialect', async () => {
    const limits = open();
    expect(await admitted(limits)).toBe(5);
    expect(await admitted(limits)).toBe(0);
    expect(await admitted(limits, { accountId: 'customer', digest: 'b' })).toBe(5);
    expect(await limits.admitRead('ocean', { accountId: 'customer', digest: 'a' })).toBeNull();
  });

  it('may be another one, or none, for an account', async () => {
    expect(await admitted(openWithOwn({ count: 7, windowSeconds: 10 }))).toBe(7);
    expect(await admitted(openWithOwn(null))).toBe(10);
    expect(
      await admitted(openWithOwn({ count: 7, windowSeconds: 10 }), { accountId: 'another', digest: 'b' }),
    ).toBe(5);
    expect(await admitted(openWithOwn(null), { accountId: 'constructor', digest: 'c' })).toBe(5);
  });

  it('refuse a spend past the day’s count of its account, whichever key it is for', async () => {
    const limits = open({ oceanDailyLimit: 2 });
    expect(await limits.admitOceanSpend('customer')).toBeNull();
    expect(await limits.admitOceanSpend('customer')).toBeNull();
    expect(await limits.admitOceanSpend('customer')).toEqual({
      code: 'rate-limited',
      limit: 2,
      remaining: 0,
      resetAtMs: Date.UTC(2026, 2, 11),
      retryAfterSeconds: 43_200,
      policy: { name: 'ocean-day', windowSeconds: 86_400 },
    });
    expect(await limits.admitOceanSpend('another')).toBeNull();
  });

  it('are another number of spends a day for an account that has its own', async () => {
    const limits = open({ oceanDailyLimit: 1, accountLimits: { customer: { oceanDailyLimit: 2 } } });
    expect(await limits.oceanDay('customer')).toMatchObject({ requestsLeft: 2 });
    for (const accountId of ['customer', 'customer', 'another'])
      expect(await limits.admitOceanSpend(accountId)).toBeNull();
    expect(await limits.admitOceanSpend('customer')).toMatchObject({ code: 'rate-limited', limit: 2 });
    expect(await limits.admitOceanSpend('another')).toMatchObject({ code: 'rate-limited', limit: 1 });
    expect(await limits.oceanDay('constructor')).toMatchObject({ requestsLeft: 1 });
  });

  it('keep a day’s count through a restart', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const limits = open({}, leases);
    for (let spend = 0; spend < 3; spend += 1) await limits.admitOceanSpend('customer');
    await limits.close();
    expect(await open({}, leases).oceanDay('customer')).toEqual({
      requestsLeft: 997,
      secondsToReset: 43_200,
    });
  });

  it('name no key in what they keep', async () => {
    const leases = new Map<string, readonly Lease[]>();
    const limits = open({}, leases);
    await limits.admitRead('voicepartner', { accountId: 'customer', digest: 'digest-of-the-key' });
    await limits.admitOceanSpend('customer');
    expect([...leases.keys()]).toEqual(['voicepartner digest-of-the-key', 'ocean-day customer']);
  });
});

it('the limits of a server are the vendors’ own, where nothing else is set', () => {
  const { dialects: set, oceanDailyLimit, creditPriceMicros } = defaultServerSettings;
  for (const vendor of dialectNames) {
    const [own, ...others] = dialects[vendor].limits.filter(({ counts }) => counts === 'reads');
    expect(others).toEqual([]);
    expect(set[vendor].limit).toEqual(
      own === undefined ? null : { count: own.requests, windowSeconds: own.windowSeconds },
    );
  }
  const ofSpends = dialects.ocean.limits.find(({ counts }) => counts === 'spends');
  expect(oceanDailyLimit).toBe(ofSpends?.requests);
  expect(creditPriceMicros).toBe(voxpria.defaultCreditPriceMicros);
});
