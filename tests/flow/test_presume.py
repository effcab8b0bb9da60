# SPDX-License-Identifier: MIT
"""Before the leak is in hand: everyone on the list may be in it, and is told so. What comes later refines it: nobody is
told twice, and who turns out not to be in it is listed for a correction. Eight people who can be told apart by eye (the
village of conftest), and what becomes of each of them."""
import csv
import json
import re

import pytest

from conftest import HUMAN, LISTED, OK, REFUSED, TEMPORARY, USAGE, parse, reconcile

#           level               route   by mail to
PRESUMED = {
    "A1": ("officer", "mail", "j.smith@met.police.example"),
    "A2": ("officer", "mail", "john.smith@met.police.example"),
    "A3": ("counter-terrorism", "mail", "mary@met.police.example"),
    "A4": ("undercover", "task", None),
    "A5": ("staff", "task", None),                                  # no address
    "A6": ("staff", "mail", "eve@met.police.example"),
    "A7": ("staff", "task", None),                                  # deceased
    "A8": ("staff", "mail", "uma@met.police.example")}
BY_MAIL = sorted(row[2] for row in PRESUMED.values() if row[2])
WHY = ("--by", "Ann Example", "--reason", "it was not our list")


@pytest.fixture
def desk(empty, tmp_path):
    """The list of eight, and no leak."""
    empty.make()
    (tmp_path / "people.csv").write_text(LISTED)
    empty.run("import", "people", tmp_path / "people.csv", "--as-of", "2023-08-01", code=OK)
    return empty


def presume(incident, *words, code=OK):
    return incident.run("import", "breach", "--presume", *words, code=code).tally


def walk(incident, *verbs):
    for verb in verbs or ("match", "group", "compose"):
        incident.run(verb)
        reconcile(incident)
    return incident.status()


def leak(incident, people, name="leak.csv"):
    """The rows of these people, as they leaked."""
    rows = [row for row in csv.DictReader(LISTED.splitlines()) if row["person_id"] in people]
    path = incident.root / name
    path.write_text("Pay No,Surname,Forenames\n" + "".join(
        f"{row['pay_number']},{row['surname']},{row['forenames']}\n" for row in rows))
    return incident.run("import", "breach", path, code=OK).tally


def mails(incident):
    return [parse(path.read_bytes()) for path in incident.outbox()]


def told(incident):
    return sorted(mail["To"] for mail in mails(incident))


def send(incident):
    incident.run("approve", "--release", code=OK)
    return incident.run("send", code=(OK, HUMAN)).tally


# ------------------------------------------------------------------------------------------------ everyone may be in it

def test_everyone_is_told_that_they_may_be(desk):
    tally = presume(desk)
    assert (tally["kind"], tally["rows"], tally["accepted"], tally["rejected"]) == ("breach", 0, 0, 0)
    assert (tally["presumed"], tally["columns"], tally["unmapped"], tally["already"]) == (8, {}, [], False)
    matched = desk.run("match", code=OK).tally
    assert (matched["rows"], matched["people"], matched["people_maybe"]) == (0, 0, 8)
    status = walk(desk, "group", "compose")
    assert status["rows"] == 0 and status["people"] == status["presumed"] == 8
    assert desk.routes() == {person: (level, route, reason) for (person, (level, route, _)), reason in zip(
        PRESUMED.items(), ["level", "level", "level", "level", "no-address", "level", "deceased", "level"])}
    assert send(desk)["accepted"] == len(BY_MAIL) and told(desk) == BY_MAIL
    for mail in mails(desk):
        text = mail.get_body(("plain",)).get_content()
        assert "may have been part of a data breach" in text.replace("\n", " ")
        assert "was part of a data" not in text.replace("\n", " ")
        assert "your pay number" in text        # of the kinds that the incident names
    assert "may have been part" in desk.text("task", "--print", "-").replace("\n       ", "")
    reconcile(desk)


def test_group_needs_no_match_before_there_is_a_leak(desk):
    presume(desk)
    assert desk.run("group").tally["people"] == 8


