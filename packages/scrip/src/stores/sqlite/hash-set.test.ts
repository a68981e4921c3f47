import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHashSet } from './hash-set.ts';

const MAX_HASH = 2 ** 53 - 1;

it('a set of hashes holds what was added, once, and nothing else', () => {
  // Few different low bits, so that places are contended.
  const hash = fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 0, max: 20 }).map((n) => n * 64),
    fc.integer({ min: 0, max: MAX_HASH }),
  );
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 30 }), fc.array(hash), (added, asked) => {
      const set = createHashSet(30);
      for (const one of added) set.add(one);
      expect(set.size()).toBe(new Set(added).size);
      for (const one of [...added, ...asked]) expect(set.has(one)).toBe(added.includes(one));
    }),
  );
});

it('a set of hashes refuses more than it was made for', () => {
  const set = createHashSet(2);
  set.add(0);
  set.add(MAX_HASH);
  set.add(0);
  expect(() => set.add(1)).toThrow('a set of 2 hashes is full');
});
