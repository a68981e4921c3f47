import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keptBytes } from '../../../../../test/support/kept-bytes.ts';
import { encodeEntry } from '../../core/entry-format.ts';
import { CHAIN_START, chainHash } from '../../ledger/digest.ts';
import { openJournalTarget } from './journal-target.ts';
import { openSealableJournal } from './seal-journal.ts';

/** The first entry of an account, so long that it has a block of its own. */
function openedAt(number: number) {
  const accountId = `customer-${1000 + number}`;
  const change = { id: 'open', fingerprint: 'f'.repeat(400_000), personalDigest: null, actor: null };
  const terms = { timezone: 'UTC', overdraft: [], setsName: false, setsMetadata: false };
  const body = encodeEntry({ kind: 'AccountOpened', accountId, version: 1, atMs: 0, change, ...terms });
  const hash = chainHash(CHAIN_START, { accountId, version: 1, body });
  return { number, accountId, version: 1, body, hash, personal: null };
}

it('a plan of a seal keeps no memory of the texts that entries were read in', () => {
  const directory = mkdtempSync(join(tmpdir(), 'scrip-seal-plan-'));
  const files = { journal: join(directory, 'journal.db'), derived: join(directory, 'derived.db') };
  const target = openJournalTarget(files.journal, { isKept: false, goOn: false });
  for (let number = 1; number <= 50; number += 1) target.append([openedAt(number)]);
  target.finish();
  const journal = openSealableJournal(files);
  const bytes = keptBytes(() => {
    const plan = journal.plan(1, () => {});
    expect(plan.upTo).toBe(50);
    return plan;
  });
  expect(bytes).toBeLessThan(4_000_000);
  journal.close();
  rmSync(directory, { recursive: true });
});
