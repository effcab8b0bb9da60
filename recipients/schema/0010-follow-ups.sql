-- SPDX-License-Identifier: MIT
-- WHAT FOLLOWS A NOTICE. A follow-up is a notice of its own: rows in notice, release_item, attempt and outcome like the
-- first, and one here that says what it follows. Which kinds there are, and who begins them:
--
--   reminder       remind, by the policy's schedule: whoever has not given the proof that their level demands
--   what-changed   a human (compose --what-changed): everyone who was told. A new round: the state of a person is that of
--                  their newest round, and the schedule begins anew with it
--   correction     a human (compose --correction): who was told, and is not in the leak
--   resend         a human (resend): who asks for theirs again. The same words to the same address, once
--
-- A follow-up counts while it is in a valid release, may be out, or belongs to the newest compose set, to wait there for a
-- release. What a newer set finds unreleased counts no more: remind, or the human, makes it anew.
--
-- ONCE. The writer has the lock, asks what is missing and writes it in one transaction; the unique index says it again.

-- What a human began. The same words are the same round: begun again, it only adds whom it missed.
CREATE TABLE round (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    mode        TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    kind        TEXT NOT NULL CHECK (kind = 'what-changed' OR kind = 'correction' OR kind = 'resend'),
    words       BLOB NOT NULL,              -- keyed digest of what is said in it
    said_sealed BLOB NOT NULL               -- who and why
) STRICT;
CREATE TABLE follow_up (
    notice_id INTEGER PRIMARY KEY REFERENCES notice,
    kind      TEXT NOT NULL CHECK (kind = 'reminder' OR kind = 'what-changed' OR kind = 'correction' OR kind = 'resend'),
    after_id  INTEGER NOT NULL REFERENCES notice, -- the one that it follows
    step      INTEGER NOT NULL,             -- reminder: its place in the schedule, from 1; else 0
    set_id    INTEGER NOT NULL REFERENCES compose_set,
    round_id  INTEGER REFERENCES round,     -- all but reminders
    at        INTEGER NOT NULL,
    UNIQUE (after_id, kind, step, set_id)
) STRICT;
CREATE INDEX follow_up_after ON follow_up (after_id);
-- A follow-up that was not out yet when the proof came, or the person was told in another way.
CREATE TABLE follow_up_over (
    notice_id INTEGER PRIMARY KEY REFERENCES follow_up,
    run_id    INTEGER NOT NULL REFERENCES run,
    at        INTEGER NOT NULL
) STRICT;

-- Silence, or a bounce, that a human is to follow. Once a notice of a round. `task_id` NULL: they had a task already.
CREATE TABLE escalation (
    notice_id INTEGER PRIMARY KEY REFERENCES notice,
    run_id    INTEGER NOT NULL REFERENCES run,
    at        INTEGER NOT NULL,
    why       TEXT NOT NULL CHECK (why = 'silence' OR why = 'bounced'),
    task_id   INTEGER REFERENCES task
) STRICT;
CREATE INDEX escalation_task ON escalation (task_id);
-- 1: it is not how the person is told, and does not move their state (somebody gave a new address).
ALTER TABLE task ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;

-- By which release a timer was allowed to make this one (standing.h).
CREATE TABLE release_standing (
    release_id INTEGER PRIMARY KEY REFERENCES release,
    covered_by INTEGER NOT NULL REFERENCES release
) STRICT;

------------------------------------------------------------------------------------------------------------------------

CREATE VIEW follow_up_now AS
SELECT u.*, s.mode, n.person_id FROM follow_up u JOIN compose_set s ON s.id = u.set_id JOIN notice n ON n.id = u.notice_id
WHERE EXISTS (SELECT 1 FROM release_item i JOIN release_valid r ON r.id = i.release_id WHERE i.notice_id = u.notice_id)
OR EXISTS (SELECT 1 FROM attempt a LEFT JOIN outcome o ON o.attempt_id = a.id WHERE a.notice_id = u.notice_id
           AND coalesce(o.verdict, 'claimed') IN ('accepted', 'in_doubt', 'claimed'))
