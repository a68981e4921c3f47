/** Migrations of `journal.db`, oldest first; the file's `user_version` counts those that it has had. */
export const JOURNAL_MIGRATIONS: readonly string[] = [
  `
-- Why: the journal is the truth. Rows are only ever added at the end, so that a commit writes no random page;
--      what finds entries by account or id is derived, in derived.db.
--      (account_id, version) names an entry everywhere outside this directory; position is only its place in the file.
-- Locks: none; the file is new.
CREATE TABLE entry (
  position INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  personal TEXT,
  hash BLOB NOT NULL
) STRICT;
`,
  `
-- Why: personal data is erased from many rows, after an entry says so. A row here says that it is under way, so that a
--      start after a crash ends it. The rows of entry change in nothing else.
-- Locks: none; the table is new.
CREATE TABLE erasure (
  mark INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL
) STRICT;
`,
];
