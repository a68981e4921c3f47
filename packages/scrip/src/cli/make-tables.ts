import { availableParallelism } from 'node:os';
import { makeDerived } from '../stores/sqlite/make-derived.ts';
import { CommandFailure } from './command-failure.ts';
import { asDataFailure } from './data-failure.ts';
import { startPasses } from './progress.ts';
import { say } from './terminal.ts';
import { journalWrong } from './verify-report.ts';

/**
 * Makes the tables of a ledger whose journal was just put in its place, so that a start need not, and "scrip verify"
 * finds all of it right. That they cannot be made is said, and no failure: the journal is whole.
 */
export async function makeTables(directory: string): Promise<void> {
  const { onProgress, stop } = startPasses();
  try {
    const flaw = await makeDerived({ directory, threads: availableParallelism(), onProgress });
    if (flaw !== null)
      say(`${journalWrong(flaw)}
Nothing was decided anew: it was so before, or was changed on its way here. "scrip verify" says the same.`);
  } catch (error) {
    const failure = asDataFailure(error);
    if (!(failure instanceof CommandFailure)) throw error;
    say(`The journal is whole, but the tables that are made from it could not be made.
${failure.message}
The next start makes them, or "scrip verify --repair".`);
  } finally {
    stop();
  }
}
