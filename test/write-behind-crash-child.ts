import type { EngineSizes } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { debit, grant, hold, OPEN, openSampleLedger, refund, START_MS } from './support/sample-ledger.ts';

// Makes changes, a few at a time, and tells of each that was acknowledged.
const [directory = '', sizes = ''] = process.argv.slice(2);
const store = await openSqliteStore({
  directory,
  idsKeptMs: 86_400_000,
  now: () => START_MS,
  sizes: JSON.parse(sizes) as Partial<EngineSizes>,
});
const { ledger, change } = await openSampleLedger(store);

async function acknowledge(accountId: string, id: string, command: Parameters<typeof change>[2]) {
  const outcome = await change(accountId, id, command);
  if (!outcome.ok) throw new Error(`${accountId} ${id}: ${outcome.rejection.code}`);
  const made = [accountId, id, outcome.entry.version];
  await new Promise<void>((resolve) => process.send?.(made, () => resolve()));
}

for (let round = 0; round < 12; round += 1)
  await Promise.all(
    ['acme', 'beta', 'gamma'].map(async (accountId) => {
      if (round === 0) await acknowledge(accountId, 'open', OPEN);
      await acknowledge(accountId, `pack-${round}`, grant(9n));
      await acknowledge(accountId, `debit-${round}`, debit(5n));
      await acknowledge(accountId, `hold-${round}`, hold(1n));
      await acknowledge(accountId, `refund-${round}`, refund(`debit-${round}`, 2n));
    }),
  );
await ledger.close();
process.disconnect();
