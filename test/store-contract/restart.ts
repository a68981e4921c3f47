import { expect, it } from 'vitest';
import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import { sumUsage } from '../../packages/scrip/src/core/usage.ts';
import type { RecordedEntry, Store } from '../../packages/scrip/src/ledger/store.ts';
import { withHoldsListed } from '../support/check-account.ts';
import {
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  refundDebit,
} from '../support/commands.ts';
import { addKey } from './keys-and-entries.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const recordOf = ({ entry, personal, hash }: RecordedEntry) => ({ entry, personal, hash });

/** All that a store tells of two accounts. */
async function tellAll(store: Store, [first, second]: readonly [string, string], digest: string) {
  const ids = [first, second, RATE_CARD_STREAM];
  const found = await store.findChange(first, 'debit');
  const entries = await store.entries({ accountId: first, afterVersion: 0, limit: 100 });
  return {
    accounts: await Promise.all(ids.map(async (id) => withHoldsListed(await store.account(id)))),
    ids: await store.accountIds({ after: null, limit: 1000 }),
    entries: entries.map(recordOf),
    found: [found?.recorded, found?.continuation].map((one) => (one ? recordOf(one) : null)),
    usage: sumUsage(await store.usage(first, { fromMs: 0, toMs: 1e15 }), ({ slotMs }) => `${slotMs}`),
    owner: await store.keyOwner(digest),
  };
}

export function describeRestart(under: StoreUnderTest): void {
  it('is the same, and goes on, after it was closed and opened again', async (context) => {
    const first = under.acme;
    const second = under.named('other');
    const digest = under.named('digest');
    await under.accept(first, {
      open: openAccount(),
      key: addKey('k', digest),
      grant: grantCredits(50n),
      debit: debitCredits(3n),
      hold: placeHold(4n),
      refund: refundDebit('debit', 1n),
    });
    await under.accept(second, { open: openAccount() });
    const before = await tellAll(under.store, [first, second], digest);
    context.skip(!(await under.restart()), 'this store keeps nothing');
    expect(await tellAll(under.store, [first, second], digest)).toEqual(before);
    expect(await under.change(first, 'debit', debitCredits(3n))).toMatchObject({ ok: true, replayed: true });
    expect(await under.change(first, 'debit', debitCredits(4n))).toMatchObject({
      rejection: { code: 'idempotency-mismatch' },
    });
    expect(await under.change(second, 'key', addKey('k', digest))).toMatchObject({
      rejection: { code: 'key-in-use' },
    });
    await under.accept(first, { capture: captureHold('hold'), rest: refundDebit('debit') });
    expect(await under.sample.available(first)).toBe(46n * CREDIT);
  });

  it('decides in order what memory has and what must be read from the disk first', async (context) => {
    const { acme } = under;
    await under.accept(acme, { open: openAccount(), grant: grantCredits(5n), used: debitCredits(5n) });
    context.skip(!(await under.restart()), 'this store keeps nothing');
    await under.accept(acme, { next: grantCredits(2n) });
    const other = under.named('other');
    const outcomes = await Promise.all([
      // Its debit is on the disk only; what it gives back must be there for all that was asked after it.
      under.change(acme, 'refund', refundDebit('used')),
      ...Array.from({ length: 7 }, (_, at) => under.change(acme, `debit-${at}`, debitCredits(1n))),
      under.change(other, 'open', openAccount()),
    ]);
    expect(outcomes.map((outcome) => outcome.ok && outcome.entry.version)).toEqual([
      5, 6, 7, 8, 9, 10, 11, 12, 1,
    ]);
  });
}
