-- SPDX-License-Identifier: MIT
-- Leaked rows that are nobody's: how dangerous they are, which of them another controller answers for, and which a human
-- has closed.
--
--   a row that group found nobody for     waits until a human says whose it is, or closes it (row_waiting)
--   a row of another controller           is set apart by match: nobody is told by us. It waits until it is closed too
--   closed                                leaver, other-controller, not-a-person, junk, or plainly nobody: at once, by the
--                                         decision alone (kind "row"), until a later one about the row
--
-- A controller is a force, not a person: its name stands in the clear.

CREATE INDEX decision_record ON decision (record_id);

-- The level that the rules over records give, of every record that is not one person's.
CREATE TABLE record_level (
    set_id      INTEGER NOT NULL REFERENCES group_set,
    record_id   INTEGER NOT NULL REFERENCES record,
    level       TEXT NOT NULL,
    level_order INTEGER NOT NULL,           -- 0 is the highest
    PRIMARY KEY (set_id, record_id)
) STRICT, WITHOUT ROWID;

-- Records of another controller, by the leak, the import or a human.
CREATE TABLE record_apart (
    set_id     INTEGER NOT NULL REFERENCES match_set,
    record_id  INTEGER NOT NULL REFERENCES record,
    controller TEXT NOT NULL,
    PRIMARY KEY (set_id, record_id)
) STRICT, WITHOUT ROWID;

-- What holds for a row now.
CREATE VIEW row_ruling AS
SELECT d.id, d.record_id, d.person_id, d.choice, d.about FROM decision d WHERE d.kind = 'row' AND d.choice <> 'undo'
AND d.id = (SELECT max(e.id) FROM decision e WHERE e.record_id = d.record_id AND e.kind = 'row');

CREATE VIEW row_closed AS
SELECT record_id, choice FROM row_ruling
WHERE choice IN ('nobody', 'leaver', 'other-controller', 'not-a-person', 'junk');

CREATE VIEW record_level_now AS
SELECT record_id, level, level_order FROM record_level WHERE set_id = (SELECT max(id) FROM group_set);

CREATE VIEW record_apart_now AS
SELECT a.record_id, a.controller FROM record_apart a JOIN match_now m ON m.record_id = a.record_id
WHERE a.set_id = (SELECT max(id) FROM match_set);

-- Of an ambiguous row somebody is told, unless there are too many candidates.
CREATE VIEW row_waiting AS
SELECT m.record_id, m.outcome, m.reason, l.level, l.level_order
FROM match_now m LEFT JOIN record_level_now l ON l.record_id = m.record_id
WHERE (m.outcome IN ('unmatched', 'possible') OR (m.outcome = 'ambiguous' AND NOT EXISTS (SELECT 1 FROM candidate_now c
       JOIN assignment_now a ON a.person_id = c.person_id WHERE c.record_id = m.record_id)))
AND m.reason NOT IN ('decided by a person', 'other controller')
AND m.record_id NOT IN (SELECT record_id FROM row_closed);

CREATE TRIGGER record_level_no_update BEFORE UPDATE ON record_level BEGIN SELECT RAISE(ABORT, 'record_level is append-only'); END;
CREATE TRIGGER record_level_no_delete BEFORE DELETE ON record_level BEGIN SELECT RAISE(ABORT, 'record_level is append-only'); END;
CREATE TRIGGER record_apart_no_update BEFORE UPDATE ON record_apart BEGIN SELECT RAISE(ABORT, 'record_apart is append-only'); END;
CREATE TRIGGER record_apart_no_delete BEFORE DELETE ON record_apart BEGIN SELECT RAISE(ABORT, 'record_apart is append-only'); END;
