import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asDataFailure } from '../packages/scrip/src/cli/data-failure.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../packages/scrip/src/config/default-catalog.ts';
import { RATE_CARD_STREAM } from '../packages/scrip/src/core/account.ts';
import type { Command } from '../packages/scrip/src/core/command.ts';
import { sumUsage } from '../packages/scrip/src/core/usage.ts';
import { SealedPast } from '../packages/scrip/src/ledger/sealed-past.ts';
import { createEntryRows } from '../packages/scrip/src/stores/sqlite/entry-rows.ts';
import { openJournalSource } from '../packages/scrip/src/stores/sqlite/journal-source.ts';
import { openSealableJournal } from '../packages/scrip/src/stores/sqlite/seal-journal.ts';
import { digestSeal, readSeal } from '../packages/scrip/src/stores/sqlite/seal.ts';
import type { AgedLedger } from './support/aged-ledger.ts';
import { copyOf, dayMs, makeAgedLedger, openAged, tell } from './support/aged-ledger.ts';
import { withHoldsListed } from './support/check-account.ts';
import {
  changeAccount,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  refundDebit,
  setOverdraft,
  voidGrant,
} from './support/commands.ts';
import { runScrip } from './support/run-scrip.ts';
import { startScrip } from './support/scrip-process.ts';

const isoDay = (day: number) => new Date(dayMs(day)).toISOString();
let original: string;
const directories: string[] = [];

/** A copy of the aged ledger. */
function another(): string {
  const directory = copyOf(original);
  directories.push(directory);
  return directory;
}

async function sealed(directory: string, day: number, file = join(directory, `sealed-${day}.ndjson`)) {
  const words = ['seal', '--before', isoDay(day), '--to', file, '--data', directory, '--json'];
  const { code, out, err } = await runScrip(words);
  expect(code, err).toBe(0);
  return JSON.parse(out) as { file: string; entries: number; upTo: number; anchor: string };
}

/** As what a command would tell it. */
function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return asDataFailure(error);
  }
}

beforeAll(async () => {
  original = await makeAgedLedger();
  directories.push(original);
});
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A ledger with a rate card and nothing else. */
async function openNew(): Promise<AgedLedger> {
  const directory = mkdtempSync(join(tmpdir(), 'scrip-seal-'));
  directories.push(directory);
  const aged = await openAged(directory);
  await aged.change(RATE_CARD_STREAM, 'open', openAccount());
  const card = { kind: 'PublishRateCard', pools: DEFAULT_POOLS, actions: DEFAULT_ACTIONS } as const;
  await aged.change(RATE_CARD_STREAM, 'card', card);
  return aged;
}

it('tells metadata that an account was given after its name', async () => {
  const aged = await openNew();
  const named = openAccount({ setsName: true });
  await aged.change('acme', 'open', named, { name: 'Acme' });
  const command = changeAccount({ setsMetadata: true });
  await aged.ledger.change({
    accountId: 'acme',
    id: 'tell',
    command,
    actor: null,
    metadata: { plan: 'gold' },
  });
  await aged.close();
  await sealed(aged.directory, 50);
  const { ledger, close } = await openAged(aged.directory, 51);
  const state = await ledger.account('acme');
  expect(state && (await ledger.profile(state))).toEqual({ name: 'Acme', metadata: { plan: 'gold' } });
  await close();
});

it('ends a recurring grant of which nothing was left', async () => {
  const aged = await openNew();
  await aged.change('acme', 'open', openAccount());
  await aged.change('acme', 'plan', grantRecurring(10n));
  await aged.change('acme', 'all', debitCredits(10n));
  await aged.close();
  // Before its next period.
  await sealed(aged.directory, 1);
  const { change, close } = await openAged(aged.directory, 1);
  expect(await change('acme', 'end', voidGrant('plan'))).toMatchObject({ ok: true });
  await close();
});

it('seals nothing of the very moment that it is to seal up to', async () => {
  const aged = await openNew();
  await aged.change('acme', 'open', openAccount());
  const { atMs = 0 } = (await aged.ledger.account('acme')) ?? {};
  await aged.close();
  const [journal, derived] = ['journal.db', 'derived.db'].map((name) => join(aged.directory, name));
  const sealable = openSealableJournal({ journal: journal ?? '', derived: derived ?? '' });
  expect(sealable.count(atMs)).toEqual({ after: 0, upTo: 2 });
  expect(sealable.count(atMs + 1)).toEqual({ after: 0, upTo: 3 });
  sealable.close();
});

