import { createHash } from 'node:crypto';

/** The end of one stream's chain: an account's, or one of the ledger's own. */
export interface ChainEnd {
  readonly accountId: string;
  readonly version: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/**
 * What proves later that the journal's first `entries` entries are still what they were: kept elsewhere, it can be
 * compared with a ledger that has grown meanwhile, and with a copy of it that keeps the journal's order.
 */
export interface Anchor {
  /** How many entries it covers, from the journal's first. */
  readonly entries: number;
  /** Digest of where every chain ends after them, hexadecimal. */
  readonly digest: string;
}

/** The anchor of a journal whose chains end so; the ends may come in any order, each stream once. */
export function anchorOf(ends: Iterable<ChainEnd>): Anchor {
  return anchorOfLines(linesInOrder(ends));
}

/** A line for each end, in the order in which an anchor takes them: as one text, many take little memory. */
export function encodeEnds(ends: Iterable<ChainEnd>): string {
  return Array.from(linesInOrder(ends), ({ line }) => line).join('');
}

/** The same of ends that are texts already, each of them of other streams. */
export function anchorOfEnds(texts: readonly string[]): Anchor {
  return anchorOfLines(inOrder(texts));
}

/** Line by line: all accounts' lines can be more than one text can hold. */
function anchorOfLines(lines: Iterable<EndLine>): Anchor {
  const digest = createHash('sha256');
  let entries = 0;
  let last: string | null = null;
  for (const { accountId, version, line } of lines) {
    if (accountId === last) throw new Error(`the chain of ${accountId} has two ends`);
    last = accountId;
    digest.update(line);
    // Versions have no gaps, so that a stream's last one counts its entries.
    entries += version;
  }
  return { entries, digest: digest.digest('hex') };
}

interface EndLine extends Pick<ChainEnd, 'accountId' | 'version'> {
  readonly line: string;
}

function* linesInOrder(ends: Iterable<ChainEnd>): Generator<EndLine> {
  for (const { accountId, version, hash } of [...ends].toSorted(byAccount))
    yield { accountId, version, line: `${accountId} ${version} ${hash}\n` };
}

function* inOrder(texts: readonly string[]): Generator<EndLine> {
  const all = texts.map(linesOf);
  const heads = all.map((lines) => lines.next().value);
  for (;;) {
    let least: EndLine | undefined;
    for (const head of heads)
      if (head !== undefined && (least === undefined || byAccount(head, least) < 0)) least = head;
    if (least === undefined) return;
    yield least;
    const from = heads.indexOf(least);
    heads[from] = all[from]?.next().value;
  }
}

function* linesOf(text: string): Generator<EndLine, undefined> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start) + 1;
    const line = text.slice(start, end);
    start = end;
    const versionEnd = line.lastIndexOf(' ');
    const idEnd = line.lastIndexOf(' ', versionEnd - 1);
    const version = Number(line.slice(idEnd + 1, versionEnd));
    yield { accountId: line.slice(0, idEnd), version, line };
  }
}

/** In the order of UTF-16 code units, which no language setting changes. */
function byAccount(a: Pick<ChainEnd, 'accountId'>, b: Pick<ChainEnd, 'accountId'>): number {
  if (a.accountId === b.accountId) return 0;
  return a.accountId < b.accountId ? -1 : 1;
}

const TEXT = /^scrip-anchor-1:(0|[1-9]\d{0,15}):([0-9a-f]{64})$/;

/** One line without spaces, to be kept in a file or a note. */
export function encodeAnchor({ entries, digest }: Anchor): string {
  return `scrip-anchor-1:${entries}:${digest}`;
}

const ANYWHERE = /scrip-anchor-1:\d+:[0-9a-f]{64}/g;

/** The texts of the anchors that stand somewhere in a text, such as a line of what `scrip verify` printed. */
export function anchorsIn(text: string): readonly string[] {
  return text.match(ANYWHERE) ?? [];
}

/** Undefined when the text is not an anchor; white space around it does not matter. */
export function decodeAnchor(text: string): Anchor | undefined {
  const [, entries, digest] = TEXT.exec(text.trim()) ?? [];
  return entries === undefined || digest === undefined ? undefined : { entries: Number(entries), digest };
}
