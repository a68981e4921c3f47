import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import { useLedger } from './support/use-ledger.ts';
import { chainAnew, readJournal, writeJournal } from './support/verify-ledger.ts';

const DAY_MS = 86_400_000;
const { directory, optionsOf, verify, afterForging } = useLedger();

describe('verify', () => {
  it('finds nothing wrong with what the store has written', async () => {
    const rows = readJournal(directory());
    expect(await verify()).toMatchObject({
      entries: rows.length,
      accounts: 3,
      journalFlaw: null,
      checkpoint: rows.length,
      projectionFlaws: [],
    });
  });

  it('finds the same however many threads share the work, in however many turns', async () => {
    const one = await verify();
    expect(one.anchor?.entries).toBe(readJournal(directory()).length);
    const shared = [1, 2, 3].flatMap((threads) =>
      [1, 2, 9].map((accountsAtOnce) => ({ threads, accountsAtOnce })),
    );
    const found = await Promise.all(shared.map((how) => verifyDirectory({ ...optionsOf(null), ...how })));
    for (const [at, verified] of found.entries()) expect(verified, JSON.stringify(shared[at])).toEqual(one);
  });

  it('says how far it is, up to every entry, in several turns too', async () => {
    const notices: number[] = [];
    for (const accountsAtOnce of [9, 1]) {
      const seen: number[] = [];
      const onProgress = (done: number) => seen.push(done);
      const { entries } = await verifyDirectory({ ...optionsOf(null), accountsAtOnce, onProgress });
      expect(seen.at(-1)).toBe(entries);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      notices.push(seen.length);
    }
    expect(notices[1]).toBeGreaterThan(notices[0] ?? Infinity);
  });

  it('finds nothing wrong with an empty journal', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
    await (await openSqliteStore({ directory: empty, idsKeptMs: DAY_MS, now: Date.now })).close();
    const found = await verifyDirectory({ ...optionsOf(null), directory: empty });
    rmSync(empty, { recursive: true });
    expect(found).toMatchObject({ entries: 0, journalFlaw: null, projectionFlaws: [] });
  });
});

describe('a kept anchor', () => {
  it('holds for the ledger that it was taken from, also when that has grown', async () => {
    const { anchor } = await verify();
    await writeMore();
    const found = await verify(anchor);
    expect(found.entries).toBeGreaterThan(anchor?.entries ?? Infinity);
    expect(found.keptAnchor).toEqual({ holds: true });
    expect(found.anchor).not.toEqual(anchor);
  });

  it('tells a history that was forged whole, which no rule can', async () => {
    const { anchor } = await verify();
    const forged = await afterForging((rows) =>
      chainAnew(
        rows.map((row) => ({ ...row, body: row.body.replace('"source":"trial"', '"source":"promotion"') })),
      ),
    );
    expect(forged.journalFlaw).toBeNull();
    expect((await verify(anchor)).keptAnchor).toEqual({ holds: false, reason: 'changed' });
  });

  it('does not hold for a journal that has fewer entries', async () => {
    const { anchor } = await verify();
    const longer = { entries: (anchor?.entries ?? 0) + 1, digest: anchor?.digest ?? '' };
    expect((await verify(longer)).keptAnchor).toEqual({ holds: false, reason: 'shorter' });
  });

  it('of any length of the journal is that of the chains as they ended then', async () => {
    const rows = readJournal(directory());
    const short = mkdtempSync(join(tmpdir(), 'scrip-verify-'));
    cpSync(directory(), short, { recursive: true });
    writeJournal(short, rows.slice(0, 100));
    rmSync(join(short, 'derived.db'));
    const { anchor } = await verifyDirectory({ ...optionsOf(null), directory: short });
    rmSync(short, { recursive: true });
    expect(anchor?.entries).toBe(100);
    expect((await verify(anchor)).keptAnchor).toEqual({ holds: true });
  });
});

/** The same ledger a day later: an account more. */
async function writeMore(): Promise<void> {
  const { createLedger } = await import('../packages/scrip/src/ledger/ledger.ts');
  const { openAccount } = await import('./support/commands.ts');
  const store = await openSqliteStore({ directory: directory(), idsKeptMs: DAY_MS, now: Date.now });
  const ledger = createLedger({ store, clock: { now: Date.now }, ids: { next: () => 'x', salt: () => 'y' } });
  await ledger.change({ accountId: 'later', id: 'open', command: openAccount(), actor: null });
  await ledger.close();
}
