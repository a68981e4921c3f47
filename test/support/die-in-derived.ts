import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

// Loaded before a program: ends the process, as a power cut would, at one of the moments before and after the statements
// that begin and commit what its threads write to the derived tables.
let left = Number(process.env['SCRIP_DIE_AT']);
const countDown = () => {
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  left -= 1;
};

const exec = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'exec')?.value as (
  this: DatabaseSync,
  sql: string,
) => void;
if (!isMainThread)
  DatabaseSync.prototype.exec = function execute(this: DatabaseSync, sql: string) {
    const isStep = (sql === 'BEGIN IMMEDIATE' || sql === 'COMMIT') && this.location()?.endsWith('derived.db');
    if (isStep === true) countDown();
    exec.call(this, sql);
    if (isStep === true) countDown();
  };
