# SPDX-License-Identifier: MIT
"""tests/server/ASVS.md: every requirement of level 1 has its row, once, and what is named there as a test is one."""
import pathlib
import re

TESTS = pathlib.Path(__file__).resolve().parents[1]
TABLE = (TESTS / "server" / "ASVS.md").read_text(encoding="utf-8")
LETTERS = {"R": "test_review.py", "H": "test_review_hostile.py", "B": "test_review_browser.py"}
# Of OWASP ASVS 5.0.0, level 1: chapter.section: how many, all numbered from 1 on.
LEVEL_1 = {"1.2": 5, "1.3": 2, "1.5": 1, "2.1": 1, "2.2": 2, "2.3": 1, "3.2": 2, "3.3": 1, "3.4": 2, "3.5": 3, "4.1": 1, "4.4": 1,
           "5.2": 2, "5.3": 2, "6.1": 1, "6.2": 8, "6.3": 2, "6.4": 2, "7.2": 4, "7.4": 2, "8.1": 1, "8.2": 2, "8.3": 1, "9.1": 3,
           "9.2": 1, "10.4": 5, "11.3": 2, "11.4": 1, "12.1": 1, "12.2": 2, "13.4": 1, "14.2": 1, "14.3": 1, "15.1": 1, "15.2": 1,
           "15.3": 1}


def rows():
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.splitlines() if re.match(r"\| \d", line)]
    assert all(len(row) == 3 and all(row) for row in cells)
    return cells


def test_every_requirement_has_its_row():
    items = [item for row in rows() for item in row[0].split(", ")]
    assert sorted(items) == sorted(f"{section}.{i + 1}" for section, count in LEVEL_1.items() for i in range(count))
    assert len(items) == 70


def test_what_is_named_exists():
    """`name` behind a letter is a test of that file, or what its tests call; `test_x.c`, `x.h` and the like are files."""
    sources = {letter: (TESTS / "server" / name).read_text(encoding="utf-8") for letter, name in LETTERS.items()}
    files = {path.name for path in TESTS.parent.rglob("*.*") if ".git" not in path.parts}
    named = 0
    for letter, names in re.findall(r"\b([RHB])\s((?:`\w+`(?:, )?)+)", TABLE):
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^def (test_)?{name}\(", sources[letter], re.M), (letter, name)
            named += 1
    for name in re.findall(r"`([\w-]+\.(?:c|h|py|html))`", TABLE):
        assert name in files, name
    assert named >= 40
    # a name without its letter would not have been looked for
    assert named == len([name for name in re.findall(r"`([a-z]\w+)`", TABLE) if f"def {name}(" in "".join(sources.values())
                         or f"def test_{name}(" in "".join(sources.values())])
