-- SPDX-License-Identifier: MIT
-- WHO MAY OPEN THE BOOK. The slots themselves, which hold the key, stand outside (slots.h): a copy of the book must not bring
-- its own key along. Here is only that one was added or taken away, by whom, and what it is called.
CREATE TABLE key_event (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    what        TEXT NOT NULL CHECK (what = 'add' OR what = 'remove'),
    slot        INTEGER NOT NULL,           -- its number; 1 is the key file
    kind        TEXT NOT NULL CHECK (kind = 'key' OR kind = 'passphrase' OR kind = 'key-file' OR kind = 'credential'
                                     OR kind = 'recovery'),
    said_sealed BLOB NOT NULL               -- who, why, and what it is called
) STRICT;
CREATE TRIGGER key_event_no_update BEFORE UPDATE ON key_event BEGIN SELECT RAISE(ABORT, 'key_event is append-only'); END;
CREATE TRIGGER key_event_no_delete BEFORE DELETE ON key_event BEGIN SELECT RAISE(ABORT, 'key_event is append-only'); END;
