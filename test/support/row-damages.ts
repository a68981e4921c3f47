import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from '../../packages/scrip/src/stores/sqlite/segments/segment-indexes.ts';
import { nameOfKey } from '../../packages/scrip/src/stores/sqlite/segments/usage-amount.ts';
import type { Row } from './edit-segments.ts';
import { editIndex, numberOf } from './edit-segments.ts';

/** SQL, or what is done to the derived tables. */
export type Damage = string | ((database: DatabaseSync) => void);

/** A change of an index's rows; `of` gives an account's number. */
export const rowsOf =
  (index: IndexName, edit: (rows: Row[], of: (accountId: string) => number) => Row[]): Damage =>
  (database) =>
    editIndex(database, index, (rows) => edit(rows, (accountId) => numberOf(database, accountId)));

/** A change of each row of an account that fits. */
export const eachOf =
  (index: IndexName, accountId: string, edit: (row: Row, database: DatabaseSync) => Row[]): Damage =>
  (database) => {
    const number = numberOf(database, accountId);
    editIndex(database, index, (rows) =>
      rows.flatMap((row) => (row[0] === number ? edit(row, database) : [row])),
    );
  };

/** A change of each row of what an account has used by an action. */
export const eachUsed = (accountId: string, action: string, edit: (row: Row) => Row[]): Damage =>
  eachOf('usage', accountId, (row, database) => {
    const name = database.prepare('SELECT action FROM usage_name WHERE name = ?').get(nameOfKey(row[1]));
    return name?.['action'] === action ? edit(row) : [row];
  });

/** A change of one row of usage. */
export const firstUsed = (edit: (high: number, low: number, calls: number) => number[]): Damage => {
  return (database) => {
    let isFirst = true;
    editIndex(database, 'usage', (rows) =>
      rows.map(([number, key, high = 0, low = 0, calls = 0]) => {
        const row = isFirst ? edit(high, low, calls) : [high, low, calls];
        isFirst = false;
        return [number, key, ...row] as unknown as Row;
      }),
    );
  };
};

/** A change of the last id of the second segment. */
export const lastChange = (edit: (row: Row) => Row[]): Damage => {
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
