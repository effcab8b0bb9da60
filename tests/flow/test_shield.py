# SPDX-License-Identifier: MIT
"""People whom a liaison shields: the file holds the liaison's own reference and one identifier, nothing else. From then on
only the reference stands in what is written for others; a human tells them, never a mail (but the common notice, where a
level covers). Eight people who can be told apart by eye (the village of conftest); their names, numbers and addresses
are the canaries."""
import csv
import io
import json
import pathlib
import re

import pytest

from conftest import HUMAN, INPUT, LISTED, OK, REFUSED, TEMPORARY, USAGE, parse, reconcile

SAID = ("--by", "Lee Aison", "--reason", "as agreed")
PEOPLE = {row["person_id"]: row for row in csv.DictReader(LISTED.splitlines())}
ROWS = [("RAVEN-1", "P100002"), ("HERON-2", "P100003"), ("OTTER-3", "P100006")]   # A2 officer, A3 CT, A6 staff
WHO = {"A2": "RAVEN-1", "A3": "HERON-2", "A6": "OTTER-3"}


def write(path, rows, header=("Reference", "Pay No")):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def shield(incident, rows=tuple(ROWS), *words, header=("Reference", "Pay No"), name="shield.csv", code=(OK, HUMAN)):
    return incident.run("import", "shield", write(incident.root / name, rows, header), *words, code=code).tally


def walk(incident, *verbs):
    for verb in verbs or ("match", "group", "compose"):
        incident.run(verb)
        reconcile(incident)
    return incident.status()


def policy(incident, changes):
    """Changes levels by name; nothing else of the policy."""
    path = incident.folder / "policy.json"
    whole = json.loads(path.read_text())
    for level in whole["levels"]:
        level.update(changes.get(level["name"], {}))
    path.write_text(json.dumps(whole))


def mails(incident):
    return {parse(path.read_bytes())["To"]: path.read_bytes() for path in incident.outbox()}


def tasks(incident):
    return {task["reference"] or task["person_id"]: task for task in incident.run("task", code=OK).tally["tasks"]}


# ------------------------------------------------------------------------------------------------------- the file

def test_who_is_shielded(few):
    tally = shield(few)
    assert (tally["kind"], tally["rows"], tally["accepted"], tally["rejected"]) == ("shield", 3, 3, 0)
    assert (tally["people"], tally["waiting"], tally["several"], tally["already"]) == (3, 0, 0, False)
    assert tally["columns"] == {"reference": "Reference", "pay_number": "Pay No"} and tally["unmapped"] == []
    assert tally["next"] == "breachmail group, then compose"
    status = walk(few, "group", "compose")
    routes = few.routes()
    assert {person: routes[person] for person in WHO} == dict.fromkeys(WHO, ("undercover", "task", "shielded"))
    assert status["states"]["task"] == status["needs_human"]["task"] == 3 + 3       # A4, A5, A7 as before
    done = tasks(few)
    for reference in WHO.values():
        assert (done[reference]["kind"], done[reference]["person_id"]) == ("liaison", None)
        assert "pay_number" in done[reference]["kinds"]
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    assert sorted(mails(few)) == ["j.smith@met.police.example", "uma@met.police.example"]


@pytest.mark.parametrize("header, value", [
    ("Pay No", "P100002"), ("pay number", "p 100002"), ("Payroll no.", "100002"), ("person_id", "A2"), ("Email", "JOHN.SMITH@met.police.example"),
    ("work email", "john.smith@met.police.example"), ("identifier", "P100002"), ("Identifier", "A2"),
    ("identifier", "john.smith@met.police.example"), ("id", "A2")])
def test_one_identifier_of_any_kind(few, header, value):
    assert shield(few, [("RAVEN-1", value)], header=("Liaison ref", header))["people"] == 1
    walk(few, "group")
    assert few.routes()["A2"] == ("undercover", "task", "shielded")


@pytest.mark.parametrize("header", ["Reference", "ref", "Ref No.", "liaison's reference", "Liaison", "our ref", "Code"])
def test_what_a_reference_may_be_called(few, header):
    assert shield(few, [("RAVEN-1", "P100002")], header=(header, "Pay No"))["people"] == 1


def test_other_formats(few, tmp_path):
    path = tmp_path / "shield.json"
    path.write_text(json.dumps([{"reference": "RAVEN-1", "pay_number": "P100002"}]))
    assert few.run("import", "shield", path, code=OK).tally["people"] == 1


