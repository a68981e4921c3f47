import { isUtf8 } from 'node:buffer';
import { invalidRequest, RefusedRequest } from '../problem.ts';
import { exactNumbers } from './exact-numbers.ts';

const MAX_DEPTH = 32;

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
  checkShape(value, 1);
  return exactNumbers(text, value);
}

function malformed(detail: string): RefusedRequest {
  return new RefusedRequest({ code: 'malformed-json', detail });
}

function checkShape(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH)
    throw new RefusedRequest({
      code: 'nested-too-deeply',
      detail: `Nest objects and arrays at most ${MAX_DEPTH} levels deep.`,
    });
  if (Array.isArray(value)) {
    for (const element of value) checkShape(element, depth + 1);
    return;
  }
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (name === '__proto__' || (name === 'constructor' && hasPrototype(member)))
      throw new RefusedRequest(
        invalidRequest([{ pointer: '', detail: `holds a member named "${name}", which is not accepted.` }]),
      );
    checkShape(member, depth + 1);
  }
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
