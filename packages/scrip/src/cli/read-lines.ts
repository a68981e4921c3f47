export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without the line break; null when it is not UTF-8, or longer than `MAX_LINE_MB`: then nothing follows it. */
  readonly text: string | null;
  /** In the file, the line break included. */
  readonly sizeBytes: number;
  /** False only for a last line that no line break ends. */
  readonly isEnded: boolean;
}

/** Longer than any entry is: a file without line breaks is refused before it fills the memory. */
export const MAX_LINE_MB = 64;
const MAX_LINE_BYTES = MAX_LINE_MB * 1024 * 1024;

/** The lines of a stream of bytes. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<TextLine> {
  let number = 1;
  let parts: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield toLine(number, parts, true);
      number += 1;
      parts = [];
      heldBytes = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > MAX_LINE_BYTES) {
      yield { number, text: null, sizeBytes: heldBytes, isEnded: true };
      return;
    }
  }
  if (heldBytes > 0) yield toLine(number, parts, false);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function toLine(number: number, parts: readonly Buffer[], isEnded: boolean): TextLine {
  const bytes = Buffer.concat(parts);
  const sizeBytes = bytes.length + (isEnded ? 1 : 0);
  try {
    return { number, text: decoder.decode(bytes), sizeBytes, isEnded };
  } catch {
    return { number, text: null, sizeBytes, isEnded };
  }
}
