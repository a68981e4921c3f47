import type { BalanceReply } from '@scrip/client';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, connect } from '../api-command.ts';
import { parseTarget } from '../balance-target.ts';
import { upcomingCell } from '../cell.ts';
import { exitCode } from '../exit-code.ts';
import { formatTable } from '../table.ts';
import type { TargetBalance } from '../target-balance.ts';
import { readBalances, readPoolUnits, renderBalances, unitOf } from '../target-balance.ts';
import { emphasise, writeData } from '../terminal.ts';

interface BalanceRow {
  readonly target: string;
  readonly pool: BalanceReply['pools'][number] | null;
}

type BalanceFlags = ApiFlags & { readonly at?: string };

export function balanceCommand(): Command {
  return apiCommand('balance', {
    description: 'show the balance of accounts, now or at an earlier time',
    examples: [
      'scrip balance acme',
      'scrip balance acme globex --json',
      'scrip balance acme --at 2026-11-01T00:00:00Z',
    ],
  })
    .argument('<target...>', 'the ids of accounts')
    .option('--at <time>', 'as it was recorded then, such as 2026-11-01T00:00:00Z', parseTime)
    .action(async (words: string[], flags: BalanceFlags) => {
      const client = connect();
      const [balances, units] = await Promise.all([
        readBalances(client, words.map(parseTarget), { at: flags.at }),
        readPoolUnits(client),
      ]);
      if (flags.json === true) writeData(renderBalances(balances, units));
      else if (balances.some((read) => 'balance' in read)) writeData(formatBalances(balances, units));
      failUnlessRead(balances);
    });
}

function formatBalances(balances: readonly TargetBalance[], units: ReadonlyMap<string, string>): string {
  const rows = balances.flatMap((read): BalanceRow[] => {
    if ('failure' in read) return [];
    const { target, balance } = read;
    // An account that nobody has given credits is there, and has a line.
    if (balance.pools.length === 0) return [{ target, pool: null }];
    return balance.pools.map((pool) => ({ target, pool }));
  });
  return formatTable(
    [
      { header: 'ACCOUNT', value: ({ target }) => target },
      { header: 'POOL', value: ({ pool }) => pool?.pool ?? null },
      { header: 'AVAILABLE', align: 'right', value: ({ pool }) => pool?.available ?? null },
      { header: 'UNIT', value: ({ pool }) => (pool === null ? null : unitOf(units, pool.pool)) },
      { header: 'HELD', align: 'right', value: ({ pool }) => pool?.held ?? null },
      { header: 'ONE-TIME', align: 'right', value: ({ pool }) => pool?.oneTime ?? null },
      { header: 'RECURRING', align: 'right', value: ({ pool }) => pool?.recurring ?? null },
      { header: 'NEXT EXPIRY', value: ({ pool }) => upcomingCell(pool?.nextExpiry ?? null) },
      { header: 'NEXT GRANT', value: ({ pool }) => upcomingCell(pool?.nextGrant ?? null) },
    ],
    rows,
    emphasise,
  );
}

/** Throws when a target could not be read: once for what all of them have in common. */
function failUnlessRead(balances: readonly TargetBalance[]): void {
  const failures = balances.flatMap((read) => ('failure' in read ? [read] : []));
  const [first] = failures;
  if (first === undefined) return;
  const isShared =
    failures.length > 1 && failures.every(({ failure }) => failure.message === first.failure.message);
  const isRefused = failures.some(({ failure }) => failure.exitCode === exitCode.notAuthorised);
  const message = isShared
    ? first.failure.message
    : failures.map(({ target, failure }) => `${target}: ${failure.message}`).join('\n');
  throw first.failure.reworded(message, {
    exitCode: isRefused ? exitCode.notAuthorised : exitCode.failure,
  });
}

function parseTime(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}[Tt]/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It must be a time such as 2026-11-01T00:00:00Z.');
  return text;
}
