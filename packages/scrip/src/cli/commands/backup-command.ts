import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parsePlace } from '../api-command.ts';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand, readDataDirectory } from '../data-flag.ts';
import { noteDone } from '../guard-output.ts';
import { formatRecord } from '../table.ts';
import { say, soften, writeData } from '../terminal.ts';

export function backupCommand(): Command {
  return dataCommand('backup', {
    description: 'copy a ledger to a new directory and check the copy, also beside a running server',
    examples: [
      'scrip backup --to /backups/monday',
      'scrip backup --data /srv/scrip/data --to "/backups/$(date +%F)" --json',
    ],
  })
    .requiredOption('--to <directory>', 'the backup: a directory that does not exist yet', parsePlace)
    .action(backUp);
}

async function backUp({ to: place, json = false, ...flags }: DataFlags & { readonly to: string }) {
  const [{ takeBackup }, { encodeAnchor }, { asDataFailure }] = await Promise.all([
    import('../take-backup.ts'),
    import('../../ledger/anchor.ts'),
    import('../data-failure.ts'),
  ]);
  const data = await readDataDirectory(flags);
  const to = resolve(place);
  try {
    const { anchor, hasSecret } = takeBackup({ data, to, nowMs: Date.now() });
    noteDone('The backup was made', null);
    const result = { backup: to, entries: anchor.entries, anchor: encodeAnchor(anchor), secret: hasSecret };
    writeData(
      json
        ? JSON.stringify(result)
        : formatRecord(
            [
              ['backup', to],
              ['entries', `${anchor.entries}`],
              ['anchor', result.anchor],
            ],
            soften,
          ),
    );
    // A program reads it in `secret`, and what cron prints each night is a mail that nobody reads.
    if (json) return;
    say(
      hasSecret
        ? "The backup holds the ledger's secret: keep it where nobody else reads it."
        : 'The backup holds no secret, because the data directory has none: keep what SCRIP_SECRET is set to.',
    );
  } catch (error) {
    throw asDataFailure(error);
  }
}
