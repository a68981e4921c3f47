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
const LINES = 4;

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
  for (const { accountId, version, body, hash } of entries) {
    const added = `${accountId}\n${version}\n${body}\n${hash}`;
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

/**
 * Visits a block's entries in their order; of other accounts than `wants` asks for, only the place is told.
 * Throws `BrokenBlock`.
 */
export function eachOfBlock(
  block: EntryBlock,
  visit: (position: number, entry: BlockEntry | null) => void,
  wants: (accountId: string) => boolean = () => true,
): void {
  const { text, lastPosition } = block;
  let position = lastPosition - countOf(block);
  for (let at = 0; at <= text.length;) {
    const accountEnd = text.indexOf('\n', at);
    const versionEnd = text.indexOf('\n', accountEnd + 1);
    const bodyEnd = text.indexOf('\n', versionEnd + 1);
    const next = text.indexOf('\n', bodyEnd + 1);
    const end = next === -1 ? text.length : next;
    const accountId = text.slice(at, accountEnd);
    position += 1;
    visit(
      position,
      wants(accountId)
        ? {
            position,
            accountId,
            version: Number(text.slice(accountEnd + 1, versionEnd)),
            body: text.slice(versionEnd + 1, bodyEnd),
            hash: text.slice(bodyEnd + 1, end),
          }
        : null,
    );
    at = end + 1;
  }
}

/** One entry of a block; null where it stands before it. Throws `BrokenBlock`. */
export function findInBlock(block: EntryBlock, position: number): BlockEntry | null {
  const count = countOf(block);
  const at = count - 1 - (block.lastPosition - position);
  if (at < 0) return null;
  const [accountId = '', version, body = '', hash = ''] = block.text
    .split('\n', LINES * (at + 1))
    .slice(-LINES);
  return { position, accountId, version: Number(version), body, hash };
}

function countOf(block: EntryBlock): number {
  const { text } = block;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  if (lines % LINES !== 0) throw new BrokenBlock(block);
  return lines / LINES;
}
