import { availableParallelism } from 'node:os';
import { makeDerived } from '../stores/sqlite/make-derived.ts';
import { CommandFailure } from './command-failure.ts';
import { asDataFailure } from './data-failure.ts';
import { startPasses } from './progress.ts';
import { linesOf, say } from './terminal.ts';
import { journalWrong } from './verify-report.ts';

/**
 * Makes the tables of a ledger whose journal was just put in its place, so that a start need not, and "scrip verify"
 * finds all of it right. That they cannot be made is said, and no failure: the journal is whole.
 */
export async function makeTables(directory: string): Promise<void> {
  const { onProgress, stop } = startPasses();
  const told = await makeDerived({ directory, threads: availableParallelism(), onProgress })
    .then((flaw) => (flaw === null ? null : `${journalWrong(flaw)}\n${TAKEN_OVER}`), wordsOf)
    // The bar's line ends before anything is said.
    .finally(stop);
  if (told !== null) say(linesOf(told));
}

const TAKEN_OVER =
  'Its entries are as they came: they were wrong before, or were changed on their way. "scrip verify" says the same.';

/** Throws what is no failure of the files. */
function wordsOf(error: unknown): string {
  const failure = asDataFailure(error);
  if (!(failure instanceof CommandFailure)) throw error;
  return `The journal is whole, but the tables that are made from it could not be made.
${failure.message}
The next start makes them, or "scrip verify --repair".`;
}
