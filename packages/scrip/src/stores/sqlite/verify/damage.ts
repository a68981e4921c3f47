import { BrokenBlock } from '../entry-block.ts';
import { SegmentDamaged } from '../segments/segment-pages.ts';
import { SQLITE, sqliteCodeOf } from '../sqlite-code.ts';

/** What SQLite, or a reader of blocks or segments, says of a file whose bytes are not what it wrote; null for any other error. */
export function damageOf(error: unknown): string | null {
  if (error instanceof BrokenBlock || error instanceof SegmentDamaged) return error.message;
  const code = sqliteCodeOf(error);
  if (code === null) return null;
  const { message } = error as Error;
  const isDamage = code === SQLITE.CORRUPT || code === SQLITE.NOTADB;
  return isDamage || /^no such (?:table|column)/.test(message) ? message : null;
}
