import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCampaign } from './campaign-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'scrip-campaign-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const read = async (text: string | Uint8Array) => {
  const path = join(directory, 'campaign.csv');
  writeFileSync(path, text);
  return readCampaign(path);
};

describe("a campaign's file", () => {
  it('is lines of an action and a quantity, in the order of its first line', async () => {
    expect(
      await read('\u{feff}quantity,action\r\n61,voice_call\r\n\r\n" 3 ","sms"\r\n61,voice_call'),
    ).toEqual([
      { action: 'voice_call', quantityMicros: 61_000_000n, times: 2n, place: 'line 2 of campaign.csv' },
      { action: 'sms', quantityMicros: 3_000_000n, times: 1n, place: 'line 4 of campaign.csv' },
    ]);
  });

  it.each([
    ['empty', '', 'it has no lines'],
    ['without lines', 'action,quantity\n', 'it has no lines'],
    ['with a column too many', 'action,quantity,amount\nsms,1,5\n', 'its first line must be action,quantity'],
    ['without its first line', 'sms,1\n', 'and is "sms,1"'],
    [
      'with a quote that is not closed',
      'action,quantity\n"sms,1\n',
      'a quote in line 2 or after is not closed',
    ],
    ['not UTF-8', Buffer.from('action,quantity\ncaf\u{e9},1\n', 'latin1'), 'it is not UTF-8'],
    ['too large in a line', 'action,quantity\nsms,99999999999999\n', 'must be at most 9223372036854.775807'],
    ['with a line that is cut off', 'action,quantity\nsms,1\nsm', 'line 3: it has 1 cells, not 2'],
  ])('is refused where it is %s', async (_what, text, why) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'campaign-invalid',
      message: expect.stringContaining(why),
    });
  });

  it('names every bad line, and says how many more there are', async () => {
    const text = `action,quantity\n${'sms,1\nsms,x\n'.repeat(30)}`;
    const failure = read(text);
    await expect(failure).rejects.toThrow(/: line 3: the quantity "x" .*; line 41: .*decimals; 10 more\.$/);
  });
});
