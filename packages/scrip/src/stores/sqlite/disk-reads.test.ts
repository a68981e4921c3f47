import { expect, it } from 'vitest';
import type { AccountState } from '../../core/account.ts';
import type { Entry } from '../../core/entry.ts';
import { encodeEntry } from '../../core/entry-format.ts';
import type { AppendedEntry } from '../../ledger/store.ts';
import type { ChangeIndex } from './change-index.ts';
import { createDiskReads } from './disk-reads.ts';
import type { JournalTail } from './journal-tail.ts';
import { createJournalTail } from './journal-tail.ts';
import type { ReadRequests } from './reader-thread.ts';
import { packRows } from './stored-row.ts';
import type { Thread } from './thread.ts';

const HASH = 7;

function appended(entry: Entry): AppendedEntry {
  return { entry, personal: null, hash: '', body: encodeEntry(entry) };
}

const changeOf = (id: string) => ({ id, fingerprint: '', personalDigest: null, actor: null });

function opened(accountId: string): AppendedEntry {
  const own = { timezone: 'UTC', overdraft: [], setsName: false, setsMetadata: false };
  const change = changeOf('open');
  return appended({ kind: 'AccountOpened', accountId, version: 1, atMs: 0, change, ...own });
}

function debited(version: number): AppendedEntry {
  const amounts = { amountMicros: 1n, settledMicros: 9n, heldMicros: 0n, quantityMicros: null };
  const draws = [{ lot: 2, grantId: 'grant', amountMicros: 1n }];
  const priced = { pool: 'standard', action: null, rateCardVersion: null, occurredAtMs: null };
  const change = changeOf(`debit-${version}`);
  return appended({
    kind: 'CreditsDebited',
    accountId: 'a',
    version,
    atMs: 0,
    change,
    draws,
    ...amounts,
    ...priced,
  });
}

type Replies = { [Kind in keyof ReadRequests]?: () => ReadRequests[Kind]['reply'] };

/** Reads of a disk that gives these replies, with a tail over it of which everything up to a position is durable. */
function openReads(
  tail: JournalTail,
  {
    replies = {},
    isRecent = () => true,
    upTo = Infinity,
  }: { readonly replies?: Replies; readonly isRecent?: () => boolean; readonly upTo?: number },
) {
  const ask = async ({ kind }: { kind: keyof ReadRequests }) => replies[kind]?.() ?? null;
  const index = { hashOf: () => HASH, isRecent };
  return createDiskReads({
    thread: { ask } as unknown as Thread,
    tail,
    index: index as unknown as ChangeIndex,
    upTo: () => upTo,
  });
}

it('nothing that is not durable yet is shown', async () => {
  const tail = createJournalTail();
  tail.append(1, opened('a'), HASH);
  tail.append(2, opened('b'), HASH);
  const replies: Replies = { versions: () => [], entries: () => packRows([]), accountIds: () => [] };
  const reads = openReads(tail, { replies, upTo: 1 });
  const shown = async (accountId: string) => {
    const account = await reads.account(accountId);
    const change = await reads.change(accountId, 'open', {});
    const version = await reads.version(accountId, 1);
    const entries = await reads.entries({ accountId, afterVersion: 0, limit: 9 });
    return [account?.state.version, change?.recorded.entry.version, version?.entry.version, entries.length];
  };
  expect(await shown('a')).toEqual([1, 1, 1, 1]);
  expect(await shown('b')).toEqual([undefined, undefined, undefined, 0]);
  expect(await reads.accountIds({ after: null, limit: 9 })).toEqual(['a']);
});

it('usage is counted once where it is on the disk and in the tail', async () => {
  const tail = createJournalTail();
  for (const version of [3, 4]) tail.append(version, debited(version), HASH);
  const onDisk = { slotMs: 0, pool: 'standard', action: null, key: null, usedMicros: 1n, calls: 1 };
  const replies: Replies = { usage: () => ({ checkpoint: 3, rows: [onDisk] }) };
  const reads = openReads(tail, { replies });
  const usage = await reads.usage('a', { fromMs: 0, toMs: 3_600_000 });
  expect(usage.map(({ usedMicros, calls }) => [usedMicros, calls])).toEqual([
    [1n, 1],
    [1n, 1],
  ]);
});

it('a change is found that is derived while the disk is asked', async () => {
  const tail = createJournalTail();
  tail.append(1, opened('a'), HASH);
  let isDerived = false;
  const replies: Replies = {
    change: () => {
      isDerived = true;
      tail.forget(1);
      return null;
    },
  };
  const reads = openReads(tail, { replies, isRecent: () => !isDerived });
  expect((await reads.change('a', 'open', {}))?.recorded.entry.version).toBe(1);
});

it('an entry of the tail is decoded only where it is of use', async () => {
  const tail = createJournalTail();
  for (const version of [3, 4, 5]) tail.append(version, debited(version), HASH);
  let decoded = 0;
  const spied: JournalTail = {
    ...tail,
    ofAccount: (...asked) =>
      tail.ofAccount(...asked).map(
        (tailed) =>
          new Proxy(tailed, {
            get: (target, name) => {
              if (name === 'recorded') decoded += 1;
              return Reflect.get(target, name, target) as unknown;
            },
          }),
      ),
  };
  const state = { id: 'a', version: 1 } as unknown as AccountState;
  const replies: Replies = {
    account: () => ({ state, hash: '', snapshotVersion: 0 }),
    usage: () => ({ checkpoint: 4, rows: [] }),
  };
  const reads = openReads(spied, { replies });
  expect((await reads.account('a', { atMs: 0 }))?.state.version).toBe(1);
  expect(decoded).toBe(0);
  await reads.usage('a', { fromMs: 0, toMs: 3_600_000 });
  expect(decoded).toBe(1);
});

it('earlier states are asked for a few at a time, so that what is read now is not behind all of them', async () => {
  const asked: PromiseWithResolvers<null>[] = [];
  const thread = {
    ask: async () => {
      const reply = Promise.withResolvers<null>();
      asked.push(reply);
      return reply.promise;
    },
  };
  const reads = createDiskReads({
    thread: thread as unknown as Thread,
    tail: createJournalTail(),
    index: { hashOf: () => HASH, isRecent: () => true } as unknown as ChangeIndex,
    upTo: () => Infinity,
  });
  const past = Array.from({ length: 50 }, async () => reads.account('a', { atMs: 0 }));
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(10);
  void reads.account('b');
  expect(asked).toHaveLength(11);
  for (let at = 0; at < 51; at += 1) {
    asked[at]?.resolve(null);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(past)).toEqual(Array.from({ length: 50 }, () => null));
});
