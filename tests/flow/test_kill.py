# SPDX-License-Identifier: MIT
"""kill -9 of send at random moments, against a server that writes down each mail before it says that it
has it: nobody is lost, nobody is mailed twice without being listed as in doubt.

FLOW_SEED repeats the moments of a run (as far as the machine's own timing allows)."""
import collections
import contextlib
import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import time

import pytest

from conftest import Incident, OK, TEMPORARY, make_force, reconcile, reconcile_send, twice

KILLS, PEOPLE = 25, 1000
LONG_KILLS, LONG_PEOPLE, LONG_CONNECTIONS = 200, 20000, 16
RATES = [None, 2500, 1200, 600]
CONNECTIONS = [1, 2, 4, 16]


def compose(top, people):
    incident = Incident(top / "work")
    incident.make()
    incident.import_both(make_force(top / "force", people, "kill"))
    incident.walk("match", "group", "compose")
    return incident


@pytest.fixture(scope="module")
def composed(breachmail, tmp_path_factory):
    """A thousand people: a run must last long enough to be killed in its middle."""
    return compose(tmp_path_factory.mktemp("thousand"), PEOPLE)


@pytest.fixture(scope="module")
def thousands(breachmail, tmp_path_factory):
    return compose(tmp_path_factory.mktemp("thousands"), LONG_PEOPLE)


@pytest.fixture
def chance(request):
    seed = os.environ.get("FLOW_SEED") or str(random.SystemRandom().randrange(10 ** 6))
    print(f"FLOW_SEED={seed}")
    return random.Random(seed)


def settled(read, pause=.03):
    """The log once no more comes: the server reads what the dead have left in its sockets."""
    before, now = None, read()
    while now != before:
        time.sleep(pause)
        before, now = now, read()
    return now


def kill_once(incident, chance, connections, rates=RATES, after=None):
    """Kills a run at a random moment. False if it was over before. `after`: what to wait for in the first place."""
    words = ["--connections", connections]
    rate = chance.choice(rates)
    if rate:
        words += ["--rate", rate]
    process = incident.start("send", *words)
    if after:
        after(process)
    time.sleep(chance.uniform(.005, .3 if rate else .15))
    process.kill()
    result = incident.finish(process, json=False)
    assert result.code in (-signal.SIGKILL, OK, TEMPORARY), result
    return result.code == -signal.SIGKILL


def doubtful(incident):
    """Of each number in doubt the beginning of its Message-ID, which a human looks for in the log."""
    return {number: incident.run("send", "--resolve", number, code=OK).tally["token"]
            for number in incident.status()["in_doubt"]}


def settle(incident, log):
    """What a human does with what is in doubt: look it up, and say so."""
    seen = {ident[1:].partition("@")[0] for ident, _ in log}
    settled_as = collections.Counter()
    for number, token in doubtful(incident).items():
        choice = "accepted" if token in seen else "resend"
        incident.run("send", "--resolve", number, choice, "--by", "Joan", "--reason", "the relay's log",
                     code=OK)
        settled_as[choice] += 1
        reconcile(incident)
    return settled_as


def test_killed_at_random_moments(composed, relay, chance, tmp_path):
    kills = doubts = 0
    for round in range(12):
        incident = composed.copy(tmp_path / f"round{round}")
        server = relay("--seconds", 900)    # on a busy machine it takes a while
        released = incident.release(server)["released"]
        doubt = 0
        while kills < KILLS and len(server.accepted()) < released:
            connections = chance.choice(CONNECTIONS)
            kills += kill_once(incident, chance, connections)
            log = settled(server.accepted)
            states = reconcile(incident)["states"]
            accepted, before = states.get("accepted", 0), doubt
            doubt = states.get("in_doubt", 0)
            assert 0 <= doubt - before <= connections
            assert accepted <= len(log) <= accepted + doubt
            assert accepted + doubt + states.get("pending", 0) + states.get("released", 0) == released
            assert not twice(log)
        result = incident.run("send", code=(OK, TEMPORARY))
        reconcile_send(incident, result.tally)
        log = server.accepted()
        assert result.code == (TEMPORARY if result.tally["in_doubt"] else OK)
        assert result.tally["accepted"] + result.tally["in_doubt"] == released
        assert not twice(log)                       # nothing in doubt is sent again unasked
        listed = set(doubtful(incident).values())
        doubts += len(listed)
        seen = {ident[1:].partition("@")[0] for ident, _ in log}
        assert len(seen | listed) == released       # nobody is lost

        settled_as = settle(incident, log)
        result = incident.run("send", code=OK)
        reconcile_send(incident, result.tally)
        assert result.tally["sent_now"] == settled_as["resend"]
        assert result.tally["accepted"] == released == len(server.accepted())
        assert not twice(server.accepted())
        incident.run("check", code=OK)
        server.stop()
        if kills == KILLS:
            break
    print(f"{kills} kills, {doubts} in doubt")
    assert kills == KILLS


class Counts:
    """What the ledger says in the clear, and quicker than status does. It mends what a kill left in its file, as any
    reader may."""

    def __init__(self, incident):
        with contextlib.closing(sqlite3.connect(incident.ledger)) as db:
            verdicts = dict(db.execute("SELECT verdict, count(*) FROM outcome GROUP BY verdict"))
            self.open = db.execute("SELECT count(*) FROM attempt a WHERE NOT EXISTS"
                                   " (SELECT 1 FROM outcome o WHERE o.attempt_id = a.id)").fetchone()[0]
        self.accepted, self.doubt = verdicts.get("accepted", 0), verdicts.get("in_doubt", 0)


