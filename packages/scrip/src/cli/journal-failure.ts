import { WrongEntry } from '../ledger/chain-ends.ts';
import { DirectoryInUse } from '../stores/sqlite/data-directory.ts';
import { UnreadableJournal } from '../stores/sqlite/journal-source.ts';
import { localFailure } from './local-failure.ts';

/** What a person can act on of an error that work on files ended with; any other error as it is. */
export function journalFailure(error: unknown): unknown {
  const described = describe(error);
  if (described === null) return error;
  const { message, code, hint } = described;
  return localFailure(message, { code, hint, cause: error });
}

function describe(error: unknown): { message: string; code: string; hint: string | null } | null {
  if (!(error instanceof Error)) return null;
  const { message } = error;
  if (error instanceof WrongEntry)
    return {
      message: `The journal is damaged: ${message}.`,
      code: 'journal-damaged',
      hint: 'Restore the last backup that is whole, and keep the damaged files: nothing was changed.',
    };
  if (error instanceof UnreadableJournal)
    return {
      message: `${message}.`,
      code: 'journal-unreadable',
      hint: '--data names the directory of a ledger.',
    };
  if (error instanceof DirectoryInUse) return { message, code: 'directory-in-use', hint: null };
  return describeSystemError(error as NodeJS.ErrnoException);
}

/** Of the disk, or of SQLite about the disk. */
function describeSystemError({ message, code, syscall }: NodeJS.ErrnoException) {
  if (syscall === undefined && code !== 'ERR_SQLITE_ERROR') return null;
  return {
    message: `The files cannot be written or read: ${message}.`,
    code: 'files-failed',
    hint: 'Put it right, then run the same command again.',
  };
}
