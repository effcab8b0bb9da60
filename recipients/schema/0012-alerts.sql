-- SPDX-License-Identifier: MIT
-- What needed a human when somebody looked last (follow-up): counts, never names. What has grown since is new, and told
-- once; a row is written when the counts are others, and, where something had grown, only after the mail was taken.
CREATE TABLE alert (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    at     INTEGER NOT NULL,
    mode   TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    needs  TEXT NOT NULL,                   -- {what: count}, as in status
    told   INTEGER NOT NULL CHECK (told = 0 OR told = 1)
) STRICT;
CREATE TRIGGER alert_no_update BEFORE UPDATE ON alert BEGIN SELECT RAISE(ABORT, 'alert is append-only'); END;
CREATE TRIGGER alert_no_delete BEFORE DELETE ON alert BEGIN SELECT RAISE(ABORT, 'alert is append-only'); END;