def test_a_newer_list_before_there_is_a_leak(desk, tmp_path):
    """It is seen although there is nothing to match yet: whom it shows to have died gets no mail, released or not."""
    presume(desk)
    walk(desk, "group", "compose")
    desk.run("approve", "--release", code=OK)
    (tmp_path / "newer.csv").write_text(LISTED.replace("Finance,in-post,uma@", "Finance,deceased,uma@"))
    desk.run("import", "people", tmp_path / "newer.csv", "--as-of", "2023-08-20", code=OK)
    assert "breachmail group" in desk.error("compose", code=REFUSED)
    desk.run("group")
    assert desk.run("send", code=HUMAN).tally["held"] == 1
    assert told(desk) == sorted(set(BY_MAIL) - {"uma@met.police.example"})
    assert walk(desk, "group", "compose")["states"]["task"] == 4


def test_before_a_people_list(empty):
    empty.make()
    assert "import people" in empty.error("import", "breach", "--presume", code=REFUSED)


def test_twice_is_once(desk):
    presume(desk)
    before = desk.state()
    assert presume(desk)["already"] is True and desk.state() == before
    assert presume(desk, "--as-of", "2023-08-01")["already"] is False   # which list: another thing to say


def test_a_dry_run_changes_nothing(desk):
    before = desk.state()
    assert presume(desk, "-n")["presumed"] == 8
    assert desk.state() == before


# ------------------------------------------------------------------------------------------------------ whom, of the list

@pytest.mark.parametrize("rule, people", [
    ({"person.unit": {"is": "finance"}}, "A5 A6 A7 A8"),
    ({"person.unit": {"is": "Finance"}, "person.status": {"not_in": ["deceased"]}}, "A5 A6 A8"),
    ({"person.unit": {"in": ["SO15", "Surveillance"]}}, "A3 A4"),
    ({"person.rank": {"missing": True}}, "A5 A6 A7 A8"),
    ({"person.surname": {"matches": ["smith", "safe"]}}, "A1 A2 A8")])
def test_where(desk, rule, people):
    assert presume(desk, "--where", json.dumps(rule))["presumed"] == len(people.split())
    walk(desk)
    assert sorted(desk.routes()) == people.split()


def test_two_rules_are_either(desk):
    presume(desk, "--where", '{"person.unit": {"is": "SO15"}}')
    presume(desk, "--where", '{"person.unit": {"is": "Surveillance"}}')
    walk(desk)
    assert sorted(desk.routes()) == ["A3", "A4"]


def test_an_alias_of_the_policy_is_known(desk):
    assert presume(desk, "--where", '{"person.unit": {"is": "SO15 Counter Terrorism Command"}}')["presumed"] == 1


def test_nobody_is_never_silent(desk):
    assert presume(desk, "--where", '{"person.unit": {"is": "Nowhere"}}', code=HUMAN)["presumed"] == 0


@pytest.mark.parametrize("words", [
    ["--where", "not json"], ["--where", "[]"], ["--where", "{}"], ["--where", '{"person.untt": {"is": "x"}}'],
    ["--where", '{"person.unit": {"like": "x"}}'], ["--where", '{"record.unit": {"is": "x"}}'],
    ["--where", '{"exposed": {"contains": "name"}}'], ["--where", '{"shielded": {"is": true}}'],
    ["--as-of", "yesterday"], ["--as-of", "2023-02-30"], ["leak.csv"], ["--map", "name=x"], ["--sheet", "x"],
    ["--controller", "x"]])
def test_wrong_words(desk, words):
    before = desk.state()
    desk.error("import", "breach", "--presume", *words, code=USAGE)
    assert desk.state() == before


def test_where_goes_with_presume_alone(desk):
    desk.error("import", "breach", "x.csv", "--where", "{}", code=USAGE)
    desk.error("import", "people", "--presume", code=USAGE)


def test_a_rule_over_leaked_rows_is_told(desk):
    assert "record.unit" in desk.error("import", "breach", "--presume", "--where", '{"record.unit": {"is": "x"}}',
                                       code=USAGE)
    words = desk.text("import", "breach", "--presume")
    assert "hold for nobody before the leak is in hand" in words and "protection" in words
    assert "protection" in presume(desk)["levels_over_records"]


@pytest.mark.parametrize("day, people", [("2023-08-01", 8), ("2023-08-31", 8), ("2023-09-01", 2), ("2024-01-01", 2),
                                         ("2022-01-01", 8), (None, 9)])
