# SPDX-License-Identifier: MIT
"""init and run as a person meets them, at a terminal: typed answers, wrong ones, one interruption, up to a release that is
ready and a rehearsal that is sent. Nobody opens a JSON file."""
import json
import os
import re
import stat
import time

import pytest

from conftest import BINARY, CANTCREATE, HUMAN, INTERRUPTED, LISTED, OK, USAGE, reconcile
from terminal import CTRL_C, CTRL_D, Terminal, plain

HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"

# What is asked, and what somebody answers. The second of two answers is the right one.
ANSWERS = [
    ("1 of 10", "7", "please type one of", "1"),
    ("2 of 10", "", "needs an answer", "Northmoor Police"),
    ("3 of 10", "Ada Okoro"),
    ("e-mail address", "ada at northmoor", "not an e-mail address.*force.example", "dpo@northmoor.police.example"),
    ("telephone number", ""),
    ("4 of 10", "next Tuesday", "a day and a time, such as", "yesterday 22:15"),
    ("5 of 10", "31/02/2026", "give a day", "1/11/2026"),
    ("Until which day", "30 Oct 2026", "before the day", "3 Nov 2026"),
    ("6 of 10", "Somebody got into the computers of the company that makes our cards. Our list was there."),
    ("7 of 10", "name, rank, pay number"),
    ("certainly not", "home address,bank details , "),
    ("8 of 10", "We told the Information Commissioner's Office."),
    ("", ""),
    ("Does that fit", ""),
    ("9 of 10", "01632 960120"),
    ("When is it answered", "every day, 7am to 10pm"),
    ("health and worry", ""),
    ("10 of 10", ""),
    ("which e-mail address", "Notices <notices@northmoor.police.example>", "not an e-mail address",
     "notices@northmoor.police.example"),
]


@pytest.fixture
def at_terminal(breachmail, empty):
    """at_terminal("init", folder): the program with a terminal, and the incident's home."""
    open_ones = []

    def start(*words, **env):
        open_ones.append(Terminal([BINARY, *words], empty.env(**env)))
        return open_ones[-1]
    yield start
    for terminal in open_ones:
        terminal.close()


def answer_all(terminal, answers=ANSWERS):
    for question, first, *again in answers:
        terminal.answer(question, first)
        if again:
            terminal.answer("(?i)" + again[0], again[1])


def test_init_asks_ten_questions(at_terminal, empty):
    terminal = at_terminal("init", empty.folder)
    answer_all(terminal)
    assert terminal.end() == OK, terminal.screen
    screen = plain(terminal.screen)
    assert all(len(line) <= 80 for line in screen.split("10 of 10")[0].splitlines()
               if not re.match(r"   (\[Enter|> |- )", line)), screen     # where somebody typed
    assert f"Next: breachmail -C {empty.folder} run" in screen
    made = empty.settings()
    assert made["controller"] == {"name": "Northmoor Police", "dpo": {
        "name": "Ada Okoro", "email": "dpo@northmoor.police.example"}}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT22:15:00\+0[01]:00", made["aware_at"])
    assert made["occurred"] == {"from": "2026-11-01T00:00:00+00:00", "to": "2026-11-03T00:00:00+00:00"}
    assert made["exposed"] == ["name", "rank", "pay number"]
    assert made["not_exposed"] == ["home address", "bank details"]
    assert made["measures"] == ["We told the Information Commissioner's Office."]
    assert made["consequences"]                     # the example's, which were shown
    assert made["consequences"][0] in " ".join(screen.split())
    assert made["help"] == {"line": "01632 960120", "hours": "every day, 7am to 10pm"}
    assert made["relay"]["url"] == "capture:outbox" and made["mode"] == "rehearsal"
    assert made["relay"]["envelope_from"] == "notices@northmoor.police.example"
    assert made["allowed_domains"] == [] and made["id"].endswith("-supplier")
    assert "Castellane" not in json.dumps(made)     # nobody of the example is left
    header = (empty.folder / "people-columns.csv").read_text()
    assert header.count("\n") == 1 and {"person_id", "surname", "email", "unit", "flags"} <= set(
        header.strip().split(","))
    for file in ("incident.json", "policy.json", "people-columns.csv", "ledger.db"):
        assert stat.S_IMODE((empty.folder / file).stat().st_mode) == 0o600, file
    assert reconcile(empty)["mode"] == "rehearsal"
    assert len([line for line in (empty.folder / "incident.json").read_text().splitlines()
                if len(line) <= 100]) > 20          # written for people, who may go on by hand
    assert empty.run("import", "people", empty.folder / "people-columns.csv", "-n").tally["unmapped"] == []


@pytest.mark.parametrize("key, code", [(CTRL_C, INTERRUPTED), (CTRL_D, INTERRUPTED), ("q\n", INTERRUPTED)])
def test_init_left_in_the_middle_leaves_nothing(at_terminal, empty, key, code):
    terminal = at_terminal("init", empty.folder)
    answer_all(terminal, ANSWERS[:6])
    terminal.wait_for(r"5 of 10.*?\] \Z")
    terminal.type(key)
    assert terminal.end() == code
    assert "nothing was made" in terminal.screen
    assert not empty.folder.exists() and not list(empty.home.rglob("*.key"))


def test_init_with_a_terminal_and_an_example_asks_nothing(at_terminal, empty):
    terminal = at_terminal("init", empty.folder, "--example", "supplier")
    assert terminal.end() == OK and "of 10" not in terminal.screen
    assert not (empty.folder / "people-columns.csv").exists()
    again = at_terminal("init", empty.folder)
    assert again.end() == CANTCREATE and "of 10" not in again.screen


def test_init_asks_nobody_for_a_script(at_terminal, empty):
    assert at_terminal("--json", "init", empty.folder).end() == USAGE
    assert "--example supplier" in empty.error("init", empty.folder, code=USAGE)
    assert not empty.folder.exists()


def test_init_dry_run_asks_and_makes_nothing(at_terminal, empty):
    terminal = at_terminal("-n", "init", empty.folder)
    answer_all(terminal)
    assert terminal.end() == OK and not empty.folder.exists()


def test_init_takes_what_hands_type(at_terminal, empty):
    """Arrow keys, endless lines, other scripts, blanks around the answer."""
    terminal = at_terminal("init", empty.folder)
    terminal.answer("1 of 10", " 1 ")
    terminal.answer("2 of 10", "\x1b[A")
    terminal.answer("arrow key", "x" * 2500)
    terminal.answer("too long", "  Heddlu Môr a Mynydd – Ôl  ")
    terminal.answer("3 of 10", "Siân ap Owain")
    answer_all(terminal, ANSWERS[3:])
    assert terminal.end() == OK
    assert empty.settings()["controller"]["name"] == "Heddlu Môr a Mynydd – Ôl"


def test_colour_on_a_terminal(at_terminal, at):
    incident = at("composed", "coloured")
    for words, env, coloured in [(["status"], {}, True), (["status"], {"NO_COLOR": "1"}, False),
                                 (["status", "--color=never"], {}, False), (["status"], {"TERM": "dumb"}, False),
                                 (["status", "--color=always"], {"NO_COLOR": "1"}, True)]:
        terminal = at_terminal("-C", incident.folder, *words, HOME=str(incident.home), **env)
        assert terminal.end() == OK
        assert ("\033[1m" in terminal.screen) == coloured, (words, env)
