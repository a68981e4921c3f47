import { formatMicros, parseMicros } from './decimal.ts';

const numberText: unique symbol = Symbol('numberText');

/** A JSON number as its text: a float between the wire and the domain would lose digits. */
export interface JsonNumber {
  readonly [numberText]: string;
}

/** A JSON document in which every number keeps its exact text. */
export type JsonValue =
  | string
  | boolean
  | null
  | JsonNumber
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

/** The JSON number of an amount. */
export function amountNumber(micros: bigint): JsonNumber {
  return { [numberText]: formatMicros(micros) };
}

/** The JSON number of a count; a fraction is cut off. */
export function countNumber(count: number | bigint): JsonNumber {
  return { [numberText]: BigInt(typeof count === 'bigint' ? count : Math.trunc(count)).toString() };
}

/** Compact JSON text, members in the order given. */
export function writeJson(value: JsonValue): string {
  if (isNumber(value)) return value[numberText];
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** Reads JSON text, a leading byte-order mark allowed. Undefined when it is not (or not all of) a JSON document. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''), keepNumberText) as JsonValue;
  } catch {
    return undefined;
  }
}

/**
 * Engines that give a reviver no source text (Node 20's is one) leave only the float's shortest text, which is
 * exact up to 15 digits.
 */
function keepNumberText(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? { [numberText]: context?.source ?? String(value) } : value;
}

/** The member called `name`, undefined where there is none or `value` is no object. */
export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || isArray(value) || isNumber(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The elements of an array; none where `value` is no array. */
export function elementsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isArray(value) ? value : [];
}

/** The text of a string or a number, null for anything else. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return isNumber(value) ? value[numberText] : null;
}

/** The amount in micros that a number, or a string that looks like one, stands for; null for anything else. */
export function microsOf(value: JsonValue | undefined): bigint | null {
  const text = textOf(value);
  return text === null ? null : parseMicros(text);
}

/** The whole part of a number that is not negative, null for anything else. */
export function countOf(value: JsonValue | undefined): bigint | null {
  const micros = microsOf(value);
  return micros === null || micros < 0n ? null : micros / 1_000_000n;
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isNumber(value: JsonValue | undefined): value is JsonNumber {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, numberText);
}
