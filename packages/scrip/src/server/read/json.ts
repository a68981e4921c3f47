import { isUtf8 } from 'node:buffer';
import type { Problem } from '../problem.ts';
import { invalidRequest, RefusedRequest } from '../problem.ts';
import { exactNumbers } from './exact-numbers.ts';

const MAX_DEPTH = 32;
/** Values of a body, whatever they are in: to read the digits of more takes the event loop from everybody else for seconds. */
const MAX_VALUES = 1_000_000;

/**
 * Reads a body strictly: UTF-8, JSON, not too deep, no member that could reach a prototype, and no number that loses
 * digits. Undefined for an empty body; throws `RefusedRequest` for all else that it cannot read.
 */
export function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed('The body is not UTF-8.');
  return readJsonText(body.toString('utf8'));
}

/** The same for a body that is text already. */
export function readJsonText(text: string): unknown {
  const { value, problem } = judgeJsonText(text);
  if (problem !== null) throw new RefusedRequest(problem);
  return value;
}

/** A value, and what of it is not accepted: a line that is refused for that can still be named by its id. */
export interface JudgedJson {
  readonly value: unknown;
  readonly problem: Problem | null;
}

/** Reads one value; throws `RefusedRequest` where it is not JSON, too deep or too much. */
export function judgeJsonText(text: string): JudgedJson {
  const value = parse(text);
  const found: Found = { problem: null };
  refuseTooMany(checkShape(value, 1, found));
  return { value: found.problem === null ? exactNumbers(text, value) : value, problem: found.problem };
}

/**
 * The elements of an array, each judged alone; null where the text is no array. `checkCount` throws where there are too
 * many to be looked at. Throws as `judgeJsonText`.
 */
export function judgeJsonElements(text: string, checkCount: (count: number) => void): JudgedJson[] | null {
  const array = parse(text);
  if (!Array.isArray(array)) return null;
  checkCount(array.length);
  let values = 1;
  const judged = array.map((value: unknown): JudgedJson => {
    const found: Found = { problem: null };
    values += checkShape(value, 2, found);
    return { value, problem: found.problem };
  });
  refuseTooMany(values);
  const exact = exactNumbers(text, array) as unknown[];
  return judged.map((one, at) => (one.problem === null ? { value: exact[at], problem: null } : one));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('Send one JSON value in UTF-8.');
  }
}

function refuseTooMany(values: number): void {
  if (values > MAX_VALUES)
    throw new RefusedRequest(
      invalidRequest([{ pointer: '', detail: `holds more than ${MAX_VALUES} values.` }]),
    );
}

function malformed(detail: string): RefusedRequest {
  return new RefusedRequest({ code: 'malformed-json', detail });
}

/** The first thing about a value that is not accepted. */
interface Found {
  problem: Problem | null;
}

/** Gives how many values it is made of; throws where it is too deep. */
function checkShape(value: unknown, depth: number, found: Found): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > MAX_DEPTH)
    throw new RefusedRequest({
      code: 'nested-too-deeply',
      detail: `Nest objects and arrays at most ${MAX_DEPTH} levels deep.`,
    });
  let values = 1;
  if (Array.isArray(value)) {
    for (const element of value) values += checkShape(element, depth + 1, found);
    return values;
  }
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (name === '__proto__' || (name === 'constructor' && hasPrototype(member)))
      found.problem ??= invalidRequest([
        { pointer: '', detail: `holds a member named "${name}", which is not accepted.` },
      ]);
    values += checkShape(member, depth + 1, found);
  }
  return values;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
