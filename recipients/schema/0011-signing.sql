-- SPDX-License-Identifier: MIT
-- WHO LETS IT GO. A proposal is a readable text that waits for signatures (SSH, ssh-keygen -Y sign) of distinct people:
--
--   kind 'release'    the manifest of a release. Signed by as many as must sign, it becomes one (release_signed)
--   kind 'signers'    who may sign, and how many must. It takes effect (signer_set) at once while fewer are enrolled than must
--                     sign, since there is nobody to ask; from then on the list is pinned, and only signatures of those on
--                     the list before it change it. Each names the one before by its digest
--
-- The newest proposal of a kind and mode is the one that counts; signatures under an older one count for nothing. Names and
-- public keys of signers stand in the clear: they answer for the release, and whoever checks a signature needs them.
CREATE TABLE proposal (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    at     INTEGER NOT NULL,
    kind   TEXT NOT NULL CHECK (kind = 'release' OR kind = 'signers'),
    mode   TEXT NOT NULL CHECK (mode = 'rehearsal' OR mode = 'live'), -- of a release; of signers that of the run
    digest TEXT NOT NULL,                   -- SHA-256 of the text, hex
    text   TEXT NOT NULL
) STRICT;
CREATE TABLE proposal_withdrawn (
    proposal_id INTEGER PRIMARY KEY REFERENCES proposal,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL
) STRICT;
-- One key signs once.
CREATE TABLE signature (
    proposal_id INTEGER NOT NULL REFERENCES proposal,
    fingerprint TEXT NOT NULL,              -- of the key, "SHA256:..."
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    armour      TEXT NOT NULL,              -- as ssh-keygen gave it
    PRIMARY KEY (proposal_id, fingerprint)
) STRICT, WITHOUT ROWID;

-- The lists of signers that took effect; the newest counts.
CREATE TABLE signer_set (
    id          INTEGER PRIMARY KEY,
    proposal_id INTEGER NOT NULL UNIQUE REFERENCES proposal,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL
) STRICT;
-- Whose signatures count no more, at once, as long as this list is the one that counts. They keep their place on it: fewer
-- people to ask must not mean that nobody is asked.
CREATE TABLE signer_revoked (
    id          INTEGER PRIMARY KEY,
    set_id      INTEGER NOT NULL REFERENCES signer_set,
    fingerprint TEXT NOT NULL,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- who decided it, and why
) STRICT;

-- What a release was signed as. A release without a row is unsigned: good for a rehearsal, never in live.
CREATE TABLE release_signed (
    release_id  INTEGER PRIMARY KEY REFERENCES release,
    proposal_id INTEGER NOT NULL UNIQUE REFERENCES proposal
) STRICT;
-- One person alone let the highest level go. All other levels stay shut until as many have signed as must, before `until`.
CREATE TABLE release_emergency (
    release_id  INTEGER PRIMARY KEY REFERENCES release,
    run_id      INTEGER NOT NULL REFERENCES run,
    at          INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    level_order INTEGER NOT NULL,
    said_sealed BLOB NOT NULL               -- who decided it, and why
) STRICT;

-- What waits for signatures: the newest of its kind and mode, unless it was withdrawn or has become what it proposes.
CREATE VIEW proposal_open AS
SELECT * FROM proposal p WHERE p.id IN (SELECT max(id) FROM proposal GROUP BY kind, mode)
AND p.id NOT IN (SELECT proposal_id FROM proposal_withdrawn) AND p.id NOT IN (SELECT proposal_id FROM signer_set)
AND p.id NOT IN (SELECT proposal_id FROM release_signed);

CREATE TRIGGER proposal_no_update BEFORE UPDATE ON proposal BEGIN SELECT RAISE(ABORT, 'proposal is append-only'); END;
CREATE TRIGGER proposal_no_delete BEFORE DELETE ON proposal BEGIN SELECT RAISE(ABORT, 'proposal is append-only'); END;
CREATE TRIGGER proposal_withdrawn_no_update BEFORE UPDATE ON proposal_withdrawn BEGIN SELECT RAISE(ABORT, 'proposal_withdrawn is append-only'); END;
CREATE TRIGGER proposal_withdrawn_no_delete BEFORE DELETE ON proposal_withdrawn BEGIN SELECT RAISE(ABORT, 'proposal_withdrawn is append-only'); END;
CREATE TRIGGER signature_no_update BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END;
CREATE TRIGGER signature_no_delete BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END;
CREATE TRIGGER signer_set_no_update BEFORE UPDATE ON signer_set BEGIN SELECT RAISE(ABORT, 'signer_set is append-only'); END;
CREATE TRIGGER signer_set_no_delete BEFORE DELETE ON signer_set BEGIN SELECT RAISE(ABORT, 'signer_set is append-only'); END;
CREATE TRIGGER signer_revoked_no_update BEFORE UPDATE ON signer_revoked BEGIN SELECT RAISE(ABORT, 'signer_revoked is append-only'); END;
CREATE TRIGGER signer_revoked_no_delete BEFORE DELETE ON signer_revoked BEGIN SELECT RAISE(ABORT, 'signer_revoked is append-only'); END;
CREATE TRIGGER release_signed_no_update BEFORE UPDATE ON release_signed BEGIN SELECT RAISE(ABORT, 'release_signed is append-only'); END;
CREATE TRIGGER release_signed_no_delete BEFORE DELETE ON release_signed BEGIN SELECT RAISE(ABORT, 'release_signed is append-only'); END;
CREATE TRIGGER release_emergency_no_update BEFORE UPDATE ON release_emergency BEGIN SELECT RAISE(ABORT, 'release_emergency is append-only'); END;
CREATE TRIGGER release_emergency_no_delete BEFORE DELETE ON release_emergency BEGIN SELECT RAISE(ABORT, 'release_emergency is append-only'); END;
