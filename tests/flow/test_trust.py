# SPDX-License-Identifier: MIT
"""How far the matching can be trusted: what match and the summary say of it, and that it is about true on a made-up
force whose truth is known."""
import csv
import json

import pytest

from conftest import Incident, make_force


@pytest.fixture(scope="module")
def force(tmp_path_factory):
    top = tmp_path_factory.mktemp("trust")
    return make_force(top / "force", 1500, "trust", "--style", "foi-release")


@pytest.fixture(scope="module")
def matched(breachmail, force, tmp_path_factory):
    incident = Incident(tmp_path_factory.mktemp("trusted") / "work")
    incident.make()
    incident.import_both(force)
    incident.run("match")
    return incident


def summary(incident):
    return json.loads(incident.text("report", "--kind", "summary", "--format", "json"))


def matching(incident):
    return summary(incident)["matching"]


def test_match_says_what_to_expect(matched):
    tally = matched.run("match").tally
    assert set(tally["expected"]) == {"wrong_rows", "wrong_people", "missed_people"}
    assert 0 <= tally["expected"]["wrong_rows"] < tally["matched"] / 20
    assert 0 <= tally["indistinguishable"] <= 1
    said = matched.text("match")
    assert "expected to be wrong" in said
    assert "nobody can tell them apart" in said


def test_summary_has_the_same_numbers(matched):
    tally, trust = matched.run("match").tally, matching(matched)
    assert trust["expected"] == tally["expected"]
    assert trust["indistinguishable"] == pytest.approx(tally["indistinguishable"], abs=1e-5)
    assert trust["spread"]["nobody"] + sum(trust["spread"]["tenths"]) == tally["rows"]
    test = trust["self_test"]
    assert test["right"] <= test["matched"] <= test["copies"] == 1000
    assert test["right"] <= test["found"] <= test["copies"]
    assert trust["decoys"]["matched"] <= trust["decoys"]["rows"] <= 1000
    assert trust["told"]["certain"] == tally["people"]


def test_chart_fits_a_terminal_without_colour(matched):
    text = matched.text("report", "--kind", "summary")
    part = text[text.index("How far the matching can be trusted"):text.index("breachmail-history-head")]
    bars = [line for line in part.splitlines() if line.count("|") == 2]
    assert len(bars) == 11
    assert all(len(line) <= 80 for line in part.splitlines())
    assert "\033" not in part
    for word in ("Rows.", "People.", "Self-test.", "Decoys."):
        assert f"  {word} " in part


def test_nothing_before_match(breachmail, force, tmp_path):
    incident = Incident(tmp_path / "work")
    incident.make()
    incident.import_both(force)
    assert "matching" not in summary(incident)
    assert "trusted" not in incident.text("report", "--kind", "summary")


def test_the_same_again(matched, force, tmp_path):
    other = Incident(tmp_path / "work")
    other.make()
    other.import_both(force)
    other.run("match")
    assert matching(other) == matching(matched)


def test_explanation_counts_keys(matched):
    matched.run("match", "--export", matched.root / "rows.csv")
    with open(matched.root / "rows.csv", newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))["row_id"]
    explained = matched.run("match", "--explain", row).tally["explanation"]
    assert "surname and forename: " in explained["keys"]
    assert explained["keys"] in matched.text("match", "--explain", row)
