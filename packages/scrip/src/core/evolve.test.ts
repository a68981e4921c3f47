import { describe, expect, it } from 'vitest';
import { openScenario } from '../../../../test/support/account-scenario.ts';
import { captureHold, grantCredits, placeHold } from '../../../../test/support/commands.ts';
import { evolve } from './evolve.ts';

describe('an account after one more entry', () => {
  it('has the entry’s version and time, and leaves the account before it as it was', () => {
    const account = openScenario();
    const before = account.stored();
    const entry = account.accept(grantCredits(10n));
    // The scenario freezes what it is given, so that a change in place would throw.
    expect(Object.isFrozen(before)).toBe(true);
    expect(before).toMatchObject({ version: 1, pools: [] });
    expect(evolve(before, entry)).toEqual(account.stored());
    expect(account.stored()).toMatchObject({ version: 2, atMs: entry.atMs });
  });

  it('takes entries in the order of their versions only, without gaps', () => {
    const account = openScenario();
    const first = account.last('AccountOpened');
    const second = account.accept(grantCredits(1n));
    const third = account.accept(grantCredits(2n));
    const opened = evolve(null, first);
    expect(() => evolve(null, second)).toThrow('entry 2 of acme does not follow 0');
    expect(() => evolve(opened, third)).toThrow('entry 3 of acme does not follow 1');
    expect(() => evolve(opened, first)).toThrow('entry 1 of acme does not follow 1');
  });

  it('has lost the key that is revoked and no other, also where an old journal gave two keys one id', () => {
    const account = openScenario();
    const key = { kind: 'AddKey', keyId: 'k', digest: 'one', role: null } as const;
    const added = account.accept(key);
    const twin = { ...added, version: added.version + 1, digest: 'two' };
    const revoked = {
      kind: 'KeyRevoked',
      accountId: added.accountId,
      version: twin.version + 1,
      atMs: added.atMs,
      change: null,
      keyId: 'k',
      digest: 'one',
    } as const;
    const twins = evolve(account.stored(), twin);
    expect(evolve(twins, revoked).keys).toMatchObject([{ id: 'k', digest: 'two' }]);
  });

  it('cannot follow from the capture of a hold that is not open: that is a bug', () => {
    const account = openScenario();
    account.accept(grantCredits(10n));
    account.accept(placeHold(1n), 'hold');
    const captured = account.accept(captureHold('hold'));
    const again = { ...captured, version: captured.version + 1 };
    expect(() => evolve(account.stored(), again)).toThrow('captures hold hold, which is not open');
  });
});
