import type { AccountState, Hold } from './account.ts';
import { decodeDebit, encodeDebit } from './debit-text.ts';
import type { Entry } from './entry.ts';
import type { HoldTree } from './hold-tree.ts';
import { eachHold, withHold } from './hold-tree.ts';

/**
 * The stored text of entries and snapshots: JSON in which every member whose name ends in `Micros` is an integer
 * written as a decimal string, so that no amount ever passes through a float. Debits have a shorter text of their own.
 */

/**
 * Every entry says the format that it was written in. Older formats are read through `upcast`, never rewritten.
 * Format 1 had the names of keys and the notes of grants in the entry, where they cannot be erased, and no erasure.
 * Format 2 had debits written as all other entries are. Format 3 is the text of debits.
 */
const ENTRY_FORMAT = 2;
const FORMAT_PREFIX = `{"format":${ENTRY_FORMAT},`;
/** Snapshots of another format are of no use: accounts are made again from their entries. */
const STATE_FORMAT = 2;

/** An entry as it is stored: account and version beside the text of all else. */
export interface StoredEntry {
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
}

export function encodeEntry(entry: Entry): string {
  if (entry.kind === 'CreditsDebited' && entry.change !== null) return encodeDebit(entry, entry.change);
  const { accountId: _accountId, version: _version, ...rest } = entry;
  return encode({ format: ENTRY_FORMAT, ...rest });
}

/** Throws when the text is not an entry of a known format. */
export function decodeEntry({ accountId, version, body }: StoredEntry): Entry {
  return decodeDebit(accountId, version, body) ?? parseEntry({ accountId, version, body });
}

function parseEntry({ accountId, version, body }: StoredEntry): Entry {
  // Nearly all texts begin like this; the name stands in the place of the format, so that nothing need be copied.
  if (body.startsWith(FORMAT_PREFIX)) {
    const rest = body.slice(FORMAT_PREFIX.length);
    return decode(`{"accountId":${quote(accountId)},"version":${version},${rest}`) as Entry;
  }
  const { format, ...rest } = decode(body) as { format: unknown };
  return { accountId, version, ...upcast(format, rest) } as Entry;
}

function upcast(format: unknown, fields: object): object {
  if (format === ENTRY_FORMAT || format === 1) return fields;
  throw new Error(`entry format ${String(format)} is not known to this version of Scrip`);
}

export function encodeState(state: AccountState): string {
  return encode({ format: STATE_FORMAT, ...state, holds: [...eachHold(state.holds)] });
}

/** Throws when the text is not a state of a known format. */
export function decodeState(text: string): AccountState {
  const { format, ...rest } = decode(text) as { format: unknown; holds: Hold[] };
  if (format !== STATE_FORMAT)
    throw new Error(`state format ${String(format)} is not known to this version of Scrip`);
  const holds = rest.holds.reduce<HoldTree | null>(withHold, null);
  return { ...(rest as unknown as AccountState), holds };
}

/** JSON with amounts as strings of micros; members that are undefined are left out. */
export function encode(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return `"${value}"`;
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`${value} cannot be stored`);
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? encodeArray(value) : encodeObject(value);
    default:
      throw new Error(`a ${typeof value} cannot be stored`);
  }
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** Most strings are plain, and need no second look. */
function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function encodeArray(values: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ',';
    text += encode(values[index]);
  }
  return `${text}]`;
}

function encodeObject(value: object): string {
  const members = value as Record<string, unknown>;
  let text = '{';
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (member === undefined) continue;
    text += text.length === 1 ? quote(key) : `,${quote(key)}`;
    text += `:${encode(member)}`;
  }
  return `${text}}`;
}

export function decode(text: string): unknown {
  return reviveMicros(JSON.parse(text) as unknown);
}

function reviveMicros(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (typeof member === 'object') reviveMicros(member);
    else if (typeof member === 'string' && key.endsWith('Micros')) members[key] = BigInt(member);
  }
  return value;
}
