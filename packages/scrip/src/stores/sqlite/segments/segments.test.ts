import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../core/entry.ts';
import { continuedVersion } from '../../../core/entry.ts';
import type { UsageChange } from '../../../core/usage.ts';
import { SLOT_MS, usageOf } from '../../../core/usage.ts';
import { changeText, mayContain, textHash } from '../change-filter.ts';
import type { PlacedEntry } from '../derive-batch.ts';
import { createBatchDeriver } from '../derive-batch.ts';
import { migrate } from '../migrate.ts';
import { DERIVED_MIGRATIONS } from '../migrations/derived.ts';
import type { MergeSizes } from './merge-segments.ts';
import { createSegmentMerger, dueForMerge } from './merge-segments.ts';
import { createSegmentLookUps } from './segment-look-ups.ts';
import { joinMicros, slotAndName } from './usage-amount.ts';

/** So coarse that accounts and ids share hashes all the time. */
const hashOf = (text: string) => textHash(7, text) % 3;
const ACCOUNTS = ['acme', 'beta', 'gamma.2', 'delta', '$operator'];

interface Draft {
  readonly account: number;
  readonly kind: 'CreditsDebited' | 'CreditsGranted' | 'HoldPlaced' | 'HoldCaptured' | 'DebitRefunded';
  readonly id: number | null;
  readonly micros: bigint;
  readonly slot: number;
  readonly action: string | null;
  readonly back: number;
}

const drafts: fc.Arbitrary<Draft> = fc.record({
  account: fc.nat(ACCOUNTS.length - 1),
  kind: fc.constantFrom('CreditsDebited', 'CreditsGranted', 'HoldPlaced', 'HoldCaptured', 'DebitRefunded'),
  id: fc.option(fc.nat(9)),
  micros: fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 2n ** 63n - 1n), fc.constant(999_999_999_999n)),
  slot: fc.nat(3),
  action: fc.constantFrom('sms', 'call', null),
  back: fc.nat(5),
});
const sizes: fc.Arbitrary<MergeSizes> = fc.record({
  mergeRatio: fc.integer({ min: 2, max: 4 }),
  finishedEntries: fc.integer({ min: 2, max: 40 }),
  pageBytes: fc.integer({ min: 1, max: 200 }),
});

/** Entries with the members that indexes are made of. */
function placeEntries(batches: readonly (readonly Draft[])[]): PlacedEntry[][] {
  const versions = new Map<string, number>();
  let position = 0;
  return batches.map((batch) =>
    batch.map(({ account, kind, id, micros, slot, action, back }) => {
      const accountId = ACCOUNTS[account] ?? '';
      const version = (versions.get(accountId) ?? 0) + 1;
      versions.set(accountId, version);
      position += 1;
      const earlier = Math.max(1, version - back);
      return {
        position,
        entry: {
          accountId,
          version,
          kind,
          atMs: position,
          change: id === null ? null : { id: `id-${id}`, actor: action === null ? 'key' : null },
          pool: 'standard',
          action,
          amountMicros: micros,
          occurredAtMs: slot * SLOT_MS,
          holdVersion: earlier,
          debitVersion: earlier,
          debitOccurredAtMs: slot * SLOT_MS,
          debitActor: null,
          isFull: back > 2,
        } as unknown as Entry,
      };
    }),
  );
}

function writeSegments(batches: readonly (readonly PlacedEntry[])[], merges: MergeSizes) {
  const database = new DatabaseSync(':memory:');
  migrate(database, DERIVED_MIGRATIONS);
  const deriver = createBatchDeriver(database, { hashOf, pageBytes: merges.pageBytes });
  const merger = createSegmentMerger(database, merges);
  // Made before there is anything to look up, so that they must notice what is written.
  const lookUps = createSegmentLookUps(database);
  let after = 0;
  for (const batch of batches) {
    after = deriver.deriveBatch(after, batch).upTo;
    lookUps.lastUpTo(0, Infinity);
    for (let due = merger.due(); due.length > 0; due = merger.due()) merger.merge(due);
  }
  const numbers = new Map(
    database
      .prepare('SELECT account_id, number FROM account')
      .all()
      .map((row) => [row['account_id'] as string, row['number'] as number]),
  );
  return { database, lookUps, numberOf: (accountId: string) => numbers.get(accountId) ?? -1 };
}

const sumsOf = (changes: readonly UsageChange[]) => {
  const sums = new Map<string, { micros: bigint; calls: number }>();
  for (const { slotMs, action, key, usedMicros, calls } of changes) {
    const name = `${slotMs / SLOT_MS} ${action} ${key}`;
    const before = sums.get(name) ?? { micros: 0n, calls: 0 };
    sums.set(name, { micros: before.micros + usedMicros, calls: before.calls + calls });
  }
  return sums;
};

