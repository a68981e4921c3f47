import { once } from 'node:events';
import { fstatSync, writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Paint } from './table.ts';

/** Data goes to standard output and nothing else does, so that it can be piped. */
export function writeData(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a part of much data, all of it: the stream takes what a file has room for, and does not say what it left. */
export async function writeWhole(text: string): Promise<void> {
  const { stdout } = process;
  if (fstatSync(stdout.fd).isFile()) writeFileSync(stdout.fd, text);
  else if (!stdout.write(text)) await once(stdout, 'drain');
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
