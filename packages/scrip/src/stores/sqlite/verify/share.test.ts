import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { OPERATOR_STREAM, RATE_CARD_STREAM } from '../../../core/account.ts';
import { defineShares, inShare, isInShare } from './share.ts';

const sharesOf = (of: number) => Array.from({ length: of }, (_, index) => ({ index, of }));

describe('a share of the accounts', () => {
  it.each([
    ['count up', (at: number) => `customer-${String(at).padStart(7, '0')}`],
    ['end alike', (at: number) => `${at}@example.com`],
    ['are random', (at: number) => `${(at * 0.618_033) % 1}`],
  ])('has as many as the others of ids that %s', (_what, idOf) => {
    for (const of of [2, 6, 20, 40]) {
      const sizes = sharesOf(of).map(() => 0);
      for (let at = 0; at < 20_000; at += 1)
        for (const share of sharesOf(of))
          if (isInShare(share, idOf(at))) sizes[share.index] = (sizes[share.index] ?? 0) + 1;
      expect(sizes.reduce((sum, size) => sum + size)).toBe(20_000);
      expect(Math.max(...sizes)).toBeLessThan((20_000 / of) * 1.2);
    }
  });

  it('has the same accounts in SQL, and whatever a damaged row holds is in one of them', () => {
    const database = new DatabaseSync(':memory:');
    defineShares(database);
    database.exec('CREATE TABLE row (id)');
    const ids = ['acme', 'b', '', 'böse-Ümlaut', 'customer-000017', RATE_CARD_STREAM, OPERATOR_STREAM];
    const insert = database.prepare('INSERT INTO row VALUES (?)');
    for (const id of [...ids, null, 17, 2n ** 60n, 0.5, Buffer.from('x')]) insert.run(id);
    for (const of of [1, 2, 7, 40]) {
      const found = sharesOf(of).flatMap((share) => {
        const select = database.prepare(
          `SELECT rowid, id FROM row WHERE ${inShare(share, 'id')} AND rowid <> 10`,
        );
        const rows = select.all();
        for (const { id } of rows)
          if (typeof id === 'string') expect(isInShare(share, id), `${id} in ${share.index}`).toBe(true);
        const large = database.prepare(`SELECT rowid FROM row WHERE ${inShare(share, 'id')} AND rowid = 10`);
        return [...rows, ...large.all()].map(({ rowid }) => Number(rowid));
      });
      expect(found.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
  });
});
