# SPDX-License-Identifier: MIT
"""The wrong file at two in the morning: import --list shows what is in, --withdraw takes a file back. Nothing
that rested on it is sent; who was told is not told twice; nobody is lost."""
import csv
import re

import pytest

from conftest import HUMAN, OK, REFUSED, TEMPORARY, USAGE, parse, reconcile
from test_lists import leaked, people, person, write

WHY = ("--by", "Ann Example", "--reason", "the wrong file")



@pytest.fixture
def desk(at, tmp_path):
    class Desk:
        incident = at("made")
        files = 0

        def take(self, kind, rows, *more, **how):
            self.files += 1
            path = tmp_path / f"file{self.files}.csv"
            write(path, rows)
            self.incident.run("import", kind, path, *more, **how)
            return path

        def leak(self, rows):
            return self.take("breach", [leaked(row) for row in rows])

        def walk(self, *verbs):
            for verb in verbs or ("match", "group", "compose"):
                self.incident.run(verb)
            return reconcile(self.incident)

        def withdraw(self, number, accepted=0, code=(OK, HUMAN)):
            """Takes a file back; of a leak, so many rows went with it."""
            tally = self.incident.run("import", "--withdraw", number, *WHY, code=code).tally
            self.incident.leaked -= accepted
            self.incident.last.pop("match", None)
            return tally

        def release(self):
            return self.incident.run("approve", "--release", code=OK).tally

        def sources(self):
            return self.incident.run("import", "--list", code=OK).tally["sources"]

        def told(self, relay):
            return sorted(to for _, to in relay.accepted())
    return Desk()


def address(n):
    return f"p{n:03}@met.police.example"


# --------------------------------------------------------------------------------------------------- the list

def test_list(desk, tmp_path):
    assert desk.sources() == []
    assert "Nothing was imported" in desk.incident.text("import", "--list")
    staff = desk.take("people", people(10), "--as-of", "2023-08-01")
    leak = desk.leak(people(4))
    first, second = desk.sources()
    assert (first["source"], first["kind"], first["file"], first["as_of"]) == (1, "people", str(staff), "2023-08-01")
    assert (first["rows"], first["accepted"], first["rejected"], first["withdrawn"]) == (10, 10, 0, None)
    assert (second["source"], second["kind"], second["file"], second["as_of"]) == (2, "breach", str(leak), None)
    assert second["imported_at"].endswith("Z") and second["sheet"] is None
    desk.withdraw(1)
    first, second = desk.sources()
    assert first["withdrawn"]["by"] == "Ann Example" and first["withdrawn"]["reason"] == "the wrong file"
    assert second["withdrawn"] is None
    text = desk.incident.text("import", "--list")
    assert "WITHDRAWN" in text and "by Ann Example: the wrong file" in text and str(leak) in text


def test_numbers_stay(desk):
    for n in range(3):
        desk.leak(people(n + 1))
    desk.withdraw(2, 2)
    assert [source["source"] for source in desk.sources()] == [1, 2, 3]
    assert [source["rows"] for source in desk.sources()] == [1, 2, 3]


@pytest.mark.parametrize("words", [("--withdraw", "1"), ("--withdraw", "1", "--by", "Ann"),
                                   ("--withdraw", "9", *WHY), ("--withdraw", "0", *WHY), ("--withdraw", "x", *WHY),
                                   ("--withdraw", "1", "people", *WHY), ("--list", "people")])
def test_wrong_words(desk, words):
    desk.take("people", people(3))
    before = desk.incident.state()
    desk.incident.error("import", *words, code=USAGE)
    assert desk.incident.state() == before


def test_twice_is_once(desk):
    desk.take("people", people(3))
    assert desk.withdraw(1)["already"] is False
    assert desk.withdraw(1)["already"] is True
    assert len(desk.sources()) == 1


def test_a_dry_run_changes_nothing(desk):
    desk.take("people", people(3))
    before = desk.incident.state()
    assert desk.incident.run("import", "--withdraw", "1", "-n", *WHY, code=OK).tally["withdrawn"] == 1
    assert desk.incident.state() == before and desk.sources()[0]["withdrawn"] is None


# ---------------------------------------------------------------------------------------- what rested on it

def test_rows_of_a_withdrawn_leak_do_not_count(desk):
    desk.take("people", people(20))
    desk.leak(people(5))
    desk.leak(people(12)[5:])
    assert desk.walk()["people"] == 12
    desk.withdraw(3, 7)
    status = reconcile(desk.incident)
    assert status["rows"] == 5 and status["outcomes"]["matched"] == 5
    assert status["states"] == {"open": 7, "planned": 5}
    for verb in ("compose", "approve --release"):
        assert "group" in desk.incident.error(*verb.split(), code=REFUSED)
    assert "match" in desk.incident.error("group", code=REFUSED)
    status = desk.walk()
    assert status["people"] == 5 and status["states"] == {"planned": 5}


