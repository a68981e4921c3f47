import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RATE_CARD_STREAM } from '../../../core/account.ts';
import type { ChainedEntry } from '../../../ledger/chain-verifier.ts';
import { linkOf } from '../../../ledger/digest.ts';
import { encodeBlocks } from '../entry-block.ts';
import type { EntryRows, Range } from '../entry-rows.ts';
import { entryWindows } from './entry-windows.ts';
import { isInShare } from './share.ts';

const ACCOUNTS = ['acme', 'acmf', 'b', 'böse-Ümlaut', 'customer-000017', RATE_CARD_STREAM];
function entryOf(accountId: string, at: number): ChainedEntry {
  const stored = { accountId, version: at, body: '{}' };
  return { position: at + 1, ...stored, hash: 'f', link: linkOf(stored) };
}

const journals = fc
  .array(fc.constantFrom(...ACCOUNTS), { minLength: 1, maxLength: 200 })
  .map((accounts) => accounts.map((accountId, at) => entryOf(accountId, at)));

/** Blocks of these entries, and an error where `broken` is reached. */
function rowsOf(entries: readonly ChainedEntry[], broken = Infinity): Pick<EntryRows, 'blocks'> {
  return {
    blocks: function* blocks({ after, upTo }: Range) {
      for (let at = 0; at < entries.length; at += 7) {
        const [block] = encodeBlocks(at + 1, entries.slice(at, at + 7));
        if (block === undefined || block.lastPosition <= after || at >= upTo) continue;
        if (block.lastPosition >= broken) throw new Error('broken');
        yield block;
      }
    },
  };
}

function visited(rows: Pick<EntryRows, 'blocks'>, share: { index: number; of: number }, range: Range) {
  const windows: ChainedEntry[][] = [];
  const ranges: Range[] = [];
  let error: unknown = null;
  try {
    for (const window of entryWindows(rows, share, range)) {
      const entries: ChainedEntry[] = [];
      window.each((entry) => entries.push(entry));
      windows.push(entries);
      ranges.push({ ...window.range });
    }
  } catch (thrown) {
    error = thrown;
  }
  return { windows, ranges, error };
}

const byPosition = (a: ChainedEntry, b: ChainedEntry) => a.position - b.position;
const range = (entries: readonly ChainedEntry[]): Range => ({ after: 0, upTo: entries.length });

describe('windows of entries', () => {
  it('visit every entry of their share once, those of an account in their order', () => {
    fc.assert(
      fc.property(journals, fc.integer({ min: 1, max: 3 }), (entries, of) => {
        for (let index = 0; index < of; index += 1) {
          const share = { index, of };
          const seen = visited(rowsOf(entries), share, range(entries)).windows.flat();
          const isMine = ({ accountId }: ChainedEntry) =>
            isInShare(share, accountId) || accountId === RATE_CARD_STREAM;
          expect(seen.toSorted(byPosition)).toEqual(entries.filter(isMine));
          for (const account of ACCOUNTS) {
            const own = seen.filter(({ accountId }) => accountId === account);
            expect(own).toEqual(own.toSorted(byPosition));
          }
        }
      }),
    );
  });

  it('visit what stands before a rate card before it, and what stands after it later', () => {
    fc.assert(
      fc.property(journals, (entries) => {
        const seen = visited(rowsOf(entries), { index: 0, of: 1 }, range(entries)).windows.flat();
        const isBefore = seen.map(
          ({ accountId, position }, at) =>
            accountId !== RATE_CARD_STREAM || seen.slice(0, at).every((entry) => entry.position < position),
        );
        expect(isBefore).not.toContain(false);
      }),
    );
  });

  it('visit an account’s entries one after another', () => {
    const entries = Array.from({ length: 90 }, (_, at) => entryOf(['acme', 'acmf', 'b'][at % 3] ?? '', at));
    const accounts = visited(rowsOf(entries), { index: 0, of: 1 }, range(entries)).windows.map((window) =>
      window.map(({ accountId }) => accountId),
    );
    expect(accounts.flatMap((ids) => ids.filter((id, at) => id !== ids[at - 1]))).toHaveLength(3);
  });

  it('cover their range place by place, and nothing beyond it', () => {
    fc.assert(
      fc.property(journals, fc.nat(200), fc.nat(200), (entries, one, other) => {
        const [after, upTo] = [Math.min(one, other), Math.max(one, other)];
        const { windows, ranges } = visited(rowsOf(entries), { index: 0, of: 1 }, { after, upTo });
        expect(ranges[0]?.after).toBe(after);
        for (const [at, { after: begin }] of ranges.entries())
          if (at > 0) expect(begin).toBe(ranges[at - 1]?.upTo);
        const within = entries.filter(({ position }) => position > after && position <= upTo);
        expect(windows.flat().toSorted(byPosition)).toEqual(within);
        expect(ranges.at(-1)?.upTo).toBe(within.at(-1)?.position ?? after);
      }),
    );
  });

  it('of a share with few entries have an end all the same, because the personal parts of all are read', () => {
    const entries = Array.from({ length: 150_000 }, (_, at) => entryOf('acme', at));
    const index = isInShare({ index: 0, of: 2 }, 'acme') ? 1 : 0;
    const { windows, ranges } = visited(rowsOf(entries), { index, of: 2 }, range(entries));
    expect(windows.flat()).toEqual([]);
    expect(Math.max(...ranges.map(({ after, upTo }) => upTo - after))).toBeLessThan(66_000);
    expect(ranges.at(-1)?.upTo).toBe(150_000);
  });

  it('show what could be read before they throw', () => {
    const entries = Array.from({ length: 30 }, (_, at) => entryOf(`a${at % 4}`, at));
    const { windows, ranges, error } = visited(rowsOf(entries, 20), { index: 0, of: 1 }, range(entries));
    expect(windows.flat()).toHaveLength(14);
    expect(ranges.at(-1)?.upTo).toBe(14);
    expect(error).toEqual(new Error('broken'));
  });
});
