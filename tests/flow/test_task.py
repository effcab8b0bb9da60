# SPDX-License-Identifier: MIT
"""Tasks: half of the work is done by people. Who does what by when, what came of it, and what an office
prints for it."""
import csv
import re
import sqlite3

import pytest

from conftest import CONFIG, OK, REFUSED, TEMPORARY, USAGE, parse, reconcile

SAID = ["--by", "Joan Ashby", "--note", "spoke with them"]
SHAPE = {"number", "kind", "text", "level", "person_id", "reason", "state", "outcome", "owner", "opened_at", "due", "overdue",
         "attempts", "tried_at", "after", "held", "reference", "kinds"}


def tasks(incident, *words, **more):
    return incident.run("task", *words, code=OK, **more).tally["tasks"]


def numbers(incident, *words, **more):
    return [one["number"] for one in tasks(incident, *words, **more)]


def number_of(incident, person):
    """People of one level stand in no order that tells anything, so neither do their tasks."""
    (number,) = [one["number"] for one in tasks(incident) if one["person_id"] == person and not one["after"]]
    return number


def said(incident, what, number, *words, code=OK, **more):
    result = incident.run("task", what, number, *words, *SAID, code=code, **more)
    return result.tally if code == OK else result.tally["error"]["message"]


def state(incident, person):
    return incident.run("person", person, code=OK).tally["state"]


# --------------------------------------------------------------------------------------------- the list

def test_shape_and_order(at):
    incident = at("composed")
    tally = incident.run("task", code=OK).tally
    listed = tally["tasks"]
    assert all(set(one) == SHAPE for one in listed)
    order = [level["name"] for level in incident.status()["levels"]]
    keys = [(order.index(one["level"]), one["due"], one["number"]) for one in listed]
    assert keys == sorted(keys) and len(listed) > 5
    routes = {person: route for person, route in incident.routes().items() if route[1] == "task"}
    assert {one["person_id"]: (one["level"], "task", one["reason"]) for one in listed} == routes
    assert (tally["open"], tally["overdue"], tally["unassigned"], tally["done"]) == (
        len(listed), 0, len(listed), 0)
    assert tasks(incident, "list") == listed
    text = incident.text("task")
    assert all(one["person_id"] in text and one["kind"] in text for one in listed)


def test_kinds(few):
    kinds = {one["person_id"]: (one["kind"], one["reason"]) for one in tasks(few)}
    assert kinds == {"A4": ("visit", "level"), "A5": ("letter", "no-address"),
                     "A7": ("next-of-kin", "deceased")}


def test_filters(few):
    letter = number_of(few, "A5")
    assert numbers(few, "--kind", "letter") == [letter] and numbers(few, "--kind", "liaison") == []
    said(few, "assign", 1, "--to", "Jo Marsh")
    assert numbers(few, "--owner", "jo marsh") == [1] and numbers(few, "--owner", "") == [2, 3]
    said(few, "done", 1, "--no-letter")
    assert numbers(few) == [1, 2, 3] and numbers(few, "--open") == [2, 3]
    assert numbers(few, "--overdue") == []
    later = {"BREACHMAIL_NOW": "2100-01-01T00:00:00Z"}
    assert numbers(few, "--overdue", env=later) == [2, 3]
    assert few.run("status", env=later).tally["needs_human"]["tasks_overdue"] == 2
    assert "OVERDUE" in few.text("task", env=later) and "OVERDUE" not in few.text("task")


@pytest.mark.parametrize("words, says", [
    (["--kind", "vist"], "did you mean visit"), (["show"], "breachmail task"), (["show", "x"], "number"),
    (["show", "99"], "no task 99"), (["frown", "1"], "breachmail task"), (["list", "1"], "breachmail task"),
    (["done", "99", *SAID], "no task 99"), (["done", "0", *SAID], "number"), (["done", *SAID], "breachmail task"),
    (["done", "1"], "--by"), (["done", "1", "--by", "Jo"], "--by"), (["done", "1", "--note", "x"], "--by"),
    (["done", "1", "--by", "Jo", "--note", "x", "--reason", "y"], "the same"),
    (["assign", "1", *SAID], "to whom"), (["assign", "1", "--to", "", *SAID], "to whom"),
    (["assign", "1", "--to", "Jo", "--as", "pigeon", *SAID], "a task is"), (["done", "1", "--to", "Jo", *SAID], "assign"),
    (["assign", "1", "--to", "Jo", "--no-letter", *SAID], "--no-letter"),
    (["not-reached", "1", "--due", "soon", *SAID], "--due"), (["done", "1", "--to", "x" * 4001, *SAID], "4000")])
