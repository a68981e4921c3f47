import { describe, expect, it } from 'vitest';
import { RATE_CARD_STREAM } from '../packages/scrip/src/core/account.ts';
import type { Anchor } from '../packages/scrip/src/ledger/anchor.ts';
import { makeDerived } from '../packages/scrip/src/stores/sqlite/make-derived.ts';
import { verifyDirectory } from '../packages/scrip/src/stores/sqlite/verify-directory.ts';
import type { Verification } from '../packages/scrip/src/stores/sqlite/verify/verification.ts';
import { DAMAGES, damageDerived } from './support/derived-damages.ts';
import type { JournalRow } from './support/journal-entries.ts';
import { useLedger } from './support/use-ledger.ts';
import { chainAnew, readJournal, tamper, writeJournal } from './support/verify-ledger.ts';

const { directory, optionsOf, verify } = useLedger();
const ACCOUNTS = ['acme', 'beta', 'gamma.2'];

/** What is found in one turn, and that it is found in several too. */
async function verifyInTurns(keptAnchor: Anchor | null = null): Promise<Verification> {
  const one = sorted(await verify(keptAnchor));
  for (const [threads, accountsAtOnce] of [
    [1, 1],
    [2, 1],
  ] as const) {
    const found = await verifyDirectory({ ...optionsOf(keptAnchor), threads, accountsAtOnce });
    expect(sorted(found), `${threads} threads, ${accountsAtOnce} at once`).toEqual(one);
  }
  return one;
}

/** In one order; a key with another owner is one too many in one turn, and missing in another. */
function sorted(found: Verification): Verification {
  const projectionFlaws = found.projectionFlaws
    ?.map((flaw) => (flaw.table === 'api_key' ? { ...flaw, what: '' } : flaw))
    .toSorted((a, b) => (a.table < b.table ? -1 : 1));
  return { ...found, projectionFlaws: projectionFlaws ?? null };
}

function forge(change: (row: JournalRow) => JournalRow): void {
  const rows = readJournal(directory());
  writeJournal(directory(), chainAnew(rows.map(change)));
}

describe('verifying in turns', () => {
  it.each([...ACCOUNTS, RATE_CARD_STREAM])(
    'finds an entry of %s that is wrong, whichever turn it is in',
    async (id) => {
      const rows = readJournal(directory());
      const wrong = rows.findLast((row) => row.account_id === id);
      writeJournal(
        directory(),
        rows.map((row) => (row === wrong ? { ...row, hash: row.hash.map((byte) => byte ^ 1) } : row)),
      );
      const { journalFlaw } = await verifyInTurns();
      expect(journalFlaw).toMatchObject({ number: wrong?.position, accountId: id });
    },
  );

  it('names the first of several that are wrong in different turns', async () => {
    const rows = readJournal(directory());
    for (const first of ACCOUNTS) {
      const wrong = new Set(
        ACCOUNTS.map((id) => rows.filter((row) => row.account_id === id).at(id === first ? 60 : -1)),
      );
      writeJournal(
        directory(),
        rows.map((row) => (wrong.has(row) ? { ...row, hash: row.hash.map((byte) => byte ^ 1) } : row)),
      );
      expect((await verifyInTurns()).journalFlaw).toMatchObject({ accountId: first });
    }
  });

  it('misses an entry that is gone', async () => {
    const rows = readJournal(directory());
    const last = rows.findLast((row) => row.account_id === 'beta');
    writeJournal(
      directory(),
      rows.filter((row) => row !== last),
    );
    const { journalFlaw } = await verifyInTurns();
    expect(journalFlaw).toMatchObject({ number: last?.position, what: 'it is missing' });
  });

  it('finds an id that its account has used', async () => {
    forge((row) => ({ ...row, body: row.body.replace('"call-11"', '"sms-11"') }));
    expect((await verifyInTurns()).journalFlaw?.what).toMatch(/^its id "sms-11" is that of version/);
  });

  it('names the entry that gave an account a key that another one has', async () => {
    const keyOf = (id: string) => `"digest-of-of-${id}"`;
    forge((row) => ({ ...row, body: row.body.replace(keyOf('beta'), keyOf('acme')) }));
    const given = readJournal(directory()).filter(({ body }) => body.includes(keyOf('acme')));
    expect((await verifyInTurns()).journalFlaw).toEqual({
      number: given[1]?.position,
      accountId: given[1]?.account_id,
      version: given[1]?.version,
      what: `it has a key that ${given[0]?.account_id} has too`,
    });
  });

  it('takes a key that was revoked for nobody’s', async () => {
    const digest = (name: string) => `"digest-of-${name}"`;
    forge((row) => ({ ...row, body: row.body.replace(digest('of-beta'), digest('other-of-acme')) }));
    expect((await verifyInTurns()).journalFlaw).toBeNull();
  });

  it('knows a kept anchor, and one that does not hold', async () => {
    const short = readJournal(directory()).length - 100;
    const { anchor } = await verify();
    expect((await verifyInTurns(anchor)).keptAnchor).toEqual({ holds: true });
    const other = { entries: short, digest: anchor?.digest ?? '' };
    expect((await verifyInTurns(other)).keptAnchor).toEqual({ holds: false, reason: 'changed' });
  });

  it.each(DAMAGES)('finds %s with %s', async (_table, _what, damage) => {
    damageDerived(directory(), damage);
    expect((await verifyInTurns()).projectionFlaws).not.toEqual([]);
  });

  it.each(ACCOUNTS)('finds rows of %s that are wrong, whichever turn it is in', async (id) => {
    damageDerived(
      directory(),
      `DELETE FROM account WHERE account_id = '${id}'; DELETE FROM api_key WHERE account_id = '${id}';
       UPDATE snapshot SET hash = 'x' WHERE account_id = '${id}'`,
    );
    const { projectionFlaws } = await verifyInTurns();
    expect(projectionFlaws?.map(({ table }) => table)).toEqual(['account', 'api_key', 'snapshot']);
  });

  it('makes the same snapshots', async () => {
    const made: unknown[][] = [];
    for (const accountsAtOnce of [9, 1]) {
      const sizes = { snapshotEvery: 8 };
      await makeDerived({ directory: directory(), threads: 2, accountsAtOnce, sizes, onProgress: () => {} });
      tamper(directory(), 'derived', (derived) =>
        made.push(derived.prepare('SELECT * FROM snapshot ORDER BY account_id, version').all()),
      );
      expect((await verify()).projectionFlaws).toEqual([]);
    }
    expect(made[0]?.length).toBeGreaterThan(10);
    expect(made[1]).toEqual(made[0]);
  });
});