OR u.set_id = (SELECT max(c.id) FROM compose_set c WHERE c.mode = s.mode);
CREATE INDEX attempt_notice ON attempt (notice_id);

-- What a human told everybody since: the newest such notice of a person. (max() picks the row.)
CREATE VIEW round_newest AS
SELECT mode, person_id, notice_id, max(round_id) AS round_id FROM follow_up_now WHERE kind = 'what-changed'
AND notice_id NOT IN (SELECT notice_id FROM follow_up_over) GROUP BY mode, person_id;

-- The notice with which a person's newest round begins. `task_id`: they are told by a human as well.
CREATE VIEW round_first AS
SELECT c.mode, p.person_id, coalesce(w.notice_id, p.notice_id) AS notice_id, coalesce(w.round_id, 0) AS round_id, p.task_id
FROM compose_set_now c JOIN plan p ON p.set_id = c.id
LEFT JOIN round_newest w ON w.mode = c.mode AND w.person_id = p.person_id
WHERE p.notice_id IS NOT NULL;

-- The first of a round, its reminders, and what was asked for again are one to their person.
DROP VIEW notice_round;
CREATE VIEW notice_round AS
SELECT n.id AS notice_id, coalesce((SELECT u.after_id FROM follow_up u WHERE u.notice_id = n.id
       AND (u.kind = 'reminder' OR u.kind = 'resend')), n.id) AS first_id FROM notice n;

-- Told, and corrected since.
CREATE VIEW notice_corrected AS
SELECT n.id AS notice_id FROM follow_up u JOIN notice c ON c.id = u.notice_id
JOIN attempt b ON b.notice_id = c.id LEFT JOIN outcome o ON o.attempt_id = b.id
JOIN notice n ON n.person_id = c.person_id AND n.id <> c.id JOIN attempt a ON a.notice_id = n.id AND a.id < b.id
WHERE u.kind = 'correction' AND coalesce(o.verdict, 'claimed') IN ('accepted', 'in_doubt', 'claimed');

-- As before, but: a release by a timer is as good as the one that covers it.
DROP VIEW release_valid;
CREATE VIEW release_valid AS
SELECT * FROM release WHERE id NOT IN (SELECT release_id FROM release_withdrawn)
AND id NOT IN (SELECT s.release_id FROM release_standing s JOIN release_withdrawn w ON w.release_id = s.covered_by);

-- As before, and: follow-ups that nobody needs any more.
DROP VIEW notice_void;
CREATE VIEW notice_void AS
SELECT n.id AS notice_id FROM notice n JOIN person_decision d ON d.person_id = n.person_id
WHERE d.bars = 1 AND n.set_id <= d.set_id
UNION
SELECT n.id FROM person_reopened p CROSS JOIN notice n ON n.person_id = p.person_id WHERE n.set_id <= p.set_id
UNION
SELECT n.id FROM person_shielded p CROSS JOIN notice n ON n.person_id = p.person_id WHERE n.set_id <= p.set_id
UNION
SELECT notice_id FROM follow_up_over;

