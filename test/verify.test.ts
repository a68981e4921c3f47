import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Anchor } from '../packages/scrip/src/ledger/anchor.ts';
import { repairDirectory } from '../packages/scrip/src/stores/sqlite/repair-directory.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import type { IndexName } from '../packages/scrip/src/stores/sqlite/segments/segment-indexes.ts';
import { INDEX_NAMES } from '../packages/scrip/src/stores/sqlite/segments/segment-indexes.ts';
import { nameOfKey, slotAndName } from '../packages/scrip/src/stores/sqlite/segments/usage-amount.ts';
import type { Row } from './support/edit-segments.ts';
import { editIndex, numberOf, readRows, writePage } from './support/edit-segments.ts';
import type { JournalRow } from './support/journal-entries.ts';
import { withEntries } from './support/journal-entries.ts';
import { chainAnew, readJournal, tamper, writeJournal, writeLedger } from './support/verify-ledger.ts';

const DAY_MS = 86_400_000;
let original: string;
let directory: string;

beforeAll(async () => {
  original = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
  await writeLedger(original);
}, 60_000);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
  cpSync(original, directory, { recursive: true });
  return () => rmSync(directory, { recursive: true, force: true });
}, 60_000);
afterAll(() => rmSync(original, { recursive: true, force: true }));

/** In this thread: to start others takes longer than so small a journal does. */
const optionsOf = (keptAnchor: Anchor | null) => ({
  directory,
  keptAnchor,
  threads: 1,
  onProgress: () => {},
});
const verify = (keptAnchor: Anchor | null = null) => verifyDirectory(optionsOf(keptAnchor));

/** The last entry of acme that fits. */
function entryOf(rows: readonly JournalRow[], fits: (body: string) => boolean): JournalRow {
  const row = rows.findLast(({ account_id: id, body }) => id === 'acme' && fits(body));
  if (row === undefined) throw new Error('there is no such entry');
  return row;
}
const ofKind = (kind: string) => (body: string) =>
  body.includes(`"kind":"${kind}"`) || body.startsWith(`[3,"${kind}"`);

/** Changes the rows of the journal by hand, and gives what is found. */
async function afterForging(forge: (rows: JournalRow[]) => readonly JournalRow[]) {
  writeJournal(directory, forge(readJournal(directory)));
  return verify();
}

