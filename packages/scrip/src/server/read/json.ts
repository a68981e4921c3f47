import { isUtf8 } from 'node:buffer';
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

/** The same for one line or body that is text already. */
export function readJsonText(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('Send one JSON value in UTF-8.');
  }
  if (checkShape(value, 1) > MAX_VALUES)
    throw new RefusedRequest(
      invalidRequest([{ pointer: '', detail: `holds more than ${MAX_VALUES} values.` }]),
    );
  return exactNumbers(text, value);
}

function malformed(detail: string): RefusedRequest {
  return new RefusedRequest({ code: 'malformed-json', detail });
}

/** Gives how many values it is made of. */
function checkShape(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > MAX_DEPTH)
    throw new RefusedRequest({
      code: 'nested-too-deeply',
      detail: `Nest objects and arrays at most ${MAX_DEPTH} levels deep.`,
    });
  let values = 1;
  if (Array.isArray(value)) {
    for (const element of value) values += checkShape(element, depth + 1);
    return values;
  }
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (name === '__proto__' || (name === 'constructor' && hasPrototype(member)))
      throw new RefusedRequest(
        invalidRequest([{ pointer: '', detail: `holds a member named "${name}", which is not accepted.` }]),
      );
    values += checkShape(member, depth + 1);
  }
  return values;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