def test_as_of_a_day(desk, tmp_path, day, people):
    """Of two lists the one that shows the day, else the newest before it; without a day, both."""
    lines = LISTED.splitlines()
    newer = [lines[0], lines[1], lines[2].replace("A2,P100002", "A9,P100009").replace("Smith,John", "New,Ned")]
    (tmp_path / "newer.csv").write_text("\n".join(newer) + "\n")
    desk.run("import", "people", tmp_path / "newer.csv", "--as-of", "2023-09-01", code=OK)
    assert presume(desk, *(["--as-of", day] if day else []))["presumed"] == people


# ----------------------------------------------------------------------------------------------- the leak comes in

def test_what_comes_later_refines_it(desk):
    """A table to check by eye: of each person what they were told before, and what the leak makes of it."""
    presume(desk)
    walk(desk)
    send(desk)
    for person, outcome in (("A4", "done"), ("A5", "done")):
        number = next(t["number"] for t in desk.run("task").tally["tasks"] if t["person_id"] == person)
        desk.run("task", outcome, number, "--by", "Jo", "--note", "told", "--no-letter", code=OK)
    leak(desk, ["A1", "A3", "A4", "A7"])
    status = walk(desk)
    assert status["rows"] == status["outcomes"]["matched"] == 4 and "presumed" not in status
    assert {person: desk.run("person", person).tally["state"] for person in PRESUMED} == {
        "A1": "accepted", "A2": None,           # None: not affected any more
        "A3": "accepted", "A4": "reached", "A5": None, "A6": None, "A7": "task", "A8": None}
    assert desk.run("person", "A1").tally["certain"] is True
    # Told, by mail or in person, and not in it: to be corrected, by number and by id.
    owed = {"A2", "A5", "A6", "A8"}
    assert status["needs_human"]["corrections"] == 4 and set(status["corrections"]) == owed
    report = json.loads(desk.text("report", "--kind", "corrections", "--format", "json"))["corrections"]
    assert {row["person_id"] for row in report} == owed
    assert all(row["told_at"].endswith("Z") and float(row["probability"]) < .05 for row in report)
    shown = desk.run("approve").tally["corrections"]
    assert {row["person_id"] for row in shown} == owed
    text = desk.text("approve")
    assert "4 people were told" in text and all(person in text for person in owed)
    assert "corrections" in desk.text("status")
    # Nobody is told twice: there is nothing to release.
    assert "no notice" in desk.error("approve", "--release", code=REFUSED)
    assert told(desk) == BY_MAIL
    reconcile(desk)


def test_who_was_not_told_yet_is_told_for_certain(desk):
    presume(desk)
    walk(desk)
    leak(desk, ["A1", "A3"])
    walk(desk)
    assert send(desk)["accepted"] == 2
    assert told(desk) == ["j.smith@met.police.example", "mary@met.police.example"]
    assert all("was part of a data breach" in mail.get_body(("plain",)).get_content() for mail in mails(desk))
    assert "corrections" not in desk.status()["needs_human"]


def test_between_release_and_send(desk):
    """What group has learnt narrows a release at once: who is not in the leak after all gets no mail by it."""
    presume(desk)
    walk(desk)
    desk.run("approve", "--release", code=OK)
    leak(desk, ["A1", "A3"])
    walk(desk, "match", "group")
    tally = desk.run("send", code=(OK, HUMAN)).tally
    assert (tally["accepted"], tally["pending"], tally["held"]) == (2, 3, 3)
    assert told(desk) == ["j.smith@met.police.example", "mary@met.police.example"]


def test_the_words_say_what_a_file_does_to_it(desk):
    presume(desk)
    path = desk.root / "leak.csv"
    path.write_text("Pay No,Surname,Forenames\nP100001,Smith,John\n")
    assert "refined by this file" in desk.text("import", "breach", path)


def test_presumed_again_when_more_is_missing(desk):
    """A part of the leak came; whoever says that there is more, says so again."""
    presume(desk)
    walk(desk)
    leak(desk, ["A1"])
    assert walk(desk)["people"] == 1
    assert presume(desk)["already"] is False
    assert presume(desk)["already"] is True
    status = walk(desk)
    assert (status["people"], status["presumed"], status["rows"]) == (8, 7, 1)
    certain = {person: desk.run("person", person).tally["certain"] for person in PRESUMED}
    assert certain == {person: person == "A1" for person in PRESUMED}


