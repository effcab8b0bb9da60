-- SPDX-License-Identifier: MIT
-- WHO LOOKS ON. Reviewers see the page: reps of a body that stands up for some ranks, and the control room, which may only ask
-- about a code. The page has no key: it reads what is exported for it (mailer/page/shelf.h) and keeps a journal of its own
-- (mailer/page/journal.h). What is new in the journal is taken over here by the next verb, each line once.

CREATE TABLE reviewer (
    id          INTEGER PRIMARY KEY,        -- from 1
    run_id      INTEGER NOT NULL REFERENCES run, -- counts in its mode alone
    at          INTEGER NOT NULL,
    role        TEXT NOT NULL CHECK (role = 'rep' OR role = 'desk'),
    scope       TEXT NOT NULL,              -- words that scope_parse reads; of the desk: ''
    expires_at  INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- their name; who added them, and why
) STRICT;
-- A secret for signing in the first time, or after a passphrase was forgotten. The newest one counts.
CREATE TABLE reviewer_secret (
    id          INTEGER PRIMARY KEY,
    reviewer_id INTEGER NOT NULL REFERENCES reviewer,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    hash        TEXT NOT NULL,              -- Argon2id
    expires_at  INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- who gave it, and why
) STRICT;
CREATE TABLE reviewer_removed (
    reviewer_id INTEGER PRIMARY KEY REFERENCES reviewer,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- by whom, and why
) STRICT;

-- How far the journal was taken over.
CREATE TABLE visit_read (
    id      INTEGER PRIMARY KEY,
    run_id  INTEGER NOT NULL REFERENCES run,
    at      INTEGER NOT NULL,
    journal TEXT NOT NULL,                  -- which
    upto    INTEGER NOT NULL                -- bytes of it
) STRICT;
CREATE TABLE visit (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,           -- as the page says
    reviewer_id INTEGER REFERENCES reviewer, -- NULL: nobody that is known
    what        TEXT NOT NULL,              -- journal.h
    about       TEXT,                       -- which page or file
    said_sealed BLOB NOT NULL               -- from which address
) STRICT;

-- What a rep says of a text, and what the officer answers. The newest answer counts.
CREATE TABLE point (
    id          INTEGER PRIMARY KEY,        -- from 1
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    reviewer_id INTEGER NOT NULL REFERENCES reviewer,
    said_sealed BLOB NOT NULL               -- which text, and their words
) STRICT;
CREATE TABLE point_answer (
    id          INTEGER PRIMARY KEY,
    point_id    INTEGER NOT NULL REFERENCES point,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- who, and the words
) STRICT;

-- Requests for a notice once more, as a rep wrote them down; and that they went through resend.
CREATE TABLE asked (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    reviewer_id INTEGER NOT NULL REFERENCES reviewer,
    said_sealed BLOB NOT NULL               -- their lines
) STRICT;
CREATE TABLE asked_taken (
    asked_id INTEGER PRIMARY KEY REFERENCES asked,
    run_id   INTEGER NOT NULL REFERENCES run,
    at       INTEGER NOT NULL,
    requests INTEGER NOT NULL               -- lines that said something
) STRICT;

CREATE VIEW reviewer_now AS
SELECT v.id, v.at, v.role, v.scope, v.expires_at, v.said_sealed, r.mode, s.id AS serial, s.hash, s.expires_at AS secret_expires_at
FROM reviewer v JOIN run r ON r.id = v.run_id
JOIN reviewer_secret s ON s.id = (SELECT max(id) FROM reviewer_secret WHERE reviewer_id = v.id)
WHERE v.id NOT IN (SELECT reviewer_id FROM reviewer_removed);

CREATE VIEW point_open AS
SELECT p.id, r.mode FROM point p JOIN run r ON r.id = p.run_id WHERE p.id NOT IN (SELECT point_id FROM point_answer);

CREATE VIEW asked_open AS
SELECT a.*, r.mode FROM asked a JOIN run r ON r.id = a.run_id WHERE a.id NOT IN (SELECT asked_id FROM asked_taken);

CREATE TRIGGER reviewer_no_update BEFORE UPDATE ON reviewer BEGIN SELECT RAISE(ABORT, 'reviewer is append-only'); END;
CREATE TRIGGER reviewer_no_delete BEFORE DELETE ON reviewer BEGIN SELECT RAISE(ABORT, 'reviewer is append-only'); END;
CREATE TRIGGER reviewer_secret_no_update BEFORE UPDATE ON reviewer_secret BEGIN SELECT RAISE(ABORT, 'reviewer_secret is append-only'); END;
CREATE TRIGGER reviewer_secret_no_delete BEFORE DELETE ON reviewer_secret BEGIN SELECT RAISE(ABORT, 'reviewer_secret is append-only'); END;
CREATE TRIGGER reviewer_removed_no_update BEFORE UPDATE ON reviewer_removed BEGIN SELECT RAISE(ABORT, 'reviewer_removed is append-only'); END;
CREATE TRIGGER reviewer_removed_no_delete BEFORE DELETE ON reviewer_removed BEGIN SELECT RAISE(ABORT, 'reviewer_removed is append-only'); END;
CREATE TRIGGER visit_read_no_update BEFORE UPDATE ON visit_read BEGIN SELECT RAISE(ABORT, 'visit_read is append-only'); END;
CREATE TRIGGER visit_read_no_delete BEFORE DELETE ON visit_read BEGIN SELECT RAISE(ABORT, 'visit_read is append-only'); END;
CREATE TRIGGER visit_no_update BEFORE UPDATE ON visit BEGIN SELECT RAISE(ABORT, 'visit is append-only'); END;
CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit BEGIN SELECT RAISE(ABORT, 'visit is append-only'); END;
CREATE TRIGGER point_no_update BEFORE UPDATE ON point BEGIN SELECT RAISE(ABORT, 'point is append-only'); END;
CREATE TRIGGER point_no_delete BEFORE DELETE ON point BEGIN SELECT RAISE(ABORT, 'point is append-only'); END;
CREATE TRIGGER point_answer_no_update BEFORE UPDATE ON point_answer BEGIN SELECT RAISE(ABORT, 'point_answer is append-only'); END;
CREATE TRIGGER point_answer_no_delete BEFORE DELETE ON point_answer BEGIN SELECT RAISE(ABORT, 'point_answer is append-only'); END;
CREATE TRIGGER asked_no_update BEFORE UPDATE ON asked BEGIN SELECT RAISE(ABORT, 'asked is append-only'); END;
CREATE TRIGGER asked_no_delete BEFORE DELETE ON asked BEGIN SELECT RAISE(ABORT, 'asked is append-only'); END;
CREATE TRIGGER asked_taken_no_update BEFORE UPDATE ON asked_taken BEGIN SELECT RAISE(ABORT, 'asked_taken is append-only'); END;
CREATE TRIGGER asked_taken_no_delete BEFORE DELETE ON asked_taken BEGIN SELECT RAISE(ABORT, 'asked_taken is append-only'); END;
