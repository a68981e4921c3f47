import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPriceTable } from './price-table.ts';

const directory = mkdtempSync(join(tmpdir(), 'scrip-prices-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const read = async (text: string | Uint8Array) => {
  const path = join(directory, 'prices.json');
  writeFileSync(path, text);
  return readPriceTable(path);
};

describe('a table of prices', () => {
  it('keeps every digit, and takes a card with its version', async () => {
    const { actions, pools } = await read(
      '{"version":3,"publishedAt":"2026-01-01T00:00:00.000Z","actions":{"far":{"pool":"credits","amount":9007199254740.993}}}',
    );
    expect(actions['far']).toMatchObject({ amountMicros: 9_007_199_254_740_993_000n, perMicros: 1_000_000n });
    expect(pools).toEqual([]);
  });

  it.each([
    ['[]', 'it is not a JSON object'],
    ['null', 'it is not a JSON object'],
    ['', 'it is not a JSON object'],
    ['{', 'JSON'],
    ['{}', '/actions is missing'],
    [Uint8Array.of(0x22, 0xff, 0x22), 'UTF-8'],
    ['{"actions":{"sms":{"pool":"credits","amount":"1e3"}}}', '/actions/sms/amount'],
    ['{"actions":{"sms":{"pool":"credits","amount":1,"per":0}}}', '/actions/sms/per'],
    ['{"actions":{"sms":{"pool":"credits","amount":1,"colour":"red"}}}', '/actions/sms/colour'],
  ])('is refused where it is %s', async (text, why) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'prices-invalid',
      message: expect.stringContaining(why),
    });
  });
});
