import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { makeDerived } from '../packages/scrip/src/stores/sqlite/make-derived.ts';
import { repairDirectory } from '../packages/scrip/src/stores/sqlite/repair-directory.ts';
import { INDEX_NAMES } from '../packages/scrip/src/stores/sqlite/segments/segment-indexes.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { DAMAGES, damageDerived, DISORDERS } from './support/derived-damages.ts';
import type { Row } from './support/edit-segments.ts';
import { editIndex, readRows } from './support/edit-segments.ts';
import { withEntries } from './support/journal-entries.ts';
import { useLedger } from './support/use-ledger.ts';
import { tamper } from './support/verify-ledger.ts';

const DAY_MS = 86_400_000;
const { directory, optionsOf, verify } = useLedger();

/** All rows of a file, table by table, but for what may differ from one making of it to another. */
function dump(file: 'journal' | 'derived', tables: readonly string[]): unknown {
  const rows: Record<string, unknown> = {};
  tamper(directory(), file, (database: DatabaseSync) => {
    for (const table of tables) rows[table] = database.prepare(`SELECT * FROM ${table}`).all();
  });
  return rows;
}

const INDEXES = ['history', 'grants', 'holds', 'continuation'] as const;
const ALL_TABLES = [
  'progress',
  'account',
  'api_key',
  'snapshot',
  'usage_name',
  'segment',
  'segment_index',
  'segment_page',
];

/** Accounts, keys, and the rows of indexes with accounts by their names: their numbers differ from one making to another. */
function dumpNamed(): unknown {
  let named: unknown;
  tamper(directory(), 'derived', (database) => {
    const accounts = database.prepare('SELECT account_id AS id, number FROM account').all();
    const idOf = (number: number) => accounts.find((row) => row['number'] === number)?.['id'];
    const rows = INDEXES.map((index) =>
      readRows(database, index)
        .flat()
        .map(([number, ...rest]) => `${index} ${String(idOf(number))} ${rest.join()}`)
        .toSorted(),
    );
    named = [accounts.map(({ id }) => id), rows, database.prepare('SELECT * FROM api_key').all()];
  });
  return named;
}

