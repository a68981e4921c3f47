import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountScenario } from '../../../../../test/support/account-scenario.ts';
import { openScenario } from '../../../../../test/support/account-scenario.ts';
import { randomLife, takeStep } from '../../../../../test/support/random-commands.ts';
import type { AccountState } from '../../core/account.ts';
import type { Command } from '../../core/command.ts';
import { eachHold } from '../../core/hold-tree.ts';
import { packAccount, unpackAccount } from './pack-account.ts';

const HASH = 'ab'.repeat(32);

/** What must not change. Trees of the same holds may have grown in different ways. */
const comparable = ({ holds, ...state }: AccountState, hash: string) => ({
  ...state,
  holds: [...eachHold(holds)],
  firstHold: holds?.first,
  hash,
});

/** The account after it was packed and unpacked. */
function repacked(state: AccountState, hash: string) {
  const packed = packAccount({ decided: { state, hash }, durable: state, snapshotVersion: 7 });
  // Something else before it and behind it, as in a slab.
  const bytes = Buffer.concat([Buffer.alloc(3, 0xff), packed, Buffer.alloc(3, 0xff)]);
  const { decided, durable, snapshotVersion } = unpackAccount(state.id, bytes, 3);
  expect(durable).toBe(decided.state);
  expect(snapshotVersion).toBe(7);
  return comparable(decided.state, decided.hash);
}

const addKey = (digest: string): Command => ({
  kind: 'AddKey',
  keyId: `key-${digest.length}`,
  digest,
  role: digest.length > 70 ? 'spend' : null,
});

function liveWithKeys(account: AccountScenario, steps: Parameters<typeof takeStep>[0][]): void {
  for (const [at, step] of steps.entries()) {
    const command = takeStep(step, account);
    if (command !== null) account.attempt(command, { actor: at % 2 === 0 ? 'key-1' : null });
    if (at % 10 === 5) account.attempt(addKey('0123456789abcdef'.repeat(4 + (at % 3))));
    const state = account.stored();
    expect(repacked(state, HASH)).toEqual(comparable(state, HASH));
  }
}

describe('a packed account', () => {
  it('is the same when it is unpacked, at every step of a random life', () => {
    const seen = { pools: 0, lots: 0, series: 0, voided: 0, holds: 0, keys: 0, overdraft: 0 };
    fc.assert(
      fc.property(randomLife, (steps) => {
        const account = openScenario();
        liveWithKeys(account, [...steps]);
        const { pools, series, voided, holds, keys } = account.stored();
        seen.pools += pools.length;
        for (const { lots, overdraftMicros } of pools) {
          seen.lots += lots.length;
          if (overdraftMicros > 0n) seen.overdraft += 1;
        }
        seen.series += series.length;
        seen.voided += voided.length;
        seen.holds += holds?.size ?? 0;
        seen.keys += keys.length;
        account.attempt({ kind: 'CloseAccount' });
        const closed = account.stored();
        expect(repacked(closed, HASH)).toEqual(comparable(closed, HASH));
      }),
      { numRuns: 60 },
    );
    // A life without them would say nothing of them.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });

  it('is the same with amounts, times and texts beyond the usual', () => {
    const { stored } = openScenario();
    const micros = fc.oneof(
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.constantFrom(0n, 2n ** 52n, 2n ** 52n + 1n, 2n ** 63n - 1n, -1n),
    );
    const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(2 ** 52, 2 ** 52 + 1, 0.5));
    // Any text of 16-bit units, halves of pairs among them.
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '\ud800', 'e\u0301', 'ab'.repeat(32), 'AB'.repeat(32)),
    );
    fc.assert(
      fc.property(micros, number, text, text, (amountMicros, atMs, id, pool) => {
        const lot = { grantId: id, kind: 'recurring' as const, priority: atMs, grantedAtMs: atMs };
        const state: AccountState = {
          ...stored(),
          timezone: pool,
          pools: [
            {
              pool,
              lots: [
                { ...lot, expiresAtMs: atMs, version: 3, freeMicros: amountMicros, heldMicros: amountMicros },
              ],
              settledMicros: amountMicros,
              heldMicros: amountMicros,
              overdraftMicros: amountMicros,
              changedAtMs: atMs,
            },
          ],
          voided: [{ grantId: id, atMs }],
        };
        expect(repacked(state, id)).toEqual(comparable(state, id));
      }),
    );
  });

  it('cannot be one of which something is not durable', () => {
    const account = openScenario();
    const durable = account.stored();
    account.attempt(addKey('ab'.repeat(32)));
    const decided = { state: account.stored(), hash: '' };
    expect(() => packAccount({ decided, durable, snapshotVersion: 0 })).toThrow('acme cannot be packed');
  });
});
