import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockEntry } from './entry-block.ts';
import { BrokenBlock, eachOfBlock, encodeBlocks, indexBlock } from './entry-block.ts';

const entries = fc.array(
  fc.record({
    accountId: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
    version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    body: fc.string({ maxLength: 5000 }).map((text) => JSON.stringify({ text })),
    hash: fc.stringMatching(/^[0-9a-f]{64}$/),
  }),
  { maxLength: 60 },
);

describe('blocks of entries', () => {
  it('hold every entry once, in order, and give each by its position', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 1e9 }), (written, first) => {
        const blocks = encodeBlocks(first, written);
        const read: BlockEntry[] = [];
        for (const block of blocks) eachOfBlock(block, (entry) => read.push(entry));
        expect(read).toEqual(written.map((entry, at) => ({ position: first + at, ...entry })));
        for (const [at, entry] of written.entries()) {
          const block = blocks.find(({ lastPosition }) => lastPosition >= first + at);
          const found = block === undefined ? null : indexBlock(block)(first + at);
          expect(found).toEqual({ position: first + at, ...entry });
        }
      }),
    );
  });

  it('fit a page of the file, but for an entry that is larger by itself', () => {
    fc.assert(
      fc.property(entries, (written) => {
        for (const { text } of encodeBlocks(1, written))
          expect(text.length <= 4000 || text.split('\n').length === 4).toBe(true);
      }),
    );
  });

  it('that lack a line, or have one too many, are no blocks', () => {
    for (const text of ['', 'a\n1\n{}', 'a\n1\n{}\n00\n', 'a\n1\n{}\n00\nb']) {
      const block = { lastPosition: 3, text };
      expect(() => eachOfBlock(block, () => {})).toThrow(BrokenBlock);
      expect(() => indexBlock(block)).toThrow(BrokenBlock);
    }
  });

  it('have nothing before their first entry, and nothing after their last one', () => {
    const find = indexBlock({ lastPosition: 3, text: 'a\n1\n{}\n00' });
    expect([2, 3, 4].map((position) => find(position)?.position)).toEqual([undefined, 3, undefined]);
  });
});
