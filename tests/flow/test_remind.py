# SPDX-License-Identifier: MIT
"""What follows silence: reminders by the policy's schedule, once each, and tasks for a human."""
import datetime
import json

import pytest

from conftest import HUMAN, OK, REFUSED, TEMPORARY, parse, reconcile

SENT = datetime.datetime(2023, 8, 27, 9, tzinfo=datetime.timezone.utc)
SCHEDULE = [{"after": "24h", "template": "follow-up/reminder"}, {"after": "3d", "template": "follow-up/reminder"},
            {"after": "10d", "template": "follow-up/reminder"}]


def now(**later):
    """The clock, so much after the notices went."""
    return {"BREACHMAIL_NOW": (SENT + datetime.timedelta(**later)).isoformat()}


def policy(incident, **changes):
    """The levels that are told by mail, changed alike; of the others nothing."""
    path = incident.folder / "policy.json"
    whole = json.loads(path.read_text())
    whole.update({name: value for name, value in changes.items() if name == "follow_ups"})
    for level in whole["levels"]:
        if level["route"] == "mail":
            for name in ("follow_up", "escalate", "proof"):
                if changes.get(name) is not None:
                    level[name] = changes[name]
                else:
                    level.pop(name, None)
    path.write_text(json.dumps(whole, indent=1))
    incident.run("group", env=now())
    incident.run("compose", env=now())


def send(incident, **later):
    return incident.run("send", env=now(**later), code=(OK, HUMAN, TEMPORARY)).tally


def remind(incident, *words, code=(OK, HUMAN), **later):
    return incident.run("remind", *words, env=now(**later), code=code).tally


@pytest.fixture
def told(few):
    """Told by mail: A1, A2, A3, A6, A8; nobody has answered."""
    policy(few, follow_up=SCHEDULE, proof="acknowledged")
    few.run("approve", "--release", env=now())
    assert send(few)["accepted"] == 5
    return few


def subjects(incident):
    return [parse(path.read_bytes()) for path in incident.outbox()]


def test_by_the_schedule(told):
    assert remind(told, hours=23)["due"] == 0
    dry = remind(told, "-n", hours=24)
    tally = remind(told, hours=24)
    assert (tally["due"], tally["reminders"], tally["covered"], tally["waiting"], tally["escalations"]) == (5, 5, 5, 0, 0)
    assert {**dry, "release": ""} == {**tally, "release": ""}
    assert remind(told, hours=24)["due"] == 0
    sent = send(told, hours=24)
    assert (sent["release"], sent["accepted"]) == (tally["release"], 5)
    mails = subjects(told)
    assert len(mails) == 10 and len({mail["Message-ID"] for mail in mails}) == 10
    again = [mail for mail in mails if "We are writing again" in mail.get_body(("plain",)).get_content()]
    assert sorted(mail["To"] for mail in again) == sorted({mail["To"] for mail in mails})
    assert reconcile(told)["states"]["accepted"] == 5


def test_a_year_in_steps(told):
    """Three follow-ups each, whatever the steps: late ones come one after the other, never together."""
    made = []
    for day in range(7, 365, 7):
        tally = remind(told, days=day)
        assert tally["reminders"] in (0, 5), "several at once"
        made.append(tally["reminders"])
        if tally["reminders"]:
            assert send(told, days=day)["accepted"] == 5
            assert remind(told, days=day)["due"] == 0
    assert sum(made) == 15
    per_person = [mail["To"] for mail in subjects(told)]
    assert {per_person.count(to) for to in per_person} == {4}


def test_after_missed_runs(told):
    """One, and the rest of the schedule moves back by as much."""
    assert remind(told, days=60)["reminders"] == 5
    send(told, days=60)
    assert remind(told, days=61)["due"] == 0
    assert remind(told, days=62)["reminders"] == 5


def test_the_clock_goes_back(told):
    assert remind(told, days=30)["reminders"] == 5
    send(told, days=30)
    tally = remind(told, hours=-5)
    assert tally["due"] == 0 and tally["clock_behind"] > 0
    assert remind(told, hours=30)["due"] == 0


# by the wall 16:30, 17:30, and on the day after 08:30 and 09:30, when the clocks have gone back and forward
@pytest.mark.parametrize("begin, hours", [("2023-10-28T15:30Z", (0, 1, 17, 18)), ("2024-03-30T16:30Z", (0, 1, 15, 16))],
                         ids=["ends", "begins"])
def test_summer_time(told, begin, hours):
    """24 hours are 24 hours, and the sending hours are those of the wall."""
    told.change({"sending_hours": "09:00-17:00"})
    passed = datetime.datetime.fromisoformat(begin.replace("Z", "+00:00")) - SENT
    open_, closed, early, again = ({"seconds": passed.total_seconds() + hour * 3600} for hour in hours)
    assert remind(told, **open_)["reminders"] == 5
    assert told.run("send", env=now(**closed), code=TEMPORARY).code
    assert told.run("send", env=now(**early), code=TEMPORARY).code
    assert send(told, **again)["accepted"] == 5
    after = {"seconds": again["seconds"] + 23 * 3600}
    assert remind(told, **after)["due"] == 0


def test_fifty_at_once(told):
    started = [told.start("remind", "--wait=60", env=now(hours=25)) for _ in range(50)]
    tallies = [told.finish(process).tally for process in started]
    assert sorted(tally["reminders"] for tally in tallies) == [0] * 49 + [5]
    assert send(told, hours=25)["released"] == 5


