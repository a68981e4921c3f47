import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { LineFormat } from './debit-lines.ts';
import { formatOf, readDebitLines } from './debit-lines.ts';

async function read(chunks: readonly (string | Buffer)[], format: LineFormat) {
  const stream = Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );
  const lines = [];
  for await (const line of readDebitLines(stream, format)) lines.push(line);
  return lines;
}

describe('lines of NDJSON', () => {
  it('are sent as they stand, digit for digit', async () => {
    const line = '{"id":"a","quantity":0.1000000000000000055}';
    expect(await read([line], 'ndjson')).toEqual([{ number: 1, json: line }]);
  });

  it('are counted with the empty ones between them, which are left out', async () => {
    expect(await read(['{"a":1}\n\n  \r\n{"b":2}\r\n'], 'ndjson')).toMatchObject([
      { number: 1 },
      { number: 4 },
    ]);
  });

  it('may be cut anywhere by the reading, in the middle of a character too', async () => {
    const bytes = Buffer.from('{"id":"é"}\n{"id":"b"}\n');
    const cut = bytes.indexOf(0xc3) + 1;
    expect(await read([bytes.subarray(0, cut), bytes.subarray(cut)], 'ndjson')).toEqual([
      { number: 1, json: '{"id":"é"}' },
      { number: 2, json: '{"id":"b"}' },
    ]);
  });

  it('end at line feeds only: JSON may hold other separators', async () => {
    expect(await read(['{"note":"a\u2028b"}\n'], 'ndjson')).toEqual([
      { number: 1, json: '{"note":"a\u2028b"}' },
    ]);
  });

  it('are refused as a whole where they are not UTF-8', async () => {
    await expect(read([Buffer.from([0x7b, 0xff])], 'ndjson')).rejects.toThrow('line 1 is not UTF-8');
    await expect(read([Buffer.from([0xc3])], 'ndjson')).rejects.toThrow('line 1 is not UTF-8');
  });
});

describe('a line of NDJSON', () => {
  it('is refused for its length where it is longer than any can be', async () => {
    const part = Buffer.alloc(33 * 1024 * 1024, 'a');
    await expect(read(['{}\n', part, part], 'ndjson')).rejects.toThrow(
      'line 2 is not UTF-8 of at most 64 MB',
    );
  });
});

describe('lines of CSV', () => {
  it('become objects by the names in the first line, with texts for numbers', async () => {
    expect(await read(['\u{feff}id,accountId,action,quantity\r\na,acme,sms,3\r\n'], 'csv')).toEqual([
      { number: 2, json: '{"id":"a","accountId":"acme","action":"sms","quantity":"3"}' },
    ]);
  });

  it('say nothing by an empty cell', async () => {
    expect(await read(['id,accountId,action\na,acme,\n'], 'csv')).toMatchObject([
      { json: '{"id":"a","accountId":"acme"}' },
    ]);
  });

  it('may hold commas, quotes and line breaks in quotes', async () => {
    const [line] = await read(['id,accountId,metadata\n"a,""b""",acme,"{""n"":\n1.50}"\n'], 'csv');
    expect(line?.json).toBe(String.raw`{"id":"a,\"b\"","accountId":"acme","metadata":{"n": 1.50}}`);
    expect(line?.json).not.toContain('\n');
  });

  it.each([
    ['id,accountId,cost\na,b,c\n', /names cost, and may name id, accountId/],
    ['id,action\na,sms\n', /must name the columns id and accountId/],
    ['id,accountId,metadata\na,b,{\n', /the metadata in line 2 is not JSON/],
    ['id,accountId\na,b,c\n', /line 2 has 3 cells, and the first line 2/],
    ['id,accountId\n\na,b\n"a,b\nc,d\n', /a quote in line 4 or after is not closed/],
    ['id,accountId\na"b,c\n', /a quote in line 2 or after is not closed, or stands amid a cell/],
    ['id,accountId\n"a\nb"c,d\n', /a quote in line 2 or after/],
    ['id;accountId\na;b\n', /columns are separated by commas/],
    ['id,accountId,\na,b,\n', /its first line has an unnamed column\./],
  ])('are refused as a whole where they are %j', async (text, why) => {
    await expect(read([text], 'csv')).rejects.toThrow(why);
  });

  it('are refused where the first line names a column twice', async () => {
    await expect(read(['id,accountId,pool,amount,amount\nx,acme,standard,1,100\n'], 'csv')).rejects.toThrow(
      'its first line names the column amount twice',
    );
  });

  it('are refused where a quote takes more into one of them than a line can hold', async () => {
    const text = `id,accountId\na,b\n"a,${'b\n'.repeat(600_000)}`;
    await expect(read([text], 'csv')).rejects.toThrow('a record in line 3 or after is longer than 1 MiB');
  });

  it('are refused where they are not UTF-8', async () => {
    const bytes = Buffer.from('id,accountId,metadata\nx,acme,"{""a"":""\u00e9""}"\n', 'latin1');
    await expect(read([bytes], 'csv')).rejects.toThrow('it is not UTF-8');
  });
});

describe('the format of a file', () => {
  it.each([
    ['a.csv', 'csv'],
    ['A.CSV', 'csv'],
    ['a.ndjson', 'ndjson'],
    ['-', 'ndjson'],
  ])('named %s is %s', (file, format) => {
    expect(formatOf(file)).toBe(format);
  });
});
