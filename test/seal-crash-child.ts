import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

// Runs "scrip seal" and ends itself, as a power cut would, at the moment that is named.
const [moment = '', ...words] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

const exec = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'exec')?.value as (
  this: DatabaseSync,
  sql: string,
) => void;
DatabaseSync.prototype.exec = function execute(this: DatabaseSync, sql: string) {
  if (sql === 'COMMIT' && moment === 'committing') die();
  if (sql.startsWith('VACUUM') && moment === 'shrinking') die();
  exec.call(this, sql);
  if (sql === 'COMMIT' && moment === 'committed') die();
};
const { fsyncSync, renameSync } = fs;
fs.fsyncSync = (descriptor) => {
  if (moment === 'writing') die();
  fsyncSync(descriptor);
};
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (moment === 'written') die();
};
syncBuiltinESMExports();

const { main } = await import('../packages/scrip/src/cli/main.ts');
await main([process.execPath, 'scrip', 'seal', ...words]);
