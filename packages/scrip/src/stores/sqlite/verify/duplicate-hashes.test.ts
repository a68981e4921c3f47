import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDuplicateHashes } from './duplicate-hashes.ts';

const leftBehind = () => readdirSync(tmpdir()).filter((name) => name.startsWith('scrip-hashes-')).length;

describe('a search for duplicates', () => {
  it('finds those that came more than once, however many fit into memory', () => {
    const before = leftBehind();
    const hashes = fc.array(fc.oneof(fc.nat({ max: 50 }), fc.maxSafeNat()), { maxLength: 200 });
    fc.assert(
      fc.property(hashes, fc.integer({ min: 1, max: 300 }), (added, inMemory) => {
        const duplicates = createDuplicateHashes(inMemory);
        for (const hash of added) duplicates.add(hash);
        const expected = added.filter((hash, at) => added.indexOf(hash) !== at);
        expect(duplicates.repeated()).toEqual(new Set(expected));
        duplicates.close();
      }),
      { numRuns: 60 },
    );
    expect(leftBehind()).toBe(before);
  });
});
