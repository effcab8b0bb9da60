-- SPDX-License-Identifier: MIT
-- Two more sources, and what follows from them. `kind` says which side a source speaks of, `purpose` what it is for:
--
--   breach, presume   no file: before the leak is in hand, everyone on the list may be in it (presume.h). It has no rows.
--                     Leaked files that were imported after it refine it: from then on it says nothing any more
--   people, shield    a liaison's own references, and one identifier each (shield.h). No person comes of it
--
-- Who is shielded is told by a human, and never by mail: notices that they had are barred at once, in a signed release
-- too. A level may send them the common notice all the same (`cover`): it stands beside their task, in the place of the
-- default level, and does not move their state.
--
-- A head start holds the mails of the levels below back for a while after the release with which the tasks of a level
-- begin. What it is follows from policy and releases; here is only that somebody lifted it.
ALTER TABLE source ADD COLUMN purpose TEXT CHECK (purpose = 'presume' OR purpose = 'shield');
ALTER TABLE assignment ADD COLUMN presumed INTEGER NOT NULL DEFAULT 0; -- 1: no leaked row speaks of them
ALTER TABLE assignment ADD COLUMN cover INTEGER NOT NULL DEFAULT 0;    -- 1: the common notice goes to them too
ALTER TABLE notice ADD COLUMN cover INTEGER NOT NULL DEFAULT 0;        -- 1: it is that

-- A row of a shield file: reference, identifier, what kind of identifier it is, row number.
CREATE TABLE shield (
    id          INTEGER PRIMARY KEY,        -- random
    source_id   INTEGER NOT NULL REFERENCES source,
    said_sealed BLOB NOT NULL
) STRICT;
-- The entries of people lists that have the identifier: none yet, and the row waits for a human or a later list.
CREATE TABLE shield_entry (
    shield_id INTEGER NOT NULL REFERENCES shield,
    entry_id  INTEGER NOT NULL REFERENCES entry,
    PRIMARY KEY (shield_id, entry_id)
) STRICT, WITHOUT ROWID;
-- From when on their notices are barred. A table, not a view: send asks at each claim.
CREATE TABLE person_shielded (
    person_id INTEGER NOT NULL REFERENCES person,
    source_id INTEGER NOT NULL REFERENCES source,
    set_id    INTEGER NOT NULL,             -- the newest compose set then, of either mode; 0: none
    PRIMARY KEY (person_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE head_start_lifted (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    mode        TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    release_id  INTEGER NOT NULL REFERENCES release, -- what began with this release or an earlier one
    said_sealed BLOB NOT NULL               -- who and why
) STRICT;

------------------------------------------------------------------------------------------------------------------------

-- What counts, by what it is for: 'people', 'breach', 'presume', 'shield'.
DROP VIEW source_now;
CREATE VIEW source_now AS
SELECT id, run_id, coalesce(purpose, kind) AS kind, as_of, digest, rows, accepted, rejected, people, known_before,
       protected, about_sealed
FROM source WHERE id NOT IN (SELECT source_id FROM source_withdrawn);

-- A presumption stands until a leaked file comes after it.
CREATE VIEW presume_now AS
SELECT * FROM source_now p WHERE p.kind = 'presume'
AND NOT EXISTS (SELECT 1 FROM source_now b WHERE b.kind = 'breach' AND b.run_id > p.run_id);

-- Who is meant by a row that counts, by the lists that count: nobody (NULL), one, or several who share the identifier.
CREATE VIEW shield_now AS
SELECT DISTINCT s.id AS shield_id, o.run_id, s.said_sealed, e.person_id
FROM source_now o JOIN shield s ON s.source_id = o.id
LEFT JOIN (shield_entry x JOIN entry e ON e.id = x.entry_id AND e.source_id NOT IN (SELECT source_id FROM source_withdrawn))
       ON x.shield_id = s.id
WHERE o.kind = 'shield';

-- As before, and: whoever was shielded since.
DROP VIEW notice_void;
CREATE VIEW notice_void AS
SELECT n.id AS notice_id FROM notice n JOIN person_decision d ON d.person_id = n.person_id
WHERE d.bars = 1 AND n.set_id <= d.set_id
UNION
SELECT n.id FROM person_reopened p CROSS JOIN notice n ON n.person_id = p.person_id WHERE n.set_id <= p.set_id
UNION
SELECT n.id FROM person_shielded p CROSS JOIN notice n ON n.person_id = p.person_id WHERE n.set_id <= p.set_id;

DROP VIEW notice_barred;
CREATE VIEW notice_barred AS
SELECT n.id AS notice_id FROM notice n
WHERE EXISTS (SELECT 1 FROM person_decision d WHERE d.person_id = n.person_id AND d.bars = 1 AND n.set_id <= d.set_id)
OR EXISTS (SELECT 1 FROM person_reopened p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR EXISTS (SELECT 1 FROM person_shielded p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR NOT EXISTS (SELECT 1 FROM assignment_now g WHERE g.person_id = n.person_id
               AND ((g.route = 'mail' AND NOT n.cover) OR (g.cover AND n.cover)));

-- Who was told, by mail or in person, and is not affected any more, as far as is known now.
CREATE VIEW correction_due AS
SELECT t.mode, t.person_id, max(t.at) AS told_at FROM
    (SELECT s.mode, n.person_id, a.at FROM attempt_last a JOIN notice n ON n.id = a.notice_id
     JOIN compose_set s ON s.id = n.set_id WHERE a.verdict IN ('accepted', 'in_doubt', 'claimed')
     UNION ALL
     SELECT k.mode, k.person_id, k.tried_at FROM task_now k WHERE k.state = 'done' AND k.after_id IS NULL) t
WHERE t.person_id NOT IN (SELECT person_id FROM assignment_now) GROUP BY 1, 2;

CREATE TRIGGER shield_no_update BEFORE UPDATE ON shield BEGIN SELECT RAISE(ABORT, 'shield is append-only'); END;
CREATE TRIGGER shield_no_delete BEFORE DELETE ON shield BEGIN SELECT RAISE(ABORT, 'shield is append-only'); END;
CREATE TRIGGER shield_entry_no_update BEFORE UPDATE ON shield_entry BEGIN SELECT RAISE(ABORT, 'shield_entry is append-only'); END;
CREATE TRIGGER shield_entry_no_delete BEFORE DELETE ON shield_entry BEGIN SELECT RAISE(ABORT, 'shield_entry is append-only'); END;
CREATE TRIGGER person_shielded_no_update BEFORE UPDATE ON person_shielded BEGIN SELECT RAISE(ABORT, 'person_shielded is append-only'); END;
CREATE TRIGGER person_shielded_no_delete BEFORE DELETE ON person_shielded BEGIN SELECT RAISE(ABORT, 'person_shielded is append-only'); END;
CREATE TRIGGER head_start_lifted_no_update BEFORE UPDATE ON head_start_lifted BEGIN SELECT RAISE(ABORT, 'head_start_lifted is append-only'); END;
CREATE TRIGGER head_start_lifted_no_delete BEFORE DELETE ON head_start_lifted BEGIN SELECT RAISE(ABORT, 'head_start_lifted is append-only'); END;
