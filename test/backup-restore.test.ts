import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { takeEmptyDirectory } from '../packages/scrip/src/cli/empty-directory.ts';
import { restoreBackup } from '../packages/scrip/src/cli/restore-backup.ts';
import { takeBackup } from '../packages/scrip/src/cli/take-backup.ts';
import {
  contentsOf,
  eraseIn,
  fillDirectory,
  startLoad,
  useServer,
  withServer,
} from './support/moved-ledger.ts';
import { decodeEntry } from '../packages/scrip/src/core/entry-format.ts';
import { createEntryRows } from '../packages/scrip/src/stores/sqlite/entry-rows.ts';
import { withEntries } from './support/journal-entries.ts';
import { runScrip, spawnScrip } from './support/run-scrip.ts';
import { withFileSystem } from './support/with-file-system.ts';

// Each starts processes, and a machine may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const home = mkdtempSync(join(tmpdir(), 'scrip-backup-'));
const filled = join(home, 'filled');
const whole = join(home, 'whole');
let made = 0;
const fresh = (name: string) => join(home, `${(made += 1)}-${name}`);

beforeAll(async () => {
  await fillDirectory(filled, { accounts: 10, rounds: 200 });
  writeFileSync(join(filled, 'secret'), 'the secret of the tests\n');
  takeBackup({ data: filled, to: whole, nowMs: 0 });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ok(...words: string[]): Promise<Record<string, unknown>> {
  const ran = await runScrip([...words, '--json']);
  expect(ran.code, `${words.join(' ')}\n${ran.err}`).toBe(0);
  return JSON.parse(ran.out) as Record<string, unknown>;
}

const exported = async (data: string) => (await runScrip(['export', '--data', data])).out;

describe('a backup', () => {
  it('that was restored is served as the ledger it was taken of', async () => {
    const [data, backup, restored] = [fresh('data'), fresh('backup'), fresh('restored')];
    const { sent, key, readings, before } = await withServer(data, async (scrip) => {
      const used = await useServer(scrip);
      const taken = await ok('backup', '--data', data, '--to', backup);
      expect(taken['secret']).toBe(true);
      return { ...used, before: await used.readings(scrip) };
    });
    expect(readdirSync(backup).toSorted()).toEqual(['backup.json', 'journal.db', 'secret']);
    expect(readFileSync(join(backup, 'journal.db')).includes(key)).toBe(false);
    await ok('restore', backup, '--data', restored);
    await ok('verify', '--data', restored);
    await withServer(restored, async (scrip) => {
      expect(await readings(scrip)).toEqual(before);
      for (const { path, id, body, reply } of sent) {
        const again = await scrip.call('POST', path, body, { 'idempotency-key': id });
        expect([path, again.headers.get('idempotent-replayed'), again.text]).toEqual([path, 'true', reply]);
      }
      const own = await scrip.call('GET', '/accounts/acme/balance', undefined, {
        authorization: `Bearer ${key}`,
      });
      expect(own.status).toBe(200);
    });
  });

  it('under load holds every change acknowledged before it began', async () => {
    const [data, backup, other] = [fresh('data'), fresh('backup'), fresh('other')];
    await withServer(data, async (scrip) => {
      const load = await startLoad(scrip);
      try {
        const before = [...load.acknowledged];
        await ok('backup', '--data', data, '--to', other);
        // Writes went on meanwhile.
        expect(load.acknowledged.length).toBeGreaterThan(before.length);
        // Nothing else happens in this process from the look at what was acknowledged to the end of the backup.
        const already = [...load.acknowledged];
        takeBackup({ data, to: backup, nowMs: 0 });
        expectHolds(other, before);
        expectHolds(backup, already);
      } finally {
        await load.stop();
      }
    });
    await ok('restore', backup, '--data', fresh('restored'));
  });

  it('has the same anchor when it is restored, and the same entries', async () => {
    const data = fresh('data');
    const restored = await ok('restore', whole, '--data', data);
    const again = await ok('backup', '--data', data, '--to', fresh('again'));
    expect(restored['anchor']).toBe(again['anchor']);
    expect(await exported(data)).toBe(await exported(filled));
  });

  it('can be read by its owner alone', () => {
    for (const file of ['', 'journal.db', 'secret', 'backup.json'])
      expect(statSync(join(whole, file)).mode & 0o077, file).toBe(0);
  });

  it('of a server that has its secret from the environment holds none, and says so', async () => {
    const [data, backup] = [fresh('data'), fresh('backup')];
    await fillDirectory(data, { accounts: 1, rounds: 1 });
    const ran = await runScrip(['backup', '--data', data, '--to', backup]);
    expect(ran.err).toContain('keep what SCRIP_SECRET is set to');
    expect(existsSync(join(backup, 'secret'))).toBe(false);
    const restored = await runScrip(['restore', backup, '--data', fresh('data')]);
    expect([restored.code, restored.err]).toMatchObject([0, expect.stringContaining('set SCRIP_SECRET')]);
  });

  it('taken while personal data is being erased does not hold it', async () => {
    const data = fresh('data');
    await fillDirectory(data, { accounts: 3, rounds: 1 });
    const kept = new DatabaseSync(join(data, 'journal.db'));
    const named = kept
      .prepare("SELECT position, data AS personal FROM personal WHERE data LIKE '%of account-1%'")
      .get();
    kept.close();
    await eraseIn(data, 'account-1');
    // As it is between the erasure's entry and the erasing of the rows before it.
    const { position, personal } = named as { position: number; personal: string };
    inJournal(
      data,
      `UPDATE entry SET personal = '${personal.replaceAll("'", "''")}' WHERE position = ${position}`,
    );
    const backup = fresh('backup');
    takeBackup({ data, to: backup, nowMs: 0 });
    const journal = readFileSync(join(backup, 'journal.db'));
    expect([journal.includes('of account-1'), journal.includes('of account-2')]).toEqual([false, true]);
  });

  it('of a damaged journal is refused, and leaves nothing', async () => {
    const [data, backup] = [fresh('data'), fresh('backup')];
    cpSync(filled, data, { recursive: true });
    inJournal(
      data,
      `UPDATE entry SET personal = replace(personal, 'account-4', 'account-5') WHERE position = 11`,
    );
    const ran = await runScrip(['backup', '--data', data, '--to', backup]);
    expect([ran.code, existsSync(backup), existsSync(`${backup}.part`)]).toEqual([1, false, false]);
    expect(ran.err).toMatch(
      /The journal is damaged: entry 11 \(version 1 of account-4\) is wrong: its personal data are not/,
    );
  });

  it('never takes the place of anything', async () => {
    const before = contentsOf(whole);
    const ran = await runScrip(['backup', '--data', filled, '--to', whole]);
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining(`${whole} exists already`)]);
    expect(contentsOf(whole)).toEqual(before);
    const backup = fresh('backup');
    mkdirSync(`${backup}.part`);
    for (const name of ['mine', 'journal.db', 'secret']) writeFileSync(join(`${backup}.part`, name), 'mine');
    const part = contentsOf(`${backup}.part`);
    const refused = async (to: string) => {
      const { code, out, err } = await runScrip(['backup', '--data', filled, '--to', to]);
      expect([code, out]).toEqual([1, '']);
      return err;
    };
    expect(await refused(backup)).toContain(`${backup}.part exists already`);
    expect(contentsOf(`${backup}.part`)).toEqual(part);
    const file = join(`${backup}.part`, 'mine');
    expect(await refused(file)).toContain(`${file} exists already`);
  });

  it('to where none can be made says so of its place, and not of the ledger', async () => {
    const file = fresh('a-file');
    writeFileSync(file, '');
    const ran = await runScrip(['backup', '--data', filled, '--to', join(file, 'backup')]);
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('Name another place with --to')]);
    expect(ran.err).not.toContain('--data');
  });

  it('says nothing beside its JSON, which has all of it', async () => {
    const ran = await runScrip(['backup', '--data', filled, '--to', fresh('backup'), '--json']);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(JSON.parse(ran.out)).toMatchObject({ secret: expect.any(Boolean) as boolean });
  });

  it('is refused while another one to its name is under way, and takes nothing away from that one', async () => {
    const backup = fresh('backup');
    const first = spawnScrip(['backup', '--data', filled, '--to', backup]);
    const exited = once(first, 'exit');
    const part = `${backup}.part/journal.db.part`;
    await vi.waitFor(() => expect(existsSync(part)).toBe(true), { timeout: 60_000, interval: 1 });
    first.kill('SIGSTOP');
    try {
      const second = await runScrip(['backup', '--data', filled, '--to', backup]);
      expect([second.code, second.err]).toMatchObject([
        1,
        expect.stringContaining(`Another backup to ${backup} is under way.`),
      ]);
      expect(existsSync(part)).toBe(true);
    } finally {
      first.kill('SIGCONT');
    }
    expect((await exited)[0]).toBe(0);
    expect(contentsOf(backup)['journal.db']).toBe(contentsOf(whole)['journal.db']);
    expect(leftBeside(backup)).toEqual([basename(backup)]);
  });

  it('that was killed is whole or not there, and then is taken anew', async () => {
    const backup = fresh('backup');
    const child = spawnScrip(['backup', '--data', filled, '--to', backup]);
    await killOnceWritten(child, `${backup}.part/journal.db.part`, `${backup}/journal.db.part`);
    if (!existsSync(backup)) await ok('backup', '--data', filled, '--to', backup);
    const { takenAt: _, ...manifest } = manifestOf(backup);
    expect(manifestOf(whole)).toMatchObject(manifest);
    expect(contentsOf(backup)['journal.db']).toBe(contentsOf(whole)['journal.db']);
    expect(leftBeside(backup)).toEqual([basename(backup)]);
  });

  it('on a full disk says so, and leaves nothing', async () => {
    const backup = fresh('backup');
    const ran = await runScrip(['backup', '--data', filled, '--to', backup], { under: LIMITED });
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('The files cannot be written')]);
    expect(leftBeside(backup)).toEqual([]);
  });
});

