import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../core/entry.ts';
import { encodeEntry } from '../../core/entry-format.ts';
import type { StoredRow } from './stored-row.ts';
import { packRows, toRecorded, unpackRows } from './stored-row.ts';

const closed = (id: string, version: number): Entry => ({
  kind: 'AccountClosed',
  accountId: 'acme',
  version,
  atMs: version,
  change: { id, fingerprint: 'f', personalDigest: null, actor: null },
});

const rows = fc.array(
  fc
    .record({ id: fc.string(), name: fc.option(fc.string()), hash: fc.stringMatching(/^[0-9a-f]{64}$/) })
    .map(({ id, name, hash }) => ({ id, hash, personal: name === null ? null : JSON.stringify({ name }) })),
);

describe('a row whose text is no entry', () => {
  it('is damage of the files, and no bug', () => {
    const row = { accountId: 'acme', version: 7, body: '{"format":2,"kind":oull}', personal: null, hash: '' };
    expect(() => toRecorded(row)).toThrow(
      expect.objectContaining({
        code: 'store-unreadable',
        cause: expect.objectContaining({ message: expect.stringContaining('version 7 of acme') }),
      }),
    );
  });
});

describe('rows on their way between threads', () => {
  it('come out as they went in, each with its own personal part', () => {
    fc.assert(
      fc.property(rows, (made) => {
        const sent = made.map(({ id, ...row }, at): StoredRow => ({
          ...row,
          position: 1000 - at,
          accountId: 'acme',
          version: at + 1,
          body: encodeEntry(closed(id, at + 1)),
        }));
        expect(unpackRows(structuredClone(packRows(sent)))).toEqual(sent.map(toRecorded));
      }),
    );
  });
});
