import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportToFile } from '../packages/scrip/src/cli/export-journal.ts';
import { openJournalSource } from '../packages/scrip/src/stores/sqlite/journal-source.ts';
import { withEntries } from './support/journal-entries.ts';
import { contentsOf, fillDirectory, startLoad, useServer, withServer } from './support/moved-ledger.ts';
import { chainAnew, readJournal, writeJournal, writeLedger } from './support/verify-ledger.ts';
import { hasScript, PROGRAM, runScrip, spawnScrip } from './support/run-scrip.ts';

// Each starts processes, and a machine may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const home = mkdtempSync(join(tmpdir(), 'scrip-move-'));
const filled = join(home, 'filled');
const whole = join(home, 'whole.ndjson');
let lines: string[];
let made = 0;
/** A path of its own. */
const fresh = (name: string) => join(home, `${(made += 1)}-${name}`);

beforeAll(async () => {
  await fillDirectory(filled, { accounts: 20, rounds: 100 });
  await ok('export', '--data', filled, '--out', whole);
  lines = readFileSync(whole, 'utf8').split('\n');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ok(...words: string[]): Promise<string> {
  const ran = await runScrip(words);
  expect(ran.code, `${words.join(' ')}\n${ran.err}`).toBe(0);
  return ran.out;
}

const json = async (...words: string[]) =>
  JSON.parse(await ok(...words, '--json')) as Record<string, unknown>;
const anchorIn = (file: string) =>
  (JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') as { anchor: string }).anchor;

describe('an export', () => {
  it('imported into an empty directory gives the same anchor, and is exported as the same bytes', async () => {
    const data = fresh('data');
    const { anchor, entries, accounts } = await json('import', whole, '--data', data);
    expect({ anchor, entries, accounts }).toEqual({
      anchor: anchorIn(whole),
      entries: lines.length - 3,
      accounts: 20,
    });
    expect(await ok('export', '--data', data)).toBe(readFileSync(whole, 'utf8'));
  });

  it('is answered from by a server as by the one it came from', async () => {
    const data = fresh('data');
    const copy = fresh('copy');
    const file = fresh('journal.ndjson');
    const { sent, key, readings, before } = await withServer(data, async (scrip) => {
      const used = await useServer(scrip);
      // The server serves while its journal is read.
      await ok('export', '--data', data, '--out', file);
      return { ...used, before: await used.readings(scrip) };
    });
    const secret = readFileSync(join(data, 'secret'), 'utf8').trim();
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
    expect(readFileSync(file, 'utf8')).not.toContain(key);
    mkdirSync(copy);
    copyFileSync(join(data, 'secret'), join(copy, 'secret'));
    await ok('import', file, '--data', copy);
    await withServer(copy, async (scrip) => {
      expect(await readings(scrip)).toEqual(before);
      for (const { path, id, body, reply } of sent) {
        const again = await scrip.call('POST', path, body, { 'idempotency-key': id });
        expect([path, again.headers.get('idempotent-replayed'), again.text]).toEqual([path, 'true', reply]);
      }
      const own = await scrip.call('GET', '/accounts/acme/balance', undefined, {
        authorization: `Bearer ${key}`,
      });
      expect(own.status).toBe(200);
      const next = await scrip.call('POST', '/accounts/acme/debits', { action: 'sms', quantity: 1 });
      expect(next.status).toBe(201);
    });
  });

  it('without the secret opens to no key, and says so', async () => {
    const data = fresh('data');
    const ran = await runScrip(['import', whole, '--data', data]);
    expect(ran.err).toContain(`at ${join(data, 'secret')}, or set SCRIP_SECRET`);
  });

  it('goes to standard output, and what is said of it beside', async () => {
    const ran = await runScrip(['export', '--data', filled]);
    expect(ran.out).toBe(readFileSync(whole, 'utf8'));
    expect(ran.err).toContain(anchorIn(whole));
  });

  it('whose chains hold and whose rules do not is imported as it is, and told to be wrong', async () => {
    const [data, file, copy] = [fresh('data'), fresh('forged.ndjson'), fresh('copy')];
    await writeLedger(data);
    const rows = readJournal(data).map((row) => ({
      ...row,
      body: row.body.replace('"sms","2000000",2,', '"sms","2000000",1,'),
    }));
    writeJournal(data, chainAnew(rows));
    await ok('export', '--data', data, '--out', file);
    const ran = await runScrip(['import', file, '--data', copy, '--json']);
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([0, { entries: rows.length }]);
    expect(ran.err).toMatch(
      /^The journal is wrong: entry \d+, version \d+ of acme: .*\n.*"scrip verify" says/m,
    );
    expect((await runScrip(['verify', '--data', copy])).code).toBe(3);
    expect((await runScrip(['import', whole, '--data', fresh('right')])).err).not.toContain('wrong');
  });

  it('is readable by its owner alone', () => {
    expect(statSync(whole).mode & 0o777).toBe(0o600);
  });

  it('of a journal in which an entry was changed stops there and names it', async () => {
    const data = fresh('data');
    await fillDirectory(data, { accounts: 2, rounds: 3 });
    const database = new DatabaseSync(join(data, 'journal.db'));
    withEntries(database, () =>
      database.exec(`UPDATE entry SET body = replace(body, '"3000000"', '"2000000"') WHERE position = 12`),
    );
    database.close();
    const ran = await runScrip(['export', '--data', data, '--json', '--out', fresh('x')]);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/The journal is damaged: entry 12 \(version \d+ of account-\d\) does not fit/);
    expect(JSON.parse(ran.out)).toMatchObject({ code: 'journal-damaged', entry: 12 });
  });

  it('of a journal in which a line break fell on a letter, or a letter on a line break, names the block', async () => {
    const [data, backup, file] = [fresh('data'), fresh('backup'), fresh('x')];
    await fillDirectory(data, { accounts: 2, rounds: 3 });
    expect((await runScrip(['backup', '--data', data, '--to', backup])).code).toBe(0);
    for (const directory of [data, backup]) {
      const database = new DatabaseSync(join(directory, 'journal.db'));
      database.exec(`UPDATE block SET entries = replace(entries, '"kind":"AccountOpened"', char(10))`);
      database.close();
    }
    const says = 'damaged: the block that ends with entry';
    for (const [code, ...words] of [
      ['journal-damaged', 'export', '--data', data, '--out', file],
      ['journal-damaged', 'backup', '--data', data, '--to', fresh('backup')],
      ['backup-damaged', 'restore', backup, '--data', fresh('restored')],
    ]) {
      const ran = await runScrip([...words, '--json']);
      expect([ran.code, ran.err], words.join(' ')).toMatchObject([1, expect.stringContaining(says)]);
      expect(JSON.parse(ran.out)).toMatchObject({ code });
    }
  });

  describe.each([
    ['cannot be read', `data = substr(data, 1, 60)`],
    ['cannot be read', `data = replace(data, '"name":"', '"name":')`],
    ['are not those that it was made with', `data = replace(data, 'account-1', 'account-0')`],
  ])('of a journal in which personal data %s (%s)', (what, damage) => {
    const data = fresh('data');
    const says = `The journal is damaged: entry 5 (version 1 of account-1) is wrong: its personal data ${what}.\n`;
    beforeAll(async () => {
      await fillDirectory(data, { accounts: 2, rounds: 3 });
      const database = new DatabaseSync(join(data, 'journal.db'));
      database.exec(`UPDATE personal SET data = '' WHERE position = 3`);
      database.exec(`UPDATE personal SET ${damage} WHERE position = 5`);
      database.close();
    });

    it.each([
      ['an export', () => ['export']],
      ['an export to a file', () => ['export', '--out', fresh('x')]],
      ['a backup', () => ['backup', '--to', fresh('backup')]],
    ])('%s names the entry, and shows nobody', async (_name, words) => {
      const ran = await runScrip([...words(), '--data', data]);
      expect([ran.code, ran.out + ran.err]).toMatchObject([1, expect.stringContaining(says)]);
      expect(ran.err).not.toMatch(/Näme|crm/);
    });

    it('what comes after it is exported all the same', async () => {
      expect(await json('export', '--after', '5', '--data', data, '--out', fresh('x'))).toHaveProperty(
        'anchor',
      );
    });

    it('a verification says the same', async () => {
      const ran = await runScrip(['verify', '--data', data]);
      expect([ran.code, ran.err]).toMatchObject([3, expect.stringContaining(`its personal data ${what}`)]);
    });
  });

  it('never overwrites a file', async () => {
    const file = fresh('mine.txt');
    writeFileSync(file, 'mine');
    const ran = await runScrip(['export', '--data', filled, '--out', file]);
    expect([ran.code, readFileSync(file, 'utf8')]).toEqual([1, 'mine']);
    const resumed = await runScrip(['export', '--data', filled, '--out', file, '--resume']);
    expect([resumed.code, readFileSync(file, 'utf8')]).toEqual([0, readFileSync(whole, 'utf8')]);
  });

  it('to a directory blames that one, and not the ledger', async () => {
    for (const more of [[], ['--resume']]) {
      const ran = await runScrip(['export', '--data', filled, '--out', home, ...more]);
      expect([ran.code, ran.err]).toMatchObject([
        1,
        expect.stringMatching(
          more.length === 0 ? /exists already/ : /^scrip: The files cannot be written: EISDIR/,
        ),
      ]);
      expect(ran.err).not.toContain('--data');
    }
  });

  it('of what is not there makes no file', async () => {
    const file = fresh('later.ndjson');
    const ran = await runScrip(['export', '--data', filled, '--out', file, '--after', '999999']);
    expect([ran.code, existsSync(file)]).toEqual([1, false]);
  });

  it('of a directory without a ledger is refused, and makes none', async () => {
    const data = fresh('nothing');
    const ran = await runScrip(['export', '--data', data]);
    expect([ran.code, existsSync(data)]).toEqual([1, false]);
    expect(ran.err).toContain('There is no ledger');
  });
});

describe('an export that was cut short', () => {
  it('by a kill is gone on with', async () => {
    const file = fresh('killed.ndjson');
    const child = spawnScrip(['export', '--data', filled, '--out', file]);
    const exited = once(child, 'exit');
    await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(0), { timeout: 60_000, interval: 1 });
    child.kill('SIGKILL');
    await exited;
    await ok('export', '--data', filled, '--out', file, '--resume');
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(whole, 'utf8'));
  });

  it('by a full disk says so, and is gone on with', async () => {
    const file = fresh('full.ndjson');
    const ran = await runScrip(['export', '--data', filled, '--out', file], { under: limited(512) });
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^scrip: The files cannot be written: .*\nMake room .* with --resume\./);
    await ok('export', '--data', filled, '--out', file, '--resume');
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(whole, 'utf8'));
  });
});