/** What stands at the name of a backup, and of what is made on the way to it. */
const leftBeside = (backup: string) => readdirSync(home).filter((name) => name.startsWith(basename(backup)));

function expectHolds(backup: string, ids: readonly string[]): void {
  const database = new DatabaseSync(join(backup, 'journal.db'), { readOnly: true });
  const rows = createEntryRows(database, 'main').each({ after: 0, upTo: Infinity });
  const held = new Set([...rows].map((row) => decodeEntry(row).change?.id));
  database.close();
  expect(ids.length).toBeGreaterThan(30);
  expect(ids.filter((id) => !held.has(id))).toEqual([]);
}

const manifestOf = (backup: string) =>
  JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as Record<string, unknown>;

/** Kills a process as soon as it has begun to write one of the files; it may have been quicker, and be done. */
async function killOnceWritten(child: ChildProcess, ...files: readonly string[]): Promise<void> {
  const exited = once(child, 'exit');
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const hasBegun = () => child.exitCode !== null || files.some((file) => sizeOf(file) > 0);
  await vi.waitFor(() => expect(hasBegun()).toBe(true), { timeout: 60_000, interval: 1 });
  child.kill('SIGKILL');
  await exited;
}

/** A shell in which no file may grow beyond 500 kB. */
const LIMITED = ['bash', '-c', 'ulimit -f 500; exec "$@"', 'bash'];

