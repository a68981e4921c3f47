import { expect, it } from 'vitest';
import { parseTarget } from './balance-target.ts';
import { formatBalances } from './balance-table.ts';

it('says that what a balance buys is unknown where its amount cannot be read', () => {
  const asOf = '2026-11-21T00:00:00.000Z';
  const buys = (available: string) => {
    const pools = [{ pool: 'credits', unit: 'credits', available }];
    const [, row] = formatBalances(
      [{ target: parseTarget('supertone'), asOf, pools }],
      Date.parse(asOf),
    ).split('\n');
    return row;
  };
  expect(buys('120')).toMatch(/ speech /);
  expect(buys('many')).toMatch(/ many +credits +unknown /);
});
