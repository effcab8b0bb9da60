# SPDX-License-Identifier: MIT
"""How a send is steered: a trial of a few, a stop from another terminal, mails that the relay puts off,
and what becomes of those who are put off for too long."""
import json
import re
import socket
import time

import pytest

from conftest import BINARY, CONFIG, HUMAN, INTERRUPTED, LEDGER, OK, REFUSED, SENT, TEMPORARY, UNAVAILABLE, USAGE, reconcile_send, twice
from terminal import Terminal

def at_time(minutes, seconds=0):
    return {"BREACHMAIL_NOW": f"2023-08-27T{9 + minutes // 60:02}:{minutes % 60:02}:{seconds:02}Z"}


def tries(server):
    """How often each recipient was named, taken or not, is not in the log: who was taken is."""
    return [recipient for _, recipient in server.accepted()]


def sums(incident, tally):
    """After mails were given up: their notices are in the tally, their people among the tasks."""
    states = (status := incident.status())["states"]
    assert tally["released"] == sum(tally[name] for name in SENT)
    assert status["people"] == sum(states.values())
    assert states.get("accepted", 0) == tally["accepted"]
    assert states.get("deferred", 0) == tally["deferred"] - tally["given_up"]
    assert status["needs_human"]["task"] == states["task"] >= tally["given_up"]
    return status


# --------------------------------------------------------------------------------------------- a trial

def test_first_is_a_trial_of_the_default_level(at, relay, staff):
    incident, server = at("composed"), relay()
    incident.release(server)
    tally = incident.run("send", "--first", 5, code=TEMPORARY).tally
    reconcile_send(incident, tally)
    assert tally["sent_now"] == tally["accepted"] == 5
    assert len(set(incident.levels(staff, tries(server)))) == 1
    policy = json.loads((incident.folder / "policy.json").read_text())
    (default,) = (level["name"] for level in policy["levels"] if level.get("default"))
    for level in incident.status()["levels"]:
        assert level["states"].get("accepted", 0) == (5 if level["name"] == default else 0)
    again = incident.run("send", "--first", 5, code=TEMPORARY).tally
    assert again["sent_now"] == 0                          # they had theirs
    assert incident.run("send", "--first", 7, code=TEMPORARY).tally["sent_now"] == 2
    rest = incident.run("send", code=OK).tally
    reconcile_send(incident, rest)
    assert not twice(server.accepted()) and len(server.accepted()) == rest["released"]


# ----------------------------------------------------------------------------------------- a test mail

def test_a_test_mail_is_about_nobody_and_counts_for_nothing(at, relay, staff):
    incident, server = at("released"), relay()
    incident.send_to(server, envelope_from="bounces+{token}@met.police.example")
    before = incident.status()["states"]
    dry = incident.run("send", "-n", "--test", "dpo@met.police.example", code=OK).tally
    assert dry["test"] == "not sent" and not server.accepted()
    tally = incident.run("send", "--test", "dpo@met.police.example", code=OK).tally
    assert tally["sent_now"] == 1 and tally["test"] == "accepted" and tally["code"] == 250
    ((message_id, recipient),) = server.accepted()
    assert recipient == "dpo@met.police.example" and tally["message_id"] in message_id
    (mail,) = server.mails()
    assert b"Sample" in mail and b"Auto-Submitted: auto-generated" in mail
    assert b"Return-Path: <bounces+" in mail
    assert not any(row["email"] and row["email"].encode() in mail for row in staff.values())
    assert incident.status()["states"] == before
    incident.run("check", code=OK)


def test_a_test_mail_needs_no_release_and_is_refused_elsewhere(at):
    incident = at("made")
    incident.run("send", "--test", "dpo@met.police.example", code=OK)
    assert len(incident.outbox()) == 1
    incident.change({"allowed_domains": ["met.police.example"]})
    assert "allowed_domains" in incident.error("send", "--test", "a@b.example", code=REFUSED)
    for wrong in ("nobody", "a@b\r\nRCPT TO:<c@d.example>", "", "b\u00fc@met.police.example"):
        assert "address" in incident.error("send", "--test", wrong, code=USAGE)
    assert len(incident.outbox()) == 1


