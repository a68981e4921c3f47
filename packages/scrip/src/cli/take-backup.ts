import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Anchor } from '../ledger/anchor.ts';
import type { JournalSource } from '../stores/sqlite/journal-source.ts';
import { openJournalSource } from '../stores/sqlite/journal-source.ts';
import { openJournalTarget, partFileOf, syncDirectory } from '../stores/sqlite/journal-target.ts';
import { BACKUP_FILES, copyChecked, digestSecret, encodeManifest, writeOwnFile } from './backup.ts';
import { CommandFailure } from './command-failure.ts';

export interface TakenBackup {
  readonly anchor: Anchor;
  readonly hasSecret: boolean;
}

/**
 * Copies the journal as it is now, reads the copy back and checks every entry of it, and gives the backup its name
 * only then. Whatever was acknowledged before is in it; the server's writes go on meanwhile.
 */
export function takeBackup({
  data,
  to,
  nowMs,
}: {
  readonly data: string;
  readonly to: string;
  readonly nowMs: number;
}): TakenBackup {
  if (existsSync(to) && (!statSync(to).isDirectory() || readdirSync(to).length > 0))
    throw CommandFailure.of('file-exists', `${to} exists already.`, {
      hint: 'Name another place with --to.',
    });
  const source = openJournalSource(join(data, BACKUP_FILES.journal));
  const part = `${to}.part`;
  try {
    removePart(part);
    makePart(part);
    try {
      const taken = fillPart(part, { source, data, nowMs });
      renameSync(part, to);
      syncDirectory(dirname(to));
      return taken;
    } catch (error) {
      removePart(part);
      throw error;
    }
  } finally {
    source.close();
  }
}

function fillPart(
  part: string,
  { source, data, nowMs }: { source: JournalSource; data: string; nowMs: number },
): TakenBackup {
  const target = openJournalTarget(join(part, BACKUP_FILES.journal), { isKept: false, goOn: false });
  let anchor: Anchor;
  try {
    anchor = copyChecked(source, target, source.lastNumber());
    target.finish();
  } finally {
    target.close();
  }
  const secretFile = join(data, BACKUP_FILES.secret);
  const secret = existsSync(secretFile) ? readFileSync(secretFile, 'utf8') : null;
  if (secret !== null) writeOwnFile(join(part, BACKUP_FILES.secret), secret);
  const secretDigest = secret === null ? null : digestSecret(secret);
  writeOwnFile(join(part, BACKUP_FILES.manifest), encodeManifest({ takenAtMs: nowMs, anchor, secretDigest }));
  syncDirectory(part);
  return { anchor, hasSecret: secret !== null };
}

function makePart(part: string): void {
  try {
    mkdirSync(part, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw CommandFailure.of('files-unwritable', `The files cannot be written: ${(cause as Error).message}.`, {
      hint: 'Name another place with --to, or make that one writable.',
      cause,
    });
  }
}

/** What a backup that was killed has left; a directory with anything else in it is somebody's, and stays. */
function removePart(part: string): void {
  if (!existsSync(part)) return;
  const journal = partFileOf(BACKUP_FILES.journal);
  for (const name of [...Object.values(BACKUP_FILES), journal, `${journal}-journal`])
    rmSync(join(part, name), { force: true });
  if (readdirSync(part).length > 0)
    throw CommandFailure.of('file-exists', `${part} exists already, and holds what no backup left there.`, {
      hint: 'Move it away, or name another place with --to.',
    });
  rmdirSync(part);
}
