# SPDX-License-Identifier: MIT
"""close: not while somebody is still to be told; then evidence and archive are written, what opens the ledger is
destroyed, and nothing that names anybody is left. Killed at any moment, it finishes when it is run again."""
import csv
import io
import json
import os
import shutil
import subprocess
import sys

import pytest

from conftest import BINARY, CONFIG, HUMAN, INPUT, LISTED, OK, REFUSED, SCRIPTS, USAGE, Incident

BY = ("--by", "Anna Marsh", "--reason", "everyone was told")


@pytest.fixture(scope="module")
def told(village, tmp_path_factory):
    """Everybody was told: mails sent, tasks done. With a passphrase and a code besides the key."""
    incident = village.copy(tmp_path_factory.mktemp("told") / "work")
    incident.release()
    incident.run("send")
    (incident.root / "words").write_text("correct horse battery\n")
    incident.run("key", "add", "passphrase", "--new-passphrase-file", incident.root / "words", code=OK)
    code = incident.run("key", "add", "recovery", "--label", "Anna's safe", code=OK).tally["code"]
    (incident.root / "code").write_text(code + "\n")
    incident.run("key", "add", "key-file", incident.root / "stick.key", code=OK)
    for number in (1, 2, 3):
        incident.run("task", "done", number, "--by", "Jo Marsh", "--note", "told", "--no-letter")
    incident.run("review", "--add", "Robin Reps", "--scope", "staff")
    incident.run("archive", "--make-key", incident.root / "offline.key", code=OK)
    return incident


@pytest.fixture
def work(told, tmp_path):
    return told.copy(tmp_path / "copy")


def to(incident):
    return ("--to", incident.root / "offline.key.pub")


def canaries(incident):
    """Names, numbers, addresses, codes: of everyone, as they would stand in a file."""
    found = set()
    for row in csv.DictReader(io.StringIO(LISTED)):
        found |= {value for name, value in row.items() if name in ("pay_number", "email", "phone", "surname", "address")
                  and len(value) > 3}
    for mail in incident.outbox():
        found |= set(mail.read_text().split("Reference: ")[1:2])
    return {word.encode() for word in found if word} | {b"Jo Marsh", b"Anna", b"Robin"}


def everything(*tops):
    return {path: path.read_bytes() for top in tops for path in top.rglob("*") if path.is_file()}


def test_nothing_of_anybody_is_left(work):
    words = canaries(work)
    assert any(b"O'Neill" in text for text in everything(work.folder / "outbox").values())
    tally = work.run("close", *BY, *to(work), code=OK).tally
    assert tally["removed"]["keys"] >= 2 and tally["removed"]["mails"] == 5 and not tally["not_removed"]
    left = everything(work.folder, work.home)
    assert {path.name for path in left} == {
        "incident.json", "policy.json", "evidence.tar", "archive.sealed", "closed.json"}
    for path, text in left.items():
        said = [word for word in words if word in text and not path.name == "incident.json"]
        assert not said, (path, said)
    closed = json.loads((work.folder / "closed.json").read_text())
    assert closed["state"] == "closed" and closed["keep_until"] == tally["keep_until"]
    assert str(work.home) not in json.dumps(closed)