/** A shell in which no file may grow beyond so many kilobytes. */
const limited = (kilobytes: number) => ['bash', '-c', `ulimit -f ${kilobytes}; exec "$@"`, 'bash'];

describe('an export that the disk has no room for', () => {
  it.each([true, false])(
    'fails, however small the part that is missing (to a file of its own: %s)',
    async (own) => {
      const file = fresh('cut.ndjson');
      const room = Math.floor((statSync(whole).size - 1) / 1024);
      const under = ['bash', '-c', `ulimit -f ${room}; exec "$@"${own ? '' : ` > ${file}`}`, 'bash'];
      const ran = await runScrip(['export', '--data', filled, ...(own ? ['--out', file] : [])], { under });
      expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('The files cannot be written')]);
    },
  );
});

describe('an export under load', () => {
  it('holds every entry that was acknowledged before it began', async () => {
    const [data, file] = [fresh('busy'), fresh('busy.ndjson')];
    await withServer(data, async (scrip) => {
      const load = await startLoad(scrip);
      const source = openJournalSource(join(data, 'journal.db'));
      try {
        const already = [...load.acknowledged];
        await exportToFile(source, { file, after: 0, resume: false });
        const text = readFileSync(file, 'utf8');
        expect(already.filter((id) => !text.includes(`"${id}"`))).toEqual([]);
        expect(already.length).toBeGreaterThan(30);
      } finally {
        source.close();
        await load.stop();
      }
    });
    await ok('import', file, '--data', fresh('data'));
  });
});

