import type { Anchor } from './anchor.ts';
import { decodeAnchor, encodeAnchor } from './anchor.ts';

/** An entry as the journal keeps it, with its place there. */
export interface NumberedEntry {
  /** Counted from the journal's first entry, which is 1. */
  readonly number: number;
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  /** JSON; null where there is none, or where it was erased. */
  readonly personal: string | null;
  /** Hexadecimal. */
  readonly hash: string;
}

/** One line of an export. The header says after how many entries of the journal it starts, the end what it came to. */
export type JournalLine =
  | { readonly kind: 'header'; readonly after: number }
  | { readonly kind: 'entry'; readonly entry: NumberedEntry }
  | { readonly kind: 'end'; readonly anchor: Anchor };

/** A text that is not a line of an export; the message says why. */
export class BadLine extends Error {
  /** It may be the beginning of a good one. */
  readonly isCut: boolean;
  /** It is a good one, of another export than the one that goes on here. */
  readonly isOutOfOrder: boolean;

  constructor(reason: string, { isCut = false, isOutOfOrder = false } = {}) {
    super(reason);
    this.name = 'BadLine';
    this.isCut = isCut;
    this.isOutOfOrder = isOutOfOrder;
  }
}

const FORMAT = 'scrip-journal';
const FORMAT_VERSION = 1;
/** Of an account, or of a stream of the ledger's own, which begins with a dollar sign. */
const STREAM_ID = /^\$?[A-Za-z0-9._-]{1,64}$/;

/** Without the line break. Body and personal part stand as they are stored, so that no byte under a hash changes. */
export function encodeLine(line: JournalLine): string {
  if (line.kind === 'header')
    return `{"format":"${FORMAT}","formatVersion":${FORMAT_VERSION},"after":${line.after}}`;
  if (line.kind === 'end')
    return `{"end":true,"entries":${line.anchor.entries},"anchor":"${encodeAnchor(line.anchor)}"}`;
  const { number, accountId, version, hash, personal, body } = line.entry;
  return `{"entry":${number},"accountId":${JSON.stringify(accountId)},"version":${version},"hash":"${hash}","personal":${personal ?? 'null'},"body":${body}}`;
}

/** Throws `BadLine`. Whether an entry is right is not looked at here: only its chain can say. */
export function decodeLine(text: string): JournalLine {
  const members = parseObject(text);
  if ('format' in members) return decodeHeader(members);
  return 'end' in members ? decodeEnd(members) : { kind: 'entry', entry: decodeEntryLine(members) };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadLine('is not JSON', { isCut: true });
  }
  if (!isObject(value)) throw new BadLine('is not a JSON object');
  return value;
}

function decodeHeader(members: Record<string, unknown>): JournalLine {
  const { format, formatVersion, after } = members;
  if (format !== FORMAT) throw new BadLine(`is of the format ${JSON.stringify(format)}, not "${FORMAT}"`);
  if (formatVersion !== FORMAT_VERSION)
    throw new BadLine(
      `is of version ${JSON.stringify(formatVersion)} of the format, and this Scrip reads version ${FORMAT_VERSION}: use the Scrip that wrote it, or a newer one`,
    );
  refuseOthers(members, ['format', 'formatVersion', 'after']);
  if (!isCount(after)) throw wrongMember('after');
  return { kind: 'header', after };
}

function decodeEnd(members: Record<string, unknown>): JournalLine {
  refuseOthers(members, ['end', 'entries', 'anchor']);
  const anchor = typeof members['anchor'] === 'string' ? decodeAnchor(members['anchor']) : undefined;
  if (anchor === undefined) throw wrongMember('anchor');
  if (members['end'] !== true) throw wrongMember('end');
  if (members['entries'] !== anchor.entries) throw wrongMember('entries');
  return { kind: 'end', anchor };
}

function decodeEntryLine(members: Record<string, unknown>): NumberedEntry {
  const { entry: number, accountId, version, hash, personal, body } = members;
  refuseOthers(members, ['entry', 'accountId', 'version', 'hash', 'personal', 'body']);
  if (!isCount(number) || number === 0) throw wrongMember('entry');
  if (typeof accountId !== 'string' || !STREAM_ID.test(accountId)) throw wrongMember('accountId');
  if (!isCount(version) || version === 0) throw wrongMember('version');
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) throw wrongMember('hash');
  if (personal !== null && !isObject(personal)) throw wrongMember('personal');
  // Of debits an array.
  if (typeof body !== 'object' || body === null) throw wrongMember('body');
  return {
    number,
    accountId,
    version,
    hash,
    personal: personal === null ? null : JSON.stringify(personal),
    // Bodies are written without spaces and with every member in the order in which JSON.parse keeps it.
    body: JSON.stringify(body),
  };
}

function refuseOthers(members: Record<string, unknown>, known: readonly string[]): void {
  for (const name of Object.keys(members))
    if (!known.includes(name)) throw new BadLine(`has a member ${JSON.stringify(name)} that is not known`);
}

function wrongMember(name: string): BadLine {
  return new BadLine(`has no "${name}" that can be read`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
