import { parseArgs } from 'node:util';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { fillBusily } from '../test/support/busy-ledger.ts';
import { generateLedger } from './ledgers/generate-ledger.ts';

/**
 * Fills a data directory with a journal of a realistic mix, through the ledger itself; a month of it goes by in seconds.
 * Or with accounts that have one lot each, and debits of them alone.
 *
 *   node bench/generate-journal.ts --data DIR [--changes 1000000] [--accounts 2000] [--days 30]
 *   node bench/generate-journal.ts --data DIR --debits N [--accounts 2000]
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    changes: { type: 'string', default: '1000000' },
    accounts: { type: 'string', default: '2000' },
    days: { type: 'string', default: '30' },
    debits: { type: 'string' },
  },
});
if (values.data === undefined) throw new Error('--data names the directory to fill');
const [changes, accounts, days] = [values.changes, values.accounts, values.days].map(Number) as [
  number,
  number,
  number,
];
if (values.debits === undefined) {
  const store = await openSqliteStore({ directory: values.data, idsKeptMs: 86_400_000, now: Date.now });
  const refused = await fillBusily(store, { changes, accounts, days });
  await store.close();
  console.log(`${changes} changes asked for, ${refused} refused, ${accounts} accounts, in ${values.data}`);
} else {
  const debits = Number(values.debits);
  await generateLedger(values.data, { accounts, lotsPerAccount: 1, withKeys: true, debits });
  console.log(`${debits} debits of ${accounts} accounts, in ${values.data}`);
}
