# SPDX-License-Identifier: MIT
"""Whatever goes wrong underneath (a statement of the ledger, a write, a new process), the release does not go wrong: the
program says so with a code that it promises, what failed was not half done, and the same command again ends well.
tests/unlucky_driver lets a call fail once for each caller that has not seen it fail yet."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

import pytest

from conftest import BINARY, CANTCREATE, HUMAN, LEDGER, OK, REFUSED, TEMPORARY, parse, twice
from test_release import meddle
from test_sign import AT, BY, NAMES

DRIVER = pathlib.Path(BINARY).absolute().parent.parent / "tests" / "unlucky_driver"
EACH = 1 if os.environ.keys() & {"BREACHMAIL_LONG", "UNLUCKY_ALL"} else 6           # of what can fail
FAILED = {70, 73, 74, 75, 78}


class Unlucky:
    """The driver, beside an incident whose state it keeps, and puts back after runs that changed it."""

    def __init__(self, incident, **env):
        self.incident, self.kept, self.runs = incident, incident.root / "kept", 0
        self.driver = subprocess.Popen([DRIVER], env=incident.env(**env), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       text=True)

    def close(self):
        self.driver.stdin.close()
        assert self.driver.wait(30) == 0

    def one(self, each, *words):
        """Exit code, what failed, and what was said."""
        out = self.incident.tmp / "out"
        self.driver.stdin.write("\t".join(map(str, (each, out, "-C", self.incident.folder, "--json", *words))) + "\n")
        self.driver.stdin.flush()
        answer = self.driver.stdout.readline()
        assert answer, f"{words} was the end of the program"
        code, failed = answer.split()
        return int(code), failed, json.loads(out.read_text() or "{}")

    def keep(self):
        shutil.rmtree(self.kept, ignore_errors=True)
        for folder in (self.incident.folder, self.incident.home):
            shutil.copytree(folder, self.kept / folder.name)

    def put_back(self):
        for folder in (self.incident.folder, self.incident.home):
            shutil.rmtree(folder)
            shutil.copytree(self.kept / folder.name, folder)

    def written(self):
        """The runs that wrote something."""
        with contextlib.closing(sqlite3.connect(self.incident.ledger)) as db:
            return db.execute("SELECT count(*) FROM run").fetchone()[0]

    def sweep(self, *words, code=(OK, HUMAN), afterwards=lambda: None):
        """Until a run in which nothing fails, which must end well. `afterwards`: of each run that failed and wrote."""
        self.keep()
        before = self.written()
        while True:
            ended, failed, said = self.one(EACH, *words)
            if failed == "-":
                assert ended in code, (words, ended, said)
                return said
            self.runs += 1
            assert ended in (FAILED if "error" in said else code), (words, failed, ended, said)
            if self.written() != before:
                afterwards()
                self.put_back()


@pytest.fixture
def unlucky(few):
    """unlucky(AT): the driver at that time, beside an incident with the emergency rule and a head start."""
    assert DRIVER.exists(), "the build has no tests/unlucky_driver"
    policy = json.loads((few.folder / "policy.json").read_text())
    for level in policy["levels"]:
        if level["route"] == "mail":
            level.update(follow_up=[{"after": "24h", "template": "follow-up/reminder"}], proof="acknowledged")
        if level["name"] == "counter-terrorism":
            level["head_start"] = "4h"
    few.change({"emergency": True, "levels": policy["levels"]}, "policy.json")
    few.walk("group", "compose")
    drivers = []

    def start(now):
        drivers.append(Unlucky(few, BREACHMAIL_NOW=now))
        return drivers[-1]
    yield start
    for driver in drivers:
        driver.close()


@pytest.fixture(scope="session")
def bare_keys(tmp_path_factory):
    """Of people who type no passphrase."""
    folder = tmp_path_factory.mktemp("bare")
    for name in NAMES[:3]:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name.split()[0]], check=True)
    return {name: folder / name.split()[0] for name in NAMES[:3]}


def send(unlucky, *words, code=(OK, HUMAN, TEMPORARY)):
    """However it went wrong, it goes on, and no message is out twice."""
    def goes_on():
        assert unlucky.one(0, "send")[0] in (OK, HUMAN, TEMPORARY)
        assert not twice(parse(path.read_bytes())["Message-ID"] for path in unlucky.incident.outbox())
    unlucky.sweep("send", *words, code=code, afterwards=goes_on)
    goes_on()


def test_decisions_and_a_release(unlucky):
    unlucky = unlucky(AT)
    incident = unlucky.incident
    decided = incident.root / "decided.csv"
    decided.write_text("row_id,person_id,decision\nR9,,leaver\n")
    for words in (["approve"], ["approve", "--read"], ["approve", "--row", "R9", "--close", "leaver", *BY],
                  ["approve", "--row", "R9", "--reopen", *BY], ["approve", "--row", "R9", "--person", "A8", *BY],
                  ["approve", "--row", "R9", "--reopen", *BY], ["approve", "--decisions", decided, *BY]):
        unlucky.sweep(*words)
    for verb in ("match", "group", "compose"):
        assert unlucky.one(0, verb)[0] in (OK, HUMAN)
    question = unlucky.one(0, "approve")[2]["open"][0]["key"]
    unlucky.sweep("approve", "--accept", question, *BY)
    unlucky.sweep("approve", "--read", "--out", incident.folder / "read")
    assert unlucky.sweep("approve", "--release")["released"] == 5
    assert unlucky.sweep("approve", "--read")["all"] == 5
    unlucky.sweep("approve", "--withdraw")
    released = unlucky.sweep("approve", "--release")["release"]
    unlucky.sweep("send", "-n")
    send(unlucky, "--release", released)
    assert len(incident.outbox()) == 1          # the others wait
    unlucky.sweep("send", "--lift-head-start", *BY)
    send(unlucky)
    assert len(incident.outbox()) == 5 and unlucky.runs > 10
    meddle(incident, "DELETE FROM outcome")     # as if it had been killed
    journal = incident.folder / "flight.journal"
    journal.symlink_to(incident.root / "elsewhere")
    assert unlucky.one(0, "send")[0] == CANTCREATE
    journal.unlink()
    send(unlucky)
    assert unlucky.one(0, "status")[2]["needs_human"]["in_doubt"] == 5
    unlucky.sweep("send", "--resolve", "1")
    unlucky.sweep("send", "--resolve", "1", "resend", *BY)
    assert len(incident.outbox()) == 5
    incident.run("check", code=LEDGER)          # what was meddled with is seen


def test_signatures(unlucky, bare_keys):
    start, (ann, bob, cat) = unlucky, NAMES[:3]
    unlucky = start(AT)
    incident, public = unlucky.incident, {name: f"{key}.pub" for name, key in bare_keys.items()}
    unlucky.sweep("approve", "--enrol", ann, "--public", public[ann])
    incident.change({"signers": [{"name": bob, "key": pathlib.Path(public[bob]).read_text().strip()}]}, "policy.json")
    for verb in ("group", "compose"):
        assert unlucky.one(0, verb)[0] in (OK, HUMAN)
    unlucky.sweep("approve", "--emergency", "--sign", bare_keys[ann], *BY)
    send(unlucky)
    unlucky.sweep("approve", "--sign", bare_keys[bob])
    unlucky.sweep("approve")
    unlucky.sweep("approve", "--withdraw")
    unlucky.sweep("approve", "--manifest", incident.tmp / "release.txt")
    unlucky.sweep("approve", "--sign", bare_keys[ann])
    unlucky.sweep("approve", "--withdraw")
    unlucky.sweep("approve", "--emergency", "--sign", bare_keys[ann], *BY)
    unlucky.sweep("approve")
    assert unlucky.sweep("approve", "--sign", bare_keys[bob])["released"] == 4
    unlucky.sweep("send", "--lift-head-start", *BY)
    send(unlucky)
    assert len(incident.outbox()) == 5
    later = start("2023-09-03T08:00:00Z")       # nobody has said a word: reminders, by leave of what was signed
    later.sweep("remind")
    policy = (incident.folder / "policy.json").read_text()
    (incident.folder / "policy.json").write_text(policy.replace('"after": "24h"', '"after": "25h"'))
    assert later.one(0, "send")[0] == REFUSED   # not what was signed
    (incident.folder / "policy.json").write_text(policy)
    send(later)
    assert len(incident.outbox()) == 9          # of the one who was told under the release that was taken back: none
    code, = {re.search(r"\b\w{5}-\w{5}\b", path.read_text())[0] for path in incident.outbox()[-1:]}
    later.sweep("resend", "--code", code)       # and once more, by leave as well
    send(later)
    assert len(incident.outbox()) == 10
    unlucky.sweep("approve", "--enrol", cat, "--public", public[cat], "--sign", bare_keys[ann])
    unlucky.sweep("approve", "--signers")
    assert unlucky.sweep("approve", "--signers", "--sign", bare_keys[bob])["effect"] is True
    unlucky.sweep("approve", "--revoke", cat, *BY)
    assert [s["revoked"] for s in unlucky.one(0, "approve", "--signers")[2]["signers"]] == [False, False, True]
    incident.run("check", code=OK)
