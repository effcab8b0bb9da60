# SPDX-License-Identifier: MIT
"""What can go wrong while mails are handed over: refused and deferred people, a relay that is away,
Ctrl-C, two senders at once. Each leaves a truthful ledger, and the next run does the rest."""
import datetime
import getpass
import json
import re
import resource
import signal
import socket
import threading
import time

import pytest

from conftest import (CONFIG, HUMAN, INTERRUPTED, OK, TEMPORARY, TERMINATED, UNAVAILABLE, REFUSED, reconcile,
                      reconcile_send, twice)


def box(recipient):
    return recipient.lower().partition("@")[0]


# ------------------------------------------------------------------------------ refused and deferred

def test_refused(at, relay):
    """Refused people need a human: exit 1, no second try, listed by report."""
    incident, server = at("composed"), relay("--refuse", "a*@*")
    incident.release(server)
    tally = incident.run("send", code=HUMAN).tally
    status = reconcile_send(incident, tally)
    assert tally["refused"] > 3 and tally["accepted"] == tally["sent_now"] == len(server.accepted())
    assert not [r for _, r in server.accepted() if box(r).startswith("a")]
    assert status["needs_human"]["refused"] == tally["refused"]
    again = incident.run("send", code=HUMAN).tally
    assert again["sent_now"] == 0 and again["refused"] == tally["refused"]
    people = json.loads(incident.text("--json", "report", "--kind", "people"))["people"]
    assert sum(person["state"] == "refused" for person in people) == tally["refused"]
    assert {person["answer"] for person in people if person["state"] == "refused"} == {"550 5.1.1"}
    assert not any(person["answer"] for person in people if person["state"] != "refused")


def test_deferred(at, relay):
    """Deferred people are tried again, and only they: exit 75, then 0."""
    incident, server = at("composed"), relay("--defer", "b*@*")
    incident.release(server)
    first = incident.run("send", code=TEMPORARY).tally
    reconcile_send(incident, first)
    assert first["deferred"] > 3 and first["released"] == first["accepted"] + first["deferred"]
    second = incident.run("send", code=TEMPORARY).tally
    assert second["sent_now"] == 0 and second["deferred"] == first["deferred"]
    reconcile_send(incident, second)
    assert "breachmail send" in second["next"]
    port, log = server.port, server.accepted()
    server.stop()
    other = relay("--port", port)
    third = incident.run("send", code=OK).tally
    reconcile_send(incident, third)
    assert third["sent_now"] == first["deferred"] == len(other.accepted())
    assert not twice(log + other.accepted())
    assert all(box(recipient).startswith("b") for _, recipient in other.accepted())


def test_75_wins_over_1(at, relay):
    incident, server = at("composed"), relay("--refuse", "a*@*", "--defer", "b*@*")
    incident.release(server)
    tally = incident.run("send", code=TEMPORARY).tally
    assert tally["refused"] and tally["deferred"]
    reconcile_send(incident, tally)


def test_levels_wait_for_no_deferred(at, relay):
    """A deferred person of a high level holds nobody up."""
    incident, server = at("composed"), relay("--defer", "*[a-m]@*")
    incident.release(server)
    tally = incident.run("send", code=TEMPORARY).tally
    status = reconcile_send(incident, tally)
    assert all(level["states"].get("accepted") or level["states"].get("deferred") or
               set(level["states"]) <= {"task"} for level in status["levels"] if level["people"])


def test_a_relay_that_refuses_all_is_stopped(at, relay):
    """That is a wrong setting rather than so many wrong addresses."""
    incident, server = at("composed"), relay("--refuse", "*")
    incident.release(server)
    message = incident.error("send", code=UNAVAILABLE)
    assert "550" in message and "@" not in message
    status = reconcile(incident)
    assert 0 < status["states"]["refused"] < status["people"] / 2
    assert not server.accepted()


def test_refused_are_tried_again_by_a_new_release(at, relay):
    """A relay that refused everybody was mended: who was refused is in the next release, and is sent."""
    incident, server = at("composed"), relay("--refuse", "*")
    incident.release(server)
    incident.run("send", code=UNAVAILABLE)
    refused = incident.run("status").tally["states"]["refused"]
    port = server.port
    server.stop()
    other = relay("--port", port)
    incident.run("send", code=HUMAN)
    incident.run("approve", "--withdraw")
    incident.run("approve", "--release")
    tally = incident.run("send", "--dry-run").tally
    assert tally["released"] == tally["pending"] == refused
    tally = incident.run("send", code=OK).tally
    assert tally["sent_now"] == tally["accepted"] == refused
    assert "refused" not in incident.run("status").tally["states"]
    assert not twice(other.accepted())


