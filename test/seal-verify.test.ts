import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Anchor } from '../packages/scrip/src/ledger/anchor.ts';
import { decodeAnchor, encodeAnchor } from '../packages/scrip/src/ledger/anchor.ts';
import { SealMoved } from '../packages/scrip/src/stores/sqlite/journal-source.ts';
import { repairDirectory } from '../packages/scrip/src/stores/sqlite/repair-directory.ts';
import { digestSeal, readSeal } from '../packages/scrip/src/stores/sqlite/seal.ts';
import { openSealableJournal } from '../packages/scrip/src/stores/sqlite/seal-journal.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { slotOfKey } from '../packages/scrip/src/stores/sqlite/segments/usage-amount.ts';
import { copyOf, dayMs, makeAgedLedger, openAged } from './support/aged-ledger.ts';
import { refundDebit } from './support/commands.ts';
import { withEntries } from './support/journal-entries.ts';
import { editIndex, readRows } from './support/edit-segments.ts';
import { runScrip } from './support/run-scrip.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Seals what is older than a day, and gives the anchor. */
async function seal(directory: string, day: number): Promise<string> {
  const file = join(directory, `sealed-${day}.ndjson`);
  const words = ['seal', '--before', new Date(dayMs(day)).toISOString(), '--to', file, '--data', directory];
  const { code, out, err } = await runScrip([...words, '--json']);
  expect(code, err).toBe(0);
  return (JSON.parse(out) as { anchor: string }).anchor;
}

