/**
 * Entries that stand next to one another in the journal, as one text: four lines for each, of account, version, body
 * and hash. None of these holds a line break.
 */
export interface EntryBlock {
  readonly lastPosition: number;
  readonly text: string;
}

/** Characters: with its row's own bytes, a block fills one page of the file, so that one entry is read as fast as many. */
const MAX_TEXT = 4000;
/** Of an entry. */
export const LINES = 4;

/** An entry as it stands in a block. */
export interface BlockEntry {
  readonly position: number;
  readonly accountId: string;
  readonly version: number;
  readonly body: string;
  /** Hexadecimal. */
  readonly hash: string;
}

/** A text that is no block. */
export class BrokenBlock extends Error {
  constructor({ lastPosition }: EntryBlock) {
    super(`the block that ends with entry ${lastPosition} cannot be read`);
    this.name = 'BrokenBlock';
  }
}

/** Cuts entries that follow one another into blocks. */
export function encodeBlocks(
  firstPosition: number,
  entries: Iterable<Omit<BlockEntry, 'position'>>,
): EntryBlock[] {
  const blocks: EntryBlock[] = [];
  let text = '';
  let position = firstPosition - 1;
  for (const entry of entries) {
    const added = linesOf(entry);
    if (text !== '' && text.length + added.length >= MAX_TEXT) {
      blocks.push({ lastPosition: position, text });
      text = '';
    }
    text = text === '' ? added : `${text}\n${added}`;
    position += 1;
  }
  if (text !== '') blocks.push({ lastPosition: position, text });
  return blocks;
}

/** An entry as a block holds it; line breaks lie between entries. */
export function linesOf({ accountId, version, body, hash }: Omit<BlockEntry, 'position'>): string {
  return `${accountId}\n${version}\n${body}\n${hash}`;
}

/** Visits a block's entries in their order. Throws `BrokenBlock`. */
export function eachOfBlock(block: EntryBlock, visit: (entry: BlockEntry) => void): void {
  const lineEnds = lineEndsOf(block);
  for (let line = 0; line < lineEnds.length; line += LINES) visit(entryAt(block, lineEnds, line));
}

/** The entry at a position; null where it does not stand in the block. */
export type FindInBlock = (position: number) => BlockEntry | null;

/** Throws `BrokenBlock`. */
export function indexBlock(block: EntryBlock): FindInBlock {
  const lineEnds = lineEndsOf(block);
  return (position) => {
    const line = lineEnds.length - LINES * (block.lastPosition - position + 1);
    return line < 0 || line >= lineEnds.length ? null : entryAt(block, lineEnds, line);
  };
}

/** Where each line of a block ends. Throws `BrokenBlock`. */
export function lineEndsOf(block: EntryBlock): readonly number[] {
  const { text } = block;
  const ends: number[] = [];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) ends.push(at);
  ends.push(text.length);
  if (ends.length % LINES !== 0) throw new BrokenBlock(block);
  return ends;
}

/** `line`: the entry's first one. */
function entryAt({ text, lastPosition }: EntryBlock, lineEnds: readonly number[], line: number): BlockEntry {
  const accountEnd = lineEnds[line] as number;
  const versionEnd = lineEnds[line + 1] as number;
  const bodyEnd = lineEnds[line + 2] as number;
  return {
    position: lastPosition - (lineEnds.length - line) / LINES + 1,
    accountId: text.slice(line === 0 ? 0 : (lineEnds[line - 1] as number) + 1, accountEnd),
    version: Number(text.slice(accountEnd + 1, versionEnd)),
    body: text.slice(versionEnd + 1, bodyEnd),
    hash: text.slice(bodyEnd + 1, lineEnds[line + 3]),
  };
}
