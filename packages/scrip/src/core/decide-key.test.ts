import { describe, expect, it } from 'vitest';
import { openScenario, START_MS } from '../../../../test/support/account-scenario.ts';
import type { AddKey } from './command.ts';

function addKey(keyId: string, members: Partial<AddKey> = {}): AddKey {
  return { kind: 'AddKey', keyId, digest: `digest-of-${keyId}`, role: null, ...members };
}

const revoke = (keyId: string) => ({ kind: 'RevokeKey', keyId }) as const;

describe('a key', () => {
  it('is added with its digest, and never with its secret', () => {
    const account = openScenario();
    account.accept(addKey('k1'));
    expect(account.stored().keys).toEqual([
      { id: 'k1', digest: 'digest-of-k1', nameVersion: null, role: null, createdAtMs: START_MS },
    ]);
  });

  it('that some account has already is refused', () => {
    const account = openScenario();
    account.accept(addKey('k1'));
    expect(account.refuse(addKey('k2', { digest: 'digest-of-k1' }))).toEqual({ code: 'key-in-use' });
    expect(account.attempt(addKey('k3'), { isKeyTaken: true })).toEqual({
      ok: false,
      rejection: { code: 'key-in-use' },
    });
  });

  it('of an id that the account’s keys have already is refused, so that revoking it leaves no other open', () => {
    const account = openScenario();
    account.accept(addKey('k1'));
    expect(account.refuse(addKey('k1', { digest: 'another' }))).toEqual({ code: 'key-in-use' });
    account.accept(revoke('k1'));
    expect(account.stored().keys).toEqual([]);
  });

  it('of a closed account is refused', () => {
    const account = openScenario();
    account.accept(addKey('k1'));
    account.accept({ kind: 'CloseAccount' });
    expect(account.refuse(addKey('k2'))).toEqual({ code: 'account-closed' });
    expect(account.attempt(revoke('k1')).ok).toBe(true);
  });

  it('is revoked once, and may be added again', () => {
    const account = openScenario();
    account.accept(addKey('k1'));
    account.accept(addKey('k2'));
    expect(account.accept(revoke('k1'))).toMatchObject({ keyId: 'k1', digest: 'digest-of-k1' });
    expect(account.stored().keys).toMatchObject([{ id: 'k2' }]);
    expect(account.refuse(revoke('k1'))).toEqual({ code: 'key-not-found' });
    account.accept(addKey('k1'));
    expect(account.stored().keys).toMatchObject([{ id: 'k2' }, { id: 'k1' }]);
  });
});

describe('the last admin’s key', () => {
  it('cannot be revoked, whatever other keys there are', () => {
    const operator = openScenario();
    operator.accept(addKey('a1', { role: 'admin' }));
    operator.accept(addKey('a2', { role: 'admin' }));
    operator.accept(addKey('s', { role: 'spend' }));
    operator.accept(revoke('a1'));
    expect(operator.refuse(revoke('a2'))).toEqual({ code: 'last-admin-key' });
    operator.accept(revoke('s'));
    operator.accept(addKey('a3', { role: 'admin' }));
    operator.accept(revoke('a2'));
  });
});