describe('an import', () => {
  it('of a CSV file without --csv says what may be missing', async () => {
    const file = fresh('customers.csv');
    writeFileSync(file, 'id,balance\nacme,10\n');
    const { code, err } = await runScrip(['import', file, '--data', fresh('data')]);
    expect(code).toBe(1);
    expect(err).toContain(`Line 1 of ${file}: is not JSON.`);
    expect(err).toContain('If it is a CSV file of accounts, add --csv.');
  });

  it.each([
    ['', 'standard input was cut short'],
    ['{"a":1}\n', 'Line 1 of standard input: '],
  ])('of standard input calls it so: %j', async (input, says) => {
    const { err } = await runScrip(['import', '-', '--data', fresh('data')], { input });
    expect(err).toContain(says);
    expect(err).not.toContain('--csv');
  });

  it('of a compressed file says so, and how it is unpacked', async () => {
    const file = fresh('whole.ndjson.gz');
    writeFileSync(file, gzipSync(readFileSync(whole)));
    const { code, err } = await runScrip(['import', file, '--data', fresh('data')]);
    expect([code, err]).toMatchObject([1, expect.stringContaining('is compressed by gzip.')]);
    expect(err).toContain(`zcat ${file} | scrip import -\n`);
  });

  it('of exports in the wrong order says so', async () => {
    const { err } = await runScrip(['import', whole, whole, '--data', fresh('data')]);
    expect(err).toContain('Name the exports in their order');
  });

  it('overlooks blank lines after the end', async () => {
    const file = fresh('blank.ndjson');
    writeFileSync(file, `${readFileSync(whole, 'utf8')}\n \n`);
    expect((await runScrip(['import', file, '--data', fresh('data')])).code).toBe(0);
  });

  const importing = (file: string, data: string, ...more: string[]) =>
    runScrip(['import', file, '--data', data, '--json', ...more]);
  /** The files of the ledger alone, without those that SQLite keeps beside them. */
  const namesIn = (data: string) =>
    Object.keys(contentsOf(data)).filter((name) => !/-(?:wal|shm)$/.test(name));
  /** The bytes of the whole export, up to the end of a line. */
  const upTo = (line: number) => `${lines.slice(0, line).join('\n')}\n`;

  it('of a line that was edited names it, and changes nothing', async () => {
    const [data, file] = [fresh('data'), fresh('wrong.ndjson')];
    const at = lines.findIndex((line) => line.includes('CreditsDebited'));
    const edited = (lines[at] ?? '').replace('"standard","3000000"', '"standard","1"');
    writeFileSync(file, lines.toSpliced(at, 1, edited).join('\n'));
    mkdirSync(data);
    writeFileSync(join(data, 'secret'), 'kept\n');
    const before = contentsOf(data);
    const ran = await importing(file, data);
    expect(ran.err).toContain(`Line ${at + 1} of ${file}: entry ${at} (version 3 of account-0) does not fit`);
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([1, { code: 'line-wrong', line: at + 1 }]);
    expect(contentsOf(data)).toEqual(before);
  });

  it('into a directory that holds a ledger is refused, and changes nothing', async () => {
    const before = contentsOf(filled);
    const ran = await importing(whole, filled);
    expect([ran.code, ran.err]).toMatchObject([
      1,
      expect.stringContaining('holds a ledger already (journal.db'),
    ]);
    expect(contentsOf(filled)).toEqual(before);
  });

  it('beside a log that would be taken for its own is refused', async () => {
    const data = fresh('data');
    mkdirSync(data);
    writeFileSync(join(data, 'journal.db-journal'), '');
    const ran = await importing(whole, data);
    expect([ran.code, ran.err]).toMatchObject([
      1,
      expect.stringContaining('holds a ledger already (journal.db-journal)'),
    ]);
  });

  it('into the directory of a running server is refused', async () => {
    const data = fresh('data');
    await withServer(data, async (scrip) => {
      const ran = await importing(whole, data);
      expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining(`process ${scrip.pid}`)]);
    });
  });

  it('of a file that was cut short is gone on with when the rest is there', async () => {
    const [data, file] = [fresh('data'), fresh('cut.ndjson')];
    writeFileSync(file, upTo(1500) + (lines[1500] ?? '').slice(0, 200));
    const cut = await importing(file, data);
    expect([cut.code, JSON.parse(cut.out)]).toMatchObject([1, { code: 'file-cut-short', lines: 1501 }]);
    expect(existsSync(join(data, 'journal.db'))).toBe(false);
    expect(await json('import', whole, '--data', data, '--resume')).toMatchObject({
      anchor: anchorIn(whole),
    });
    expect(namesIn(data)).toEqual(['derived.db', 'journal.db']);
    expect(await ok('export', '--data', data)).toBe(readFileSync(whole, 'utf8'));
  });

  it('makes the tables too, and where they cannot be made says so and is done', async () => {
    const [data, other] = [fresh('data'), fresh('other')];
    await ok('import', whole, '--data', data);
    expect(await json('verify', '--data', data)).toMatchObject({ ok: true });
    const inTheWay = join(other, 'derived.db.new');
    mkdirSync(inTheWay, { recursive: true });
    const ran = await importing(whole, other);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toMatch(/The journal is whole.*could not be made\.\n.*derived\.db\.new.*\n.*next start/);
    rmSync(inTheWay, { recursive: true });
    await ok('verify', '--repair', '--data', other);
  });

  it('that was cut short keeps a new ledger from its directory, and is gone on with', async () => {
    const [data, file, rows] = [fresh('data'), fresh('cut.ndjson'), fresh('rows.csv')];
    writeFileSync(file, upTo(1501));
    writeFileSync(rows, 'id,balance\nacme,1\n');
    expect((await importing(file, data)).code).toBe(1);
    for (const words of [
      ['serve', '--port', '0', '--data', data],
      ['import', '--csv', rows, '--data', data],
      ['import', '--csv', rows, '--data', data, '--dry-run'],
    ]) {
      const ran = await runScrip(words, { under: ['timeout', '20'] });
      expect([ran.code, ran.err], words.join(' ')).toMatchObject([
        1,
        expect.stringContaining(`an import or a restore into ${data} was cut short`),
      ]);
    }
    expect(Object.keys(contentsOf(data))).toEqual(['journal.db.part']);
    await ok('import', whole, '--data', data, '--resume');
    copyFileSync(join(data, 'journal.db'), join(data, 'journal.db.part'));
    // A ledger that is whole is served beside what an earlier import has left.
    await withServer(data, async (scrip) => {
      expect((await scrip.call('GET', '/accounts/account-1')).status).toBe(200);
    });
  });

  it('with --resume and nothing to go on with is refused', async () => {
    const data = fresh('data');
    const ran = await importing(whole, data, '--resume');
    expect([ran.code, existsSync(data)]).toEqual([1, false]);
    expect(ran.err).toContain('There is no import to go on with');
  });

  it('that was killed is gone on with, or begun anew', async () => {
    for (const again of [['--resume'], []]) {
      const data = fresh('data');
      const child = spawnScrip(['import', '-', '--data', data]);
      child.stdin.write(upTo(2500));
      const part = join(data, 'journal.db.part');
      await vi.waitFor(() => expect(statSync(part).size).toBeGreaterThan(500_000), { timeout: 60_000 });
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(existsSync(join(data, 'journal.db'))).toBe(false);
      await ok('import', whole, '--data', data, ...again);
      expect(await ok('export', '--data', data)).toBe(readFileSync(whole, 'utf8'));
      expect(namesIn(data)).toEqual(['derived.db', 'journal.db']);
    }
  });

  it('on a full disk says so, leaves no ledger, and is gone on with', async () => {
    const data = fresh('data');
    const ran = await runScrip(['import', whole, '--data', data], { under: limited(800) });
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('The files cannot be written')]);
    expect(existsSync(join(data, 'journal.db'))).toBe(false);
    await ok('import', whole, '--data', data, '--resume');
    expect(await ok('export', '--data', data)).toBe(readFileSync(whole, 'utf8'));
  });
});

describe('a long work', () => {
  const onTerminal = (words: string) =>
    execFileSync('script', ['-qec', `${process.execPath} ${PROGRAM} ${words}`, '/dev/null'], {
      encoding: 'utf8',
    });

  it.runIf(hasScript)('shows how far it is on a terminal, and nowhere else', async () => {
    const [file, data] = [fresh('x.ndjson'), fresh('data')];
    expect(onTerminal(`export --data ${filled} --out ${file}`)).toMatch(/\d% \| \d+ entries/);
    expect(onTerminal(`import ${file} --data ${data}`)).toMatch(/\d% \| \d+ entries/);
    expect((await runScrip(['export', '--data', data, '--out', fresh('y')])).err).toBe('');
  });

  it.runIf(hasScript)('shows how far it is on a narrow terminal too', () => {
    const command = `stty cols 40; exec ${process.execPath} ${PROGRAM} export --data ${filled} --out ${fresh('x.ndjson')}`;
    const shown = execFileSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
    expect(shown).toMatch(/\d% \| \d+ entries/);
  });
});