def test_people_of_a_withdrawn_list_drop_out(desk):
    desk.take("people", people(10))
    desk.take("people", [person(n) for n in range(10, 20)])
    desk.leak(people(20))
    assert desk.walk()["people"] == 20
    desk.withdraw(2)
    status = desk.walk()
    assert status["people"] == 10 and status["outcomes"]["matched"] == 10
    desk.withdraw(1)
    assert "no people list" in desk.incident.error("match", code=REFUSED)
    assert desk.incident.status()["next"] == "breachmail import people FILE"


def test_rejects_of_a_withdrawn_file_are_not_asked_about(desk):
    rows = people(4)
    rows[2] = {**rows[2], "surname": "", "forenames": ""}
    desk.take("people", rows, code=HUMAN)
    assert desk.incident.status()["needs_human"]["rejected_people_rows"] == 1
    desk.withdraw(1)
    assert "rejected_people_rows" not in desk.incident.status()["needs_human"]
    assert "row" not in desk.incident.text("report", "--kind", "rejects")


def test_questions_about_a_withdrawn_list_go(desk):
    desk.take("people", people(40), "--as-of", "2023-08-01")
    desk.take("people", people(10), "--as-of", "2023-07-01")
    desk.leak(people(5))
    desk.walk()
    asked = {question["key"] for question in desk.incident.run("group", code=HUMAN).tally["open"]}
    assert {"list-fewer:2", "list-older:2"} <= asked
    desk.withdraw(2)
    desk.take("people", people(39), "--as-of", "2023-07-20")
    desk.walk()
    asked = {question["key"] for question in desk.incident.run("group", code=HUMAN).tally["open"]}
    assert "list-older:3" in asked and not {key for key in asked if key.endswith(":2")}


# ------------------------------------------------------------------------------------------ after the release

def test_a_released_notice_is_held(desk, relay):
    """Whoever was only in the wrong file gets no mail, although their notice is released."""
    server = relay()
    desk.incident.send_to(server)
    desk.take("people", people(20))
    desk.leak(people(4))
    desk.leak(people(9)[4:])
    desk.walk()
    assert desk.release()["released"] == 9
    tally = desk.withdraw(3, 5)
    assert (tally["held"], tally["out"]) == (5, 0)
    tally = desk.incident.run("send", code=HUMAN).tally
    assert (tally["accepted"], tally["pending"], tally["held"]) == (4, 5, 5)
    assert desk.told(server) == [address(n) for n in range(4)]
    assert desk.walk()["people"] == 4
    assert desk.incident.run("send", code=(OK, HUMAN)).tally["sent_now"] == 0
    assert desk.told(server) == [address(n) for n in range(4)]


