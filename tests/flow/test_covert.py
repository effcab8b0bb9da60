# SPDX-License-Identifier: MIT
"""Whoever is not told by mail is in no queue, log, spool, process argument, temporary file or report. Their name,
address and numbers are words that are nowhere else; every verb and every report runs, with what can go wrong, while
the arguments of each process are looked at, and then all that was left behind is searched."""
import csv
import itertools
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest

from conftest import OK, PROMISED, Incident, parse
from test_canary import Gossip, Search

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")

# Who must not be seen, and why: undercover, shielded, restricted, dead, at an address that is not safe.
HIDDEN = ("covert", "shielded", "restricted", "dead", "unsafe")
TOLD = 12
FIELDS = ("person_id", "pay_number", "surname", "forenames", "rank", "employment", "unit", "status", "email", "phone", "address",
          "postcode")
# A part of each that stands nowhere else.
WORDS = {"pay_number": "P8819", "surname": "Quvornaam", "forenames": "Zwelihle", "email": "quvor.mail",
         "phone": "515575", "address": "Quagmire", "postcode": "QQ97 9Z", "reference": "Ravenquill", "reason": "Reasonquill"}
NUMBER = {"person_id": "QCANID"}
SAID = ("--by", "Joan", "--reason", WORDS["reason"] + " said so")


def hidden(n, why):
    unit = "Undercover and Covert Operations" if why == "covert" else "Response Policing"
    return dict(zip(FIELDS, (f"QCANID{n}", f"P8819{n:02}", "Quvornaam" + chr(97 + n), "Zwelihle" + chr(97 + n), "Constable",
                             "officer", unit, "deceased" if why == "dead" else "in-post", f"quvor.mail{n}@met.police.example",
                             f"07700 515575{n}", f"{n} Quagmire Lane", "QQ97 9ZX")))


def told(n):
    return dict(zip(FIELDS, (f"B{n}", f"P1000{n:02}", f"Plain{chr(97 + n)}", f"Jo{chr(97 + n)}", "Constable", "officer",
                             "Response Policing", "in-post", f"plain{n}@met.police.example", f"07700 9001{n:02}",
                             f"{n} High Street", "NM1 1AA")))


PEOPLE = [hidden(n, why) for n, why in enumerate(HIDDEN)] + [told(n) for n in range(TOLD)]
PEOPLE[len(HIDDEN)].update(rank="", employment="staff")


def write(path, rows, *more):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        file.writelines(more)
    return path


