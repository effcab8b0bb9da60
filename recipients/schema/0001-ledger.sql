-- SPDX-License-Identifier: MIT
-- The ledger: what happened, in the order in which it happened. Rows are added and never changed: every table
-- refuses UPDATE, and all but `message` and `stencil` refuse DELETE. State is read off which rows exist (the views at the end), as in qmail's queue.
--
-- THE STATES OF A NOTICE, and who moves it on (+ a row exists, - none, . either). In full, and as they are now: 0008, 0009.
--
--   state      notice message release_item attempt outcome   next, and by whom
--   planned      +      +         -           -       -      approve adds it to a release
--   released     +      +         +           -       -      send claims it
--   claimed      +      +         +           +       -      send hands it over. A claim whose sender died is looked up in
--                                                            the flight journal: "in_doubt" or "not_sent" is then written
--   accepted     +      .         +           +       +      the relay took responsibility (2xx to the final dot)
--   refused      +      .         +           +       +      5xx about this recipient or mail: needs a person
--   deferred     +      +         +           +       +      4xx: a later send tries again (a new attempt)
--   not_sent     +      +         +           +       +      nothing was handed over: a later send tries again
--   in_doubt     +      +         +           +       +      the final dot went out and no answer came: a person settles it
--                                                            (decision "resolve"): resend, accepted or leave
--
-- The claim is committed before the first byte of MAIL, the outcome after the last reply. Between the two lies the only
-- window in which a mail can be out without the book knowing, and no program can close it (RFC 5321, 4.2.5: the server
-- may have taken the mail although its answer never came). So it is bounded, and shown.
--
-- WHAT IS SEALED. Every personal value stands in a column whose name ends in _sealed (vault.h), bound to table, column
-- and the row's id. Row ids of people and records are random, never the order of a file: a copied ledger beside a staff
-- list tells nothing. Times are milliseconds since 1970, UTC. Digests of personal values are keyed.
--
-- Checks spell their lists out with OR: SQLite would build a table in memory for an IN list, once for each row written.
--
-- THE CURRENT SETS. match, group and compose write complete sets; the newest set is the current one. What an older set
-- said stays readable.

-- One row: which ledger this is. `check_sealed` opens only with the right key.
CREATE TABLE ledger (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    name         TEXT NOT NULL,             -- 32 hex digits, random: names the key file
    created_at   INTEGER NOT NULL,
    tool         TEXT NOT NULL,             -- the version that made it
    check_sealed BLOB NOT NULL
) STRICT;

-- A verb that wrote, or could have. Its end is a row of its own; a run without an end died.
CREATE TABLE run (
    id              INTEGER PRIMARY KEY,
    verb            TEXT NOT NULL,
    mode            TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    started_at      INTEGER NOT NULL,
    operator_sealed BLOB NOT NULL
) STRICT;
CREATE TABLE run_end (
    run_id    INTEGER PRIMARY KEY REFERENCES run,
    ended_at  INTEGER NOT NULL,
    exit_code INTEGER NOT NULL
) STRICT;

------------------------------------------------------------------------------------------------------------------------
-- WHO: files, people, records

-- A file that was read. The same bytes are read once (digest).
CREATE TABLE source (
    id           INTEGER PRIMARY KEY,       -- random
    run_id       INTEGER NOT NULL REFERENCES run,
    kind         TEXT NOT NULL CHECK (kind = 'people' OR kind = 'breach'),
    as_of        TEXT,                      -- YYYY-MM-DD: the day that a people list shows
    digest       BLOB NOT NULL,             -- keyed, over the file's bytes
    rows         INTEGER NOT NULL,
    accepted     INTEGER NOT NULL,
    rejected     INTEGER NOT NULL,
    people       INTEGER NOT NULL,          -- people list: how many different people
    known_before INTEGER NOT NULL,          -- of them, how many an earlier list had
    protected    INTEGER NOT NULL,          -- of them, how many the policy tells in person or withholds
    about_sealed BLOB NOT NULL,             -- file name, columns, what was not recognised
    UNIQUE (kind, digest)
) STRICT;

