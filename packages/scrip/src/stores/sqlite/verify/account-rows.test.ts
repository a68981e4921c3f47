import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../core/entry.ts';
import { createAccountRows } from './account-rows.ts';

const keyAdded = { kind: 'KeyAdded', version: 2, digest: 'd' } as Entry;
const keyRevoked = { kind: 'KeyRevoked', version: 3, digest: 'd' } as Entry;

/** Derived tables in which a key is an account's. */
function tablesWith(owner: string): DatabaseSync {
  const derived = new DatabaseSync(':memory:');
  derived.exec('CREATE TABLE account (account_id, number, moved); CREATE TABLE api_key (digest, account_id)');
  derived.prepare('INSERT INTO api_key VALUES (?, ?)').run('d', owner);
  return derived;
}

describe('rows of accounts and keys', () => {
  it('give a key to the account that had it last, whichever account is looked at first', () => {
    const added: [number, Entry][] = [
      [5, { ...keyAdded, accountId: 'acme' }],
      [7, { ...keyRevoked, accountId: 'acme' }],
      [8, { ...keyAdded, accountId: 'beta' }],
    ];
    for (const order of [added, [added[2], added[0], added[1]]] as (typeof added)[])
      for (const owner of ['beta', 'acme']) {
        const rows = createAccountRows(() => 1, 1);
        for (const [position, entry] of order) rows.add(position, entry);
        const wrong = owner === 'acme' ? [{ table: 'api_key', row: 'd' }] : [];
        expect(rows.check(tablesWith(owner), () => 'true')).toMatchObject(wrong);
      }
  });
});
