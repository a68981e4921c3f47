import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_MICROS } from '../../packages/scrip/src/core/credits.ts';
import { amountOf, CREDIT, debitCredits, grantCredits, openAccount, placeHold } from '../support/commands.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const OPEN = openAccount();

export function describeChanges(under: StoreUnderTest): void {
  describe('a change', () => {
    beforeEach(async () => {
      await under.accept(under.acme, { open: OPEN, grant: grantCredits(5n) });
    });

    it('that is made again is its first outcome, and no second entry', async () => {
      await under.accept(under.acme, { debit: debitCredits(2n) });
      const again = await under.change(under.acme, 'debit', debitCredits(2n));
      expect(again).toMatchObject({
        ok: true,
        replayed: true,
        entry: { version: 3, kind: 'CreditsDebited' },
      });
      expect(await under.entriesOf(under.acme)).toHaveLength(3);
    });

    it('that is made again as another command is refused', async () => {
      await under.accept(under.acme, { debit: debitCredits(2n) });
      for (const command of [
        debitCredits(1n),
        debitCredits(amountOf(2n, 'email')),
        grantCredits(2n),
        placeHold(2n),
      ])
        expect(await under.change(under.acme, 'debit', command)).toEqual({
          ok: false,
          rejection: { code: 'idempotency-mismatch' },
        });
      expect(await under.sample.available(under.acme)).toBe(3n * CREDIT);
    });

    it('that was refused is not kept: its id may be tried again after a top-up, by another command too', async () => {
      expect(await under.change(under.acme, 'debit', debitCredits(9n))).toMatchObject({ ok: false });
      expect((await under.store.account(under.acme))?.version).toBe(2);
      expect(await under.store.findChange(under.acme, 'debit')).toBeNull();
      await under.accept(under.acme, { 'top-up': grantCredits(9n), debit: debitCredits(9n) });
      expect(await under.change(under.acme, 'other', debitCredits(99n))).toMatchObject({ ok: false });
      await under.accept(under.acme, { other: grantCredits(1n) });
    });

    it('that many callers make at the same moment happens once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, () => under.change(under.acme, 'debit', debitCredits(1n))),
      );
      const accepted = outcomes.flatMap((outcome) => (outcome.ok ? [outcome] : []));
      expect(accepted).toHaveLength(60);
      expect(accepted.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(new Set(accepted.map(({ entry }) => entry.version))).toEqual(new Set([3]));
      expect(await under.sample.available(under.acme)).toBe(4n * CREDIT);
    });

    it('has an id of its account only', async () => {
      await under.accept(under.named('other'), { open: OPEN, grant: grantCredits(7n) });
      expect(await under.sample.available(under.named('other'))).toBe(7n * CREDIT);
      expect((await under.store.findChange(under.acme, 'grant'))?.recorded.entry).toMatchObject({
        amountMicros: 5n * CREDIT,
      });
    });

    it('may have any printable id, of any length up to 255', async () => {
      const ids = ['~'.repeat(255), ' ', '"', "'; DROP TABLE entry; --", '%_', 'A', 'a', '\\n', '0', '00'];
      for (const id of ids)
        expect(await under.change(under.acme, id, grantCredits(1n))).toMatchObject({ replayed: false });
      for (const id of ids)
        expect(await under.change(under.acme, id, grantCredits(1n))).toMatchObject({ replayed: true });
      expect(await under.sample.available(under.acme)).toBe(15n * CREDIT);
    });

    it('never takes more than there is, however many callers ask at once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, at) => under.change(under.acme, `debit-${at}`, debitCredits(1n))),
      );
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(5);
      expect((await under.store.account(under.acme))?.pools[0]?.settledMicros).toBe(0n);
    });

    it('keeps amounts up to 64 bits', async () => {
      await under.accept(under.named('rich'), {
        open: OPEN,
        grant: grantCredits(0n, { amountMicros: MAX_MICROS }),
      });
      await under.accept(under.named('rich'), {
        debit: debitCredits({ by: 'amount', pool: 'standard', amountMicros: 1n }),
      });
      expect((await under.store.account(under.named('rich')))?.pools[0]?.settledMicros).toBe(MAX_MICROS - 1n);
    });
  });
}
