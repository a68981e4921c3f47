import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Problem } from '../problem.ts';
import { invalidRequest, RefusedRequest } from '../problem.ts';
import type { JudgedJson } from './json.ts';
import { judgeJsonElements, judgeJsonText } from './json.ts';
import type { PlainLine } from './plain-line.ts';
import { readPlainLine, skipSpace } from './plain-line.ts';

const MAX_LINES = 10_000;
/** Between so many lines other requests have their turn. */
export const SLICE_LINES = 1000;

/** One line of a bulk request: a value, or why there is none. */
export type Line =
  | { readonly ok: true; readonly value: unknown; readonly isPlain: boolean }
  | {
      readonly ok: false;
      /** Undefined where it could not be read. */
      readonly value: unknown;
      readonly problem: Problem;
    };

/** The lines of a JSON array; a body that is not JSON has none, and is refused whole. */
export function readArrayLines(body: Buffer): Line[] {
  if (body.length === 0)
    throw new RefusedRequest({ code: 'malformed-json', detail: 'The body is empty: send the lines.' });
  const text = textOf(body);
  const plain = readPlainArray(text);
  if (plain !== null) return plain;
  const elements = judgeJsonElements(text, checkCount);
  if (elements === null)
    throw new RefusedRequest(invalidRequest([{ pointer: '', detail: 'must be an array of debits.' }]));
  return elements.map(judgedLine);
}

function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw new RefusedRequest({ code: 'malformed-json', detail: 'The body is not UTF-8.' });
  return body.toString('utf8');
}

/** Null when the text is anything but an array of plain debits, not too many of them. */
function readPlainArray(text: string): Line[] | null {
  const lines: Line[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return null;
  do {
    const plain = readPlainLine(text, at + 1);
    if (plain === null || lines.length === MAX_LINES) return null;
    lines.push(plainLine(plain));
    at = skipSpace(text, plain.end);
  } while (text[at] === ',');
  return text[at] === ']' && skipSpace(text, at + 1) === text.length ? lines : null;
}

/** One line of text per debit (empty ones do not count): a line that is not JSON is refused alone. */
export async function readTextLines(body: Buffer): Promise<Line[]> {
  const text = textOf(body);
  const lines: Line[] = [];
  let read = 0;
  for (let at = 0; at < text.length;) {
    const lineFeed = text.indexOf('\n', at);
    const end = lineFeed === -1 ? text.length : lineFeed;
    const line = readTextLine(text, at, end);
    if (line !== null) {
      lines.push(line);
      checkCount(lines.length);
    }
    read += 1;
    if (read % SLICE_LINES === 0) await nextTurn();
    at = end + 1;
  }
  return lines;
}

/** Null for an empty line. */
function readTextLine(text: string, from: number, end: number): Line | null {
  // To the reader of plain lines a line's end is space like any other: of many empty lines each would be read to the last.
  const first = skipSpace(text, from, end);
  if (first === end) return null;
  const plain = readPlainLine(text, first);
  if (plain !== null && plain.end <= end && skipSpace(text, plain.end, end) === end) return plainLine(plain);
  const line = text.slice(from, end);
  if (line.trim() === '') return null;
  try {
    return judgedLine(judgeJsonText(line));
  } catch (error) {
    if (error instanceof RefusedRequest) return { ok: false, value: undefined, problem: error.problem };
    throw error;
  }
}

function judgedLine({ value, problem }: JudgedJson): Line {
  return problem === null ? { ok: true, value, isPlain: false } : { ok: false, value, problem };
}

function plainLine({ value }: PlainLine): Line {
  return { ok: true, value, isPlain: true };
}

function checkCount(count: number): void {
  if (count > MAX_LINES)
    throw new RefusedRequest({ code: 'too-many-lines', detail: `Send at most ${MAX_LINES} lines at once.` });
}
