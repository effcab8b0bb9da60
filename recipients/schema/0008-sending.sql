-- SPDX-License-Identifier: MIT
-- HOW A NOTICE MOVES, from the release to an outcome. A state is what rows there are; nothing is ever overwritten. (Views:
-- attempt_last and notice_state, whose newest form stands in 0009; notice_barred, in 0010.)
--
--   state       rows                                          who moves it on
--
--   planned     notice, plan; in no valid release             approve: puts it into a release
--   released    + release_item; nobody of that release has    send: claims it
--               an attempt
--   claimed     + attempt, no outcome                         send: writes the outcome. Its sender is dead: the next send,
--                                                             by the flight journal (flight.h), as below
--   pending     as released, and others of it have attempts   send: claims it
--   pending     + outcome 'not_sent': the final dot did       send: claims it again, in the same run or the next
--               not go out, or the relay refused us and
--               not the person; or in_doubt, to be sent again
--   deferred    + outcome 'deferred': 4xx about this mail     send: claims it again when its time has come (retry.h), or
--               or person                                     gives it up: given_up, and the person is told by a human
--   accepted    + outcome 'accepted': 2xx to the final dot    letters that come back, never send
--   refused     + outcome 'refused': 5xx about this mail or   a human: a new release tries it again, or another way
--               person
--   in_doubt    + outcome 'in_doubt': the final dot went      a human: decision 'resolve', as accepted, resend or leave
--               out, no complete answer came                  (send --resolve); or a letter that comes back: it was taken;
--                                                             or send, where the policy says resend
--   barred      any but accepted: a decision, a withdrawn     nobody: what these bar stays so. What is to be told all the
--               file, a shield or given_up came after it,     same is a new notice, or a task. (A route that group has
--               or group has found another route              changed bars while it is another.)
--
-- THE ORDER OF WRITES is the promise. A claim is durable before the first byte of MAIL: no mail is out that the book does
-- not know. An outcome is written after the last reply. Both go in groups, so a crash finds claims without an outcome.
-- Where on the way each of them was stands in the flight journal, which is mapped and shared: a store into it survives the
-- process, so after a kill only a mail whose final dot was on its way is in doubt, at most one a connection (more often
-- where relay.pipelining is full). It does not survive the machine: the journal names the boot, and after another boot each
-- claim without an outcome is in doubt.
--
-- WHY NOT NEVER. Between "the relay has it" and "we know that it has it" lies a reply that can be lost, and no protocol
-- closes that gap: whoever sends again may send twice, whoever does not may lose somebody. So such a mail is neither: it
-- is in doubt, it is counted, it is never sent again by itself (unless the policy says so, and the release shows that),
-- and when it is sent again it has the same Message-ID, by which mail systems see that it is the same.

-- A mail that the relay put off for too long (retry.h): it goes no more, the person is told by a human. `task_id` NULL:
-- they had a task already.
CREATE TABLE given_up (
    notice_id INTEGER PRIMARY KEY REFERENCES notice,
    run_id    INTEGER NOT NULL REFERENCES run,
    at        INTEGER NOT NULL,
    task_id   INTEGER REFERENCES task
) STRICT;

-- `send --test`: a mail about nobody, which counts for nothing.
CREATE TABLE test_mail (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run,
    at           INTEGER NOT NULL,
    level        TEXT NOT NULL,             -- whose words it has
    verdict      TEXT NOT NULL CHECK (verdict = 'accepted' OR verdict = 'refused' OR verdict = 'deferred' OR verdict = 'in_doubt' OR verdict = 'not_sent'),
    code         INTEGER NOT NULL,
    reply_sealed BLOB NOT NULL              -- to whom, and what the relay said
) STRICT;

-- Which relay took a mail, where there are several: by its place in incident.json, from 1.
CREATE TABLE outcome_relay (
    attempt_id INTEGER PRIMARY KEY REFERENCES outcome,
    relay      INTEGER NOT NULL
) STRICT;

-- As before, and: what was given up.
DROP VIEW notice_barred;
CREATE VIEW notice_barred AS
SELECT n.id AS notice_id FROM notice n
WHERE EXISTS (SELECT 1 FROM person_decision d WHERE d.person_id = n.person_id AND d.bars = 1 AND n.set_id <= d.set_id)
OR EXISTS (SELECT 1 FROM person_reopened p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR EXISTS (SELECT 1 FROM person_shielded p WHERE p.person_id = n.person_id AND n.set_id <= p.set_id)
OR EXISTS (SELECT 1 FROM given_up g WHERE g.notice_id = n.id)
OR NOT EXISTS (SELECT 1 FROM assignment_now g WHERE g.person_id = n.person_id
               AND ((g.route = 'mail' AND NOT n.cover) OR (g.cover AND n.cover)));

-- As before, and: a task in place of what was given up stands while the notice is the one of the newest plan.
DROP VIEW person_task;
DROP VIEW task_now;
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
       OR EXISTS (SELECT 1 FROM plan p JOIN given_up g ON g.notice_id = p.notice_id
                  WHERE p.set_id = c.id AND p.person_id = t.person_id AND g.task_id = t.id)
       OR (t.decision_id IS NOT NULL AND t.set_id = c.id) AS stands
FROM task t JOIN compose_set s ON s.id = t.set_id JOIN run r ON r.id = s.run_id JOIN compose_set_now c ON c.mode = s.mode;
CREATE VIEW person_task AS
SELECT mode, person_id, max(id) AS task_id, state FROM task_now
WHERE after_id IS NULL AND stands AND state <> 'dropped' GROUP BY mode, person_id;

CREATE TRIGGER given_up_no_update BEFORE UPDATE ON given_up BEGIN SELECT RAISE(ABORT, 'given_up is append-only'); END;
CREATE TRIGGER given_up_no_delete BEFORE DELETE ON given_up BEGIN SELECT RAISE(ABORT, 'given_up is append-only'); END;
CREATE TRIGGER test_mail_no_update BEFORE UPDATE ON test_mail BEGIN SELECT RAISE(ABORT, 'test_mail is append-only'); END;
CREATE TRIGGER test_mail_no_delete BEFORE DELETE ON test_mail BEGIN SELECT RAISE(ABORT, 'test_mail is append-only'); END;
CREATE TRIGGER outcome_relay_no_update BEFORE UPDATE ON outcome_relay BEGIN SELECT RAISE(ABORT, 'outcome_relay is append-only'); END;
CREATE TRIGGER outcome_relay_no_delete BEFORE DELETE ON outcome_relay BEGIN SELECT RAISE(ABORT, 'outcome_relay is append-only'); END;
