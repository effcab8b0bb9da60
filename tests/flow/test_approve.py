# SPDX-License-Identifier: MIT
"""What approve is asked for wrongly, what changes under its hands, and what somebody wrote into the ledger."""
import hashlib
import json
import sqlite3
import subprocess

import pytest

from conftest import BINARY, CANTCREATE, CONFIG, INPUT, OK, REFUSED, USAGE
from test_release import nothing_went_out
from test_sign import AT, BY, NAMES, Keys, enrol, keys, pair, refused, sign, signed, two  # noqa: F401 fixtures

WRONG = [
    ["word"],
    ["--accept", "x"],                                              # who, and why?
    ["--close", "leaver", *BY],
    ["--close", "nothing", "--row", "R1", *BY],
    ["--close", "leaver", "--row", "R1", "--controller", "Kent", *BY],
    ["--reopen", "--row", "R1", "--controller", "Kent", *BY],
    ["--reopen", *BY],
    ["--row", "R1", *BY],
    ["--row", "R1", "--person", "A1", "--nobody", *BY],
    ["--row", "R1", "--reopen", "--close", "junk", *BY],
    ["--row", "R1", "--row", "R2", "--nobody", *BY],
    ["--decisions", "x", "--reopen", *BY],
    ["--decisions", "x", "--nobody", *BY],
    ["--emergency", "--signature", "x", "--signers"],
    ["--emergency", "--sign", "x", "--enrol", "Ann"],
    ["--enrol", "Ann", "--public", "x", "--key", "y"],
    ["--enrol", "Ann", "--key", "y", "-n"],
    ["--enrol", "Ann", "--expires", "2026-02-30", "--public", "x"],
    ["--enrol", "Ann", "--signature", "x", "--public", "y"],
    ["--enrol", "Ann", "--sign", "x", "--public", "y"],             # nobody is pinned
    ["--signers", "--sign", "x", "--manifest", "y"],
    ["--enrol", "Ann", "--sign", "x", "--manifest", "y"],
]


def test_asked_wrongly(few):
    before = few.state()
    for words in WRONG:
        few.error("approve", *words, code=USAGE)
    for home in (None, ""):
        few.run("approve", "--enrol", "Ann", "--key-file", few.key, code=USAGE, env={"HOME": home})
    assert "no list of signers waits" in few.error("approve", "--signers", "--signature", "x", code=REFUSED)
    few.run("approve", "--decisions", few.root / "absent.csv", *BY, code=INPUT)
    assert few.state() == before
    few.change({"approvals": 17}, "policy.json")
    few.error("approve", code=CONFIG)


def test_where_a_new_key_goes(few, keys):
    few.run("approve", "--enrol", NAMES[0], code=OK, env={"XDG_CONFIG_HOME": str(few.root / "config"), **keys.types()})
    assert (few.root / "config" / "breachmail" / "signers" / "ann-signer").exists()
    few.run("approve", "--enrol", NAMES[1], code=OK, env={"XDG_CONFIG_HOME": "not/absolute", **keys.types()})
    assert (few.home / ".config" / "breachmail" / "signers" / "bob-signer").exists()
    (few.home / "file").write_text("")
    few.run("approve", "--enrol", NAMES[2], code=REFUSED)                                           # pinned


def test_no_place_for_a_new_key(few, keys):
    (few.root / "file").write_text("")
    few.run("approve", "--enrol", NAMES[0], code=CANTCREATE, env={"XDG_CONFIG_HOME": str(few.root / "file"), **keys.types()})
    few.run("approve", "--enrol", NAMES[0], "--key", few.folder / "key", code=CONFIG, env=keys.types())  # beside the ledger
    few.run("approve", "--enrol", NAMES[0], "--public", keys.public(NAMES[0]), code=CONFIG, env={"PATH": str(few.root)})


def test_signers_come_and_go(two, keys):
    """Somebody is barred once, a term is made longer, a manifest goes to the screen, and a dry run signs nothing."""
    incident = two
    before = incident.state()
    shown = incident.run("approve", "--sign", keys[NAMES[0]], "-n", json=False, code=OK).stdout
    assert "This is what is signed" in shown
    incident.run("approve", "--manifest", incident.tmp / "m.txt", "-n", code=OK)
    assert incident.state() == before and not (incident.tmp / "m.txt").exists()
    whole = incident.run("approve", "--manifest", "-", json=False, code=OK).stdout
    assert whole.startswith("breachmail-release 1\n") and whole.endswith("\n") and "Written" not in whole
    incident.run("approve", "--manifest", incident.root / "none" / "m.txt", code=CANTCREATE)
    for junk in (b"-----BEGIN SSH SIGNATURE-----\0\n", b"x" * 20000):
        (incident.tmp / "junk.sig").write_bytes(junk)
        incident.error("approve", "--signature", incident.tmp / "junk.sig", code=INPUT)
    incident.run("approve", "--enrol", NAMES[1].upper(), "--public", keys.public(NAMES[1]), "--expires",
                 "2026-12-31T12:00:00Z", "--sign", keys[NAMES[0]], code=OK, env=keys.types())
    whole = incident.run("approve", "--signers", "--manifest", "-", json=False, code=OK).stdout
    assert whole.startswith("breachmail-signers 1\n") and " 2026-12-31T12:00:00Z " in whole and "Signed by" not in whole
    assert "Another list waits" in incident.text("approve", "--signers")
    tally = incident.run("approve", "--signers", "--sign", keys[NAMES[1]], code=OK, env=keys.types()).tally
    assert [s["expires"] is not None for s in tally["signers"]] == [False, True]
    incident.run("approve", "--revoke", NAMES[1], *BY, code=OK)
    assert incident.run("approve", "--revoke", NAMES[1], *BY, code=OK).tally["revoked"] == NAMES[1]
    assert "revoked" in incident.text("approve", "--signers")


