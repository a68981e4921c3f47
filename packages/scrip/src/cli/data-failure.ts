import { WrongEntry } from '../ledger/chain-ends.ts';
import { Fault } from '../ledger/fault.ts';
import { DirectoryInUse, JournalCut } from '../stores/sqlite/data-directory.ts';
import { NoLedger, SealMoved } from '../stores/sqlite/journal-source.ts';
import { UnfinishedJournal, UnwritableTarget } from '../stores/sqlite/journal-target.ts';
import { DataTooNew } from '../stores/sqlite/migrate.ts';
import { SealChanged } from '../stores/sqlite/seal.ts';
import { CommandFailure } from './command-failure.ts';

/** Calls that a data directory is opened with; what other places fail with is told where they are opened. */
const DIRECTORY_CALLS: ReadonlySet<string> = new Set(['mkdir', 'chmod', 'open', 'scandir', 'stat']);

/**
 * What keeps a command from the data directory, or a server from its address, as a failure that a person can act on.
 * Anything else is given back as it is: it is a bug, and its stack is shown.
 */
export function asDataFailure(error: unknown): unknown {
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
  if (error instanceof SealChanged)
    return CommandFailure.of('journal-damaged', `The journal is damaged: ${message}.`, told);
  if (error instanceof SealMoved)
    return CommandFailure.of('journal-sealed', `The first ${error.after} entries are sealed.`, {
      ...told,
      about: { after: error.after },
      hint: 'The ledger was sealed meanwhile: run the same command again.',
    });
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof Fault || code === 'ERR_SQLITE_ERROR')
    return CommandFailure.of('data-unusable', `the ledger's files cannot be used: ${reasonOf(error)}`, told);
  if (code === 'EADDRINUSE')
    return CommandFailure.of('port-in-use', 'the port is in use by another program', told);
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return CommandFailure.of('address-unusable', `it cannot listen: ${message}`, told);
  if (syscall !== undefined && DIRECTORY_CALLS.has(syscall))
    return CommandFailure.of('directory-unusable', `the data directory cannot be used: ${message}`, told);
  if (syscall !== undefined || error instanceof UnwritableTarget)
    return CommandFailure.of('files-unwritable', `The files cannot be written: ${message}.`, told);
  return error;
}

function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