def test_refused_are_not_composed_again(at, relay):
    """The person needs a human, not a second mail to the same address."""
    incident, server = at("composed"), relay("--refuse", "a*@*")
    incident.release(server)
    incident.run("send", code=HUMAN)
    incident.run("compose", code=OK)
    assert "planned" not in reconcile(incident)["states"]


# ---------------------------------------------------------------------------------- a relay away

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_relay_is_down(at, relay):
    """Nothing is lost: 69, and the next run does it all."""
    incident, port = at("composed"), free_port()
    incident.change({"relay": {"url": f"smtp://127.0.0.1:{port}"}})
    released = incident.release()["released"]
    for _ in range(2):
        message = incident.error("send", code=UNAVAILABLE)
        assert "127.0.0.1" in message and "@" not in message
        status = reconcile(incident)
        assert not {"accepted", "in_doubt", "refused", "deferred"} & set(status["states"])
        assert sum(status["states"].get(name, 0) for name in ("released", "pending")) == released
    server = relay("--port", port)
    tally = incident.run("send", code=OK).tally
    reconcile_send(incident, tally)
    assert tally["sent_now"] == released == len(server.accepted())


@pytest.mark.parametrize("back", ["while it waits", "later"])
def test_relay_goes_away_in_the_middle(at, relay, back):
    """What it took is accepted, what it may have taken is in doubt, the rest is sent: by the same run
    if the relay is back soon, else by the next."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    process = incident.start("send", "--rate", 400, "--connections", 3)
    server.wait(100)
    server.process.kill()
    server.process.wait()
    first = server.accepted()
    if back == "later":
        time.sleep(.3)
        process.send_signal(signal.SIGINT)
        assert incident.finish(process, "send").code == INTERRUPTED
        status = reconcile(incident)
        assert 0 <= len(first) - status["states"]["accepted"] <= status["states"].get("in_doubt", 0)
    other = relay("--port", server.port)
    result = incident.finish(process, "send") if back != "later" else \
        incident.run("send", code=(OK, TEMPORARY))
    tally = result.tally
    assert result.code == (TEMPORARY if tally["in_doubt"] else OK)
    incident.last["send"] = tally
    reconcile_send(incident, tally)
    both = first + other.accepted()
    assert tally["in_doubt"] <= 3 and tally["accepted"] == released - tally["in_doubt"]
    assert not twice(both) and len(both) >= tally["accepted"]


GREETINGS = {"silence": b"", "no mail here": b"554 5.7.1 go away\r\n", "busy": b"421 4.3.2 later\r\n",
             "not a mail server": b"HTTP/1.1 400 Bad Request\r\n\r\n", "noise": bytes(range(256)) * 40,
             "an endless line": b"220 " + b"x" * 200000}


@pytest.fixture
def oracle():
    """A server that says one thing to everyone who comes, and hangs up."""
    servers = []

    def start(words):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(30)
        servers.append(listener)

        def answer():
            while True:
                try:
                    guest, _ = listener.accept()
                    guest.sendall(words)
                    guest.close()
                except OSError:
                    return
        threading.Thread(target=answer, daemon=True).start()
        return listener.getsockname()[1]
    yield start
    for listener in servers:
        listener.close()


@pytest.mark.parametrize("what", GREETINGS)
def test_strange_servers(at, oracle, what):
    incident = at("composed")
    incident.change({"relay": {"url": f"smtp://127.0.0.1:{oracle(GREETINGS[what])}"}})
    incident.release()
    result = incident.run("send", code=(UNAVAILABLE, TEMPORARY))
    assert result.tally["error"]["message"].isprintable()
    status = reconcile(incident)
    assert not {"accepted", "in_doubt", "refused"} & set(status["states"])


# -------------------------------------------------------------------------------------- interruption

@pytest.mark.parametrize("sign, code", [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED)])
def test_interrupted(at, relay, sign, code):
    """The mail on the wire is finished, nothing is in doubt, and the next run goes on."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    process = incident.start("send", "--rate", 200, "--connections", 4)
    server.wait(40)
    process.send_signal(sign)
    result = incident.finish(process, "send")
    assert result.code == code and "again" in result.stderr or "go on" in result.stderr
    status = reconcile(incident)
    assert status["states"]["accepted"] == len(server.accepted()) < released
    assert "in_doubt" not in status["states"]
    tally = incident.run("send", code=OK).tally
    reconcile_send(incident, tally)
    log = server.accepted()
    assert len(log) == released and not twice(log)
    assert tally["sent_now"] == released - status["states"]["accepted"]


