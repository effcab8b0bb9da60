-- SPDX-License-Identifier: MIT
-- WHAT COMES BACK: letters, what each of them says, and how far that moves a notice. A relay's 250 is not a person who
-- knows, so there are three levels of proof: accepted by the relay, delivered by a report, acknowledged by the person.
--
--   letter        its bytes, sealed, before anybody reads them. The same bytes count once a mode (digest)
--   reading       what it was taken for. A letter without one is read by the next run; the newest one counts
--   receipt       what a reading says of one notice. Facts: none overwrites another, the state is read off them
--   letter_ruling what a human says of a letter
--
-- WHAT A RECEIPT SAYS, AND WHAT FOLLOWS for a notice that is out
--
--   says          from                                 the notice is                  and
--
--   delivered     a report: in the mailbox             delivered                      not read
--   relayed       a report: handed on                  relayed                        no report will follow; not delivered
--   expanded      a report: handed to a list           relayed                        who is on the list is not known
--   delayed       a report: still trying               as it was                      no failure
--   bounced       a report, or plain words: failed     bounced, even after delivered  hard: the address is bad; soft, any
--   read          a receipt: displayed                 delivered                      perhaps by a machine: no acknowledgement
--   receipt       a receipt: deleted, denied ...       as it was
--   away          an automatic answer                  as it was                      the mailbox exists, likely
--   challenge     "click before I deliver"             as it was                      a human answers it, or finds another way
--   complaint     somebody pressed "spam"              as it was                      a human decides
--   acknowledged  the person: an explicit phrase       acknowledged                   whatever else came
--   question      the person asks                      delivered                      a human answers
--   worried       the person is afraid                 delivered                      a human answers, first
--   replied       the person writes something else     delivered                      a human reads it
--   other         list mail, advertising               as it was
--
-- In the order of the headline: acknowledged, bounced, delivered, relayed, accepted. A failure beside a delivery or an
-- answer is a conflict: it is shown, under an acknowledgement too. A failure is about the newest hand-over of its notice:
-- one that is sent again begins anew.
--
-- WHAT COUNTS. `counts` = 1: the tie is strong and the recipient agrees, or is not named. All else moves nothing. `tie`
-- says by what the letter found its notice:
--
--   token         the address that it came to holds the notice's 128 random bits
--   envid         the report names them as the envelope's id
--   message-id    the report names or returns our Message-ID: the same bits
--   references    In-Reply-To or References do
--   code          the reference code, which a person can read out. Strong only from an address that is on file for the
--                 person: in a report anybody can write it
--   code-quoted   the same, in quoted text alone
--   hand          a human said so
--
-- A mail in doubt (or put off, or refused) of which a counting letter comes back was taken by the relay after all: its
-- verdict is accepted from then on, and nobody has to settle it. Nothing of a rehearsal counts in live: a letter ties to
-- notices of its own mode only, and the same letter may be kept once in each.

CREATE TABLE letter (
    id       INTEGER PRIMARY KEY,           -- small and readable: a human names it
    run_id   INTEGER NOT NULL REFERENCES run,
    at       INTEGER NOT NULL,              -- when it was taken in
    mode     TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    source   TEXT NOT NULL CHECK (source = 'imap' OR source = 'maildir' OR source = 'mbox' OR source = 'file'),
    digest   BLOB NOT NULL,                 -- keyed, over its bytes
    length   INTEGER NOT NULL,
    cut      INTEGER NOT NULL CHECK (cut = 0 OR cut = 1), -- longer than the limit: this is its start
    UNIQUE (mode, digest)
) STRICT;
-- In a table of their own: bytes go when their term is over, and then only. Nothing that tracks deletes a letter.
CREATE TABLE letter_body (
    letter_id    INTEGER PRIMARY KEY REFERENCES letter,
    bytes_sealed BLOB NOT NULL
) STRICT;