def test_maps(few):
    tally = shield(few, [("RAVEN-1", "P100002")], "--map", "reference=Bird", "--map", "pay_number=Mark",
                   header=("Bird", "Mark"))
    assert tally["columns"] == {"reference": "Bird", "pay_number": "Mark"}
    shield(few, [("RAVEN-1", "P100003")], "--map", "reference=Bird", "--map", "identifier=Mark",
           header=("Bird", "Mark"), name="more.csv")
    for wrong in ("surname=Bird", "reference", "reference=", "x=Bird"):
        few.error("import", "shield", few.root / "shield.csv", "--map", wrong, code=USAGE)
    few.error("import", "shield", few.root / "shield.csv", "--map", "reference=Fish", code=INPUT)


@pytest.mark.parametrize("header, row, named", [
    (("Reference", "Pay No", "Surname"), ("R", "P100002", "Smith"), "Surname"),
    (("Reference", "Pay No", "Notes"), ("R", "P100002", "careful"), "Notes"),
    (("Reference", "Pay No", "Address"), ("R", "P100002", "1 High St"), "Address"),
    (("Reference", "Pay No", "Email"), ("R", "P100002", "a@b.example"), "Email"),
    (("Reference", "Name"), ("R", "John Smith"), "Name"),
    (("Reference", "Case Ref"), ("R", "1"), "Case Ref"),
    (("Referee", "Pay No"), ("Smith", "P100002"), "Referee"),
    (("Liaison notes", "Pay No"), ("careful", "P100002"), "Liaison notes"),
    (("Reference", "Ref 2", "Pay No"), ("R", "S", "P100002"), "Ref 2"),
    (("Pay No",), ("P100002",), "reference"),
    (("Reference",), ("R",), "identifier")])
def test_what_does_not_belong_is_refused_by_name(few, header, row, named):
    before = few.state()
    message = few.error("import", "shield", write(few.root / "shield.csv", [row], header), code=INPUT)
    assert named in message and "Smith" not in message and "High St" not in message
    assert few.state() == before


@pytest.mark.parametrize("words", [["--as-of", "2023-08-01"], ["--controller", "x"], ["--presume"], ["--where", "{}"], ["b.csv"]])
def test_wrong_words(few, words):
    few.error("import", "shield", few.root / "shield.csv", *words, code=USAGE)


def test_bad_rows_are_told_by_number(few):
    """A reference that says who it is would stand on paper."""
    rows = [("RAVEN-1", "P100002"), ("", "P100003"), ("HERON-2", ""), ("P100003", "P100003"), ("Winter-Jones", "P100006"),
            ("U-P100006", "P100006"), ("x" * 65, "P100008"), ("EMU-9", "P100002")]
    tally = shield(few, rows, code=HUMAN)
    assert (tally["accepted"], tally["rejected"], tally["people"]) == (1, 7, 1)
    assert [line.split(":")[0] for line in tally["rejects"]] == [f"row {n}" for n in range(3, 10)]
    assert few.status()["needs_human"]["rejected_shield_rows"] == 7
    report = few.text("report", "--kind", "rejects")
    assert report.count("shield") == 7
    for text in (report, json.dumps(tally), few.text("import", "shield", few.root / "shield.csv")):
        assert not re.search("P10000|Winter|RAVEN|EMU", text)


def test_not_one_good_row(few):
    before = few.state()
    few.error("import", "shield", write(few.root / "s.csv", [("", "P100002")]), code=INPUT)
    few.error("import", "shield", write(few.root / "s.csv", []), code=INPUT)
    assert few.state() == before


def test_twice_is_once_and_a_dry_run_is_none(few):
    before = few.state()
    assert shield(few, ROWS, "-n")["people"] == 3
    assert few.state() == before
    shield(few)
    before = few.state()
    tally = shield(few)
    assert (tally["already"], tally["accepted"], tally["people"]) == (True, 3, 3) and few.state() == before
    message = few.error("import", "shield", few.root / "shield.csv", "--map", "identifier=Pay No", code=REFUSED)
    assert "--withdraw" in message


def test_the_same_bytes_as_another_kind_of_file(few, tmp_path):
    path = write(tmp_path / "both.csv", [("RAVEN-1", "P100002")], ("reference", "pay_number"))
    few.run("import", "shield", path, code=OK)
    few.run("import", "breach", path, code=OK)


# -------------------------------------------------------------------------------------------------- nobody has it (yet)