def test_interrupted_twice(at, relay):
    """Whoever presses Ctrl-C again and again gets no worse a ledger."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    for _ in range(3):
        process = incident.start("send", "--rate", 300)
        count = len(server.accepted())
        server.wait(count + 20)
        for _ in range(4):
            process.send_signal(signal.SIGINT)
            time.sleep(.002)
        assert incident.finish(process, json=False).code in (INTERRUPTED, -signal.SIGINT)
        reconcile(incident)
    incident.run("send", code=(OK, TEMPORARY))
    assert not twice(server.accepted())
    status = reconcile(incident)
    assert status["states"]["accepted"] + status["states"].get("in_doubt", 0) == released


def test_interrupted_to_a_folder(at):
    incident = at("released")
    released = incident.last["approve"]["released"]
    process = incident.start("send", "--rate", 200)
    end = time.monotonic() + 60
    while len(incident.outbox()) < 20 and time.monotonic() < end:
        time.sleep(.01)
    process.send_signal(signal.SIGINT)
    assert incident.finish(process, "send").code == INTERRUPTED
    status = reconcile(incident)
    assert status["states"]["accepted"] == len(incident.outbox()) < released
    reconcile_send(incident, incident.run("send", code=OK).tally)
    assert len(incident.outbox()) == released


@pytest.mark.parametrize("verb", ["import people", "match", "group", "compose"])
def test_other_verbs_are_interrupted_whole(at, force, verb):
    """All of a verb or nothing of it."""
    stage = {"import people": "made", "match": "imported", "group": "matched", "compose": "grouped"}[verb]
    for delay in (.005, .02, .04):
        incident = at(stage, f"{verb}{delay}")
        before = incident.state()
        words = verb.split() + ([force / "people.csv"] if verb == "import people" else [])
        process = incident.start(*words)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        assert process.returncode in (OK, HUMAN, INTERRUPTED, -signal.SIGINT)
        if process.returncode not in (OK, HUMAN):
            assert incident.state() == before
        incident.run(*words)
        incident.run("check", code=OK)


# ------------------------------------------------------------------------------------- two at once

def test_two_senders(at, relay):
    """One works; the other says who does what since when, and that it is to be tried again."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    first = incident.start("send", "--rate", 150, "--operator", "Joan Ashby")
    server.wait(10)
    for words in (["send"], ["compose"], ["approve", "--withdraw"], ["match"], ["send", "-n"],
                  ["send", "--operator", "x" * 5000]):
        message = incident.error(*words, code=TEMPORARY)
        assert "send" in message and "Joan Ashby" in message
        since = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", message)[0]
        age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(since)
        assert abs(age.total_seconds()) < 60
    reading = incident.status()     # readers read while it works
    assert 0 < reading["states"]["accepted"] <= released
    assert reading["people"] == sum(reading["states"].values())
    assert "in_doubt" not in reading["states"]
    incident.run("check", code=OK)
    incident.text("report", "--kind", "people")
    assert incident.finish(first, "send").code == OK
    status = reconcile(incident)
    assert status["states"]["accepted"] == released == len(server.accepted())
    assert not twice(server.accepted())


def test_wait_for_the_other(at, relay):
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    first = incident.start("send", "--rate", 300)
    server.wait(10)
    begun = time.monotonic()
    second = incident.run("send", "--wait=60", code=OK).tally
    assert time.monotonic() - begun < 30
    assert second["accepted"] == released and second["sent_now"] == 0
    assert incident.finish(first, "send").code == OK
    assert len(server.accepted()) == released