it('keeps no copy of names beside those that were sealed or stay', async () => {
  const aged = await openNew();
  const { directory } = aged;
  const accounts = Array.from({ length: 208 }, (_, at) => `a${at}`);
  for (const [at, accountId] of accounts.entries()) {
    if (at === 124) aged.goTo(60);
    const name = `canary-${at}.${'x'.repeat((at * 7919) % 900)}`;
    await aged.change(accountId, 'open', openAccount({ setsName: true }), { name });
  }
  await aged.close();
  await sealed(directory, 50);
  const canaries = () =>
    readFileSync(join(directory, 'journal.db'))
      .toString('latin1')
      .match(/canary-\d+/g);
  expect(canaries()).not.toBeNull();
  const { ledger, close } = await openAged(directory, 61);
  for (const accountId of accounts)
    await ledger.erase({ accountId, actor: null, id: 'erase', command: { kind: 'ErasePersonalData' } });
  await close();
  expect(canaries()).toBeNull();
});

describe('a sealed ledger', () => {
  let directory: string;
  let told: { entries: number; upTo: number; anchor: string };
  let before: number;
  beforeAll(async () => {
    directory = another();
    before = statSync(join(directory, 'journal.db')).size;
    told = await sealed(directory, 50);
  });

  it('has fewer entries and a smaller file, and the file holds what it had', async () => {
    expect(told.entries).toBeGreaterThan(60);
    expect(told.upTo).toBe(told.entries);
    const lines = readFileSync(join(directory, 'sealed-50.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(told.entries + 2);
    expect(lines.at(-1)).toContain(told.anchor);
    expect(statSync(join(directory, 'sealed-50.ndjson')).mode & 0o777).toBe(0o600);
    const journal = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
    const kept = [...createEntryRows(journal, 'main').each({ after: 0, upTo: told.upTo })];
    expect(kept.length).toBeLessThan(told.entries / 3);
    const seal = readSeal(journal);
    expect(seal).toMatchObject({ position: told.upTo, anchor: told.anchor });
    expect(digestSeal(journal, told.upTo)).toBe(seal?.digest);
    journal.close();
    expect(statSync(join(directory, 'journal.db')).size).toBeLessThan(before + 8 * 4096);
  });

  it('tells the same as before: accounts, past balances, usage, ids, keys, later entries, prices', async () => {
    const control = await openAged(another(), 100);
    const aged = await openAged(directory, 100);
    const from = 80;
    expect(await tell(aged, from)).toEqual(await tell(control, from));
    const state = await aged.ledger.account('acme');
    if (state !== null) expect(await aged.ledger.profile(state)).toMatchObject({ name: 'Acme' });
    expect(await Promise.all((state?.keys ?? []).map((key) => aged.ledger.keyName('acme', key)))).toEqual([
      'website',
    ]);
    await control.close();
    await aged.close();
  });

  it('goes on as it would have gone on: the same changes make the same entries', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    const control = await openAged(another(), 101);
    const aged = await openAged(copy, 101);
    for (const { change } of [control, aged]) {
      const outcomes = [
        await change('acme', 'again', refundDebit('late-99')),
        // It drew on what had been granted before the cut, and is used up by now or not.
        await change('acme', 'first-late', refundDebit('late-51')),
        await change('acme', 'third-back', refundDebit('to-refund')),
        await change('acme', 'void', voidGrant('large')),
        await change('acme', 'void-plan', voidGrant('plan')),
        await change('acme', 'captured-back', refundDebit('captured', 1n)),
        await change('acme', 'late-60', debitCredits(1n)),
        await change('acme', 'hold', placeHold(1n)),
        await change('quiet', 'more', grantCredits(5n)),
        await change('closed', 'none', grantCredits(5n)),
      ];
      const refusals = outcomes.map((outcome) => (outcome.ok ? null : outcome.rejection.code));
      expect(refusals.slice(0, 6)).toEqual([null, null, null, null, null, null]);
      expect(refusals.slice(6)).toEqual(['idempotency-mismatch', null, null, 'account-closed']);
    }
    expect(await tell(aged, 80)).toEqual(await tell(control, 80));
    await control.close();
    await aged.close();
  });

  it('refunds nothing twice, when a refund that it has sealed is not the one that made a lot', async () => {
    const own = mkdtempSync(join(tmpdir(), 'scrip-aged-'));
    directories.push(own);
    const early = await openAged(own);
    const accept = async (id: string, command: Command, accountId = 'acme') =>
      expect(await early.change(accountId, id, command), id).toMatchObject({ ok: true });
    const card = { kind: 'PublishRateCard', pools: DEFAULT_POOLS, actions: DEFAULT_ACTIONS } as const;
    await accept('open', openAccount(), RATE_CARD_STREAM);
    await accept('card', card, RATE_CARD_STREAM);
    await accept('open', openAccount());
    await accept('bounds', setOverdraft(10n));
    await accept('a', grantCredits(6n));
    await accept('debit', debitCredits(10n));
    await accept('b', grantCredits(20n));
    // The overdraft is repaid, so that this makes a lot; the next one opens that of grant a again.
    await accept('back', refundDebit('debit', 4n));
    await accept('rest', refundDebit('debit', 6n));
    await accept('used', debitCredits(6n));
    await early.close();
    await sealed(own, 50);
    const late = await openAged(own, 100);
    expect(await late.change('acme', 'again', refundDebit('debit', 1n))).toEqual({
      ok: false,
      rejection: { code: 'debit-not-found' },
    });
    expect(await late.change('acme', 'rest-used', debitCredits(20n))).toMatchObject({ ok: true });
    await late.close();
    const { code, out } = await runScrip(['verify', '--data', own]);
    expect(code, out).toBe(0);
  });

  it('says what it does not know any more', async () => {
    const { ledger, change, close } = await openAged(directory, 100);
    await expect(ledger.accountAt('acme', dayMs(20))).rejects.toThrow(SealedPast);
    expect(await ledger.accountAt('acme', dayMs(0))).toBeNull();
    await expect(ledger.accountAt('acme', dayMs(99), 1)).rejects.toThrow(SealedPast);
    expect(await change('acme', 'too-late', refundDebit('early-5'))).toEqual({
      ok: false,
      rejection: { code: 'debit-not-found' },
    });
    const [first] = await ledger.entries({ accountId: 'acme', afterVersion: 0, limit: 1 });
    expect(first?.entry.atMs).toBeGreaterThanOrEqual(dayMs(50));
    expect(await ledger.entries({ accountId: 'quiet', afterVersion: 0, limit: 9 })).toEqual([]);
    const grants = await ledger.entries({
      accountId: 'acme',
      afterVersion: 0,
      limit: 9,
      kind: 'CreditsGranted',
    });
    expect(grants.map(({ entry }) => entry.change?.id)).toEqual(['large', 'plan', 'tiny']);
    expect(grants[0]?.personal).toMatchObject({ note: 'a large one' });
    for (const id of ['large', 'plan', 'tiny'])
      expect(await change('acme', id, grantCredits(5n)), id).toMatchObject({
        rejection: { code: 'idempotency-mismatch' },
      });
    await close();
  });

  it('is served: it says where its lists begin, and erases the names that it still has', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    const scrip = await startScrip({ data: copy });
    try {
      const { call } = scrip;
      const { json } = await call('GET', '/accounts/acme/entries?limit=1');
      const [first] = json['data'] as { version: number }[];
      expect(json['sealedThrough']).toBe((first?.version ?? 0) - 1);
      expect((await call('GET', '/accounts/quiet/entries')).json).toEqual({
        data: [],
        next: null,
        sealedThrough: 2,
      });
      expect((await call('GET', '/accounts/late/entries')).json).not.toHaveProperty('sealedThrough');
      const past = await call('GET', `/accounts/acme/balance?at=${isoDay(20)}`);
      expect(past).toMatchObject({ status: 410, json: { code: 'sealed' } });
      const again = await call('GET', `/accounts/acme/balance?at=${String(past.json['knownFrom'])}`);
      expect(again.status).toBe(200);
      expect((await call('GET', '/accounts/acme')).json).toMatchObject({ name: 'Acme' });
      const erased = await call('DELETE', '/accounts/acme/personal-data');
      expect(erased.status, erased.text).toBe(200);
      expect(readFileSync(join(copy, 'journal.db')).includes('a large one')).toBe(false);
      expect((await call('GET', '/accounts/acme')).json).toMatchObject({ name: null });
    } finally {
      await scrip.stop();
    }
  });

  it('is made again when its derived tables are lost, or are those from before', async () => {
    const expected = await openAged(directory, 100);
    const before = await tell(expected);
    await expected.close();
    for (const spoil of [
      (copy: string) => rmSync(join(copy, 'derived.db')),
      (copy: string) => writeFileSync(join(copy, 'derived.db'), readFileSync(join(original, 'derived.db'))),
    ]) {
      const copy = copyOf(directory);
      directories.push(copy);
      spoil(copy);
      const aged = await openAged(copy, 100);
      expect(await tell(aged)).toEqual(before);
      await aged.close();
    }
  });

  it('can be sealed again, and its files and the rest make the ledger that it was', async () => {
    const copy = copyOf(directory);
    directories.push(copy);
    const second = await sealed(copy, 80);
    expect(second.upTo).toBe(told.upTo + second.entries);
    const rest = join(copy, 'rest.ndjson');
    const asked = ['export', '--after', String(second.upTo), '--out', rest, '--data', copy, '--json'];
    const exported = await runScrip(asked);
    expect(exported.code, exported.err).toBe(0);
    const whole = await runScrip([
      'export',
      '--out',
      join(copy, 'all.ndjson'),
      '--data',
      another(),
      '--json',
    ]);
    const { anchor } = JSON.parse(whole.out) as { anchor: string };
    expect(JSON.parse(exported.out)).toMatchObject({ anchor });
    const fresh = join(copy, 'fresh');
    const files = ['sealed-50.ndjson', 'sealed-80.ndjson', 'rest.ndjson'].map((name) => join(copy, name));
    const imported = await runScrip(['import', ...files, '--data', fresh, '--json']);
    expect(imported.code, imported.err).toBe(0);
    expect(JSON.parse(imported.out)).toMatchObject({ anchor });
    const control = await openAged(another(), 100);
    const again = await openAged(copy, 100);
    const tellNow = async ({ ledger }: AgedLedger) => [
      withHoldsListed(await ledger.account('acme')),
      sumUsage(await ledger.usage('acme', { fromMs: 0, toMs: 1e15 }), ({ slotMs }) => `${slotMs}`),
    ];
    expect(await tellNow(again)).toEqual(await tellNow(control));
    await control.close();
    await again.close();
  });

  it.each([
    ['pages', 50],
    ['last number', 150],
  ])('that is sealed while its journal is read is not said to be damaged, by its %s', async (asked, day) => {
    const copy = another();
    const source = openJournalSource(join(copy, 'journal.db'));
    try {
      const upTo = source.lastNumber();
      const seal = await sealed(copy, day);
      const read = () => (asked === 'pages' ? [...source.pages(0, upTo)] : source.lastNumber());
      expect(failureOf(read)).toMatchObject({
        code: 'journal-sealed',
        message: `The first ${seal.upTo} entries are sealed.`,
        hint: 'The ledger was sealed meanwhile: run the same command again.',
      });
    } finally {
      source.close();
    }
  });

  it('goes on also when every entry is sealed', async () => {
    const copy = another();
    const all = await sealed(copy, 150);
    const control = await openAged(another(), 151);
    const aged = await openAged(copy, 151);
    for (const { change } of [control, aged]) {
      expect(await change('acme', 'next', debitCredits(1n))).toMatchObject({ ok: true });
      expect(await change('fresh', 'open', openAccount())).toMatchObject({ ok: true });
    }
    const hashOf = async ({ ledger }: AgedLedger) => (await ledger.findChange('acme', 'next'))?.recorded.hash;
    expect(await hashOf(aged)).toBe(await hashOf(control));
    await control.close();
    await aged.close();
    const asked = ['export', '--after', String(all.upTo), '--out', join(copy, 'rest.ndjson'), '--data', copy];
    const { code, out, err } = await runScrip([...asked, '--json']);
    expect(code, err).toBe(0);
    expect((JSON.parse(out) as { entries: number }).entries).toBeGreaterThan(1);
  });

  it.each(['substr(data, 1, 20)', `replace(data, '"name":"', '"name":"x')`])(
    'is not begun where personal data is damaged (%s)',
    async (damaged) => {
      const own = another();
      // A start reads what is not in the indexes yet, and would find it first.
      const { ledger, close } = await openAged(own, 100);
      await vi.waitFor(() => expect(ledger.health().lagEntries).toBe(0));
      await close();
      const journal = new DatabaseSync(join(own, 'journal.db'));
      const damage = journal.prepare(`UPDATE personal SET data = ${damaged}
        WHERE position = (SELECT min(position) FROM personal WHERE data LIKE '%"name":"%') RETURNING position`);
      const number = damage.get()?.['position'];
      journal.close();
      const file = join(own, 'sealed.ndjson');
      const words = ['seal', '--before', isoDay(50), '--to', file, '--data', own];
      const { code, err } = await runScrip(words);
      expect([code, err]).toMatchObject([
        1,
        expect.stringContaining(`The journal is damaged: entry ${String(number)} (`),
      ]);
      expect(err).not.toMatch(/SyntaxError|Acme/);
      const after = openJournalSource(join(own, 'journal.db'));
      expect([existsSync(file), after.sealed.after]).toEqual([false, 0]);
      after.close();
    },
  );

  it('has nothing to seal twice, and seals nothing where it must not', async () => {
    expect(await sealed(directory, 50, join(directory, 'none.ndjson'))).toMatchObject({
      file: null,
      entries: 0,
      upTo: told.upTo,
    });
    expect(existsSync(join(directory, 'none.ndjson'))).toBe(false);
    const file = join(directory, 'sealed-50.ndjson');
    const taken = await runScrip(['seal', '--before', isoDay(80), '--to', file, '--data', directory]);
    expect(taken).toMatchObject({ code: 1, err: expect.stringContaining('exists already') });
    const nowhere = ['seal', '--before', isoDay(80), '--to', '/nowhere/sealed.ndjson', '--data', directory];
    expect(await runScrip(nowhere)).toMatchObject({ code: 1, err: expect.stringContaining('ENOENT') });
    const dash = await runScrip(['seal', '--before', isoDay(80), '--to', '-', '--data', directory]);
    expect(dash).toMatchObject({ code: 2, err: expect.stringContaining('standard output') });
    const both = ['seal', '--before', isoDay(50), '--keep-days', '100', '--to', 'x', '--data', directory];
    expect((await runScrip(both)).code).toBe(2);
  });

  it('stays whole where the disk is full once the sealed file is there, and says what to do', async () => {
    const copy = another();
    const words = (name: string) => [
      'seal',
      '--before',
      isoDay(50),
      '--to',
      join(copy, name),
      '--data',
      copy,
    ];
    const { code, err } = await runScrip(words('one.ndjson'), {
      under: ['bash', '-c', 'ulimit -f 56; exec "$@"', 'bash'],
    });
    expect(code, err).toBe(1);
    expect(err).toMatch(/^scrip: The files cannot be written: .*\nNothing was sealed.* another --to/);
    expect((await runScrip(['verify', '--data', copy])).code).toBe(0);
    expect((await runScrip(words('one.ndjson'))).err).toContain('exists already');
    expect((await runScrip(words('two.ndjson'))).code).toBe(0);
    const [one, two] = ['one.ndjson', 'two.ndjson'].map((name) => readFileSync(join(copy, name), 'utf8'));
    expect(one).toBe(two);
  });

  it.each(['2020-06-31', '2020-01-01T09:30', '2020-01-01T09:30:00', '2020-02-30T00:00:00Z', 'yesterday'])(
    'is not made up to %s, which is no day and no time that says its zone',
    async (before) => {
      const words = ['seal', '--before', before, '--to', join(directory, 'no.ndjson'), '--data', directory];
      const { code, err } = await runScrip(words);
      expect([code, err]).toEqual([2, expect.stringContaining('2026-01-01T09:30:00Z')]);
    },
  );
});
