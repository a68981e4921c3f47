import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Anchor } from '../ledger/anchor.ts';
import type { JournalSource } from '../stores/sqlite/journal-source.ts';
import { openJournalSource } from '../stores/sqlite/journal-source.ts';
import { openJournalTarget, partFileOf, syncDirectory } from '../stores/sqlite/journal-target.ts';
import { BACKUP_FILES, copyChecked, digestSecret, encodeManifest } from './backup.ts';
import { lockBackup } from './backup-lock.ts';
import { CommandFailure, filesUnwritable } from './command-failure.ts';
import { writeOwnFile } from './write-own-file.ts';

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
  if (namesIn(to).length > 0) throw existsAlready(to);
  const source = openJournalSource(join(data, BACKUP_FILES.journal));
  try {
    const unlock = takeName(to);
    try {
      return fillName(to, { source, data, nowMs });
    } finally {
      unlock();
    }
  } finally {
    source.close();
  }
}

function takeName(to: string): () => void {
  try {
    return lockBackup(to);
  } catch (cause) {
    throw cause instanceof CommandFailure ? cause : unwritable(cause);
  }
}

interface Filling {
  readonly source: JournalSource;
  readonly data: string;
  readonly nowMs: number;
}

function fillName(to: string, filling: Filling): TakenBackup {
  // Another backup may have got the name before this process took it.
  if (namesIn(to).length > 0) throw existsAlready(to);
  const part = `${to}.part`;
  removePart(part);
  makePart(part);
  try {
    const taken = fillPart(part, filling);
    renameSync(part, to);
    syncDirectory(dirname(to));
    return taken;
  } catch (error) {
    removePart(part);
    throw error;
  }
}

function fillPart(part: string, { source, data, nowMs }: Filling): TakenBackup {
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
    throw unwritable(cause);
  }
}

/** What a backup that was killed has left; a directory with anything else in it is somebody's, and stays. */
function removePart(part: string): void {
  const journal = partFileOf(BACKUP_FILES.journal);
  const left = new Set<string>([...Object.values(BACKUP_FILES), journal, `${journal}-journal`]);
  const names = namesIn(part);
  if (names.some((name) => !left.has(name))) throw existsAlready(part);
  for (const name of names) rmSync(join(part, name));
  if (existsSync(part)) rmdirSync(part);
}

/** What stands in a directory; nothing where it does not exist. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw code === 'ENOTDIR' && existsSync(directory) ? existsAlready(directory) : unwritable(cause);
  }
}

function existsAlready(path: string): CommandFailure {
  return CommandFailure.of('file-exists', `${path} exists already, and is no place for a backup.`, {
    hint: 'Move it away, or name another place with --to.',
  });
}

function unwritable(cause: unknown): CommandFailure {
  return filesUnwritable(cause, { hint: 'Name another place with --to, or make that one writable.' });
}