def test_refused(few, words, says):
    before = few.state()
    assert says in few.error("task", *words, code=USAGE)
    assert few.state() == before


def test_before_there_are_any(at):
    assert tasks(at("made")) == []
    assert "no task 1" in said(at("made", "other"), "done", 1, code=USAGE)


def test_wrong_key(few, at):
    few.error("task", "--key-file", at("made").key, code=CONFIG)


# ------------------------------------------------------------------------------------------ what is done

def test_done(few):
    """Somebody is told: their state says so, the sums hold, and a letter follows a visit."""
    tally = said(few, "done", 1)
    assert tally["what"] == "done" and tally["number"] == 1
    letter = tally["letter"]
    assert state(few, "A4") == "reached"
    status = reconcile(few)
    assert status["states"]["reached"] == 1 and status["states"]["task"] == 2
    assert status["needs_human"]["letters_to_follow"] == 1 and status["needs_human"]["task"] == 2
    (one,) = tasks(few, "--kind", "letter", "--owner", "", "--open")[:1]
    assert (one["number"], one["after"], one["person_id"]) == (letter, 1, "A4")
    assert said(few, "done", letter)["letter"] is None
    assert "letters_to_follow" not in reconcile(few)["needs_human"]
    assert state(few, "A4") == "reached"


def test_done_without_a_letter(few):
    assert said(few, "done", 1, "--no-letter")["letter"] is None
    assert said(few, "done", number_of(few, "A7"))["letter"] is None    # nobody writes to the dead
    assert state(few, "A7") == "reached" and numbers(few, "--open") == [number_of(few, "A5")]


def test_done_twice(few):
    said(few, "done", 1)
    before = few.state()
    for what in ("done", "not-reached"):
        assert "done already" in said(few, what, 1, code=REFUSED)
    assert few.state() == before


def test_not_reached_stays_open(few):
    now = {"BREACHMAIL_NOW": "2026-11-21T09:00:00Z"}
    said(few, "not-reached", 1, env=now)
    (one,) = tasks(few, "--kind", "visit", env=now)
    assert (one["state"], one["attempts"], one["due"]) == ("not_reached", 1, "2026-11-22T09:00:00Z")
    assert one["outcome"] == "not_reached" and {other["outcome"] for other in tasks(few)} == {None, "not_reached"}
    assert one["tried_at"] == "2026-11-21T09:00:00Z" and numbers(few, "--open") == [1, 2, 3]
    assert state(few, "A4") == "not_reached"
    status = reconcile(few)
    assert status["states"]["not_reached"] == status["needs_human"]["not_reached"] == 1
    said(few, "not-reached", 1, "--due", "2h", env=now)
    (one,) = tasks(few, "--kind", "visit", env=now)
    assert (one["attempts"], one["due"]) == (2, "2026-11-21T11:00:00Z")
    said(few, "assign", 1, "--to", "Jo", "--as", "call", "--due", "2026-11-21T20:00:00Z", env=now)
    (one,) = tasks(few, "--kind", "call", env=now)
    assert (one["state"], one["attempts"], one["due"]) == ("not_reached", 2, "2026-11-21T20:00:00Z")
    said(few, "not-reached", 1, env=now)
    assert tasks(few, "--kind", "call")[0]["due"] == "2026-11-21T13:00:00Z"     # a call is tried again soon
    said(few, "done", 1, env=now)
    assert state(few, "A4") == "reached" and tasks(few, "--kind", "call")[0]["attempts"] == 4


def test_a_mistake_is_opened_again(few):
    letter = said(few, "done", 1)["letter"]
    assert "not done" in said(few, "reopen", number_of(few, "A5"), code=REFUSED)
    said(few, "reopen", 1)
    assert state(few, "A4") == "task" and letter not in numbers(few)
    reconcile(few)
    assert "not needed" in said(few, "done", letter, code=REFUSED)
    assert said(few, "done", 1)["letter"] > letter


