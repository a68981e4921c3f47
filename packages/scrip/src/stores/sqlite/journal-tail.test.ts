import { expect, it } from 'vitest';
import type { Entry } from '../../core/entry.ts';
import { createJournalTail } from './journal-tail.ts';

function opened(accountId: string, id: string) {
  const change = { id, fingerprint: '', personalDigest: null, actor: null };
  const entry: Entry = {
    kind: 'AccountOpened',
    accountId,
    version: 1,
    atMs: 0,
    change,
    timezone: 'UTC',
    overdraft: [],
    setsName: false,
    setsMetadata: false,
  };
  return { entry, personal: null, hash: '' };
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
    tail.append({ position: index + 1, recorded: opened(accountId, id), changeHash: hash });
  const positions = () => changes.map(([accountId, id]) => tail.change(hash, accountId, id)?.position);
  expect(positions()).toEqual([1, 2, 3]);
  expect(tail.change(hash, 'b', 'y')).toBeUndefined();
  tail.forget(1);
  expect(positions()).toEqual([undefined, 2, 3]);
  tail.forget(2);
  expect(positions()).toEqual([undefined, undefined, 3]);
  tail.append({ position: 4, recorded: opened('a', 'x'), changeHash: hash });
  expect(positions()).toEqual([4, undefined, 3]);
  tail.forget(4);
  expect(positions()).toEqual([undefined, undefined, undefined]);
});
