import { parseArgs } from 'node:util';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { fillBusily } from '../test/support/busy-ledger.ts';

/**
 * Fills a data directory with a journal of a realistic mix, through the ledger itself; a month of it goes by in seconds.
 *
 *   node bench/generate-journal.ts --data DIR [--changes 1000000] [--accounts 2000] [--days 30]
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    changes: { type: 'string', default: '1000000' },
    accounts: { type: 'string', default: '2000' },
    days: { type: 'string', default: '30' },
  },
});
if (values.data === undefined) throw new Error('--data names the directory to fill');
const [changes, accounts, days] = [values.changes, values.accounts, values.days].map(Number) as [
  number,
  number,
  number,
];
const store = await openSqliteStore({ directory: values.data, idsKeptMs: 86_400_000, now: Date.now });
const refused = await fillBusily(store, { changes, accounts, days });
await store.close();
console.log(`${changes} changes asked for, ${refused} refused, ${accounts} accounts, in ${values.data}`);