def test_while_it_is_being_sent(at, relay):
    """send has the ledger's lock; the file is taken back all the same, and no claim follows."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    process = incident.start("send", "--rate", 60)
    server.wait(10)
    tally = incident.run("import", "--withdraw", "2", *WHY, code=HUMAN).tally
    assert process.poll() is None and tally["held"] + tally["out"] == released and tally["held"] > 100
    sent = incident.finish(process, "send").tally
    assert sent["accepted"] == len(server.accepted()) < released - 50
    assert sent["held"] == sent["pending"] == released - sent["accepted"]


def test_a_wrong_address_is_not_used(desk, relay):
    """On both lists, and the wrong one said another address: composed anew, released anew, sent once."""
    server = relay()
    desk.incident.send_to(server)
    desk.take("people", people(5), "--as-of", "2023-08-01")
    desk.take("people", [person(2, email="somebody.else@met.police.example")], "--as-of", "2023-08-05")
    desk.leak(people(5))
    desk.walk()
    desk.release()
    assert desk.withdraw(2)["held"] == 1
    tally = desk.incident.run("send", code=HUMAN).tally
    assert tally["accepted"] == 4 and tally["held"] == 1
    assert desk.walk()["states"] == {"accepted": 4, "planned": 1}
    assert parse(desk.incident.text("compose", "--show", "P002").encode())["To"] == address(2)
    assert desk.release()["released"] == 1
    assert desk.incident.run("send", code=OK).tally["accepted"] == 1
    assert desk.told(server) == [address(n) for n in range(5)]
    assert reconcile(desk.incident)["states"] == {"accepted": 5}


def test_who_was_told_is_not_told_twice(desk, relay):
    """A list is withdrawn after the sending, and the right one comes: the same people, who know already."""
    server = relay()
    desk.incident.send_to(server)
    path = desk.take("people", people(6))
    desk.leak(people(6))
    desk.walk()
    desk.release()
    desk.incident.run("send", code=OK)
    tally = desk.withdraw(1)
    assert (tally["held"], tally["out"]) == (0, 6)
    desk.take("people", people(8, {1: {"unit": "Custody"}}))
    status = desk.walk()
    assert status["states"] == {"accepted": 6} and desk.told(server) == [address(n) for n in range(6)]
    assert path


def test_another_name_under_the_same_number_is_another_person(desk, relay):
    """A list whose names had slipped by one row: nobody counts as told for being called like a number that was."""
    server = relay()
    desk.incident.send_to(server)
    rows = people(6)
    names = [(row["surname"], row["forenames"]) for row in rows]
    slipped = [{**row, "surname": names[i - 1][0], "forenames": names[i - 1][1]} for i, row in enumerate(rows)]
    desk.take("people", slipped)
    desk.leak(slipped)
    desk.walk()
    desk.release()
    desk.incident.run("send", code=OK)
    desk.withdraw(1)
    desk.withdraw(2, 6)
    desk.take("people", rows)
    desk.leak(rows)
    assert desk.walk()["states"] == {"planned": 6}


def test_a_decision_for_somebody_of_a_withdrawn_list(desk):
    """A row that was given to a person who is on no list any more is open again."""
    desk.take("people", people(10))
    desk.take("people", [person(12)])
    desk.leak([{**person(12), "surname": "Unheard", "forenames": "Of", "pay_number": ""}])
    desk.incident.run("match")
    row = desk.sources()[2]["accepted"] and "2"
    desk.incident.run("approve", "--row", row, "--person", "P012", "--by", "Ann", "--reason", "I know", code=OK)
    assert desk.walk()["outcomes"]["matched"] == 1
    desk.withdraw(2)
    assert desk.walk("match", "group")["outcomes"]["matched"] == 0


def test_looking_at_what_is_gone(desk, tmp_path):
    """Every screen, while the book speaks of people who are on no list any more."""
    desk.take("people", people(12, {3: {"unit": "SO15", "flags": "undercover"}, 4: {"email": "", "status": "deceased"}}))
    desk.leak(people(12))
    desk.walk()
    desk.release()
    desk.incident.run("send", code=(OK, HUMAN, TEMPORARY))
    mail = desk.incident.outbox()[0].read_text()
    code = re.search(r"\b[0-9A-HJ-NP-Z]{5}-[0-9A-HJ-NP-Z]{5}\b", mail)[0]
    desk.withdraw(1)
    codes = (OK, HUMAN, USAGE, REFUSED)
    for words in (["status"], ["task", "list"], ["task", "--print", tmp_path / "paper"], ["task", "--export", tmp_path / "t"],
                  ["person", "P003"], ["person", code], ["verify", code], ["match"], ["group"], ["compose"], ["approve"],
                  ["compose", "--show", "P001"], ["group", "--explain", "P001"], ["match", "--export", tmp_path / "m"],
                  ["report", "--kind", "people"], ["report", "--kind", "summary"], ["report", "--kind", "regulator"],
                  ["send", "-n"], ["import", "--list"], ["check"]):
        desk.incident.finish(desk.incident.start(*words, json=False), json=False)
        assert desk.incident.run(*words, json=False, code=codes)


# ------------------------------------------------------------------------------------------- once more the same

@pytest.mark.parametrize("times", [1, 3])
def test_the_same_file_again(desk, times):
    staff = desk.take("people", people(10))
    leak = desk.leak(people(4))
    for n in range(times):
        desk.withdraw(2 * n + 2, 4)
        desk.withdraw(2 * n + 1)
        for kind, path in (("people", staff), ("breach", leak)):
            assert desk.incident.run("import", kind, path, code=OK).tally["already"] is False
            assert desk.incident.run("import", kind, path, code=OK).tally["already"] is True
    assert len(desk.sources()) == 2 + 2 * times
    assert desk.walk()["states"] == {"planned": 4}
    desk.incident.run("check", code=OK)


def test_the_same_file_under_other_columns(desk, tmp_path):
    path = tmp_path / "leak.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([["Name", "Badge"], ["Anna Ashdown", "70000000"]])
    desk.take("people", people(3))
    desk.incident.run("import", "breach", path, "--map", "collar_number=Badge", code=OK)
    message = desk.incident.error("import", "breach", path, "--map", "pay_number=Badge", code=REFUSED)
    assert "--withdraw" in message
    desk.withdraw(2, 1)
    tally = desk.incident.run("import", "breach", path, "--map", "pay_number=Badge", code=OK).tally
    assert tally["columns"]["pay_number"] == "Badge" and not tally["already"]