# --------------------------------------------------------------------------------------------------------- taken back

def test_withdrawn_before_the_send(desk):
    presume(desk)
    walk(desk)
    desk.run("approve", "--release", code=OK)
    tally = desk.run("import", "--withdraw", "2", *WHY).tally
    assert (tally["kind"], tally["held"], tally["out"]) == ("presume", 5, 0)
    assert desk.run("send", code=(OK, HUMAN, REFUSED)) and told(desk) == []    # at once, before anything else is run
    assert walk(desk, "match", "group")["people"] == 0          # neither a leak nor a presumption
    leak(desk, ["A1", "A6"])
    walk(desk)
    send(desk)
    assert told(desk) == ["eve@met.police.example", "j.smith@met.police.example"]


def test_withdrawn_after_the_send(desk):
    presume(desk)
    walk(desk)
    send(desk)
    tally = desk.run("import", "--withdraw", "2", *WHY, code=HUMAN).tally
    assert (tally["held"], tally["out"]) == (0, 5)
    leak(desk, ["A1"])
    status = walk(desk)
    assert status["people"] == 1 and set(status["corrections"]) == {"A2", "A3", "A6", "A8"}
    assert "no notice" in desk.error("approve", "--release", code=REFUSED) and told(desk) == BY_MAIL
    assert presume(desk)["already"] is False            # it may be presumed once more


def test_the_list_of_sources(desk):
    presume(desk, "--where", '{"person.unit": {"is": "Finance"}}', "--as-of", "2023-08-01")
    source = desk.run("import", "--list", code=OK).tally["sources"][1]
    assert (source["kind"], source["people"], source["rows"], source["as_of"], source["file"]) == (
        "presume", 4, 0, "2023-08-01", None)
    assert json.loads(source["where"]) == {"person.unit": {"is": "Finance"}}
    assert re.search("presume +4 ppl", desk.text("import", "--list"))


def test_a_withdrawn_leak_lets_the_presumption_stand_again(desk):
    presume(desk)
    leak(desk, ["A1"])
    assert walk(desk)["people"] == 1
    desk.run("import", "--withdraw", "3", *WHY)
    desk.leaked -= 1
    assert walk(desk)["people"] == 8


# ----------------------------------------------------------------------------------------------------- killed, and again

def test_a_killed_send_tells_nobody_twice(desk, relay):
    """As after any release; then the leak comes, and still nobody hears twice."""
    server = relay()
    presume(desk)
    walk(desk)
    desk.release(server)
    process = desk.start("send", "--connections", "1")
    server.wait(1)
    process.kill()
    desk.finish(process)
    desk.run("send", code=(OK, HUMAN, TEMPORARY))
    leak(desk, ["A1", "A2", "A3", "A6", "A8"])
    walk(desk)
    desk.run("approve", "--release", code=(OK, REFUSED))
    desk.run("send", code=(OK, HUMAN, TEMPORARY))
    recipients = [to for _, to in server.accepted()]
    assert len(recipients) == len(set(recipients)) and set(recipients) <= set(BY_MAIL)


# ------------------------------------------------------------------------------------------------------------ ask first

def test_a_level_that_asks_first_asks(desk):
    """Where a wrong notice harms (tell_at 1), presuming is an open question, which stops a live release."""
    path = desk.folder / "policy.json"
    policy = json.loads(path.read_text())
    for level in policy["levels"]:
        if level["name"] == "staff":
            level["tell_at"] = 1
    path.write_text(json.dumps(policy))
    presume(desk)
    walk(desk, "match")
    asked = {question["key"]: question["text"] for question in desk.run("group").tally["open"]}
    assert "presumed-ask-first:staff" in asked and "4 people" in asked["presumed-ask-first:staff"]
    assert "presumed-ask-first:officer" not in asked
    desk.run("approve", "--accept", "presumed-ask-first:staff", "--by", "Ann", "--reason", "the board said so", code=OK)
    leak(desk, ["A5"])
    walk(desk)
    assert "presumed-ask-first:staff" not in {question["key"] for question in desk.run("group").tally["open"]}