class Watch:
    """The arguments of every process below this one, as often as can be."""

    def __init__(self):
        self.seen, self.over = set(), threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def below(self, pid):
        for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            for child in path.read_text().split():
                yield child
                yield from self.below(child)

    def look(self):
        while not self.over.wait(.01):
            try:
                for pid in self.below(os.getpid()):
                    self.seen.add(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
            except OSError:
                continue        # it has ended since

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.seen


# What is run, in this order; a new verb is a line. {} is a folder for what it writes.
REPORTS = [f"report --kind {kind} --format {form} --out {{}}/{kind}.{form}" for kind, form in itertools.product(
    ("summary", "regulator", "federation", "rejects", "rows", "corrections"), ("text", "json", "csv", "html"))]
VERBS = ["status", "check", "doctor", "track", "remind", "follow-up", "run", "task", "task --open --export {}/task.csv",
         "match --export {}/match.csv --people {}/presence.csv", "group --export {}/group.csv", "compose", "compose -n",
         "compose --preview {}/some", "compose --preview {}/all --all", "approve", "approve --read", "approve --manifest {}/manifest",
         "send -n", "send", "outbox", "note --kind decision --by Joan A_decision", "verify AAAAA-AAAAA", "import --list",
         "resend --code AAAAA-AAAAA", "resend --requests {}/requests --report {}/asked.csv", "template list", "key", "key list",
         "review --list", "review --points", "archive -n", "archive", "close -n", "report --kind evidence --out {}/pack.tar", *REPORTS]


class Walk:
    def __init__(self, top):
        self.incident, self.out = Incident(top / "work"), top / "out"
        self.out.mkdir()
        self.gossip = Gossip()

    def anything(self, *words):
        """Whatever comes of it, twice: as an object and as words."""
        for json in (True, False)[("--format" in words):]:
            self.incident.finish(self.incident.start(*words, json=json), json=False)

    def read(self):
        incident, top = self.incident, self.incident.root
        incident.make()
        incident.change({"relay": {"url": f"smtp://127.0.0.1:{self.gossip.port}", "stop_after": {"count": 1000}},
                         "what_changed": ["The list held addresses, too."]})
        leak = [{name: row[name] for name in ("surname", "forenames", "pay_number", "rank")} for row in PEOPLE]
        bad = '"Quvornaamzz,Zwelihlezz\n', "Quvornaamxx," * 9 + "\n"
        incident.run("import", "people", write(top / "people.csv", PEOPLE), "--as-of", "2023-08-01")
        self.anything("import", "people", write(top / "bad.csv", PEOPLE[:1], *bad), "-n")
        incident.run("import", "breach", write(top / "breach.csv", leak + [{**leak[0], "surname": "Else"}], *bad))
        incident.run("import", "shield", write(top / "shield.csv", [
            {"Reference": WORDS["reference"], "Pay No": PEOPLE[HIDDEN.index("shielded")]["pay_number"]}]))
        for verb in ("match", "group"):
            incident.run(verb)
        for why, words in {"restricted": ("--route", "restricted", "--review-by", "2030-01-01"),
                           "unsafe": ("--address-unsafe",)}.items():
            incident.run("person", PEOPLE[HIDDEN.index(why)]["person_id"], *words, *SAID, code=OK)
        for verb in ("match", "group", "compose"):
            incident.run(verb)

    def release(self):
        incident = self.incident
        for name in ("ann", "bob"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", incident.root / name], check=True)
            incident.run("approve", "--enrol", name, "--public", incident.root / f"{name}.pub", *SAID, code=OK)
        for question in incident.run("approve").tally["open"]:
            incident.run("approve", "--accept", question["key"], *SAID)
        for name in ("ann", "bob"):
            incident.run("approve", "--sign", incident.root / name, code=OK)

    def ask(self):
        """They ask for themselves, and nobody is told whether they are known."""
        incident, person = self.incident, PEOPLE[0]
        (self.out / "requests").write_text(f"{person['surname']}, {person['forenames']}\n{person['email']}\nPlaina Joa\n")
        post = incident.folder / "post"
        for part in ("new", "cur", "tmp"):
            (post / part).mkdir(parents=True)
        (post / "new" / "one").write_text(f"From: {person['email']}\nTo: notices@met.police.example\nSubject: a notice\n"
                                          f"Message-ID: <1@x.example>\n\nAm I in it? {person['surname']}\n")
        incident.change({"mailbox": {"url": "maildir:post"}})
        for verb in VERBS:
            self.anything(*verb.format(*[self.out] * 2).split())
            hits = Search({**WORDS, **NUMBER}).files(incident.tmp)
            assert not hits, (verb, hits)
        incident.run("compose", "--what-changed", *SAID)
        self.anything("approve")
        for words in (["group", "--explain", "nobody"], ["person", "nobody"], ["compose", "--show", "nobody"]):
            self.anything(*words)


@pytest.fixture(scope="module")
def walked(breachmail, tmp_path_factory):
    walk, watch = Walk(tmp_path_factory.mktemp("covert")), Watch()
    walk.read()
    walk.release()
    walk.ask()
    walk.gossip.listener.close()
    walk.anything("send")               # nobody is there any more
    walk.seen = watch.stop()
    return walk


def test_the_others_were_told(walked):
    """Else it would prove nothing."""
    to = [parse(mail)["To"] for mail in walked.gossip.mails]
    assert len(set(to)) > TOLD / 3 and walked.incident.status()["states"]["task"] >= 3
    assert {"text", "json", "html"} <= {path.suffix[1:] for path in walked.out.iterdir()}
    assert (walked.out / "pack.tar").stat().st_size > 1000


def test_no_queue_and_no_mail_holds_them(walked):
    find = Search({**WORDS, **NUMBER}).fields_in
    assert not set().union(*map(find, walked.gossip.mails))
    assert not list(walked.incident.outbox())


def test_no_file_holds_them(walked):
    """Evidence, what a federation sees, reports, previews, manifests, exports, the ledger and what is temporary.
    Their numbers stand in the exports that are made of numbers."""
    (walked.out / "requests").unlink()
    incident = walked.incident
    shutil.rmtree(incident.folder / "post")
    hits = Search(WORDS).files(walked.out, incident.folder, incident.home, incident.tmp)
    assert hits in ({}, {"task.csv": {"reference"}}), hits         # the liaison's own word for them
    numbered = Search(NUMBER).files(walked.out, incident.folder, incident.home, incident.tmp)
    assert set(numbered) <= {"match.csv", "presence.csv", "group.csv", "task.csv", "rows.text", "rows.json", "rows.csv"}, numbered


def test_no_output_holds_them(walked):
    find = Search({name: word for name, word in WORDS.items() if name != "reference"}).fields_in     # that is the liaison's
    assert len(walked.incident.said) > 2 * len(VERBS) > 100
    hits = [text for text in walked.incident.said if find(text.encode())]
    assert not hits, hits[0]


def test_no_process_is_called_by_them(walked):
    assert any(b"ssh-keygen" in command for command in walked.seen) and any(b"evidence" in command for command in walked.seen)
    find = Search({name: word for name, word in WORDS.items() if name != "reason"}).fields_in
    assert not set().union(*map(find, walked.seen))
    assert not [command for command in walked.seen if b"breachmail" not in command and Search(NUMBER).fields_in(command)]


def test_no_core_is_left(walked):
    assert not [path for path in walked.incident.root.rglob("core*") if path.is_file()]


def test_with_cover_only_the_common_notice(walked, tmp_path):
    """A choice of the liaison: then they get what everybody gets, word for word."""
    incident = walked.incident.copy(tmp_path / "cover")
    shutil.rmtree(incident.folder / "outbox", ignore_errors=True)
    incident.change({"relay": {"url": "capture:outbox"}})
    policy = incident.folder / "policy.json"
    policy.write_text(policy.read_text().replace('"name": "undercover",', '"name": "undercover", "cover": true,'))
    incident.run("group")
    incident.run("compose")
    incident.run("compose", "--preview", tmp_path / "all", "--all")
    mails = [parse(path.read_bytes()) for path in (tmp_path / "all").iterdir()]
    words = {mail["To"]: mail.get_body(("plain",)).get_content() for mail in mails}
    own = [set(words[to].splitlines()) for to in words if "quvor" in to]
    common = set(words["plain0@met.police.example"].splitlines())          # of the default level, which is staff
    assert len(own) == 2                # undercover, and shielded
    for text in own:
        differ = "\n".join(text - common)
        assert len(text ^ common) <= 12 and "Dear Constable Quvor" in differ and "Police Federation" in differ, differ
        assert "undercover" not in " ".join(text).lower()
