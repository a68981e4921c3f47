import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Anchor } from '../ledger/anchor.ts';
import { decodeAnchor, encodeAnchor } from '../ledger/anchor.ts';
import type { EntryCheck } from '../ledger/entry-check.ts';
import { checkAlone, createEntryCheck } from '../ledger/entry-check.ts';
import type { JournalSource } from '../stores/sqlite/journal-source.ts';
import { openJournalSource } from '../stores/sqlite/journal-source.ts';
import type { JournalTarget } from '../stores/sqlite/journal-target.ts';
import { CommandFailure } from './command-failure.ts';
import { startProgress } from './progress.ts';

/** The files of a backup's directory. */
export const BACKUP_FILES = { journal: 'journal.db', secret: 'secret', manifest: 'backup.json' } as const;

const FORMAT = 'scrip-backup';
const FORMAT_VERSION = 1;

/** What a backup says of itself; it is written when all else is there and was read back. */
export interface BackupManifest {
  readonly takenAtMs: number;
  readonly anchor: Anchor;
  /** Of the secret in the backup; null when the server has its secret from its environment. */
  readonly secretDigest: string | null;
}

const Manifest = Type.Object(
  {
    format: Type.Literal(FORMAT),
    formatVersion: Type.Integer(),
    takenAt: Type.String(),
    anchor: Type.String(),
    secretDigest: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);

/** What a newer version still says in the same way. */
const Versioned = Type.Object({ format: Type.Literal(FORMAT), formatVersion: Type.Integer() });

export function encodeManifest({ takenAtMs, anchor, secretDigest }: BackupManifest): string {
  const takenAt = new Date(takenAtMs).toISOString();
  const manifest = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    takenAt,
    anchor: encodeAnchor(anchor),
    secretDigest,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Throws `CommandFailure` when the directory is no backup, or one that this version cannot read. */
export function readManifest(backup: string): BackupManifest {
  const text = readFileOf(backup, 'manifest');
  if (text === null)
    throw CommandFailure.of(
      'backup-missing',
      `${backup} is not a backup: it has no ${BACKUP_FILES.manifest}.`,
    );
  const value = parse(text);
  if (Value.Check(Versioned, value) && value.formatVersion !== FORMAT_VERSION)
    throw CommandFailure.of(
      'data-too-new',
      `the data was written by a newer version of Scrip (backup ${value.formatVersion}, known ${FORMAT_VERSION})`,
    );
  const anchor = Value.Check(Manifest, value) ? decodeAnchor(value.anchor) : undefined;
  if (!Value.Check(Manifest, value) || anchor === undefined)
    throw backupDamaged(backup, `${BACKUP_FILES.manifest} cannot be read`);
  return { takenAtMs: Date.parse(value.takenAt), anchor, secretDigest: value.secretDigest };
}

/** A file's text; null where the backup has none. Throws `CommandFailure` where this user may not look. */
export function readFileOf(backup: string, name: 'manifest' | 'secret'): string | null {
  const file = join(backup, BACKUP_FILES[name]);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw backupUnreadable(file, cause);
  }
}

export function backupUnreadable(file: string, cause: unknown): CommandFailure {
  return CommandFailure.of('file-unreadable', `${file} cannot be read: ${(cause as Error).message}.`, {
    hint: 'Run the command as a user who may read the backup.',
    cause,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function backupDamaged(backup: string, what: string, cause?: unknown): CommandFailure {
  return CommandFailure.of('backup-damaged', `The backup ${backup} is damaged: ${what.replace(/\.$/, '')}.`, {
    cause,
  });
}

export function digestSecret(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Copies a journal up to an entry, reads the copy back and checks every entry of it: where its chains end. Throws
 * `WrongEntry`, `SealChanged`, `UnwritableTarget`.
 */
export function copyChecked(source: JournalSource, target: JournalTarget, upTo: number): Anchor {
  const { sealed } = source;
  const progress = startProgress(2 * (upTo - sealed.after), 'entries');
  try {
    target.appendSealed(sealed);
    for (const page of source.pages(sealed.after, upTo)) {
      target.append(page);
      const copied = (page.at(-1)?.number ?? 0) - sealed.after;
      progress.advance(copied, copied);
    }
    const check = checkCopy(target.partFile, upTo, (checked) =>
      progress.advance(upTo - sealed.after + checked, checked),
    );
    target.erasePersonal(check.erasedBefore());
    return check.anchor();
  } finally {
    progress.stop();
  }
}

function checkCopy(file: string, upTo: number, onChecked: (entries: number) => void): EntryCheck {
  const copy = openJournalSource(file);
  try {
    const { sealed } = copy;
    sealed.check();
    for (const entry of sealed.kept()) checkAlone(entry);
    const check = createEntryCheck(sealed);
    for (const page of copy.pages(sealed.after, upTo)) {
      for (const entry of page) check.add(entry);
      onChecked(check.entries() - sealed.after);
    }
    return check;
  } finally {
    copy.close();
  }
}