CREATE TABLE reading (
    id          INTEGER PRIMARY KEY,
    letter_id   INTEGER NOT NULL REFERENCES letter,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    class       TEXT NOT NULL,              -- the words of letter.h: 'bounce-hard', 'human' ...
    evidence    TEXT NOT NULL,
    reason      TEXT NOT NULL,              -- 'mailbox-full' ..., '' none
    tied        TEXT NOT NULL CHECK (tied = 'tied' OR tied = 'orphan' OR tied = 'other-mode'),
    says_ack    INTEGER NOT NULL CHECK (says_ack = 0 OR says_ack = 1),
    asks        INTEGER NOT NULL CHECK (asks = 0 OR asks = 1),
    worried     INTEGER NOT NULL CHECK (worried = 0 OR worried = 1),
    said_sealed BLOB NOT NULL               -- from whom, subject, date, what a person wrote anew
) STRICT;
CREATE INDEX reading_letter ON reading (letter_id);

CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY,
    reading_id  INTEGER NOT NULL REFERENCES reading,
    notice_id   INTEGER NOT NULL REFERENCES notice,
    attempt_id  INTEGER REFERENCES attempt, -- the newest hand-over when the letter came; NULL: the book knows of none
    at          INTEGER NOT NULL,           -- when the letter was taken in: what it says of its own time may be forged
    says        TEXT NOT NULL CHECK (says = 'delivered' OR says = 'relayed' OR says = 'expanded' OR says = 'delayed'
                                     OR says = 'bounced' OR says = 'read' OR says = 'receipt' OR says = 'away'
                                     OR says = 'challenge' OR says = 'complaint' OR says = 'acknowledged'
                                     OR says = 'question' OR says = 'worried' OR says = 'replied' OR says = 'other'),
    kind        TEXT NOT NULL CHECK (kind = '' OR kind = 'hard' OR kind = 'soft' OR kind = 'any'), -- bounced
    tie         TEXT NOT NULL CHECK (tie = 'token' OR tie = 'envid' OR tie = 'message-id' OR tie = 'references'
                                     OR tie = 'code' OR tie = 'code-quoted' OR tie = 'hand'),
    agrees      INTEGER CHECK (agrees = 0 OR agrees = 1), -- 1: it speaks of, or comes from, the notice's recipient; 0:
                                            -- of another ("recipient-differs"); NULL: it names none
    counts      INTEGER NOT NULL CHECK (counts = 0 OR counts = 1),
    until       INTEGER,                    -- away: as it says
    status      TEXT NOT NULL,              -- RFC 3463, '' none
    reason      TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    said_sealed BLOB NOT NULL               -- the address that it names, and what the server said
) STRICT;
CREATE INDEX receipt_reading ON receipt (reading_id);
CREATE INDEX receipt_notice ON receipt (notice_id);
CREATE INDEX receipt_attempt ON receipt (attempt_id);

-- What a human says of a letter; the newest one counts.
--
--   ack        it acknowledges (all notices that it is tied to)
--   bounced    it says that the mail failed
--   answered   dealt with; what it says stands
--   nothing    it proves nothing: forged, misread, not ours. What followed from it is taken back
--   reopen     as if nobody had said anything
CREATE TABLE letter_ruling (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    letter_id   INTEGER NOT NULL REFERENCES letter,
    choice      TEXT NOT NULL CHECK (choice = 'ack' OR choice = 'bounced' OR choice = 'answered' OR choice = 'nothing'
                                     OR choice = 'reopen'),
    said_sealed BLOB NOT NULL               -- who and why
) STRICT;
CREATE INDEX letter_ruling_letter ON letter_ruling (letter_id);

-- A tie by hand: the reading that it gave.
CREATE TABLE letter_tied (
    reading_id  INTEGER PRIMARY KEY REFERENCES reading,
    notice_id   INTEGER NOT NULL REFERENCES notice,
    said_sealed BLOB NOT NULL               -- who and why
) STRICT;

-- How far a mailbox was read, in the same transaction as what its letters did. The newest row of a mailbox counts.
CREATE TABLE mailbox_position (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run,
    mode        TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'),
    mailbox     BLOB NOT NULL,              -- keyed digest of where it is and whose
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL
) STRICT;