describe('verify', () => {
  it('finds nothing wrong with what the store has written', async () => {
    const rows = readJournal(directory);
    expect(await verify()).toMatchObject({
      entries: rows.length,
      accounts: 3,
      journalFlaw: null,
      checkpoint: rows.length,
      projectionFlaws: [],
    });
  });

  it('finds the same however many threads share the work', async () => {
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((threads) => verifyDirectory({ ...optionsOf(null), threads })),
    );
    expect(one?.anchor?.entries).toBe(readJournal(directory).length);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it('says how far it is, up to every entry', async () => {
    const seen: number[] = [];
    const { entries } = await verifyDirectory({ ...optionsOf(null), onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(entries);
  });

  it('finds nothing wrong with an empty journal', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
    await (await openSqliteStore({ directory: empty, idsKeptMs: DAY_MS, now: Date.now })).close();
    const found = await verifyDirectory({ ...optionsOf(null), directory: empty });
    rmSync(empty, { recursive: true });
    expect(found).toMatchObject({ entries: 0, journalFlaw: null, projectionFlaws: [] });
  });
});

describe('an entry of the journal', () => {
  const flips: readonly [column: keyof JournalRow, flip: (row: JournalRow) => Partial<JournalRow>][] = [
    ['body', ({ body }) => ({ body: body.replace(/1(?=\d{12})/, '3') })],
    ['hash', ({ hash }) => ({ hash: hash.map((byte, at) => (at === 7 ? byte ^ 4 : byte)) })],
    ['version', ({ version }) => ({ version: version ^ 1 })],
    ['account_id', () => ({ account_id: 'acmd' })],
  ];
  it.each(flips)('with a flipped bit in its %s is found and named', async (_column, flip) => {
    const at = 40;
    const { journalFlaw } = await afterForging((rows) =>
      rows.map((row, index) => (index === at ? { ...row, ...flip(row) } : row)),
    );
    expect(journalFlaw?.number).toBe(at + 1);
  });

  it('is named before one that is wrong too, whichever account comes first', async () => {
    const rows = readJournal(directory);
    const debitsOf = (id: string) =>
      rows.filter((row) => row.account_id === id && ofKind('CreditsDebited')(row.body));
    const accounts = ['acme', 'beta', 'gamma.2'];
    for (const accountId of accounts) {
      const wrong = accounts.map((id) => debitsOf(id).at(id === accountId ? -4 : -1));
      writeJournal(directory, rows);
      const { journalFlaw } = await afterForging((all) =>
        all.map((row) =>
          wrong.some((one) => one?.position === row.position)
            ? { ...row, hash: row.hash.map((byte) => byte ^ 1) }
            : row,
        ),
      );
      const number = debitsOf(accountId).at(-4)?.position;
      expect(journalFlaw).toMatchObject({ number, accountId });
    }
  });

  it('with another name than it was made with is found, and one whose name was erased is right', async () => {
    const forged = await afterForging((rows) =>
      rows.map((row) =>
        row.personal === null ? row : { ...row, personal: row.personal.replace('The', 'No') },
      ),
    );
    expect(forged.journalFlaw).toMatchObject({
      version: 1,
      what: expect.stringContaining('name or metadata') as string,
    });
    const erased = await afterForging((rows) => rows.map((row) => ({ ...row, personal: null })));
    expect(erased).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
  });

  it('that is gone is named by the one after it', async () => {
    const gone = entryOf(readJournal(directory), ofKind('HoldPlaced'));
    const { journalFlaw } = await afterForging((rows) =>
      rows.filter((row) => row.position !== gone.position),
    );
    expect(journalFlaw).toMatchObject({
      accountId: 'acme',
      version: gone.version + 1,
      what: `version ${gone.version} is missing before it`,
    });
  });

  it('that is gone from the end of its account is named by its place', async () => {
    const last = entryOf(readJournal(directory), () => true);
    const { journalFlaw } = await afterForging((rows) =>
      rows.filter((row) => row.position !== last.position),
    );
    expect(journalFlaw).toMatchObject({ number: last.position, what: 'it is missing' });
  });

  it('that is gone from the end of the journal is missed by what was made from it', async () => {
    const { length } = readJournal(directory);
    const { journalFlaw } = await afterForging((rows) => rows.slice(0, -1));
    expect(journalFlaw).toMatchObject({
      number: length,
      what: expect.stringContaining('it is missing') as string,
    });
  });

  it('that stands twice is found', async () => {
    const { journalFlaw } = await afterForging((rows) => [
      ...rows,
      { ...entryOf(rows, ofKind('CreditsDebited')), position: rows.length + 1 },
    ]);
    expect(journalFlaw).toMatchObject({ accountId: 'acme', what: 'it stands twice' });
  });

  it('that changed places with another of its account is found', async () => {
    const { journalFlaw } = await afterForging((rows) => {
      const [one, other] = rows.filter(({ account_id: id }) => id === 'beta').slice(20, 22);
      return rows.map((row) => {
        if (row === one) return { ...other, position: row.position } as JournalRow;
        return row === other ? ({ ...one, position: row.position } as JournalRow) : row;
      });
    });
    expect(journalFlaw).toMatchObject({
      accountId: 'beta',
      version: 22,
      what: 'version 21 is missing before it',
    });
  });

  it('that changed places with another account’s is found by its history', async () => {
    const found = await afterForging((rows) => {
      const at = rows.findIndex((row, index) => row.account_id !== rows[index + 1]?.account_id && index > 50);
      const [one, other] = rows.slice(at, at + 2) as [JournalRow, JournalRow];
      return rows
        .with(at, { ...other, position: one.position })
        .with(at + 1, { ...one, position: other.position });
    });
    expect(found.journalFlaw).toBeNull();
    expect(found.projectionFlaws?.map(({ table }) => table)).toContain('history');
  });

  it('under an id that its account has used is found, though its chain was mended', async () => {
    const { journalFlaw } = await afterForging((rows) =>
      chainAnew(rows.map((row) => ({ ...row, body: row.body.replace('"call-11"', '"sms-11"') }))),
    );
    expect(journalFlaw?.what).toMatch(/^its id "sms-11" is that of version \d+$/);
  });

  const forgeries: readonly [what: string, bears: string, forge: (body: string) => string, found: RegExp][] =
    [
      [
        'another price',
        '"sms","2000000",2,',
        (body) => body.replace('"sms","2000000",2,', '"sms","2000000",1,'),
        /rateCardVersion/,
      ],
      [
        'a larger total',
        '"kind":"CreditsGranted"',
        (body) => body.replace(/"settledMicros":"/, '"settledMicros":"9'),
        /settledMicros/,
      ],
      ['another lot', '"CreditsDebited"', (body) => body.replace(/\d+(?=,"[^"]+","\d+"\]$)/, '7'), /draws/],
      [
        'an earlier time',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"atMs":\d+/, '"atMs":1'),
        /its time lies before/,
      ],
      [
        'a refund of more',
        '"kind":"DebitRefunded"',
        (body) => body.replace(/"amountMicros":"\d+"/, '"amountMicros":"900000000"'),
        /refund-exceeds-debit|amountMicros/,
      ],
      [
        'a hold that was resolved',
        '"kind":"HoldCaptured"',
        (body) => body.replace(/"holdId":"job-\d+"/, '"holdId":"job-2"'),
        /hold-not-found/,
      ],
      [
        'no hold’s end',
        '"kind":"HoldExpired"',
        (body) => body.replace(/"amountMicros":"\d+"/, '"amountMicros":"1"'),
        /amountMicros/,
      ],
      [
        'a revoked key that is another',
        '"kind":"KeyRevoked"',
        (body) => body.replace('"keyId":"other-of', '"keyId":"of'),
        /digest/,
      ],
      [
        'an amount that is no number',
        '"CreditsDebited"',
        (body) => body.replace('"standard","', '"standard","x'),
        /cannot be read/,
      ],
      [
        'a format that nobody knows',
        '"CreditsDebited"',
        (body) => body.replace('[3', '[9'),
        /cannot be read/,
      ],
    ];
  it.each(forgeries)(
    'forged to have %s is found, though its chain was mended',
    async (_what, bears, forge, found) => {
      const entry = entryOf(readJournal(directory), (body) => body.includes(bears));
      const { journalFlaw } = await afterForging((rows) =>
        chainAnew(
          rows.map((row) => (row.position === entry.position ? { ...row, body: forge(row.body) } : row)),
        ),
      );
      expect(journalFlaw).toMatchObject({
        accountId: 'acme',
        version: entry.version,
        number: entry.position,
      });
      expect(journalFlaw?.what).toMatch(found);
    },
  );

  it('that gives an account a key of another is found, though its chain was mended', async () => {
    const { journalFlaw } = await afterForging((rows) =>
      chainAnew(
        rows.map((row) =>
          row.account_id === 'beta'
            ? { ...row, body: row.body.replace('digest-of-of-beta', 'digest-of-of-acme') }
            : row,
        ),
      ),
    );
    expect(journalFlaw?.what).toMatch(/^it has a key that (?:acme|beta) has too$/);
  });

  it('of time that was taken out is missed, though the chain was mended', async () => {
    const expiry = entryOf(readJournal(directory), ofKind('HoldExpired'));
    const { journalFlaw } = await afterForging((rows) =>
      chainAnew(rows.filter((row) => row.position !== expiry.position)),
    );
    expect(journalFlaw).toMatchObject({ accountId: 'acme', version: expiry.version });
    expect(journalFlaw?.what).toMatch(
      /^a HoldExpired was due before it$|^what was due at .* is missing before it$/,
    );
  });

  it('is never lost to a flipped bit anywhere in the file', { timeout: 60_000 }, async () => {
    const file = join(directory, 'journal.db');
    const bytes = readFileSync(file);
    const before = readJournal(directory);
    let found = 0;
    for (let flip = 1; flip <= 24; flip += 1) {
      const damaged = Buffer.from(bytes);
      const at = Math.floor((flip * bytes.length * 0.618) % bytes.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (flip % 8));
      writeFileSync(file, damaged);
      const flaw = await verify().then(
        ({ journalFlaw }) => journalFlaw,
        (error: unknown) => error,
      );
      if (flaw !== null) found += 1;
      // A bit in which nothing is kept.
      else expect(readJournal(directory), `byte ${at}`).toEqual(before);
    }
    expect(found).toBeGreaterThan(12);
  });

  it('in a file that is no database is named as unreadable', async () => {
    writeFileSync(join(directory, 'journal.db'), 'no database'.repeat(500));
    expect((await verify()).journalFlaw).toMatchObject({
      number: 1,
      what: expect.stringContaining('cannot be read') as string,
    });
  });
});

type Damage = string | ((database: DatabaseSync) => void);

/** A change of an index's rows; `of` gives an account's number. */
const rowsOf =
  (index: IndexName, edit: (rows: Row[], of: (accountId: string) => number) => Row[]): Damage =>
  (database) =>
    editIndex(database, index, (rows) => edit(rows, (accountId) => numberOf(database, accountId)));

/** A change of each row of an account that fits. */
const eachOf =
  (index: IndexName, accountId: string, edit: (row: Row, database: DatabaseSync) => Row[]): Damage =>
  (database) => {
    const number = numberOf(database, accountId);
    editIndex(database, index, (rows) =>
      rows.flatMap((row) => (row[0] === number ? edit(row, database) : [row])),
    );
  };

/** A change of each row of what an account has used by an action. */
const eachUsed = (accountId: string, action: string, edit: (row: Row) => Row[]): Damage =>
  eachOf('usage', accountId, (row, database) => {
    const name = database.prepare('SELECT action FROM usage_name WHERE name = ?').get(nameOfKey(row[1]));
    return name?.['action'] === action ? edit(row) : [row];
  });

/** A change of the last id of the second segment. */
const lastChange = (edit: (row: Row) => Row[]): Damage => {
  let segment = 0;
  return (database) => {
    segment = 0;
    editIndex(database, 'change', (rows) => {
      segment += 1;
      const last = rows.at(-1);
      return segment === 2 && last !== undefined ? [...rows.slice(0, -1), ...edit(last)] : rows;
    });
  };
};

const DAMAGES: readonly [table: string, what: string, damage: Damage, row: RegExp | null][] = [
  [
    'history',
    'a row less',
    eachOf('history', 'acme', (row) => (row[1] === 9 ? [] : [row])),
    /^acme version 9$/,
  ],
  [
    'history',
    'another position',
    eachOf('history', 'beta', ([number, version, position = 0]) => [
      [number, version, version === 3 ? position + 1 : position],
    ]),
    /^beta version 3$/,
  ],
  [
    'history',
    'another version',
    eachOf('history', 'beta', ([number, version, position = 0]) => [
      [number, version === 4 ? 4000 : version, position],
    ]),
    /^beta version 4$/,
  ],
  [
    'history',
    'all positions lost',
    eachOf('history', 'acme', ([number, version]) => [[number, version, 1]]),
    /^acme version \d+$/,
  ],
  ['history', 'a row of nobody', rowsOf('history', (rows) => [...rows, [1, 1, 1]]), /^nobody version 1$/],
  ['holds', 'rows less', eachOf('holds', 'acme', () => []), /^acme version \d+$/],
  [
    'holds',
    'a grant among them',
    rowsOf('holds', (rows, of) => [...rows, [of('acme'), 9000, 1]]),
    /^acme version 9000$/,
  ],
  [
    'grants',
    'rows of others',
    eachOf('grants', 'acme', ([number, version, position = 0]) => [[number, version + 1, position]]),
    /^acme version \d+$/,
  ],
  ['continuation', 'rows less', eachOf('continuation', 'acme', () => []), /^acme version \d+$/],
  [
    'continuation',
    'an earlier refund',
    eachOf('continuation', 'beta', ([number, version, position = 0]) => [[number, version, position - 1]]),
    /^beta version \d+$/,
  ],
  ['usage', 'a row less', eachUsed('acme', 'sms', () => []), /^acme standard, sms/],
  [
    'usage',
    'a larger amount',
    eachUsed('beta', 'sms', ([number, key, high = 0, low = 0, calls = 0]) => [
      [number, key, high, low + 1, calls],
    ]),
    /^beta standard, sms/,
  ],
  [
    'usage',
    'a million more',
    eachUsed('beta', 'sms', ([number, key, high = 0, low = 0, calls = 0]) => [
      [number, key, high + 1, low, calls],
    ]),
    /^beta standard, sms/,
  ],
  [
    'usage',
    'another count',
    eachUsed('beta', 'sms', ([number, key, high = 0, low = 0, calls = 0]) => [
      [number, key, high, low, calls + 1],
    ]),
    /^beta standard, sms/,
  ],
  [
    'usage',
    'another action',
    `UPDATE usage_name SET action = 'smt' WHERE action = 'sms'`,
    /^[a-z.2]+ standard, sm[st]/,
  ],
  [
    'usage',
    'another slot',
    eachUsed('acme', 'sms', ([number, key, ...rest]) => [[number, key + slotAndName(1, 0), ...rest]]),
    /^acme standard, sms/,
  ],
  ['account', 'a row less', `DELETE FROM account WHERE account_id = 'beta'`, /^beta$/],
  ['account', 'a row too many', `INSERT INTO account VALUES ('nobody', 1, 0)`, /^nobody$/],
  ['account', 'another number', `UPDATE account SET number = number + 1 WHERE account_id = 'acme'`, /^acme$/],
  [
    'account',
    'a number of another hash that nobody has',
    `UPDATE account SET number = number + 1, moved = 1 WHERE account_id = 'beta'`,
    /^beta$/,
  ],
  ['api_key', 'a row less', `DELETE FROM api_key WHERE account_id = 'acme'`, /^digest-o/],
  ['api_key', 'a revoked key', `INSERT INTO api_key VALUES ('digest-of-other-of-acme', 'acme')`, /^digest-o/],
  [
    'api_key',
    'another owner',
    `UPDATE api_key SET account_id = 'beta' WHERE account_id = 'acme'`,
    /^digest-o/,
  ],
  [
    'snapshot',
    'another balance',
    `UPDATE snapshot SET state = replace(state, '"settledMicros":"', '"settledMicros":"1') WHERE account_id = 'acme'`,
    /^acme version \d+$/,
  ],
  [
    'snapshot',
    'another hash',
    `UPDATE snapshot SET hash = replace(hash, 'a', 'b') WHERE account_id = 'beta'`,
    /^beta version \d+$/,
  ],
  [
    'snapshot',
    'a text cut short',
    `UPDATE snapshot SET state = substr(state, 1, 90) WHERE account_id = 'beta'`,
    /^beta version \d+$/,
  ],
  [
    'snapshot',
    'a version that never was',
    `INSERT INTO snapshot VALUES ('acme', 9999, '{}', '')`,
    /^acme version 9999$/,
  ],
  ['change', 'an id less', lastChange(() => []), /^[a-z.2$]+ id \S+$/],
  ['change', 'another id', lastChange(([hash, position]) => [[hash + 1, position]]), /^[a-z.2$]+ id \S+$/],
  [
    'change',
    'another position',
    lastChange(([hash, position]) => [[hash, position + 1]]),
    /^[a-z.2$]+ id \S+$/,
  ],
  ['segment', 'one of nothing', `INSERT INTO segment VALUES (77, 32, 32, 0, x'00')`, /^entries 33 to 32$/],
  [
    'segment',
    'another filter',
    `UPDATE segment SET filter = zeroblob(length(filter)) WHERE after = 0`,
    /^entries 1 to \d+$/,
  ],
  [
    'segment',
    'another time of its end',
    `UPDATE segment SET last_at_ms = last_at_ms + 1 WHERE after = 0`,
    /^entries 1 to \d+$/,
  ],
  ['segment_page', 'a page of nothing', `INSERT INTO segment_page VALUES (9999, x'00')`, /^page 9999$/],
  [
    'segment_index',
    'one of nothing',
    `INSERT INTO segment_index VALUES (78, 'history', 0, 9999, x'')`,
    /^history$/,
  ],
  ['derived.db', 'a table less', `DROP TABLE segment_page`, null],
  ['derived.db', 'no progress', `DELETE FROM progress`, null],
  ['derived.db', 'half a header', `UPDATE segment_index SET fences = substr(fences, 1, 12)`, null],
];

/** What leads look-ups astray, though all rows are there, or most. */
const DISORDERS: readonly [what: string, damage: Damage, found: RegExp][] = [
  [
    'two pages that changed places',
    `UPDATE segment_page SET page = -page WHERE page IN (FIRST, FIRST + 1);
     UPDATE segment_page SET page = CASE page WHEN -FIRST THEN FIRST + 1 ELSE FIRST END WHERE page < 0`,
    /^what its header says of a page is not what that begins with$/,
  ],
  [
    'two rows that changed places',
    (database) => {
      const [, a, b, ...rest] = firstPage(database).rows;
      const [first] = firstPage(database).rows;
      writePage(
        database,
        firstPage(database).page,
        [first, b, a, ...rest].flatMap((row) => row ?? []),
      );
    },
    /^its rows are out of order$/,
  ],
  [
    'a fence of another account',
    (database) =>
      database
        .prepare(
          "UPDATE segment_index SET fences = CAST(zeroblob(16) || substr(fences, 17) AS BLOB) WHERE name = 'history'",
        )
        .run(),
    /^what its header says of a page is not what that begins with$/,
  ],
  ['a page less', 'DELETE FROM segment_page WHERE page = FIRST', /^it is missing$/],
  [
    'half a page',
    'UPDATE segment_page SET rows = substr(rows, 1, 100) WHERE page = FIRST',
    /^it is missing$/,
  ],
  [
    'a number that is none',
    (database) => {
      const { page, rows } = firstPage(database);
      writePage(database, page, [0.5, ...rows.flat().slice(1)]);
    },
    /^it is missing$/,
  ],
  [
    'fewer pages in its header',
    "UPDATE segment_index SET fences = substr(fences, 1, length(fences) - 16) WHERE name = 'history'",
    /^it is missing$/,
  ],
  [
    'another count in its header',
    "UPDATE segment_index SET rows = rows + 1 WHERE name = 'history'",
    /^its header says that it has \d+ rows and not \d+$/,
  ],
];

/** The first page of the oldest segment's history, which has several. */
function firstPage(database: DatabaseSync): { page: number; rows: Row[] } {
  const found = database
    .prepare(
      "SELECT first_page AS page FROM segment_index WHERE name = 'history' AND segment = (SELECT segment FROM segment WHERE after = 0)",
    )
    .get();
  return { page: Number(found?.['page']), rows: (readRows(database, 'history')[0] ?? []).slice(0, 10) };
}

function damageDerived(damage: Damage): void {
  tamper(directory, 'derived', (database) => {
    if (typeof damage === 'function') damage(database);
    else database.exec(damage.replaceAll('FIRST', String(firstPage(database).page)));
  });
}

/** All rows of a file, table by table, but for what may differ from one making of it to another. */
function dump(file: 'journal' | 'derived', tables: readonly string[]): unknown {
  const rows: Record<string, unknown> = {};
  tamper(directory, file, (database: DatabaseSync) => {
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
  tamper(directory, 'derived', (database) => {
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
      damageDerived(damage);
      const { journalFlaw, projectionFlaws } = await verify();
      expect(journalFlaw).toBeNull();
      expect(projectionFlaws?.map((flaw) => flaw.table)).toContain(table);
      const flaw = projectionFlaws?.find((one) => one.table === table);
      if (row === null) expect(flaw?.row).toBeNull();
      else expect(flaw?.row).toMatch(row);
    },
  );

  it.each(DISORDERS)('of history with %s is found', async (_what, damage, found) => {
    damageDerived(damage);
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
      tamper(directory, 'derived', (database) => {
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

  it('with a segment less is found', async () => {
    damageDerived('DELETE FROM segment WHERE after = (SELECT max(after) FROM segment)');
    const found = (await verify()).projectionFlaws;
    expect(found).toContainEqual({
      table: 'segment',
      row: null,
      what: expect.stringMatching(/^they end at entry \d+ and not at \d+$/) as string,
    });
    damageDerived('DELETE FROM segment WHERE after = 0');
    const tables = (await verify()).projectionFlaws?.map(({ table }) => table);
    expect(tables).toEqual(expect.arrayContaining(['segment', 'segment_index']));
  });

  it('is never lost to a flipped bit anywhere in its file', { timeout: 60_000 }, async () => {
    const file = join(directory, 'derived.db');
    const bytes = readFileSync(file);
    const before = dump('derived', ALL_TABLES);
    let found = 0;
    for (let flip = 1; flip <= 60; flip += 1) {
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
    expect(found).toBeGreaterThan(30);
  });

  it('with every damage at once is mended by a repair, which leaves the journal alone', async () => {
    const journal = dump('journal', ['block', 'personal']);
    for (const [table, , damage] of DAMAGES) if (table !== 'derived.db') damageDerived(damage);
    const { before, after } = await repairDirectory(optionsOf(null));
    const wrong = before.projectionFlaws?.map(({ table }) => table);
    expect(new Set(wrong)).toEqual(
      new Set(DAMAGES.map(([table]) => table).filter((table) => table !== 'derived.db')),
    );
    expect(after).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
    expect(dump('journal', ['block', 'personal'])).toEqual(journal);
  });

  it.each([
    ['lost', () => rmSync(join(directory, 'derived.db'))],
    ['no database', () => writeFileSync(join(directory, 'derived.db'), 'no database'.repeat(500))],
  ])('file that is %s is found, and made anew as it was', async (_what, damage) => {
    const before = dumpNamed();
    damage();
    expect((await verify()).projectionFlaws).toMatchObject([{ table: 'derived.db', row: null }]);
    const { after } = await repairDirectory(optionsOf(null));
    expect(after).toMatchObject({ projectionFlaws: [] });
    expect(dumpNamed()).toEqual(before);
    expect(existsSync(join(directory, 'derived.db.new'))).toBe(false);
  });

  it('that was repaired serves the same accounts as before, and has snapshots', async () => {
    const accounts = async () => {
      const store = await openSqliteStore({ directory, idsKeptMs: DAY_MS, now: Date.now });
      const states = await Promise.all(
        ['acme', 'beta', 'gamma.2'].map((id) => store.accountAt(id, Date.now())),
      );
      const usage = await store.usage('acme', { fromMs: 0, toMs: Date.now() });
      await store.close();
      return { states, usage };
    };
    const before = await accounts();
    rmSync(join(directory, 'derived.db'));
    await repairDirectory({ ...optionsOf(null), sizes: { snapshotEvery: 8, batchEntries: 32 } });
    expect(await accounts()).toEqual(before);
    const { snapshot } = dump('derived', ['snapshot']) as { snapshot: unknown[] };
    expect(snapshot.length).toBeGreaterThan(0);
  });

  it('that is right is not touched by a repair', async () => {
    const bytes = readFileSync(join(directory, 'derived.db'));
    expect((await repairDirectory(optionsOf(null))).after).toBeNull();
    expect(readFileSync(join(directory, 'derived.db')).equals(bytes)).toBe(true);
  });

  it('is not made anew from a journal that is wrong', async () => {
    rmSync(join(directory, 'derived.db'));
    tamper(directory, 'journal', (database) =>
      withEntries(database, () => database.exec('DELETE FROM entry WHERE position = 30')),
    );
    const { before, after } = await repairDirectory(optionsOf(null));
    expect(before.journalFlaw).not.toBeNull();
    expect(after).toBeNull();
    expect(existsSync(join(directory, 'derived.db'))).toBe(false);
  });
});

describe('a kept anchor', () => {
  it('holds for the ledger that it was taken from, also when that has grown', async () => {
    const { anchor } = await verify();
    await writeMore();
    const found = await verify(anchor);
    expect(found.entries).toBeGreaterThan(anchor?.entries ?? Infinity);
    expect(found.keptAnchor).toEqual({ holds: true });
    expect(found.anchor).not.toEqual(anchor);
  });

  it('tells a history that was forged whole, which no rule can', async () => {
    const { anchor } = await verify();
    const forged = await afterForging((rows) =>
      chainAnew(
        rows.map((row) => ({ ...row, body: row.body.replace('"source":"trial"', '"source":"promotion"') })),
      ),
    );
    expect(forged.journalFlaw).toBeNull();
    expect((await verify(anchor)).keptAnchor).toEqual({ holds: false, reason: 'changed' });
  });

  it('does not hold for a journal that has fewer entries', async () => {
    const { anchor } = await verify();
    const longer = { entries: (anchor?.entries ?? 0) + 1, digest: anchor?.digest ?? '' };
    expect((await verify(longer)).keptAnchor).toEqual({ holds: false, reason: 'shorter' });
  });

  it('of any length of the journal is that of the chains as they ended then', async () => {
    const rows = readJournal(directory);
    const short = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
    cpSync(original, short, { recursive: true });
    writeJournal(short, rows.slice(0, 100));
    rmSync(join(short, 'derived.db'));
    const { anchor } = await verifyDirectory({ ...optionsOf(null), directory: short });
    rmSync(short, { recursive: true });
    expect(anchor?.entries).toBe(100);
    expect((await verify(anchor)).keptAnchor).toEqual({ holds: true });
  });
});

/** The same ledger a day later: an account more. */
async function writeMore(): Promise<void> {
  const { createLedger } = await import('../packages/scrip/src/ledger/ledger.ts');
  const { openAccount } = await import('./support/commands.ts');
  const store = await openSqliteStore({ directory, idsKeptMs: DAY_MS, now: Date.now });
  const ledger = createLedger({ store, clock: { now: Date.now }, ids: { next: () => 'x', salt: () => 'y' } });
  await ledger.change({ accountId: 'later', id: 'open', command: openAccount(), actor: null });
  await ledger.close();
}