def test_not_to_whom_it_does_not_concern(told, few):
    """Held back, told in person, put on another route: no mail follows."""
    said = ("--by", "Ann", "--reason", "they asked")
    few.run("person", "A1", "--hold", *said, env=now(hours=1))
    few.run("person", "A2", "--address-unsafe", *said, env=now(hours=1))
    few.run("person", "A3", "--route", "task", *said, env=now(hours=1))
    assert remind(few, hours=25)["reminders"] == 2
    assert send(few, hours=25)["released"] == 2


def test_held_back_after_it_was_made(told):
    remind(told, hours=25)
    told.run("person", "A1", "--hold", "--by", "Ann", "--reason", "they asked", env=now(hours=25))
    assert send(told, hours=25)["accepted"] == 4


def test_what_the_release_allows(told):
    """A text has changed since: the follow-ups wait for a release of their own."""
    own = told.folder / "templates" / "follow-up"
    own.mkdir(parents=True)
    (own / "again.txt").write_text("We wrote to you before. This is the same again.\n")
    tally = remind(told, hours=25)
    assert (tally["reminders"], tally["covered"], tally["waiting"]) == (5, 0, 5)
    assert told.run("send", env=now(hours=25), code=(OK, HUMAN)).tally["sent_now"] == 0
    draft = told.run("approve", env=now(hours=25)).tally
    assert draft["notices"] == 5 and "follow-ups reminder 5\n" in draft["manifest"]
    told.run("approve", "--release", env=now(hours=25))
    assert send(told, hours=25)["accepted"] == 5
    assert remind(told, hours=26)["waiting"] == 0


def test_the_manifest_says_so(few):
    policy(few, follow_up=SCHEDULE, proof="delivered")
    manifest = few.run("approve", env=now()).tally["manifest"]
    assert "standing follow-up officer 2 after 3d proof delivered template follow-up/reminder\n" in manifest
    assert "standing most officer 3 a person\n" in manifest
    policy(few, follow_up=SCHEDULE, proof="delivered", follow_ups="each")
    assert "standing" not in few.run("approve", env=now()).tally["manifest"]
    few.run("approve", "--release", env=now())
    send(few)
    assert remind(few, hours=25)["waiting"] == 5


def test_withdrawn_is_withdrawn(told):
    """The release that allows it is taken back: what waits does not go, and nothing follows."""
    remind(told, hours=25)
    told.run("approve", "--withdraw", env=now(hours=25))
    told.run("send", env=now(hours=25), code=REFUSED)
    assert remind(told, hours=25)["waiting"] == 5


def test_only_without_proof(few):
    """The relay took it: enough for this level. Who is in doubt has not proved even that."""
    policy(few, follow_up=SCHEDULE, proof="accepted")
    few.run("approve", "--release", env=now())
    send(few)
    assert remind(few, days=30)["due"] == 0


def test_silence_becomes_a_task(few):
    policy(few, follow_up=SCHEDULE[:1], proof="acknowledged", escalate={"after": "48h", "to": "call"})
    few.run("approve", "--release", env=now())
    send(few)
    assert remind(few, hours=47)["escalations"] == 0
    tally = remind(few, hours=48)
    assert (tally["due"], tally["escalations"]) == (5, 5)
    assert remind(few, hours=49)["due"] == 0
    tasks = [task for task in few.run("task", "--open").tally["tasks"] if task["reason"] == "silence"]
    assert len(tasks) == 5 and {task["kind"] for task in tasks} == {"call"}
    status = reconcile(few)
    assert status["states"]["task"] == 8
    few.run("task", "done", tasks[0]["number"], "--by", "Jo", "--note", "spoke to them")
    assert reconcile(few)["states"]["reached"] == 1
    few.walk("group", "compose")
    assert reconcile(few)["states"]["task"] == 7


def test_refused_becomes_a_task_at_once(few, relay):
    server = relay("--refuse", "john.smith@*")
    few.send_to(server)
    policy(few, follow_up=SCHEDULE, proof="acknowledged",
           escalate={"to": "the duty officer of data protection", "on_bounce": True})
    few.run("approve", "--release", env=now())
    sent = send(few)
    assert sent["refused"] == 1, sent
    tally = remind(few, minutes=5)
    assert (tally["escalations"], tally["reminders"]) == (1, 0)
    (task,) = [task for task in few.run("task", "--open").tally["tasks"] if task["reason"] == "bounced"]
    assert task["owner"] == "the duty officer of data protection" and task["person_id"] == "A2"
    assert remind(few, hours=25)["reminders"] == 4      # not to the address that was refused


def test_too_many_tasks_stop(at):
    incident = at("composed")
    policy(incident, proof="delivered", escalate={"after": "48h", "to": "call"})
    incident.run("approve", "--release", env=now())
    told = send(incident)["accepted"]
    before = len(incident.run("task", "--open").tally["tasks"])
    tally = remind(incident, code=HUMAN, hours=50)
    assert (tally["too_many"], tally["escalations"]) == (told, 0)
    assert len(incident.run("task", "--open").tally["tasks"]) == before
    assert "--tasks" in tally["next"]
    assert incident.run("follow-up", env=now(hours=50), code=HUMAN).tally["told"]
    assert f"tasks held back {told} ({told} new)" in " ".join(
        mail.get_body(("plain",)).get_content() for mail in subjects(incident) if "needs you" in mail["Subject"])
    assert remind(incident, "--tasks", told - 1, "--by", "Ann", "--reason", "right", code=HUMAN, hours=50)["too_many"]
    incident.run("remind", "--tasks", told, code=64)
    tally = remind(incident, "--tasks", told, "--by", "Ann", "--reason", "right", code=HUMAN, hours=50)
    assert tally["escalations"] == told
    assert len(incident.run("task", "--open").tally["tasks"]) == before + told
    reconcile(incident)
