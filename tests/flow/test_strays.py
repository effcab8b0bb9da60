# SPDX-License-Identifier: MIT
"""Leaked rows without a person: each carries the level that the rules over records give, and waits, highest risk
first, until a human says whose it is or closes it."""
import csv

import pytest

from conftest import INPUT, OK, USAGE, Incident, reconcile

PEOPLE = """\
person_id,surname,forenames,rank,pay_number,email
K1,Alder,Ann,Constable,P100001,ann@force.example
K2,Birch,Ben,Constable,P100002,ben@force.example
"""

# Row, what leaked, and what the rules over records make of it.
LEAK = """\
Row ID,Surname,Forenames,Pay No,Vetting
R1,Alder,Ann,P100001,CTC
R2,Birch,Ben,P100002,CTC
R3,Gone,Liz,P100003,CTC
R4,Stranger,Sam,P100004,DV
R5,Test,Test,,CTC
R6,Other,Olga,P100006,DV
R7,Alder,Zeb,P100001,SC
"""
WAITING = [     # as listed: highest risk first, then as in the file
    ("R4", "protection", "unmatched"),
    ("R6", "protection", "unmatched"),
    ("R7", "cleared", "possible"),      # Ann Alder's number, and quite another forename
    ("R3", "staff", "unmatched"),
    ("R5", "staff", "unmatched"),
]
LEVELS = [
    {"name": "protection", "when": [{"record.vetting": {"is": "DV"}}], "route": "task"},
    {"name": "cleared", "when": [{"record.vetting": {"is": "SC"}}], "route": "task"},
    {"name": "armed", "when": [{"person.rank": {"is": "firearms"}}], "route": "task"},
    {"name": "staff", "default": True, "route": "mail", "template": "notice/staff"},
]
SAID = ("--by", "Ann Example", "--reason", "asked the vetting unit")


@pytest.fixture(scope="module")
def played(breachmail, tmp_path_factory):
    incident = Incident(tmp_path_factory.mktemp("strays") / "work")
    incident.make()
    incident.change({"levels": LEVELS}, "policy.json")
    (incident.root / "people.csv").write_text(PEOPLE)
    (incident.root / "breach.csv").write_text(LEAK)
    incident.import_both(incident.root)
    incident.walk("match", "group", "compose")
    return incident


@pytest.fixture
def desk(played, tmp_path):
    return played.copy(tmp_path / "desk")


def waiting(incident):
    return [(row["row_id"], row["level"], row["outcome"]) for row in incident.run("approve").tally["rows"]]


def by_level(incident):
    return {entry["level"]: entry["rows"] for entry in incident.status()["rows_without_person"]}


def report(incident):
    path = incident.tmp / "rows.csv"
    incident.run("report", "--kind", "rows", "--format", "csv", "--out", path, code=OK)
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_highest_risk_first(played):
    assert waiting(played) == WAITING
    assert by_level(played) == {"protection": 2, "cleared": 1, "staff": 2}
    assert [(row["row_id"], row["level"], row["outcome"]) for row in report(played)] == WAITING
    assert all(row["state"] == "open" for row in report(played))
    screen = played.text("status")
    lines = screen[screen.index("Leaked rows without a person"):].splitlines()
    assert [line.split() for line in lines[1:4]] == [["2", "protection"], ["1", "cleared"], ["2", "staff"]]
    text = played.text("approve")
    assert text.index("row R4 ") < text.index("row R7 ") < text.index("row R3 ")


@pytest.mark.parametrize("kind", ["leaver", "not-a-person", "junk"])
def test_closed_at_once_and_for_good(desk, kind):
    before = reconcile(desk)
    assert before["needs_human"]["rows_unmatched"] == 4
    assert desk.run("approve", "--row", "R3", "--row", "R5", "--close", kind, *SAID, code=OK).tally["closed"] == 2
    after = desk.status()       # at once, before match has seen it
    assert after["needs_human"]["rows_unmatched"] == 2 and after["rows_closed"] == {kind: 2}
    assert after["rows"] == before["rows"] and after["outcomes"] == before["outcomes"]
    desk.walk("match", "group", "compose")
    assert [row for row, *_ in waiting(desk)] == ["R4", "R6", "R7"]
    closed = [row for row in report(desk) if row["state"] == "closed"]
    assert [(row["row_id"], row["closed_as"], row["by"], row["because"]) for row in closed] == [
        ("R3", kind, "Ann Example", "asked the vetting unit"), ("R5", kind, "Ann Example", "asked the vetting unit")]


def test_a_possible_row_is_closed_too(desk):
    desk.run("approve", "--row", "R7", "--close", "leaver", *SAID, code=OK)
    assert not {"rows_possible", "rows_in_conflict"} & set(desk.status()["needs_human"])
    desk.walk("match", "group", "compose")
    status = reconcile(desk)
    assert status["outcomes"]["possible"] == 0 and status["outcomes"]["unmatched"] == 5
    assert status["needs_human"]["rows_unmatched"] == 4


