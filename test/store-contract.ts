import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeChanges } from './store-contract/changes.ts';
import { describeErasing } from './store-contract/erasing.ts';
import { describeKeysAndEntries } from './store-contract/keys-and-entries.ts';
import { describeReads } from './store-contract/reads.ts';
import { describeRestart } from './store-contract/restart.ts';
import type { OpenedStore } from './store-contract/store-under-test.ts';
import { createStoreUnderTest } from './store-contract/store-under-test.ts';
import { describeTransactions } from './store-contract/transactions.ts';

/** What every store must do, whatever it is made of. `open` gives an empty one. */
export function describeStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store`, () => {
    const under = createStoreUnderTest(open);
    beforeAll(() => under.begin());
    beforeEach(() => under.next());
    afterAll(() => under.end());

    it('is healthy, and says so', () => {
      expect(under.store.health()).toMatchObject({ writable: true, readable: true, reason: null });
    });

    describeTransactions(under);
    describeChanges(under);
    describeReads(under);
    describeKeysAndEntries(under);
    describeErasing(under);
    describeRestart(under);
  });
}
