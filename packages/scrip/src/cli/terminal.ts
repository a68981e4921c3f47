import { once } from 'node:events';
import { fstatSync, writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Paint } from './table.ts';

/** Data goes to standard output and nothing else does, so that it can be piped. */
export function writeData(text: string): void {
  writeOut(`${text}\n`);
}

/** Nobody takes what is written any more: a command that has only that to do ends. */
export class ReaderGone extends Error {}

/** Writes a part of much data, and waits until a slow reader has room for more. Throws `ReaderGone`. */
export async function writeWhole(text: string): Promise<void> {
  if (writeOut(text)) return;
  try {
    await once(process.stdout, 'drain');
  } catch (cause) {
    throw new ReaderGone('nobody reads what is written', { cause });
  }
}

/** Of a file the stream writes what there is room for, and does not say what it left out. */
function writeOut(text: string): boolean {
  const { stdout } = process;
  if (!fstatSync(stdout.fd).isFile()) return stdout.write(text);
  writeFileSync(stdout.fd, text);
  return true;
}

/** Somebody else's words, which can neither move the cursor nor break the line. */
export function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
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
