-- SPDX-License-Identifier: MIT
-- What is done by hand: decisions about one person, tasks and what came of them, letters on paper, notes.
--
-- NARROWING AND WIDENING. A decision that narrows (hold, another route than mail, a higher level) has `bars` = 1: no
-- notice of a compose set up to `set_id` goes to this person any more, for good. send looks at each claim, so this holds
-- at once, in a signed release too. A decision that widens has `bars` = 0 and frees nothing: group and compose make a new
-- notice, and that one needs a new release.
--
-- THE STATES OF A TASK, which its last event but "assign" says
--
--   open          none yet, or "reopen"    somebody is to do it by `due`
--   not_reached   "not-reached"            tried; to be tried again by the new due
--   done          "done"                   the person was told
--   dropped       "drop"                   nobody does it any more
--
-- The person's own task moves the person's state; one that follows another (`after_id`: a letter after a visit) does not.

CREATE TABLE person_decision (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    person_id   INTEGER NOT NULL REFERENCES person,
    choice      TEXT NOT NULL CHECK (choice = 'hold' OR choice = 'unhold' OR choice = 'route' OR choice = 'raise'
                                     OR choice = 'deceased' OR choice = 'address-unsafe'),
    value       TEXT,                       -- route: which one; raise: the level's name
    bars        INTEGER NOT NULL CHECK (bars = 0 OR bars = 1),
    set_id      INTEGER NOT NULL,           -- the newest compose set then, of either mode; 0: none
    review_by   TEXT,                       -- route restricted: YYYY-MM-DD
    said_sealed BLOB NOT NULL               -- who and why
) STRICT;
CREATE INDEX person_decision_person ON person_decision (person_id);

ALTER TABLE task ADD COLUMN kind TEXT NOT NULL DEFAULT 'visit'; -- visit, call, letter, liaison, next-of-kin
ALTER TABLE task ADD COLUMN opened_at INTEGER;                  -- NULL: with its compose set
ALTER TABLE task ADD COLUMN due INTEGER;                        -- NULL: a day later
ALTER TABLE task ADD COLUMN after_id INTEGER REFERENCES task;   -- the task that it follows
ALTER TABLE task ADD COLUMN decision_id INTEGER REFERENCES person_decision; -- opened by it, not by compose

CREATE TABLE task_event (
    id          INTEGER PRIMARY KEY,
    task_id     INTEGER NOT NULL REFERENCES task,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    what        TEXT NOT NULL CHECK (what = 'assign' OR what = 'done' OR what = 'not-reached' OR what = 'reopen'
                                     OR what = 'drop'),
    kind        TEXT,                       -- from now on a task of this kind
    due         INTEGER,                    -- from now on due then
    said_sealed BLOB NOT NULL               -- who, why, and to whom it was given
) STRICT;
CREATE INDEX task_event_task ON task_event (task_id);

-- The reference code of a letter on paper, from its first printing on.
CREATE TABLE task_letter (
    task_id     INTEGER PRIMARY KEY REFERENCES task,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    code_digest BLOB NOT NULL UNIQUE,       -- keyed
    code_sealed BLOB NOT NULL
) STRICT;

-- What must be documented. A note is never changed; "withdrawn" says that an older one was wrong.
CREATE TABLE note (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,           -- when it was written
    happened_at INTEGER NOT NULL,           -- when it was so
    kind        TEXT NOT NULL CHECK (kind = 'regulator-told' OR kind = 'decision' OR kind = 'delay' OR kind = 'measure'
                                     OR kind = 'withdrawn'),
    note_id     INTEGER REFERENCES note,    -- withdrawn: which
    text_sealed BLOB NOT NULL               -- who and what
) STRICT;

------------------------------------------------------------------------------------------------------------------------

CREATE VIEW person_held AS
SELECT person_id FROM person_decision WHERE choice = 'hold'
AND id IN (SELECT max(id) FROM person_decision WHERE choice = 'hold' OR choice = 'unhold' GROUP BY person_id);

-- Notices that will never go out: a decision came after them.
CREATE VIEW notice_void AS
SELECT n.id AS notice_id FROM notice n JOIN person_decision d ON d.person_id = n.person_id
WHERE d.bars = 1 AND n.set_id <= d.set_id;

-- Those, and whose person is not to be told by mail any more, as group has learnt since.
CREATE VIEW notice_barred AS
SELECT n.id AS notice_id FROM notice n
WHERE EXISTS (SELECT 1 FROM person_decision d WHERE d.person_id = n.person_id AND d.bars = 1 AND n.set_id <= d.set_id)
OR NOT EXISTS (SELECT 1 FROM assignment_now g WHERE g.person_id = n.person_id AND g.route = 'mail');

DROP VIEW notice_taken;
CREATE VIEW notice_taken AS
SELECT i.notice_id FROM release_item i JOIN release_valid r ON r.id = i.release_id
WHERE i.notice_id NOT IN (SELECT notice_id FROM notice_void)
UNION
SELECT notice_id FROM notice_out;

