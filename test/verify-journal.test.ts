import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import type { JournalRow } from './support/journal-entries.ts';
import { useLedger } from './support/use-ledger.ts';
import { chainAnew, readJournal, tamper, writeJournal } from './support/verify-ledger.ts';

const { directory, optionsOf, verify, afterForging } = useLedger();

/** The last entry of acme that fits. */
function entryOf(rows: readonly JournalRow[], fits: (body: string) => boolean): JournalRow {
  const row = rows.findLast(({ account_id: id, body }) => id === 'acme' && fits(body));
  if (row === undefined) throw new Error('there is no such entry');
  return row;
}
const ofKind = (kind: string) => (body: string) =>
  body.includes(`"kind":"${kind}"`) || body.startsWith(`[3,"${kind}"`);

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
    const rows = readJournal(directory());
    const debitsOf = (id: string) =>
      rows.filter((row) => row.account_id === id && ofKind('CreditsDebited')(row.body));
    const accounts = ['acme', 'beta', 'gamma.2'];
    for (const accountId of accounts) {
      const wrong = accounts.map((id) => debitsOf(id).at(id === accountId ? -4 : -1));
      writeJournal(directory(), rows);
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
      what: expect.stringContaining('personal data') as string,
    });
    const erased = await afterForging((rows) => rows.map((row) => ({ ...row, personal: null })));
    expect(erased).toMatchObject({ journalFlaw: null, projectionFlaws: [] });
  });

  it.each([
    ['behind the last one', 1],
    ['at 0', null],
  ])('that does not exist has no personal data %s', async (_where, behind) => {
    const number = behind === null ? 0 : readJournal(directory()).length + behind;
    const write = (data: string) =>
      tamper(directory(), 'journal', (database) =>
        database.prepare('INSERT OR REPLACE INTO personal VALUES (?, ?)').run(number, data),
      );
    write('{"name":"Nobody"}');
    const what = 'there is no such entry, and personal data of it';
    expect((await verify()).journalFlaw).toEqual({ number, accountId: null, version: null, what });
    write('');
    expect((await verify()).journalFlaw).toBeNull();
  });

  it('that comes with a name while others are looked at is none of them', async () => {
    const position = readJournal(directory()).length + 1;
    let isWritten = false;
    const onProgress = () => {
      if (isWritten) return;
      isWritten = true;
      tamper(directory(), 'journal', (database) => {
        database
          .prepare('INSERT INTO block VALUES (?, ?)')
          .run(position, ['later', 1, '{"format":2}', 'ff'].join('\n'));
        database.prepare('INSERT INTO personal VALUES (?, ?)').run(position, '{"name":"Later"}');
      });
    };
    const found = await verifyDirectory({ ...optionsOf(null), onProgress });
    expect([found.journalFlaw, isWritten]).toEqual([null, true]);
  });

  it('that is gone is named by its place', async () => {
    const gone = entryOf(readJournal(directory()), ofKind('HoldPlaced'));
    const { journalFlaw } = await afterForging((rows) =>
      rows.filter((row) => row.position !== gone.position),
    );
    expect(journalFlaw).toMatchObject({ number: gone.position, what: 'it is missing' });
  });

  it('that is gone from the end of its account is named by its place', async () => {
    const last = entryOf(readJournal(directory()), () => true);
    const { journalFlaw } = await afterForging((rows) =>
      rows.filter((row) => row.position !== last.position),
    );
    expect(journalFlaw).toMatchObject({ number: last.position, what: 'it is missing' });
  });

  it('that is gone from the end of the journal is missed by what was made from it', async () => {
    const { length } = readJournal(directory());
    const { journalFlaw } = await afterForging((rows) => rows.slice(0, -1));
    expect(journalFlaw).toMatchObject({
      number: length,
      what: expect.stringContaining('it is missing') as string,
    });
  });

  it('of a version that is gone is named by the one after it, though every place is taken', async () => {
    const gone = entryOf(readJournal(directory()), ofKind('HoldPlaced'));
    const { journalFlaw } = await afterForging((rows) =>
      rows.filter((row) => row.position !== gone.position).map((row, at) => ({ ...row, position: at + 1 })),
    );
    expect(journalFlaw).toMatchObject({
      accountId: 'acme',
      version: gone.version + 1,
      what: `version ${gone.version} is missing before it`,
    });
  });

  it.each([
    [1, 'it is missing', 0],
    [-1, 'it stands twice', -1],
  ])('in a block %i beside its place is found', async (by, what, first) => {
    let begin = 0;
    // Blocks of several entries, so that the next one has one for the place.
    writeJournal(directory(), readJournal(directory()));
    tamper(directory(), 'journal', (database) => {
      const [before, moved] = database.prepare('SELECT last_position AS last FROM block ORDER BY 1').all();
      begin = Number(before?.['last']) + 1;
      const last = Number(moved?.['last']);
      database.exec(`UPDATE block SET last_position = ${last + by} WHERE last_position = ${last}`);
    });
    expect((await verify()).journalFlaw).toEqual({
      number: begin + first,
      accountId: null,
      version: null,
      what,
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

  it('under a used id is named before one that is wrong for another reason', async () => {
    const rows = readJournal(directory());
    const reused = entryOf(rows, (body) => body.includes('"call-3"') && ofKind('CreditsDebited')(body));
    const last = entryOf(rows, ofKind('CreditsDebited'));
    const { journalFlaw } = await afterForging(() =>
      chainAnew(
        rows.map((row) => {
          if (row.position === last.position)
            return { ...row, body: row.body.replace('"standard",', '"email",') };
          return row.position === reused.position
            ? { ...row, body: row.body.replace('"call-3"', '"sms-3"') }
            : row;
        }),
      ),
    );
    expect(last.position).toBeGreaterThan(reused.position);
    expect(journalFlaw).toMatchObject({
      number: reused.position,
      what: expect.stringMatching(/^its id "sms-3"/) as string,
    });
  });

  it('of another thread that cannot be read keeps none from looking for used ids', async () => {
    writeJournal(
      directory(),
      chainAnew(
        readJournal(directory()).map((row) =>
          row.account_id === 'beta' && row.body.includes('"call-3"')
            ? { ...row, body: 'none' }
            : { ...row, body: row.body.replace('"large-3","', '"sms-3","') },
        ),
      ),
    );
    const { journalFlaw } = await verifyDirectory({ ...optionsOf(null), threads: 3 });
    expect(journalFlaw).toMatchObject({
      accountId: 'beta',
      what: expect.stringContaining('cannot be read') as string,
    });
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
        'another command’s fingerprint',
        '"debit null ',
        (body) => body.replace('"debit null ', '"debit null 1'),
        /its fingerprint is not/,
      ],
      [
        'a fingerprint that is none',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"fingerprint":"[^"]*"/, '"fingerprint":"x"'),
        /its fingerprint is not/,
      ],
      [
        'no fingerprint',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"fingerprint":"[^"]*",/, ''),
        /its fingerprint is not/,
      ],
      [
        'an empty id',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"change":\{"id":"[^"]*"/, '"change":{"id":""'),
        /its id is not/,
      ],
      [
        'an id that is a number',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"change":\{"id":"[^"]*"/, '"change":{"id":7'),
        /its id is not/,
      ],
      [
        'an id of other characters',
        '"CreditsDebited"',
        (body) => body.replace('"sms-', '"smś-').replace('"large-', '"lärge-').replace('"call-', '"cäll-'),
        /its id is not/,
      ],
      [
        'an actor that is no text',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"actor":(?:"[^"]*"|null)/, '"actor":{"x":1}'),
        /no text/,
      ],
      [
        'a change of more members',
        '"kind":"HoldReleased"',
        (body) => body.replace('"fingerprint":', '"more":1,"fingerprint":'),
        /other members/,
      ],
      [
        'no change at all',
        '"kind":"HoldReleased"',
        (body) => body.replace(/"change":\{[^}]*\},/, ''),
        /no id of a change/,
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
      const entry = entryOf(readJournal(directory()), (body) => body.includes(bears));
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
    const expiry = entryOf(readJournal(directory()), ofKind('HoldExpired'));
    const { journalFlaw } = await afterForging((rows) =>
      chainAnew(rows.filter((row) => row.position !== expiry.position)),
    );
    expect(journalFlaw).toMatchObject({ accountId: 'acme', version: expiry.version });
    expect(journalFlaw?.what).toMatch(
      /^a HoldExpired was due before it$|^what was due at .* is missing before it$/,
    );
  });

  it('is never lost to a flipped bit anywhere in the file', { timeout: 60_000 }, async () => {
    const file = join(directory(), 'journal.db');
    const bytes = readFileSync(file);
    const before = readJournal(directory());
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
      else expect(readJournal(directory()), `byte ${at}`).toEqual(before);
    }
    expect(found).toBeGreaterThan(12);
  });

  it('in a file that is no database is named as unreadable', async () => {
    writeFileSync(join(directory(), 'journal.db'), 'no database'.repeat(500));
    expect((await verify()).journalFlaw).toMatchObject({
      number: 1,
      what: expect.stringContaining('cannot be read') as string,
    });
  });
});
