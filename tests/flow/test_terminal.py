# SPDX-License-Identifier: MIT
"""init and run as a person meets them, at a terminal: typed answers, wrong ones, one interruption, up to a release that is
ready and a rehearsal that is sent. Nobody opens a JSON file."""
import json
import os
import re
import stat
import subprocess
import time

import pytest

from conftest import BINARY, CANTCREATE, HUMAN, INTERRUPTED, LISTED, OK, USAGE, make_force, reconcile, sample, twice
from terminal import CTRL_C, CTRL_D, Terminal, plain

HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"

# What is asked, and what somebody answers. The second of two answers is the right one.
ANSWERS = [
    ("1 of 10", "7", "please type one of", "1"),
    ("2 of 10", "", "needs an answer", "Northmoor Police"),
    ("Which law", ""),
    ("3 of 10", "Ada Okoro"),
    ("e-mail address", "ada at northmoor", "not an e-mail address.*force.example", "dpo@northmoor.police.example"),
    ("telephone number", ""),
    ("4 of 10", "next Tuesday", "a day and a time, such as", "yesterday 22:15"),
    ("5 of 10", "31/02/2026", "give a day", "today"),
    ("after you became aware", "1/11/2026"),
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
    assert (made["regime"], made["kind"]) == ("uk-gdpr", "disclosure")
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
    answer_all(terminal, ANSWERS[:7])
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
    terminal.answer("Which law", "2")
    terminal.answer("3 of 10", "Siân ap Owain")
    answer_all(terminal, ANSWERS[4:])
    assert terminal.end() == OK
    assert empty.settings()["controller"]["name"] == "Heddlu Môr a Mynydd – Ôl"
    assert empty.settings()["regime"] == "dpa-part-3"


def test_colour_on_a_terminal(at_terminal, at):
    incident = at("composed", "coloured")
    for words, env, coloured in [(["status"], {}, True), (["status"], {"NO_COLOR": "1"}, False),
                                 (["status", "--color=never"], {}, False), (["status"], {"TERM": "dumb"}, False),
                                 (["status", "--color=always"], {"NO_COLOR": "1"}, True)]:
        terminal = at_terminal("-C", incident.folder, *words, HOME=str(incident.home), **env)
        assert terminal.end() == OK
        assert ("\033[1m" in terminal.screen) == coloured, (words, env)


# ---------------------------------------------------------------------------------------------- run

VILLAGE_POLICY_UNITS = ("Response Policing", "SO15", "Surveillance", "Finance")


@pytest.fixture
def files(empty):
    """The village's list, with a unit that nobody knows and a column whose name says nothing; and its leak."""
    people, leak = empty.root / "our people.csv", empty.root / "leak.csv"
    people.write_text(LISTED.replace("Finance", "Puddle Desk").replace("known_as", "Called"))
    rows = [line.split(",")[1:5] for line in LISTED.splitlines()[1:]] + [["P100099", "", "Gone", "Liz"]]
    leak.write_text("Row ID,Pay No,Surname,Forenames\n" + "".join(
        f"R{n},{pay},{surname},{forenames}\n" for n, (pay, _, surname, forenames) in enumerate(rows, 1)))
    return people, leak


def commands(screen):
    """What it ran, as it showed it."""
    return [line.split(None, 1)[1].replace("breachmail ", "", 1)
            for line in plain(screen).splitlines() if line.startswith("$ breachmail")]


def test_from_two_files_to_a_rehearsal_that_was_sent(at_terminal, empty, files):
    """Two files, some answers, one of them wrong, one interruption; at the end all are told or on a list."""
    people, leak = files
    began = time.monotonic()
    first = at_terminal("init", empty.folder)
    answer_all(first)
    assert first.end() == OK

    one = at_terminal("-C", empty.folder, "run")
    one.answer("Where is the list", "nowhere.csv")                          # wrong, and asked again
    one.answer("no file of that name", f"'{people}'")
    one.answer("Which day", "1 Nov 2026")
    one.wait_for(r"surname +from 'surname'")
    one.answer("column 'Called'", "nickname of theirs")
    one.answer("not a field", "preferred name")
    one.answer("markers such as undercover.*Is that right", "i")
    one.answer("another list", "")
    one.answer("Do you have what leaked", "f")
    one.wait_for(r"Where is the file that leaked.*?> \Z")
    one.type(CTRL_C)                                                        # in the middle
    assert one.end() == INTERRUPTED
    assert "leaked-file" in one.screen and f"breachmail -C {empty.folder} run goes on" in one.screen
    assert commands(one.screen) == [
        f"-C {empty.folder} import people '{people}' --as-of 2026-11-01 --map known_as=Called"]

    two = at_terminal("-C", empty.folder, "run")                            # goes on where it was left
    two.answer("Do you have what leaked", "")
    two.answer("Where is the file", str(leak))
    two.answer("Is that right", "")
    two.answer("another leaked file", "")
    two.answer("know.* none of them.*Puddle Desk.*What are they", "x")
    two.answer("Please type one of a, e, l", "a")
    two.answer("Who decides", "Ada Okoro")
    two.answer("Why", "a desk in the finance department")
    two.answer("questions are open", "o")
    two.answer("No rule of level 'firearms'.*", "a")
    two.answer("Why", "we have none")                                       # the name is asked once
    two.answer("No rule of level 'protection'.*", "l")
    two.answer("Open questions.*", "q")                                     # enough for now
    assert two.end() == HUMAN
    assert "Left at a decision" in two.screen and f"Next: breachmail -C {empty.folder} run" in plain(two.screen)
    assert "approve --accept empty-level:firearms --by 'Ada Okoro' --reason 'we have none'" in two.screen

    three = at_terminal("-C", empty.folder, "run", "--by", "Ada Okoro")
    three.answer("questions are open", "a")
    three.answer("Why", "HR keeps no such columns")                         # --by is who decides
    finish_rehearsal(three)
    assert three.end() == HUMAN, three.screen                                   # tasks are left
    assert time.monotonic() - began < 120
    run = [line.replace(f"-C {empty.folder} ", "") for line in commands(two.screen + three.screen)]
    places = [run.index(command) for command in (
        f"import breach {leak}", "match", "group", "compose", f"compose --preview {empty.folder}/preview", "approve",
        "approve --release", "send -n", "send", "status")]
    assert places == sorted(places), run

    empty.leaked = 9
    status = reconcile(empty)
    assert "questions" not in status["needs_human"]
    assert status["states"]["accepted"] == len(empty.outbox()) > 0
    assert "Puddle Desk" in json.loads((empty.folder / "policy.json").read_text())["known_units"]
    log = empty.run("note").stdout
    assert "Ada Okoro" in log and "known_units" in log
    again = at_terminal("-C", empty.folder, "run")                          # all is done: nothing is asked
    assert again.end() == HUMAN
    assert commands(again.screen) == [f"-C {empty.folder} status"]


def finish_rehearsal(terminal):
    terminal.answer("Has somebody read them", "p")
    terminal.answer("files in .*preview", "y")
    terminal.answer("This would be released.*Is it right", "r")
    terminal.answer("Send it", "s")


def finish_imports(terminal, people, leak):
    terminal.answer("Where is the list", str(people))
    terminal.answer("Which day", "")
    terminal.answer("column 'Called'", ".")
    terminal.answer("Is that right", "")
    terminal.answer("another list", "")
    terminal.answer("Do you have what leaked", "")
    terminal.answer("Where is the file", str(leak))
    terminal.answer("Is that right", "")
    terminal.answer("another leaked file", "")


def test_a_row_and_a_unit_are_decided_on_the_way(at_terminal, empty, files):
    """A number that says one person and a name that says another; and a unit that is at risk."""
    people, leak = files
    empty.make()
    leak.write_text(leak.read_text() + "R10,P100006,Castle,Ann\n")
    terminal = at_terminal("-C", empty.folder, "run")
    finish_imports(terminal, people, leak)
    terminal.answer("leaked rows? needs? a human.*let them wait", "d")
    terminal.wait_for(r"match --explain R10.*A4.*A6|match --explain R10.*A6.*A4")
    terminal.answer("Who is this row about", "-x")
    terminal.answer("Please type", "A4")
    terminal.answer("Who decides", "Joan")
    terminal.answer("Why", "it's her name; the number was typed wrongly")
    while True:     # whatever other rows the program leaves to humans
        if terminal.wait_for(r"(Who is this row|What are they).*?(?:> |\] )\Z").group(1) == "What are they":
            break
        terminal.type("s\n")
    terminal.type("e\n")
    terminal.answer("Puddle Desk", "3")
    terminal.answer("Why", "they handle informants")
    terminal.answer("questions are open", "l")
    terminal.answer("Has somebody read them", "q")
    assert terminal.end() == HUMAN and "Left at a decision: letters" in plain(terminal.screen)
    assert "approve --row R10 --person A4 --by Joan" in terminal.screen
    assert empty.routes()["A6"][0] == "counter-terrorism" == empty.routes()["A3"][0]
    (rule,) = [level["when"][-1] for level in json.loads((empty.folder / "policy.json").read_text())["levels"]
               if level["name"] == "counter-terrorism"]
    assert rule == {"person.unit": {"in": ["Puddle Desk"]}}
    assert empty.status()["outcomes"]["possible"] == 0


def test_a_workbook_with_two_sheets_is_asked_about(at_terminal, empty, files, tmp_path):
    from workbooks import Sheet, xlsx
    people, leak = files
    empty.make()
    book = tmp_path / "book.xlsx"
    rows = [line.split(",") for line in LISTED.replace('"', "").splitlines()]
    book.write_bytes(xlsx([Sheet("Cover", [["made in March", "by HR"]]),
                           Sheet("Staff", rows[:1] + [row[:14] for row in rows[1:]])]))
    terminal = at_terminal("-C", empty.folder, "run")
    terminal.answer("Where is the list", str(book))
    terminal.answer("Which day", "")
    terminal.answer("Which of its sheets", "Staff")
    terminal.wait_for("surname +from 'surname'")
    terminal.answer("Is that right", "f")
    terminal.answer("Where is the list", "q")
    assert terminal.end() == HUMAN and not empty.run("import", "--list").tally["sources"]


def test_presuming_before_the_leak_is_in_hand(at_terminal, empty, files):
    empty.make()
    terminal = at_terminal("-C", empty.folder, "run")
    terminal.answer("Where is the list", str(files[0]))
    terminal.answer("Which day", "")
    terminal.answer("column 'Called'", "")
    terminal.answer("Is that right", "")
    terminal.answer("another list", "")
    terminal.answer("Do you have what leaked.*\"may be\"", "p")
    terminal.answer("What are they", "l")
    terminal.answer("questions are open", "l")
    terminal.answer("Has somebody read them", "q")
    assert terminal.end() == HUMAN
    assert empty.status()["people"] == 8
    later = at_terminal("-C", empty.folder, "run")                          # the file has come
    later.answer("taken to be in it.*not in hand yet", str(files[1]))
    later.answer("Is that right", "")
    later.answer("another leaked file", "")
    later.answer("What are they", "q")
    assert later.end() == HUMAN and [line.split()[2] for line in commands(later.screen)] == ["import", "match", "group"]


def test_a_head_start_is_lifted_on_the_way(at_terminal, few):
    """Whoever is told by a visit hears it first; somebody who answers for it may end that."""
    policy = json.loads((few.folder / "policy.json").read_text())
    policy["levels"][0]["head_start"] = "4h"
    (few.folder / "policy.json").write_text(json.dumps(policy))
    few.walk("group", "compose")
    few.run("approve", "--release")
    terminal = at_terminal("-C", few.folder, "run", HOME=str(few.home))
    terminal.answer("head start of undercover.*Send it", "h")
    terminal.answer("Who decides", "Joan")
    terminal.answer("Why", "the visit is done")
    terminal.answer("Send it.*send it now", "s")
    assert terminal.end() == HUMAN
    assert "lift the head start" not in terminal.screen.split("send --lift-head-start --by")[-1]
    assert len(few.outbox()) == 5


def test_sending_is_interrupted_and_gone_on_with(at_terminal, few, relay):
    """Ctrl-C while mails go out: the one on the wire is finished, the next walk sends the others, and nobody gets two."""
    server = relay()
    few.send_to(server, per_minute=30)
    few.walk("group", "compose")
    few.run("approve", "--release")
    terminal = at_terminal("-C", few.folder, "run", HOME=str(few.home))
    terminal.answer("Send it", "s")
    server.wait(2)
    terminal.type(CTRL_C)
    assert terminal.end() == INTERRUPTED and "run goes on from here" in terminal.screen
    assert 2 <= len(server.accepted()) < 5
    few.send_to(server, per_minute=30)
    again = at_terminal("-C", few.folder, "run", HOME=str(few.home))
    again.answer("Send it", "s")
    assert again.end() == HUMAN
    assert len(server.accepted()) == 5 and not twice(recipient for _, recipient in server.accepted())


def test_no_incident_yet(at_terminal, empty):
    terminal = at_terminal("-C", empty.folder, "run")
    terminal.answer("no incident here yet", "")
    answer_all(terminal)
    terminal.answer("Where is the list", "q")
    assert terminal.end() == HUMAN and empty.settings()["controller"]["name"] == "Northmoor Police"
    assert commands(terminal.screen) == [f"-C {empty.folder} init {empty.folder}"]


def test_live_goes_up_to_the_signatures(at_terminal, at, tmp_path):
    """Two people who have keys, one after the other at the same terminal."""
    incident = at("composed", "live")
    for name in ("ann", "bob"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", "correct horse", "-f",
                        tmp_path / name], check=True)
    incident.change({"mode": "live", "relay": {"url": "smtps://relay.police.example:465"}})
    terminal = at_terminal("-C", incident.folder, "run", "--by", "Joan", HOME=str(incident.home))
    terminal.answer("leaked rows? need", "w")
    terminal.answer("questions are open", "o")
    terminal.answer("no column of the people lists", "a")
    terminal.answer("Why", "no flags")
    terminal.answer("allowed_domains is empty", "m")
    terminal.answer("which domains", "desk@met.police.example")
    terminal.answer("not a domain", "Met.police.example")
    terminal.answer("", "")
    terminal.answer("Has somebody read", "y")
    terminal.answer("What now", "s")
    terminal.answer("With which key", "nowhere")
    terminal.answer("no such file", str(tmp_path / "ann"))
    terminal.wait_for("0 are enrolled")
    for name in ("ann", "bob"):
        terminal.answer("What now", "e")
        terminal.answer("Who is it", name)
        terminal.answer("public SSH key", str(tmp_path / f"{name}.pub"))
    for name in ("ann", "bob"):
        terminal.answer("What now", "s")
        terminal.answer("With which key", str(tmp_path / name))
        terminal.wait_for("passphrase")
        terminal.type("correct horse\n")
    terminal.wait_for("send --release DIGEST")
    terminal.end()
    run = commands(terminal.screen)
    assert incident.settings()["allowed_domains"] == ["met.police.example"]
    assert run[-1].endswith(f"approve --sign {tmp_path / 'bob'}") and not any(" send" in line for line in run)
    assert "correct horse" not in terminal.screen
    assert incident.status()["states"]["released"] > 0


