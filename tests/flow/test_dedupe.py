# SPDX-License-Identifier: MIT
"""match --dedupe: which rows of the leak are one person; and the public test sets of FEBRL.

FEBRL_DIR names a folder with FEBRL's files: dataset1.csv or febrl1.csv (also 2, 3), febrl4a.csv and
febrl4b.csv, and the true pairs as truth1.csv ... truth4.csv (id_l,id_r). Without it what needs them is
skipped.
"""
import csv
import os
import pathlib

import pytest

from conftest import Incident, REFUSED, USAGE

FEBRL = os.environ.get("FEBRL_DIR", "")
LEAK = """\
rec_id, given_name, surname, date_of_birth, suburb
a1, mitchell, green, 19560409, cleveland
a2, michell, green, 19560409, cleveland
a3, harley, mccarthy, 19080419, marsden
a4, mitchell, green, 19560409, cleveland
a5, madeline, mason, 19081128, granville
"""


@pytest.fixture
def incident(breachmail, tmp_path):
    work = Incident(tmp_path / "work")
    work.make()
    return work


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return [{name.strip(): value.strip() for name, value in row.items()}
                for row in csv.DictReader(file)]


def leak(incident, text=LEAK):
    path = incident.tmp / "leak.csv"
    path.write_text(text)
    return incident.run("import", "breach", path)


def pairs_of(incident, name="pairs.csv", *words):
    """The tally, and the probability of each pair."""
    path = incident.tmp / name
    tally = incident.run("match", "--dedupe", path, *words).tally
    rows = read(path)
    assert tally["pairs"] == len(rows)
    return tally, {(row["id_l"], row["id_r"]): float(row["probability"]) for row in rows}


def test_pairs(incident):
    """In the order of the file, each once, without a people list; nothing is written to the ledger."""
    assert leak(incident).tally["columns"]["row_id"] == "rec_id"
    before = incident.state()
    tally, pairs = pairs_of(incident)
    assert tally["rows"] == 5
    # Sorted by a row of the file and its partner; never the other way round.
    assert list(pairs) == sorted(pairs) and all(left < right for left, right in pairs)
    assert {("a1", "a2"), ("a1", "a4"), ("a2", "a4")} <= set(pairs)
    assert pairs[("a1", "a4")] > 0.5 and all(p >= 0.001 for p in pairs.values())
    assert ("a3", "a5") not in pairs
    _, again = pairs_of(incident, "again.csv", "--dry-run")     # an export is what was asked for
    assert again == pairs
    assert {path: digest for path, digest in incident.state().items() if "tmp" not in path} == {
        path: digest for path, digest in before.items() if "tmp" not in path}


def test_refusals(incident):
    path = incident.tmp / "pairs.csv"
    assert "import breach" in incident.error("match", "--dedupe", path, code=REFUSED)
    leak(incident)
    incident.error("match", "--dedupe", path, "--export", incident.tmp / "x.csv", code=USAGE)
    assert not path.exists()


# ------------------------------------------------------------------------------------------- FEBRL

def febrl(*names):
    """The first of these files that is there."""
    if not FEBRL:
        pytest.skip("FEBRL_DIR is not set: it names the folder of the FEBRL test sets")
    for name in names:
        if (pathlib.Path(FEBRL) / name).exists():
            return pathlib.Path(FEBRL) / name
    pytest.skip(f"FEBRL_DIR has no {names[0]}")


def best(pairs, truth):
    """The best F1 over all thresholds, and F1 at p >= .5."""
    right, found, top, half = 0, 0, 0.0, 0.0
    order = sorted(pairs, key=pairs.get, reverse=True)
    for i, pair in enumerate(order):
        found += 1
        right += frozenset(pair) in truth
        if i + 1 < len(order) and pairs[order[i + 1]] == pairs[pair]:
            continue
        f1 = 2 * right / (found + len(truth))
        top = max(top, f1)
        half = f1 if pairs[pair] >= .5 else half
    return top, half


def truth_of(number):
    return {frozenset((row["id_l"], row["id_r"])) for row in read(febrl(f"truth{number}.csv"))}


@pytest.mark.parametrize("number, top, half", [(1, .999, .999), (2, .999, .999), (3, .999, .998)])
def test_febrl_dedupe(incident, number, top, half):
    file, truth = febrl(f"dataset{number}.csv", f"febrl{number}.csv"), truth_of(number)
    incident.run("import", "breach", file)
    reached = best(pairs_of(incident)[1], truth)
    assert reached[0] >= top and reached[1] >= half, reached


def test_febrl_link(incident):
    people, records, truth = febrl("febrl4a.csv"), febrl("febrl4b.csv"), truth_of(4)
    incident.run("import", "people", people)
    incident.run("import", "breach", records)
    incident.run("match", "--export", incident.tmp / "match.csv")
    pairs = {(row["row_id"], row["person_id"]): float(row["probability"])
             for row in read(incident.tmp / "match.csv") if row["person_id"]}
    reached = best(pairs, truth)
    assert reached[0] >= .9998 and reached[1] >= .9995, reached
