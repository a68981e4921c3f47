import { describe, expect, it } from 'vitest';
import type { AccountState } from '../../packages/scrip/src/core/account.ts';
import { OPERATOR_STREAM, RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import { evolve } from '../../packages/scrip/src/core/evolve.ts';
import { partOf, SLOT_MS, sumUsage } from '../../packages/scrip/src/core/usage.ts';
import type { RecordedEntry } from '../../packages/scrip/src/ledger/store.ts';
import {
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  voidGrant,
} from '../support/commands.ts';
import { START_MS } from '../support/sample-ledger.ts';
import type { Meant } from '../../packages/scrip/src/core/reference.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const OPEN = openAccount();
const EVER = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const DAY_MS = 86_400_000;

const versionsOf = (entries: readonly RecordedEntry[]) => entries.map(({ entry }) => entry.version);

export function describeReads(under: StoreUnderTest): void {
  describe('a read', () => {
    it('of an account that there is not is null, and of its entries is empty', async () => {
      expect(await under.store.account('nobody')).toBeNull();
      expect(await under.store.accountAt('nobody', START_MS)).toBeNull();
      expect(await under.store.entry('nobody', 1)).toBeNull();
      expect(await under.store.findChange('nobody', 'open')).toBeNull();
      expect(await under.entriesOf('nobody')).toEqual([]);
      expect(await under.store.usage('nobody', EVER)).toEqual([]);
      expect(await under.store.keyOwner('digest')).toBeNull();
    });

    it('shows only what stays, while changes are being written, and all that has been answered', async () => {
      await under.accept(under.acme, { open: OPEN, grant: grantCredits(1000n) });
      let answered = 2;
      const writers = { areBusy: true };
      const writing = Promise.all(
        Array.from({ length: 200 }, async (_, at) => {
          const outcome = await under.change(under.acme, `debit-${at}`, debitCredits(1n));
          if (outcome.ok) answered = Math.max(answered, outcome.entry.version);
        }),
      ).finally(() => (writers.areBusy = false));
      let shown = 0;
      while (writers.areBusy) {
        const atLeast = Math.max(shown, answered);
        const state = await under.store.account(under.acme);
        expect(state?.version).toBeGreaterThanOrEqual(atLeast);
        shown = state?.version ?? 0;
        const entries = await under.entriesOf(under.acme);
        expect(versionsOf(entries)).toEqual(entries.map((_, at) => at + 1));
        expect(entries.length).toBeGreaterThanOrEqual(shown);
        expect(
          entries
            .slice(0, shown)
            .map(({ entry }) => entry)
            .reduce<AccountState | null>(evolve, null),
        ).toEqual(state);
        const used = sumUsage(await under.store.usage(under.acme, EVER), () => '').get('')?.calls ?? 0;
        expect(used).toBeGreaterThanOrEqual(shown - 2);
        expect(
          await under.store.findChange(under.acme, entries.at(-1)?.entry.change?.id ?? ''),
        ).not.toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await writing;
      expect((await under.store.account(under.acme))?.version).toBe(202);
    });

    it('finds a change, and the latest entry that continues it', async () => {
      await under.accept(under.acme, {
        open: OPEN,
        grant: grantCredits(50n),
        debit: debitCredits(5n),
        'refund-1': refundDebit('debit', 1n),
        'refund-2': refundDebit('debit', 1n),
        'hold-1': placeHold(1n),
        'hold-2': placeHold(1n),
        'hold-3': placeHold(1n),
        capture: captureHold('hold-1'),
        release: releaseHold('hold-2'),
      });
      under.sample.pass(DAY_MS);
      await under.accept(under.acme, { void: voidGrant('grant') });
      const find = async (id: string) => {
        const found = await under.store.findChange(under.acme, id);
        return [
          found?.recorded.entry.kind,
          found?.continuation?.entry.kind,
          found?.continuation?.entry.change?.id,
        ];
      };
      expect(await find('debit')).toEqual(['CreditsDebited', 'DebitRefunded', 'refund-2']);
      expect(await find('hold-1')).toEqual(['HoldPlaced', 'HoldCaptured', 'capture']);
      expect(await find('hold-2')).toEqual(['HoldPlaced', 'HoldReleased', 'release']);
      expect(await find('hold-3')).toEqual(['HoldPlaced', 'HoldExpired', undefined]);
      expect(await find('grant')).toEqual(['CreditsGranted', 'GrantVoided', 'void']);
      expect(await find('capture')).toEqual(['HoldCaptured', undefined, undefined]);
      expect(await find('nothing')).toEqual([undefined, undefined, undefined]);
      expect(await find('')).toEqual([undefined, undefined, undefined]);
    });

    it('finds a change only where it is the one that is meant', async () => {
      await under.accept(under.acme, { open: OPEN, grant: grantCredits(50n), debit: debitCredits(5n) });
      const isFound = async (meant: Meant) =>
        (await under.store.findChange(under.acme, 'debit', meant))?.recorded.entry.version === 3;
      expect(await isFound({ kinds: ['HoldCaptured', 'CreditsDebited'] })).toBe(true);
      expect(await isFound({ kinds: ['CreditsGranted'] })).toBe(false);
      expect(await isFound({ version: 3 })).toBe(true);
      expect(await isFound({ version: 2 })).toBe(false);
    });

    it('pages through entries in the order of versions, of all kinds or of one', async () => {
      await under.accept(under.acme, { open: OPEN });
      for (let at = 0; at < 10; at += 1)
        await under.accept(under.acme, {
          [`grant-${at}`]: grantCredits(5n),
          [`hold-${at}`]: placeHold(1n),
          [`debit-${at}`]: debitCredits(1n),
        });
      const page = async (afterVersion: number, limit: number, kind?: 'CreditsGranted' | 'HoldPlaced') =>
        versionsOf(
          await under.store.entries({
            accountId: under.acme,
            afterVersion,
            limit,
            ...(kind === undefined ? {} : { kind }),
          }),
        );
      expect(await page(0, 4)).toEqual([1, 2, 3, 4]);
      expect(await page(4, 4)).toEqual([5, 6, 7, 8]);
      expect(await page(29, 10)).toEqual([30, 31]);
      expect(await page(31, 10)).toEqual([]);
      expect(await page(0, 3, 'CreditsGranted')).toEqual([2, 5, 8]);
      expect(await page(8, 100, 'CreditsGranted')).toEqual([11, 14, 17, 20, 23, 26, 29]);
      expect(await page(0, 2, 'HoldPlaced')).toEqual([3, 6]);
      expect((await under.store.entry(under.acme, 3))?.entry).toMatchObject({
        kind: 'HoldPlaced',
        version: 3,
      });
      expect(await under.store.entry(under.acme, 32)).toBeNull();
      expect(await under.store.entry(under.acme, 0)).toBeNull();
    });

    it('gives usage by slot, pool, action and key of a half-open range, right when the debit is answered', async () => {
      await under.accept(under.acme, {
        open: OPEN,
        grant: grantCredits(50n),
        email: grantCredits(5n, { pool: 'email' }),
      });
      const slotMs = Math.floor(START_MS / SLOT_MS) * SLOT_MS;
      const sumOf = async (range: { fromMs: number; toMs: number }) => {
        const rows = await under.store.usage(under.acme, range);
        return [
          ...sumUsage(rows, (row) => [(row.slotMs - slotMs) / SLOT_MS, row.pool, row.action, row.key].join()),
        ]
          .map(([key, { usedMicros, calls }]) => `${key}: ${usedMicros / CREDIT} in ${calls}`)
          .toSorted();
      };
      const sms = debitCredits(quantityOf('sms', 2n));
      await under.sample.ledger.change({ accountId: under.acme, id: 'sms', command: sms, actor: 'gateway' });
      expect(await sumOf(EVER)).toEqual(['0,standard,sms,gateway: 2 in 1']);
      await under.accept(under.acme, {
        mail: debitCredits(quantityOf('email_verification', 1n)),
        late: debitCredits(1n, START_MS - SLOT_MS),
        plain: debitCredits(3n),
      });
      await under.sample.ledger.change({ accountId: under.acme, id: 'more', command: sms, actor: 'gateway' });
      under.sample.pass(3 * SLOT_MS);
      await under.accept(under.acme, { next: debitCredits(4n), refund: refundDebit('plain') });
      expect(await sumOf(EVER)).toEqual([
        '-1,standard,,: 1 in 1',
        '0,email,email_verification,: 1 in 1',
        '0,standard,,: 0 in 0',
        '0,standard,sms,gateway: 4 in 2',
        '3,standard,,: 4 in 1',
      ]);
      expect(await sumOf({ fromMs: slotMs - SLOT_MS, toMs: slotMs })).toEqual(['-1,standard,,: 1 in 1']);
      const partsMs = [slotMs - SLOT_MS, slotMs + SLOT_MS];
      const inParts = await under.store.usage(under.acme, {
        fromMs: partsMs[0] ?? 0,
        toMs: EVER.toMs,
        partsMs,
      });
      const partSums = sumUsage(inParts, (row) => [partOf(partsMs, row.slotMs), row.pool, row.action].join());
      expect(
        [...partSums]
          .map(([key, { usedMicros, calls }]) => `${key}: ${usedMicros / CREDIT} in ${calls}`)
          .toSorted(),
      ).toEqual([
        '0,email,email_verification: 1 in 1',
        '0,standard,: 1 in 1',
        '0,standard,sms: 4 in 2',
        '1,standard,: 4 in 1',
      ]);
      expect(await sumOf({ fromMs: slotMs + 1, toMs: slotMs + 3 * SLOT_MS })).toEqual([]);
      expect(await sumOf({ fromMs: slotMs + 3 * SLOT_MS, toMs: slotMs + 4 * SLOT_MS })).toEqual([
        '3,standard,,: 4 in 1',
      ]);
    });

    it('gives the account as it was recorded at any instant', async () => {
      await under.accept(under.acme, { open: OPEN, grant: grantCredits(50n) });
      for (let at = 1; at <= 5; at += 1) {
        under.sample.pass(1000);
        await under.accept(under.acme, {
          [`debit-${at}`]: debitCredits(1n),
          [`also-${at}`]: debitCredits(1n),
        });
      }
      const versionAt = async (atMs: number) => (await under.store.accountAt(under.acme, atMs))?.version;
      expect(await versionAt(START_MS - 1)).toBeUndefined();
      expect(await versionAt(START_MS)).toBe(2);
      expect(await versionAt(START_MS + 999)).toBe(2);
      expect(await versionAt(START_MS + 1000)).toBe(4);
      expect(await versionAt(START_MS + 3500)).toBe(8);
      const upTo = async (version: number) => {
        const state = await under.store.accountAt(under.acme, START_MS + 1000, version);
        return [state?.version, state?.pools[0]?.settledMicros];
      };
      expect(await upTo(3)).toEqual([3, 49n * CREDIT]);
      expect(await upTo(9)).toEqual([4, 48n * CREDIT]);
      expect(await under.store.accountAt(under.acme, START_MS + DAY_MS)).toEqual(
        await under.store.account(under.acme),
      );
      expect((await under.store.accountAt(under.acme, START_MS + 3000))?.pools[0]?.settledMicros).toBe(
        44n * CREDIT,
      );
    });

    it('pages through the ids of accounts in their order, without Scrip’s own streams', async () => {
      await under.change(OPERATOR_STREAM, 'open', OPEN);
      const prefix = `${under.named('ids')}.`;
      const names = ['b', 'B', 'a', 'a.b', 'a-b', 'a_b', 'ab', '9', '10', 'Z', 'z'.repeat(50)];
      const ids = names.map((name) => prefix + name);
      await Promise.all(ids.map((id) => under.change(id, 'open', OPEN)));
      const sorted = ids.toSorted();
      expect(await under.store.accountIds({ after: prefix, limit: ids.length })).toEqual(sorted);
      let after = prefix;
      for (let at = 0; at < ids.length; at += 4) {
        const page = await under.store.accountIds({ after, limit: 4 });
        expect(page.slice(0, ids.length - at)).toEqual(sorted.slice(at, at + 4));
        after = page.at(-1) ?? after;
      }
      expect(await under.store.accountIds({ after: `${prefix}a0`, limit: 2 })).toEqual([
        `${prefix}a_b`,
        `${prefix}ab`,
      ]);
      const all = await under.store.accountIds({ after: null, limit: 10_000 });
      expect(all).toEqual(all.toSorted());
      expect(all.filter((id) => id.startsWith('$'))).toEqual([]);
    });

    it('knows the rate card’s stream like any account', async () => {
      expect((await under.store.account(RATE_CARD_STREAM))?.rateCards).toHaveLength(1);
      expect(await under.entriesOf(RATE_CARD_STREAM)).toHaveLength(2);
    });
  });
}