------------------------------------------------------------------------------------------------------------------------

-- Each letter as it stands now. `need`: what a human has to do with it, the most urgent first; NULL: nothing.
CREATE VIEW letter_now AS
SELECT l.id AS letter_id, l.mode, l.at, l.source, l.length, l.cut, r.id AS reading_id, r.class, r.evidence, r.reason,
       r.tied, r.says_ack, r.asks, r.worried, u.choice AS ruling,
       CASE WHEN r.id IS NULL OR u.choice <> 'reopen' THEN NULL
            WHEN r.worried THEN 'worried'
            WHEN r.class = 'unparsable' THEN 'unparsable'
            WHEN r.tied = 'other-mode' THEN NULL
            WHEN r.class = 'human' AND (r.asks OR (r.tied = 'tied' AND NOT r.says_ack)) THEN 'question'
            WHEN r.tied = 'orphan' THEN CASE WHEN r.class <> 'other' THEN 'orphan' END
            WHEN r.class IN ('human', 'bounce-hard', 'bounce-soft', 'bounce-any', 'challenge', 'feedback')
                 AND NOT EXISTS (SELECT 1 FROM receipt c WHERE c.reading_id = r.id AND c.counts) THEN 'unsure'
            WHEN r.class = 'challenge' THEN 'challenge'
            WHEN r.class = 'feedback' THEN 'complaint' END AS need
FROM letter l
LEFT JOIN reading r ON r.id = (SELECT max(n.id) FROM reading n WHERE n.letter_id = l.id)
LEFT JOIN letter_ruling u ON u.id = (SELECT max(v.id) FROM letter_ruling v WHERE v.letter_id = l.id);

-- The facts that count: what letters say, and what humans make of them.
CREATE VIEW receipt_now AS
SELECT c.notice_id, c.attempt_id, c.at,
       CASE u.choice WHEN 'ack' THEN 'acknowledged' WHEN 'bounced' THEN 'bounced' ELSE c.says END AS says,
       CASE WHEN u.choice = 'bounced' AND c.kind = '' THEN 'any' ELSE c.kind END AS kind,
       c.until, r.letter_id, coalesce(u.choice, 'reopen') <> 'reopen' AS settled
FROM receipt c JOIN reading r ON r.id = c.reading_id
LEFT JOIN letter_ruling u ON u.id = (SELECT max(v.id) FROM letter_ruling v WHERE v.letter_id = r.letter_id)
WHERE r.id = (SELECT max(n.id) FROM reading n WHERE n.letter_id = r.letter_id)
AND (u.choice IN ('ack', 'bounced') OR (c.counts AND coalesce(u.choice, '') <> 'nothing'));

-- The last hand-over of each notice; what a human said of it where it was in doubt; and what came back of it.
DROP VIEW attempt_last;
CREATE VIEW attempt_last AS
SELECT a.id, a.run_id, a.release_id, a.position, a.notice_id, a.at,
       CASE WHEN o.verdict = 'accepted' THEN o.verdict
            WHEN EXISTS (SELECT 1 FROM receipt_now c WHERE c.attempt_id = a.id AND (o.verdict IS NULL
                 OR o.verdict = 'in_doubt' OR c.says NOT IN ('bounced', 'delayed'))) THEN 'accepted'
            WHEN o.verdict IS NULL OR o.verdict = 'in_doubt' THEN
            CASE (SELECT d.choice FROM decision d WHERE d.kind = 'resolve' AND d.attempt_id = a.id
                  ORDER BY d.id DESC LIMIT 1)
                 WHEN 'accepted' THEN 'accepted'
                 WHEN 'resend' THEN 'not_sent'
                 ELSE coalesce(o.verdict, 'claimed') END
            ELSE o.verdict END AS verdict
FROM attempt a LEFT JOIN outcome o ON o.attempt_id = a.id
WHERE a.id IN (SELECT max(id) FROM attempt GROUP BY notice_id);

