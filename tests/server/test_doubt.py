# SPDX-License-Identifier: MIT
"""What is in doubt: nobody sends it again but a person, or the policy of its level, which the release shows;
and what else is settled before or between sends: who may be written to, and who is told by a human."""
import json
import time

import pytest

from flow import HUMAN, OK, REFUSED, TEMPORARY, USAGE
from scripted import Playing
import invariants


def levels(incident):
    return {level["name"]: level["states"] for level in incident.status()["levels"] if level["states"]}


def policy(incident, **each):
    """Changes levels of policy.json by name, and makes everything anew."""
    path = incident.folder / "policy.json"
    whole = json.loads(path.read_text())
    for level in whole["levels"]:
        level.update(each.get(level["name"].replace("-", "_"), {}))
    path.write_text(json.dumps(whole, indent=1))
    incident.walk("group", "compose")


def test_people_in_danger_are_sent_to_again(few):
    """Only they, by their level's policy; with the same Message-ID."""
    policy(few, counter_terrorism={"in_doubt": "resend"})
    with Playing("--plan", "dot-taken@1-2") as server:
        few.send_to(server, connections=1)
        assert "in-doubt ask\nin-doubt-of counter-terrorism resend\n" in few.text("approve")
        few.release()
        first = invariants.send(few, code=TEMPORARY)
        assert invariants.check(few, server.entries, first)["in_doubt"] == 2
        second = invariants.send(few, code=TEMPORARY).tally
        assert second["sent_now"] == 1 and second["in_doubt"] == 1
        ids = [entry["message_id"] for entry in server.entries]
        assert ids.count(ids[0]) == 2 and len(set(ids)) == len(ids) - 1
        assert levels(few)["counter-terrorism"]["accepted"] == 1
        third = invariants.send(few, code=TEMPORARY).tally
        assert third["sent_now"] == 0 and third["in_doubt"] == 1


def test_what_a_person_leaves_is_left(few):
    """Where the policy would send it again, too."""
    few.change({"in_doubt": "resend"}, "policy.json")
    few.walk("group", "compose")
    with Playing("--plan", "dot-taken@1") as server:
        few.send_to(server, connections=1)
        few.release()
        invariants.send(few, code=TEMPORARY)
        (number,) = few.status()["in_doubt"]
        few.run("send", "--resolve", number, "leave", "--by", "Joan", "--reason", "nobody can say", code=OK)
        count = len(server.entries)
        tally = invariants.send(few, code=TEMPORARY).tally
        assert tally["sent_now"] == 0 and tally["in_doubt"] == 1 and len(server.entries) == count
        few.run("send", "--resolve", number, "resend", "--by", "Joan", "--reason", "better twice", code=OK)
        assert invariants.send(few, code=OK).tally["sent_now"] == 1


def test_what_is_on_the_wire_is_not_in_doubt_yet(few):
    """Nobody is sent to look for a mail that is just being handed over."""
    with Playing("--plan", "dot-hang@1") as server:
        few.send_to(server)
        few.release()
        process = few.start("send")
        while len(server.server.marks_in) < 5:      # EHLO, MAIL, RCPT, DATA, and the dot
            time.sleep(.02)
        assert "not in doubt" in few.error("send", "--resolve", 1, code=USAGE)
        assert not few.status()["in_doubt"]
        process.kill()
        few.finish(process)
        assert few.status()["in_doubt"] == [1]
        few.run("send", "--resolve", 1, code=OK)
        few.run("send", "--resolve", 1, "accepted", "--by", "Joan", "--reason", "its log", code=OK)
        assert invariants.send(few, code=OK).tally["sent_now"] == 4


@pytest.mark.parametrize("key, value", [("allowed_domains", ["other.example"]), ("closed_channels", ["email"])])
def test_who_may_be_written_to_changed_after_the_release(few, key, value):
    """Refused before the first mail; made anew, nobody outside is written to."""
    with Playing() as server:
        few.send_to(server)
        few.release()
        few.change({key: value})
        message = few.error("send", code=REFUSED)
        assert key.replace("_", "-") in message and not server.entries
        few.run("approve", "--withdraw")
        few.walk("group", "compose")
        assert few.last["compose"]["notices"] == 0
        few.error("approve", "--release", code=REFUSED)
        assert not server.entries


def test_an_address_that_no_relay_may_have(few):
    """Local parts that are not ASCII (SMTPUTF8) are a task with a reason before anything is sent; a domain
    that is not is written as the relay knows it."""
    text = (few.root / "people.csv").read_text()
    (few.root / "people.csv").write_text(text.replace("j.smith@", "j.schmöd@").replace(
        "uma@met.police.example", "uma@bücher.example"))
    few.run("import", "people", few.root / "people.csv", "--as-of", "2023-08-02", code=OK)
    few.walk("match", "group", "compose")
    routes = few.routes()
    assert routes["A1"][1:] == ("task", "address-unusable") and routes["A8"][1] == "mail"
    assert any(task["reason"] == "address-unusable" for task in few.run("task", "--open").tally["tasks"])
    with Playing() as server:
        few.send_to(server)
        few.release()
        invariants.send(few, code=OK)
        assert "uma@xn--bcher-kva.example" in [entry["to"] for entry in server.entries]
        assert len(server.entries) == 4 and all(entry["to"].isascii() for entry in server.entries)


def test_deferred_hold_the_lower_levels_in_a_real_run(few):
    """By the clock on the wall: the run waits, the others go, and a human tells who was put off."""
    with Playing("--plan", "rcpt-450.4.2.2@1") as server:
        few.send_to(server, connections=1, hold_for="3s", retry_for="24h")
        few.release()
        tally = invariants.send(few, code=HUMAN).tally
        assert 3 <= tally["seconds"] < 10
        assert tally["accepted"] == 4 == len(server.entries)
        assert tally["given_up"] == tally["tasks_now"] == 1 and tally["pending"] == 0
        assert levels(few)["counter-terrorism"] == {"task": 1}
        assert few.run("send", code=HUMAN).tally["sent_now"] == 0
