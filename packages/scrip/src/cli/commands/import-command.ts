import type { Command } from 'commander';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand, readDataDirectory } from '../data-flag.ts';
import { formatRecord } from '../table.ts';
import { say, soften, writeData } from '../terminal.ts';

interface ImportFlags extends DataFlags {
  readonly resume?: boolean;
}

export function importCommand(): Command {
  return dataCommand('import', {
    description: 'make a ledger of an export, in an empty directory',
    examples: [
      'scrip import journal.ndjson --data /srv/scrip/data',
      'scrip import journal.ndjson --resume       goes on with what was cut short',
      'scrip import journal.ndjson later.ndjson   exports that follow one another',
      'zcat journal.ndjson.gz | scrip import -',
    ],
  })
    .argument('<files...>', 'what "scrip export" wrote; - is standard input')
    .option('--resume', 'go on with an import that was cut short')
    .action(importFiles);
}

async function importFiles(
  files: readonly string[],
  { resume = false, json = false, ...flags }: ImportFlags,
) {
  const [{ takeEmptyDirectory }, { importJournal }, { encodeAnchor }, { asDataFailure }, { existsSync }] =
    await Promise.all([
      import('../empty-directory.ts'),
      import('../import-journal.ts'),
      import('../../ledger/anchor.ts'),
      import('../data-failure.ts'),
      import('node:fs'),
    ]);
  const data = await readDataDirectory(flags);
  try {
    const directory = takeEmptyDirectory(data);
    try {
      const { entries, accounts, anchor } = await importJournal(files, { ...directory, resume });
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
