import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { DEFAULT_POOLS } from '../config/default-catalog.ts';
import type { Command } from '../core/command.ts';
import type { ChangeInput, Ledger } from '../ledger/ledger.ts';
import { readGrant } from '../server/read/grant.ts';
import { rejectionProblem } from '../server/rejection-problem.ts';
import { refuseUnfinished } from '../stores/sqlite/journal-target.ts';
import { CommandFailure } from './command-failure.ts';
import { openLedger } from './open-ledger.ts';
import type { FoundAccount, OpeningTarget } from './opening-target.ts';
import { OPENING_ID, openingGrantBody, openingGrantId } from './opening-target.ts';
import { prepareRateCard } from './prepare-ledger.ts';

/** Accounts that are decided together, and committed together. */
const AT_ONCE = 500;
const PAGE_GRANTS = 1000;

/**
 * Opening balances into a data directory that no server has. A ledger that does not exist is made, with the default
 * rate card, when the writing starts, and not for a look.
 */
export async function openDirectoryTarget(config: Config): Promise<OpeningTarget> {
  const journal = join(config.dataDirectory, 'journal.db');
  refuseUnfinished(journal);
  let ledger = existsSync(journal) ? await openLedger(config) : null;
  const write = (input: Omit<ChangeInput, 'actor'>) => {
    if (ledger === null) throw new Error('the writing has not been started');
    return change(ledger, input);
  };
  return {
    pools: (await ledger?.rateCards())?.at(-1)?.pools ?? DEFAULT_POOLS,
    atOnce: AT_ONCE,
    find: async (accountId) => (ledger === null ? null : findAccount(ledger, accountId)),
    start: async () => {
      ledger ??= await openLedger(config);
      await prepareRateCard(ledger);
    },
    open: async ({ accountId, name, timezone }) => {
      const command: Command = {
        kind: 'OpenAccount',
        timezone: timezone ?? 'UTC',
        overdraft: [],
        setsName: name !== null,
        setsMetadata: false,
      };
      return write({ accountId, id: OPENING_ID, command, ...(name === null ? {} : { name }) });
    },
    grant: async (accountId, grant) =>
      write({ accountId, id: openingGrantId(grant.pool), command: readGrant(openingGrantBody(grant)) }),
    close: async () => ledger?.close(),
  };
}

async function change(ledger: Ledger, input: Omit<ChangeInput, 'actor'>): Promise<void> {
  const outcome = await ledger.change({ ...input, actor: null });
  if (outcome.ok) return;
  const { code, detail } = rejectionProblem(outcome.rejection);
  throw CommandFailure.of('opening-refused', `${input.accountId} was refused: ${detail} (${code})`);
}

async function findAccount(ledger: Ledger, accountId: string): Promise<FoundAccount | null> {
  const account = await ledger.account(accountId);
  if (account === null) return null;
  const grants = new Map<string, { pool: string; amountMicros: bigint; expiresAtMs: number | null }>();
  let afterVersion: number | undefined = 0;
  while (afterVersion !== undefined) {
    const page = await ledger.entries({
      accountId,
      afterVersion,
      limit: PAGE_GRANTS,
      kind: 'CreditsGranted',
    });
    for (const { entry } of page)
      if (entry.kind === 'CreditsGranted' && entry.change !== null) grants.set(entry.change.id, entry);
    afterVersion = page.length < PAGE_GRANTS ? undefined : page.at(-1)?.entry.version;
  }
  const settledMicros = new Map(account.pools.map((pool) => [pool.pool, pool.settledMicros]));
  return { isClosed: account.closedAtMs !== null, settledMicros, grants };
}
