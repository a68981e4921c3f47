import { isUtf8 } from 'node:buffer';
import type { Problem } from '../problem.ts';
import { invalidRequest, RefusedRequest } from '../problem.ts';
import { readJson, readJsonText } from './json.ts';

const MAX_LINES = 10_000;

/** One line of a bulk request: a value, or why there is none. */
export type Line =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** The lines of a JSON array; a body that is not JSON has none, and is refused whole. */
export function readArrayLines(body: Buffer): Line[] {
  const value = readJson(body);
  if (!Array.isArray(value))
    throw new RefusedRequest(invalidRequest([{ pointer: '', detail: 'must be an array of debits.' }]));
  checkCount(value.length);
  return value.map((element: unknown) => ({ ok: true, value: element }));
}

/** One line of text per debit (empty ones do not count): a line that is not JSON is refused alone. */
export function readTextLines(body: Buffer): Line[] {
  if (!isUtf8(body)) throw new RefusedRequest({ code: 'malformed-json', detail: 'The body is not UTF-8.' });
  const texts = body
    .toString('utf8')
    .split('\n')
    .filter((text) => text.trim() !== '');
  checkCount(texts.length);
  return texts.map(readTextLine);
}

function readTextLine(text: string): Line {
  try {
    return { ok: true, value: readJsonText(text) };
  } catch (error) {
    if (error instanceof RefusedRequest) return { ok: false, problem: error.problem };
    throw error;
  }
}

function checkCount(count: number): void {
  if (count > MAX_LINES)
    throw new RefusedRequest({ code: 'too-many-lines', detail: `Send at most ${MAX_LINES} lines at once.` });
}