-- One human. What lists say of them stands in entries: one for each row of each list in which they occur (a second
-- post, a later list).
CREATE TABLE person (
    id        INTEGER PRIMARY KEY,          -- random
    source_id INTEGER NOT NULL REFERENCES source
) STRICT;
CREATE TABLE entry (
    id            INTEGER PRIMARY KEY,      -- random
    person_id     INTEGER NOT NULL REFERENCES person,
    source_id     INTEGER NOT NULL REFERENCES source,
    fields_sealed BLOB NOT NULL             -- the row (text.h), with its row number
) STRICT;

-- A leaked row.
CREATE TABLE record (
    id            INTEGER PRIMARY KEY,      -- random
    source_id     INTEGER NOT NULL REFERENCES source,
    fields_sealed BLOB NOT NULL
) STRICT;

-- A row that could not be read: which, and why. Never the value.
CREATE TABLE reject (
    id            INTEGER PRIMARY KEY,      -- random
    source_id     INTEGER NOT NULL REFERENCES source,
    reason_sealed BLOB NOT NULL
) STRICT;

-- What a human decided, for good. `said_sealed`: who, why, and whatever was typed.
CREATE TABLE decision (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind = 'accept' OR kind = 'row' OR kind = 'resolve'),
    about       TEXT,                       -- accept: the key of the open decision
    record_id   INTEGER REFERENCES record,  -- row: which leaked row
    person_id   INTEGER REFERENCES person,  -- row, choice person: who it is
    attempt_id  INTEGER REFERENCES attempt, -- resolve: which hand-over
    choice      TEXT NOT NULL,
    said_sealed BLOB NOT NULL
) STRICT;

