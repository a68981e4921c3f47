import { describe, expect, it } from 'vitest';
import { encodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import { CHAIN_START, chainHash } from '../../packages/scrip/src/ledger/digest.ts';
import { CREDIT, changeAccount, debitCredits, grantCredits, openAccount } from '../support/commands.ts';
import { addKey } from './keys-and-entries.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const OPEN = openAccount({ setsName: true, setsMetadata: true });
const JANE = { name: 'Jane', metadata: { mail: 'jane@example.org' } };

export function describeErasing(under: StoreUnderTest): void {
  const ledger = () => under.sample.ledger;
  const openJane = async (accountId: string, digest: string) => {
    const change = { accountId, actor: null };
    await ledger().change({ ...change, id: 'open', command: OPEN, ...JANE });
    await ledger().change({ ...change, id: 'grant', command: grantCredits(9n), note: 'for Jane' });
    await ledger().change({ ...change, id: 'key', command: addKey('k', digest), name: 'phone of Jane' });
    await ledger().change({ ...change, id: 'debit', command: debitCredits(2n), metadata: { to: 'Jane' } });
  };
  const erase = (accountId: string, id = 'erase') =>
    ledger().erase({ accountId, id, actor: 'admin', command: { kind: 'ErasePersonalData' } });

  describe('erasing personal data', () => {
    it('takes it from every entry so far, and leaves entries, chain, balance and keys', async () => {
      const { acme } = under;
      const digest = under.named('digest');
      await openJane(acme, digest);
      const before = await under.entriesOf(acme);
      expect(before.map(({ personal }) => personal !== null)).toEqual([true, true, true, true]);
      const outcome = await erase(acme);
      expect(outcome).toMatchObject({
        ok: true,
        entry: { kind: 'PersonalDataErased', version: 5, change: { id: 'erase', actor: 'admin' } },
      });
      const after = await under.entriesOf(acme);
      expect(after.map(({ personal }) => personal)).toEqual([null, null, null, null, null]);
      expect(after.slice(0, 4).map(({ entry }) => entry)).toEqual(before.map(({ entry }) => entry));
      let hash = CHAIN_START;
      for (const { entry, hash: stored } of after) {
        hash = chainHash(hash, { accountId: acme, version: entry.version, body: encodeEntry(entry) });
        expect(stored).toBe(hash);
      }
      const state = await ledger().account(acme);
      expect(state).toMatchObject({ keys: [{ id: 'k' }], nameVersion: null, erasedVersion: 5 });
      if (state === null) return;
      expect(await ledger().profile(state)).toEqual({ name: null, metadata: null });
      expect(await Promise.all(state.keys.map((key) => ledger().keyName(acme, key)))).toEqual([null]);
      expect(await under.store.keyOwner(digest)).toBe(acme);
      expect(await under.sample.available(acme)).toBe(7n * CREDIT);
      expect((await under.store.entry(acme, 1))?.personal).toBeNull();
      expect((await under.store.findChange(acme, 'debit'))?.recorded.personal).toBeNull();
    });

    it('leaves every change answering to its id, whatever name it is tried again with', async () => {
      const { acme } = under;
      await openJane(acme, under.named('digest'));
      await erase(acme);
      const again = { accountId: acme, id: 'open', actor: null, command: OPEN };
      for (const personal of [JANE, { name: 'John', metadata: {} }])
        expect(await ledger().change({ ...again, ...personal })).toMatchObject({
          ok: true,
          replayed: true,
          personal: null,
        });
      // Without a name it was another change, then as now.
      expect(await ledger().change(again)).toMatchObject({ rejection: { code: 'idempotency-mismatch' } });
      expect(await erase(acme)).toMatchObject({ ok: true, replayed: true, entry: { version: 5 } });
    });

    it('keeps what is recorded afterwards, and is done again by the next', async () => {
      const { acme } = under;
      await openJane(acme, under.named('digest'));
      await erase(acme);
      const command = changeAccount({ setsName: true });
      await ledger().change({ accountId: acme, id: 'rename', actor: null, command, name: 'Joan' });
      await erase(acme, 'erase');
      const names = async () => (await under.entriesOf(acme)).map(({ personal }) => personal?.name ?? null);
      expect(await names()).toEqual([null, null, null, null, null, 'Joan']);
      expect(await erase(acme, 'erase-2')).toMatchObject({ ok: true, entry: { version: 7 } });
      expect(await names()).toEqual([null, null, null, null, null, null, null]);
    });

    it('beside other changes leaves the metadata of those that come after it, and of no other', async () => {
      const { acme } = under;
      const other = under.named('other');
      await openJane(other, under.named('other-digest'));
      await under.accept(acme, { open: openAccount(), grant: grantCredits(100n) });
      const debit = (at: number) =>
        ledger().change({
          accountId: acme,
          id: `debit-${at}`,
          actor: null,
          command: debitCredits(1n),
          metadata: { at },
        });
      const early = Array.from({ length: 20 }, (_, at) => debit(at));
      const erasing = erase(acme);
      const late = Array.from({ length: 20 }, (_, at) => debit(20 + at));
      await Promise.all([...early, erasing, ...late]);
      const entries = await under.entriesOf(acme);
      const erased = entries.findIndex(({ entry }) => entry.kind === 'PersonalDataErased');
      expect(erased).toBeGreaterThan(1);
      expect(entries).toHaveLength(43);
      for (const [index, { personal }] of entries.entries())
        expect(personal !== null, `version ${index + 1}`).toBe(index > erased);
      expect((await under.entriesOf(other)).every(({ personal }) => personal !== null)).toBe(true);
    });

    it('of an account that is not there is refused; of a closed one it is done', async () => {
      const { acme } = under;
      expect(await erase(acme)).toEqual({ ok: false, rejection: { code: 'account-not-found' } });
      await openJane(acme, under.named('digest'));
      await under.accept(acme, { close: { kind: 'CloseAccount' } });
      expect(await erase(acme)).toMatchObject({ ok: true });
      expect((await under.entriesOf(acme)).every(({ personal }) => personal === null)).toBe(true);
    });

    it('is still done after a restart', async (context) => {
      const { acme } = under;
      await openJane(acme, under.named('digest'));
      await erase(acme);
      const before = await under.entriesOf(acme);
      context.skip(!(await under.restart()), 'this store keeps nothing');
      expect(await under.entriesOf(acme)).toEqual(before);
    });
  });
}
