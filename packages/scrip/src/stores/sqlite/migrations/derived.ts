/** Migrations of `derived.db`, oldest first. All of it can be made again from the journal. */
export const DERIVED_MIGRATIONS: readonly string[] = [
  `
-- Why: finds entries by account, kind and change; sums usage; keeps snapshots. Every table leads with the key that it
--      is read by, and is filled in sorted batches behind the journal. checkpoint is the last position that is in it.
-- Locks: none; the file is new.
CREATE TABLE progress (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  checkpoint INTEGER NOT NULL,
  seed INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
  account_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  account_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_of_kind (
  account_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (account_id, kind, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE continuation (
  account_id TEXT NOT NULL,
  continued_version INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (account_id, continued_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
  account_id TEXT NOT NULL,
  slot_ms INTEGER NOT NULL,
  pool TEXT NOT NULL,
  action TEXT NOT NULL,
  key TEXT NOT NULL,
  -- Billions of micros and the rest, summed apart: their sum may exceed 64 bits, neither of them does.
  used_billions INTEGER NOT NULL,
  used_rest INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (account_id, slot_ms, pool, action, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  digest TEXT PRIMARY KEY,
  account_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
  account_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (account_id, version)
) STRICT, WITHOUT ROWID;

-- Changes by the hash of their id. Run 0 collects the latest; when it is large it becomes a run of its own: sorted,
-- never changed again, with a filter that says of most ids at once that they are not in it.
CREATE TABLE change (
  run INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (run, hash, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE change_run (
  run INTEGER PRIMARY KEY,
  last_position INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  filter BLOB NOT NULL
) STRICT;
`,
  `
-- Why: snapshots of an older format cannot be read; accounts are made from their entries until there are new ones.
-- Locks: the whole file, while nobody else has it open.
DELETE FROM snapshot;
`,
  `
-- Why: tables that were made before the journal's oldest entries were sealed are made again; this tells them apart.
-- Locks: none; a column with a default is added to one row.
ALTER TABLE progress ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
`,
];
