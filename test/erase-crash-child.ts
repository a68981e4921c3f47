import { openAccount } from './support/commands.ts';
import { openSampleLedger } from './support/sample-ledger.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';

// Opens an account with a name, and erases it; ends itself, as a power cut would, at the moment that is named.
const [directory = '', moment = ''] = process.argv.slice(2);
const store = await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: Date.now });
const { ledger } = await openSampleLedger({
  ...store,
  erasePersonal: (accountId, record) =>
    store.erasePersonal(accountId, async () => {
      if (moment === 'marked') process.kill(process.pid, 'SIGKILL');
      const version = await record();
      if (moment === 'recorded') process.kill(process.pid, 'SIGKILL');
      return version;
    }),
});
const change = { accountId: 'acme', actor: null };
const command = openAccount({ setsName: true });
await ledger.change({ ...change, id: 'open', command, name: 'canary-of-acme' });
await ledger.erase({ ...change, id: 'erase', command: { kind: 'ErasePersonalData' } });
process.kill(process.pid, 'SIGKILL');
