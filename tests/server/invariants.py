# SPDX-License-Identifier: MIT
"""What must hold of a release after every fault, whatever broke: read from the ledger itself and from what
the server wrote down. One call checks it all.

  I1  nobody is lost: each person is in exactly one state, and the states add up
  I2  nobody is told twice in silence: more than one mail only for somebody who was in doubt, and when
      that was ordered; what the ledger calls accepted was, what it calls not accepted was not
  I3  nothing unapproved: the bytes that were accepted are those of the release
  I4  no plaintext at rest: no address or telephone number in any file or message of the program
  I5  the history holds: check finds nothing, and it only grows
  I6  run again: the same command does what is missing, and then nothing (finish)
  I7  honest exit: the code agrees with the ledger
  I8  order: nobody of a lower level before each of a higher one has an outcome
"""
import collections
import contextlib
import csv
import datetime
import hashlib
import json
import sqlite3

from flow import HUMAN, INTERRUPTED, OK, SENT, TEMPORARY, TERMINATED, UNAVAILABLE, reconcile

DONE = {"accepted", "refused", "deferred", "in_doubt"}
Notice = collections.namedtuple("Notice", "id digest level")
Attempt = collections.namedtuple("Attempt", "notice at verdict until")


class Book:
    """What the ledger says in the clear."""

    def __init__(self, incident):
        with contextlib.closing(sqlite3.connect(f"file:{incident.ledger}?mode=ro", uri=True)) as db:
            self.notices = [Notice(*row) for row in db.execute(
                "SELECT n.id, hex(n.message_sha256), n.level_order FROM release_item i JOIN notice n"
                " ON n.id = i.notice_id WHERE i.release_id = (SELECT max(id) FROM release)")]
            self.attempts = [Attempt(*row) for row in db.execute(
                "SELECT a.notice_id, a.at, o.verdict, o.at FROM attempt a LEFT JOIN outcome o"
                " ON o.attempt_id = a.id ORDER BY a.id")]
            self.verdict = dict(db.execute("SELECT notice_id, verdict FROM attempt_last"))
            self.runs = db.execute("SELECT count(*) FROM run").fetchone()[0]
        self.by_digest = {notice.digest: notice for notice in self.notices}


def check(incident, entries, result=None, resent=()):
    """All of them but I6. `entries`: what the server accepted, in order, with the raw mails. `result`: of
    the run of send that went before, if it came to an end. `resent`: digests of the notices whose second
    mail was ordered. Returns the states and what is in doubt."""
    before = incident.last.get("_runs", 0)
    tally = nobody_lost(incident)
    book = Book(incident)
    assert len(book.notices) == tally["released"]
    taken = nothing_unapproved(book, entries)
    nobody_twice(incident, book, taken, resent)
    nothing_in_the_clear(incident)
    incident.run("check", code=OK)                                                              # I5
    assert book.runs >= before
    incident.last["_runs"] = book.runs
    in_order(book, taken)
    if result:
        honest(result, tally)
    return tally


def nobody_lost(incident):
    status = reconcile(incident)
    tally = incident.run("send", "-n", code=(OK, HUMAN, TEMPORARY)).tally
    assert tally["released"] == sum(tally[name] for name in SENT), tally
    for name in ("accepted", "refused", "deferred", "in_doubt"):
        assert tally[name] == status["states"].get(name, 0), (tally, status["states"])
    people = json.loads(incident.text("--json", "report", "--kind", "people"))["people"]
    each = collections.Counter(person["person_id"] for person in people)
    assert len(each) == status["people"] and set(each.values()) == {1}, each
    assert collections.Counter(person["state"] for person in people) == status["states"]
    return tally


def nothing_unapproved(book, entries):
    """The notices that the server took, in its order."""
    taken = []
    for entry in entries:
        digest = hashlib.sha256(entry["raw"].encode("latin-1")).hexdigest().upper()
        assert digest in book.by_digest, "a mail that nobody released"
        taken.append(book.by_digest[digest])
    return taken