-- Which notices are one round to their person, named by the first of them: what comes back of one speaks for all. So far
-- each stands alone.
CREATE VIEW notice_round AS
SELECT id AS notice_id, id AS first_id FROM notice;

-- What came back of each round. A failure that a later hand-over of the same notice has overtaken is none any more.
-- Times are those of the newest such letter.
CREATE VIEW round_fact AS
SELECT r.first_id,
       max(CASE WHEN c.says = 'acknowledged' THEN c.at END) AS acknowledged_at,
       max(CASE WHEN c.says = 'bounced' AND (c.attempt_id IS NULL OR c.attempt_id IN (SELECT max(id) FROM attempt
                GROUP BY notice_id)) THEN c.at END) AS bounced_at,
       max(c.says = 'bounced' AND c.kind = 'hard') AS hard,
       max(CASE WHEN c.says IN ('delivered', 'read', 'question', 'worried', 'replied') THEN c.at END) AS delivered_at,
       max(CASE WHEN c.says IN ('relayed', 'expanded') THEN c.at END) AS relayed_at,
       max(CASE WHEN c.says = 'delayed' THEN c.at END) AS delayed_at,
       max(CASE WHEN c.says = 'read' THEN c.at END) AS read_at,
       max(CASE WHEN c.says = 'away' THEN c.at END) AS away_at,
       max(CASE WHEN c.says = 'away' THEN c.until END) AS away_until,
       max(c.says = 'expanded') AS expanded,
       max(c.says = 'complaint') AS complaint,
       max(c.says = 'challenge' AND NOT c.settled) AS challenge,
       max(c.says IN ('question', 'replied') AND NOT c.settled) AS question,
       max(c.says = 'worried' AND NOT c.settled) AS worried,
       max(c.says = 'bounced' AND NOT c.settled) AS bounce_open
FROM receipt_now c JOIN notice_round r ON r.notice_id = c.notice_id GROUP BY r.first_id;

-- As before, and: what came back. `conflict`: it failed, and it did not. 'claimed' is for the reader to settle: pending while its sender lives, else in doubt or
-- not sent (the flight journal).
DROP VIEW notice_state;
CREATE VIEW notice_state AS
SELECT n.id AS notice_id, n.person_id, n.level, n.level_order, n.cover,
       CASE WHEN l.verdict = 'not_sent' THEN 'pending'
            WHEN l.verdict = 'accepted' THEN
            CASE WHEN b.acknowledged_at IS NOT NULL THEN 'acknowledged'
                 WHEN b.bounced_at IS NOT NULL THEN 'bounced'
                 WHEN b.delivered_at IS NOT NULL THEN 'delivered'
                 WHEN b.relayed_at IS NOT NULL THEN 'relayed'
                 ELSE 'accepted' END
            WHEN l.verdict IS NOT NULL THEN l.verdict
            WHEN i.release_id IS NULL THEN 'planned'
            WHEN EXISTS (SELECT 1 FROM attempt b WHERE b.release_id = i.release_id) THEN 'pending'
            ELSE 'released' END AS state,
       l.id AS attempt_id, l.at AS sent_at,
       b.acknowledged_at, b.delivered_at, b.relayed_at, b.bounced_at, coalesce(b.hard, 0) AS hard,
       CASE WHEN coalesce(b.bounced_at, b.delivered_at, b.acknowledged_at) IS NULL THEN b.delayed_at END AS delayed_at,
       b.read_at, b.away_at, b.away_until, coalesce(b.expanded, 0) AS expanded, coalesce(b.complaint, 0) AS complaint,
       coalesce(b.challenge, 0) AS challenge, coalesce(b.question, 0) AS question, coalesce(b.worried, 0) AS worried,
       b.bounced_at IS NOT NULL AND coalesce(b.delivered_at, b.acknowledged_at) IS NOT NULL AS conflict,
       b.bounced_at IS NOT NULL AND coalesce(b.delivered_at, b.acknowledged_at) IS NOT NULL AND b.bounce_open
           AS conflict_open