def test_wait_has_an_end(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    first = incident.start("send", "--rate", 60)
    server.wait(5)
    begun = time.monotonic()
    incident.error("send", "--wait", 1, code=TEMPORARY)
    assert .9 < time.monotonic() - begun < 3
    first.send_signal(signal.SIGINT)
    incident.finish(first, "send")


def test_the_lock_dies_with_its_holder(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    first = incident.start("send", "--rate", 60)
    server.wait(5)
    first.kill()
    first.communicate()
    incident.run("send", code=(OK, TEMPORARY))
    reconcile(incident)


def test_the_operator_is_the_login_name(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    first = incident.start("send", "--rate", 60)
    server.wait(5)
    assert f"by {getpass.getuser()} since" in incident.error("send", code=TEMPORARY, env={"USER": "x"})
    first.send_signal(signal.SIGINT)
    incident.finish(first, "send")


# -------------------------------------------------------------------------------------------- limits

@pytest.mark.parametrize("to", ["server", "folder"])
def test_rate(at, relay, to):
    """Never faster than asked for."""
    incident, server = at("composed"), relay("--refuse", "[n-z]*@*")
    if to == "server":
        incident.send_to(server, stop_after={"count": 1000})
    released = incident.release()["released"]
    rate = 250
    begun = time.monotonic()
    tally = incident.run("send", "--rate", rate, code=(OK, HUMAN)).tally
    took = time.monotonic() - begun
    assert tally["per_second"] <= rate * 1.1
    handed = tally["accepted"] if to == "folder" else tally["accepted"] + tally["refused"]
    assert took >= (handed - rate * .2) / rate and handed == released


def test_per_minute(at):
    incident = at("composed")
    incident.change({"relay": {"per_minute": 12000}})
    incident.release()
    tally = incident.run("send", code=OK).tally
    assert tally["per_second"] <= 220


def test_per_day(at, relay):
    """What is over the day's limit waits: exit 75, and the next run does not begin anew."""
    incident, server = at("composed"), relay()
    incident.send_to(server, per_day=25)
    incident.release()
    tally = incident.run("send", code=TEMPORARY).tally
    assert tally["accepted"] == tally["sent_now"] == 25 == len(server.accepted())
    reconcile_send(incident, tally)
    tally = incident.run("send", code=TEMPORARY).tally
    assert tally["sent_now"] == 0 and len(server.accepted()) == 25 and tally["day_over"]
    assert "relay.per_day is used up" in incident.text("send", code=TEMPORARY)


def test_sending_hours(at):
    incident = at("composed")
    incident.change({"sending_hours": "07:00-22:00"})
    incident.release()
    night, day = {"BREACHMAIL_NOW": "2026-11-21T23:00:00Z"}, {"BREACHMAIL_NOW": "2026-11-22T09:00:00Z"}
    message = incident.error("send", code=TEMPORARY, env=night)
    assert "07:00" in message and not incident.outbox()
    incident.run("send", code=OK, env=day)


@pytest.mark.long
def test_the_sending_hours_end_in_the_middle(few):
    """What went is told, and the rest waits."""
    time.sleep(60 - time.time() % 60)
    end = int(time.time() / 60 + 1) % 1440 or 1440
    few.change({"timezone": "UTC", "sending_hours": f"00:00-{end // 60:02}:{end % 60:02}"})
    few.release()
    time.sleep(57 - time.time() % 60)
    tally = few.run("send", "--rate", 1, code=TEMPORARY).tally
    reconcile_send(few, tally)
    assert tally["closed"] and 0 < tally["accepted"] < tally["released"]
    assert "sending hours" in few.error("send", code=TEMPORARY)


def test_open_files_are_enough_or_nothing_is_sent(few, relay):
    """Without a file for the ledger's journal the run would end in its middle."""
    server = relay()
    few.send_to(server, connections=64)
    few.release()

    def limits(soft, hard):
        return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    result = few.finish(few.start("send", preexec_fn=limits(100, 100)), "send")
    assert result.code == CONFIG and "open files" in result.tally["error"]["message"] and not server.accepted()
    assert few.finish(few.start("send", preexec_fn=limits(30, 1000)), "send").code == OK


@pytest.mark.parametrize("pipelining", ["on", "full", "off"])
@pytest.mark.parametrize("connections", [1, 16])
def test_pipelining_and_connections(at, relay, pipelining, connections):
    incident, server = at("composed"), relay()
    incident.send_to(server, pipelining=pipelining, connections=connections)
    released = incident.release()["released"]
    reconcile_send(incident, incident.run("send", code=OK).tally)
    assert len(server.accepted()) == released and not twice(server.accepted())
    sessions = int(re.search(r"sessions (\d+)", server.stop())[1])
    assert 1 <= sessions <= connections


def test_envelope_token(at, relay):
    """A bounce finds its notice: each mail has a sender of its own."""
    incident, server = at("composed"), relay()
    incident.send_to(server, envelope_from="bounces+{token}@met.police.example")
    incident.release()
    incident.run("send", code=OK)
    senders = [re.match(rb"Return-Path: <bounces\+([0-9a-f]+)@met\.police\.example>\r\n", mail)[1]
               for mail in server.mails()]
    assert len(set(senders)) == len(senders) == len(server.accepted())


def test_progress_goes_to_stderr(at):
    incident = at("released")
    result = incident.run("send", code=OK)
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert lines and all(line["total"] == result.tally["released"] for line in lines)
    assert [line["done"] for line in lines] == sorted(line["done"] for line in lines)
    quiet = at("released", "quiet").run("send", "-q", code=OK)
    assert quiet.stderr == ""
