import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anchorOf, anchorOfEnds, decodeAnchor, encodeAnchor, encodeEnds } from './anchor.ts';

const one = { accountId: 'acme', version: 2, hash: 'aa'.repeat(32) };
const other = { accountId: 'Zeta', version: 3, hash: 'bb'.repeat(32) };

describe('an anchor', () => {
  it('is the digest of every chain end in the order of the ids, and counts the entries', () => {
    const lines = `Zeta 3 ${other.hash}\nacme 2 ${one.hash}\n`;
    const digest = createHash('sha256').update(lines).digest('hex');
    expect(anchorOf([one, other])).toEqual({ entries: 5, digest });
  });

  it('does not depend on the order in which the chains are met', () => {
    expect(anchorOf([other, one])).toEqual(anchorOf([one, other]));
  });

  it('does not depend on how the chains are dealt out', () => {
    // Of two that begin alike, the one that goes on with what sorts before a blank.
    const ends = [one, other, ...['acme\t', 'acme b', 'b', '$c'].map((accountId) => ({ ...one, accountId }))];
    const dealt = [[0, 2, 4], [], [1, 3], [5]].map((group) =>
      encodeEnds(group.flatMap((at) => ends[at] ?? [])),
    );
    expect(anchorOfEnds(dealt)).toEqual(anchorOf(ends));
  });

  it('differs when one hash, one version or one account differs', () => {
    const { digest } = anchorOf([one, other]);
    expect(anchorOf([one, { ...other, hash: 'bc'.repeat(32) }]).digest).not.toBe(digest);
    expect(anchorOf([one, { ...other, version: 4 }]).digest).not.toBe(digest);
    expect(anchorOf([one, { ...other, accountId: 'Zita' }]).digest).not.toBe(digest);
    expect(anchorOf([one]).digest).not.toBe(digest);
  });

  it('refuses two ends of one chain', () => {
    expect(() => anchorOf([one, { ...one, version: 1 }])).toThrow('the chain of acme has two ends');
    const texts = [[one, other], [one]].map(encodeEnds);
    expect(() => anchorOfEnds(texts)).toThrow('the chain of acme has two ends');
  });

  it('of an empty journal covers nothing', () => {
    expect(anchorOf([]).entries).toBe(0);
  });

  it('comes back from its text as it was', () => {
    const anchor = anchorOf([one, other]);
    expect(decodeAnchor(`${encodeAnchor(anchor)}\n`)).toEqual(anchor);
  });

  it('is not read from a text that is none', () => {
    const text = encodeAnchor(anchorOf([one]));
    for (const wrong of ['', 'x', text.slice(1), text.slice(0, -1), `${text}0`, text.replace(':2:', ':02:')])
      expect(decodeAnchor(wrong), wrong).toBeUndefined();
  });
});
