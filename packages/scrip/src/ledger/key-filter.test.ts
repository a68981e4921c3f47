import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addFilter, addKey, mayHaveKey, newKeyFilter } from './key-filter.ts';

const digestOf = (index: number) => createHash('sha256').update(`${index}`).digest('hex');

describe('a key filter', () => {
  it.each([
    ['digests', digestOf],
    ['numbered ids', (index: number) => `a${index.toString().padStart(8, '0')}`],
  ])('has every key that was added, and few others: %s', (_what, keyOf) => {
    const filter = newKeyFilter();
    for (let index = 0; index < 20_000; index += 1) addKey(filter, keyOf(index));
    let others = 0;
    for (let index = 0; index < 20_000; index += 1) {
      expect(mayHaveKey(filter, keyOf(index))).toBe(true);
      if (mayHaveKey(filter, keyOf(1_000_000 + index))) others += 1;
    }
    expect(others).toBeLessThan(400);
  });

  it('has what another had when it was added to it', () => {
    const [one, other] = [newKeyFilter(), newKeyFilter()];
    addKey(one, 'own');
    addKey(other, 'key');
    addFilter(one, other);
    expect(['own', 'key', 'a third'].map((key) => mayHaveKey(one, key))).toEqual([true, true, false]);
  });
});
