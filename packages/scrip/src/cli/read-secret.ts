import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { CommandFailure } from './command-failure.ts';
import { inputName, readWhole, TOO_LONG } from './open-input.ts';

/**
 * A secret from standard input: what is piped in, or what is typed without being shown. Never from the command line,
 * which other programs and the shell's history can read.
 */
export async function readSecret(question: string): Promise<string> {
  const secret = process.stdin.isTTY ? await ask(question) : await readPiped();
  if (secret !== '') return secret;
  throw CommandFailure.of('secret-missing', 'No key was given.');
}

async function readPiped(): Promise<string> {
  const bytes = await readWhole(process.stdin);
  if (bytes !== null) return bytes.toString('utf8').trim();
  throw CommandFailure.of('file-unreadable', `${inputName('-')} cannot be read: ${TOO_LONG}.`, {
    hint: 'Pipe the key in, and nothing else.',
  });
}

async function ask(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  // Only now does the terminal no longer show what is typed.
  process.stderr.write(`${question}: `);
  const stopped = new AbortController();
  lines.once('SIGINT', () => stopped.abort());
  lines.once('close', () => stopped.abort());
  try {
    return (await lines.question('', { signal: stopped.signal })).trim();
  } catch {
    return '';
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