def test_what_is_kept_can_be_read(work):
    work.run("close", *BY, *to(work), code=OK)
    done = subprocess.run([sys.executable, SCRIPTS / "verify-evidence", work.folder / "evidence.tar"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    text = work.text("archive", "--open", work.folder / "archive.sealed", "--key", work.root / "offline.key", code=OK)
    assert "Mary O'Neill" in text and "everyone was told" in text and "Anna Marsh" in text


def test_no_backup_opens(work):
    """Not with the passphrase, the code, the stick: what they opened is gone."""
    backup = Incident(work.root / "restored")
    shutil.rmtree(backup.home)
    backup.home = work.home
    shutil.copytree(work.folder, backup.folder)
    work.run("close", *BY, *to(work), code=OK)
    for words in ([], ["--passphrase-file", work.root / "words"], ["--passphrase-file", work.root / "code"],
                  ["--key-file", work.root / "stick.key"]):
        for incident in (backup, work):
            for verb in ("status", "check", "archive"):
                incident.error(verb, *words, code=CONFIG)
    shutil.copy2(backup.ledger, work.ledger)
    assert "closed" in work.error("status", code=CONFIG)


def test_closed_is_closed(work):
    work.run("close", *BY, *to(work), code=OK)
    before = work.state()
    assert work.run("close", code=OK).tally["already"]
    assert work.run("close", *BY, code=OK).tally["already"] and work.state() == before
    for verb in ("status", "send", "compose"):
        assert "closed" in work.error(verb, code=CONFIG)


def test_a_rehearsal_needs_no_archive(work):
    tally = work.run("close", *BY, code=OK).tally
    assert "archive" not in tally and not (work.folder / "archive.sealed").exists()
    assert (work.folder / "evidence.tar").exists() and not work.ledger.exists()


def test_a_dry_run(few):
    before = few.state()
    tally = few.run("close", "-n", code=OK).tally
    assert tally["open"] == {"planned": 5, "task": 3, "tasks": 3} and few.state() == before
    text = few.text("close", "-n", code=OK)
    assert str(few.key) in text and "A dry run" in text and "Still open:  3: to be told in person: a task\n" in text


def test_not_while_somebody_is_to_be_told(few):
    before = few.ledger.read_bytes()
    for steps in ([], [("approve", "--release")], [("send",)]):
        for words in steps:
            few.run(*words)
        said = few.error("close", *BY, code=REFUSED)
        assert "--anyway" in said and "3:" in said
    assert few.ledger.exists() and few.key.exists() and before
    few.error("close", code=USAGE)
    few.error("close", "now", *BY, code=USAGE)
    few.error("close", *BY, "--to", few.key, code=INPUT)
    few.run("close", "--anyway", *BY, code=OK)
    assert not few.ledger.exists()


def test_files_that_speak_of_people(work):
    """Exports and previews in the folder are found, and go only if somebody says so."""
    folder = work.folder / "sub" / "deeper"
    folder.mkdir(parents=True)
    (folder / "letter.eml").write_text("To: mary@met.police.example\n\nHello\n")
    (folder / "list.csv").write_text('x,"O\'Neill",Mary\n')
    (folder / "list.xlsx").write_bytes(b"PK\x03\x04 and more")
    (folder / "harmless.txt").write_text("Nothing here but a Smith and a John.\n")
    (work.folder / "people-of-incident.txt").write_text("07700 900101\n")
    before = work.state()
    names = {"sub/deeper/letter.eml", "sub/deeper/list.csv", "sub/deeper/list.xlsx", "people-of-incident.txt"}
    tally = work.run("close", "-n", code=OK).tally
    assert {found["file"] for found in tally["found"]} == names
    assert "--remove-found" in work.error("close", *BY, code=REFUSED)
    assert work.key.exists() and set(work.state()) == set(before)
    work.run("close", "--remove-found", *BY, code=OK)
    assert {path.name for path in everything(work.folder)} == {
        "incident.json", "policy.json", "evidence.tar", "closed.json", "harmless.txt"}


def test_live_wants_the_list_sealed(work):
    work.change({"mode": "live", "relay": {"url": "smtp://127.0.0.1:1"}})
    assert "--to FILE.pub" in work.error("close", "--anyway", *BY, code=USAGE)
    assert work.key.exists()
    tally = work.run("close", "--anyway", *BY, *to(work), code=OK).tally
    assert tally["people"] == 8 and tally["open"] and not work.ledger.exists()


def test_a_broken_ledger_is_not_closed(work):
    import sqlite3
    with sqlite3.connect(work.ledger) as db:
        db.execute("DROP TRIGGER run_end_no_update")
        db.execute("UPDATE run_end SET exit_code = 9 WHERE run_id = 1")
    work.error("close", *BY, code=74)
    assert work.key.exists() and work.ledger.exists()


@pytest.mark.skipif(not shutil.which("strace"), reason="strace kills it at a call")
@pytest.mark.parametrize("call, when", [("unlink", 2), ("unlink", 3), ("unlink", 5), ("unlink", 8), ("rename", 1), ("rename", 2),
                                        ("rename", 3), ("rename", 4), ("rmdir", 2)])
def test_killed(told, tmp_path, call, when):
    work = told.copy(tmp_path / "copy")
    words = canaries(work)
    subprocess.run(["strace", "-f", "-qq", "-o", tmp_path / "trace", "-e", f"inject={call}:signal=KILL:when={when}",
                    BINARY, "-C", work.folder, "close", *BY, *map(str, to(work))],
                   env=work.env(), capture_output=True, check=False, timeout=60)
    begun = (work.folder / "closed.json").exists()
    if not begun:
        work.run("check", code=OK)      # nothing is gone
    work.run("close", *BY, *to(work), code=OK)
    left = everything(work.folder, work.home)
    assert {path.name for path in left} == {
        "incident.json", "policy.json", "evidence.tar", "archive.sealed", "closed.json"}, (begun, left.keys())
    assert not [word for word in words for path, text in left.items() if word in text and path.name != "incident.json"]
    assert json.loads((work.folder / "closed.json").read_text())["state"] == "closed"


def test_another_incidents_key_stays(empty, tmp_path):
    """Keys of several incidents in one folder, with names that begin alike."""
    keys = tmp_path / "keys"
    keys.mkdir()
    other = Incident(tmp_path / "other")
    for incident, name in ((empty, "work"), (other, "work-2")):
        incident.run("init", incident.folder, "--example", "supplier", "--key-file", keys / name, code=OK)
        incident.run("note", "--kind", "measure", "seen", "--key-file", keys / name, code=OK)
    shutil.copy2(keys / "work-2", keys / "work.slots")
    empty.run("close", *BY, "--key-file", keys / "work", code=HUMAN)
    assert not (keys / "work").exists() and (keys / "work.slots").exists()
    other.run("check", "--key-file", keys / "work-2", code=OK)
