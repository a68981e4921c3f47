import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { SLOT_MS } from '../../core/usage.ts';
import type { SegmentLookUps, UsageRow } from './segments/segment-look-ups.ts';
import { slotAndName } from './segments/usage-amount.ts';
import { createUsageRows } from './usage-rows.ts';

/** An account with one debit in each of 200 slots from the first on, of two names in turn. */
function openUsage() {
  const database = new DatabaseSync(':memory:');
  database.exec(`CREATE TABLE usage_name (name INTEGER PRIMARY KEY, pool TEXT, action TEXT, key TEXT);
    INSERT INTO usage_name VALUES (1, 'standard', 'sms', ''), (2, 'email', '', 'gateway');`);
  const usage: SegmentLookUps['usage'] = (_number, { from, before }, under = (key) => key) => {
    const rows = new Map<number, UsageRow>();
    for (let slot = 0; slot < 200; slot += 1) {
      const key = slotAndName(slot, 1 + (slot % 2));
      if (key < from || key >= before) continue;
      const sum = under(key);
      rows.set(sum, { key: sum, high: 0, low: 5, calls: (rows.get(sum)?.calls ?? 0) + 1 });
    }
    return [...rows.values()];
  };
  return createUsageRows(database, { usage } as unknown as SegmentLookUps);
}

it('usage is a row for each slot where no parts are wanted', () => {
  const rows = openUsage()(7, { fromMs: 10 * SLOT_MS, toMs: 12 * SLOT_MS });
  expect(rows).toEqual([
    { slotMs: 10 * SLOT_MS, pool: 'standard', action: 'sms', key: null, usedMicros: 5n, calls: 1 },
    { slotMs: 11 * SLOT_MS, pool: 'email', action: null, key: 'gateway', usedMicros: 5n, calls: 1 },
  ]);
});

it('usage is a row for each part and name where parts are wanted, under the first slot that begins in the part', () => {
  const partsMs = [10 * SLOT_MS, 20.5 * SLOT_MS, 30 * SLOT_MS];
  const rows = openUsage()(7, { fromMs: 10 * SLOT_MS, toMs: 40 * SLOT_MS, partsMs });
  expect(rows.map(({ slotMs, pool, calls }) => [slotMs / SLOT_MS, pool, calls])).toEqual([
    [10, 'standard', 6],
    [10, 'email', 5],
    [21, 'email', 5],
    [21, 'standard', 4],
    [30, 'standard', 5],
    [30, 'email', 5],
  ]);
});

it('usage of an account that the segments do not know is none', () => {
  expect(openUsage()(null, { fromMs: 0, toMs: SLOT_MS })).toEqual([]);
});
