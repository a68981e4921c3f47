import { expect, it } from 'vitest';
import { OPERATOR_STREAM } from '../core/account.ts';
import { createLedger } from '../ledger/ledger.ts';
import { createMemoryStore } from '../stores/memory/memory-store.ts';
import { makeChange, prepareLedger } from './prepare-ledger.ts';

it('a key of the operator’s that was revoked is not made again by a start that names it', async () => {
  let ids = 0;
  const ledger = createLedger({
    store: createMemoryStore(),
    clock: { now: () => 0 },
    ids: { next: () => `id-${(ids += 1)}`, salt: () => 'salt' },
  });
  const refused: string[] = [];
  const prepare = (operatorKey: string) =>
    prepareLedger(ledger, {
      operatorKey,
      secret: 'a pepper',
      newSecret: () => 'new',
      onRevoked: () => refused.push(operatorKey),
    });
  const keys = async () => (await ledger.account(OPERATOR_STREAM))?.keys.map(({ id }) => id);
  await prepare('the-first-key');
  await prepare('the-second-key');
  const [first = '', second] = (await keys()) ?? [];
  await makeChange(ledger, {
    accountId: OPERATOR_STREAM,
    id: 'revoke',
    command: { kind: 'RevokeKey', keyId: first },
  });
  expect(await prepare('the-first-key')).toBeNull();
  expect([await keys(), refused]).toEqual([[second], ['the-first-key']]);
  await prepare('the-second-key');
  await prepare('the-third-key');
  expect([(await keys())?.length, refused]).toEqual([2, ['the-first-key']]);
});