def test_a_test_mail_that_is_refused_says_why(at, relay):
    incident, server = at("made"), relay("--refuse", "*")
    incident.send_to(server)
    tally = incident.run("send", "--test", "dpo@met.police.example", code=HUMAN).tally
    assert tally["test"] == "refused" and tally["code"] == 550 and tally["sent_now"] == 0
    assert "@" not in tally["reply"] and tally["next"] == "breachmail doctor"


# ------------------------------------------------------------------------------- a stop from elsewhere

def test_stop_from_another_terminal(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    process = incident.start("send", "--rate", 20, "--connections", 2)
    while len(server.accepted()) < 10:
        time.sleep(0.02)
    began = time.monotonic()
    said = incident.run("send", "--stop", code=OK).tally
    assert said["at_work"] and said["stopped"] and time.monotonic() - began < 5
    result = incident.finish(process, "send")
    assert result.code == TEMPORARY and result.tally["stopped"]
    reconcile_send(incident, result.tally)
    assert result.tally["accepted"] == len(server.accepted()) < result.tally["released"]
    assert result.tally["in_doubt"] == 0
    assert incident.run("send", code=OK).tally["pending"] == 0     # the request is used up
    assert not twice(server.accepted())


def test_stop_in_the_first_milliseconds(at, relay):
    """From the moment on at which the send says that it is at work no request is lost."""
    incident, server = at("composed"), relay()
    incident.release(server)
    lock = incident.folder / "ledger.lock"
    for pause in (0, .002, .004, .008, .016):
        process = incident.start("send", "--rate", 5, "--connections", 1)
        while not lock.read_text().startswith("send "):
            pass
        time.sleep(pause)
        began = time.monotonic()
        assert incident.run("send", "--stop", "--wait", 20, code=OK).tally["stopped"]
        assert time.monotonic() - began < 5
        result = incident.finish(process, "send")
        assert result.code == TEMPORARY and result.tally["stopped"]
    reconcile_send(incident, incident.run("send", code=OK).tally)
    assert not twice(server.accepted()) and not (incident.folder / "send.stop").exists()


def test_stop_when_nothing_is_sent(at):
    incident = at("released")
    before = incident.state()
    said = incident.run("send", "--stop", code=OK).tally
    assert not said["at_work"] and not said["stopped"]
    assert incident.state() == before
    assert "No send" in incident.text("send", "--stop")
    incident.run("send", code=OK)


def test_a_forgotten_request_stops_nobody(at):
    incident = at("released")
    (incident.folder / "send.stop").write_text("send by Joan since 2023-08-27T09:00:00Z\nprocess 1\n")
    assert incident.run("send", code=OK).tally["pending"] == 0
    assert not (incident.folder / "send.stop").exists()


# ------------------------------------------------------------------------------------------- put off

def test_deferred_come_back_with_growing_pauses(at, relay):
    """1, 2, 4 ... minutes after each try, up to a fifth sooner; across runs."""
    incident, server = at("composed"), relay("--defer", "b*@*")
    incident.release(server)
    first = incident.run("send", code=TEMPORARY, env=at_time(0)).tally
    deferred = first["deferred"]
    assert deferred > 3 and at_time(0)["BREACHMAIL_NOW"] < first["deferred_due"] <= "2023-08-27T09:01:00Z"
    early = incident.run("send", code=TEMPORARY, env=at_time(0, 40)).tally
    assert early["deferred_due"] == first["deferred_due"] and early["seconds"] == 0
    second = incident.run("send", code=TEMPORARY, env=at_time(1)).tally
    assert second["deferred"] == deferred
    assert "2023-08-27T09:02:36Z" <= second["deferred_due"] <= "2023-08-27T09:03:00Z"
    port = server.port
    server.stop()
    other = relay("--port", port)
    third = incident.run("send", code=TEMPORARY, env=at_time(2)).tally
    assert third["sent_now"] == 0 and not other.accepted()
    fourth = incident.run("send", code=OK, env=at_time(3)).tally
    assert fourth["sent_now"] == deferred == len(other.accepted())
    reconcile_send(incident, fourth)


def test_by_hand_the_deferred_are_tried_at_once(at, relay):
    """Whoever types send when nothing else is left means them; a timer says --due."""
    incident, server = at("composed"), relay("--defer", "b*@*")
    incident.release(server)
    deferred = incident.run("send", code=TEMPORARY).tally["deferred"]
    port = server.port
    server.stop()
    other = relay("--port", port)
    assert incident.run("send", "--due", code=TEMPORARY).tally["sent_now"] == 0
    assert incident.run("send", code=OK).tally["sent_now"] == deferred == len(other.accepted())


def test_put_off_for_too_long_is_told_in_person(at, relay):
    incident, server = at("composed"), relay("--defer", "b*@*")
    incident.send_to(server, retry_for="2h")
    incident.release()
    first = incident.run("send", code=TEMPORARY, env=at_time(0)).tally
    before = incident.status()
    last = incident.run("send", code=HUMAN, env=at_time(121)).tally
    assert last["tasks_now"] == last["given_up"] == last["deferred"] == first["deferred"]
    after = sums(incident, last)
    assert after["states"]["task"] == before["states"].get("task", 0) + first["deferred"]
    assert "deferred" not in after["states"]
    tasks = incident.run("task", "--open").tally["tasks"]
    assert sum(task["reason"] == "deferred" for task in tasks) == first["deferred"]
    port = server.port
    server.stop()
    other = relay("--port", port)
    assert incident.run("send", code=HUMAN, env=at_time(180)).tally["tasks_now"] == 0
    assert not other.accepted()                            # nobody is told both ways
    incident.run("group")
    incident.run("compose")                                # and they keep their task
    assert incident.status()["states"] == after["states"]
    incident.run("check", code=OK)


def test_deferred_hold_the_lower_levels_for_a_while(at, relay, staff):
    incident, server = at("composed"), relay("--defer", "*")
    incident.release()
    wanted = [name for name, route in incident.routes().items() if route[1] == "mail"]
    high = min(level for level in incident.levels(staff, [staff[p]["email"] for p in wanted]))
    boxes = [staff[p]["email"].lower() for p, l in
             zip(wanted, incident.levels(staff, [staff[p]["email"] for p in wanted])) if l == high]
    server.stop()
    server = relay("--defer", boxes[0])
    incident.run("approve", "--withdraw")
    incident.send_to(server, hold_for="30m", retry_for="24h")
    incident.release()
    first = incident.run("send", code=TEMPORARY, env=at_time(0)).tally
    assert first["deferred"] == 1 and first["accepted"] == len(boxes) - 1
    second = incident.run("send", code=TEMPORARY, env=at_time(29)).tally
    assert second["sent_now"] == 0
    third = incident.run("send", code=HUMAN, env=at_time(31)).tally
    assert third["tasks_now"] == 1 and third["pending"] == 0
    assert third["accepted"] == third["released"] - 1
    sums(incident, third)


# ----------------------------------------------------------------------------------- too many refusals

def test_the_count_of_equal_refusals_is_settable(at, relay):
    incident, server = at("composed"), relay("--refuse", "*")
    incident.send_to(server, connections=1, stop_after={"count": 7, "share": 1})
    incident.release()
    message = incident.error("send", code=UNAVAILABLE)
    assert "7 mails in a row" in message and "550" in message and "relay.stop_after" in message
    assert incident.status()["states"]["refused"] == 7
    assert re.search(r"14  refused\n", incident.text("send", code=UNAVAILABLE))     # how far it came


def test_a_share_of_refusals_stops_too(at, relay):
    incident, server = at("composed"), relay("--refuse", "*[a-f]@*")
    incident.send_to(server, stop_after={"count": 1000, "share": 0.1})
    incident.release()
    assert "of 100 mails" in incident.error("send", code=UNAVAILABLE)


# -------------------------------------------------------------------------------------- several relays

def relays(incident, *servers, **first):
    relay = {**incident.settings()["relay"], **first}
    incident.change({"relay": None, "relays": [
        {**(relay if i == 0 else {}), "url": f"smtp://127.0.0.1:{port}", **more}
        for i, (port, more) in enumerate(servers)]})


def test_the_next_relay_takes_what_is_over_the_first_ones_day(at, relay):
    incident, one, two = at("composed"), relay(), relay()
    relays(incident, (one.port, {"per_day": 25}), (two.port, {"per_day": 40}))
    released = incident.release()["released"]
    tally = incident.run("send", code=TEMPORARY).tally
    reconcile_send(incident, tally)
    assert (len(one.accepted()), len(two.accepted())) == (25, 40) and tally["sent_now"] == 65
    assert incident.run("send", code=TEMPORARY).tally["sent_now"] == 0
    incident.run("approve", "--withdraw")
    relays_now = incident.settings()["relays"]
    relays_now[1]["per_day"] = 100000
    incident.change({"relays": relays_now})
    incident.run("approve", "--release")
    assert incident.run("send", code=OK).tally["sent_now"] == released - 65
    assert len(one.accepted()) == 25
    assert not twice(one.accepted() + two.accepted())


def test_a_relay_that_is_away_is_left_out(at, relay):
    incident, server = at("composed"), relay()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        relays(incident, (free.getsockname()[1], {}), (server.port, {}))
        incident.release()
        tally = incident.run("send", code=OK).tally
    reconcile_send(incident, tally)
    assert tally["sent_now"] == len(server.accepted()) == tally["released"]


def test_all_relays_have_one_sender(at, relay):
    incident, server = at("composed"), relay()
    relays(incident, (server.port, {}), (server.port, {"from": "other@met.police.example"}))
    assert "relays[1].from" in incident.error("send", code=CONFIG)


@pytest.mark.parametrize("pipelining", ["on", "full", "off"])
def test_a_connection_is_ended_after_its_share(at, relay, pipelining):
    incident, server = at("composed"), relay()
    incident.send_to(server, connections=2, per_connection=20, pipelining=pipelining)
    released = incident.release()["released"]
    reconcile_send(incident, incident.run("send", code=OK).tally)
    assert len(server.accepted()) == released and not twice(server.accepted())
    sessions = int(re.search(r"sessions (\d+)", server.stop())[1])
    assert released / 20 <= sessions <= released / 20 + 2


# ---------------------------------------------------------------------------------------- a start time

def test_nothing_goes_before_the_start_time(at):
    incident = at("released")
    message = incident.error("send", "--at", "2023-08-27T10:00:00Z", code=TEMPORARY, env=at_time(59))
    assert "10:00" in message and not incident.outbox()
    incident.run("send", "--at", "2023-08-27T10:00:00Z", code=OK, env=at_time(60))
    other = at("released", "b")
    for words in (["--at", "ten"], ["-n", "--at", "ten"]):
        assert "--at" in other.error("send", *words, code=USAGE)
    later = other.run("send", "-n", "--at", "2023-08-27T10:00:00Z", env=at_time(0)).tally["forecast"]
    assert later["last_at"] >= "2023-08-27T10:00:00Z"


def test_what_would_stop_it_at_the_start_time_is_told_at_once(at):
    incident = at("composed")
    assert "nothing is released" in incident.error("send", "--at", "2099-01-01T12:00:00Z", code=REFUSED)
    incident.release()
    assert "no valid release" in incident.error("send", "--release", "00000000", "--at", "2099-01-01T12:00:00Z", code=REFUSED)
    incident.change({"sending_hours": "07:00-20:00"})
    assert "--at: outside the sending hours" in incident.error("send", "--at", "2099-01-01T22:00:00Z", code=TEMPORARY)


def test_what_stands_alone_does_not_pass_over_the_rest(at):
    """A test mail at seven is no test mail now."""
    incident = at("released")
    before = incident.state()
    for words in (["--test", "dpo@met.police.example", "--at", "2099-01-01T00:00:00Z"], ["--stop", "--first", 3],
                  ["--resolve", 1, "--release", "12345678"], ["--lift-head-start", "--test", "dpo@met.police.example"]):
        assert "stands alone" in incident.error("send", *words, code=USAGE)
    incident.run("send", "-n", "--test", "dpo@met.police.example", "--release", "12345678", "--rate", 5, code=OK)
    assert incident.state() == before


def test_waiting_for_the_start_time_can_be_stopped(at):
    incident = at("released")
    process = incident.start("send", "--at", "2099-01-01T00:00:00Z", json=False)
    while not incident.run("send", "-n", "--stop").tally["at_work"]:
        time.sleep(.05)
    assert incident.run("send", "--stop", code=OK).tally["stopped"]
    result = incident.finish(process, json=False)
    assert result.code == INTERRUPTED and not incident.outbox()
    assert "waits until 2099-01-01T00:00:00Z" in result.stderr


# -------------------------------------------------------------------------------------- how far it is

def test_progress_on_a_terminal_has_a_line_a_level(at):
    incident = at("released")
    terminal = Terminal([BINARY, "-C", incident.folder, "send", "--rate", "400"], incident.env())
    terminal.wait_for(r"accepted by the relay")
    before = terminal.screen
    assert re.search(r"counter-terrorism +#{15,30} ([0-9]+) of \1 +accepted \1", before), before
    assert max(map(len, re.split(r"[\r\n]", before.replace("\033[K", "")))) < 80     # else it stays on the screen
    assert re.search(r"[0-9]+/s +[0-9]+ s left", before), before
    assert "@" not in before


def test_progress_in_a_log_is_a_line_each_ten_seconds(at):
    incident = at("released")
    lines = incident.run("send", "--rate", 10, "--first", 115, json=False,
                         code=TEMPORARY).stderr.splitlines()
    assert len(lines) == 1 and re.fullmatch(
        r"sending: [a-z-]+ +[0-9]+ of [0-9]+  accepted [0-9]+  (9|10|11)/s(  [0-9]+ s left)?", lines[0]), lines


# --------------------------------------------------------------------------------- an older copy

def test_an_older_copy_of_the_ledger_does_not_send(at, relay):
    """A backup is put back: it does not know who was told since."""
    incident, server = at("composed"), relay()
    incident.release(server)
    incident.run("send", "--first", 3, code=TEMPORARY)
    backup = incident.ledger.read_bytes()
    incident.run("send", code=OK)
    log, newest = server.accepted(), incident.ledger.read_bytes()
    incident.ledger.write_bytes(backup)
    for _ in range(2):
        message = incident.error("send", code=REFUSED)
        assert "older copy" in message and "@" not in message
    incident.status()
    assert server.accepted() == log
    incident.ledger.write_bytes(newest)
    assert incident.run("send", code=OK).tally["sent_now"] == 0
    (head,) = (incident.home / ".local/share/breachmail/heads").glob("*.head")
    assert head.stat().st_mode & 0o777 == 0o600
    incident.run("check", code=OK)
    line = head.read_bytes()
    for at in range(0, len(line), 7):
        head.write_bytes(line[:at] + bytes([line[at] ^ 4]) + line[at + 1:])
        assert str(head) in incident.error("check", code=LEDGER)
    assert str(head) in incident.error("send", code=REFUSED)
    head.unlink()                                   # lost: no send is stopped by that
    assert incident.run("send", code=OK).tally["sent_now"] == 0


def test_a_copy_in_another_folder_may_be_played_with(at):
    incident = at("released")
    twin = incident.copy(incident.root.parent / "twin")
    twin.home = incident.home
    twin.run("send", code=OK)
    incident.run("send", code=OK)


def test_a_crash_is_no_older_copy(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    process = incident.start("send", "--rate", 200)
    server.wait(20)
    process.kill()
    incident.finish(process)
    tally = incident.run("send", code=(OK, TEMPORARY)).tally
    assert tally["pending"] == 0 and not twice(server.accepted())
