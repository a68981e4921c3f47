import { WrongEntry } from '../ledger/chain-ends.ts';
import { Fault } from '../ledger/fault.ts';
import { DirectoryInUse, JournalCut } from '../stores/sqlite/data-directory.ts';
import { BrokenBlock } from '../stores/sqlite/entry-block.ts';
import { NoLedger, SealMoved } from '../stores/sqlite/journal-source.ts';
import { UnfinishedJournal, UnwritableTarget } from '../stores/sqlite/journal-target.ts';
import { DataTooNew } from '../stores/sqlite/migrate.ts';
import { SealChanged } from '../stores/sqlite/seal.ts';
import { SQLITE, sqliteCodeOf } from '../stores/sqlite/sqlite-code.ts';
import { CommandFailure, filesUnwritable } from './command-failure.ts';

/** Calls that a data directory is opened with; what other places fail with is told where they are opened. */
const DIRECTORY_CALLS: ReadonlySet<string> = new Set(['mkdir', 'chmod', 'open', 'scandir', 'stat']);

const PERMISSION_CODES: ReadonlySet<number | null> = new Set([SQLITE.PERM, SQLITE.READONLY, SQLITE.CANTOPEN]);
const PERMISSION_HINT =
  'Let this user read and write the directory and its files, as their owner, or name another directory with --data.';
const ROOM_HINT = 'Make room on the disk, then run it again.';

/**
 * What keeps a command from the data directory, or a server from its address, as a failure that a person can act on.
 * Anything else is given back as it is: it is a bug, and its stack is shown. `unusableHint`: what helps with files that
 * cannot be used, of a command that the table's own hint speaks of.
 */
export function asDataFailure(error: unknown, { unusableHint }: { unusableHint?: string } = {}): unknown {
  if (!(error instanceof Error) || error instanceof CommandFailure) return error;
  const { message } = error;
  const told = { cause: error };
  if (error instanceof DirectoryInUse) return CommandFailure.of('directory-in-use', message, told);
  if (error instanceof UnfinishedJournal) return CommandFailure.of('import-unfinished', message, told);
  if (error instanceof JournalCut) return CommandFailure.of('journal-cut', message, told);
  if (error instanceof DataTooNew) return CommandFailure.of('data-too-new', message, told);
  if (error instanceof NoLedger) return CommandFailure.of('ledger-missing', message, told);
  if (error instanceof WrongEntry)
    return CommandFailure.of('journal-damaged', `The journal is damaged: ${message}.`, {
      ...told,
      about: { entry: error.number },
    });
  if (error instanceof SealChanged || error instanceof BrokenBlock)
    return CommandFailure.of('journal-damaged', `The journal is damaged: ${message}.`, told);
  if (error instanceof SealMoved)
    return CommandFailure.of('journal-sealed', `The first ${error.after} entries are sealed.`, {
      ...told,
      about: { after: error.after },
      hint: 'The ledger was sealed meanwhile: run the same command again.',
    });
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof Fault || code === 'ERR_SQLITE_ERROR') return asFilesFailure(error, told, unusableHint);
  if (code === 'EADDRINUSE')
    return CommandFailure.of('port-in-use', 'the port is in use by another program', told);
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return CommandFailure.of('address-unusable', `it cannot listen: ${message}`, told);
  if (syscall !== undefined && DIRECTORY_CALLS.has(syscall))
    return CommandFailure.of('directory-unusable', `the data directory cannot be used: ${message}`, {
      ...told,
      ...hintOf(error),
    });
  if (syscall !== undefined || error instanceof UnwritableTarget)
    return filesUnwritable(error, code === 'ENOSPC' ? { hint: ROOM_HINT } : {});
  return error;
}

/** What SQLite cannot do with the files of a ledger. Where it may not, or has no room, nothing is wrong with them. */
function asFilesFailure(
  error: Error,
  told: { readonly cause: unknown },
  unusableHint?: string,
): CommandFailure {
  const sqliteCode = sqliteCodeOf(error);
  if (PERMISSION_CODES.has(sqliteCode))
    return CommandFailure.of('directory-unusable', `the data directory cannot be used: ${error.message}`, {
      ...told,
      hint: PERMISSION_HINT,
    });
  const says = `the ledger's files cannot be used: ${reasonOf(error)}`;
  const hint = sqliteCode === SQLITE.FULL ? ROOM_HINT : unusableHint;
  return CommandFailure.of('data-unusable', says, { ...told, ...(hint === undefined ? {} : { hint }) });
}

/** What helps, where it is more than another directory. */
function hintOf({ code, syscall, path = '' }: NodeJS.ErrnoException): { hint?: string } {
  if (code === 'ENOSPC') return { hint: ROOM_HINT };
  if (code !== 'EPERM' && code !== 'EACCES') return {};
  // Who is not its owner may write in it, and cannot close it to others.
  if (syscall === 'chmod' && !path.endsWith('.db'))
    return {
      hint: 'Name a directory inside it with --data: this user must own the one that holds a ledger.',
    };
  return { hint: PERMISSION_HINT };
}

function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
