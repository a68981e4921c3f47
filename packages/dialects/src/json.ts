import { formatMicros, parseLenientMicros } from './decimal.ts';

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
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isNumber(value)) return value[numberText];
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  let members = '';
  for (const name of Object.keys(value))
    members += `${members === '' ? '' : ','}${quoteName(name)}:${writeJson(value[name] as JsonValue)}`;
  return `{${members}}`;
}

const quotedNames = new Map<string, string>();
const MOST_QUOTED_NAMES = 1000;

/** The dialects have few names, which come in every reply: quoting them anew is half the work of writing one. */
function quoteName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = JSON.stringify(name);
  if (quotedNames.size < MOST_QUOTED_NAMES) quotedNames.set(name, quoted);
  return quoted;
}

/** Whether this engine tells a reviver the source of a number. Node 20's does not. */
const engineTellsSource = JSON.parse('1', (_name, _value, context?: { source?: string }) => {
  return context?.source === '1';
}) as boolean;

/**
 * Reads JSON text, a leading byte-order mark allowed. Undefined when it is not (or not all of) a JSON document. Numbers
 * keep every digit in every engine.
 */
export function parseJson(text: string, tellsSource = engineTellsSource): JsonValue | undefined {
  const document = text.replace(/^\uFEFF/, '');
  try {
    if (tellsSource) return JSON.parse(document, keepSource) as JsonValue;
    JSON.parse(document);
    return JSON.parse(markNumbers(document), keepMarked) as JsonValue;
  } catch {
    return undefined;
  }
}

function keepSource(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? { [numberText]: context?.source } : value;
}

/** Stands before the text of a number; a string of the document's own that begins with it gets a second one. */
const mark = '\u0001';
const writtenMark = String.raw`\u0001`;

/** Makes every number of a valid document a marked string; the names of members stay as they are. */
function markNumbers(document: string): string {
  return document.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|-?\d[\d.eE+-]*/g, (token) => {
    if (!token.startsWith('"')) return `"${writtenMark}${token}"`;
    const isName = token.endsWith(':');
    return !isName && token.startsWith(`"${writtenMark}`) ? `"${writtenMark}${token.slice(1)}` : token;
  });
}

function keepMarked(_name: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value;
  return value.startsWith(mark, 1) ? value.slice(1) : { [numberText]: value.slice(1) };
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
  return text === null ? null : parseLenientMicros(text);
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