describe('a derived table', () => {
  it.each(DAMAGES)(
    '%s with %s is found, and its first wrong row named',
    async (table, _what, damage, row) => {
      damageDerived(directory(), damage);
      const { journalFlaw, projectionFlaws } = await verify();
      expect(journalFlaw).toBeNull();
      expect(projectionFlaws?.map((flaw) => flaw.table)).toContain(table);
      const flaw = projectionFlaws?.find((one) => one.table === table);
      if (row === null) expect(flaw?.row).toBeNull();
      else expect(flaw?.row).toMatch(row);
    },
  );

  it.each(DISORDERS)('of history with %s is found', async (_what, damage, found) => {
    damageDerived(directory(), damage);
    const { journalFlaw, projectionFlaws } = await verify();
    expect(journalFlaw).toBeNull();
    const flaw = projectionFlaws?.find(({ table }) => table === 'history');
    expect(flaw).toMatchObject({
      row: expect.any(String) as string,
      what: expect.stringMatching(found) as string,
    });
  });

  it(
    'is found by whichever thread reads it, and its first wrong row is named',
    { timeout: 60_000 },
    async () => {
      tamper(directory(), 'derived', (database) => {
        for (const name of INDEX_NAMES)
          editIndex(database, name, (rows) =>
            rows.map((row) => row.with(row.length - 1, Number(row.at(-1)) + 1) as Row),
          );
        database.exec('UPDATE segment SET filter = zeroblob(length(filter))');
      });
      const [one, two, three] = await Promise.all(
        [1, 2, 3].map((threads) => verifyDirectory({ ...optionsOf(null), threads })),
      );
      const wrong = one?.projectionFlaws?.map(({ table }) => table);
      expect(wrong).toEqual(expect.arrayContaining([...INDEX_NAMES, 'segment']));
      const sorted = (found: typeof one) =>
        found?.projectionFlaws?.toSorted((a, b) => (a.table < b.table ? -1 : 1));
      expect(sorted(two)).toEqual(sorted(one));
      expect(sorted(three)).toEqual(sorted(one));
    },
  );

  it.each([
    [99, /newer version of Scrip \(schema 99/],
    [3, /older version/],
  ])('of schema %i is told as that of another version, and made anew', async (schema, told) => {
    damageDerived(directory(), `PRAGMA user_version = ${schema}`);
    const expected = [{ table: 'derived.db', row: null, what: expect.stringMatching(told) as string }];
    const { journalFlaw, projectionFlaws } = await verify();
    expect([journalFlaw, projectionFlaws]).toEqual([null, expected]);
    const { after } = await repairDirectory(optionsOf(null));
    expect([after?.journalFlaw, after?.projectionFlaws]).toEqual([null, []]);
  });

  it.each([
    ['more entries than there are', 'checkpoint = checkpoint + 1', 'segment', /^they end at entry/],
    [
      'snapshots of more entries than there are',
      'snapshots_up_to = 99999',
      'progress',
      /^it says that snapshots rest on 99999 entries/,
    ],
  ])('said to be made from %s is wrong, and not the journal', async (_what, set, table, what) => {
    damageDerived(directory(), `UPDATE progress SET ${set}`);
    const { journalFlaw, projectionFlaws } = await verify();
    expect([journalFlaw, projectionFlaws]).toEqual([
      null,
      [{ table, row: null, what: expect.stringMatching(what) as string }],
    ]);
    const { after } = await repairDirectory(optionsOf(null));
    expect([after?.journalFlaw, after?.projectionFlaws]).toEqual([null, []]);
  });

  it('with a segment less is found', async () => {
    damageDerived(directory(), 'DELETE FROM segment WHERE after = (SELECT max(after) FROM segment)');
    const found = (await verify()).projectionFlaws;
    expect(found).toContainEqual({
      table: 'segment',
      row: null,
      what: expect.stringMatching(/^they end at entry \d+ and not at \d+$/) as string,
    });
    damageDerived(directory(), 'DELETE FROM segment WHERE after = 0');
    const tables = (await verify()).projectionFlaws?.map(({ table }) => table);
    expect(tables).toEqual(expect.arrayContaining(['segment', 'segment_index']));
  });

  it('is never lost to a flipped bit anywhere in its file', { timeout: 60_000 }, async () => {
    const file = join(directory(), 'derived.db');
    // Pages of segments that were merged hold nothing: how many there are depends on how busy the machine is.
    damageDerived(directory(), 'VACUUM');
    const bytes = readFileSync(file);
    const before = dump('derived', ALL_TABLES);
    let found = 0;
    for (let flip = 1; flip <= 90; flip += 1) {
      const damaged = Buffer.from(bytes);
      const at = Math.floor((flip * bytes.length * 0.618) % bytes.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (flip % 8));
      writeFileSync(file, damaged);
      const { journalFlaw, projectionFlaws } = await verify();
      expect(journalFlaw).toBeNull();
      if (projectionFlaws?.length !== 0) found += 1;
      // A bit in which nothing is kept.
      else expect(dump('derived', ALL_TABLES), `byte ${at}`).toEqual(before);
    }
    expect(found).toBeGreaterThan(40);
  });

  it('with every damage at once is mended by a repair, which leaves the journal alone', async () => {
    const journal = dump('journal', ['block', 'personal']);
    for (const [table, , damage] of DAMAGES) if (table !== 'derived.db') damageDerived(directory(), damage);
    const { before, after } = await repairDirectory(optionsOf(null));
    const wrong = before.projectionFlaws?.map(({ table }) => table);
    expect(new Set(wrong)).toEqual(
      new Set(DAMAGES.map(([table]) => table).filter((table) => table !== 'derived.db')),
    );
    expect(after).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
    expect(dump('journal', ['block', 'personal'])).toEqual(journal);
  });

  it.each([
    ['lost', () => rmSync(join(directory(), 'derived.db'))],
    ['no database', () => writeFileSync(join(directory(), 'derived.db'), 'no database'.repeat(500))],
  ])('file that is %s is found, and made anew as it was', async (_what, damage) => {
    const before = dumpNamed();
    damage();
    expect((await verify()).projectionFlaws).toMatchObject([{ table: 'derived.db', row: null }]);
    const { after } = await repairDirectory(optionsOf(null));
    expect(after).toMatchObject({ projectionFlaws: [] });
    expect(dumpNamed()).toEqual(before);
    expect(existsSync(join(directory(), 'derived.db.new'))).toBe(false);
  });

  it(
    'that cannot be put in its place as a whole leaves the old one, and nothing beside it',
    { timeout: 60_000 },
    async () => {
      const [made, file] = [join(directory(), 'derived.db.new'), join(directory(), 'derived.db')];
      const before = readFileSync(file);
      let reader: DatabaseSync | null = null;
      const onProgress = () => {
        // It keeps the last entries of the log from the file.
        if (reader !== null || !existsSync(made)) return;
        reader = new DatabaseSync(made);
        reader.exec('BEGIN; SELECT * FROM progress;');
      };
      const making = makeDerived({ directory: directory(), threads: 1, onProgress });
      await expect(making).rejects.toThrow('read by another program');
      (reader as DatabaseSync | null)?.close();
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(readdirSync(directory()).filter((name) => name.includes('.new'))).toEqual([]);
    },
  );

  it('that was repaired serves the same accounts as before, and has snapshots', async () => {
    const accounts = async () => {
      const store = await openSqliteStore({ directory: directory(), idsKeptMs: DAY_MS, now: Date.now });
      const states = await Promise.all(
        ['acme', 'beta', 'gamma.2'].map((id) => store.accountAt(id, Date.now())),
      );
      const usage = await store.usage('acme', { fromMs: 0, toMs: Date.now() });
      await store.close();
      return { states, usage };
    };
    const before = await accounts();
    rmSync(join(directory(), 'derived.db'));
    await repairDirectory({ ...optionsOf(null), sizes: { snapshotEvery: 8, batchEntries: 32 } });
    expect(await accounts()).toEqual(before);
    const { snapshot } = dump('derived', ['snapshot']) as { snapshot: unknown[] };
    expect(snapshot.length).toBeGreaterThan(0);
  });

  it('that is right is not touched by a repair', async () => {
    const bytes = readFileSync(join(directory(), 'derived.db'));
    expect((await repairDirectory(optionsOf(null))).after).toBeNull();
    expect(readFileSync(join(directory(), 'derived.db')).equals(bytes)).toBe(true);
  });

  it('is not made anew from a journal that is wrong', async () => {
    rmSync(join(directory(), 'derived.db'));
    tamper(directory(), 'journal', (database) =>
      withEntries(database, () => database.exec('DELETE FROM entry WHERE position = 30')),
    );
    const { before, after } = await repairDirectory(optionsOf(null));
    expect(before.journalFlaw).not.toBeNull();
    expect(after).toBeNull();
    expect(existsSync(join(directory(), 'derived.db'))).toBe(false);
  });
});
