import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Anchor } from '../ledger/anchor.ts';
import { encodeAnchor } from '../ledger/anchor.ts';
import { WrongEntry } from '../ledger/chain-ends.ts';
import { BrokenBlock } from '../stores/sqlite/entry-block.ts';
import { NoLedger, openJournalSource } from '../stores/sqlite/journal-source.ts';
import type { JournalTarget } from '../stores/sqlite/journal-target.ts';
import { openJournalTarget } from '../stores/sqlite/journal-target.ts';
import { SealChanged } from '../stores/sqlite/seal.ts';
import { SQLITE, sqliteCodeOf } from '../stores/sqlite/sqlite-code.ts';
import type { BackupManifest } from './backup.ts';
import {
  backupDamaged,
  backupUnreadable,
  BACKUP_FILES,
  copyChecked,
  digestSecret,
  readFileOf,
  readManifest,
} from './backup.ts';
import { CommandFailure } from './command-failure.ts';
import type { EmptyDirectory } from './empty-directory.ts';
import { writeSecret } from './secret-file.ts';

export interface Restored {
  readonly anchor: Anchor;
  readonly hasSecret: boolean;
}

/** Copies a backup beside the place of the journal, checks every entry of the copy, and puts it there only then. */
export function restoreBackup(backup: string, { journal, secret }: EmptyDirectory): Restored {
  const manifest = readManifest(backup);
  const kept = readSecret(backup, manifest);
  const isThere = existsSync(secret);
  if (kept !== null && isThere && readFileSync(secret, 'utf8') !== kept)
    throw CommandFailure.of('secret-differs', `${secret} is not the secret of the backup.`);
  let wasWritten = false;
  const target = openJournalTarget(journal, { isKept: false, goOn: false });
  try {
    copyBackup(backup, target, manifest.anchor);
    // Before the journal: a ledger that finds no secret makes itself a new one.
    if (kept !== null && !isThere) {
      writeSecret(secret, kept);
      wasWritten = true;
    }
    target.finish();
  } catch (error) {
    target.discard();
    if (wasWritten && !existsSync(journal)) rmSync(secret);
    throw error;
  }
  return { anchor: manifest.anchor, hasSecret: existsSync(secret) };
}

function readSecret(backup: string, { secretDigest }: BackupManifest): string | null {
  if (secretDigest === null) return null;
  const secret = readFileOf(backup, 'secret');
  if (secret !== null && digestSecret(secret) === secretDigest) return secret;
  throw backupDamaged(backup, `its secret is ${secret === null ? 'missing' : 'another'}`);
}

function copyBackup(backup: string, target: JournalTarget, anchor: Anchor): void {
  const journal = join(backup, BACKUP_FILES.journal);
  try {
    const source = openJournalSource(journal);
    let found: string;
    try {
      found = encodeAnchor(copyChecked(source, target, anchor.entries));
    } finally {
      source.close();
    }
    if (found !== encodeAnchor(anchor))
      throw backupDamaged(backup, `its entries come to ${found}, not ${encodeAnchor(anchor)}`);
  } catch (error) {
    if (sqliteCodeOf(error) === SQLITE.CANTOPEN) throw backupUnreadable(journal, error);
    throw isDamage(error) ? backupDamaged(backup, (error as Error).message, error) : error;
  }
}

/** What SQLite says of a file that it reads counts too; where it writes, that is an `UnwritableTarget`. */
function isDamage(error: unknown): boolean {
  if (error instanceof WrongEntry || error instanceof BrokenBlock) return true;
  if (error instanceof SealChanged || error instanceof NoLedger) return true;
  return sqliteCodeOf(error) !== null;
}
