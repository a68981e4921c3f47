import { expect, it } from 'vitest';
import type { Entry } from '../../core/entry.ts';
import { encodeEntry } from '../../core/entry-format.ts';
import { createJournalTail } from './journal-tail.ts';

function opened(accountId: string, id: string, version = 1) {
  const change = { id, fingerprint: '', personalDigest: null, actor: null };
  const entry: Entry = {
    kind: 'AccountOpened',
    accountId,
    version,
    atMs: 0,
    change,
    timezone: 'UTC',
    overdraft: [],
    setsName: false,
    setsMetadata: false,
  };
  return { entry, personal: null, hash: '', body: encodeEntry(entry) };
}

it('tells changes apart whose hashes are the same, and forgets each when its own time has come', () => {
  const tail = createJournalTail();
  const hash = 7;
  const changes = [
    ['a', 'x'],
    ['b', 'x'],
    ['a', 'y'],
  ] as const;
  for (const [index, [accountId, id]] of changes.entries())
    tail.append(index + 1, opened(accountId, id), hash);
  const positions = () => changes.map(([accountId, id]) => tail.change(hash, accountId, { id })?.position);
  expect(positions()).toEqual([1, 2, 3]);
  expect(tail.change(hash, 'b', { id: 'y' })).toBeUndefined();
  tail.forget(1);
  expect(positions()).toEqual([undefined, 2, 3]);
  tail.forget(2);
  expect(positions()).toEqual([undefined, undefined, 3]);
  tail.append(4, opened('a', 'x'), hash);
  expect(positions()).toEqual([4, undefined, 3]);
  tail.forget(4);
  expect(positions()).toEqual([undefined, undefined, undefined]);
});

/** A tail as one list, through which everything is looked for. */
function createListTail() {
  let list: { position: number; accountId: string; version: number; id: string }[] = [];
  const newest = (isWanted: (one: (typeof list)[number]) => boolean) => list.findLast(isWanted)?.position;
  return {
    append: (one: (typeof list)[number]) => list.push(one),
    forget: (limit: number) => (list = list.filter(({ position }) => position > limit)),
    ofAccount: (accountId: string, after: number) =>
      list
        .filter((one) => one.accountId === accountId && one.version > after)
        .map(({ position }) => position),
    version: (accountId: string, version: number) =>
      newest((one) => one.accountId === accountId && one.version === version),
    change: (accountId: string, id: string) => newest((one) => one.accountId === accountId && one.id === id),
  };
}

it('finds by account, version and change what a list of all entries would, while it grows and forgets', () => {
  const tail = createJournalTail();
  const list = createListTail();
  const accounts = ['a', 'b', 'rare'];
  const versions = new Map<string, number>();
  for (let position = 1; position <= 40_000; position += 1) {
    const accountId = position % 5000 === 7 ? 'rare' : position % 3 === 0 ? 'a' : 'b';
    const version = (versions.get(accountId) ?? 0) + 1;
    versions.set(accountId, version);
    const appended = opened(accountId, `c${version}`, version);
    tail.append(position, appended, version % 4096);
    list.append({ position, accountId, version, id: `c${version}` });
    if (position % 1999 !== 0) continue;
    const forgotten = position - ((position * 7) % 20_000);
    tail.forget(forgotten);
    list.forget(forgotten);
    for (const account of accounts) {
      const last = versions.get(account) ?? 0;
      expect(Math.min(...list.ofAccount(account, 0))).toBeGreaterThan(tail.forgotten());
      for (const asked of [0, 1, last - 9000, last - 3, last, last + 1]) {
        const found = tail.ofAccount(account, asked).map(({ position: at }) => at);
        expect(found).toEqual(list.ofAccount(account, asked));
        expect(tail.version(account, asked)?.position).toBe(list.version(account, asked));
        const change = tail.change(((asked % 4096) + 4096) % 4096, account, { id: `c${asked}` });
        expect(change?.position).toBe(list.change(account, `c${asked}`));
      }
    }
  }
});

/** An entry that adds a key, or revokes it. */
function keyChanged(kind: 'KeyAdded' | 'KeyRevoked', accountId: string, version: number) {
  const { entry, ...appended } = opened(accountId, `${version}`, version);
  const { atMs, change } = entry;
  const changed = { accountId, version, atMs, change, keyId: 'key', digest: 'digest' };
  return {
    ...appended,
    entry: kind === 'KeyAdded' ? { ...changed, kind, role: null } : { ...changed, kind },
  };
}

it('says who holds a key as of a position, until that is derived', () => {
  const tail = createJournalTail();
  tail.append(1, keyChanged('KeyAdded', 'a', 2), 1);
  tail.append(2, opened('b', 'open'), 2);
  tail.append(3, keyChanged('KeyRevoked', 'a', 3), 3);
  tail.append(4, keyChanged('KeyAdded', 'b', 2), 4);
  const owners = [0, 1, 2, 3, 4].map((upTo) => tail.keyOwner('digest', upTo));
  expect(owners).toEqual([undefined, 'a', 'a', null, 'b']);
  expect(tail.keyOwner('another', 4)).toBeUndefined();
  tail.forget(3);
  expect(tail.keyOwner('digest', 4)).toBe('b');
  tail.forget(4);
  expect(tail.keyOwner('digest', 4)).toBeUndefined();
});

it('forgets what was derived before the look-ups that overlap began, also where there is always one', () => {
  const tail = createJournalTail();
  let unpin = () => {};
  for (let position = 1; position <= 100; position += 1) {
    const next = tail.pin();
    tail.append(position, opened('a', `${position}`, position), position);
    unpin();
    unpin = next;
    tail.forget(position - 1);
    expect(tail.forgotten()).toBeGreaterThanOrEqual(position - 3);
  }
});

it('keeps what is derived while a look-up that began earlier may need it', () => {
  const tail = createJournalTail();
  for (const position of [1, 2, 3]) tail.append(position, opened('a', `${position}`, position), position);
  tail.forget(1);
  const unpin = tail.pin();
  tail.forget(3);
  expect(tail.ofAccount('a', 0).map(({ position }) => position)).toEqual([2, 3]);
  unpin();
  expect([tail.ofAccount('a', 0), tail.forgotten()]).toEqual([[], 3]);
});