-- `stands`: it is in the newest plan of its mode, or a decision opened it since, or it follows another.
CREATE VIEW task_now AS
SELECT t.id, t.set_id, s.mode, t.person_id, t.level, t.level_order, t.reason, t.after_id, t.decision_id,
       coalesce(t.opened_at, r.started_at) AS opened_at,
       coalesce((SELECT e.kind FROM task_event e WHERE e.task_id = t.id AND e.kind IS NOT NULL ORDER BY e.id DESC LIMIT 1),
                t.kind) AS kind,
       coalesce((SELECT e.due FROM task_event e WHERE e.task_id = t.id AND e.due IS NOT NULL ORDER BY e.id DESC LIMIT 1),
                t.due, r.started_at + 86400000) AS due,
       CASE (SELECT e.what FROM task_event e WHERE e.task_id = t.id AND e.what <> 'assign' ORDER BY e.id DESC LIMIT 1)
            WHEN 'done' THEN 'done' WHEN 'not-reached' THEN 'not_reached' WHEN 'drop' THEN 'dropped' ELSE 'open'
            END AS state,
       (SELECT count(*) FROM task_event e WHERE e.task_id = t.id AND e.what IN ('done', 'not-reached')) AS attempts,
       (SELECT max(e.at) FROM task_event e WHERE e.task_id = t.id AND e.what IN ('done', 'not-reached')) AS tried_at,
       t.after_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM plan p WHERE p.set_id = c.id AND p.person_id = t.person_id AND p.task_id = t.id)
       OR (t.decision_id IS NOT NULL AND t.set_id = c.id) AS stands
FROM task t JOIN compose_set s ON s.id = t.set_id JOIN run r ON r.id = s.run_id JOIN compose_set_now c ON c.mode = s.mode;

-- The task by which a person is told, where there is one.
CREATE VIEW person_task AS
SELECT mode, person_id, max(id) AS task_id, state FROM task_now
WHERE after_id IS NULL AND stands AND state <> 'dropped' GROUP BY mode, person_id;

-- As before, and: told is told, whatever was decided since; then what a human decided, then what is planned.
DROP VIEW person_state;
CREATE VIEW person_state AS
SELECT m.mode, a.person_id, a.level, a.level_order,
       CASE WHEN t.state = 'done' THEN 'reached'
            WHEN t.task_id IS NULL AND s.state IN ('accepted', 'in_doubt', 'claimed') THEN s.state
            WHEN h.person_id IS NOT NULL THEN 'held'
            WHEN a.route IN ('restricted', 'none') THEN a.route
            WHEN t.state = 'not_reached' THEN 'not_reached'
            WHEN t.task_id IS NOT NULL THEN 'task'
            WHEN p.notice_id IN (SELECT notice_id FROM notice_void) AND (SELECT d.bars FROM person_decision d
                 WHERE d.person_id = a.person_id ORDER BY d.id DESC LIMIT 1) THEN 'held'
            WHEN p.notice_id IN (SELECT notice_id FROM notice_void) OR a.route = 'task' THEN 'open'
            WHEN p.notice_id IS NOT NULL THEN s.state
            ELSE 'open' END AS state,
       p.notice_id, s.attempt_id
FROM (SELECT 'rehearsal' AS mode UNION ALL SELECT 'live') m
CROSS JOIN assignment_now a
LEFT JOIN compose_set_now c ON c.mode = m.mode
LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id
LEFT JOIN notice_state s ON s.notice_id = p.notice_id
LEFT JOIN person_task t ON t.mode = m.mode AND t.person_id = a.person_id
LEFT JOIN person_held h ON h.person_id = a.person_id;

-- Notes that were not withdrawn; each counts in the mode in which it was written.
CREATE VIEW note_now AS
SELECT n.*, r.mode FROM note n JOIN run r ON r.id = n.run_id
WHERE n.kind <> 'withdrawn' AND n.id NOT IN (SELECT note_id FROM note WHERE note_id IS NOT NULL);

CREATE TRIGGER person_decision_no_update BEFORE UPDATE ON person_decision BEGIN SELECT RAISE(ABORT, 'person_decision is append-only'); END;
CREATE TRIGGER person_decision_no_delete BEFORE DELETE ON person_decision BEGIN SELECT RAISE(ABORT, 'person_decision is append-only'); END;
CREATE TRIGGER task_event_no_update BEFORE UPDATE ON task_event BEGIN SELECT RAISE(ABORT, 'task_event is append-only'); END;
CREATE TRIGGER task_event_no_delete BEFORE DELETE ON task_event BEGIN SELECT RAISE(ABORT, 'task_event is append-only'); END;
CREATE TRIGGER task_letter_no_update BEFORE UPDATE ON task_letter BEGIN SELECT RAISE(ABORT, 'task_letter is append-only'); END;
CREATE TRIGGER task_letter_no_delete BEFORE DELETE ON task_letter BEGIN SELECT RAISE(ABORT, 'task_letter is append-only'); END;
CREATE TRIGGER note_no_update BEFORE UPDATE ON note BEGIN SELECT RAISE(ABORT, 'note is append-only'); END;
CREATE TRIGGER note_no_delete BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'note is append-only'); END;
