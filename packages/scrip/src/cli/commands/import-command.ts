import type { Command } from 'commander';
import { collectPlaces } from '../api-command.ts';
import { dataCommand, readDataDirectory } from '../data-flag.ts';
import { noteDone } from '../guard-output.ts';
import type { BalanceFlags } from '../import-balances.ts';
import { formatRecord } from '../table.ts';
import { say, soften, writeData } from '../terminal.ts';

interface ImportFlags extends BalanceFlags {
  readonly csv?: boolean;
  readonly resume?: boolean;
}

export function importCommand(): Command {
  return dataCommand('import', {
    description: 'make a ledger of an export, or open accounts with the balances of a CSV file',
    examples: [
      'scrip import journal.ndjson --data /srv/scrip/data',
      'scrip import journal.ndjson --resume       # goes on with what was cut short',
      'scrip import journal.ndjson later.ndjson   # exports that follow one another',
      'zcat journal.ndjson.gz | scrip import -',
      'scrip import --csv customers.csv --dry-run # shows what would be done',
      'scrip import --csv customers.csv           # in ./data, with no server running there',
      'scrip import --csv customers.csv --server  # through the server at SCRIP_URL',
      '',
      'A CSV file, with the columns that it has (id and balance are needed):',
      'id,name,balance,pool,timezone,expiresAt',
      'acme,Acme,1500.5,standard,Europe/Paris,2027-01-01T00:00:00Z',
    ],
  })
    .argument(
      '<files...>',
      'what "scrip export" wrote, or with --csv one CSV file; - is standard input',
      collectPlaces,
    )
    .option('--resume', 'go on with an import that was cut short')
    .option('--csv', 'the file is CSV: accounts, each with a balance')
    .option('--pool <name>', 'of CSV: the pool of lines that name none', 'standard')
    .option('--dry-run', 'of CSV: show what would be done, and what is wrong, and write nothing')
    .option('--server', 'of CSV: through the running server at SCRIP_URL, with SCRIP_KEY')
    .action(async (files: readonly string[], flags: ImportFlags, command: Command) => {
      refuseMixture(files, flags, command);
      const [file = ''] = files;
      return flags.csv === true ? importCsv(file, flags) : importFiles(files, flags);
    });
}

function refuseMixture(files: readonly string[], flags: ImportFlags, command: Command): void {
  if (flags.csv === true) {
    if (files.length > 1) command.error('error: with --csv, give one file');
    if (flags.resume === true) command.error('error: --csv needs no --resume: run the same command again');
    if (flags.server === true && flags.data !== undefined)
      command.error('error: --server imports through a server, --data into a directory: give one of them');
    return;
  }
  const ofCsv = (['pool', 'dryRun', 'server'] as const).some(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (ofCsv) command.error('error: --pool, --dry-run and --server are for --csv');
}

async function importCsv(file: string, flags: BalanceFlags): Promise<void> {
  const [{ importBalances }, { asDataFailure }] = await Promise.all([
    import('../import-balances.ts'),
    import('../data-failure.ts'),
  ]);
  try {
    await importBalances(file, flags);
  } catch (error) {
    throw asDataFailure(error);
  }
}

async function importFiles(
  files: readonly string[],
  { resume = false, json = false, ...flags }: ImportFlags,
): Promise<void> {
  const [
    { takeEmptyDirectory },
    { importJournal },
    { makeTables },
    { encodeAnchor },
    { asDataFailure },
    { existsSync },
  ] = await Promise.all([
    import('../empty-directory.ts'),
    import('../import-journal.ts'),
    import('../make-tables.ts'),
    import('../../ledger/anchor.ts'),
    import('../data-failure.ts'),
    import('node:fs'),
  ]);
  const data = await readDataDirectory(flags);
  try {
    const directory = takeEmptyDirectory(data);
    try {
      const { entries, accounts, anchor } = await importJournal(files, { ...directory, resume });
      noteDone('The ledger was made', null);
      await makeTables(data);
      const text = encodeAnchor(anchor);
      const members = [
        ['directory', data],
        ['entries', `${entries}`],
        ['accounts', `${accounts}`],
        ['anchor', text],
      ] as const;
      writeData(
        json ? JSON.stringify({ data, entries, accounts, anchor: text }) : formatRecord(members, soften),
      );
      if (!existsSync(directory.secret)) sayWithoutSecret(directory.secret);
    } finally {
      directory.release();
    }
  } catch (error) {
    throw asDataFailure(error);
  }
}

function sayWithoutSecret(file: string): void {
  say(`Keys open nothing yet: an export does not hold the secret that they were made with.
Before the first start, put the "secret" file of the ledger that was exported at ${file}, or set SCRIP_SECRET to the same.`);
}
