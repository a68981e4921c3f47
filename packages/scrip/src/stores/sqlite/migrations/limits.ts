/** Migrations of `limits.db`, oldest first; the file's `user_version` counts those that it has had. */
export const LIMITS_MIGRATIONS: readonly string[] = [
  `
-- Why: what has been leased of each key's limit, as JSON triples [id, count, until], so that limits survive a restart.
--      ends_at is when the last of them stops counting: the row may go then.
-- Locks: none; the file is new.
CREATE TABLE lease (
  key TEXT PRIMARY KEY,
  leases TEXT NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
];