@pytest.mark.parametrize("name", sample(["crime-data", "supplier", "foi-release", "publication", "lost-notebook",
                                         "lost-footage"]))
def test_each_incident_can_be_walked(at_terminal, empty, name):
    """On made-up files of its kind, by somebody who takes what is offered: to a rehearsal that is sent."""
    force = make_force(empty.root / "force", 200, name, "--style", name)
    empty.run("init", empty.folder, "--example", name)
    terminal = at_terminal("-C", empty.folder, "run", "--by", "Ada Okoro")
    assert terminal.answer_until_the_end([
        ("Where is the list", str(force / "people.csv")), ("Which day", "1 Aug 2023"), ("Is that right", "i"),
        ("Is there another", ""), ("Do you have what leaked", "f"), ("Where is the file", str(force / "breach.csv")),
        ("Which field is the column", ""), ("need a human", "d"), ("Who is this row about", "x"),
        ("What are they", "a"), ("Why, in a few words", "so it is"), ("questions are open", "a"),
        ("Has somebody read", "y"), ("Is it right", "r"), ("Send it", "s"),
        ("it may stay as it is", "a")]) == HUMAN, terminal.screen
    empty.leaked = empty.run("import", "--list").tally["sources"][-1]["accepted"]
    status = empty.status()
    assert status["states"]["accepted"] == len(empty.outbox()) > 0
    assert set(status["states"]) <= {"accepted", "task", "restricted", "none"}
    assert "questions" not in status["needs_human"]


