import { expect, it } from 'vitest';
import { addUsed, isSameSum, noSums } from './row-digest.ts';

it('what was used comes to the same sum entry by entry and as one row, however many they are', () => {
  const calls = 3_999_999;
  for (const second of [1, 2, 3]) {
    const [one, many] = [noSums().usage, noSums().usage];
    addUsed(one, { first: 77, second, used: 6 * calls, calls });
    for (let call = 0; call < calls; call += 1) addUsed(many, { first: 77, second, used: 6, calls: 1 });
    expect(isSameSum(one, many, 'usage')).toBe(true);
  }
});
