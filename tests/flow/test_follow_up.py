# SPDX-License-Identifier: MIT
"""What a timer runs: track, remind and send in one, and a line to the officer in charge."""
import shutil
import subprocess

import pytest

from conftest import HUMAN, OK, SCRIPTS, TEMPORARY, UNAVAILABLE, parse, reconcile
from test_remind import SCHEDULE, now, policy


def follow(incident, code=(OK, HUMAN), **later):
    return incident.run("follow-up", env=now(**later), code=code).tally


def mails(incident):
    return [parse(path.read_bytes()) for path in incident.outbox()]


def words(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


OFFICER = "data.protection@met.police.example"


@pytest.fixture
def released(few):
    policy(few, follow_up=SCHEDULE, proof="acknowledged", escalate={"after": "48h", "to": "call"})
    few.run("approve", "--release", env=now())
    (few.folder / "post").mkdir()
    for part in ("new", "cur", "tmp"):
        (few.folder / "post" / part).mkdir()
    few.change({"mailbox": {"url": "maildir:post"}})
    return few


def answer(incident, mail, text, name):
    (incident.folder / "post" / "new" / name).write_text(
        f"From: {mail['To']}\nTo: {mail['Reply-To'] or mail['From']}\nSubject: Re: {mail['Subject']}\n"
        f"In-Reply-To: {mail['Message-ID']}\nMessage-ID: <{name}@person.example>\n"
        f"Date: Sun, 27 Aug 2023 12:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n{text}\n")


def test_all_in_one(released):
    first = follow(released)
    assert (first["sent_now"], first["due"], first["letters"], first["told"]) == (5, 0, 0, True)
    told = [mail for mail in mails(released) if mail["To"] == OFFICER]
    assert len(told) == 1 and "something needs you" in told[0]["Subject"]
    assert "met-2023-08" in words(told[0]) and "task 3 (3 new)" in words(told[0])
    assert not follow(released, minutes=5)["told"]                      # nothing is new
    reader = next(mail for mail in mails(released) if mail["To"].startswith("mary@"))
    answer(released, reader, "I have read this.", "one")
    later = follow(released, hours=25)
    assert (later["letters"], later["reminders"], later["sent_now"]) == (1, 4, 4)
    assert reconcile(released)["states"]["acknowledged"] == 1
    again = follow(released, hours=25)
    assert (again["letters"], again["due"], again["sent_now"]) == (0, 0, 0)
    tasks = follow(released, hours=50)
    assert (tasks["escalations"], tasks["told"]) == (4, True)
    assert not any(name in words(mail) for mail in mails(released) if mail["To"] == OFFICER
                   for name in ("Smith", "O'Neill", "P1000", "A1"))


def test_another_in_its_place_is_new(released):
    """One question is answered and another comes before the next run: as many as before, and yet new."""
    follow(released)
    first, second = [mail for mail in mails(released) if mail["To"] != OFFICER][:2]
    answer(released, first, "Was my address in it?", "one")
    assert follow(released, minutes=5)["told"]
    (question,) = released.run("track", "--list", "questions").tally["letters"]
    released.run("track", "--settle", question["letter"], "--as", "answered", "--by", "Ann", "--reason", "rang them")
    answer(released, second, "And mine?", "two")
    assert follow(released, minutes=20)["told"]
    assert sum("letters question 1 (1 new)" in words(mail) for mail in mails(released)) == 2
    assert not follow(released, minutes=35)["told"]


def test_no_letters_no_reminders(released):
    """A mailbox that cannot be read: who is silent is not known. What is released goes out all the same."""
    released.change({"mailbox": {"url": "imap://127.0.0.1:1", "user": "x", "password_file": "pass"}})
    (released.folder / "pass").write_text("secret\n")
    (released.folder / "pass").chmod(0o600)
    released.run("follow-up", env=now(), code=UNAVAILABLE)
    assert len([mail for mail in mails(released) if mail["To"] != OFFICER]) == 5
    released.run("follow-up", env=now(hours=50), code=UNAVAILABLE)
    assert len([mail for mail in mails(released) if mail["To"] != OFFICER]) == 5
    assert not [task for task in released.run("task", "--open").tally["tasks"] if task["reason"] == "silence"]


def test_hours_and_days(released):
    """Outside of them nothing goes; it is no failure, the next run does it."""
    released.change({"sending_hours": "09:00-17:00", "sending_days": ["mon", "tue", "wed", "thu", "fri"]})
    assert follow(released)["sent_now"] == 0                            # a Sunday
    assert "no mail goes today" in released.error("send", env=now(), code=TEMPORARY)
    assert follow(released, hours=21)["sent_now"] == 0                  # Monday, 07:00 by the wall
    assert follow(released, hours=23)["sent_now"] == 5


def test_the_officer_is_told_when_a_relay_is_there(released, relay):
    released.run("send", env=now(), code=OK)
    server = relay("--defer", OFFICER)
    released.send_to(server)
    assert follow(released, code=(OK, HUMAN))["told"] is False
    server.stop()
    released.send_to(relay())
    assert follow(released, minutes=10)["told"] is True
    assert follow(released, minutes=20)["told"] is False


def test_somebody_else_is_told(released):
    released.change({"notify": "duty@met.police.example"})
    follow(released)
    assert [mail["To"] for mail in mails(released)].count("duty@met.police.example") == 1
    assert OFFICER not in [mail["To"] for mail in mails(released)]


def test_dry(released):
    before = released.state()
    tally = released.run("follow-up", "-n", env=now(hours=25)).tally
    assert tally["sent_now"] == 0 and released.state() == before


def test_ten_at_once(released):
    started = [released.start("follow-up", "--wait=60", env=now()) for _ in range(10)]
    for process in started:
        released.finish(process)
    to = [mail["To"] for mail in mails(released)]
    assert sorted(to) == sorted(set(to)) and len(to) == 6


UNITS = SCRIPTS / "systemd"


def test_the_units(tmp_path):
    """A run that leaves something to a human is no failure; the key is a credential; nothing more than is needed."""
    service = (UNITS / "breachmail-follow-up@.service").read_text()
    for line in ("SuccessExitStatus=1 75", "LoadCredential=breachmail.key:/etc/breachmail/%i.key", "IPAddressDeny=any"):
        assert f"\n{line}\n" in service
    assert "\nPersistent=true\n" in (UNITS / "breachmail-follow-up@.timer").read_text()
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    unit = tmp_path / "breachmail-follow-up.service"
    unit.write_text(service.replace("%i", "x").replace("@bindir@", "/usr/bin"))
    said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", unit],
                          capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stdout[-400:] + said.stderr
