import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillDirectory } from './support/moved-ledger.ts';
import { runScrip } from './support/run-scrip.ts';

/** Root may write everywhere, and runs the program as a user who may not. */
const isRoot = process.getuid?.() === 0;
const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
const under = isRoot ? NOBODY : [];
const canBeNobody = !isRoot || spawnSync('setpriv', ['--version']).status === 0;

let home: string;
const place = (name: string) => join(home, name);

/** Lets everybody read a directory and its files, and nobody write. */
function closeForWriting(directory: string): void {
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o444);
  chmodSync(directory, 0o555);
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'scrip-read-only-'));
  chmodSync(home, 0o777);
  await fillDirectory(place('stopped'), { accounts: 2, rounds: 3 });
  const journal = new DatabaseSync(place('stopped/journal.db'));
  journal.exec('INSERT INTO erasure VALUES (1, 1); DELETE FROM erasure');
  for (const name of ['killed', 'without-shm']) cpSync(place('stopped'), place(name), { recursive: true });
  journal.close();
  rmSync(place('without-shm/journal.db-shm'));
  for (const name of ['stopped', 'killed', 'without-shm']) closeForWriting(place(name));
}, 60_000);
afterAll(() => {
  for (const name of ['stopped', 'killed', 'without-shm']) chmodSync(place(name), 0o755);
  rmSync(home, { recursive: true, force: true });
});

const run = (name: string, ...words: string[]) => runScrip([...words, '--data', place(name)], { under });

describe.skipIf(!canBeNobody)(
  'a data directory that can be read, and not written',
  { timeout: 60_000 },
  () => {
    it.each(['stopped', 'killed'])('is verified, exported and backed up (%s)', async (name) => {
      for (const words of [
        ['verify'],
        ['export', '--out', place(`${name}.ndjson`)],
        ['backup', '--to', place(`${name}-backup`)],
      ]) {
        const { code, err } = await run(name, ...words);
        expect(code, `${words[0]}: ${err}`).toBe(0);
      }
    });

    it('is refused where a process may have it open, or has left something in the log that cannot be read', async () => {
      for (const words of [['verify'], ['export'], ['backup', '--to', place('no-backup')]]) {
        const { code, out, err } = await run('without-shm', ...words);
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(err).toMatch(
          /^scrip: the data directory cannot be used: .*journal\.db-wal and journal\.db-shm can be read together only\nLet this user/,
        );
      }
    });
  },
);
