import { createInterface } from 'node:readline/promises';
import { CommandFailure } from './command-failure.ts';

/**
 * Has a person type a word before something that cannot be undone. A program says --yes instead: there is nobody to
 * ask. Throws `CommandFailure`.
 */
export async function confirm(
  word: string,
  { question, yes }: { question: string; yes: boolean },
): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY && (await ask(`${question}\nType ${word} to go on: `)) === word) return;
  throw CommandFailure.of('not-confirmed', 'Nothing was done: it was not confirmed.');
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const stopped = new AbortController();
  lines.once('SIGINT', () => stopped.abort());
  lines.once('close', () => stopped.abort());
  try {
    return (await lines.question(question, { signal: stopped.signal })).trim();
  } catch {
    // Given up with Ctrl+C or Ctrl+D.
    return '';
  } finally {
    lines.close();
  }
}
