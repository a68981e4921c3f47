import { ok, strictEqual } from 'node:assert/strict';
import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Entry } from '../../packages/scrip/src/core/entry.ts';
import type { RateCard } from '../../packages/scrip/src/core/rate-card.ts';
import type { AccountRecord } from './account-record.ts';
import { createAccountRecord, takeRow } from './account-record.ts';
import { nextDue } from './due-oracle.ts';
import type { Transaction } from './disk.ts';
import type { World } from './world.ts';

/** What was certain when something was asked. */
export interface Moment {
  readonly accountId: string;
  /** The version that had been shown to somebody: nobody may be shown less from then on. */
  readonly shownVersion: number;
  /** The version that was on the disk. */
  readonly durableVersion: number;
  readonly cardVersion: number;
  readonly clockCount: number;
}

/** Sees every row as it becomes durable, and knows what callers have been told. */
export interface Referee {
  readonly onDurable: (transaction: Transaction) => void;
  readonly record: (accountId: string) => AccountRecord;
  readonly accountIds: () => string[];
  readonly rateCards: () => readonly RateCard[];
  /** Who held a key, one after the other; null where it was revoked. */
  readonly keyHistory: (digest: string) => readonly KeyEvent[];
  readonly moment: (accountId: string) => Moment;
  /** Somebody has seen this version. */
  readonly show: (accountId: string, version: number) => void;
  /** An attempt at a change begins: its id may turn up on the disk from now on. */
  readonly attempt: (accountId: string, changeId: string) => void;
  /** An attempt has ended without a change. */
  readonly withdraw: (accountId: string, changeId: string) => void;
  /** A caller is told that its change has been made just now; true the first time. */
  readonly tell: (accountId: string, changeId: string) => boolean;
}

export interface KeyEvent {
  readonly accountId: string;
  readonly version: number;
  readonly owner: string | null;
}

export function createReferee(world: World): Referee {
  const records = new Map<string, AccountRecord>();
  const shown = new Map<string, number>();
  const attempts = new Map<string, number>();
  const told = new Set<string>();
  const keys = new Map<string, KeyEvent[]>();

  const record = (accountId: string) => {
    const known = records.get(accountId) ?? createAccountRecord();
    records.set(accountId, known);
    return known;
  };
  const rateCards = () => record(RATE_CARD_STREAM).states.at(-1)?.rateCards ?? [];
  const keyOf = (accountId: string, changeId: string) => `${accountId} ${changeId}`;
  const count = (accountId: string, changeId: string, by: number) => {
    const key = keyOf(accountId, changeId);
    attempts.set(key, (attempts.get(key) ?? 0) + by);
  };

  function takeEntry(entry: Entry): void {
    const { accountId, version, change } = entry;
    if (change !== null)
      ok((attempts.get(keyOf(accountId, change.id)) ?? 0) > 0, `nobody still asks for ${change.id}`);
    if (entry.kind !== 'KeyAdded' && entry.kind !== 'KeyRevoked') return;
    const history = keys.get(entry.digest) ?? [];
    const owner = entry.kind === 'KeyAdded' ? accountId : null;
    const before = history.at(-1)?.owner ?? null;
    strictEqual(before, owner === null ? accountId : null, 'a key of two accounts');
    keys.set(entry.digest, [...history, { accountId, version, owner }]);
  }

  return {
    onDurable: (transaction) => {
      const touched = new Set<string>();
      for (const row of transaction) {
        takeEntry(takeRow(record(row.accountId), row, rateCards()));
        touched.add(row.accountId);
      }
      // A transaction leaves nothing behind that time should have done.
      for (const accountId of touched) {
        const { book } = record(accountId);
        ok((nextDue(book)?.atMs ?? Infinity) > book.atMs, 'something was due at once, and was not done');
      }
    },
    record,
    accountIds: () => [...records.keys()].filter((id) => record(id).entries.length > 0),
    rateCards,
    keyHistory: (digest) => keys.get(digest) ?? [],
    moment: (accountId) => ({
      accountId,
      shownVersion: shown.get(accountId) ?? 0,
      durableVersion: record(accountId).entries.length,
      cardVersion: shown.get(RATE_CARD_STREAM) ?? 0,
      clockCount: world.clockCount(),
    }),
    show: (accountId, version) => {
      ok(version <= record(accountId).entries.length, `version ${version} is shown and not durable`);
      shown.set(accountId, Math.max(version, shown.get(accountId) ?? 0));
    },
    attempt: (accountId, changeId) => count(accountId, changeId, 1),
    withdraw: (accountId, changeId) => count(accountId, changeId, -1),
    tell: (accountId, changeId) => {
      const key = keyOf(accountId, changeId);
      const isFirst = !told.has(key);
      told.add(key);
      return isFirst;
    },
  };
}
