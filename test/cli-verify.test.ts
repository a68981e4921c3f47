import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withEntries } from './support/journal-entries.ts';
import { runScrip } from './support/run-scrip.ts';
import { startScrip } from './support/scrip-process.ts';
import { editIndex, numberOf } from './support/edit-segments.ts';
import { spoilRoot } from './support/spoil-page.ts';
import { readJournal, tamper, writeLedger } from './support/verify-ledger.ts';

let directory: string;
let data: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-cli-verify-'));
  data = join(directory, 'data');
  await writeLedger(data, 3);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const verify = (...flags: string[]) => runScrip(['verify', '--data', data, ...flags]);
const json = async (...flags: string[]) => {
  const { code, out } = await verify('--json', ...flags);
  return { code, reply: JSON.parse(out) as Record<string, unknown> };
};

describe('scrip verify', { timeout: 120_000 }, () => {
  it('says that all is right, and prints an anchor, without talk where nobody looks at a terminal', async () => {
    const { code, out, err } = await verify();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { length } = readJournal(data);
    expect(out).toMatch(
      new RegExp(
        `^entries +${length}\\naccounts +3\\njournal +right\\ntables +right\\nanchor +scrip-anchor-1:${length}:[0-9a-f]{64}\\n$`,
      ),
    );
  });

  it('prints the same for programs', async () => {
    const { length } = readJournal(data);
    const { code, reply } = await json();
    expect(code).toBe(0);
    expect(reply).toEqual({
      ok: true,
      entries: length,
      accounts: 3,
      checkpoint: length,
      anchor: expect.stringMatching(/^scrip-anchor-1:/) as string,
      journal: null,
      tables: [],
      repaired: [],
      keptAnchor: null,
    });
  });

  it('compares a kept anchor, given as it is or in a file, such as an earlier report', async () => {
    const anchor = String((await json()).reply['anchor']);
    const keep = (name: string, text: string) => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const files = [
      keep('anchor.txt', `${anchor}\n`),
      keep('report.txt', (await verify()).out),
      keep('report.json', (await verify('--json')).out),
    ];
    for (const given of [anchor, ...files]) {
      const { code, out } = await verify('--anchor', given);
      expect(code).toBe(0);
      expect(out).toMatch(/^kept anchor +holds$/m);
    }
    const { code, reply } = await json(
      '--anchor',
      anchor.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect(code).toBe(3);
    expect(reply).toMatchObject({
      ok: false,
      code: 'anchor-does-not-hold',
      keptAnchor: 'changed',
      journal: null,
    });
  });

  it('reads an anchor from standard input', async () => {
    const { out } = await runScrip(['verify', '--data', data, '--anchor', '-'], {
      input: (await verify()).out,
    });
    expect(out).toMatch(/^kept anchor +holds$/m);
  });

  it('finds an anchor in a file that is larger than any text can be', async () => {
    const file = join(directory, 'large.txt');
    writeFileSync(file, (await verify()).out);
    truncateSync(file, 700_000_000);
    expect((await verify('--anchor', file)).out).toMatch(/^kept anchor +holds$/m);
    rmSync(file);
  });

  it('takes no anchor from a file that holds none, or two, or cannot be read', async () => {
    const two = join(directory, 'two.txt');
    writeFileSync(two, [1, 2].map((entries) => `scrip-anchor-1:${entries}:${'0'.repeat(64)}`).join('\n'));
    const none = join(directory, 'none.txt');
    writeFileSync(none, 'nothing');
    for (const given of [two, none]) {
      const { code, err } = await verify('--anchor', given);
      expect([code, err]).toMatchObject([2, expect.stringContaining('neither an anchor nor a file')]);
    }
    const { code, err } = await verify('--anchor', directory);
    expect([code, err]).toMatchObject([
      1,
      expect.stringContaining(`${directory} cannot be read: it is a directory`),
    ]);
  });

  it('names what is wrong with a table, and makes it anew when asked to', async () => {
    tamper(data, 'derived', (database) =>
      editIndex(database, 'history', (rows) =>
        rows.map((row) => (row[0] === numberOf(database, 'beta') ? [row[0], row[1], 1] : row)),
      ),
    );
    const { code, out, err } = await verify();
    expect(code).toBe(3);
    expect(out).toMatch(/^tables +wrong$/m);
    expect(out).toMatch(/^history +beta version 1 +it says "position 1/m);
    expect(err).toContain('--repair');
    expect(await json()).toMatchObject({
      code: 3,
      reply: { ok: false, code: 'tables-wrong', tables: [{ table: 'history', row: 'beta version 1' }] },
    });
    const repaired = await json('--repair');
    expect(repaired).toMatchObject({
      code: 0,
      reply: { ok: true, tables: [], repaired: [{ table: 'history' }] },
    });
    expect((await verify()).code).toBe(0);
  });

  it('names the first wrong entry, and repairs nothing then', async () => {
    const other = join(directory, 'other');
    await writeLedger(other, 1);
    tamper(other, 'journal', (database) =>
      withEntries(database, () => database.exec(`UPDATE entry SET body = body || ' ' WHERE position = 20`)),
    );
    const { account_id: accountId, version } = readJournal(other)[19] ?? {};
    const ran = await runScrip(['verify', '--repair', '--json', '--data', other]);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain(`entry 20, version ${version} of ${accountId}: its hash does not fit`);
    expect(JSON.parse(ran.out)).toMatchObject({
      code: 'journal-wrong',
      journal: { number: 20, accountId, version },
      anchor: null,
      tables: null,
    });
  });

  it.each(['erasure', 'sealed_account', 'sealed_usage'])(
    'names the table %s that a server could not read, and how to come by a ledger without it',
    async (table) => {
      const [other, backup, restored] = ['', '-backup', '-restored'].map((end) =>
        join(directory, `${table}${end}`),
      ) as [string, string, string];
      cpSync(data, other, { recursive: true });
      spoilRoot(join(other, 'journal.db'), table);
      for (const flags of [[], ['--repair']]) {
        const ran = await runScrip(['verify', '--data', other, '--json', ...flags]);
        expect(ran.err).toContain(
          `The journal is wrong: the table ${table} cannot be read (database disk image is malformed).`,
        );
        expect(ran.err).toContain('`scrip backup` copies them, and `scrip restore` makes a whole ledger');
        expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
          3,
          { code: 'journal-wrong', journal: { number: 0 } },
        ]);
      }
      expect((await runScrip(['backup', '--data', other, '--to', backup])).code).toBe(0);
      expect((await runScrip(['restore', backup, '--data', restored])).code).toBe(0);
      expect((await runScrip(['verify', '--data', restored])).code).toBe(0);
    },
  );

  it('says of a file without a byte that it is empty', async () => {
    const other = join(directory, 'empty');
    mkdirSync(other);
    writeFileSync(join(other, 'journal.db'), '');
    const { code, err } = await runScrip(['verify', '--data', other]);
    expect([code, err]).toMatchObject([3, expect.stringContaining('entry 1: the file is empty.')]);
    expect(err).not.toContain('scrip verify');
  });

  it('does not send whom it tells of a damaged file to itself', async () => {
    const other = join(directory, 'lock');
    cpSync(data, other, { recursive: true });
    writeFileSync(join(other, 'lock.db'), 'no database'.repeat(1000));
    const { code, err } = await runScrip(['verify', '--repair', '--data', other]);
    expect([code, err]).toMatchObject([1, expect.stringContaining('lock.db: file is not a database')]);
    expect(err).toContain('A damaged lock.db may be removed');
    expect(err).not.toContain('scrip verify');
  });

  it('makes nothing where there is no ledger', async () => {
    const nowhere = join(directory, 'nowhere');
    for (const flags of [[], ['--repair']]) {
      const { code, err } = await runScrip(['verify', '--data', nowhere, ...flags]);
      expect(code).toBe(1);
      expect(err).toContain(`There is no ledger: ${join(nowhere, 'journal.db')} does not exist.`);
    }
  });

  it('is right beside a server under load, and repairs nothing there', async () => {
    const served = join(directory, 'served');
    const scrip = await startScrip({ data: served });
    try {
      // A machine that is busy with other tests may be told to try again, and the ids make that safe.
      const made = async (path: string, body: object) => {
        for (let status = 503; status !== 200 && status !== 201;) {
          const reply = await scrip.call('POST', path, body, { 'idempotency-key': `"${path}"` });
          status = reply.status;
          if (status !== 503) expect(status, reply.text).toBeLessThan(300);
        }
      };
      await made('/accounts', { id: 'acme' });
      await made('/accounts/acme/grants', { pool: 'standard', amount: '1000000', kind: 'one-time' });
      const over = new AbortController();
      let sent = 0;
      const load = (async () => {
        while (!over.signal.aborted) {
          const lines = Array.from({ length: 500 }, (_, at) => ({
            id: `debit-${sent + at}`,
            accountId: 'acme',
            action: 'sms',
            quantity: 1,
          }));
          await made('/debits', lines);
          sent += 500;
        }
      })();
      for (let look = 0; look < 3; look += 1) {
        const { code, out, err } = await runScrip(['verify', '--data', served, '--json']);
        expect({ code, err }, out).toEqual({ code: 0, err: '' });
      }
      over.abort();
      await load;
      expect(sent).toBeGreaterThan(0);
      const repair = await runScrip(['verify', '--data', served, '--repair']);
      expect(repair.code).toBe(1);
      expect(repair.err).toContain('is in use by another Scrip');
    } finally {
      await scrip.stop();
    }
    const { code, out } = await runScrip(['verify', '--data', served, '--json']);
    expect({ code, reply: JSON.parse(out) as object }).toMatchObject({
      code: 0,
      reply: { ok: true, accounts: 1 },
    });
  });
});
