import { beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { encodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import { CHAIN_START, chainHash } from '../../packages/scrip/src/ledger/digest.ts';
import { debitCredits, grantCredits, openAccount, refundDebit } from '../support/commands.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const OPEN = openAccount();

export function addKey(keyId: string, digest: string): Command {
  return { kind: 'AddKey', keyId, digest, role: null };
}

export function describeKeysAndEntries(under: StoreUnderTest): void {
  describe('a key', () => {
    const owners = () => ['a', 'b', 'c'].map(under.named) as [string, string, string];
    beforeEach(async () => {
      for (const id of owners()) await under.accept(id, { open: OPEN });
    });

    it('has one owner, and none once it is revoked', async () => {
      const [a, b] = owners();
      const first = under.named('first');
      const second = under.named('second');
      await under.accept(a, { add: addKey('k1', first), more: addKey('k2', second) });
      expect(await under.store.keyOwner(first)).toBe(a);
      expect(await under.change(b, 'add', addKey('k1', first))).toEqual({
        ok: false,
        rejection: { code: 'key-in-use' },
      });
      await under.accept(a, { revoke: { kind: 'RevokeKey', keyId: 'k1' } });
      expect(await under.store.keyOwner(first)).toBeNull();
      expect(await under.store.keyOwner(second)).toBe(a);
      await under.accept(b, { add: addKey('k1', first) });
      expect(await under.store.keyOwner(first)).toBe(b);
    });

    it('that several accounts add at the same moment becomes one’s', async () => {
      const [a, b, c] = owners();
      const digest = under.named('digest');
      const outcomes = await Promise.all(
        [a, b, c, a].map((id, at) => under.change(id, `add-${at}`, addKey(`k${at}`, digest))),
      );
      const accepted = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.entry.accountId] : []));
      expect(accepted).toHaveLength(1);
      expect(await under.store.keyOwner(digest)).toBe(accepted[0]);
    });
  });

  describe('an entry', () => {
    it('is chained to the one before it, by the text that it is stored as', async () => {
      await under.accept(under.acme, {
        open: OPEN,
        grant: grantCredits(5n),
        debit: debitCredits(2n),
        refund: refundDebit('debit'),
      });
      let expected = CHAIN_START;
      for (const { entry, hash } of await under.entriesOf(under.acme)) {
        const { accountId, version } = entry;
        expected = chainHash(expected, { accountId, version, body: encodeEntry(entry) });
        expect(hash).toBe(expected);
        expect((await under.store.entry(under.acme, version))?.hash).toBe(expected);
      }
      expect((await under.store.findChange(under.acme, 'refund'))?.recorded.hash).toBe(expected);
    });

    it('keeps a name and metadata beside it', async () => {
      const metadata = { 'n°': ['é', { deep: [null, 1.5] }], empty: {} };
      await under.sample.ledger.change({
        accountId: under.acme,
        id: 'open',
        command: OPEN,
        actor: null,
        name: 'Zoë',
        metadata,
      });
      await under.accept(under.acme, { grant: grantCredits(1n) });
      const [opened, granted] = await under.entriesOf(under.acme);
      expect(opened?.personal).toMatchObject({ name: 'Zoë', metadata });
      expect(granted?.personal).toBeNull();
      expect((await under.store.entry(under.acme, 1))?.personal).toEqual(opened?.personal);
      expect((await under.store.findChange(under.acme, 'open'))?.recorded.personal).toEqual(opened?.personal);
    });
  });
}