const ledgers = fc.tuple(
  fc.array(fc.array(drafts, { minLength: 1, maxLength: 12 }), { maxLength: 25 }),
  sizes,
);

describe('segments', () => {
  it('that are older than an account are not read to list its entries', () => {
    const draft = { kind: 'CreditsDebited', id: null, micros: 1n, slot: 0, action: null, back: 0 } as const;
    const batches = placeEntries(
      [0, 0, 1, 1].map((account) => [
        { ...draft, account },
        { ...draft, account },
      ]),
    );
    const merges = { mergeRatio: 9, finishedEntries: 1, pageBytes: 4000 };
    const { database, numberOf } = writeSegments(batches, merges);
    database.exec(
      `DELETE FROM segment_page WHERE page < (SELECT first_page FROM segment_index
         JOIN segment USING (segment) WHERE name = 'history' AND after = 4)`,
    );
    const lookUps = createSegmentLookUps(database);
    const all = { after: 0, upTo: 4, limit: 9 };
    expect(lookUps.positions('history', numberOf('beta'), all)).toEqual([5, 6, 7, 8]);
    expect(() => lookUps.positions('history', numberOf('acme'), all)).toThrow('missing or damaged');
  });

  it('know the latest time of their entries, which is not always the last one’s', () => {
    const draft = {
      account: 0,
      kind: 'CreditsGranted',
      id: null,
      micros: 1n,
      slot: 0,
      action: null,
    } as const;
    const one = { ...draft, back: 0 };
    const times = [90, 10, 20, 20];
    const batches = placeEntries([
      [one, one],
      [one, one],
    ]).map((batch) =>
      batch.map(({ position, entry }) => ({ position, entry: { ...entry, atMs: times[position - 1] ?? 0 } })),
    );
    const latest = (mergeRatio: number) => {
      const merges = { mergeRatio, finishedEntries: 9, pageBytes: 4000 };
      const { database } = writeSegments(batches, merges);
      return database
        .prepare('SELECT latest_ms AS ms FROM segment ORDER BY after')
        .all()
        .map(({ ms }) => ms);
    };
    expect(latest(9)).toEqual([90, 20]);
    // Both in one.
    expect(latest(2)).toEqual([90]);
  });

  it('find of every account what its entries are, however they were written and merged', () => {
    fc.assert(
      fc.property(
        ledgers,
        fc.nat(30),
        fc.nat(30),
        fc.integer({ min: 1, max: 9 }),
        ([batches, merges], one, other, limit) => {
          const placed = placeEntries(batches);
          const { lookUps, numberOf } = writeSegments(placed, merges);
          for (const accountId of [...ACCOUNTS, 'nobody']) {
            const own = placed.flat().filter(({ entry }) => entry.accountId === accountId);
            const number = numberOf(accountId);
            const last = own.findLast(({ entry }) => entry.version <= one);
            expect(lookUps.lastUpTo(number, one)).toEqual(
              last === undefined ? null : { version: last.entry.version, position: last.position },
            );
            expect(lookUps.positionOf(number, one)).toBe(
              own.find(({ entry }) => entry.version === one)?.position ?? null,
            );
            const [after, upTo] = [Math.min(one, other), Math.max(one, other)];
            const kinds = { history: null, grants: 'CreditsGranted', holds: 'HoldPlaced' } as const;
            for (const index of ['history', 'grants', 'holds'] as const)
              for (const range of [
                { after, upTo, limit },
                { after, upTo: Infinity, limit: Infinity },
              ])
                expect(lookUps.positions(index, number, range)).toEqual(
                  own
                    .filter(({ entry }) => entry.version > range.after && entry.version <= range.upTo)
                    .filter(({ entry }) => kinds[index] === null || entry.kind === kinds[index])
                    .slice(0, range.limit)
                    .map(({ position }) => position),
                );
          }
        },
      ),
    );
  });

  it('find the latest continuation of an entry, and all changes that share a hash', () => {
    fc.assert(
      fc.property(ledgers, ([batches, merges]) => {
        const placed = placeEntries(batches);
        const { database, lookUps, numberOf } = writeSegments(placed, merges);
        const all = placed.flat();
        for (const { entry, position } of all) {
          const { accountId, version } = entry;
          const later = all.findLast(
            (one) =>
              one.entry.accountId === accountId &&
              continuedVersion(one.entry) === version &&
              one.position >= position,
          );
          expect(lookUps.continuationOf(numberOf(accountId), { version, position })).toBe(
            later?.position ?? null,
          );
        }
        const hashes = all.flatMap(({ entry: { accountId, change }, position }) =>
          change === null ? [] : [{ hash: hashOf(changeText(accountId, change.id)), position }],
        );
        for (const hash of [0, 1, 2])
          expect([...lookUps.changes(hash)]).toEqual(
            hashes
              .filter((one) => one.hash === hash)
              .map(({ position }) => position)
              .toReversed(),
          );
        const segments = database
          .prepare('SELECT after, up_to AS upTo, filter FROM segment ORDER BY after')
          .all();
        for (const { hash, position } of hashes) {
          const holder = segments.find(
            ({ after, upTo }) => Number(after) < position && position <= Number(upTo),
          );
          expect(mayContain(holder?.['filter'] as Uint8Array, hash)).toBe(true);
        }
      }),
    );
  });

  it('sum usage exactly, also beyond 64 bits and below nothing', () => {
    fc.assert(
      fc.property(ledgers, fc.nat(3), ([batches, merges], slot) => {
        const placed = placeEntries(batches);
        const { database, lookUps, numberOf } = writeSegments(placed, merges);
        const names = database.prepare('SELECT action, key FROM usage_name ORDER BY name').all();
        for (const accountId of ACCOUNTS) {
          const changes = placed.flat().flatMap(({ entry }) => {
            const used = entry.accountId === accountId ? usageOf(entry) : null;
            return used !== null && used.slotMs >= slot * SLOT_MS ? [used] : [];
          });
          const range = { from: slotAndName(slot, 0), before: slotAndName(9, 0) };
          const found = lookUps.usage(numberOf(accountId), range).map(({ key, high, low, calls }) => {
            expect(low).toBeGreaterThanOrEqual(0);
            const { action, key: actor } = names[(key % 2 ** 28) - 1] ?? {};
            const name = `${Math.floor(key / 2 ** 28)} ${String(action) || null} ${String(actor) || null}`;
            return [name, { micros: joinMicros(high, low), calls }] as const;
          });
          expect(new Map(found)).toEqual(sumsOf(changes));
          expect(found.length).toBe(new Map(found).size);
          const inAll = lookUps.usage(numberOf(accountId), range, () => slotAndName(0, 1));
          expect(inAll.length).toBe(changes.length === 0 ? 0 : 1);
          for (const { high, low, calls } of inAll) {
            expect(joinMicros(high, low)).toBe(changes.reduce((sum, { usedMicros }) => sum + usedMicros, 0n));
            expect(calls).toBe(changes.reduce((sum, change) => sum + change.calls, 0));
          }
        }
      }),
    );
  });

  it('are merged when those behind one outgrow it by the ratio, and then with all that are behind it', () => {
    const merges = { mergeRatio: 8, finishedEntries: 1000 };
    const due = (...entries: readonly number[]) => dueForMerge(rowOf(entries), merges).map(sizeOf);
    expect(due(5, 5, 5, 5, 5, 5, 5)).toEqual([]);
    expect(due(5, 5, 5, 5, 5, 5, 5, 5)).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
    expect(due(100, 1, 7)).toEqual([1, 7]);
    expect(due(100, 1, 6)).toEqual([]);
  });

  it('are never merged again once they have as many entries as a finished one', () => {
    const due = (...entries: readonly number[]) =>
      dueForMerge(rowOf(entries), { mergeRatio: 2, finishedEntries: 10 }).map(sizeOf);
    expect(due(9, 9, 9)).toEqual([9, 9, 9]);
    expect(due(10, 9, 9)).toEqual([9, 9]);
    expect(due(9, 10, 9)).toEqual([]);
  });

  const traffic = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 16_384 }));
  const EQUAL = Array.from({ length: 300 }, () => 16_384);
  it('stay few, and none is merged again that is large', () => {
    const merges = { mergeRatio: 8, finishedEntries: 60_000 };
    fc.assert(
      fc.property(fc.oneof(fc.array(traffic, { maxLength: 300 }), fc.constant(EQUAL)), (batches) => {
        const segments: { after: number; upTo: number }[] = [];
        let written = 0;
        for (const entries of batches) {
          const after = segments.at(-1)?.upTo ?? 0;
          segments.push({ after, upTo: after + entries });
          const due = dueForMerge(segments, merges);
          const [first] = due;
          if (first === undefined) continue;
          expect(due.every(({ after: from, upTo }) => upTo - from < merges.finishedEntries)).toBe(true);
          segments.splice(-due.length, due.length, { after: first.after, upTo: after + entries });
          written += after + entries - first.after;
        }
        const total = segments.at(-1)?.upTo ?? 0;
        const open = segments.filter(({ after, upTo }) => upTo - after < merges.finishedEntries);
        expect(open.length).toBeLessThan(25);
        expect(segments.length - open.length).toBeLessThanOrEqual(total / merges.finishedEntries);
        expect(written).toBeLessThanOrEqual(total * 5);
      }),
    );
  });
});

/** Segments of so many entries, one behind the other. */
function rowOf(entries: readonly number[]): { after: number; upTo: number }[] {
  let upTo = 0;
  return entries.map((count) => ({ after: upTo, upTo: (upTo += count) }));
}

function sizeOf({ after, upTo }: { readonly after: number; readonly upTo: number }): number {
  return upTo - after;
}
