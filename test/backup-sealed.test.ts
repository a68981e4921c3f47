import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeEmptyDirectory } from '../packages/scrip/src/cli/empty-directory.ts';
import { restoreBackup } from '../packages/scrip/src/cli/restore-backup.ts';
import { takeBackup } from '../packages/scrip/src/cli/take-backup.ts';
import { dayMs, makeAgedLedger, openAged, tell } from './support/aged-ledger.ts';
import { withEntries } from './support/journal-entries.ts';
import { runScrip } from './support/run-scrip.ts';

const home = mkdtempSync(join(tmpdir(), 'scrip-sealed-backup-'));
const backup = join(home, 'backup');
let directory: string;

beforeAll(async () => {
  directory = await makeAgedLedger();
  const before = new Date(dayMs(50)).toISOString();
  const sealed = join(home, 'sealed.ndjson');
  const ran = await runScrip(['seal', '--before', before, '--to', sealed, '--data', directory]);
  if (ran.code !== 0) throw new Error(ran.err);
  takeBackup({ data: directory, to: backup, nowMs: 0 });
}, 60_000);
afterAll(() => {
  for (const made of [home, directory]) rmSync(made, { recursive: true, force: true });
});

function restore(from: string, data: string) {
  const taken = takeEmptyDirectory(data);
  try {
    return restoreBackup(from, taken);
  } finally {
    taken.release();
  }
}

describe('a backup of a sealed ledger', () => {
  it('gives a ledger that tells the same, and goes on from the same anchor', async () => {
    const data = join(home, 'restored');
    const { anchor } = restore(backup, data);
    const again = takeBackup({ data, to: join(home, 'again'), nowMs: 0 });
    expect(again.anchor).toEqual(anchor);
    const [original, restored] = [await openAged(directory, 100), await openAged(data, 100)];
    expect(await tell(restored, 80)).toEqual(await tell(original, 80));
    await original.close();
    await restored.close();
  });

  it.each([
    ['an account of the checkpoint', `UPDATE sealed_account SET hash = replace(hash, 'a', 'b')`],
    ['the usage of the checkpoint', 'UPDATE sealed_usage SET calls = calls + 1'],
    ['an entry that was kept', `DELETE FROM entry WHERE position = (SELECT min(position) FROM entry)`],
    ['an account less', `DELETE FROM sealed_account WHERE account_id = 'acme'`],
    ['the checkpoint taken away', 'DELETE FROM seal'],
    [
      'a name of an entry that was kept',
      `UPDATE entry SET personal = replace(personal, 'Acme', 'Other') WHERE personal LIKE '%Acme%'`,
    ],
    ['an entry after it', `DELETE FROM entry WHERE position = (SELECT max(position) - 1 FROM entry)`],
  ])('with a change to %s is refused', (what, sql) => {
    const name = what.replaceAll(' ', '-');
    const [damaged, data] = [join(home, `${name}-backup`), join(home, name)];
    takeBackup({ data: directory, to: damaged, nowMs: 0 });
    const journal = new DatabaseSync(join(damaged, 'journal.db'));
    expect(Number(withEntries(journal, () => journal.prepare(sql).run().changes))).toBeGreaterThan(0);
    journal.close();
    expect(() => restore(damaged, data)).toThrow(/is damaged: /);
    expect(existsSync(data)).toBe(false);
  });
});