def nobody_twice(incident, book, taken, resent):
    count = collections.Counter(taken)
    doubts = collections.Counter(a.notice for a in book.attempts if a.verdict in (None, "in_doubt"))
    for notice in book.notices:
        ordered = resent.count(notice.digest) if resent else 0
        assert count[notice] <= 1 + ordered, "told twice, and nobody ordered it"
        assert ordered <= doubts[notice.id]
        said = book.verdict.get(notice.id)
        if said == "accepted":
            assert count[notice] >= 1 or ordered, "called accepted, and the server has not got it"
        elif count[notice]:
            # a claim of a dead process is in doubt or pending: the tally has asked the journal
            assert said in ("in_doubt", "claimed", "not_sent") and (
                said != "not_sent" or ordered or doubts[notice.id]), f"taken, and called {said}"


def nothing_in_the_clear(incident):
    with open(incident.root / "people.csv", newline="") as file:
        people = list(csv.DictReader(file))
    words = [row[name].encode() for row in people for name in ("email", "phone", "person_id") if row[name]
             and len(row[name]) > 4]
    for top in (incident.folder, incident.tmp, incident.home):
        for path in top.rglob("*"):
            if path.is_file() and path.stat().st_size:
                content = path.read_bytes()
                assert not [word for word in words if word in content], f"a canary in {path.name}"
    said = "".join(incident.said_of_send).encode() if hasattr(incident, "said_of_send") else b""
    assert not [word for word in words if word in said], "a canary in what send said"


def in_order(book, taken):
    """By what the server took first, and by the claims of the ledger."""
    firsts = list(dict.fromkeys(taken))
    first_of, settled = {}, {}
    for a in book.attempts:
        first_of.setdefault(a.notice, a)
        if a.verdict:
            settled.setdefault(a.notice, a.until)
    for place, low in enumerate(firsts):
        claimed = first_of[low.id].at
        for high in book.notices:
            if high.level < low.level and high not in firsts[:place]:
                assert settled.get(high.id, claimed + 2) <= claimed + 1 and \
                    first_of[high.id].verdict != "accepted", "a lower level before a higher one is done"


def honest(result, tally):
    open_ones = tally["deferred"] + tally["in_doubt"] + tally["pending"] - tally["waiting"] - tally["held"]
    if result.code == OK:
        assert not open_ones and not tally["refused"], tally
    elif result.code == HUMAN:
        assert not open_ones and tally["refused"], tally
    elif result.code == TEMPORARY:
        assert open_ones, tally
    elif result.code == UNAVAILABLE:
        assert tally["pending"] or tally["refused"] or tally["deferred"], tally
    elif result.code not in (INTERRUPTED, TERMINATED):
        assert open_ones or "error" in result.tally, (result.code, tally)


def send(incident, *words, code=(OK, HUMAN, TEMPORARY, UNAVAILABLE), **more):
    """A run of send; what it says is kept apart, for I4."""
    result = incident.run("send", *words, code=code, **more)
    incident.said_of_send = getattr(incident, "said_of_send", []) + [result.stdout, result.stderr]
    return result


def later(hours):
    """A clock that is so far ahead: what was deferred is due."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return {"BREACHMAIL_NOW": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


def finish(incident, server):
    """I6: whoever is in doubt is looked up in the server's log, the rest is sent, and then there is nothing
    left to do. Returns the last tally."""
    taken = {entry["message_id"].partition("@")[0].lstrip("<") for entry in server.entries}
    for number in incident.status()["in_doubt"]:
        token = incident.run("send", "--resolve", number, code=OK).tally["token"]
        choice = "accepted" if token in taken else "resend"
        incident.run("send", "--resolve", number, choice, "--by", "Joan", "--reason", "its log", code=OK)
    send(incident, code=(OK, HUMAN), env=later(2))
    count = len(server.entries)
    again = send(incident, code=(OK, HUMAN), env=later(4))
    tally = check(incident, server.entries, again)
    assert again.tally["sent_now"] == 0 and len(server.entries) == count, "a third run sends again"
    assert tally["pending"] == tally["in_doubt"] == tally["deferred"] == 0
    assert tally["accepted"] == count and tally["accepted"] + tally["refused"] == tally["released"]
    return tally