def test_history_is_kept_and_its_words_are_not_for_everyone(few):
    said(few, "assign", 1, "--to", "Jo Marsh")
    said(few, "not-reached", 1)
    tally = few.run("task", "show", 1, code=OK).tally
    assert [one["what"] for one in tally["history"]] == ["assign", "not-reached"]
    assert tally["history"][0]["to"] == "Jo Marsh" and "note" not in tally["history"][0]
    text = few.text("task", "show", 1)
    assert "Jo Marsh" in text and "spoke with them" not in text and "Castle" not in text
    history = few.run("person", "A4").tally["tasks"][0]["history"]
    assert [one["note"] for one in history] == ["spoke with them"] * 2
    assert "spoke with them" in few.text("person", "A4")
    content = few.ledger.read_bytes()
    assert b"spoke with" not in content and b"Marsh" not in content
    few.run("check", code=OK)


@pytest.mark.parametrize("words", [["done", 1], ["not-reached", 1], ["assign", 1, "--to", "Jo"], ["done", 2]])
def test_dry_run_changes_nothing_and_tells_the_same(few, words):
    before = few.state()
    tried = few.run("task", *words, *SAID, "-n", code=OK).tally
    assert few.state() == before
    assert few.run("task", *words, *SAID, code=OK).tally == tried


def test_told_is_told(few):
    """Reached in person, and then an address turns up: no mail."""
    said(few, "done", number_of(few, "A5"))
    path = few.root / "newer.csv"
    path.write_text((few.root / "people.csv").read_text().replace(
        "Finance,in-post,,07700 900105", "Finance,in-post,zed@met.police.example,07700 900105"))
    few.run("import", "people", path, "--as-of", "2023-09-01")
    few.walk("match", "group", "compose")
    assert few.routes()["A5"][1] == "mail" and state(few, "A5") == "reached"
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    assert "zed@met.police.example" not in [parse(path.read_bytes())["To"] for path in few.outbox()]
    few.run("approve", code=OK)


def test_an_open_task_gives_way_to_mail(few):
    letter = number_of(few, "A5")
    path = few.root / "newer.csv"
    path.write_text((few.root / "people.csv").read_text().replace(
        "Finance,in-post,,07700 900105", "Finance,in-post,zed@met.police.example,07700 900105"))
    few.run("import", "people", path, "--as-of", "2023-09-01")
    few.walk("match", "group", "compose")
    assert state(few, "A5") == "planned" and numbers(few) == [1, number_of(few, "A7")]
    assert "not needed" in said(few, "done", letter, code=REFUSED)
    assert "not needed" in few.text("task", "show", letter)


def test_numbers_stay_when_everything_is_made_anew(few):
    said(few, "assign", 1, "--to", "Jo")
    before = tasks(few)
    few.change({"next_update": "by 9 September 2023"})
    few.walk("compose")
    assert tasks(few) == before


def test_a_rehearsals_tasks_do_not_count_in_live(few, relay):
    said(few, "done", 1)
    few.send_to(relay())
    few.change({"mode": "live"})
    assert tasks(few) == [] and few.run("status").tally["states"] == {"open": 8}
    few.run("compose", code=OK)
    assert numbers(few) == [5, 6, 7] and state(few, "A4") == "task"
    assert "no task 1" in said(few, "done", 1, code=USAGE)


def test_while_mail_is_being_sent(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    process = incident.start("send", "--rate", 100)
    server.wait(5)
    said(incident, "done", 1)
    assert process.poll() is None
    incident.finish(process, "send")
    assert reconcile(incident)["states"]["reached"] == 1


def test_two_at_once(few):
    """Two desks work off the same list: each is written, or told to try again."""
    processes = [few.start("task", "done", n, *SAID) for n in (1, 2, 3)]
    codes = [few.finish(process, "task").code for process in processes]
    assert set(codes) <= {OK, TEMPORARY}
    assert len([one for one in tasks(few) if one["state"] == "done"]) == codes.count(OK)
    few.run("check", code=OK)


# ---------------------------------------------------------------------------------------- the spreadsheet

def test_export(few):
    said(few, "assign", 1, "--to", "=cmd|' /C calc'!A0")
    path = few.tmp / "tasks.csv"
    few.run("task", "--export", path)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["task"] for row in rows] == ["1", "2", "3"]
    assert {(row["kind"], row["person_id"], row["state"]) for row in rows} == {
        ("visit", "A4", "open"), ("letter", "A5", "open"), ("next-of-kin", "A7", "open")}
    assert rows[0]["owner"].startswith("'=") and rows[1]["owner"] == ""
    content = path.read_text()
    for personal in ("Castle", "Okafor", "High St", "07700", "@"):
        assert personal not in content
    few.run("task", "--export", path, "--kind", "letter")
    assert len(path.read_text().splitlines()) == 2
    assert few.run("task", "--export", "-", json=False).stdout.startswith("task,kind,")


