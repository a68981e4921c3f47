import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Issue } from '../../server/problem.ts';
import { readInstant } from '../../server/read/instant.ts';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, parsePlace } from '../api-command.ts';
import { formatMetrics } from '../balance-metrics.ts';
import { formatBalances } from '../balance-table.ts';
import { chooseTargets, TargetArgument, TARGETS_HELP } from '../balance-target.ts';
import { failUnlessRead } from '../fail-unless-read.ts';
import type { Reading } from '../target-balance.ts';
import { createBalanceReader, renderTarget } from '../target-balance.ts';
import { writeData } from '../terminal.ts';
import { writeWholeFile } from '../write-whole-file.ts';

type BalanceFlags = ApiFlags & {
  readonly at?: string;
  readonly prometheus?: boolean;
  readonly out?: string;
};

export function balanceCommand(): Command {
  const command = apiCommand('balance', {
    description: 'show balances: of vendors, without a server, and of accounts of a server',
    json: 'print the balances as JSON',
    examples: [
      'scrip balance                              # every vendor whose key is set',
      'scrip balance voxpria ocean --json',
      'scrip balance acme globex                  # accounts of the server',
      'scrip balance acme --at 2026-11-01T00:00:00Z',
      'scrip balance --out /var/lib/node_exporter/credits.prom',
    ],
  });
  return command
    .addArgument(new TargetArgument('[target...]', TARGETS_HELP))
    .option('--at <time>', 'of accounts: as it was recorded then, such as 2026-11-01T00:00:00Z', parseTime)
    .addOption(
      new Option(
        '--prometheus',
        'print it as metrics, for the textfile collector of node_exporter',
      ).conflicts('json'),
    )
    .addOption(
      new Option('--out <file>', 'write metrics, as --prometheus prints, to this file, whole or not at all')
        .argParser(parseMetricsFile)
        .conflicts('json'),
    )
    .action(async (words: string[], { at, json, prometheus, out }: BalanceFlags) => {
      const targets = chooseTargets(words);
      if (at !== undefined && targets.some(({ kind }) => kind === 'vendor'))
        command.error('error: --at is for accounts: a vendor tells its balance of now only');
      const read = createBalanceReader();
      const balances = await Promise.all(targets.map(async (target) => read(target, { at })));
      const readings = balances.filter((balance): balance is Reading => !('failure' in balance));
      if (out !== undefined) await writeWholeFile(out, await formatMetrics(balances));
      else if (prometheus === true) writeData((await formatMetrics(balances)).trimEnd());
      else if (json === true) writeData(JSON.stringify({ balances: balances.map(renderTarget) }));
      else if (readings.length > 0) writeData(formatBalances(readings, Date.now()));
      failUnlessRead(balances);
    });
}

/** What is written to standard output cannot be exchanged whole. */
function parseMetricsFile(file: string): string {
  if (file !== '-') return parsePlace(file);
  throw new InvalidArgumentError('It must be a file: --prometheus prints to standard output.');
}

function parseTime(text: string): string {
  const issues: Issue[] = [];
  readInstant(text, '--at', issues);
  if (issues.length > 0) throw new InvalidArgumentError('It must be a time such as 2026-11-01T00:00:00Z.');
  return text;
}