def test_help_begins_with_tonight(empty, breachmail):
    empty.folder = empty.root
    text = empty.text("help", code=OK)
    verbs = re.findall(r"(?m)^  ([a-z-]+)  ", text.split("in this order:")[1])
    assert verbs[:8] == ["init", "import", "match", "group", "compose", "approve", "send", "status"]
    assert "run" in verbs and "breachmail run" in text.split("in this order:")[0]
    assert "65" in empty.text("help", "exit-codes", code=OK)
    for words in (["help"], *(["help", verb] for verb in verbs if verb != "directory")):
        text = empty.text(*words, code=OK)
        assert all(len(line) <= 80 for line in text.splitlines()), text
    assert "--map" in empty.text("help", "import", code=OK)
    assert "did you mean 'match'" in empty.error("help", "mach", code=USAGE)


# ------------------------------------------------------------------------- run, with nobody to ask

def walk(incident, *words, code=HUMAN):
    return incident.run("run", *words, code=code).tally


def test_without_a_terminal_it_stops_at_each_decision(at, force):
    """It does what needs nobody, stops at the first decision, and names it; the next run goes on."""
    incident = at("made", "scripted")
    assert walk(incident)["decision"] == "people-list"
    assert "people-list" in incident.text("run", code=HUMAN)
    incident.run("import", "people", force / "people.csv")
    assert walk(incident)["decision"] == "leaked-file"
    incident.run("import", "breach", force / "breach.csv")
    incident.leaked = incident.last["import"]["accepted"]
    tally = walk(incident)
    assert tally["decision"] == "rows" and "approve --row" in tally["next"]
    assert [line.split()[-1] for line in tally["ran"]] == ["match", "group"]
    assert "waiting" not in incident.status()["outcomes"]
    text = incident.text("run", code=HUMAN)
    assert "A decision is open: rows" in text and "approve --row ROW" in text


def test_without_a_terminal_up_to_the_end(few):
    assert [walk(few)[name] for name in ("decision", "ran")] == ["empty-level:firearms", []]
    for question in few.run("approve").tally["open"]:
        few.run("approve", "--accept", question["key"], "--by", "Joan", "--reason", "so it is")
    assert walk(few)["decision"] == "letters"
    few.run("approve", "--release")
    assert walk(few)["decision"] == "send"
    few.run("send")
    done = walk(few)
    assert "decision" not in done and [line.split()[-1] for line in done["ran"]] == ["status"]


def test_a_dry_run_names_what_comes_next(at):
    incident = at("imported", "tried")
    before = incident.state()
    assert incident.run("run", "-n", code=OK).tally["next"].endswith(" match")
    assert "It would run: breachmail" in incident.text("run", "-n", code=OK)
    assert incident.state() == before


def test_run_ends_with_what_went_wrong(at, tmp_path):
    incident = at("imported", "broken")
    (incident.folder / "policy.json").write_text("{")
    assert "policy.json" in incident.error("run", code=78)
    incident.folder = tmp_path / "nowhere"
    assert "init" in incident.error("run", code=78)
    assert incident.error("run", "now", code=USAGE)
