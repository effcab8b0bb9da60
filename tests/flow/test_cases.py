# SPDX-License-Identifier: MIT
"""Footage was lost: a leaked row is a case, and its people are the parties whom the list names under its reference."""
import csv
import json

import pytest

from conftest import OK, Incident, reconcile

PEOPLE = """\
person_id,title,surname,forenames,case_ref,part,email_personal,address,postcode,contact
V1,Ms,Alder,Ann,14/001/22,victim,ann@inbox.example,"1 Hill Road, Wexbourne",WE1 1AA,ann@inbox.example
S1,Mr,Birch,Ben,14/001/22,suspect,ben@inbox.example,"2 Mill Lane, Wexbourne",WE1 2BB,
W2,Ms,Cedar,Cat,14/002/22,witness,cat@inbox.example,"3 Mill Lane, Wexbourne",WE1 2BC,
V3,Mr,Dogwood,Dan,14/003/22,victim,dan@inbox.example,"4 Mill Lane, Wexbourne",WE1 2BD,
V4,Ms,Elm,Eve,14/004/22,victim,eve@inbox.example,"5 Mill Lane, Wexbourne",WE1 2BE,
V1,Ms,Alder,Ann,14/004/22,witness,ann@inbox.example,"1 Hill Road, Wexbourne",WE1 1AA,ann@inbox.example
"""

# Of 14/002 a copy is held: nothing is lost for anybody in it. 14/009 is on no list.
LOST = """\
Case Ref,Recorded,Pieces,Copy Held
14/1/22,2022-03-01,6,no
14 002 22,2022-03-02,2,yes
14/003/22,2022-03-03,1,no
14/009/22,2022-03-09,4,no
"""

WANTED = {          # V4's case is not among them
    "V1": ("victim", "mail"), "S1": ("suspect", "task"), "W2": ("unaffected", "none"),
    "V3": ("victim-without-safe-contact", "task")}


@pytest.fixture(scope="module")
def played(breachmail, tmp_path_factory):
    incident = Incident(tmp_path_factory.mktemp("cases") / "work")
    incident.run("init", incident.folder, "--example", "lost-footage", code=OK)
    for name, rows in (("people", PEOPLE), ("breach", LOST)):
        (incident.root / f"{name}.csv").write_text(rows)
        incident.run("import", name, incident.root / f"{name}.csv", code=OK)
    incident.walk("match", "group", "compose")
    return incident


def test_parties_are_the_people(played):
    path = played.tmp / "match.csv"
    tally = played.run("match", "--export", path).tally
    with open(path, newline="") as file:
        rows = [(row["row_id"], row["person_id"], row["outcome"]) for row in csv.DictReader(file)]
    assert sorted(rows) == [("2", "S1", "matched"), ("2", "V1", "matched"), ("3", "W2", "matched"),
                            ("4", "V3", "matched"), ("5", "", "unmatched")]
    assert (tally["matched"], tally["unmatched"], tally["people"]) == (3, 1, 4)
    assert reconcile(played)["rows"] == 4


def test_levels_and_routes(played):
    assert {person: route[:2] for person, route in played.routes().items()} == WANTED


def test_each_is_told_what_can_no_longer_be_done(played):
    words = played.text("compose", "--show", "V1", code=OK)
    assert "recording" in words and "suspect" not in words.lower() and "witness" not in words.lower()


def test_a_case_on_no_list_waits_for_a_human(played):
    (row,) = played.run("approve").tally["rows"]
    assert (row["row_id"], row["reason"]) == ("5", "no such case on the list")
    assert "its people are the parties: V1 S1" in " ".join(played.text("match", "--explain", "2").split())


def test_the_regulator_is_told_of_which_kinds_they_are(played):
    """By their part, which the list says where no rank does; somebody with two by the newest of the list."""
    kinds = json.loads(played.text("--json", "report", "--kind", "regulator"))["effects"]["categories"]
    people = {one["name"]: one["people"] for one in kinds["people"]}
    assert sum(people.values()) == len(WANTED) and set(people) <= {"victim", "suspect", "witness"}
    assert people["suspect"] == 1
