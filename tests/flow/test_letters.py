# SPDX-License-Identifier: MIT
"""track --classify: what kinds of letters came back, by the bars that it must reach.

LETTERS_DIR names a folder of letters that nobody of the project wrote: files/ with the letters,
manifest.csv with what they are, torture/ broken ones, score.py, which compares. Without it this is
skipped; the made-up letters of tests/data/letters are tried in any case (test_letter.c, and here
once through the cage).
"""
import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest

LETTERS = os.environ.get("LETTERS_DIR", "")
OURS = pathlib.Path(__file__).parents[1] / "data" / "letters"
BARS = {"strict": .95, "group": .98, "recipient": .985, "status": .96, "message_id": .98}
# Some hold it for a bounce that a program answers "thank you for writing to us".
DISPUTED = {"failure taken for auto-reply": 1}
ALLOWED = {"machine mail taken for a human": 2, **DISPUTED}


def classify(breachmail, files):
    run = subprocess.run([os.environ["BREACHMAIL"], "track", "--classify", "-"],
                         input="".join(f"{file}\n" for file in files), capture_output=True, text=True,
                         timeout=300)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def test_made_up_letters(breachmail):
    """The same through the caged child, each verdict with what it rests on."""
    wanted = {row["letter"]: row for row in csv.DictReader((OURS / "expected.csv").open())}
    out = classify(breachmail, [OURS / f"{name}.eml" for name in wanted])
    found = {pathlib.Path(letter["file"]).stem: letter for letter in map(json.loads, out.splitlines())}
    assert found.keys() == wanted.keys()
    assert {name: found[name]["class"] for name in wanted} == {
        name: row["class"] for name, row in wanted.items()}
    family = [name for name, letter in found.items() if letter["evidence"] == "family phrase"]
    assert len(family) <= len(found) / 20, family


@pytest.fixture
def letters():
    if not LETTERS:
        pytest.skip("LETTERS_DIR is not set: it names the folder of letters by others")
    return pathlib.Path(LETTERS)


def share(value, of):
    return value[0] / value[1] if isinstance(value, list) else value / of


def test_letters_of_others(breachmail, letters, tmp_path):
    files = sorted(path for path in (letters / "files").rglob("*") if path.is_file())
    out = classify(breachmail, files)
    assert out.count("\n") == len(files), "every letter has its line"
    subprocess.run([sys.executable, letters / "score.py", "--json", tmp_path / "score.json",
                    letters / "manifest.csv"], input=out, text=True, check=True, timeout=60,
                   stdout=subprocess.DEVNULL)
    score = json.loads((tmp_path / "score.json").read_text())
    assert not score["missing"] and not score["torture_missing"]
    reached = {name: share(score[name], score["n"]) for name in BARS}
    assert all(reached[name] >= bar for name, bar in BARS.items()), reached
    assert all(count <= ALLOWED.get(what, 0) for what, count in score["danger"].items()), score["danger"]