def nobody_is_lost(incident, log, force):
    """Each is called accepted and the relay has it, or stands on the list of those in doubt."""
    with open(force / "people.csv", newline="", encoding="utf-8") as file:
        boxes = {row["person_id"]: {row["email"].lower(), row["email_personal"].lower()} for row in csv.DictReader(file)}
    taken = {recipient.lower() for _, recipient in log}
    people = json.loads(incident.text("--json", "report", "--kind", "people"))["people"]
    states = collections.Counter(person["state"] for person in people)
    for person in people:
        if person["state"] == "accepted":
            assert boxes[person["person_id"]] & taken
        elif person["state"] != "in_doubt":
            assert person["state"] in ("task", "restricted", "none"), person["state"]
            assert not boxes[person["person_id"]] & taken
    assert states["accepted"] <= len(log) <= states["accepted"] + states["in_doubt"]
    return states


def first_mail(server, count):
    """Until the server has one more: with so many notices a run looks at them for a while before it begins."""
    def wait(process):
        while len(server.accepted()) <= count and process.poll() is None:
            time.sleep(.002)
    return wait


@pytest.mark.long
@pytest.mark.parametrize("pipelining", ["on", "full"])
def test_killed_two_hundred_times(thousands, relay, chance, tmp_path, pipelining):
    """20,000 notices over 16 connections, each round until all are told."""
    kills = doubts = most = unsent = mails = 0
    per_connection = 2 if pipelining == "full" else 1
    for round in range(100):
        incident = thousands.copy(tmp_path / f"round{round}")
        server = relay("--seconds", 3000)
        incident.send_to(server, pipelining=pipelining)
        released = incident.release()["released"]
        before, log = Counts(incident), []
        while kills < LONG_KILLS and len(log) < released:
            wait = first_mail(server, len(log)) if chance.random() < .9 else None
            kills += kill_once(incident, chance, LONG_CONNECTIONS, [None, 2500, 1000], wait)
            log, now = settled(server.accepted), Counts(incident)
            most = max(most, now.doubt - before.doubt)      # of the kill before: the next run settles them
            assert now.doubt - before.doubt <= LONG_CONNECTIONS * per_connection
            assert now.accepted <= len(log) <= now.accepted + now.doubt + now.open
            assert not twice(log)                           # nothing in doubt is sent again unasked
            before = now
        result = incident.run("send", "--connections", LONG_CONNECTIONS, code=(OK, TEMPORARY))
        log = server.accepted()
        assert not twice(log) and result.tally["in_doubt"] - before.doubt <= LONG_CONNECTIONS * per_connection
        assert result.tally["accepted"] + result.tally["in_doubt"] == released
        states = nobody_is_lost(incident, log, thousands.root.parent / "force")
        doubts, mails = doubts + states["in_doubt"], mails + released
        unsent += released - len(log)
        incident.run("check", code=OK)
        server.stop()
        shutil.rmtree(tmp_path / f"round{round}")
        if kills == LONG_KILLS:
            break
    print(f"{pipelining}: {kills} kills, {mails} notices: 0 lost, 0 twice, {doubts} in doubt"
          f" ({unsent} of them never sent), at most {most} a kill")
    assert kills == LONG_KILLS


def test_killed_where_doubt_is_sent_again(composed, relay, chance, tmp_path):
    """With in_doubt "resend" nobody waits for a human; who gets two was in doubt."""
    incident, server = composed.copy(tmp_path / "work"), relay("--seconds", 900)
    incident.change({"in_doubt": "resend"}, "policy.json")
    incident.run("group")
    incident.run("compose", code=OK)
    released = incident.release(server)["released"]
    listed = set()
    for _ in range(6):
        kill_once(incident, chance, 16)
        settled(server.accepted)
        reconcile(incident)
        listed |= set(doubtful(incident).values())
    tally = incident.run("send", code=OK).tally
    reconcile_send(incident, tally)
    assert tally["accepted"] == released
    log = server.accepted()
    assert {ident[1:].partition("@")[0] for (ident, _) in twice(log)} <= listed
    assert len(set(log)) == released and all(count <= 7 for count in twice(log).values())


def test_killed_to_a_folder(composed, chance, tmp_path):
    incident = composed.copy(tmp_path / "work")
    released = incident.release()["released"]
    for _ in range(5):
        kill_once(incident, chance, 1)
        states = reconcile(incident)["states"]
        mails = len(incident.outbox())
        assert states.get("accepted", 0) <= mails <= states.get("accepted", 0) + states.get("in_doubt", 0)
    tally = incident.run("send", code=(OK, TEMPORARY)).tally
    reconcile_send(incident, tally)
    assert len(incident.outbox()) + tally["in_doubt"] >= released >= len(incident.outbox())
    idents = [path.read_bytes().partition(b"Message-ID: <")[2][:32] for path in incident.outbox()]
    assert len(set(idents)) == len(idents)


def test_killed_while_another_verb_works(composed, chance, tmp_path):
    """A verb that dies has done nothing; the next run of it does all."""
    incident = composed.copy(tmp_path / "work")
    for changes in ({"next_update": "by 9 September 2023"}, {"next_update": "by 10 September 2023"}):
        incident.change(changes)
        for _ in range(4):
            process = incident.start("compose")
            time.sleep(chance.uniform(.005, .15))
            process.kill()
            incident.finish(process, json=False)
            status = incident.status()
            assert set(status["states"]) <= {"planned", "task"}
            assert status["people"] == sum(status["states"].values())
            incident.run("check", code=OK)
        incident.run("compose", code=OK)
        reconcile(incident)
