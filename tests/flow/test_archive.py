# SPDX-License-Identifier: MIT
"""archive: words go when their days are over, and nothing of them is left in the file; who was told is sealed for a
key that is elsewhere."""
import json
import shutil
import sqlite3

import pytest

from conftest import CANTCREATE, CONFIG, INPUT, OK, USAGE

LATER = {"BREACHMAIL_NOW": "2031-06-01T09:00:00Z"}


@pytest.fixture(scope="module")
def told(village, tmp_path_factory):
    """Eight people, of whom five got a mail and one a visit; a pair of keys beside."""
    incident = village.copy(tmp_path_factory.mktemp("told") / "work")
    incident.release()
    incident.run("send")
    incident.run("task", "done", 1, "--by", "Jo Marsh", "--note", "rang twice")
    keys = incident.root / "offline"
    keys.mkdir()
    tally = incident.run("archive", "--make-key", keys / "archive.key", code=OK).tally
    assert len(tally["fingerprint"]) == 16 and (keys / "archive.key").stat().st_mode & 0o77 == 0
    return incident


@pytest.fixture
def work(told, tmp_path):
    return told.copy(tmp_path / "copy")


def bodies(incident):
    with sqlite3.connect(incident.ledger) as db:
        return [row[0] for table in ("message", "stencil") for row in db.execute(f"SELECT bytes_sealed FROM {table}")]


def opened(incident, path=None):
    """The list, opened elsewhere."""
    key = incident.root / "offline/archive.key"
    text = incident.text("archive", "--open", path or incident.folder / "archive.sealed", "--key", key, code=OK)
    return [json.loads(line) for line in text.splitlines()]


def test_words_whose_days_are_over(work):
    before = bodies(work)
    assert len(before) > 5 and work.run("archive", code=OK).tally["messages_dropped"] == 0
    assert bodies(work) == before
    states = work.status()["states"]
    tally = work.run("archive", "-n", code=OK, env=LATER).tally
    assert tally["messages_dropped"] == 5 and bodies(work) == before
    work.run("archive", env=LATER, code=OK)
    raw = work.ledger.read_bytes()
    assert not [body for body in before if body[:40] in raw or body[-40:] in raw]
    with sqlite3.connect(work.ledger) as db:
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM notice WHERE length(message_sha256) = 32").fetchone()[0] == 5
    assert work.status()["states"] == states
    work.run("check", code=OK)
    again = work.state()
    assert work.run("archive", env=LATER, code=OK).tally["messages_dropped"] == 0
    assert work.state() == again
    work.run("report", "--kind", "evidence", "--out", work.root / "pack.tar", code=OK)


def test_what_may_still_go_out_is_kept(few):
    few.release()
    assert few.run("archive", env=LATER, code=OK).tally == {
        **few.last["archive"], "messages_dropped": 0, "messages_kept": 5}
    few.run("send")
    assert len(few.outbox()) == 5


def test_who_was_told_is_sealed(work, staff):
    pub = work.root / "offline/archive.key.pub"
    tally = work.run("archive", "--to", pub, code=OK).tally
    assert tally["people"] == 8 and not tally["already"]
    raw = (work.folder / "archive.sealed").read_bytes()
    for secret in (b"O'Neill", b"P100003", b"mary@met", b"SO15", b"Jo Marsh"):
        assert secret not in raw
    clear = work.run("archive", "--show", work.folder / "archive.sealed", code=OK).tally
    assert clear["keep-until"] == tally["keep_until"] and clear["incident"] == work.settings()["id"]
    head, release, *people = opened(work)
    assert head["incident"]["id"] == clear["incident"] and release["manifest"].startswith("breachmail-release")
    by_name = {person["name"]: person for person in people}
    mary = by_name["Mary O'Neill"]
    assert mary["person"] == "A3" and mary["state"] in ("accepted", "task")
    mails = [mail for person in people for mail in person["mails"]]
    assert len(mails) == 5 and {mail["verdict"] for mail in mails} == {"accepted"}
    assert all(len(mail["sha256"]) == 64 and "@" in mail["to"] and mail["kind"] == "notice" for mail in mails)
    visit, = (task for task in by_name["Ann Castle"]["tasks"] if task["state"] == "done")
    assert "Jo Marsh" in json.dumps(visit)
    told = max(mail["at"] for mail in mails)
    assert tally["keep_until"][:4] == str(int(told[:4]) + 6)


def test_again_it_does_only_what_is_missing(work):
    pub, path = work.root / "offline/archive.key.pub", work.folder / "archive.sealed"
    work.run("archive", "-n", "--to", pub, code=OK)
    assert not path.exists()
    work.run("archive", "--to", pub, code=OK)
    first = work.state()
    assert work.run("archive", "--to", pub, code=OK).tally["already"]
    assert work.state() == first
    work.run("task", "not-reached", 2, "--by", "Jo Marsh", "--note", "nobody in")
    assert not work.run("archive", "--to", pub, code=OK).tally["already"]
    assert "nobody in" in json.dumps(opened(work))
    path.write_bytes(path.read_bytes()[:-1])
    assert not work.run("archive", "--to", pub, code=OK).tally["already"]
    opened(work)


def test_the_term_is_the_policys(work):
    work.change({"archive_years": 12}, "policy.json")
    until = work.run("archive", "--to", work.root / "offline/archive.key.pub", code=OK).tally["keep_until"]
    mail = next(person["mails"][0] for person in opened(work)[2:] if person["mails"])
    assert int(until[:4]) == int(mail["at"][:4]) + 12


def test_whom_a_liaison_shields(few, tmp_path):
    """Under the liaison's reference, without number or name."""
    (tmp_path / "shield.csv").write_text("Reference,Pay No\nNIGHTJAR-7,P100003\n")
    few.run("import", "shield", tmp_path / "shield.csv")
    few.walk("group", "compose")
    few.run("archive", "--make-key", few.root / "k", code=OK)
    few.run("archive", "--to", few.root / "k.pub", "--out", few.root / "sealed", code=OK)
    text = few.text("archive", "--open", few.root / "sealed", "--key", few.root / "k", code=OK)
    assert "NIGHTJAR-7" in text and "O'Neill" not in text and "P100003" not in text and '"A3"' not in text


def test_what_is_refused(work):
    key = work.root / "offline/archive.key"
    work.run("archive", "--to", f"{key}.pub", code=OK)
    sealed = work.folder / "archive.sealed"
    assert "must not be on this machine" in work.error("archive", "--to", key, code=INPUT)
    work.error("archive", "--make-key", key, code=CANTCREATE)
    work.error("archive", "--make-key", work.folder / "inside", code=CONFIG)
    work.error("archive", "--out", work.root / "x", code=USAGE)
    work.error("archive", "--open", sealed, code=USAGE)
    work.error("archive", "now", code=USAGE)
    work.error("archive", "--to", f"{key}.pub", "--out", work.root / "none/x", code=CANTCREATE)
    out = ("--out", work.root / "list")
    work.run("archive", "--make-key", work.root / "other", code=OK)
    assert "another key" in work.error("archive", "--open", sealed, "--key", work.root / "other", *out, code=INPUT)
    cut = shutil.copy2(sealed, work.root / "cut")
    cut.write_bytes(cut.read_bytes().replace(b"keep-until 20", b"keep-until 19"))
    assert "changed" in work.error("archive", "--open", cut, "--key", key, *out, code=INPUT)
    assert not (work.root / "list").exists()
