-- SPDX-License-Identifier: MIT
-- Files that are taken back: the wrong one, at two in the morning. Nothing is deleted; from the withdrawal on, nothing
-- reads the file any more, and what rested on it is reopened:
--
--   its rows        left out of every later match and group, and out of the counts (source_now, record_now, match_now)
--   its people      who were in no other list drop out; they stay the same humans if a later list has them (known.h)
--   its notices     void, as if a human had held each back (0002): the address or the data may have been wrong. Whoever
--                   is still to be told gets a new one, in a new release. What is out is out: nobody is told twice
--
-- The same bytes may be imported again: their digest is then taken over the withdrawn one (import.c).

CREATE TABLE source_withdrawn (
    source_id   INTEGER PRIMARY KEY REFERENCES source,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- who decided it, and why
) STRICT;

-- Who was in a withdrawn list, or a candidate for a row of a withdrawn leak. A table, not a view: send asks at each claim.
CREATE TABLE person_reopened (
    person_id INTEGER NOT NULL REFERENCES person,
    source_id INTEGER NOT NULL REFERENCES source_withdrawn,
    set_id    INTEGER NOT NULL,             -- the newest compose set then, of either mode; 0: none
    PRIMARY KEY (person_id, source_id)
) STRICT, WITHOUT ROWID;

-- What counts.
CREATE VIEW source_now AS
SELECT * FROM source WHERE id NOT IN (SELECT source_id FROM source_withdrawn);

CREATE VIEW record_now AS
SELECT * FROM record WHERE source_id NOT IN (SELECT source_id FROM source_withdrawn);

-- CROSS JOIN fixes the order: while nothing is withdrawn, nothing is looked at.
DROP VIEW match_now;
CREATE VIEW match_now AS
SELECT * FROM match WHERE set_id = (SELECT max(id) FROM match_set) AND record_id NOT IN
       (SELECT r.id FROM source_withdrawn w CROSS JOIN record r ON r.source_id = w.source_id);

-- As before, but for what a withdrawal reopened.
DROP VIEW notice_void;
CREATE VIEW notice_void AS
SELECT n.id AS notice_id FROM notice n JOIN person_decision d ON d.person_id = n.person_id
WHERE d.bars = 1 AND n.set_id <= d.set_id
UNION
SELECT n.id FROM person_reopened p CROSS JOIN notice n ON n.person_id = p.person_id WHERE n.set_id <= p.set_id;

DROP VIEW notice_barred;
CREATE VIEW notice_barred AS
SELECT n.id AS notice_id FROM notice n
WHERE EXISTS (SELECT 1 FROM person_decision d WHERE d.person_id = n.person_id AND d.bars = 1 AND n.set_id <= d.set_id)
OR EXISTS (SELECT 1 FROM person_reopened p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR NOT EXISTS (SELECT 1 FROM assignment_now g WHERE g.person_id = n.person_id AND g.route = 'mail');

CREATE TRIGGER source_withdrawn_no_update BEFORE UPDATE ON source_withdrawn BEGIN SELECT RAISE(ABORT, 'source_withdrawn is append-only'); END;
CREATE TRIGGER source_withdrawn_no_delete BEFORE DELETE ON source_withdrawn BEGIN SELECT RAISE(ABORT, 'source_withdrawn is append-only'); END;
CREATE TRIGGER person_reopened_no_update BEFORE UPDATE ON person_reopened BEGIN SELECT RAISE(ABORT, 'person_reopened is append-only'); END;
CREATE TRIGGER person_reopened_no_delete BEFORE DELETE ON person_reopened BEGIN SELECT RAISE(ABORT, 'person_reopened is append-only'); END;