# -------------------------------------------------------------------------------------------------- paper

def printed(incident, *words, form="txt", code=OK):
    path = incident.tmp / f"pages.{form}"
    tally = incident.run("task", *words, "--print", path, code=code).tally
    return path.read_text(), tally


def test_a_letter_for_the_window(few):
    text, tally = printed(few, "--kind", "letter")
    assert (tally["letters"], tally["sheets"], tally["by_hand"], tally["held"]) == (1, 0, 0, 0)
    lines = text.split("\n")
    assert lines[:12] == [""] * 12                  # 12 lines are 51 mm: the window begins below
    assert lines[12:19] == [" " * 10 + line if line else "" for line in (
        "Mr Zed Okafor", "5 High St", "Flat 2", "Old Mill", "Northmoor", "NM1 1AC", "")]
    assert max(map(len, lines)) <= 80 and "Constable" not in text and "staff" not in "".join(lines[:20])
    code = re.search(r"Reference: ([0-9A-Z]{5}-[0-9A-Z]{5})", text)[1]
    assert code in text[text.index("check that this message"):]     # the words say where to give it
    assert "Dear Mr Okafor" in text and "your pay number" in text and "P100005" not in text
    assert "reply with the words" not in text       # nobody replies to paper
    few.run("verify", code, code=OK)
    assert few.run("person", code).tally["person_id"] == "A5"


def test_a_letter_has_one_code(few):
    code = re.search(r"Reference: (\S+)", printed(few, "--kind", "letter")[0])[1]
    before = few.state()
    again, _ = printed(few, "--kind", "letter", form="html")
    assert code in again
    assert {k: v for k, v in few.state().items() if "pages" not in k} == {
        k: v for k, v in before.items() if "pages" not in k}


def test_the_same_as_a_page(few):
    html, tally = printed(few, "--kind", "letter", form="html")
    assert tally["letters"] == 1 and html.startswith("<!DOCTYPE html>") and html.rstrip().endswith("</html>")
    assert '<div class="window">Mr Zed Okafor<br>5 High St<br>Flat 2<br>Old Mill<br>Northmoor<br>NM1 1AC' in html
    assert "size: A4" in html and "src=" not in html and "http" not in html and "<script" not in html
    assert html.count("<section") == html.count("</section>") == html.count("<thead>") == 1


def test_no_page_gets_among_anothers(few):
    """Each page of a letter says to which it belongs."""
    text, _ = printed(few)
    assert "\f" in text
    for page in text.split("\f"):
        assert re.search(r"Reference: [0-9A-Z]{5}-[0-9A-Z]{5}|Task \d+: ", page), page


def test_values_do_not_break_out_of_the_page(few):
    path = few.root / "newer.csv"
    path.write_text((few.root / "people.csv").read_text().replace("Okafor", "<b>Okafor</b>").replace(
        "Flat 2", "<script>alert(1)</script>"))
    few.run("import", "people", path, "--as-of", "2023-09-01")
    few.walk("match", "group", "compose")
    html, _ = printed(few, form="html")
    assert "<script" not in html and "<b>" not in html and "&lt;b&gt;Okafor" in html


def test_sheets_say_what_to_say(few):
    text, tally = printed(few)
    assert (tally["letters"], tally["sheets"]) == (1, 2)
    visit = text[text.index("Task 1: visit"):min(text.index("Zed Okafor"), text.index("Tom Alder"))]
    for words in ("Ann Castle", "07700 900104", "4 High St", "your pay number", "call 999", "task done 1 --by"):
        assert words in visit, words
    kin = text[text.index(f"Task {number_of(few, 'A7')}: next-of-kin"):]
    assert "has died" in kin and "Tom Alder" in kin
    assert "undercover" not in text.lower() and "surveillance" not in text.lower()  # paper lies about
    assert text.index("Task 1:") < text.index("Zed Okafor")             # highest risk first


