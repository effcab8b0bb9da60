# SPDX-License-Identifier: MIT
"""More than one way into a ledger: a passphrase, a code on paper, key files. What is lost opens no more; what
was removed opens no more; the last stays."""
import os
import re
import shutil

import pytest

from conftest import CANTCREATE, CONFIG, INPUT, OK, REFUSED, USAGE, Incident
from terminal import Terminal

WORDS = "correct horse battery"


@pytest.fixture(scope="module")
def ways(breachmail, tmp_path_factory):
    """An incident that opens by a key (1), a passphrase (2), a code (3), a stick (4) and a credential (5)."""
    incident = Incident(tmp_path_factory.mktemp("ways") / "work")
    incident.make()
    assert incident.run("key").tally["count"] == 1
    for name, words in (("words", WORDS), ("wrong", "correct horse batterz")):
        (incident.root / name).write_text(words + "\nnot read\n")
    incident.run("key", "add", "passphrase", "--passphrase-file", incident.root / "words", code=OK)
    code = incident.run("key", "add", "recovery", "--label", "paper in the safe", "--by", "Anna", "--reason", "loss",
                        code=OK).tally["code"]
    (incident.root / "code").write_text(code.lower().replace("-", " ") + "\n")
    incident.run("key", "add", "key-file", incident.root / "stick.key", code=OK)
    (incident.root / "credentials").mkdir()
    incident.run("key", "add", "credential", incident.root / "credentials/breachmail.key", code=OK)
    return incident


@pytest.fixture
def work(ways, tmp_path):
    copy = ways.copy(tmp_path / "copy")
    for name in ("words", "wrong", "code", "stick.key"):
        shutil.copy2(ways.root / name, copy.root / name)
    return copy


def kinds(tally):
    return {slot["slot"]: slot["kind"] for slot in tally["slots"]}


def test_each_way_opens(ways):
    assert kinds(ways.run("key", "list").tally) == {
        1: "key", 2: "passphrase", 3: "recovery", 4: "key-file", 5: "credential"}
    status = ways.run("status", "--passphrase-file", ways.root / "words", code=OK).tally
    assert status["key_slots"] == 5 and status["key_warning"] is None
    ways.run("status", "--passphrase-file", ways.root / "code", code=OK)
    ways.run("status", "--key-file", ways.root / "stick.key", code=OK)
    ways.run("status", env={"CREDENTIALS_DIRECTORY": str(ways.root / "credentials")}, code=OK)
    said = ways.error("status", "--passphrase-file", ways.root / "wrong", code=CONFIG)
    assert "no slot opens" in said and "batter" not in said
    assert "paper in the safe" in ways.text("key")


def test_nothing_secret_lies_in_the_folder_or_the_slots_file(ways):
    """Neither what opens it nor what it is called."""
    secrets = [WORDS.encode(), (ways.root / "code").read_bytes().strip(), b"paper in the safe", b"Anna",
               re.search(rb"key (\w{64})", ways.key.read_bytes()).group(1)]
    (slots,) = ways.home.rglob("*.slots")
    assert slots.stat().st_mode & 0o77 == 0 and ways.folder not in slots.parents
    for path in [slots, *(p for p in ways.folder.rglob("*") if p.is_file())]:
        for secret in secrets:
            assert secret not in path.read_bytes(), path


def test_the_key_file_is_lost(work):
    os.remove(work.key)
    said = work.error("status", code=CONFIG)
    assert "--passphrase-file" in said
    code = ("--passphrase-file", work.root / "code")
    assert work.run("status", *code, code=OK).tally["key_slots"] == 4
    work.run("note", "--kind", "decision", "opened by the code", *code, code=OK)
    work.run("check", "--passphrase-file", work.root / "words", code=OK)
    work.run("follow-up", *code)
    end, other = os.pipe()
    os.write(other, WORDS.encode())
    os.close(other)
    assert work.finish(work.start("key", "list", "--passphrase-fd", end, pass_fds=[end])).code == OK
    os.close(end)


def test_a_removed_slot_opens_nothing_any_more(work):
    """Not even a copy of the ledger from before."""
    before = shutil.copy2(work.ledger, work.root / "before.db")
    for number in (2, 4, 1):
        work.run("key", "remove", number, "--passphrase-file", work.root / "code", code=OK)
    for _ in range(2):
        for words in (["--passphrase-file", work.root / "words"], ["--key-file", work.root / "stick.key"], []):
            work.error("status", *words, code=CONFIG)
        work.run("status", "--passphrase-file", work.root / "code", code=OK)
        shutil.copy2(before, work.ledger)


def test_the_last_stays(at):
    incident = at("made")
    assert "the last" in incident.error("key", "remove", 1, code=REFUSED)
    incident.run("status", code=OK)
    status = incident.text("status")
    assert "Only one way" in status and "Only one way" in incident.text("key")
    assert incident.run("key").tally["warning"]


def test_what_is_refused(work):
    (work.root / "short").write_text("short\n")
    before = work.state()
    work.error("key", "add", "passphrase", "--new-passphrase-file", work.root / "short", code=INPUT)
    work.error("key", "add", "key-file", work.folder / "beside.key", code=CONFIG)
    work.error("key", "add", "key-file", work.root / "stick.key", code=CANTCREATE)
    for words in (["add"], ["add", "smell"], ["add", "key-file"], ["remove"], ["remove", "red"], ["remove", 9],
                  ["list", 3], ["burn"]):
        work.error("key", *words, code=USAGE)
    work.run("key", "add", "recovery", "-n", code=OK)
    work.run("key", "remove", 2, "-n", code=OK)
    assert work.state() == before


def test_slots_file_that_is_damaged(work):
    """The key still opens; who looks is told."""
    (slots,) = work.home.rglob("*.slots")
    slots.write_text(slots.read_text()[:-9])
    assert "slots" in work.run("status", code=OK).tally["key_warning"]
    work.error("key", "list", code=CONFIG)
    work.error("status", "--passphrase-file", work.root / "words", code=CONFIG)
    work.error("status", "--key-file", work.root / "stick.key", code=CONFIG)


def test_at_a_terminal(work, breachmail):
    """Asked for, and not shown; a new one twice."""
    os.remove(work.key)
    screen = Terminal([breachmail, "-C", work.folder, "key", "add", "passphrase"], work.env())
    for prompt, line in (("Passphrase or recovery code: ", (work.root / "code").read_text().strip()), ("New passphrase: ", "another one of mine"),
                         ("Once more: ", "another one of mine")):
        screen.wait_for(prompt)
        screen.type(line + "\n")
    while screen.read():
        pass
    assert "Slot 6, passphrase, opens" in screen.screen
    assert WORDS not in screen.screen and "another one" not in screen.screen
    (work.root / "new").write_text("another one of mine")
    work.run("key", "--passphrase-file", work.root / "new", code=OK)
