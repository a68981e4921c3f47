import { expect, it } from 'vitest';
import { keptBytes, largeText } from '../../../../test/support/kept-bytes.ts';
import { createChainEnds } from './chain-ends.ts';
import { CHAIN_START, chainHash } from './digest.ts';

it('the ends of chains keep no memory of the texts that entries were read in', () => {
  const bytes = keptBytes(() => {
    const ends = createChainEnds();
    for (let number = 1; number <= 50; number += 1) {
      const accountId = largeText(`customer-${1000 + number}`).slice(0, 13);
      const entry = { accountId, version: 1, body: '[]' };
      ends.add({ ...entry, number, personal: null, hash: chainHash(CHAIN_START, entry) });
    }
    return ends;
  });
  expect(bytes).toBeLessThan(4_000_000);
});