-- Who each record is. One set covers every record; `inputs` is a digest over what it rests on.
CREATE TABLE match_set (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    inputs BLOB NOT NULL
) STRICT;
CREATE TABLE match (
    set_id    INTEGER NOT NULL REFERENCES match_set,
    record_id INTEGER NOT NULL REFERENCES record,
    outcome   TEXT NOT NULL CHECK (outcome = 'matched' OR outcome = 'ambiguous' OR outcome = 'possible' OR outcome = 'unmatched'),
    reason    TEXT NOT NULL,                -- a word of the program, never a value
    PRIMARY KEY (set_id, record_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE candidate (
    set_id      INTEGER NOT NULL REFERENCES match_set,
    record_id   INTEGER NOT NULL REFERENCES record,
    person_id   INTEGER NOT NULL REFERENCES person,
    probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
    PRIMARY KEY (set_id, record_id, person_id)
) STRICT, WITHOUT ROWID;

-- That a person is in the leak at all, over all records. `tellable` leaves out records in conflict: on these nobody is
-- told before a human has decided.
CREATE TABLE presence (
    set_id      INTEGER NOT NULL REFERENCES match_set,
    person_id   INTEGER NOT NULL REFERENCES person,
    probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
    tellable    REAL NOT NULL CHECK (tellable BETWEEN 0 AND 1),
    PRIMARY KEY (set_id, person_id)
) STRICT, WITHOUT ROWID;

-- How much each affected person is at risk, and by which route they are told.
CREATE TABLE group_set (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    inputs BLOB NOT NULL
) STRICT;
CREATE TABLE assignment (
    id           INTEGER PRIMARY KEY,       -- random
    set_id       INTEGER NOT NULL REFERENCES group_set,
    person_id    INTEGER NOT NULL REFERENCES person,
    level        TEXT NOT NULL,
    level_order  INTEGER NOT NULL,          -- 0 is the highest
    route        TEXT NOT NULL CHECK (route = 'mail' OR route = 'task' OR route = 'restricted' OR route = 'none'),
    route_reason TEXT NOT NULL,             -- 'level', or why a mail level became a task: 'no-address' ...
    certain      INTEGER NOT NULL CHECK (certain = 0 OR certain = 1), -- told "you are", or "you may be"
    why_sealed   BLOB NOT NULL,             -- the rules that fired, all levels, the kinds of data, the address
    UNIQUE (set_id, person_id)
) STRICT;
-- A question about list or policy that only a human can answer, found by the newest group; answered by a decision
-- of kind 'accept' with the same key, or by mending the cause.
CREATE TABLE question (
    id          INTEGER PRIMARY KEY,        -- random
    set_id      INTEGER NOT NULL REFERENCES group_set,
    key         TEXT NOT NULL,
    text_sealed BLOB NOT NULL,
    UNIQUE (set_id, key)
) STRICT;

------------------------------------------------------------------------------------------------------------------------
-- WHAT and HOW: notices, tasks, releases, hand-overs

CREATE TABLE compose_set (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run,
    group_set_id INTEGER NOT NULL REFERENCES group_set,
    mode         TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    inputs       BLOB NOT NULL
) STRICT;
CREATE TABLE notice (
    id               INTEGER PRIMARY KEY,   -- random
    set_id           INTEGER NOT NULL REFERENCES compose_set,
    person_id        INTEGER NOT NULL REFERENCES person,
    level            TEXT NOT NULL,
    level_order      INTEGER NOT NULL,
    kind             TEXT NOT NULL CHECK (kind = 'notice'),
    message_sha256   BLOB NOT NULL,         -- of the exact bytes; they hold 128 random bits, so it cannot be guessed
    recipient_digest BLOB NOT NULL,         -- keyed
    code_digest      BLOB NOT NULL UNIQUE,  -- keyed: finds a notice by its reference code
    token_digest     BLOB NOT NULL UNIQUE,  -- keyed: finds it by its Message-ID
    facts_sealed     BLOB NOT NULL          -- address, code, Message-ID
) STRICT;
-- The exact bytes. Messages of one kind differ in a few lines, so what they have in common is kept once (stencil) and each
-- message as its difference to it; message_sha256 proves that the bytes come out as they went in. The only tables with
-- DELETE: bodies go when nobody needs them any more, digests stay.
CREATE TABLE stencil (
    id           INTEGER PRIMARY KEY,
    set_id       INTEGER NOT NULL REFERENCES compose_set,
    bytes_sealed BLOB NOT NULL
) STRICT;
CREATE TABLE message (
    notice_id    INTEGER PRIMARY KEY REFERENCES notice,
    stencil_id   INTEGER NOT NULL,          -- no reference: both go together, and checking each would cost a search
    bytes_sealed BLOB NOT NULL
) STRICT;
CREATE TABLE task (
    id          INTEGER PRIMARY KEY,        -- small and readable: a human names it on the telephone
    set_id      INTEGER NOT NULL REFERENCES compose_set,
    person_id   INTEGER NOT NULL REFERENCES person,
    level       TEXT NOT NULL,
    level_order INTEGER NOT NULL,
    reason      TEXT NOT NULL
) STRICT;
-- What a compose set holds for each person of its group set: a notice, a task, or neither.
CREATE TABLE plan (
    set_id    INTEGER NOT NULL REFERENCES compose_set,
    person_id INTEGER NOT NULL REFERENCES person,
    notice_id INTEGER REFERENCES notice,
    task_id   INTEGER REFERENCES task,
    PRIMARY KEY (set_id, person_id)
) STRICT, WITHOUT ROWID;

-- What may be sent: `digest` is over the manifest, and the manifest holds a digest over the items.
CREATE TABLE release (
    id             INTEGER PRIMARY KEY,
    run_id         INTEGER NOT NULL REFERENCES run,
    compose_set_id INTEGER NOT NULL REFERENCES compose_set,
    mode           TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    at             INTEGER NOT NULL,
    digest         TEXT NOT NULL UNIQUE,    -- SHA-256, hex
    manifest       TEXT NOT NULL            -- readable, without people
) STRICT;
CREATE TABLE release_item (
    release_id INTEGER NOT NULL REFERENCES release,
    position   INTEGER NOT NULL,            -- from 1; levels in order, random within a level
    notice_id  INTEGER NOT NULL REFERENCES notice,
    PRIMARY KEY (release_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE release_withdrawn (
    release_id INTEGER PRIMARY KEY REFERENCES release,
    run_id     INTEGER NOT NULL REFERENCES run,
    at         INTEGER NOT NULL
) STRICT;

-- A claim: from here on the mail may be out.
CREATE TABLE attempt (
    id         INTEGER PRIMARY KEY,
    run_id     INTEGER NOT NULL REFERENCES run,
    release_id INTEGER NOT NULL REFERENCES release,
    position   INTEGER NOT NULL,
    notice_id  INTEGER NOT NULL REFERENCES notice,
    at         INTEGER NOT NULL
) STRICT;
-- What became of it.
CREATE TABLE outcome (
    attempt_id   INTEGER PRIMARY KEY REFERENCES attempt,
    run_id       INTEGER NOT NULL REFERENCES run,
    at           INTEGER NOT NULL,
    verdict      TEXT NOT NULL CHECK (verdict = 'accepted' OR verdict = 'refused' OR verdict = 'deferred' OR verdict = 'in_doubt' OR verdict = 'not_sent'),
    code         INTEGER NOT NULL,          -- SMTP reply code, 0 if none
    enhanced     TEXT NOT NULL,             -- RFC 3463, "" if none
    reply_sealed BLOB NOT NULL              -- the relay's words and its queue id: they may hold the address
) STRICT;

CREATE INDEX entry_person ON entry (person_id);
CREATE INDEX notice_person ON notice (person_id);
CREATE INDEX task_person ON task (person_id);
CREATE INDEX release_item_notice ON release_item (notice_id);

------------------------------------------------------------------------------------------------------------------------
-- The current sets and the states

CREATE VIEW match_now AS
SELECT * FROM match WHERE set_id = (SELECT max(id) FROM match_set);

CREATE VIEW candidate_now AS
SELECT * FROM candidate WHERE set_id = (SELECT max(id) FROM match_set);

CREATE VIEW presence_now AS
SELECT * FROM presence WHERE set_id = (SELECT max(id) FROM match_set);

CREATE VIEW assignment_now AS
SELECT * FROM assignment WHERE set_id = (SELECT max(id) FROM group_set);

CREATE VIEW question_now AS
SELECT q.*, EXISTS (SELECT 1 FROM decision d WHERE d.kind = 'accept' AND d.about = q.key) AS accepted
FROM question q WHERE q.set_id = (SELECT max(id) FROM group_set);

-- Per mode: a rehearsal's sets never count in live.
CREATE VIEW compose_set_now AS
SELECT mode, max(id) AS id FROM compose_set GROUP BY mode;

CREATE VIEW release_valid AS
SELECT * FROM release WHERE id NOT IN (SELECT release_id FROM release_withdrawn);

-- The last hand-over of each notice, and what a human said of it where it was in doubt.
CREATE VIEW attempt_last AS
SELECT a.id, a.run_id, a.release_id, a.position, a.notice_id, a.at,
       CASE WHEN o.verdict IS NULL OR o.verdict = 'in_doubt' THEN
            CASE (SELECT d.choice FROM decision d WHERE d.kind = 'resolve' AND d.attempt_id = a.id
                  ORDER BY d.id DESC LIMIT 1)
                 WHEN 'accepted' THEN 'accepted'
                 WHEN 'resend' THEN 'not_sent'
                 ELSE coalesce(o.verdict, 'claimed') END
            ELSE o.verdict END AS verdict
FROM attempt a LEFT JOIN outcome o ON o.attempt_id = a.id
WHERE a.id IN (SELECT max(id) FROM attempt GROUP BY notice_id);

-- Notices that may be out already.
CREATE VIEW notice_out AS
SELECT notice_id FROM attempt_last WHERE verdict IN ('accepted', 'in_doubt', 'claimed');

-- Those, and what is in a valid release: nobody composes or releases them again.
CREATE VIEW notice_taken AS
SELECT i.notice_id FROM release_item i JOIN release_valid r ON r.id = i.release_id
UNION
SELECT notice_id FROM notice_out;

-- 'claimed' is for the reader to settle: pending while its sender lives, else in doubt or not sent (the flight journal).
CREATE VIEW notice_state AS
SELECT n.id AS notice_id, n.person_id, n.level, n.level_order,
       CASE WHEN l.verdict = 'not_sent' THEN 'pending'
            WHEN l.verdict IS NOT NULL THEN l.verdict
            WHEN i.release_id IS NULL THEN 'planned'
            WHEN EXISTS (SELECT 1 FROM attempt b WHERE b.release_id = i.release_id) THEN 'pending'
            ELSE 'released' END AS state,
       l.id AS attempt_id
FROM notice n
LEFT JOIN (SELECT ri.notice_id, max(ri.release_id) AS release_id FROM release_item ri
           JOIN release_valid r ON r.id = ri.release_id GROUP BY ri.notice_id) i ON i.notice_id = n.id
LEFT JOIN attempt_last l ON l.notice_id = n.id;

-- Everyone who is affected, once per mode, in exactly one state. 'open': grouped, not composed yet.
CREATE VIEW person_state AS
SELECT m.mode, a.person_id, a.level, a.level_order,
       CASE WHEN a.route IN ('restricted', 'none') THEN a.route
            WHEN p.task_id IS NOT NULL THEN 'task'
            WHEN p.notice_id IS NOT NULL THEN s.state
            ELSE 'open' END AS state,
       p.notice_id, s.attempt_id
FROM (SELECT 'rehearsal' AS mode UNION ALL SELECT 'live') m
CROSS JOIN assignment_now a
LEFT JOIN compose_set_now c ON c.mode = m.mode
LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id
LEFT JOIN notice_state s ON s.notice_id = p.notice_id;

------------------------------------------------------------------------------------------------------------------------
-- History stays as it was written.
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER run_no_update BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'run is append-only'); END;
CREATE TRIGGER run_no_delete BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'run is append-only'); END;
CREATE TRIGGER run_end_no_update BEFORE UPDATE ON run_end BEGIN SELECT RAISE(ABORT, 'run_end is append-only'); END;
CREATE TRIGGER run_end_no_delete BEFORE DELETE ON run_end BEGIN SELECT RAISE(ABORT, 'run_end is append-only'); END;
CREATE TRIGGER source_no_update BEFORE UPDATE ON source BEGIN SELECT RAISE(ABORT, 'source is append-only'); END;
CREATE TRIGGER source_no_delete BEFORE DELETE ON source BEGIN SELECT RAISE(ABORT, 'source is append-only'); END;
CREATE TRIGGER person_no_update BEFORE UPDATE ON person BEGIN SELECT RAISE(ABORT, 'person is append-only'); END;
CREATE TRIGGER person_no_delete BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'person is append-only'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;
CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;
CREATE TRIGGER reject_no_update BEFORE UPDATE ON reject BEGIN SELECT RAISE(ABORT, 'reject is append-only'); END;
CREATE TRIGGER reject_no_delete BEFORE DELETE ON reject BEGIN SELECT RAISE(ABORT, 'reject is append-only'); END;
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER match_set_no_update BEFORE UPDATE ON match_set BEGIN SELECT RAISE(ABORT, 'match_set is append-only'); END;
CREATE TRIGGER match_set_no_delete BEFORE DELETE ON match_set BEGIN SELECT RAISE(ABORT, 'match_set is append-only'); END;
CREATE TRIGGER match_no_update BEFORE UPDATE ON match BEGIN SELECT RAISE(ABORT, 'match is append-only'); END;
CREATE TRIGGER match_no_delete BEFORE DELETE ON match BEGIN SELECT RAISE(ABORT, 'match is append-only'); END;
CREATE TRIGGER candidate_no_update BEFORE UPDATE ON candidate BEGIN SELECT RAISE(ABORT, 'candidate is append-only'); END;
CREATE TRIGGER candidate_no_delete BEFORE DELETE ON candidate BEGIN SELECT RAISE(ABORT, 'candidate is append-only'); END;
CREATE TRIGGER presence_no_update BEFORE UPDATE ON presence BEGIN SELECT RAISE(ABORT, 'presence is append-only'); END;
CREATE TRIGGER group_set_no_update BEFORE UPDATE ON group_set BEGIN SELECT RAISE(ABORT, 'group_set is append-only'); END;
CREATE TRIGGER presence_no_delete BEFORE DELETE ON presence BEGIN SELECT RAISE(ABORT, 'presence is append-only'); END;
CREATE TRIGGER group_set_no_delete BEFORE DELETE ON group_set BEGIN SELECT RAISE(ABORT, 'group_set is append-only'); END;
CREATE TRIGGER assignment_no_update BEFORE UPDATE ON assignment BEGIN SELECT RAISE(ABORT, 'assignment is append-only'); END;
CREATE TRIGGER assignment_no_delete BEFORE DELETE ON assignment BEGIN SELECT RAISE(ABORT, 'assignment is append-only'); END;
CREATE TRIGGER question_no_update BEFORE UPDATE ON question BEGIN SELECT RAISE(ABORT, 'question is append-only'); END;
CREATE TRIGGER question_no_delete BEFORE DELETE ON question BEGIN SELECT RAISE(ABORT, 'question is append-only'); END;
CREATE TRIGGER compose_set_no_update BEFORE UPDATE ON compose_set BEGIN SELECT RAISE(ABORT, 'compose_set is append-only'); END;
CREATE TRIGGER compose_set_no_delete BEFORE DELETE ON compose_set BEGIN SELECT RAISE(ABORT, 'compose_set is append-only'); END;
CREATE TRIGGER notice_no_update BEFORE UPDATE ON notice BEGIN SELECT RAISE(ABORT, 'notice is append-only'); END;
CREATE TRIGGER notice_no_delete BEFORE DELETE ON notice BEGIN SELECT RAISE(ABORT, 'notice is append-only'); END;
CREATE TRIGGER stencil_no_update BEFORE UPDATE ON stencil BEGIN SELECT RAISE(ABORT, 'stencil is append-only'); END;
CREATE TRIGGER message_no_update BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'message is append-only'); END;
CREATE TRIGGER task_no_update BEFORE UPDATE ON task BEGIN SELECT RAISE(ABORT, 'task is append-only'); END;
CREATE TRIGGER task_no_delete BEFORE DELETE ON task BEGIN SELECT RAISE(ABORT, 'task is append-only'); END;
CREATE TRIGGER plan_no_update BEFORE UPDATE ON plan BEGIN SELECT RAISE(ABORT, 'plan is append-only'); END;
CREATE TRIGGER plan_no_delete BEFORE DELETE ON plan BEGIN SELECT RAISE(ABORT, 'plan is append-only'); END;
CREATE TRIGGER release_no_update BEFORE UPDATE ON release BEGIN SELECT RAISE(ABORT, 'release is append-only'); END;
CREATE TRIGGER release_no_delete BEFORE DELETE ON release BEGIN SELECT RAISE(ABORT, 'release is append-only'); END;
CREATE TRIGGER release_item_no_update BEFORE UPDATE ON release_item BEGIN SELECT RAISE(ABORT, 'release_item is append-only'); END;
CREATE TRIGGER release_item_no_delete BEFORE DELETE ON release_item BEGIN SELECT RAISE(ABORT, 'release_item is append-only'); END;
CREATE TRIGGER release_withdrawn_no_update BEFORE UPDATE ON release_withdrawn BEGIN SELECT RAISE(ABORT, 'release_withdrawn is append-only'); END;
CREATE TRIGGER release_withdrawn_no_delete BEFORE DELETE ON release_withdrawn BEGIN SELECT RAISE(ABORT, 'release_withdrawn is append-only'); END;
CREATE TRIGGER attempt_no_update BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'attempt is append-only'); END;
CREATE TRIGGER attempt_no_delete BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'attempt is append-only'); END;
CREATE TRIGGER outcome_no_update BEFORE UPDATE ON outcome BEGIN SELECT RAISE(ABORT, 'outcome is append-only'); END;
CREATE TRIGGER outcome_no_delete BEFORE DELETE ON outcome BEGIN SELECT RAISE(ABORT, 'outcome is append-only'); END;
