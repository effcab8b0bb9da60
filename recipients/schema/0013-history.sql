-- SPDX-License-Identifier: MIT
-- WHAT WAS WRITTEN STAYS AS IT WAS. Each row that is written is added to a sum over all rows of the book (history.h), in the
-- same transaction; a row that is taken away (messages, letters, stencils: words go when nobody needs them) is taken from it.
-- So the sum fits the rows at every moment, after a kill too, and whoever changes a row without us breaks it. At the end of
-- each run the sum becomes an entry of a chain: each names the one before, and the newest is kept outside the ledger as well,
-- so that neither a changed past nor an older copy goes unseen.
--
-- The sum is over the stored bytes under the ledger's key: of a personal value there is its seal in it, nothing else.

CREATE TABLE history (
    seq      INTEGER PRIMARY KEY,           -- from 1, none left out
    run_id   INTEGER NOT NULL REFERENCES run,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL CHECK (kind = 'run' OR kind = 'scan'), -- the end of a run; the sum taken anew from all rows
    rows     INTEGER NOT NULL,              -- in all tables
    state    BLOB NOT NULL,                 -- SHA-256 of the sum
    previous BLOB NOT NULL,                 -- the hash of the entry before; of the first: 32 zero bytes
    hash     BLOB NOT NULL                  -- SHA-256 of this entry as text (history.h)
) STRICT;
CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- The sum now. No history of its own: it follows from all the other rows.
CREATE TABLE history_now (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    rows INTEGER NOT NULL,
    sum  BLOB NOT NULL
) STRICT;

-- A smaller sum for each table, to say where something was changed.
CREATE TABLE history_table (
    name TEXT PRIMARY KEY,
    rows INTEGER NOT NULL,
    sum  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
