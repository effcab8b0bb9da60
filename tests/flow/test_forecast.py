# SPDX-License-Identifier: MIT
"""When the last of each level will have been handed over, against the 72 hours: in approve, in `send -n` and in
status, as text and as JSON. The arithmetic itself has its table in tests/mailer/test_schedule.c."""
import json
import re

import pytest

from conftest import OK

NOW = {"BREACHMAIL_NOW": "2023-08-26T20:00:00Z"}    # nine o'clock in London's summer; aware 13 hours before


def forecast(incident, *words, env=NOW, **more):
    return incident.run(*words, env=env, **more).tally["forecast"]


def limit(incident, hours=None, **relay):
    incident.change({"sending_hours": hours, "relay": relay})


def ends(told):
    return {level["name"]: level["last_at"] for level in told["levels"] if level["mails"]}


def test_levels_end_in_order(few):
    """Five mails at one a minute: the level of one mail first, then the other four, who are of two levels."""
    limit(few, per_minute=1)
    told = forecast(few, "approve")
    assert (told["pace"], told["of"], told["waiting"]) == ("per_minute", 72, 5)
    assert [(level["name"], level["mails"], level["last_at"]) for level in told["levels"]] == [
        ("counter-terrorism", 1, "2023-08-26T20:01:00Z"), ("officer", 2, "2023-08-26T20:03:00Z"),
        ("staff", 2, "2023-08-26T20:05:00Z")]
    assert told["last_at"] == "2023-08-26T20:05:00Z" and told["in_time"] is True
    assert told["hours"] == pytest.approx(13 + 5 / 60)


def test_the_same_in_send_and_status(few):
    limit(few, per_minute=1)
    planned = forecast(few, "approve")
    assert ends(forecast(few, "status")) == ends(planned)
    few.run("approve", "--release", env=NOW, code=OK)
    assert forecast(few, "send", "-n") == planned
    assert ends(forecast(few, "status")) == ends(planned)
    for words in (["send", "-n"], ["status"]):
        text = few.text(*words, env=NOW)
        assert re.search(r"(?m)^  Sat 26 Aug, 21:05 +2  staff$", text), text
        assert "in time: the last mail goes at hour 13 of 72" in text


def test_a_night_in_between(few):
    """One mail in twelve minutes, and at ten o'clock the hours close: the rest goes in the morning."""
    limit(few, "07:00-22:00", per_minute=1)
    at = {"BREACHMAIL_NOW": "2023-08-26T20:58:00Z"}
    told = forecast(few, "approve", env=at)
    assert told["sending_hours"] == "07:00-22:00"
    assert ends(told) == {"counter-terrorism": "2023-08-26T20:59:00Z", "officer": "2023-08-27T06:01:00Z",
                          "staff": "2023-08-27T06:03:00Z"}


def test_a_limit_by_the_day_takes_days_and_is_late(few):
    limit(few, per_day=1)
    told = forecast(few, "approve")
    assert told["per_day"] == 1 and told["in_time"] is False
    assert [level["in_time"] for level in told["levels"]] == [True, True, False]
    assert ends(told)["staff"].startswith("2023-08-30T20:00:0")
    assert "LATE: the last mail goes at hour 109 of 72" in few.text("approve", env=NOW)
    few.run("approve", "--release", env=NOW)
    few.run("send", env=NOW, code=75)       # one today: it counts for what is left
    assert ends(forecast(few, "send", "-n"))["staff"].startswith("2023-08-30T20:00:0")


def test_the_rate_of_a_run(few):
    few.run("approve", "--release", env=NOW)
    assert forecast(few, "send", "-n")["pace"] == "assumed"
    slower = forecast(few, "send", "-n", "--rate", "1")
    assert (slower["pace"], slower["per_second"], slower["last_at"]) == ("asked", 1, "2023-08-26T20:00:05Z")


def test_connections_count_until_the_pace_is_measured(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    assert forecast(incident, "send", "-n", env={})["per_second"] == 20
    assert forecast(incident, "send", "-n", "--connections", "2", env={})["per_second"] == 10
    incident.run("send", "--rate", "150", code=OK)
    told = forecast(incident, "status", env={})
    assert told["pace"] == "measured" and told["per_second"] == pytest.approx(150, rel=.25)
    assert told["waiting"] == 0 and told["last_at"] and {
        level["name"] for level in told["levels"] if level["handed_over"]} >= {"officer", "staff"}


def test_status_names_those_who_are_told_in_person(few):
    told = {level["name"]: level for level in forecast(few, "status", env={})["levels"]}
    assert told["undercover"]["tasks"] == 1 and told["undercover"]["tasks_due"]
    assert told["undercover"]["last_at"] is None and told["undercover"]["mails"] == 0
    assert sum(level["tasks"] for level in told.values()) == few.status()["states"]["task"]


def test_the_manifest_has_it_and_stands(few):
    """A forecast is released with the rest, and what has changed since in time or pace does not undo the release."""
    limit(few, per_minute=1)
    lines = [line for line in few.run("approve", env=NOW).tally["manifest"].splitlines()
             if line.startswith("forecast ")]
    assert lines == ["forecast pace 0.02 a second, per_minute",
                     "forecast level counter-terrorism after 0h01m00s, at hour 13 of 72",
                     "forecast level officer after 0h03m00s, at hour 13 of 72",
                     "forecast level staff after 0h05m00s, at hour 13 of 72",
                     "forecast in-time after 0h05m00s, at hour 13 of 72"]
    few.run("approve", "--release", env=NOW)
    assert few.run("send", "-n", env={}).tally["pending"] == 5
    limit(few, "00:00-24:00", per_minute=1)
    assert few.run("send", "-n", env={}).tally["pending"] == 5


def test_nothing_to_forecast(at):
    incident = at("grouped")
    assert incident.status()["forecast"]["waiting"] == 0
    assert "handed over" not in incident.text("status")


def test_a_head_start_is_waited_for(few):
    """Undercover people are told in person first, and everybody's mail waits four hours for that."""
    policy = few.folder / "policy.json"
    change = json.loads(policy.read_text())
    change["levels"][0]["head_start"] = "4h"
    policy.write_text(json.dumps(change))
    limit(few, "07:00-22:00", per_minute=1)
    few.walk("group", "compose")
    at_noon = {"BREACHMAIL_NOW": "2023-08-26T11:00:00Z"}
    told = ends(forecast(few, "approve", env=at_noon))
    assert told == {"counter-terrorism": "2023-08-26T15:01:00Z", "officer": "2023-08-26T15:03:00Z",
                    "staff": "2023-08-26T15:05:00Z"}
    few.run("approve", "--release", env=at_noon)
    later = {"BREACHMAIL_NOW": "2023-08-26T14:00:00Z"}
    assert ends(forecast(few, "status", env=later)) == told == ends(forecast(few, "send", "-n", env=later))
    few.run("send", "--lift-head-start", "--by", "Joan", "--reason", "the visits are done", env=later)
    assert ends(forecast(few, "send", "-n", env=later))["staff"] == "2023-08-26T14:05:00Z"
    late = {"BREACHMAIL_NOW": "2023-08-26T20:00:00Z"}
    assert ends(forecast(few, "status", env=late))["staff"] == "2023-08-26T20:05:00Z"
