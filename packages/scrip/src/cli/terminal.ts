import { once } from 'node:events';
import { constants, fstatSync, ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { styleText } from 'node:util';
import { filesUnwritable } from './command-failure.ts';
import type { Paint } from './table.ts';

/** Data goes to standard output and nothing else does, so that it can be piped. */
export function writeData(text: string): void {
  try {
    writeOut(`${text}\n`);
  } catch (error) {
    process.stdout.emit('error', error);
  }
}

/** Waits until what was written has been taken: where there is no room for it, the process ends before. */
export async function writtenData(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => setImmediate(resolve));
  });
}

/** Nobody takes what is written any more: a command that has only that to do ends. */
export class ReaderGone extends Error {}

/**
 * Writes a part of much data, and waits until a slow reader has room for more. Throws `ReaderGone`, and `CommandFailure`
 * where a file has no room.
 */
export async function writeWhole(text: string): Promise<void> {
  try {
    if (!writeOut(text)) await once(process.stdout, 'drain');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPIPE')
      throw new ReaderGone('nobody reads what is written', { cause });
    throw filesUnwritable(cause, { about: null });
  }
}

/** Of a file the stream writes what there is room for, and does not say what it left out. */
function writeOut(text: string): boolean {
  const { stdout } = process;
  const before = fstatSync(stdout.fd);
  if (!before.isFile()) return stdout.write(text);
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(stdout.fd, bytes, written);
  } catch (error) {
    // What had room is taken back: whatever is appended later would go on in the middle of a line. Not where others have
    // written meanwhile.
    if (isAppended(stdout.fd) && fstatSync(stdout.fd).size === before.size + written)
      ftruncateSync(stdout.fd, before.size);
    throw error;
  }
  return true;
}

/** Whether each write goes to the file's end, as of `>>`: in any other file the next one would leave a hole. */
function isAppended(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & constants.O_APPEND) !== 0;
  } catch {
    // Only Linux tells.
    return false;
  }
}

/** Somebody else's words, which can neither move the cursor nor break or turn the line. */
export function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ');
}

/** The same of several lines, in which files and servers have their words. */
export function linesOf(text: string): string {
  return text.split('\n').map(inOneLine).join('\n');
}

/** Talk goes to standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Bold on a terminal that shows colours; `NO_COLOR` and a pipe leave the text as it is. */
export const emphasise: Paint = (text) => styleText('bold', text, { stream: process.stdout });

export const soften: Paint = (text) => styleText('dim', text, { stream: process.stdout });

/** A failure's first word, on standard error. */
export const warn: Paint = (text) => styleText('red', text, { stream: process.stderr });
