import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandFailure } from './command-failure.ts';

export interface Input {
  readonly stream: Readable;
  /** Null: it is not known before the end, as of a pipe. */
  readonly sizeBytes: number | null;
}

/** Opens a file to read, or standard input where it is named `-`. Throws `CommandFailure`. */
export async function openInput(file: string): Promise<Input> {
  if (file === '-') return { stream: process.stdin, sizeBytes: null };
  try {
    const handle = await open(file);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new Error('it is a directory');
    return { stream: handle.createReadStream(), sizeBytes: stats.isFile() ? stats.size : null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw CommandFailure.of('file-unreadable', `${file} cannot be read: ${reason}.`);
  }
}

/** Of what is small by its nature, such as a rate card: more is another file. */
const MAX_WHOLE_MIB = 1;
export const TOO_LONG = `it has more than ${MAX_WHOLE_MIB} MiB`;

/** All of a small input; null where it is longer than one can be. */
export async function readWhole(stream: Readable): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_WHOLE_MIB * 1024 * 1024) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What an input is called in messages. */
export function inputName(file: string): string {
  return file === '-' ? 'standard input' : file;
}