def test_every_page_fits_its_printer(at):
    text, tally = printed(at("composed"))
    pages = text.split("\f")
    assert len(pages) >= tally["letters"] + tally["sheets"]
    assert max(page.rstrip("\n").count("\n") + 1 for page in pages) <= 60
    assert max(len(line) for page in pages for line in page.split("\n")) <= 80


def test_a_confirmation_after_the_visit_is_given_by_hand(few):
    """To somebody whose work is such that no mail tells them, no post does."""
    letter = said(few, "done", 1)["letter"]
    text, tally = printed(few, "show", letter)
    assert (tally["letters"], tally["by_hand"]) == (1, 1)
    assert "BY HAND" in text and "4 High St" not in text and "Ms Ann Castle" in text
    assert "has spoken with you about this" in text


def test_held_people_are_left_out(few):
    few.run("person", "A5", "--hold", "--by", "Jo", "--reason", "x")
    text, tally = printed(few)
    assert tally["held"] == 1 and tally["letters"] == 0 and "Okafor" not in text
    assert {one["person_id"]: one["held"] for one in tasks(few)} == {"A4": False, "A5": True, "A7": False}


def test_done_is_not_printed_again(few):
    said(few, "done", number_of(few, "A5"))
    path = few.tmp / "pages.txt"
    assert few.run("task", "--kind", "letter", "--print", path, code=OK).tally["letters"] == 0
    assert not path.exists() and "Nothing" in few.text("task", "--kind", "letter", "--print", path)


def test_dry_run_prints_nothing(few):
    before = few.state()
    tally = few.run("task", "--print", few.tmp / "pages.txt", "-n", code=OK).tally
    assert (tally["letters"], tally["sheets"]) == (1, 2) and few.state() == before
    few.run("task", "--print", few.tmp / "no" / "such.txt", code=73)


def test_to_the_standard_output(few):
    text = few.run("task", "--print", "-", json=False).stdout
    assert "Zed Okafor" in text and "Next:" not in text
    few.run("task", "--print", "-", code=USAGE)         # not with --json


def test_the_incidents_own_words(few):
    folder = few.folder / "templates" / "task"
    folder.mkdir(parents=True)
    (folder / "call.txt").write_text("# Ring {{person.name}}\n\n{{nobody.knows}}\n")
    few.run("task", "assign", 1, "--to", "Jo", "--as", "call", *SAID)
    message = few.error("task", "--print", few.tmp / "pages.txt", "--kind", "call", code=65)
    assert "call" in message and "Castle" not in message
    (folder / "call.txt").write_text("# Ring {{person.name}}\n")
    assert "Ring Ms Ann Castle" in printed(few, "--kind", "call")[0]


# ------------------------------------------------------------------------------------------ older ledgers

def test_a_ledger_of_the_version_before(few):
    """Brought up to date by the first verb that writes; until then reading says so."""
    old = few.root / "old.db"
    schema = open("recipients/schema/0001-ledger.sql").read()
    db = sqlite3.connect(old, isolation_level=None)
    db.executescript(schema)
    db.execute("ATTACH ? AS new", (str(few.ledger),))
    for (table,) in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
        columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
        values = columns.replace("inputs", "x'00'") if table == "match_set" else columns
        db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {values} FROM new.{table}")
    (application,) = db.execute("PRAGMA new.application_id").fetchone()
    db.execute(f"PRAGMA main.application_id = {application}")
    db.execute("PRAGMA main.user_version = 1")
    db.close()
    few.ledger.write_bytes(old.read_bytes())
    assert "older format" in few.error("task", code=74)
    said(few, "assign", 2, "--to", "Jo")
    listed = tasks(few)
    assert [one["number"] for one in listed] == [1, 2, 3]
    assert {(one["person_id"], one["kind"]) for one in listed} == {
        ("A4", "visit"), ("A5", "visit"), ("A7", "visit")}      # kinds came with this version
    assert few.status()["states"]["task"] == 3
    few.walk("match", "group", "compose")               # what a newer version looks at may be more
    assert tasks(few) == listed and reconcile(few)["states"]["task"] == 3
    few.run("check", code=OK)
