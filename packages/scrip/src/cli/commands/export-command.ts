import { join } from 'node:path';
import type { Command } from 'commander';
import { parseInteger, parsePlace } from '../api-command.ts';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand, readDataDirectory } from '../data-flag.ts';
import { formatRecord } from '../table.ts';
import { say, soften, writeData } from '../terminal.ts';

interface ExportFlags extends DataFlags {
  readonly out: string;
  readonly after: number;
  readonly resume?: boolean;
}

export function exportCommand(): Command {
  return dataCommand('export', {
    description: 'write the journal as NDJSON, also beside a running server',
    examples: [
      'scrip export --out journal.ndjson',
      'scrip export --out journal.ndjson --resume      # goes on with what was cut short',
      'scrip export --after 120000 --out later.ndjson  # what came after those entries',
      'scrip export | gzip > journal.ndjson.gz',
    ],
  })
    .option('--out <file>', 'where to; - is standard output', parsePlace, '-')
    .option('--after <number>', 'leave the first so many entries out', parseInteger, 0)
    .option('--resume', 'go on with the file of an export that was cut short')
    .action(async (flags: ExportFlags, command: Command) => {
      if (flags.after < 0) command.error('error: --after must be 0 or more');
      if (flags.resume === true && flags.out === '-')
        command.error('error: --resume needs --out and the file to go on with');
      await exportJournal(flags);
    });
}

async function exportJournal({ out, after, resume = false, json = false, ...flags }: ExportFlags) {
  const [{ openJournalSource }, { exportToFile, exportToOutput }, { encodeAnchor }, { asDataFailure }] =
    await Promise.all([
      import('../../stores/sqlite/journal-source.ts'),
      import('../export-journal.ts'),
      import('../../ledger/anchor.ts'),
      import('../data-failure.ts'),
    ]);
  const directory = await readDataDirectory(flags);
  try {
    const source = openJournalSource(join(directory, 'journal.db'));
    const { entries, anchor } =
      out === '-'
        ? await exportToOutput(source, after)
        : await exportToFile(source, { file: out, after, resume });
    source.close();
    const record = formatRecord(
      [
        ['entries', `${entries}`],
        ['anchor', encodeAnchor(anchor)],
      ],
      soften,
    );
    if (out === '-') say(record);
    else writeData(json ? JSON.stringify({ file: out, entries, anchor: encodeAnchor(anchor) }) : record);
  } catch (error) {
    throw asDataFailure(error);
  }
}
