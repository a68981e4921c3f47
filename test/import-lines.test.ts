import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeEmptyDirectory } from '../packages/scrip/src/cli/empty-directory.ts';
import type { Exported } from '../packages/scrip/src/cli/export-journal.ts';
import { exportToFile } from '../packages/scrip/src/cli/export-journal.ts';
import type { Imported } from '../packages/scrip/src/cli/import-journal.ts';
import { importJournal } from '../packages/scrip/src/cli/import-journal.ts';
import { CHAIN_START, chainHash } from '../packages/scrip/src/ledger/digest.ts';
import { openJournalSource } from '../packages/scrip/src/stores/sqlite/journal-source.ts';
import { withEntries } from './support/journal-entries.ts';
import { contentsOf, eraseIn, fillDirectory } from './support/moved-ledger.ts';

const home = mkdtempSync(join(tmpdir(), 'scrip-lines-'));
const filled = join(home, 'filled');
let whole: Buffer;
let lines: string[];
let made = 0;
const fresh = (name: string) => join(home, `${(made += 1)}-${name}`);

beforeAll(async () => {
  const file = fresh('whole.ndjson');
  await fillDirectory(filled, { accounts: 20, rounds: 15 });
  await exportTo(file, filled, 0);
  whole = readFileSync(file);
  lines = whole.toString().split('\n');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function exportTo(file: string, data: string, after: number, resume = false): Promise<Exported> {
  const source = openJournalSource(join(data, 'journal.db'));
  try {
    return await exportToFile(source, { file, after, resume });
  } finally {
    source.close();
  }
}

/** A ledger that has grown between two exports: the second one goes on where the first one ends. */
async function exportTwice() {
  const [growing, first, later] = [fresh('grows'), fresh('first'), fresh('later')];
  await fillDirectory(growing, { accounts: 3, rounds: 5 });
  const { entries } = await exportTo(first, growing, 0);
  await fillDirectory(growing, { accounts: 3, rounds: 9 });
  await exportTo(later, growing, entries);
  return { growing, first, later, entries };
}

async function importFiles(files: readonly string[], data: string, resume = false): Promise<Imported> {
  const directory = takeEmptyDirectory(data);
  try {
    return await importJournal(files, { ...directory, resume });
  } finally {
    directory.release();
  }
}

async function importBytes(bytes: string | Buffer, data: string, resume = false): Promise<Imported> {
  const file = `${data}.ndjson`;
  writeFileSync(file, bytes);
  return importFiles([file], data, resume);
}

/** Where the first debit stands, counted from 0. */
const firstDebit = () => lines.findIndex((line) => line.includes('CreditsDebited'));
const edited = (at: number, change: (line: string) => string) =>
  lines.map((line, index) => (index === at ? change(line) : line));

interface Wrong {
  readonly lines: readonly string[];
  /** Counted from 1. */
  readonly line: number;
  readonly says: RegExp;
}

/** What can be wrong with an export: its lines, which of them is named, and what is said of it. */
const WRONG: Readonly<Record<string, () => Wrong>> = {
  'a half line': () => ({ lines: edited(100, (line) => line.slice(0, 80)), line: 101, says: /is not JSON/ }),
  'an empty line': () => ({ lines: edited(100, () => ''), line: 101, says: /is not JSON/ }),
  'a line that is no object': () => ({
    lines: edited(9, () => '[1]'),
    line: 10,
    says: /is not a JSON object/,
  }),
  'an amount that was edited': () => ({
    lines: edited(firstDebit(), (line) => line.replace('"standard","3000000"', '"standard","1"')),
    line: firstDebit() + 1,
    says: /does not fit its account's chain/,
  }),
  'a hash that was edited': () => ({
    lines: edited(200, (line) => line.replace(/"hash":"....../, '"hash":"000000')),
    line: 201,
    says: /does not fit its account's chain/,
  }),
  'an entry that was given to another account': () => ({
    lines: edited(firstDebit(), (line) => line.replace('"accountId":"account-', '"accountId":"account-9')),
    line: firstDebit() + 1,
    says: /version 1 is missing/,
  }),
  'a name that was edited': () => ({
    lines: edited(3, (line) => line.replace('Näme', 'Name')),
    line: 4,
    says: /its personal data are not those that it was made with/,
  }),
  'two lines in the wrong order': () => ({
    lines: lines.toSpliced(300, 2, lines[301] ?? '', lines[300] ?? ''),
    line: 301,
    says: /stands where entry 300 belongs/,
  }),
  'a missing line': () => ({
    lines: lines.toSpliced(300, 1),
    line: 301,
    says: /stands where entry 300 belongs/,
  }),
  'a doubled line': () => ({
    lines: lines.toSpliced(300, 0, lines[300] ?? ''),
    line: 302,
    says: /stands where entry 301 belongs/,
  }),
  'a member that is not known': () => ({
    lines: edited(9, (line) => line.replace('{', '{"x":1,')),
    line: 10,
    says: /has a member "x" that is not known/,
  }),
  'a member that is missing': () => ({
    lines: edited(9, (line) => line.replace(/"version":\d+,/, '')),
    line: 10,
    says: /has no "version"/,
  }),
  'no header': () => ({ lines: lines.slice(1), line: 1, says: /is not the header of an export/ }),
  'a second header': () => ({
    lines: lines.toSpliced(5, 0, lines[0] ?? ''),
    line: 6,
    says: /is a second header/,
  }),
  'a format of another kind': () => ({
    lines: ['{"format":"csv"}'],
    line: 1,
    says: /is of the format "csv"/,
  }),
  'a newer version of the format': () => ({
    lines: edited(0, (line) => line.replace('"formatVersion":1', '"formatVersion":2')),
    line: 1,
    says: /is of version 2 of the format/,
  }),
  'an entry in a format that is not known': () => ({
    lines: forged(/"format":\d+/, '"format":7'),
    line: 2,
    says: /cannot be replayed: entry format 7 is not known/,
  }),
  'the anchor of another ledger': () => ({
    lines: edited(lines.length - 2, (line) => line.replace(/:[0-9a-f]{6}(?=[0-9a-f]{58}")/, ':000000')),
    line: lines.length - 1,
    says: /ends an export whose anchor is/,
  }),
  'a line after the end': () => ({
    lines: lines.toSpliced(-1, 0, lines[9] ?? ''),
    line: lines.length,
    says: /stands after the end/,
  }),
};

/** The first entry changed together with its hash, as no accident would. */
function forged(from: RegExp, to: string): readonly string[] {
  const line = (lines[1] ?? '').replace(from, to);
  const { accountId, version, body } = JSON.parse(line) as {
    accountId: string;
    version: number;
    body: object;
  };
  const hash = chainHash(CHAIN_START, { accountId, version, body: JSON.stringify(body) });
  return edited(1, () => line.replace(/"hash":"[0-9a-f]*"/, `"hash":"${hash}"`));
}

describe('an import of', () => {
  it.each(Object.entries(WRONG))('%s names its line, and changes nothing', async (_what, make) => {
    const { lines: wrong, line, says } = make();
    const data = fresh('data');
    mkdirSync(data);
    writeFileSync(join(data, 'secret'), 'kept\n');
    const before = contentsOf(data);
    const importing = importBytes(wrong.join('\n'), data);
    await expect(importing).rejects.toThrow(says);
    await expect(importing).rejects.toMatchObject({
      code: 'line-wrong',
      message: expect.stringContaining(`Line ${line} of ${data}.ndjson: `),
      reply: expect.stringContaining(`"line":${line}}`),
    });
    expect(contentsOf(data)).toEqual(before);
  });

  it('what is not text, or has no line breaks, is refused', async () => {
    const binary = Buffer.concat([whole.subarray(0, whole.indexOf(10) + 1), Buffer.from([255, 10])]);
    await expect(importBytes(binary, fresh('data'))).rejects.toThrow(/Line 2 of .* is not UTF-8/);
    const data = fresh('data');
    const endless = Buffer.alloc(65 * 1024 * 1024, 'x');
    await expect(importBytes(endless, data)).rejects.toThrow(/Line 1 of .* of at most 64 MB/);
    expect(existsSync(data)).toBe(false);
  });

  it.each([
    ['before its end line', () => lines.slice(0, -2).join('\n')],
    ['in the middle of a character', () => whole.subarray(0, whole.indexOf('ä') + 1)],
    ['after its header', () => `${lines[0]}\n`],
    ['before anything', () => ''],
  ])('a file that was cut short %s leaves no ledger, and is gone on with', async (_where, make) => {
    const data = fresh('data');
    await expect(importBytes(make(), data)).rejects.toMatchObject({ code: 'file-cut-short' });
    expect(Object.keys(contentsOf(data))).toEqual(['journal.db.part']);
    await importBytes(whole, data, true);
    const again = fresh('again.ndjson');
    await exportTo(again, data, 0);
    expect(readFileSync(again).equals(whole)).toBe(true);
  });

  it('a whole file without its last line break, or with those of Windows, is done', async () => {
    const imported = await importBytes(whole.subarray(0, -1), fresh('data'));
    expect(imported).toMatchObject({ entries: lines.length - 3, accounts: 20 });
    expect(await importBytes(lines.join('\r\n'), fresh('data'))).toEqual(imported);
  });

  it('an export that was made before an erasure does not bring back what the next one says was erased', async () => {
    const [data, first, later, copy] = [fresh('filled'), fresh('first'), fresh('later'), fresh('copy')];
    await fillDirectory(data, { accounts: 3, rounds: 1 });
    const { entries } = await exportTo(first, data, 0);
    await eraseIn(data, 'account-1');
    await exportTo(later, data, entries);
    expect(readFileSync(first, 'utf8')).toContain('of account-1');
    await importFiles([first, later], copy);
    const journal = readFileSync(join(copy, 'journal.db'));
    expect([journal.includes('of account-1'), journal.includes('of account-2')]).toEqual([false, true]);
    const [again, erased] = [fresh('again'), fresh('erased')];
    await exportTo(again, copy, 0);
    await exportTo(erased, data, 0);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(erased, 'utf8'));
  });

  it('that was killed after it had erased what its files erase is gone on with', async () => {
    const [data, first, later, copy] = [fresh('filled'), fresh('first'), fresh('later'), fresh('copy')];
    await fillDirectory(data, { accounts: 3, rounds: 1 });
    const { entries } = await exportTo(first, data, 0);
    await eraseIn(data, 'account-1');
    await exportTo(later, data, entries);
    await importFiles([first, later], copy);
    const [journal, part] = [join(copy, 'journal.db'), join(copy, 'journal.db.part')];
    renameSync(journal, part);
    // What else is gone is not what they erase.
    const other = fresh('other');
    mkdirSync(other);
    copyFileSync(part, join(other, 'journal.db.part'));
    const database = new DatabaseSync(join(other, 'journal.db.part'));
    database.exec('DELETE FROM personal');
    database.close();
    await expect(importFiles([first, later], other, true)).rejects.toMatchObject({ code: 'file-differs' });
    await importFiles([first, later], copy, true);
    expect(readFileSync(journal).includes('of account-1')).toBe(false);
  });

  it('another file than the one that was cut short is not gone on with, and begins anew without --resume', async () => {
    const [data, other, file] = [fresh('data'), fresh('other'), fresh('other.ndjson')];
    await expect(importBytes(lines.slice(0, 300).join('\n'), data)).rejects.toThrow('was cut short');
    await fillDirectory(other, { accounts: 3, rounds: 3 });
    await exportTo(file, other, 0);
    const bytes = readFileSync(file);
    await expect(importBytes(bytes, data, true)).rejects.toMatchObject({ code: 'file-differs' });
    await importBytes(bytes, data);
    const again = fresh('again');
    await exportTo(again, data, 0);
    expect(readFileSync(again).equals(bytes)).toBe(true);
  });

  it('fewer exports than were being read are not gone on with', async () => {
    const { first, later, entries } = await exportTwice();
    const data = fresh('data');
    const all = readFileSync(later, 'utf8').trimEnd().split('\n');
    const cut = fresh('cut.ndjson');
    // All but its end, and the last entry.
    writeFileSync(cut, `${all.slice(0, -2).join('\n')}\n`);
    await expect(importFiles([first, cut], data)).rejects.toMatchObject({ code: 'file-cut-short' });
    const read = entries + all.length - 3;
    await expect(importFiles([first], data, true)).rejects.toMatchObject({
      code: 'file-differs',
      message: `Line ${entries + 2} of ${first} is not what was imported there: the import that was cut short had read ${read} entries, and these files have ${entries}.`,
    });
    expect(Object.keys(contentsOf(data))).toEqual(['journal.db.part']);
    expect(await importFiles([first, later], data, true)).toMatchObject({ entries: read + 1 });
  });

  it('exports that follow one another makes the whole ledger, and of others is refused', async () => {
    const { growing, first, later, entries } = await exportTwice();
    const data = fresh('data');
    await importFiles([first, later], data);
    const [again, all] = [fresh('again'), fresh('all')];
    await exportTo(again, data, 0);
    await exportTo(all, growing, 0);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(all, 'utf8'));
    const alone = importFiles([later], fresh('data'));
    await expect(alone).rejects.toThrow(
      `Line 1 of ${later}: starts an export of what came after entry ${entries}`,
    );
    const twice = importFiles([first, first], fresh('data'));
    await expect(twice).rejects.toThrow(`Line 1 of ${first}: starts an export of what came after entry 0`);
  });
});

describe('an export that was cut short', () => {
  it('is gone on with, wherever it was cut', async () => {
    const secondLine = whole.indexOf(10) + 1;
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (const size of [
      0,
      7,
      secondLine,
      secondLine + 40,
      50_000,
      lastLine,
      whole.length - 1,
      whole.length,
    ]) {
      const file = fresh('cut.ndjson');
      writeFileSync(file, whole.subarray(0, size));
      expect(await exportTo(file, filled, 0, true)).toMatchObject({ entries: lines.length - 3 });
      expect(readFileSync(file).equals(whole), `cut at ${size}`).toBe(true);
    }
  });

  it('is left as it is when it is not of this journal', async () => {
    const file = fresh('other.ndjson');
    const text = lines.slice(0, 50).join('\n').replace('account-7', 'account-8');
    writeFileSync(file, text);
    await expect(exportTo(file, filled, 0, true)).rejects.toMatchObject({ code: 'file-differs' });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it.each(['of all', 'of nothing'])(
    'and became whole before the journal grew stays as it is: %s',
    async (which) => {
      const [data, file] = [fresh('data'), fresh('x.ndjson')];
      await fillDirectory(data, { accounts: 2, rounds: 3 });
      const { entries } = await exportTo(fresh('y.ndjson'), data, 0);
      const after = which === 'of all' ? 0 : entries;
      const exported = await exportTo(file, data, after);
      expect(exported.entries).toBe(entries - after);
      const before = readFileSync(file, 'utf8');
      await fillDirectory(data, { accounts: 2, rounds: 6 });
      expect(await exportTo(file, data, after, true)).toEqual(exported);
      expect(readFileSync(file, 'utf8')).toBe(before);
    },
  );
});

it('an export of a journal from which an entry was taken names the one that is missing', async () => {
  const data = fresh('data');
  await fillDirectory(data, { accounts: 2, rounds: 3 });
  const database = new DatabaseSync(join(data, 'journal.db'));
  withEntries(database, () => database.exec('DELETE FROM entry WHERE position = 9'));
  database.close();
  await expect(exportTo(fresh('x'), data, 0)).rejects.toThrow('entry 9 is missing');
});
