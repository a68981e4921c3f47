import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parsePlace } from '../api-command.ts';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand, readDataDirectory } from '../data-flag.ts';
import { noteDone } from '../guard-output.ts';
import { formatRecord } from '../table.ts';
import { say, soften, writeData } from '../terminal.ts';

export function restoreCommand(): Command {
  return dataCommand('restore', {
    description: 'make a ledger of a backup, in an empty directory, when all of it is right',
    examples: ['scrip restore /backups/monday', 'scrip restore /backups/monday --data /srv/scrip/data'],
  })
    .argument('<backup>', 'the directory that "scrip backup" made', parsePlace)
    .action(restore);
}

async function restore(backup: string, { json = false, ...flags }: DataFlags) {
  const [{ takeEmptyDirectory }, { restoreBackup }, { makeTables }, { encodeAnchor }, { asDataFailure }] =
    await Promise.all([
      import('../empty-directory.ts'),
      import('../restore-backup.ts'),
      import('../make-tables.ts'),
      import('../../ledger/anchor.ts'),
      import('../data-failure.ts'),
    ]);
  const data = await readDataDirectory(flags);
  try {
    const directory = takeEmptyDirectory(data);
    try {
      const { anchor, hasSecret } = restoreBackup(resolve(backup), directory);
      noteDone('The ledger was made', null);
      await makeTables(data);
      const result = { data, entries: anchor.entries, anchor: encodeAnchor(anchor) };
      const members = [
        ['directory', data],
        ['entries', `${anchor.entries}`],
        ['anchor', result.anchor],
      ] as const;
      writeData(json ? JSON.stringify(result) : formatRecord(members, soften));
      if (!hasSecret)
        say('The backup holds no secret: set SCRIP_SECRET to what it was, or no key opens anything.');
    } finally {
      directory.release();
    }
  } catch (error) {
    throw asDataFailure(error);
  }
}