def test_open_again(desk):
    desk.run("approve", "--row", "R4", "--close", "junk", *SAID, code=OK)
    desk.walk("match", "group")
    assert by_level(desk) == {"protection": 1, "cleared": 1, "staff": 2}
    assert desk.run("approve", "--row", "R4", "--reopen", *SAID, code=OK).tally["reopened"] == 1
    desk.walk("match", "group", "compose")
    assert waiting(desk) == WAITING and reconcile(desk)["rows_closed"] == {}


def test_whose_it_is_after_all(desk):
    desk.run("approve", "--row", "R7", "--person", "K1", *SAID, code=OK)
    desk.walk("match", "group", "compose")
    assert [row for row, *_ in waiting(desk)] == ["R4", "R6", "R3", "R5"]
    assert desk.routes()["K1"][1] == "task"     # what leaked of her counts for her now


def test_nobody_closes(desk):
    desk.run("approve", "--row", "R3", "--nobody", *SAID, code=OK)
    assert desk.status()["needs_human"]["rows_unmatched"] == 3
    desk.walk("match", "group", "compose")
    assert reconcile(desk)["needs_human"]["rows_unmatched"] == 3


@pytest.mark.parametrize("words", [
    "--row R3 --close leaver", "--row R3 --close gone {said}", "--close leaver {said}",
    "--row R3 --close junk --person K1 {said}", "--row R99 --close junk {said}", "--row R3 --row R99 --close junk {said}",
    "--row R3 --row R5 --nobody {said}", "--row R3 --close leaver --controller X {said}",
    "--row R3 --close other-controller {said}", "--row R3 {said}", "--reopen {said}"])
def test_what_is_refused_changes_nothing(desk, words):
    before = desk.state()
    said = ["--by", "Ann", "--reason", "why"] if "{said}" in words else []
    desk.error("approve", *words.replace("{said}", "").split(), *said, code=USAGE)
    assert desk.state() == before


def by_file(incident, answers):
    """The exported file with a column `decision`; answers: row and person -> the word."""
    exported, decided = incident.root / "candidates.csv", incident.root / "decided.csv"
    incident.run("match", "--export", exported)
    with exported.open(newline="") as file:
        lines = list(csv.DictReader(file))
    with decided.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*lines[0], "decision", "controller"])
        writer.writeheader()
        for line in lines:
            word = answers.get((line["row_id"], line["person_id"])) or answers.get(line["row_id"], "")
            writer.writerow({**line, "decision": word, "controller": "Fire Service" if "other" in word else ""})
    return decided


def test_many_rows_by_file(desk):
    decided = by_file(desk, {"R3": "K2", "R4": "other-controller", "R5": "Junk", "R6": "nobody", ("R7", "K1"): "person"})
    before = desk.state()
    assert desk.run("approve", "--decisions", decided, "-n", *SAID).tally["decided"] == 5
    assert desk.state() == before
    tally = desk.run("approve", "--decisions", decided, *SAID, code=OK).tally
    assert (tally["rows"], tally["decided"]) == (5, 5)
    again = desk.run("approve", "--decisions", decided, *SAID, code=OK).tally
    assert (again["rows"], again["decided"]) == (5, 0)
    desk.walk("match", "group", "compose")
    status = reconcile(desk)
    assert status["rows_closed"] == {"other-controller": 1, "junk": 1, "nobody": 1}
    assert status["outcomes"]["matched"] == 4 and status["outcomes"]["unmatched"] == 3
    with by_file(desk, {}).open(newline="") as file:
        is_now = {line["row_id"]: line["person_id"] for line in csv.DictReader(file) if line["outcome"] == "matched"}
    assert is_now == {"R1": "K1", "R2": "K2", "R3": "K2", "R7": "K1"}


@pytest.mark.parametrize("answers, says", [
    ({"R3": "K2", "R5": "K99"}, "decision: takes person"),      # nobody on the list is called so
    ({"R3": "K2", "R5": "person"}, "person_id"),                # a line without a candidate
    ({"R3": "K2", "R5": "perhaps"}, "decision: takes person")])
def test_one_wrong_line_and_nothing_is_decided(desk, answers, says):
    decided = by_file(desk, answers)
    before = desk.state()
    message = desk.error("approve", "--decisions", decided, *SAID, code=INPUT)
    assert says in message and "row 8" in message and "K99" not in message and "perhaps" not in message
    assert desk.state() == before


@pytest.mark.parametrize("text, says", [
    ("row_id,person_id\nR3,K1\n", "'decision'"), ("person_id,decision\nK1,person\n", "'row_id'"),
    ("row_id,person_id,decision\nR3,K1,person\nR3,K2,person\n", "row 3, decision: an earlier line"),
    ("row_id,person_id,decision\nR99,K1,person\n", "row 2, row_id: no leaked row")])
def test_a_file_that_does_not_fit(desk, text, says):
    (desk.root / "decided.csv").write_text(text)
    before = desk.state()
    assert says in desk.error("approve", "--decisions", desk.root / "decided.csv", *SAID, code=INPUT)
    desk.error("approve", "--decisions", desk.root / "decided.csv", code=USAGE)
    desk.error("approve", "--decisions", desk.root / "decided.csv", "--row", "R3", "--nobody", *SAID, code=USAGE)
    assert desk.state() == before