def test_an_identifier_that_nobody_has_waits(few):
    tally = shield(few, [*ROWS, ("CRANE-4", "P100077")], code=HUMAN)
    assert (tally["accepted"], tally["waiting"], tally["people"]) == (4, 1, 3)
    assert tally["waits"] == ["row 5: nobody on the lists has this identifier"]
    again = shield(few, [*ROWS, ("CRANE-4", "P100077")], code=HUMAN)
    assert again["already"] is True and again["waiting"] == 1
    status = walk(few, "group", "compose")
    assert status["needs_human"]["shield_rows_unknown"] == 1
    report = few.text("report", "--kind", "rejects")
    assert "row 5" in report and "it waits" in report and "P100077" not in report and "CRANE" not in report
    # A newer list has the number: nothing is to be imported again.
    newer = LISTED.replace("A8,P100008", "A8,P100077").replace("Uma", "Una")
    (few.root / "newer.csv").write_text(newer)
    few.run("import", "people", few.root / "newer.csv", "--as-of", "2023-08-20")
    status = walk(few)
    assert "shield_rows_unknown" not in status["needs_human"]
    assert few.routes()["A8"] == ("undercover", "task", "shielded") and "CRANE-4" in tasks(few)


def test_an_identifier_that_several_have_shields_all_of_them(few):
    """Too many is only work; too few is somebody's life."""
    (few.root / "more.csv").write_text(LISTED.replace("A8,P100008", "B8,P100002").replace("uma@", "ubu@"))
    few.run("import", "people", few.root / "more.csv", "--as-of", "2023-08-20")
    tally = shield(few, [("RAVEN-1", "P100002")], code=HUMAN)
    assert (tally["people"], tally["several"]) == (2, 1)
    assert few.status()["needs_human"]["shield_rows_several"] == 1
    assert "2 people" in few.text("report", "--kind", "rejects")


# ------------------------------------------------------------------------------------------------------------ at once

def test_in_a_release_that_is_out_already(few):
    """Shielded between release and send: their mails do not go, before anything else is run."""
    few.run("approve", "--release", code=OK)
    shield(few)
    tally = few.run("send", code=HUMAN).tally
    assert tally["held"] == 3 and sorted(mails(few)) == ["j.smith@met.police.example", "uma@met.police.example"]
    walk(few, "group", "compose")
    assert few.routes()["A3"] == ("undercover", "task", "shielded")
    assert "no notice" in few.error("approve", "--release", code=REFUSED)


def test_after_the_mail(few):
    """What is out is out, and no second one goes; but the liaison has to know, and to speak with them."""
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    shield(few)
    walk(few, "group", "compose")
    assert {tasks(few)[reference]["kind"] for reference in WHO.values()} == {"liaison"}
    assert few.run("person", "A3").tally["state"] == "task"
    assert "no notice" in few.error("approve", "--release", code=REFUSED)
    policy(few, COVER)                      # they have had it
    walk(few, "group", "compose")
    assert few.last["compose"]["cover"] == 1 and few.run("approve").tally["notices"] == 1       # A4
    number = tasks(few)["HERON-2"]["number"]
    few.run("task", "done", number, *SAID, code=OK)
    few.run("import", "--withdraw", 3, *SAID, code=(OK, HUMAN))
    walk(few, "group", "compose")
    assert few.run("person", "A3").tally["state"] == "reached"
    assert few.run("person", "A6").tally["state"] == "accepted"


def test_a_task_that_was_given_another_form_is_kept(few):
    shield(few)
    walk(few, "group", "compose")
    number = tasks(few)["HERON-2"]["number"]
    few.run("task", "assign", number, "--to", "Lee Aison", "--as", "visit", *SAID, code=OK)
    few.run("person", "A1", "--address-unsafe", *SAID, code=OK)
    walk(few, "group", "compose")
    assert tasks(few)["HERON-2"]["number"] == number


def test_a_visit_becomes_the_liaisons(few):
    """Whoever had a task already: another number, another kind, and no name from now on."""
    number = next(t["number"] for t in few.run("task").tally["tasks"] if t["person_id"] == "A4")
    shield(few, [("RAVEN-1", "P100004")])
    listed = few.run("task", code=OK).tally["tasks"]
    assert not [t for t in listed if t["person_id"] == "A4"]        # at once
    assert next(t for t in listed if t["number"] == number)["reference"] == "RAVEN-1"
    walk(few, "group", "compose")
    task = tasks(few)["RAVEN-1"]
    assert (task["kind"], task["reason"]) == ("liaison", "shielded")
    assert len([t for t in few.run("task").tally["tasks"] if t["level"] == "undercover"]) == 1


