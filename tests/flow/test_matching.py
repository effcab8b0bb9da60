# SPDX-License-Identifier: MIT
"""What match says, and what one can ask of it: the evidence in bits, another threshold, lists of several days,
columns under other names. How well it finds people is measured elsewhere; here it is that what it says holds together."""
import csv
import json
import math
import signal
import time

import pytest

from conftest import HUMAN, OK, USAGE, make_force

INTERRUPTED = 130


def export(incident, *words):
    """Row -> its lines, and person -> probability."""
    rows, people = incident.root / "rows.csv", incident.root / "people-out.csv"
    incident.run("match", "--export", rows, "--people", people, *words)
    lines = {}
    with open(rows, newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            lines.setdefault(line["row_id"], []).append(line)
    with open(people, newline="", encoding="utf-8") as file:
        return lines, {line["person_id"]: float(line["probability"]) for line in csv.DictReader(file)}


@pytest.fixture(scope="module")
def matched(breachmail, tmp_path_factory):
    from conftest import Incident
    top = tmp_path_factory.mktemp("matching")
    incident = Incident(top / "work")
    incident.make()
    incident.import_both(make_force(top / "force", 600, "matching", "--style", "foi-release"))
    incident.run("match")
    return incident


def test_export_is_whole_and_in_order(matched):
    lines, _ = export(matched)
    tally = matched.last["match"]
    assert len(lines) == tally["rows"]
    for candidates in lines.values():
        outcomes = {line["outcome"] for line in candidates}
        assert len(outcomes) == 1
        chances = [float(line["probability"]) for line in candidates if line["person_id"]]
        assert sum(chances) <= 1.0001
        # strictly falling, so that the first and the likeliest are the same one
        assert all(a > b for a, b in zip(chances, chances[1:])), chances
        assert len(chances) <= 32
        if outcomes == {"matched"}:
            assert chances[0] >= .95 - 1e-6


def test_explanation_adds_up(matched):
    lines, _ = export(matched)
    asked = [row for row, candidates in lines.items() if candidates[0]["person_id"]][::97]
    assert len(asked) > 3
    for row in asked:
        told = matched.run("match", "--explain", row).tally["explanation"]
        assert told["row_id"] == row
        for candidate in told["candidates"]:
            bits = sum(line["bits"] for line in candidate["lines"])
            p = candidate["probability"]
            assert abs(1 / (1 + 2 ** -bits) - p) < 2e-3, (row, bits, p)
            assert abs(bits - candidate["bits"]) < 1e-6
        words = matched.text("match", "--explain", row)
        assert "bits" in words and "rivals" in words


def test_same_files_same_bytes(matched, tmp_path):
    from conftest import Incident
    twin = Incident(tmp_path / "twin")
    twin.make()
    twin.import_both(matched.root.parent / "force")
    export(matched)
    export(twin)
    for name in ("rows.csv", "people-out.csv"):
        assert (matched.root / name).read_bytes() == (twin.root / name).read_bytes()


def test_threshold_is_kept_and_may_be_changed(matched, tmp_path):
    work = matched.copy(tmp_path / "work")
    strict = work.run("match", "--threshold", "0.999999").tally
    usual = work.run("match").tally
    assert strict["matched"] < usual["matched"]
    assert strict["rows"] == usual["rows"]
    work.change({"matching": {"threshold": .999999}}, "policy.json")
    assert work.run("match").tally["matched"] == strict["matched"]
    work.run("group")       # the set is current, whatever its threshold
    for bad in ("0.2", "1.5", "much", ""):
        assert "threshold" in work.error("match", "--threshold", bad, code=USAGE)


LISTS = ("person_id,surname,forenames,rank,unit,email\n"
         "1,Marlow,Tessa,Constable,Northgate,tessa@met.police.example\n"
         "2,Ashdown,Piers,Sergeant,Southgate,piers@met.police.example\n")


def people_list(*changes):
    """Sixty others, so that a name says something."""
    others = "".join(f"{n},{a}{b},{c},Constable,Unit {n % 7},p{n}@met.police.example\n" for n, (a, b, c) in enumerate(
        ((a, b, c) for a in ("Bar", "Cor", "Dal", "Fen", "Gil", "Hol") for b in ("by", "ham", "ridge", "combe", "ton")
         for c in ("Adam", "Beth")), 10))
    text = LISTS + others
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def two_lists(incident, leak):
    """Before: Tessa Marlow, constable, Northgate. After: married, promoted, moved; and a new Tessa Marlow."""
    before, after = incident.root / "before.csv", incident.root / "after.csv"
    before.write_text(people_list())
    after.write_text(people_list(("1,Marlow,Tessa,Constable,Northgate,tessa@", "1,Wren,Tessa,Sergeant,Eastgate,t.wren@"))
                     + "99,Marlow,Tessa,Constable,Northgate,newcomer@met.police.example\n")
    (incident.root / "leak.csv").write_text(leak)
    incident.make()
    incident.run("import", "people", before, "--as-of", "2023-05-01")
    incident.run("import", "people", after, "--as-of", "2023-11-01")
    incident.run("import", "breach", incident.root / "leak.csv")


LEAK = "Row ID,Surname,Forename,Rank,Unit\nR1,Marlow,Tessa,PC,Northgate\nR2,Ashdown,Piers,PS,Southgate\n"


@pytest.mark.parametrize("day,who", [("2023-05-20", "1"), ("2023-10-20", "99")])
def test_list_nearest_to_the_leak(empty, day, who):
    two_lists(empty, LEAK)
    empty.change({"occurred": {"from": f"{day}T00:00:00Z", "to": f"{day}T12:00:00Z"}})
    lines, people = export(empty)
    assert lines["R1"][0]["person_id"] == who
    assert lines["R2"][0]["person_id"] == "2"
    other = {"1": "99", "99": "1"}[who]
    assert people[who] > people.get(other, 0)


def test_columns_under_other_names(empty):
    """`compare` holds Section against Unit: without it the two Marlows cannot be told apart."""
    empty.make()
    (empty.root / "people.csv").write_text(people_list()
                                           + "3,Marlow,Tessa,Constable,Westgate,other@met.police.example\n")
    (empty.root / "leak.csv").write_text(LEAK.replace("Unit", "Section Of Work"))
    empty.run("import", "people", empty.root / "people.csv")
    empty.run("import", "breach", empty.root / "leak.csv")
    lines, _ = export(empty)
    assert lines["R1"][0]["outcome"] == "ambiguous"
    assert {line["person_id"] for line in lines["R1"]} >= {"1", "3"}
    empty.change({"matching": {"compare": {"Section Of Work": "unit"}}}, "policy.json")
    lines, _ = export(empty)
    assert lines["R1"][0]["person_id"] == "1"
    assert float(lines["R1"][0]["probability"]) > .9


def test_units_under_other_names(empty):
    """The leak calls Northgate "Bronze 7": with the alias, the two Marlows can be told apart by it."""
    empty.make()
    (empty.root / "people.csv").write_text(people_list()
                                           + "3,Marlow,Tessa,Constable,Westgate,other@met.police.example\n")
    (empty.root / "leak.csv").write_text(LEAK.replace("Northgate", "BRONZE 7"))
    empty.run("import", "people", empty.root / "people.csv")
    empty.run("import", "breach", empty.root / "leak.csv")
    lines, _ = export(empty)
    assert lines["R1"][0]["outcome"] == "ambiguous"
    empty.change({"unit_aliases": {"Bronze 7": "Northgate"}}, "policy.json")
    lines, _ = export(empty)
    assert lines["R1"][0]["person_id"] == "1"
    assert float(lines["R1"][0]["probability"]) > .9


def test_two_who_are_alike_are_both_told(empty):
    """Two rows and two people that nobody can tell apart: each row may be either, both people are in the leak."""
    empty.make()
    (empty.root / "people.csv").write_text(people_list()
                                           + "3,Marlow,Tessa,Constable,Northgate,other@met.police.example\n")
    others = [line.split(",") for line in people_list().splitlines()[3:]]
    (empty.root / "leak.csv").write_text(
        LEAK + "R3,Marlow,Tessa,PC,Northgate\n"
        + "".join(f"X{f[0]},{f[1]},{f[2]},{f[3]},{f[4]}\n" for f in others))
    empty.run("import", "people", empty.root / "people.csv")
    empty.run("import", "breach", empty.root / "leak.csv")
    lines, people = export(empty)
    for row in ("R1", "R3"):
        assert lines[row][0]["outcome"] == "ambiguous"
        assert [round(float(line["probability"]), 1) for line in lines[row][:2]] == [.5, .5]
    assert people["1"] > .95 and people["3"] > .95
    assert math.isclose(people["1"], people["3"], rel_tol=1e-3)


def test_interrupt_leaves_the_ledger_as_it_was(matched, tmp_path):
    work = matched.copy(tmp_path / "work")
    before = work.run("status").tally
    process = work.start("match", "--threshold", "0.99")
    time.sleep(.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=100)
    # Before the handler stands, the signal itself ends it.
    assert process.returncode in (INTERRUPTED, OK, HUMAN, -signal.SIGINT)
    if process.returncode not in (OK, HUMAN):
        assert json.dumps(work.run("status").tally["outcomes"]) == json.dumps(before["outcomes"])
    work.run("check")
