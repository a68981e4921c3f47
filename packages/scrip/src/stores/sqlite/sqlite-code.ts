/** What SQLite's errors say by their numbers, as far as something is made of it. */
export const SQLITE = {
  ERROR: 1,
  PERM: 3,
  READONLY: 8,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
} as const;

/** SQLITE_IOERR_WRITE: what a quota says. */
const WRITE_FAILED = 778;

/** Whether SQLite found no room to write. */
export function isOutOfRoom(error: unknown): boolean {
  return (
    sqliteCodeOf(error) === SQLITE.FULL || (error as { errcode?: unknown } | null)?.errcode === WRITE_FAILED
  );
}

/** The number of an error of SQLite's; null of any other. */
export function sqliteCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  // The low byte; the rest says where SQLite met it.
  return Number(error.errcode) & 0xff;
}
