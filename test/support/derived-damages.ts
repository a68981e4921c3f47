import type { DatabaseSync } from 'node:sqlite';
import { slotAndName } from '../../packages/scrip/src/stores/sqlite/segments/usage-amount.ts';
import type { Row } from './edit-segments.ts';
import { readRows, writePage } from './edit-segments.ts';
import type { Damage } from './row-damages.ts';
import { eachOf, eachUsed, firstUsed, lastChange, rowsOf } from './row-damages.ts';
import { tamper } from './verify-ledger.ts';

export const DAMAGES: readonly [table: string, what: string, damage: Damage, row: RegExp | null][] = [
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
    'an amount that is more by a prime',
    firstUsed((high, low, calls) => [high, low + 2_147_483_647, calls]),
    /^[a-z.2]+ [a-z]+, /,
  ],
  [
    'usage',
    'a call less and so much more used',
    firstUsed((high, low, calls) => [high, low + 7919, calls - 1]),
    /^[a-z.2]+ [a-z]+, /,
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
  ['change', 'an id less', lastChange(() => []), /^[a-z.2$-]+ id \S+$/],
  ['change', 'another id', lastChange(([hash, position]) => [[hash + 1, position]]), /^[a-z.2$-]+ id \S+$/],
  [
    'change',
    'another position',
    lastChange(([hash, position]) => [[hash, position + 1]]),
    /^[a-z.2$-]+ id \S+$/,
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
    `UPDATE segment SET latest_ms = latest_ms + 1 WHERE after = 0`,
    /^entries 1 to \d+$/,
  ],
  ['segment_page', 'a page of nothing', `INSERT INTO segment_page VALUES (9999, x'00')`, /^page 9999$/],
  ['segment_page', 'a page before all others', `INSERT INTO segment_page VALUES (-1, x'00')`, /^page -1$/],
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
export const DISORDERS: readonly [what: string, damage: Damage, found: RegExp][] = [
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

/** Damages the derived tables of a directory. */
export function damageDerived(directory: string, damage: Damage): void {
  tamper(directory, 'derived', (database) => {
    if (typeof damage === 'function') damage(database);
    else database.exec(damage.replaceAll('FIRST', String(firstPage(database).page)));
  });
}
