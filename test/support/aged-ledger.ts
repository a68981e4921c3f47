import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPERATOR_STREAM, RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import { sumUsage } from '../../packages/scrip/src/core/usage.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../../packages/scrip/src/config/default-catalog.ts';
import type { ChangeOutcome } from '../../packages/scrip/src/ledger/decide-request.ts';
import type { Ledger } from '../../packages/scrip/src/ledger/ledger.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import { openSqliteStore } from '../../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { withHoldsListed } from './check-account.ts';
import {
  captureHold,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  setOverdraft,
} from './commands.ts';

const DAY_MS = 86_400_000;
/** Day 0 of an aged ledger lies so far back that all of its days but the last can be sealed. */
const AGE_DAYS = 200;

export interface AgedLedger {
  readonly directory: string;
  readonly ledger: Ledger;
  /** Moves the clock to a day after day 0. */
  readonly goTo: (day: number) => void;
  readonly change: (
    accountId: string,
    id: string,
    command: Command,
    personal?: { name?: string; note?: string },
  ) => Promise<ChangeOutcome>;
  readonly close: () => Promise<void>;
}

/** The instant at which a day after day 0 begins. */
export function dayMs(day: number): number {
  return (Math.floor(Date.now() / DAY_MS) - AGE_DAYS + day) * DAY_MS;
}

/** Opens a ledger whose clock stands where it is put, so that days pass in a moment. */
export async function openAged(directory: string, day = 0): Promise<AgedLedger> {
  let nowMs = dayMs(day) + 1000;
  let count = 0;
  const store = await openSqliteStore({ directory, idsKeptMs: DAY_MS, now: () => nowMs });
  const next = () => `made-${day}-${(count += 1)}`;
  const ledger = createLedger({ store, clock: { now: () => (nowMs += 1) }, ids: { next, salt: next } });
  return {
    directory,
    ledger,
    goTo: (later) => {
      nowMs = dayMs(later) + 1000;
    },
    change: async (accountId, id, command, personal = {}) =>
      ledger.change({ accountId, id, command, actor: 'key-1', ...personal }),
    close: () => ledger.close(),
  };
}

const addKey = (keyId: string): Command => ({ kind: 'AddKey', keyId, digest: `digest-${keyId}`, role: null });

/** Fills a new directory with what 100 days have brought: of every kind of entry, and of what goes across day 50. */
export async function makeAgedLedger(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'scrip-aged-'));
  const aged = await openAged(directory);
  const accept = async (...[accountId, id, command, personal]: Parameters<AgedLedger['change']>) => {
    const outcome = await aged.change(accountId, id, command, personal);
    if (!outcome.ok) throw new Error(`${accountId} ${id}: ${outcome.rejection.code}`);
  };
  await accept(RATE_CARD_STREAM, 'open', openAccount());
  await accept(RATE_CARD_STREAM, 'card', {
    kind: 'PublishRateCard',
    pools: DEFAULT_POOLS,
    actions: DEFAULT_ACTIONS,
  });
  await accept(OPERATOR_STREAM, 'open', openAccount());
  await accept(OPERATOR_STREAM, 'admin', { ...addKey('admin'), role: 'admin' } as Command, { name: 'first' });
  await accept('acme', 'open', openAccount({ setsName: true }), { name: 'Acme' });
  await accept('acme', 'key', addKey('web'), { name: 'website' });
  await accept('acme', 'gone', addKey('gone'));
  await accept('acme', 'revoke', { kind: 'RevokeKey', keyId: 'gone' });
  await accept('acme', 'small', grantCredits(10n));
  await accept('acme', 'large', grantCredits(1000n), { note: 'a large one' });
  await accept('acme', 'plan', grantRecurring(30n, { rollover: 'all' }));
  await accept('acme', 'lost', grantCredits(7n, { expiresAtMs: dayMs(20) }));
  await accept('acme', 'bounds', setOverdraft(50n));
  await accept('quiet', 'open', openAccount());
  await accept('quiet', 'grant', grantCredits(5n, { pool: 'email' }));
  await accept('closed', 'open', openAccount());
  await accept('closed', 'close', { kind: 'CloseAccount' });
  for (let day = 1; day < 50; day += 1) {
    aged.goTo(day);
    await accept('acme', `early-${day}`, debitCredits(quantityOf('voice_call', BigInt(day))));
    if (day % 10 === 0) await accept('acme', `early-refund-${day}`, refundDebit(`early-${day - 1}`, 1n));
  }
  aged.goTo(49.75);
  await accept('acme', 'across', placeHold(4n, { ttlSeconds: 86_400 }));
  await accept('acme', 'to-expire', placeHold(2n, { ttlSeconds: 86_400 }));
  await accept('acme', 'to-release', placeHold(3n, { ttlSeconds: 86_400 }));
  // A lot that is used up at the cut, opened again after it by a refund, and used up once more.
  await accept('acme', 'tiny', grantCredits(9n, { priority: -1 }));
  await accept('acme', 'to-refund', debitCredits(9n));
  await accept('acme', 'part-back', refundDebit('to-refund', 2n));
  await accept('acme', 'used-up', debitCredits(2n));
  aged.goTo(50);
  await accept('acme', 'captured', captureHold('across', 3n));
  await accept('acme', 'released', releaseHold('to-release'));
  await accept('acme', 'late-refund', refundDebit('to-refund', 3n));
  await accept('late', 'open', openAccount());
  for (let day = 51; day < 100; day += 1) {
    aged.goTo(day);
    await accept('acme', `late-${day}`, debitCredits(quantityOf('sms', BigInt(day % 7) + 1n)));
  }
  await aged.close();
  return directory;
}

export function copyOf(directory: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'scrip-aged-copy-'));
  cpSync(directory, copy, { recursive: true });
  return copy;
}

const STREAMS = ['acme', 'quiet', 'closed', 'late', OPERATOR_STREAM, RATE_CARD_STREAM];

/** All that a ledger tells that a seal must not change. */
export async function tell({ ledger }: AgedLedger, from = 0) {
  const ever = { fromMs: 0, toMs: 1e15 };
  return {
    accounts: await Promise.all(STREAMS.map(async (id) => withHoldsListed(await ledger.account(id)))),
    at: await Promise.all(
      [60, 80].map(async (day) => withHoldsListed(await ledger.accountAt('acme', dayMs(day)))),
    ),
    ids: await ledger.accountIds({ after: null, limit: 100 }),
    usage: sumUsage(await ledger.usage('acme', ever), ({ slotMs, action }) => `${slotMs} ${action}`),
    keys: await Promise.all(['web', 'gone', 'admin'].map(async (id) => ledger.keyOwner(`digest-${id}`))),
    entries: await ledger.entries({ accountId: 'acme', afterVersion: from, limit: 1000 }),
    changes: await Promise.all(['late-60', 'captured'].map((id) => ledger.findChange('acme', id))),
    cards: await ledger.rateCards(),
  };
}