def test_changed_while_it_is_signed(two, keys):
    """Between the reading and the last signature somebody is held back: that is another release."""
    incident, typist = two, two.root / "typist"
    signed(incident, keys, NAMES[0])
    typist.write_text(f"#!/bin/sh\n{BINARY} -C {incident.folder} person A1 --hold --by Joan --reason x >&2\necho correct horse\n")
    typist.chmod(0o700)
    result = incident.run("approve", "--sign", keys[NAMES[1]], code=REFUSED,
                          env={"SSH_ASKPASS": str(typist), "SSH_ASKPASS_REQUIRE": "force"})
    assert "something changed since this was proposed" in result.tally["error"]["message"]
    assert incident.run("approve", code=OK).tally["signatures"] == 0
    incident.error("send", code=REFUSED)
    nothing_went_out(incident)


def test_nothing_is_left_of_what_was_proposed(two, keys):
    incident = two
    signed(incident, keys, NAMES[0])
    for person, route in incident.routes().items():
        if route[1] == "mail":
            incident.run("person", person, "--hold", *BY, code=OK)
    assert "no notice is waiting" in refused(incident, keys, NAMES[1])
    assert "No notice is waiting" in incident.text("approve")
    assert "none of the newest is left to read" in incident.error("approve", "--read", code=REFUSED)


def test_what_is_not_current_is_not_released(few):
    """A file in which nothing is decided; and a policy that group has not seen."""
    (few.root / "decided.csv").write_text("row_id,person_id,decision\nR9,,\n")
    assert "No line of the file says anything" in few.text("approve", "--decisions", few.root / "decided.csv", *BY)
    few.change({"known_units": ["Finance"]}, "policy.json")
    assert "group has not seen this policy" in few.error("approve", "--release", code=REFUSED)
    nothing_went_out(few)


def test_who_is_not_among_the_letters(few):
    """Whoever must not be named has the liaison's reference, and a common letter that covers for them is not shown."""
    (few.root / "liaison.csv").write_text("reference,pay_number\nLIAISON-7,P100004\n")
    few.run("import", "shield", few.root / "liaison.csv")
    few.walk("group", "compose")
    tally = few.run("approve", "--read", code=OK).tally
    assert {"LIAISON-7"} == {one["reference"] for one in tally["left_out"] if "reference" in one}
    assert "Castle" not in json.dumps(tally) and "ann@" not in json.dumps(tally)
    assert "LIAISON-7" in few.text("approve", "--read")
    policy = json.loads((few.folder / "policy.json").read_text())
    for level in policy["levels"]:
        if level["route"] == "task":
            level["cover"] = True
    few.change({"levels": policy["levels"]}, "policy.json")
    few.walk("group", "compose")
    covered = few.run("approve", "--read", code=OK).tally
    assert covered["all"] == tally["all"] and "Castle" not in json.dumps(covered) and "ann@" not in json.dumps(covered)


# ------------------------------------------------------------------------------ what somebody wrote into the ledger

def rewrite(incident, change):
    """`change` of an open database, with nothing that bars it."""
    db = sqlite3.connect(incident.ledger)
    for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    change(db)
    db.commit()
    db.close()


def twice_signed(db):
    """Of two signatures one is gone, the other stands there twice."""
    db.execute("CREATE TABLE other AS SELECT * FROM signature LIMIT 1")
    db.execute("INSERT INTO other SELECT * FROM other")
    db.execute("DROP TABLE signature")
    db.execute("PRAGMA legacy_alter_table=ON")
    db.execute("ALTER TABLE other RENAME TO signature")


def told_otherwise(db):
    """A line that only tells, in a release whose digest fits."""
    text, = db.execute("SELECT manifest FROM release").fetchone()
    text = text.replace("\nwindow any hour\n", "\nwindow 07:00-09:00 Europe/London\n").replace("left-out task", "left-out none")
    db.execute("UPDATE release SET manifest = ?, digest = ?", (text, hashlib.sha256(text.encode()).hexdigest()))


REWRITTEN = {
    "one signature in two rows": (twice_signed, "signatures of 1 count"),
    "a release that tells something else": (told_otherwise, "not what was released"),
    "a proposal that is gone": (lambda db: db.execute("DELETE FROM proposal WHERE kind = 'release'"), "gone from the ledger"),
    "a list that is gone": (lambda db: db.execute("DELETE FROM signer_set"), "signatures of 0 count"),
}


@pytest.mark.parametrize("what", REWRITTEN)
def test_written_into_the_ledger(two, keys, what):
    change, says = REWRITTEN[what]
    incident = two
    signed(incident, keys, *NAMES[:2])
    rewrite(incident, change)
    assert says in incident.error("send", code=REFUSED)
    nothing_went_out(incident)
