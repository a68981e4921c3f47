import type { DatabaseSync } from 'node:sqlite';
import { SLOT_MS } from '../../../core/usage.ts';
import { decodeEntry } from '../../../core/entry-format.ts';
import { changeHash, textHash } from '../change-filter.ts';
import { createEntryRows } from '../entry-rows.ts';
import { readSeal } from '../seal.ts';
import { addSealedRows } from '../seed-derived.ts';
import { numberedBy } from '../segments/account-numbers.ts';
import type { IndexName } from '../segments/segment-indexes.ts';
import { INDEX_COLUMNS } from '../segments/segment-indexes.ts';
import { createSegmentRows } from '../segments/segment-rows.ts';
import type { Segment } from '../segments/segment-set.ts';
import { addRow, createRowBuffer, sortRows } from '../segments/sorted-rows.ts';
import { joinMicros, nameOfKey, slotOfKey } from '../segments/usage-amount.ts';
import { createUsageNames, UNKNOWN_NAME } from '../segments/usage-names.ts';
import type { SegmentBasis } from './compare-segments.ts';
import { readIndex } from './read-index.ts';

type Row = readonly number[];

/** Makes the rows of a segment again, from the journal, to name the first one that is wrong. */
export interface RowComparison {
  readonly firstWrongRow: (
    segment: Segment,
    index: IndexName,
  ) => { readonly row: string; readonly what: string } | null;
}

export function createRowComparison(derived: DatabaseSync, { journal, plan }: SegmentBasis): RowComparison {
  const entries = createEntryRows(journal, 'main');
  const accounts = new Map<number, string>();
  const numberOf = numberedBy(plan.moved, (accountId) => textHash(plan.seed, accountId));
  const used = new Map(plan.names.map((one) => [one.name, one]));
  let lastName = plan.names.at(-1)?.name ?? UNKNOWN_NAME;

  function accountOf(accountId: string): number {
    const number = numberOf(accountId);
    accounts.set(number, accountId);
    return number;
  }

  const nameOf = createUsageNames(plan.names, (name) => {
    lastName += 1;
    used.set(lastName, { ...name, name: lastName });
    return lastName;
  }).of;

  function expectedRows({ after, upTo }: Segment, index: IndexName): Float64Array {
    const changeOf = (accountId: string, changeId: string) => changeHash(plan.seed, accountId, changeId);
    const rows = createSegmentRows({ accountOf, changeOf, nameOf });
    const sealed = readSeal(journal)?.position ?? 0;
    if (after < sealed) addSealedRows(rows, { entries, journal, schema: 'main', position: sealed });
    for (const row of entries.each({ after: Math.max(after, sealed), upTo }))
      rows.add(row.position, decodeEntry(row));
    return rows.sorted(index);
  }

  function storedRows(segment: Segment, index: IndexName): Float64Array {
    const buffer = createRowBuffer(INDEX_COLUMNS[index]);
    readIndex(derived, segment, index, (page) => {
      for (const [a = 0, b = 0, c, d, e] of rowsIn(page, buffer.columns)) addRow(buffer, a, b, c, d, e);
    });
    return sortRows(buffer);
  }

  function accountNamed(number: number): string {
    const known = derived.prepare('SELECT account_id AS id FROM account WHERE number = ?').get(number)?.[
      'id'
    ];
    return accounts.get(number) ?? (known as string | undefined) ?? 'nobody';
  }

  /** The change whose entry stands at a position, if that has the hash. */
  function changeNamed(hash: number, position: number): string {
    const row = entries.at(position);
    const id = row === null ? null : (decodeEntry(row).change?.id ?? null);
    if (row === null || id === null || changeHash(plan.seed, row.accountId, id) !== hash)
      return `hash ${hash}`;
    return `${row.accountId} id ${id}`;
  }

  function rowNamed(index: IndexName, [first = 0, second = 0]: Row): string {
    if (index === 'change') return changeNamed(first, second);
    if (index !== 'usage') return `${accountNamed(first)} version ${second}`;
    const { pool, action, key } = used.get(nameOfKey(second)) ?? { pool: 'nothing', action: '', key: '' };
    const slotMs = slotOfKey(second) * SLOT_MS;
    return `${accountNamed(first)} ${pool}, ${action || 'no action'}, key ${key || 'none'}, slot ${slotMs}`;
  }

  return {
    firstWrongRow: (segment, index) => {
      const expected = rowsIn(expectedRows(segment, index), INDEX_COLUMNS[index]);
      const stored = rowsIn(storedRows(segment, index), INDEX_COLUMNS[index]);
      for (let [should, does] = [expected.next(), stored.next()]; !(should.done && does.done);) {
        const order = should.done ? 1 : does.done ? -1 : compareKeys(should.value, does.value);
        if (order < 0) return { row: rowNamed(index, should.value as Row), what: 'it is missing' };
        if (order > 0)
          return { row: rowNamed(index, does.value as Row), what: 'the journal knows nothing of it' };
        const [right, wrong] = [says(index, should.value as Row), says(index, does.value as Row)];
        if (right !== wrong)
          return { row: rowNamed(index, should.value as Row), what: `it says "${wrong}" and not "${right}"` };
        [should, does] = [expected.next(), stored.next()];
      }
      return null;
    },
  };
}

function* rowsIn(numbers: Float64Array, columns: number): Generator<Row, undefined> {
  for (let at = 0; at < numbers.length; at += columns) yield [...numbers.subarray(at, at + columns)];
}

function compareKeys([firstA = 0, secondA = 0]: Row, [firstB = 0, secondB = 0]: Row): number {
  return firstA - firstB || secondA - secondB;
}

/** What a row says beside its name. */
function says(index: IndexName, [, , third = 0, fourth = 0, calls = 0]: Row): string {
  switch (index) {
    case 'change':
      return 'there';
    case 'usage':
      return `${joinMicros(third, fourth)} micros in ${calls} calls`;
    case 'continuation':
      return `continued at position ${third}`;
    default:
      return `position ${third}`;
  }
}
