# SPDX-License-Identifier: MIT
"""A notebook was lost: 42 lines of free text, each with one to four facts about somebody."""
import csv

import pytest

from conftest import Incident, make_force
from test_matching import export


@pytest.fixture(scope="module")
def notebook(breachmail, tmp_path_factory):
    """The incident, and for each line its truth."""
    top = tmp_path_factory.mktemp("notebook")
    incident = Incident(top / "work")
    incident.make()
    folder = make_force(top / "force", 3000, "notebook", "--style", "lost-notebook")
    incident.import_both(folder)
    with open(folder / "truth.csv", newline="", encoding="utf-8") as file:
        truth = {line["row"]: line for line in csv.DictReader(file)}
    with open(folder / "people.csv", newline="", encoding="utf-8") as file:
        listed = {line["person_id"] for line in csv.DictReader(file)}
    return incident, truth, listed


def test_lines_find_their_people(notebook):
    incident, truth, listed = notebook
    rows, people = export(incident)
    assert len(rows) == len(truth) == 42
    matched = right = found = known = 0
    for row, candidates in rows.items():
        person = truth[row]["person_id"]
        ids = [candidate["person_id"] for candidate in candidates]
        if candidates[0]["outcome"] == "matched":
            matched += 1
            right += ids[0] == person
        if person in listed:
            known += 1
            found += person in ids
    assert known >= 35
    assert found >= known - 2
    assert matched >= known * .6
    assert right >= matched - 1
    certain = {person for person, chance in people.items() if chance >= .99}
    assert len(certain - {line["person_id"] for line in truth.values()}) <= 1


def test_several_who_fit_are_all_named(notebook):
    incident, truth, listed = notebook
    rows, _ = export(incident)
    several = [candidates for candidates in rows.values() if candidates[0]["reason"] == "several fit alike"]
    assert several
    for candidates in several:
        assert candidates[0]["outcome"] in ("ambiguous", "possible")
        assert len(candidates) > 1


def test_explanation_names_no_value(notebook):
    incident, truth, _ = notebook
    rows, _ = export(incident)
    row = next(row for row, candidates in rows.items() if candidates[0]["outcome"] == "matched")
    told = incident.run("match", "--explain", row).tally["explanation"]
    assert told["candidates"][0]["lines"]


def test_another_header(breachmail, tmp_path):
    """The column is called something: --map. A line that is no text is nobody's."""
    incident = Incident(tmp_path / "work")
    incident.make()
    people = tmp_path / "people.csv"
    people.write_text("Payroll no,Surname,Forenames,Rank,Station\n" + "".join(
        f"{7000000 + n},{s},{f},{r},{p}\n" for n, (s, f, r, p) in enumerate(
            [("Holridge", "Dawn", "PC", "Edmonton"), ("Barry", "Adam", "DC", "Putney")] +
            [(f"Fen{a}{b}worth", "Gemma", "PC", "Putney") for a in "abcdefghij" for b in "klmnopqrst"])))
    leak = tmp_path / "leak.csv"
    leak.write_text("Page,Scribbled\n1,Dawn (Edmonton)\n2,Barry 7000001\n3,milk and eggs\n4,\n")
    incident.run("import", "people", people)
    incident.run("import", "breach", leak, "--map", "text=Scribbled")
    rows, _ = export(incident)
    outcomes = [candidates[0]["outcome"] for candidates in rows.values()]
    assert outcomes[:2] == ["matched", "matched"]
    assert "matched" not in outcomes[2:]