describe('verifying a sealed ledger', () => {
  const options = { keptAnchor: null, threads: 1, onProgress: () => {} };
  const verify = async (directory: string, keptAnchor: Anchor | null | undefined = null) =>
    verifyDirectory({ ...options, directory, keptAnchor: keptAnchor ?? null });
  const change = (file: string, edit: string | ((database: DatabaseSync) => void)) => {
    const database = new DatabaseSync(file);
    if (typeof edit === 'string') database.exec(edit);
    else edit(database);
    database.close();
  };
  let directory: string;
  let first: Anchor | undefined;
  let whole: Anchor | null;
  /** As the command left it. */
  let sealed: Awaited<ReturnType<typeof verify>>;
  beforeAll(async () => {
    directory = await makeAgedLedger();
    const control = copyOf(directory);
    directories.push(directory, control);
    first = decodeAnchor(await seal(directory, 30));
    await seal(directory, 50);
    sealed = await verify(directory);
    const aged = await openAged(directory, 100);
    await aged.change('acme', 'later', refundDebit('late-99'));
    await aged.change('acme', 'back', refundDebit('to-refund', 1n));
    await aged.close();
    const other = await openAged(control, 100);
    await other.change('acme', 'later', refundDebit('late-99'));
    await other.change('acme', 'back', refundDebit('to-refund', 1n));
    await other.close();
    whole = (await verify(control)).anchor;
  });

  it('finds it right as soon as it is sealed', () => {
    expect(sealed).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
  });

  it('finds it right, with the anchor that it would have had', async () => {
    const found = await verify(directory);
    expect(found).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
    expect(found.anchor).toEqual(whole);
    expect((await verify(directory, whole)).keptAnchor).toEqual({ holds: true });
    const inTurns = { ...options, directory, threads: 2, accountsAtOnce: 1, keptAnchor: whole };
    expect(await verifyDirectory(inTurns)).toEqual(await verify(directory, whole));
    expect((await verify(directory, first)).keptAnchor).toEqual({ holds: false, reason: 'sealed' });
    const amid = await runScrip(['verify', '--data', directory, '--anchor', encodeAnchor(first as Anchor)]);
    expect(amid).toMatchObject({ code: 3, err: expect.stringContaining('amid entries that are sealed') });
    expect(amid.err).toContain('import the sealed files and an export of the rest');
    expect(amid.err).not.toContain('backup');
    const { code, out } = await runScrip(['verify', '--data', directory, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true });
  });

  it('that is sealed further meanwhile says so, and not that anything is wrong', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    let isSealed = false;
    const sealFurther = () => {
      if (isSealed) return;
      isSealed = true;
      const files = { journal: join(copy, 'journal.db'), derived: join(copy, 'derived.db') };
      const journal = openSealableJournal(files);
      journal.drop(journal.plan(dayMs(70), () => {}));
      journal.close();
    };
    const verifying = verifyDirectory({ ...options, directory: copy, onProgress: sealFurther });
    await expect(verifying).rejects.toThrow(SealMoved);
    expect((await verify(copy)).journalFlaw).toBeNull();
  });

  it.each([
    ['a state', 'UPDATE sealed_account SET state = replace(state, \'"atMs":1\', \'"atMs":2\')'],
    ['usage', 'UPDATE sealed_usage SET calls = calls + 1'],
    [
      'an entry that was kept',
      "UPDATE entry SET body = replace(body, '1000000000', '9000000000') WHERE position < 30",
    ],
    [
      'a name beside an entry that was kept',
      "UPDATE entry SET personal = replace(personal, 'Acme', 'Amce') WHERE position < 30",
    ],
    ['a chain’s end', "UPDATE sealed_account SET hash = replace(hash, 'a', 'b')"],
  ])('finds the opening state wrong when %s in it was changed', async (_what, sql) => {
    const copy = copyOf(directory);
    directories.push(copy);
    const journal = new DatabaseSync(join(copy, 'journal.db'));
    withEntries(journal, () => journal.exec(sql));
    journal.close();
    expect((await verify(copy)).journalFlaw).toMatchObject({ what: expect.any(String) });
  });

  it.each([
    ['a state that is none', "UPDATE sealed_account SET state = 'garbage' WHERE account_id = 'acme'"],
    ['prices that are none', "UPDATE sealed_account SET state = 'garbage' WHERE account_id = '$rate-card'"],
    [
      'a line too many in a block that was kept',
      `UPDATE block SET entries = entries || char(10) || 'x'
       WHERE last_position = (SELECT min(last_position) FROM block)`,
    ],
    [
      'an entry that was kept and is none',
      `UPDATE block SET entries = replace(replace(entries, '"kind"', 'kind'), '[3', '[9')
       WHERE last_position = (SELECT min(last_position) FROM block)`,
    ],
    ['no table of usage', 'DROP TABLE sealed_usage'],
  ])(
    'finds the opening state wrong that has %s, also where its digest was made to fit',
    async (_what, sql) => {
      const copy = copyOf(directory);
      directories.push(copy);
      const file = join(copy, 'journal.db');
      const found = async () => {
        const threaded = [1, 2].map((threads) => verifyDirectory({ ...options, threads, directory: copy }));
        return (await Promise.all(threaded)).map(({ journalFlaw }) => journalFlaw);
      };
      let number = 0;
      change(file, (database) => {
        number = readSeal(database)?.position ?? 0;
        database.exec(sql);
      });
      const wrong = expect.stringContaining('what stands for the sealed entries') as string;
      expect(await found()).toMatchObject([1, 2].map(() => ({ number, what: wrong })));
      change(file, (database) => {
        if (!sql.startsWith('DROP') && !sql.includes("'x'"))
          database.prepare('UPDATE seal SET digest = ?').run(digestSeal(database, number));
      });
      const unread = expect.stringMatching(
        /what stands for the sealed entries cannot be read \(.*\)$/,
      ) as string;
      expect(await found()).toMatchObject([1, 2].map(() => ({ number, what: unread })));
    },
  );

  it('finds personal data of an entry that is sealed', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    const stray = { number: 0 };
    change(join(copy, 'journal.db'), (database) => {
      const kept = database.prepare('SELECT last_position AS at FROM block').all();
      stray.number = kept.findIndex(({ at }, index) => at !== index + 1) + 1;
      database.prepare('INSERT INTO personal VALUES (?, ?)').run(stray.number, '{"name":"Nobody"}');
    });
    expect((await verify(copy)).journalFlaw).toMatchObject(stray);
  });

  it('finds every table wrong that was changed, and makes them again', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    change(join(copy, 'derived.db'), (database) => {
      const slots = readRows(database, 'usage').flatMap((rows) => rows.map(([, key]) => slotOfKey(key)));
      editIndex(database, 'usage', (rows) =>
        rows.map(([number, key, high = 0, low = 0, calls = 0]) => {
          const isOldest = slotOfKey(key) === Math.min(...slots);
          return [number, key, high, low, isOldest ? calls + 1 : calls];
        }),
      );
      const versions = readRows(database, 'history').flatMap((rows) => rows.map(([, version]) => version));
      editIndex(database, 'history', (rows) => rows.filter(([, version]) => version > Math.min(...versions)));
    });
    change(
      join(copy, 'derived.db'),
      `UPDATE snapshot SET hash = 'x' WHERE account_id = 'quiet';
       DELETE FROM api_key WHERE digest = 'digest-web';
       DELETE FROM account WHERE account_id = 'quiet';`,
    );
    const { before, after } = await repairDirectory({ ...options, directory: copy });
    expect(before.journalFlaw).toBeNull();
    const tables = before.projectionFlaws?.map(({ table }) => table) ?? [];
    expect(tables.toSorted()).toEqual(['account', 'api_key', 'history', 'snapshot', 'usage']);
    expect(after).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
    const aged = await openAged(copy, 101);
    expect(await aged.ledger.keyOwner('digest-web')).toBe('acme');
    await aged.close();
  });

  it('takes no tables for those of the sealed ledger that were made before', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    change(join(copy, 'derived.db'), 'UPDATE progress SET sealed = 0');
    expect((await verify(copy)).projectionFlaws).toMatchObject([{ table: 'derived.db' }]);
  });
});
