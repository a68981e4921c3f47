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
  `
-- Why: a row in a tree for each entry touches a random page each time. Indexes are sorted segments now: what the entries
--      of a range of positions make, written once, in pages of many rows; small ones are merged into larger ones.
--      Accounts are named in them by numbers. All but snapshots is made again from the journal.
-- Locks: the whole file, while nobody else has it open.
DROP TABLE history;
DROP TABLE entry_of_kind;
DROP TABLE continuation;
DROP TABLE usage;
DROP TABLE change;
DROP TABLE change_run;
DROP TABLE account;
DELETE FROM api_key;
UPDATE progress SET checkpoint = 0;

CREATE TABLE account (
  account_id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  -- 1 where the number is not the hash of the id, because an earlier account has that.
  moved INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX moved_account ON account (account_id, number) WHERE moved = 1;

CREATE TABLE usage_name (
  name INTEGER PRIMARY KEY,
  pool TEXT NOT NULL,
  action TEXT NOT NULL,
  key TEXT NOT NULL,
  UNIQUE (pool, action, key)
) STRICT;

-- A segment covers the entries after one position and up to another.
CREATE TABLE segment (
  segment INTEGER PRIMARY KEY,
  after INTEGER NOT NULL,
  up_to INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  -- Says of most ids of changes at once that they are not in it.
  filter BLOB NOT NULL
) STRICT;

CREATE TABLE segment_index (
  segment INTEGER NOT NULL,
  name TEXT NOT NULL,
  rows INTEGER NOT NULL,
  first_page INTEGER NOT NULL,
  -- The first two numbers of each page.
  fences BLOB NOT NULL,
  UNIQUE (segment, name)
) STRICT;

-- Numbers of 64 bits as the processor keeps them.
CREATE TABLE segment_page (
  page INTEGER PRIMARY KEY,
  rows BLOB NOT NULL
) STRICT;
`,
  `
-- Why: of a segment the time of its last entry was kept, and that may be time's, of long ago: its ids were then forgotten
--      too early. It is the latest time of its entries now. All but snapshots is made again from the journal.
-- Locks: the whole file, while nobody else has it open.
ALTER TABLE segment RENAME COLUMN last_at_ms TO latest_ms;
DELETE FROM segment;
DELETE FROM segment_index;
DELETE FROM segment_page;
DELETE FROM account;
DELETE FROM usage_name;
DELETE FROM api_key;
UPDATE progress SET checkpoint = 0;
`,
  `
-- Why: a snapshot may rest on entries behind the checkpoint: that the journal has lost these was not seen, and it was the
--      state of those that came in their place. This is the last position that a snapshot rests on.
-- Locks: none; a column with a default is added to one row.
ALTER TABLE progress ADD COLUMN snapshots_up_to INTEGER NOT NULL DEFAULT 0;
`,
];
