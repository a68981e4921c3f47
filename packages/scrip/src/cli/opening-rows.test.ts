import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POOLS } from '../config/default-catalog.ts';
import { readOpeningRows } from './opening-rows.ts';

const read = (bytes: string | Buffer, defaultPool = 'standard') =>
  readOpeningRows(Readable.from([Buffer.from(bytes)]), { defaultPool, pools: DEFAULT_POOLS, nowMs: 0 });

describe('a CSV file of balances', () => {
  it('may have a mark at its start, quotes, spaces, empty lines and the line ends of Windows', async () => {
    const { lines, openings, bad } = await read(
      '\ufeffid, balance ,name\r\n\r\n"a" , 1.50 ,"B ""C"", D"\r\n',
    );
    expect({ lines, bad }).toEqual({ lines: 1, bad: [] });
    expect(openings).toMatchObject([
      { accountId: 'a', name: 'B "C", D', grants: [{ amountMicros: 1_500_000n }] },
    ]);
  });

  it('makes one account of lines with different pools', async () => {
    const { openings } = await read('id,balance,pool,name\na,1,,A\nb,2,,\na,3,email,\n');
    expect(openings.map(({ accountId, grants }) => [accountId, grants.map(({ pool }) => pool)])).toEqual([
      ['a', ['standard', 'email']],
      ['b', ['standard']],
    ]);
  });

  it('is counted by the lines of the file', async () => {
    const { bad } = await read('id,balance,name\na,1,"two\nlines"\n\nb,-1,\n');
    expect(bad.map(({ line, column }) => [line, column])).toEqual([
      [3, 'name'],
      [5, 'balance'],
    ]);
  });

  it.each([
    ['Infinity', 'must be a plain decimal'],
    ['99999999999999', 'must be at most 9223372036854.775807'],
  ])('says of the balance %s what it must be', async (balance, says) => {
    const { bad } = await read(`id,balance\na,${balance}\n`);
    expect(bad).toMatchObject([{ line: 2, column: 'balance', detail: expect.stringContaining(says) }]);
  });

  it('is wrong in every line when the pool of all is not known', async () => {
    const { bad } = await read('id,balance\na,1\nb,2\n', 'gold');
    expect(bad.map(({ line, column }) => [line, column])).toEqual([
      [2, 'pool'],
      [3, 'pool'],
    ]);
  });

  it.each([
    ['', /it is empty/],
    ['id,credits\na,1\n', /its first line names credits, and may name id, name, balance/],
    ['id,name\na,b\n', /must name the columns id and balance/],
    ['id,balance,id\na,1,b\n', /names the column id twice/],
    ['id;balance\na;1\n', /columns are separated by commas/],
    ['id,balance,\na,1,\n', /its first line has an unnamed column/],
    ['id,balance\nb,1\n"a,1\n\n', /a quote in line 3 or after is not closed/],
    [Buffer.from('id,name,balance\na,Caf\xe9,1\n', 'latin1'), /it is not UTF-8/],
  ])('is refused as a whole when it cannot be read (%#)', async (bytes, says) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'balances-invalid',
      message: expect.stringMatching(says),
    });
  });
});