def test_no_policy_makes_mail_of_it(few):
    """Without any rule that speaks of it, and on a level told by mail: still the liaison."""
    path = few.folder / "policy.json"
    whole = json.loads(path.read_text())
    for level in whole["levels"]:
        level["when"] = [rule for rule in level.get("when", []) if "shielded" not in rule]
        if level.get("default"):
            level.pop("when")
    path.write_text(json.dumps(whole))
    shield(few)
    walk(few, "group", "compose")
    assert few.routes()["A3"] == ("counter-terrorism", "task", "shielded")
    assert few.routes()["A6"] == ("staff", "task", "shielded")
    assert tasks(few)["OTTER-3"]["kind"] == "liaison"


def test_decisions_stand_above_it(few):
    shield(few)
    few.run("person", "A3", "--route", "restricted", "--review-by", "2030-01-01", *SAID, code=OK)
    few.run("person", "A2", "--route", "mail", *SAID, code=(OK, REFUSED))
    walk(few, "group", "compose")
    assert few.routes()["A3"][1] == "restricted" and few.routes()["A2"][1] == "task"


# ------------------------------------------------------------------------------------------------------------ withdrawn

def test_withdrawn(few):
    shield(few)
    walk(few, "group", "compose")
    tally = few.run("import", "--withdraw", 3, *SAID).tally
    assert tally["kind"] == "shield"
    references = {t["reference"] for t in few.run("task").tally["tasks"]}
    assert references == {None, "shielded"}         # not the references any more, and not the numbers either
    walk(few, "group", "compose")
    assert few.routes()["A3"][:2] == ("counter-terrorism", "mail") and set(tasks(few)) == {"A4", "A5", "A7"}
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    assert len(mails(few)) == 5
    assert shield(few)["already"] is False          # the same file may come again


def test_a_list_that_is_withdrawn(few):
    shield(few)
    few.run("import", "--withdraw", 1, *SAID)
    assert few.status()["needs_human"]["shield_rows_unknown"] == 3
    (few.root / "again.csv").write_text(LISTED.replace("Uma", "Una"))
    few.run("import", "people", few.root / "again.csv")
    walk(few)
    assert {person: few.routes()[person][2] for person in WHO} == dict.fromkeys(WHO, "shielded")


def test_the_newest_reference_counts(few):
    shield(few)
    shield(few, [("FALCON-9", "P100002")], name="newer.csv")
    walk(few, "group", "compose")
    assert {"FALCON-9", "HERON-2", "OTTER-3"} < set(tasks(few)) and "RAVEN-1" not in tasks(few)


# ----------------------------------------------------------------------------------------------- who that is is nowhere

def canaries(person):
    """Each word that tells who it is, of a person of the list."""
    row = PEOPLE[person]
    words = [row["person_id"], row["pay_number"], row["pay_number"][1:], row["email"], row["phone"], row["address"].split(",")[0]]
    return [word for word in words if word] + ([row["surname"]] if person != "A2" else ["john.smith"])


def test_only_the_reference_is_written(few, tmp_path):
    """Everything that a user can have written, apart from a person who is asked for by name or number, and the exports that
    decisions are made from."""
    shield(few, ROWS)
    few.said.clear()
    walk(few, "group", "compose")
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    number = tasks(few)["HERON-2"]["number"]
    few.run("task", "assign", number, "--to", "Lee Aison", *SAID, code=OK)
    few.run("task", "not-reached", number, *SAID, code=OK)
    few.run("task", "assign", number, "--to", "Lee Aison", "--as", "letter", *SAID, code=OK)
    few.run("task", "assign", tasks(few)["OTTER-3"]["number"], "--to", "Lee Aison", "--as", "visit", *SAID, code=OK)
    for kind in ("summary", "regulator", "people", "rejects", "corrections"):
        for form in ("text", "json"):
            few.text("report", "--kind", kind, "--format", form)
    few.text("report", "--kind", "people", "--out", tmp_path / "people.csv", "--format", "csv")
    for words in (["status"], ["task"], ["task", "list", "--open"], ["task", "show", number], ["approve"], ["send", "-n"],
                  ["import", "--list"], ["check"], ["person", "HERON-2"], ["person", "heron-2"], ["match"], ["group"],
                  ["compose"], ["task", "--print", tmp_path / "pages.html"], ["task", "--print", tmp_path / "pages.txt"],
                  ["task", "--export", tmp_path / "tasks.csv"]):
        few.text(*words, code=(OK, HUMAN, REFUSED, TEMPORARY))
        few.run(*words, code=(OK, HUMAN, REFUSED, TEMPORARY))
    assert few.ask("RAVEN-1\n", "person", "--find", "-")["reference"] == "RAVEN-1"
    written = "\n".join(few.said) + "\n".join(path.read_text() for path in sorted(tmp_path.glob("*.*")) if path.is_file())
    for person in WHO:
        for word in canaries(person):
            assert not re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", written), (person, word)
    for reference in WHO.values():
        assert reference in written
    pages = (tmp_path / "pages.txt").read_text()
    assert pages.count("only the liaison knows") >= 2 and "BY HAND" in pages
    assert "your pay number" in pages                           # kinds, not values
    rows = list(csv.DictReader(io.StringIO((tmp_path / "tasks.csv").read_text())))
    assert {row["reference"]: row["person_id"] for row in rows if row["reference"]} == dict.fromkeys(WHO.values(), "")
    assert all("pay_number" in row["kinds"] for row in rows)


