-- SPDX-License-Identifier: MIT
-- WHAT WENT, AND WHAT IS KEPT OF IT. Words that nobody needs any more are dropped when the policy's days are over
-- (retention.h); who was told what and when is sealed for a key that is kept elsewhere (telling.h, coffer.h), and must be kept until
-- the limitation period is over.
CREATE TABLE archived (
    id         INTEGER PRIMARY KEY,
    run_id     INTEGER NOT NULL REFERENCES run,
    at         INTEGER NOT NULL,
    mode       TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    messages   INTEGER NOT NULL,            -- how many bodies were dropped
    letters    INTEGER NOT NULL,            -- and letters that had come back
    people     INTEGER,                     -- who are in the sealed list; NULL: none was written
    list       BLOB,                        -- SHA-256, keyed, of the list
    file       BLOB,                        -- and of the sealed file
    sealed_for TEXT,                        -- the fingerprint of the key
    keep_until INTEGER
) STRICT;
CREATE TRIGGER archived_no_update BEFORE UPDATE ON archived BEGIN SELECT RAISE(ABORT, 'archived is append-only'); END;
CREATE TRIGGER archived_no_delete BEFORE DELETE ON archived BEGIN SELECT RAISE(ABORT, 'archived is append-only'); END;
