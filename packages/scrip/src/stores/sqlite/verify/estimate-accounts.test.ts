import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { encodeBlocks } from '../entry-block.ts';
import { migrate } from '../migrate.ts';
import { JOURNAL_MIGRATIONS } from '../migrations/journal.ts';
import { estimateAccounts } from './estimate-accounts.ts';

/** A journal of so many accounts, each with so many entries, which come one account or one version after the other. */
function journalOf(accounts: number, entries: number, by: 'account' | 'version'): DatabaseSync {
  const journal = new DatabaseSync(':memory:');
  migrate(journal, JOURNAL_MIGRATIONS);
  const insert = journal.prepare('INSERT INTO block VALUES (?, ?)');
  const all = Array.from({ length: accounts * entries }, (_, at) => {
    const [account, version] =
      by === 'account'
        ? [Math.floor(at / entries), at % entries]
        : [at % accounts, Math.floor(at / accounts)];
    return { accountId: `a${account}`, version: version + 1, body: '{}', hash: 'f' };
  });
  journal.exec('BEGIN');
  for (const { lastPosition, text } of encodeBlocks(1, all)) insert.run(lastPosition, text);
  journal.exec('COMMIT');
  return journal;
}

describe('the number of accounts', () => {
  it.each([
    [0, 1, 'account'],
    [1, 1, 'account'],
    [5, 40, 'version'],
    [3000, 30, 'account'],
    [3000, 30, 'version'],
    [800, 100, 'account'],
    [20_000, 3, 'account'],
    [20_000, 3, 'version'],
  ] as const)('%i of %i entries each, one %s after the other, is nearly found', (accounts, entries, by) => {
    const estimate = estimateAccounts(journalOf(accounts, entries, by), {
      after: 0,
      upTo: accounts * entries,
    });
    expect(estimate).toBeGreaterThanOrEqual(accounts * 0.9);
    expect(estimate).toBeLessThanOrEqual(accounts * 1.1);
  });

  it('is found from what can be read', () => {
    const journal = journalOf(20_000, 3, 'account');
    journal.exec("UPDATE block SET entries = 'no block' WHERE last_position BETWEEN 20000 AND 40000");
    const estimate = estimateAccounts(journal, { after: 0, upTo: 60_000 });
    expect(estimate).toBeGreaterThan(18_000);
    expect(estimate).toBeLessThan(22_000);
  });

  it('has those that are sealed in it', () => {
    const journal = journalOf(100, 10, 'account');
    for (let at = 0; at < 50; at += 1)
      journal.prepare("INSERT INTO sealed_account VALUES (?, 3, 0, '{}', 'f')").run(`s${at}`);
    const estimate = estimateAccounts(journal, { after: 500, upTo: 1000 });
    expect(estimate).toBeGreaterThan(90);
    expect(estimate).toBeLessThan(110);
  });
});
