import { BrokenBlock } from '../entry-block.ts';
import { SegmentDamaged } from '../segments/segment-pages.ts';

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** What SQLite, or a reader of blocks or segments, says of a file whose bytes are not what it wrote; null for any other error. */
export function damageOf(error: unknown): string | null {
  if (error instanceof BrokenBlock || error instanceof SegmentDamaged) return error.message;
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  // The low byte; the rest says where SQLite met it.
  const code = Number(error.errcode) & 0xff;
  const isDamage = code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
  return isDamage || /^no such (?:table|column)/.test(error.message) ? error.message : null;
}