FROM notice n
LEFT JOIN (SELECT ri.notice_id, max(ri.release_id) AS release_id FROM release_item ri
           JOIN release_valid r ON r.id = ri.release_id GROUP BY ri.notice_id) i ON i.notice_id = n.id
LEFT JOIN attempt_last l ON l.notice_id = n.id
LEFT JOIN notice_round o ON o.notice_id = n.id
LEFT JOIN round_fact b ON b.first_id = o.first_id;

-- As before, and: whoever has acknowledged knows, whatever task stands beside it (not by a common notice: that tells them
-- nothing).
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
       p.notice_id, s.attempt_id
FROM (SELECT 'rehearsal' AS mode UNION ALL SELECT 'live') m
CROSS JOIN assignment_now a
LEFT JOIN compose_set_now c ON c.mode = m.mode
LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id
LEFT JOIN notice_state s ON s.notice_id = p.notice_id
LEFT JOIN person_task t ON t.mode = m.mode AND t.person_id = a.person_id
LEFT JOIN person_held h ON h.person_id = a.person_id;

-- What came back of the newest round of everyone who has a notice of their own, and what is proved by it. `proof`: 'none'
-- (not sent, in doubt, or failed), 'accepted', 'delivered' or 'acknowledged'.
CREATE VIEW person_proof AS
SELECT c.mode, p.person_id, s.level, s.level_order, s.notice_id, s.state, s.attempt_id, s.sent_at,
       CASE WHEN s.state IN ('acknowledged', 'delivered', 'accepted') THEN s.state
            WHEN s.state = 'relayed' THEN 'accepted'
            ELSE 'none' END AS proof,
       s.acknowledged_at, s.delivered_at, s.relayed_at, s.bounced_at, s.hard, s.delayed_at, s.read_at, s.away_at,
       s.away_until, s.expanded, s.complaint, s.challenge, s.question, s.worried, s.conflict, s.conflict_open
FROM compose_set_now c JOIN plan p ON p.set_id = c.id
JOIN notice_state s ON s.notice_id = p.notice_id AND NOT s.cover;

CREATE TRIGGER letter_no_update BEFORE UPDATE ON letter BEGIN SELECT RAISE(ABORT, 'letter is append-only'); END;
CREATE TRIGGER letter_no_delete BEFORE DELETE ON letter BEGIN SELECT RAISE(ABORT, 'letter is append-only'); END;
CREATE TRIGGER letter_body_no_update BEFORE UPDATE ON letter_body BEGIN SELECT RAISE(ABORT, 'letter_body is append-only'); END;
CREATE TRIGGER reading_no_update BEFORE UPDATE ON reading BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END;
CREATE TRIGGER reading_no_delete BEFORE DELETE ON reading BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipt is append-only'); END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipt is append-only'); END;
CREATE TRIGGER letter_ruling_no_update BEFORE UPDATE ON letter_ruling BEGIN SELECT RAISE(ABORT, 'letter_ruling is append-only'); END;
CREATE TRIGGER letter_ruling_no_delete BEFORE DELETE ON letter_ruling BEGIN SELECT RAISE(ABORT, 'letter_ruling is append-only'); END;
CREATE TRIGGER letter_tied_no_update BEFORE UPDATE ON letter_tied BEGIN SELECT RAISE(ABORT, 'letter_tied is append-only'); END;
CREATE TRIGGER letter_tied_no_delete BEFORE DELETE ON letter_tied BEGIN SELECT RAISE(ABORT, 'letter_tied is append-only'); END;
CREATE TRIGGER mailbox_position_no_update BEFORE UPDATE ON mailbox_position BEGIN SELECT RAISE(ABORT, 'mailbox_position is append-only'); END;
CREATE TRIGGER mailbox_position_no_delete BEFORE DELETE ON mailbox_position BEGIN SELECT RAISE(ABORT, 'mailbox_position is append-only'); END;
