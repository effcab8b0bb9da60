# SPDX-License-Identifier: MIT
"""One leak, several forces: the records of another controller are set apart. We tell nobody in them, they are counted
all the same, and their own officer gets them."""
import csv
import json

import pytest

from conftest import OK, REFUSED, USAGE, Incident, reconcile

PEOPLE = """\
person_id,surname,forenames,rank,pay_number,email
K1,Alder,Ann,Constable,P100001,ann@force.example
K2,Birch,Ben,Constable,P100002,ben@force.example
K3,Cedar,Cat,Constable,P100003,cat@force.example
"""

# Whose each row is stands in it. R3 and R5 look like people of ours.
LEAK = """\
Row ID,Surname,Forenames,Rank,Pay No,Force,Card
R1,Alder,Ann,Constable,P100001,Metropolitan Police,one
R2,Birch,Ben,Constable,P100002,,two
R3,Birch,Ben,Constable,P100002,Greater Manchester Police,=three
R4,Maple,Max,Constable,M55,GMP,four
R5,Cedar,Cat,Constable,P100003,Greater Manchester Police,five
R6,Quillfeather,Zoe,Constable,P7,Met,six
R7,Wales,Wyn,Constable,W1,South Wales Police,seven
"""
SAID = ("--by", "Ann Example", "--reason", "handed over to their officer")
GMP = "Greater Manchester Police"


@pytest.fixture(scope="module")
def played(breachmail, tmp_path_factory):
    incident = Incident(tmp_path_factory.mktemp("controllers") / "work")
    incident.make()
    (incident.root / "people.csv").write_text(PEOPLE)
    (incident.root / "breach.csv").write_text(LEAK)
    incident.import_both(incident.root)
    incident.walk("match", "group", "compose")
    return incident


@pytest.fixture
def desk(played, tmp_path):
    return played.copy(tmp_path / "desk")


def exported(incident):
    path = incident.tmp / "match.csv"
    incident.run("match", "--export", path)
    with open(path, newline="") as file:
        return {row["row_id"]: row for row in csv.DictReader(file)}


def handed_over(incident, name):
    path = incident.tmp / "controller.csv"
    incident.run("report", "--kind", "controller", "--controller", name, "--format", "csv", "--out", path, code=OK)
    assert path.stat().st_mode & 0o777 == 0o600
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_nobody_in_them_is_told_by_us(played):
    rows = exported(played)
    assert {row: line["reason"] for row, line in rows.items() if line["reason"] == "other controller"} == {
        "R3": "other controller", "R4": "other controller", "R5": "other controller", "R7": "other controller"}
    assert all(line["outcome"] == "unmatched" and not line["person_id"]
               for line in rows.values() if line["reason"] == "other controller")
    assert set(played.routes()) == {"K1", "K2"}


def test_they_are_counted(played):
    status = reconcile(played)
    assert status["rows"] == 7 and status["outcomes"]["unmatched"] == 5
    assert status["needs_human"]["rows_unmatched"] == 1 and status["needs_human"]["rows_other_controller"] == 4
    assert {entry["controller"]: (entry["rows"], entry["open"]) for entry in status["other_controllers"]} == {
        GMP: (2, 2), "GMP": (1, 1), "South Wales Police": (1, 1)}
    assert "leaked rows of another controller" in played.text("status")
    assert [row["row_id"] for row in played.run("approve").tally["rows"]] == ["R6"]
    listed = json.loads(played.run("report", "--kind", "controller", "--format", "json", code=OK, json=False).stdout)
    assert {entry["controller"] for entry in listed["controllers"]} == {GMP, "GMP", "South Wales Police"}
    rows = json.loads(played.run("report", "--kind", "rows", "--format", "json", code=OK, json=False).stdout)["rows"]
    assert [row["row_id"] for row in rows if row["state"] == "set apart"] == ["R3", "R4", "R5", "R7"]


def test_their_officer_gets_all_that_leaked_and_nothing_of_ours(played):
    rows = handed_over(played, "Greater Manchester Police")
    assert [row["row"] for row in rows] == ["R3", "R4", "R5"]
    assert rows[0]["surname"] == "Birch" and rows[0]["pay_number"] == "P100002"
    assert rows[0]["Card"] == "'=three"         # a spreadsheet that opens it works nothing out
    assert not {"level", "outcome", "person_id"} & set(rows[0])
    assert handed_over(played, "gmp") == rows
    assert [row["row"] for row in handed_over(played, "South Wales Police")] == ["R7"]
    played.error("report", "--kind", "controller", "--controller", "Kent Police", code=USAGE)


def test_which_names_are_taken_for_others_is_asked(played):
    (question,) = [q for q in played.run("approve").tally["open"] if q["key"].startswith("other-controllers:")]
    assert f"{GMP} (2)" in question["text"] and "also_known_as" in question["text"]


def test_until_they_are_handed_over(desk):
    tally = desk.run("approve", "--controller", "GMP", "--close", "other-controller", *SAID, code=OK).tally
    assert tally["closed"] == 3
    assert desk.status()["needs_human"]["rows_other_controller"] == 1
    desk.walk("match", "group", "compose")
    status = reconcile(desk)
    assert status["needs_human"]["rows_other_controller"] == 1 and status["rows_closed"] == {"other-controller": 3}
    assert status["outcomes"]["unmatched"] == 5
    assert [row["row"] for row in handed_over(desk, "GMP")] == ["R3", "R4", "R5"]


def test_a_human_says_whose_it_is(desk):
    desk.run("approve", "--row", "R6", "--close", "other-controller", "--controller", "Kent Police", *SAID, code=OK)
    desk.run("approve", "--row", "R5", "--person", "K3", *SAID, code=OK)
    desk.walk("match", "group", "compose")
    assert [row["row"] for row in handed_over(desk, "Kent Police")] == ["R6"]
    assert sorted(desk.routes()) == ["K1", "K2", "K3"]
    status = reconcile(desk)
    assert "rows_unmatched" not in status["needs_human"] and status["needs_human"]["rows_other_controller"] == 3


def test_a_name_of_ours_that_was_not_known(desk):
    desk.change({"controller": {"also_known_as": [GMP]}})
    desk.run("match")
    desk.walk("match", "group", "compose")
    assert sorted(desk.routes()) == ["K1", "K2", "K3"]
    assert {entry["controller"] for entry in reconcile(desk)["other_controllers"]} == {"South Wales Police"}


def test_a_whole_file_of_theirs(empty, tmp_path):
    empty.make()
    people, leak = tmp_path / "people.csv", tmp_path / "leak.csv"
    people.write_text(PEOPLE)
    leak.write_text("Row ID,Surname,Forenames,Pay No\nR1,Alder,Ann,P100001\nR2,Oak,Oli,P9\n")
    empty.run("import", "people", people, code=OK)
    empty.run("import", "breach", leak, "--controller", GMP, code=OK)
    empty.run("import", "breach", leak, "--controller", GMP, code=OK)
    empty.error("import", "breach", leak, "--controller", "Kent Police", code=REFUSED)
    empty.error("import", "breach", leak, code=REFUSED)
    empty.walk("match", "group")
    status = reconcile(empty)
    assert status["people"] == 0 and status["other_controllers"] == [{"controller": GMP, "rows": 2, "open": 2}]
    assert [row["row"] for row in handed_over(empty, GMP)] == ["R1", "R2"]
