import type { Readable } from 'node:stream';
import type { CommandFailure } from './command-failure.ts';
import { localFailure } from './local-failure.ts';

export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without the line break. */
  readonly text: string;
  /** Its bytes in the file, the line break included. */
  readonly sizeBytes: number;
  /** False only for a last line that no line break ends. */
  readonly isEnded: boolean;
}

/** Longer than any entry is: a file without line breaks is refused before it fills the memory. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** The lines of a stream of bytes. Throws `CommandFailure` for what is not UTF-8, or has no end. */
export async function* readLines(stream: Readable): AsyncGenerator<TextLine> {
  let number = 0;
  let parts: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(10, start);
      if (end === -1) break;
      number += 1;
      yield toLine(number, [...parts, chunk.subarray(start, end)], true);
      parts = [];
      heldBytes = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > MAX_LINE_BYTES)
      throw unreadable(number + 1, `is longer than ${MAX_LINE_BYTES / 1024 / 1024} MB`);
  }
  if (heldBytes > 0) yield toLine(number + 1, parts, false);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toLine(number: number, parts: readonly Buffer[], isEnded: boolean): TextLine {
  const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  try {
    return { number, text: decoder.decode(bytes), sizeBytes: bytes.length + (isEnded ? 1 : 0), isEnded };
  } catch {
    // A last line may have been cut in the middle of a character.
    if (!isEnded) return { number, text: bytes.toString('latin1'), sizeBytes: bytes.length, isEnded };
    throw unreadable(number, 'is not UTF-8');
  }
}

function unreadable(number: number, what: string): CommandFailure {
  return localFailure(`Line ${number} ${what}.`, { code: 'line-wrong', about: { line: number } });
}
