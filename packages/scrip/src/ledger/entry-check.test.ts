import { expect, it } from 'vitest';
import { openScenario } from '../../../../test/support/account-scenario.ts';
import { keptBytes, largeText } from '../../../../test/support/kept-bytes.ts';
import type { CreditsDebited } from '../core/entry.ts';
import { decodeState, encodeEntry, encodeState } from '../core/entry-format.ts';
import { CHAIN_START, chainHash } from './digest.ts';
import { createEntryCheck } from './entry-check.ts';

/** A debit of nothing, after the entry with which its account began. */
function freeDebit(accountId: string) {
  const entry: CreditsDebited = {
    accountId,
    version: 2,
    kind: 'CreditsDebited',
    atMs: 0,
    change: { id: 'debit', fingerprint: '', personalDigest: null, actor: null },
    pool: 'standard',
    amountMicros: 0n,
    action: null,
    quantityMicros: null,
    rateCardVersion: null,
    settledMicros: 0n,
    heldMicros: 0n,
    occurredAtMs: null,
    draws: [],
  };
  return { accountId, version: 2, body: encodeEntry(entry) };
}

it('a check keeps no memory of the texts that entries were read in, also after a seal', () => {
  const opened = openScenario().stored();
  const ids = Array.from({ length: 50 }, (_, at) => `customer-${1000 + at}`);
  const ends = ids.map((accountId) => ({ accountId, version: 1, hash: CHAIN_START }));
  const bytes = keptBytes(() => {
    const stateOf = (id: string) => decodeState(encodeState({ ...opened, id, version: 1 }));
    const check = createEntryCheck({ ends, stateOf });
    for (const [at, id] of ids.entries()) {
      const entry = freeDebit(largeText(id).slice(0, id.length));
      check.add({ ...entry, number: 51 + at, personal: null, hash: chainHash(CHAIN_START, entry) });
    }
    return check;
  });
  expect(bytes).toBeLessThan(4_000_000);
});
