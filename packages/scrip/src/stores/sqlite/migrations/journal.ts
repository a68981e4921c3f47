/** The table of personal parts, to be filled and put in the place of the one that there is. A migration's: never changed. */
export const NEW_PERSONAL_TABLE = `
CREATE TABLE new_personal (
  position INTEGER PRIMARY KEY,
  data TEXT NOT NULL
) STRICT;
`;

/** Puts it there. Pages of a table that is dropped are overwritten. */
export const REPLACE_PERSONAL_TABLE = `
DROP TABLE personal;
ALTER TABLE new_personal RENAME TO personal;
`;

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
  `
-- Why: what stands for the journal's oldest entries when they have been sealed, up to a position: where every stream
--      stood then, what it had used, and a digest of that and of the few older entries that are still needed.
-- Locks: none; the tables are new.
CREATE TABLE seal (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  position INTEGER NOT NULL,
  anchor TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;

CREATE TABLE sealed_account (
  account_id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed_usage (
  account_id TEXT NOT NULL,
  slot_ms INTEGER NOT NULL,
  pool TEXT NOT NULL,
  action TEXT NOT NULL,
  key TEXT NOT NULL,
  -- An amount of micros: its whole thousand millions of them, and what is left. A sum may be beyond 64 bits.
  used_billions INTEGER NOT NULL,
  used_rest INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (account_id, slot_ms, pool, action, key)
) STRICT, WITHOUT ROWID;
`,
  `
-- Why: a row for each entry cost a commit more than the entries themselves. Entries that follow one another stand in one
--      row now, as lines of account, version, body and hash, up to what a page of the file holds; it is found by the
--      position of its last entry. What can be erased stands apart, so that no block is ever written again.
-- Locks: the whole file, while nobody else has it open; takes as long as the journal is large.
CREATE TABLE block (
  last_position INTEGER PRIMARY KEY,
  entries TEXT NOT NULL
) STRICT;

CREATE TABLE personal (
  position INTEGER PRIMARY KEY,
  data TEXT NOT NULL
) STRICT;

INSERT INTO block
  SELECT position, account_id || char(10) || version || char(10) || body || char(10) || lower(hex(hash))
  FROM entry ORDER BY position;
INSERT INTO personal SELECT position, personal FROM entry WHERE personal IS NOT NULL ORDER BY position;
DROP TABLE entry;
`,
  `
-- Why: rows of personal were deleted to erase what they hold, and pages of the file that were put together then kept
--      copies of others. These go with the old table (its pages are overwritten); a row is emptied now and stays.
-- Locks: the whole file, while nobody else has it open; takes as long as the table is large.
${NEW_PERSONAL_TABLE}
INSERT INTO new_personal SELECT position, data FROM personal ORDER BY position;
${REPLACE_PERSONAL_TABLE}`,
];