function inJournal(directory: string, sql: string): void {
  const database = new DatabaseSync(join(directory, 'journal.db'));
  withEntries(database, () => database.exec(sql));
  database.close();
}

/** Changes the bytes of a text in a file, where it stands first after its middle. */
function overwrite(file: string, text: string, other: string): void {
  const bytes = readFileSync(file);
  bytes.write(other, bytes.indexOf(text, Math.floor(bytes.length / 2)));
  writeFileSync(file, bytes);
}

/** What can become of a backup, and what is said of it then. */
const DAMAGES: Readonly<
  Record<string, { readonly damage: (backup: string) => void; readonly says: RegExp }>
> = {
  'an amount that was overwritten': {
    damage: (backup) => overwrite(join(backup, 'journal.db'), '"3000000"', '"2000000"'),
    says: /entry \d+ \(version \d+ of account-\d\) does not fit/,
  },
  'half of its journal': {
    damage: (backup) => truncateSync(join(backup, 'journal.db'), 500_000),
    says: /is damaged: (database disk image is malformed|entry \d+ is missing)/,
  },
  'zeros in its journal': {
    damage: (backup) => overwrite(join(backup, 'journal.db'), '', '\0'.repeat(4096)),
    says: /is damaged: /,
  },
  'no journal': {
    damage: (backup) => rmSync(join(backup, 'journal.db')),
    says: /There is no ledger: .* does not exist\.$/,
  },
  'a journal that is none': {
    damage: (backup) => writeFileSync(join(backup, 'journal.db'), 'no database'.repeat(1000)),
    says: /is damaged: file is not a database/,
  },
  'an entry less': {
    damage: (backup) => inJournal(backup, 'DELETE FROM entry WHERE position = 77'),
    says: /entry 77 is missing/,
  },
  'its last entry less': {
    damage: (backup) =>
      inJournal(backup, 'DELETE FROM entry WHERE position = (SELECT max(position) FROM entry)'),
    says: /entry \d+ is missing/,
  },
  'two entries exchanged': {
    damage: (backup) =>
      inJournal(
        backup,
        'UPDATE entry SET position = -1 WHERE position = 77; UPDATE entry SET position = 77 WHERE position = 90; UPDATE entry SET position = 90 WHERE position = -1;',
      ),
    says: /entry 77 \(version/,
  },
  'the anchor of another': {
    damage: (backup) => overwrite(join(backup, 'backup.json'), ':', ':0'),
    says: /backup.json cannot be read|its entries come to/,
  },
  'another secret': {
    damage: (backup) => writeFileSync(join(backup, 'secret'), 'x'),
    says: /its secret is another/,
  },
  'no secret': { damage: (backup) => rmSync(join(backup, 'secret')), says: /its secret is missing/ },
  'a manifest that is cut': {
    damage: (backup) => truncateSync(join(backup, 'backup.json'), 50),
    says: /backup.json cannot be read/,
  },
};

describe('a restore', () => {
  it.each(Object.entries(DAMAGES))(
    'of a backup with %s is refused, and changes nothing',
    (_what, { damage, says }) => {
      const [backup, data] = [fresh('damaged'), fresh('data')];
      cpSync(whole, backup, { recursive: true });
      damage(backup);
      const directory = takeEmptyDirectory(data);
      let failure: unknown;
      try {
        restoreBackup(backup, directory);
      } catch (error) {
        failure = error;
      }
      directory.release();
      expect(failure).toMatchObject({ code: 'backup-damaged', message: expect.stringMatching(says) });
      expect(existsSync(data)).toBe(false);
    },
  );

  it('of a journal that may not be opened is told so, and not that the backup is damaged', async () => {
    const [backup, data] = [fresh('unreadable'), fresh('data')];
    cpSync(whole, backup, { recursive: true });
    // Root may read every file, but nobody opens a socket as one.
    rmSync(join(backup, 'journal.db'));
    const server = createServer().listen(join(backup, 'journal.db'));
    await once(server, 'listening');
    const directory = takeEmptyDirectory(data);
    expect(() => restoreBackup(backup, directory)).toThrow(
      expect.objectContaining({ code: 'file-unreadable', message: expect.stringContaining('journal.db') }),
    );
    directory.release();
    server.close();
  });

  it('that fails leaves what somebody else has put there meanwhile', () => {
    const [backup, data] = [fresh('damaged'), fresh('data')];
    cpSync(whole, backup, { recursive: true });
    truncateSync(join(backup, 'journal.db'), 500_000);
    const directory = takeEmptyDirectory(data);
    cpSync(join(whole, 'secret'), directory.secret);
    expect(() => restoreBackup(backup, directory)).toThrow('is damaged');
    directory.release();
    expect(Object.keys(contentsOf(data))).toContain('secret');
  });

  it('that fails at its very end takes its secret back', () => {
    const data = fresh('data');
    const directory = takeEmptyDirectory(data);
    const rename = fs.renameSync;
    const refused: typeof rename = (from, to) => {
      if (to === directory.journal) throw new Error('the disk is broken');
      rename(from, to);
    };
    withFileSystem({ renameSync: refused }, () =>
      expect(() => restoreBackup(whole, directory)).toThrow('the disk is broken'),
    );
    expect(existsSync(directory.secret)).toBe(false);
    directory.release();
    expect(existsSync(data)).toBe(false);
  });

  it('goes on where one was killed while it wrote the secret', () => {
    const data = fresh('data');
    mkdirSync(data);
    writeFileSync(join(data, 'secret.part'), 'the sec');
    const directory = takeEmptyDirectory(data);
    expect(restoreBackup(whole, directory).hasSecret).toBe(true);
    directory.release();
    expect(readFileSync(join(data, 'secret'), 'utf8')).toBe(readFileSync(join(whole, 'secret'), 'utf8'));
    expect(existsSync(join(data, 'secret.part'))).toBe(false);
  });

  it('of a backup by a newer version is refused', async () => {
    const backup = fresh('newer');
    cpSync(whole, backup, { recursive: true });
    const manifest = readFileSync(join(backup, 'backup.json'), 'utf8');
    writeFileSync(
      join(backup, 'backup.json'),
      manifest.replace('"formatVersion": 1', '"formatVersion": 2, "later": true'),
    );
    const ran = await runScrip(['restore', backup, '--data', fresh('data')]);
    expect([ran.code, ran.err]).toMatchObject([
      1,
      expect.stringContaining('newer version of Scrip (backup 2'),
    ]);
  });

  it('into a directory that holds a ledger is refused, and changes nothing', async () => {
    const before = contentsOf(filled);
    const ran = await runScrip(['restore', whole, '--data', filled]);
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('holds a ledger already')]);
    expect(contentsOf(filled)).toEqual(before);
  });

  it('into the backup itself is refused, and puts nothing into it', async () => {
    const backup = fresh('backup');
    cpSync(whole, backup, { recursive: true });
    const ran = await runScrip(['restore', backup, '--data', backup]);
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('holds a ledger already')]);
    expect(readdirSync(backup).toSorted()).toEqual(['backup.json', 'journal.db', 'secret']);
  });

  it('beside another secret is refused, and leaves that one', async () => {
    const data = fresh('data');
    mkdirSync(data);
    writeFileSync(join(data, 'secret'), 'mine\n');
    const ran = await runScrip(['restore', whole, '--data', data]);
    expect([ran.code, ran.err]).toMatchObject([
      1,
      expect.stringContaining('is not the secret of the backup'),
    ]);
    expect(Object.keys(contentsOf(data))).toEqual(['secret']);
  });

  it('that was killed is whole or has made no ledger, and then is done anew', async () => {
    const data = fresh('data');
    const child = spawnScrip(['restore', whole, '--data', data]);
    await killOnceWritten(child, join(data, 'journal.db.part'));
    if (!existsSync(join(data, 'journal.db'))) await ok('restore', whole, '--data', data);
    const names = Object.keys(contentsOf(data)).filter((name) => !name.startsWith('derived.db'));
    expect(names.filter((name) => !/-(?:wal|shm)$/.test(name))).toEqual(['journal.db', 'secret']);
    expect(await exported(data)).toBe(await exported(filled));
    await ok('verify', '--repair', '--data', data);
  });

  it('on a full disk says so, and leaves nothing', async () => {
    const data = fresh('data');
    const ran = await runScrip(['restore', whole, '--data', data], { under: LIMITED });
    expect([ran.code, ran.err]).toMatchObject([1, expect.stringContaining('The files cannot be written')]);
    expect(existsSync(data)).toBe(false);
  });
});