def test_no_output_has_both(few):
    """Asked for by number, the screen shows the person and that they are shielded; asked for by reference, where it stands,
    and not who it is."""
    shield(few)
    walk(few, "group", "compose")
    for text in (few.text("person", "A3"), few.ask("Mary O'Neill", "person", "--find", "-", json=False)):
        assert "O'Neill" in text and "SHIELDED" in text and "HERON-2" not in text
    tally = few.run("person", "A3").tally
    assert tally["shielded"] is True and "HERON-2" not in json.dumps(tally)
    tally = few.run("person", "HERON-2", code=OK).tally
    assert (tally["level"], tally["route"], tally["state"]) == ("undercover", "task", "task")
    assert "fields" not in tally and "person_id" not in tally and len(tally["tasks"]) == 1
    assert few.run("person", "A1").tally["shielded"] is False


def test_a_decision_by_reference(few):
    shield(few)
    walk(few, "group", "compose")
    tally = few.run("person", "HERON-2", "--hold", *SAID, code=OK).tally
    assert tally["person_id"] == "HERON-2" and '"A3"' not in json.dumps(tally)
    assert few.run("person", "A3").tally["held"] is True


def test_a_guardian_who_is_shielded_is_not_named(few):
    lines = LISTED.splitlines()
    listed = "\n".join([lines[0] + ",guardian,date_of_birth", *(line + ",," for line in lines[1:8]),
                        lines[8] + ",A6,2015-01-01"]) + "\n"
    (few.root / "guarded.csv").write_text(listed)
    few.run("import", "people", few.root / "guarded.csv", "--as-of", "2023-08-20")
    shield(few)
    walk(few)
    pages = few.text("task", "--print", "-")
    assert "Winter" not in pages and "900106" not in pages
    assert not re.search(r"\bA6\b", pages)      # in a reference code it stands by chance


def test_what_the_ledger_holds(few):
    """References and identifiers lie sealed."""
    shield(few)
    for path in few.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in (b"RAVEN", b"HERON", b"P100002", b"OTTER")), path


# --------------------------------------------------------------------------------------------------------------- cover

COVER = {"undercover": {"cover": True}}


def test_cover(few):
    """The common notice goes to them too: the sums differ by it alone, and nothing tells it apart."""
    policy(few, COVER)
    shield(few, ROWS)
    few.run("group")
    composed = few.run("compose").tally
    people = few.last["group"]["people"]
    parts = ("notices", "tasks", "restricted", "none")
    assert composed["cover"] == 4 and sum(composed[part] for part in parts) == people + 4       # A2 A3 A4 A6
    for level in composed["by_level"]:
        assert sum(level[part] for part in parts) == level["people"] + level["cover"], level
    status = reconcile(few)
    assert status["cover"] == 4 and status["states"]["task"] == 6           # they count once, as tasks
    manifest = few.run("approve").tally["manifest"]
    assert "\ncover undercover 4\n" in manifest and "cover" in few.text("status").lower()
    released = few.run("approve", "--release", code=OK).tally["released"]
    assert released == composed["notices"] == 6
    tally = few.run("send", code=OK).tally
    assert tally["accepted"] == 6 and tally["waiting"] == 0
    got = mails(few)
    assert {"john.smith@met.police.example", "mary@met.police.example", "ann@met.police.example",
            "eve@met.police.example"} < set(got)
    assert few.run("person", "A4").tally["notices"][0]["cover"] is True
    assert few.run("person", "A4").tally["state"] == "task"
    few.run("compose", code=OK)
    assert "no notice" in few.error("approve", "--release", code=REFUSED)       # once is once


