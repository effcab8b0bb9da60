-- SPDX-License-Identifier: MIT
-- How far a match set can be trusted: counts and shares over all records, by name (calibration.h). A set that an older
-- version made has none.
CREATE TABLE match_fact (
    set_id INTEGER NOT NULL REFERENCES match_set,
    name   TEXT NOT NULL,
    value  REAL NOT NULL,
    PRIMARY KEY (set_id, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER match_fact_no_update BEFORE UPDATE ON match_fact BEGIN SELECT RAISE(ABORT, 'match_fact is append-only'); END;
CREATE TRIGGER match_fact_no_delete BEFORE DELETE ON match_fact BEGIN SELECT RAISE(ABORT, 'match_fact is append-only'); END;
CREATE VIEW match_fact_now AS
SELECT * FROM match_fact WHERE set_id = (SELECT max(id) FROM match_set);
