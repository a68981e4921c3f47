import { describe, expect, it } from 'vitest';
import { OPEN, openSampleLedger } from '../../../../test/support/sample-ledger.ts';
import { createMemoryStore } from '../stores/memory/memory-store.ts';
import { digestApiKey } from './api-key.ts';
import { createFindKeyHolder } from './key-holder.ts';

const SECRET = 'pepper';

async function openHolders() {
  const { ledger, change } = await openSampleLedger(createMemoryStore());
  const asked: string[] = [];
  let changes = 0;
  const findKeyHolder = createFindKeyHolder(
    {
      account: ledger.account,
      keyOwner: (digest) => {
        asked.push(digest);
        return ledger.keyOwner(digest);
      },
    },
    SECRET,
  );
  return {
    findKeyHolder,
    asked,
    open: (accountId: string) => change(accountId, `open ${accountId}`, OPEN),
    add: (accountId: string, keyId: string, key: string) =>
      change(accountId, `add ${(changes += 1)}`, {
        kind: 'AddKey',
        keyId,
        digest: digestApiKey(key, SECRET),
        role: null,
      }),
    revoke: (accountId: string, keyId: string) =>
      change(accountId, `revoke ${(changes += 1)}`, { kind: 'RevokeKey', keyId }),
    holder: async (key: string) => {
      const found = await findKeyHolder(key);
      return found === null ? null : `${found.account.id}/${found.key.id}`;
    },
  };
}

describe('the holder of a key', () => {
  it('is asked for once, and holds the key as long as its account says so', async () => {
    const { open, add, revoke, holder, asked } = await openHolders();
    await open('acme');
    await add('acme', 'another', 'another key');
    expect(await holder('the key')).toBeNull();
    await add('acme', 'first', 'the key');
    expect([await holder('the key'), await holder('the key')]).toEqual(['acme/first', 'acme/first']);
    expect(asked).toHaveLength(2);
    await revoke('acme', 'first');
    expect(await holder('the key')).toBeNull();
  });

  it('is another one when the key was given to another account', async () => {
    const { open, add, revoke, holder } = await openHolders();
    await open('acme');
    await open('other');
    await add('acme', 'first', 'the key');
    expect(await holder('the key')).toBe('acme/first');
    await revoke('acme', 'first');
    await add('other', 'second', 'the key');
    expect(await holder('the key')).toBe('other/second');
  });
});