def plain(mail):
    """What is left of a mail when all is taken out that differs from person to person."""
    text = mail.decode()
    for pattern in (r"(?m)^To: .*$", r"(?m)^Message-ID: .*$", r"Dear [^,]*,", r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", r"~+\r\n"):
        text = re.sub(pattern, "", text)
    return text


def test_a_covering_mail_is_like_any_other(few):
    """Two members of staff, and one in covert work beside them, of whom the same leaked."""
    listed = LISTED.replace("Castle,Ann,,DC,officer,Surveillance", "Castle,Ann,,,staff,Finance")
    (few.root / "people2.csv").write_text(listed)
    few.run("import", "--withdraw", 1, *SAID)
    few.run("import", "people", few.root / "people2.csv")
    policy(few, COVER)
    shield(few, [("RAVEN-1", "P100004")])
    walk(few)
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    got = mails(few)
    covering, common = got["ann@met.police.example"], got["uma@met.police.example"]
    assert plain(covering) == plain(common) and covering != common and len(covering) == len(common)
    assert len({plain(mail) for mail in (covering, common, got["eve@met.police.example"])}) == 1


def test_covers_stand_anywhere_among_the_others(at, force, tmp_path):
    """Nothing but chance gives their place in the order: not all first, nor all last."""
    incident = at("matched")
    policy(incident, COVER)
    with open(force / "people.csv", newline="", encoding="utf-8") as file:
        staff = [row for row in csv.DictReader(file)]
    incident.run("group")
    routes = incident.routes()
    ordinary = [row for row in staff if routes.get(row["person_id"], ("",))[:2] == ("staff", "mail")]
    assert len(ordinary) > 40
    chosen = ordinary[:20]
    write(tmp_path / "s.csv", [(f"L-{n}", row["person_id"]) for n, row in enumerate(chosen)], ("reference", "person_id"))
    incident.run("import", "shield", tmp_path / "s.csv", code=OK)
    walk(incident, "group", "compose")
    incident.run("approve", "--release", code=OK)
    incident.run("send", code=(OK, HUMAN))
    sent = [parse(path.read_bytes())["To"].lower() for path in
            sorted(incident.outbox(), key=lambda path: path.stat().st_mtime_ns)]
    covered = {row["email"].lower() for row in chosen} | {row["email_personal"].lower() for row in chosen}
    common = [address for address in sent if address in covered
              or any(address in (row["email"].lower(), row["email_personal"].lower()) for row in ordinary)]
    places = [place for place, address in enumerate(common) if address in covered]
    assert len(places) == 20 and places[0] < len(common) / 2 < places[-1]
    assert places != list(range(20)) and places != list(range(len(common) - 20, len(common)))


def test_no_cover_where_mail_is_not_safe(few):
    """Deceased, no address, address unsafe, decided: no common notice either."""
    policy(few, {**COVER, "staff": {"cover": True}})
    few.run("person", "A4", "--address-unsafe", *SAID, code=OK)
    shield(few, [("RAVEN-1", "P100005"), ("HERON-2", "P100007"), ("OTTER-3", "P100003")])   # A5 no address, A7 has died
    few.run("person", "A3", "--route", "task", *SAID, code=OK)
    walk(few, "group", "compose")
    assert few.last["compose"]["cover"] == 0 and "cover" not in few.run("approve").tally["manifest"]


def test_cover_needs_a_common_notice(few):
    policy(few, {**COVER, "staff": {"route": "task"}})
    assert "cover" in few.error("group", code=78)


def test_cover_is_taken_back_with_the_shield(few):
    """What was only cover does not count as told."""
    policy(few, COVER)
    shield(few, ROWS)
    walk(few, "group", "compose")
    few.run("approve", "--release", code=OK)
    few.run("import", "--withdraw", 3, *SAID)
    few.run("group")
    few.run("compose")
    few.run("send", code=(OK, HUMAN))
    assert "mary@met.police.example" not in mails(few)      # the cover is barred, their own notice not released yet
    few.run("approve", "--release", code=OK)
    few.run("send", code=(OK, HUMAN))
    assert "mary@met.police.example" in mails(few) and few.run("person", "A3").tally["state"] == "accepted"


def test_cover_that_is_out_is_told_where_it_is_the_same(few):
    """A6 is of the default level: the common notice is theirs, and no second one goes. A3's own says more."""
    policy(few, COVER)
    shield(few, ROWS)
    walk(few, "group", "compose")
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    few.run("import", "--withdraw", 3, *SAID)
    walk(few, "group", "compose")
    assert few.run("person", "A6").tally["state"] == "accepted"
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    got = [parse(path.read_bytes())["To"] for path in few.outbox()]
    assert got.count("eve@met.police.example") == 1 and got.count("mary@met.police.example") == 2


# ---------------------------------------------------------------------------------------------------------- head start

HEAD = {"undercover": {"head_start": "2h"}}
AT = "2023-08-26T{:02}:{:02}:00Z"


def at_clock(incident, hour, minute, *words, **more):
    return incident.run(*words, env={"BREACHMAIL_NOW": AT.format(hour, minute)}, **more)


@pytest.fixture
def headed(few):
    policy(few, HEAD)
    shield(few, ROWS)
    for verb in ("group", "compose"):
        at_clock(few, 9, 0, verb)
    return few


def test_the_lower_levels_wait(headed):
    manifest = at_clock(headed, 10, 0, "approve", code=OK).tally["manifest"]
    assert "\nhead-start undercover until 2023-08-26T12:00:00Z\n" in manifest
    at_clock(headed, 10, 0, "approve", "--release", code=OK)
    status = at_clock(headed, 10, 1, "status", code=OK).tally
    assert status["head_start"] == [{"level": "undercover", "until": "2023-08-26T12:00:00Z", "lifted": False, "running": True}]
    dry = at_clock(headed, 10, 1, "send", "-n", code=OK).tally
    assert dry["waiting"] == 2 and dry["head_start"][0]["until"] == "2023-08-26T12:00:00Z"
    tally = at_clock(headed, 11, 59, "send", code=TEMPORARY).tally
    assert (tally["accepted"], tally["pending"], tally["waiting"]) == (0, 2, 2) and "head start" in tally["next"]
    assert mails(headed) == {}
    text = headed.text("send", env={"BREACHMAIL_NOW": AT.format(11, 59)}, code=TEMPORARY)
    assert "head start of undercover" in text and "2023-08-26T12:00:00Z" in text
    text = headed.text("status", env={"BREACHMAIL_NOW": AT.format(11, 59)})
    assert "undercover until 2023-08-26T12:00:00Z" in text
    tally = at_clock(headed, 12, 0, "send", code=OK).tally
    assert (tally["accepted"], tally["pending"], tally["waiting"]) == (2, 0, 0) and len(mails(headed)) == 2
    assert at_clock(headed, 12, 0, "status").tally["head_start"][0]["running"] is False


def test_covers_wait_too(few):
    policy(few, {"undercover": {"head_start": "2h", "cover": True}})
    shield(few, ROWS)
    for words in (["group"], ["compose"], ["approve", "--release"]):
        at_clock(few, 9, 0, *words)
    at_clock(few, 10, 0, "send", code=TEMPORARY)
    assert mails(few) == {}
    at_clock(few, 11, 0, "send", code=OK)
    assert len(mails(few)) == 6


def test_lifted_by_a_named_person(headed):
    at_clock(headed, 10, 0, "approve", "--release", code=OK)
    headed.error("send", "--lift-head-start", code=USAGE)
    headed.error("send", "--lift-head-start", "--by", "Ann Example", code=USAGE)
    before = headed.state()
    assert at_clock(headed, 10, 30, "send", "--lift-head-start", "-n", *SAID, code=OK).tally["lifted"] == 1
    assert headed.state() == before
    assert at_clock(headed, 10, 30, "send", "--lift-head-start", *SAID, code=OK).tally["lifted"] == 1
    assert at_clock(headed, 10, 31, "send", "--lift-head-start", *SAID, code=OK).tally["lifted"] == 0     # once
    assert at_clock(headed, 10, 31, "status").tally["head_start"][0] == {
        "level": "undercover", "until": "2023-08-26T12:00:00Z", "lifted": True, "running": False}
    assert "lifted" in headed.text("status", env={"BREACHMAIL_NOW": AT.format(10, 31)})
    assert at_clock(headed, 10, 31, "send", code=OK).tally["accepted"] == 2
    assert headed.run("check", code=OK)


def test_nothing_to_lift(few):
    assert few.run("send", "--lift-head-start", *SAID, code=OK).tally["lifted"] == 0


def test_it_begins_once_for_the_same_tasks(headed):
    """A release that comes later waits for what runs, and begins nothing anew; new tasks do."""
    at_clock(headed, 10, 0, "approve", "--release", code=OK)
    at_clock(headed, 12, 0, "send", code=OK)
    headed.run("import", "breach", write(headed.root / "more.csv", [("P100001", "Smith")], ("Pay No", "Surname")), code=OK)
    for verb in ("match", "group", "compose"):
        at_clock(headed, 13, 0, verb)
    assert "head-start" not in at_clock(headed, 13, 0, "approve").tally["manifest"]


def test_a_new_task_begins_anew(few):
    policy(few, HEAD)
    few.run("person", "A6", "--hold", *SAID, code=OK)
    for words in (["group"], ["compose"], ["approve", "--release"]):
        at_clock(few, 9, 0, *words)
    at_clock(few, 11, 0, "send", code=(OK, HUMAN))
    # A6 may be told now, and somebody new is the liaison's.
    at_clock(few, 12, 0, "person", "A6", "--unhold", *SAID, code=OK)
    shield(few, [("CRANE-4", "P100005")])
    for verb in ("group", "compose"):
        at_clock(few, 12, 0, verb)
    at_clock(few, 12, 0, "approve", "--release", code=OK)
    tally = at_clock(few, 13, 0, "send", code=TEMPORARY).tally
    assert tally["waiting"] == 1 and tally["head_start"][0]["until"] == "2023-08-26T14:00:00Z"
    assert at_clock(few, 14, 0, "send", code=(OK, HUMAN)).tally["accepted"] == 1


def test_nobody_at_the_top_means_no_wait(few):
    policy(few, {"witness-protection-and-sources": {"head_start": "2h"}})
    for words in (["group"], ["compose"]):
        few.run(*words)
    assert "head-start" not in few.run("approve").tally["manifest"]
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)


