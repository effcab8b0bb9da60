# SPDX-License-Identifier: MIT
"""kill -9 of send at random moments, against a server that writes down each mail before it says that it
has it: nobody is lost, nobody is mailed twice without being listed as in doubt.

FLOW_SEED repeats the moments of a run (as far as the machine's own timing allows)."""
import collections
import os
import random
import shutil
import signal
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
        server = relay()
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


def settle_all(incident, log):
    """The same where they are more than one screen holds. Returns those that were in doubt."""
    seen, listed, again = {ident[1:].partition("@")[0] for ident, _ in log}, set(), 0
    while doubts := doubtful(incident):
        for number, token in doubts.items():
            choice = "accepted" if token in seen else "resend"
            incident.run("send", "--resolve", number, choice, "--by", "Joan", "--reason", "its log", code=OK)
            again += choice == "resend"
        listed |= set(doubts.values())
    return listed, again


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
    kills, doubts, most, unsent = 0, 0, 0, 0
    per_connection = 2 if pipelining == "full" else 1
    for round in range(100):
        incident = thousands.copy(tmp_path / f"round{round}")
        server = relay("--seconds", 3000)
        incident.send_to(server, pipelining=pipelining)
        released = incident.release()["released"]
        doubt, log = 0, []
        while kills < LONG_KILLS and len(log) < released:
            wait = first_mail(server, len(log)) if chance.random() < .9 else None
            kills += kill_once(incident, chance, LONG_CONNECTIONS, [None, 2500, 1000], wait)
            log = settled(server.accepted)
            states = incident.status()["states"]
            accepted, before = states.get("accepted", 0), doubt
            doubt = states.get("in_doubt", 0)
            most = max(most, doubt - before)
            assert 0 <= doubt - before <= LONG_CONNECTIONS * per_connection
            assert accepted <= len(log) <= accepted + doubt
            assert accepted + doubt + states.get("pending", 0) + states.get("released", 0) == released
        assert not twice(log)
        incident.run("send", "--connections", LONG_CONNECTIONS, code=(OK, TEMPORARY))
        log = server.accepted()
        assert not twice(log)                       # nothing in doubt is sent again unasked
        listed, again = settle_all(incident, log)
        doubts, unsent = doubts + len(listed), unsent + again
        assert len({ident[1:].partition("@")[0] for ident, _ in log} | listed) == released
        result = incident.run("send", code=OK)
        assert result.tally["sent_now"] == again
        assert result.tally["accepted"] == released == len(server.accepted())
        assert not twice(server.accepted())         # nobody is lost, nobody was told twice
        incident.run("check", code=OK)
        server.stop()
        shutil.rmtree(tmp_path / f"round{round}")
        if kills == LONG_KILLS:
            break
    print(f"{pipelining}: {kills} kills, {round + 1} rounds of {released}: 0 lost, 0 twice, {doubts} in doubt"
          f" ({unsent} of them never sent), at most {most} a kill")
    assert kills == LONG_KILLS


def test_killed_where_doubt_is_sent_again(composed, relay, chance, tmp_path):
    """With in_doubt "resend" nobody waits for a human; who gets two was in doubt."""
    incident, server = composed.copy(tmp_path / "work"), relay()
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