DROP VIEW notice_barred;
CREATE VIEW notice_barred AS
SELECT n.id AS notice_id FROM notice n
WHERE EXISTS (SELECT 1 FROM person_decision d WHERE d.person_id = n.person_id AND d.bars = 1 AND n.set_id <= d.set_id)
OR EXISTS (SELECT 1 FROM person_reopened p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR EXISTS (SELECT 1 FROM person_shielded p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR EXISTS (SELECT 1 FROM given_up g WHERE g.notice_id = n.id)
OR EXISTS (SELECT 1 FROM follow_up_over o WHERE o.notice_id = n.id)
OR CASE WHEN EXISTS (SELECT 1 FROM follow_up u WHERE u.notice_id = n.id AND u.kind = 'correction')
        THEN EXISTS (SELECT 1 FROM assignment_now g WHERE g.person_id = n.person_id)
        ELSE NOT EXISTS (SELECT 1 FROM assignment_now g WHERE g.person_id = n.person_id
                         AND ((g.route = 'mail' AND NOT n.cover) OR (g.cover AND n.cover))) END;

-- As before, and: whoever was corrected is owed nothing more.
DROP VIEW correction_due;
CREATE VIEW correction_due AS
SELECT t.mode, t.person_id, max(t.at) AS told_at FROM
    (SELECT s.mode, n.person_id, a.at FROM attempt_last a JOIN notice n ON n.id = a.notice_id
     JOIN compose_set s ON s.id = n.set_id WHERE a.verdict IN ('accepted', 'in_doubt', 'claimed')
     AND n.id NOT IN (SELECT notice_id FROM notice_corrected)
     AND n.id NOT IN (SELECT notice_id FROM follow_up WHERE kind = 'correction')
     UNION ALL
     SELECT k.mode, k.person_id, k.tried_at FROM task_now k WHERE k.state = 'done' AND k.after_id IS NULL AND NOT k.beside
     AND NOT EXISTS (SELECT 1 FROM task_now c WHERE c.after_id = k.id AND c.reason = 'correction' AND c.state = 'done')) t
WHERE t.person_id NOT IN (SELECT person_id FROM assignment_now) GROUP BY 1, 2;

-- As before, and: what silence or a bounce opened stands while the person is told by mail; what stands beside always does.
DROP VIEW person_task;
DROP VIEW task_now;
CREATE VIEW task_now AS
SELECT t.id, t.set_id, s.mode, t.person_id, t.level, t.level_order, t.reason, t.after_id, t.decision_id, t.beside,
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
       t.after_id IS NOT NULL OR t.beside
       OR EXISTS (SELECT 1 FROM plan p WHERE p.set_id = c.id AND p.person_id = t.person_id AND p.task_id = t.id)
       OR EXISTS (SELECT 1 FROM plan p JOIN given_up g ON g.notice_id = p.notice_id
                  WHERE p.set_id = c.id AND p.person_id = t.person_id AND g.task_id = t.id)
       OR EXISTS (SELECT 1 FROM escalation e JOIN plan p ON p.set_id = c.id AND p.person_id = t.person_id
                  WHERE e.task_id = t.id AND p.notice_id IS NOT NULL AND p.task_id IS NULL)
       OR (t.decision_id IS NOT NULL AND t.set_id = c.id) AS stands
FROM task t JOIN compose_set s ON s.id = t.set_id JOIN run r ON r.id = s.run_id JOIN compose_set_now c ON c.mode = s.mode;
CREATE VIEW person_task AS
SELECT mode, person_id, max(id) AS task_id, state FROM task_now
WHERE after_id IS NULL AND NOT beside AND stands AND state <> 'dropped' GROUP BY mode, person_id;

-- As before, but: of the newest round.
DROP VIEW person_state;
CREATE VIEW person_state AS
SELECT m.mode, a.person_id, a.level, a.level_order,
       CASE WHEN t.state = 'done' THEN 'reached'
            WHEN s.state = 'acknowledged' AND NOT s.cover THEN s.state
            WHEN t.task_id IS NULL AND s.state IN ('accepted', 'relayed', 'delivered', 'bounced', 'acknowledged', 'in_doubt',
                 'claimed') THEN s.state
            WHEN h.person_id IS NOT NULL THEN 'held'
            WHEN a.route IN ('restricted', 'none') THEN a.route
            WHEN t.state = 'not_reached' THEN 'not_reached'
            WHEN t.task_id IS NOT NULL THEN 'task'
            WHEN p.notice_id IN (SELECT notice_id FROM notice_void) AND (SELECT d.bars FROM person_decision d
                 WHERE d.person_id = a.person_id ORDER BY d.id DESC LIMIT 1) THEN 'held'
            WHEN p.notice_id IN (SELECT notice_id FROM notice_void) OR a.route = 'task' THEN 'open'
            WHEN p.notice_id IS NOT NULL THEN s.state
            ELSE 'open' END AS state,
       coalesce(w.notice_id, p.notice_id) AS notice_id, s.attempt_id
FROM (SELECT 'rehearsal' AS mode UNION ALL SELECT 'live') m
CROSS JOIN assignment_now a
LEFT JOIN compose_set_now c ON c.mode = m.mode
LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id
LEFT JOIN round_newest w ON w.mode = m.mode AND w.person_id = a.person_id
LEFT JOIN notice_state s ON s.notice_id = coalesce(w.notice_id, p.notice_id)
LEFT JOIN person_task t ON t.mode = m.mode AND t.person_id = a.person_id
LEFT JOIN person_held h ON h.person_id = a.person_id;

-- As before, but: of the newest round, and of all its notices: a reminder that was accepted counts for a first one that is
-- in doubt or was refused.
DROP VIEW person_proof;
CREATE VIEW person_proof AS
SELECT r.mode, r.person_id, s.level, s.level_order, s.notice_id, s.state, s.attempt_id, s.sent_at,
       CASE WHEN s.state IN ('acknowledged', 'delivered', 'accepted') THEN s.state
            WHEN s.state = 'relayed' THEN 'accepted'
            WHEN s.state NOT IN ('in_doubt', 'refused', 'claimed') OR o.first_id IS NULL OR s.bounced_at IS NOT NULL THEN 'none'
            WHEN s.acknowledged_at IS NOT NULL THEN 'acknowledged'
            WHEN s.delivered_at IS NOT NULL THEN 'delivered'
            ELSE 'accepted' END AS proof,
       s.acknowledged_at, s.delivered_at, s.relayed_at, s.bounced_at, s.hard, s.delayed_at, s.read_at, s.away_at,
       s.away_until, s.expanded, s.complaint, s.challenge, s.question, s.worried, s.conflict, s.conflict_open
FROM round_first r JOIN notice_state s ON s.notice_id = r.notice_id AND NOT s.cover
LEFT JOIN (SELECT u.after_id AS first_id FROM follow_up u JOIN attempt_last l ON l.notice_id = u.notice_id
           WHERE l.verdict = 'accepted' AND (u.kind = 'reminder' OR u.kind = 'resend') GROUP BY u.after_id) o
       ON o.first_id = s.notice_id;

CREATE TRIGGER round_no_update BEFORE UPDATE ON round BEGIN SELECT RAISE(ABORT, 'round is append-only'); END;
CREATE TRIGGER round_no_delete BEFORE DELETE ON round BEGIN SELECT RAISE(ABORT, 'round is append-only'); END;
CREATE TRIGGER follow_up_no_update BEFORE UPDATE ON follow_up BEGIN SELECT RAISE(ABORT, 'follow_up is append-only'); END;
CREATE TRIGGER follow_up_no_delete BEFORE DELETE ON follow_up BEGIN SELECT RAISE(ABORT, 'follow_up is append-only'); END;
CREATE TRIGGER follow_up_over_no_update BEFORE UPDATE ON follow_up_over BEGIN SELECT RAISE(ABORT, 'follow_up_over is append-only'); END;
CREATE TRIGGER follow_up_over_no_delete BEFORE DELETE ON follow_up_over BEGIN SELECT RAISE(ABORT, 'follow_up_over is append-only'); END;
CREATE TRIGGER escalation_no_update BEFORE UPDATE ON escalation BEGIN SELECT RAISE(ABORT, 'escalation is append-only'); END;
CREATE TRIGGER escalation_no_delete BEFORE DELETE ON escalation BEGIN SELECT RAISE(ABORT, 'escalation is append-only'); END;
CREATE TRIGGER release_standing_no_update BEFORE UPDATE ON release_standing BEGIN SELECT RAISE(ABORT, 'release_standing is append-only'); END;
CREATE TRIGGER release_standing_no_delete BEFORE DELETE ON release_standing BEGIN SELECT RAISE(ABORT, 'release_standing is append-only'); END;
