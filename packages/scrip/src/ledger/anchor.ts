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
  const digest = createHash('sha256');
  let entries = 0;
  for (const { accountId, version, hash } of [...ends].toSorted(byAccount)) {
    digest.update(`${accountId} ${version} ${hash}\n`);
    // Versions have no gaps, so that a stream's last one counts its entries.
    entries += version;
  }
  return { entries, digest: digest.digest('hex') };
}

/** In the order of UTF-16 code units, which no language setting changes. */
function byAccount(a: ChainEnd, b: ChainEnd): number {
  if (a.accountId === b.accountId) throw new Error(`the chain of ${a.accountId} has two ends`);
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