def test_a_level_told_by_mail_goes_first(few):
    policy(few, {"counter-terrorism": {"head_start": "30m"}})
    for words in (["group"], ["compose"], ["approve", "--release"]):
        at_clock(few, 9, 0, *words)
    assert at_clock(few, 9, 0, "send", code=TEMPORARY).tally["accepted"] == 1
    assert set(mails(few)) == {"mary@met.police.example"}
    assert at_clock(few, 9, 30, "send", code=OK).tally["accepted"] == 5


def test_a_changed_head_start_is_another_release(headed):
    at_clock(headed, 10, 0, "approve", "--release", code=OK)
    policy(headed, {"undercover": {"head_start": "1m"}})
    message = at_clock(headed, 10, 30, "send", code=REFUSED).tally["error"]["message"]
    assert "head-start" in message or "changed after the release" in message or "group has not seen" in message


# ------------------------------------------------------------------------------------------------- killed, and the sums

def test_killed_while_it_is_imported(few):
    """All of the file, or nothing of it."""
    rows = [(f"L-{n}", f"P{100001 + n}") for n in range(3000)]
    path = write(few.root / "many.csv", rows)
    for _ in range(5):
        process = few.start("import", "shield", path)
        process.kill()
        few.finish(process)
        few.run("check", code=OK)
    tally = few.run("import", "shield", path, code=HUMAN).tally
    assert tally["rows"] == tally["accepted"] + tally["rejected"] == 3000
    assert tally["waiting"] == 3000 - tally["rejected"] - 8 or tally["already"]
    few.run("check", code=OK)
    walk(few, "group", "compose")


def test_while_a_send_is_at_work(few, relay):
    """It does not wait for the send: whoever has not had a mail by then gets none."""
    server = relay()
    few.change({"relay": {"per_minute": 60}})
    few.release(server)
    process = few.start("send", "--connections", "1")
    server.wait(1)
    shield(few, [(f"L-{n}", row["pay_number"]) for n, row in enumerate(PEOPLE.values())])
    assert process.poll() is None
    few.finish(process)
    assert len(server.accepted()) < 5
    few.run("check", code=OK)


def test_titles_above_the_header(few):
    path = few.root / "titled.csv"
    path.write_text("For the release team,\nOf 26 August,\nReference,Pay No\nRAVEN-1,P100002\n")
    assert few.run("import", "shield", path, "--header", "3", code=OK).tally["people"] == 1
