# SPDX-License-Identifier: MIT
"""New rounds, begun by a human: what has changed, to everyone who was told; corrections, to those who are not in the leak."""
import csv

import pytest

from conftest import CONFIG, LISTED, OK, REFUSED, USAGE, parse, reconcile

SAID = ("--by", "Ann Example", "--reason", "the list held more than we knew")
NEWS = ["The list held home addresses, too.", "Nobody has put it online, as far as we know."]


def texts(incident):
    """(To, words) of each mail, as they came."""
    mails = [parse(path.read_bytes()) for path in incident.outbox()]
    return [(mail["To"], mail.get_body(("plain",)).get_content()) for mail in mails]


def release(incident):
    return incident.run("approve", "--release", code=OK).tally["released"]


@pytest.fixture
def told(few):
    release(few)
    assert few.run("send", code=OK).tally["accepted"] == 5
    return few


def test_what_changed(told):
    before = len(texts(told))
    assert "what_changed" in told.error("compose", "--what-changed", *SAID, code=CONFIG)
    told.change({"what_changed": NEWS})
    told.run("compose", "--what-changed", code=USAGE)                   # nobody says so
    told.run("compose", "--what-changed", "--correction", *SAID, code=USAGE)
    tally = told.run("compose", "--what-changed", *SAID, code=OK).tally
    assert (tally["notices"], tally["tasks"], tally["already"]) == (5, 0, 0)
    again = told.run("compose", "--what-changed", *SAID, code=OK).tally
    assert (again["notices"], again["already"], again["round"]) == (0, 5, tally["round"])
    assert reconcile(told)["states"]["planned"] == 5                    # the newest round counts
    told.run("send", code=OK)
    assert len(texts(told)) == before                                   # it needs its own release
    manifest = told.run("approve", code=OK).tally["manifest"]
    assert "follow-ups what-changed 5\n" in manifest
    assert release(told) == 5
    assert told.run("send", code=OK).tally["accepted"] == 5
    assert reconcile(told)["states"]["accepted"] == 5
    new = texts(told)
    words = [text for _, text in new if "something has changed since" in text]
    assert len(words) == 5 and all(line in " ".join(text.split()) for text in words for line in NEWS)
    own = [to for to, text in new if "something has changed" in text and "strangers who offer you work" in " ".join(text.split())]
    assert own == ["mary@met.police.example"]                           # with the advice of their own level
    assert told.run("compose", "--what-changed", *SAID, code=OK).tally["notices"] == 0
    assert told.run("compose", code=OK).tally["notices"] == 5


def test_other_words_are_another_round(told):
    told.change({"what_changed": NEWS[:1]})
    told.run("compose", "--what-changed", *SAID, code=OK)
    told.change({"what_changed": NEWS})                                 # before it was released: it takes its place
    second = told.run("compose", "--what-changed", *SAID, code=OK).tally
    assert (second["round"], second["notices"]) == (2, 5)
    assert release(told) == 5
    told.run("send", code=OK)
    assert sum("something has changed" in text for _, text in texts(told)) == 5
    told.change({"what_changed": NEWS + ["It is over."]})
    assert told.run("compose", "--what-changed", "--template", "follow-up/all-clear", *SAID).tally["notices"] == 5
    release(told)
    told.run("send", code=OK)
    assert sum("our last message" in " ".join(text.split()) for _, text in texts(told)) == 5


def test_in_person_again(told):
    """Whom a human told, a human tells again."""
    task = next(task for task in told.run("task", "--open").tally["tasks"] if task["person_id"] == "A4")
    told.run("task", "done", task["number"], "--by", "Jo", "--note", "told")
    told.change({"what_changed": NEWS})
    assert told.run("compose", "--what-changed", *SAID, code=OK).tally["tasks"] == 1
    assert told.run("compose", "--what-changed", *SAID, code=OK).tally["tasks"] == 0
    (again,) = [task for task in told.run("task", "--open").tally["tasks"] if task["reason"] == "what-changed"]
    assert again["person_id"] == "A4" and again["kind"] == "visit"
    page = told.tmp / "page.txt"
    told.run("task", "show", again["number"], "--print", page, code=OK)
    assert all(line in " ".join(page.read_text().split()) for line in NEWS)
    assert reconcile(told)["states"]["reached"] == 1


def test_a_newer_set_before_the_release(told):
    """What is composed anew in between does not lose the round, nor tell it twice."""
    told.change({"what_changed": NEWS})
    told.run("compose", "--what-changed", *SAID, code=OK)
    told.change({"measures": ["We have closed the system."]})
    assert "compose" in told.error("compose", "--what-changed", *SAID, code=REFUSED)
    told.run("compose", code=OK)
    assert reconcile(told)["states"]["accepted"] == 5
    assert told.run("compose", "--what-changed", *SAID, code=OK).tally["notices"] == 5
    assert release(told) == 5
    assert told.run("send", code=OK).tally["accepted"] == 5
    assert len(texts(told)) == 10


@pytest.fixture
def presumed(empty, tmp_path):
    """Everybody was told that they may be in it; then the leak comes, and holds A3, A6 and A8 alone."""
    empty.make()
    (tmp_path / "people.csv").write_text(LISTED)
    empty.run("import", "people", tmp_path / "people.csv", "--as-of", "2023-08-01", code=OK)
    empty.run("import", "breach", "--presume", code=OK)
    for verb in ("match", "group", "compose"):
        empty.run(verb)
    release(empty)
    empty.run("send", code=OK)
    task = next(task for task in empty.run("task", "--open").tally["tasks"] if task["person_id"] == "A5")
    empty.run("task", "done", task["number"], "--by", "Jo", "--note", "told")
    rows = [row for row in csv.DictReader(LISTED.splitlines()) if row["person_id"] in ("A3", "A6", "A8")]
    (tmp_path / "leak.csv").write_text("Pay No,Surname,Forenames\n" + "".join(
        f"{row['pay_number']},{row['surname']},{row['forenames']}\n" for row in rows))
    empty.run("import", "breach", tmp_path / "leak.csv", code=OK)
    for verb in ("match", "group", "compose"):
        empty.run(verb)
    return empty


def owed(incident):
    return {row["person_id"] for row in incident.run("approve").tally["corrections"]}


def test_corrections(presumed):
    assert owed(presumed) == {"A1", "A2", "A5"}
    dry = presumed.run("compose", "--correction", *SAID, "-n", code=OK).tally
    tally = presumed.run("compose", "--correction", *SAID, code=OK).tally
    assert (tally["notices"], tally["tasks"]) == (2, 1) == (dry["notices"], dry["tasks"])
    again = presumed.run("compose", "--correction", *SAID, code=OK).tally
    assert (again["notices"], again["tasks"]) == (0, 0)
    assert owed(presumed) == {"A1", "A2", "A5"}                         # until it is out
    assert release(presumed) == 2
    assert presumed.run("send", code=OK).tally["accepted"] == 2
    assert owed(presumed) == {"A5"}
    corrected = [(to, " ".join(text.split())) for to, text in texts(presumed) if "This corrects what" in text]
    assert sorted(to for to, _ in corrected) == ["j.smith@met.police.example", "john.smith@met.police.example"]
    assert all("no information about you was involved" in text for _, text in corrected)
    task = next(task for task in presumed.run("task", "--open").tally["tasks"] if task["reason"] == "correction")
    page = presumed.tmp / "page.txt"
    presumed.run("task", "show", task["number"], "--print", page, code=OK)
    words = " ".join(page.read_text().split())
    assert "It is good news" in words and "part of a data breach. We are sorry" not in words
    presumed.run("task", "done", task["number"], "--by", "Jo", "--note", "told", "--no-letter")
    assert owed(presumed) == set()
    assert presumed.run("compose", "--correction", *SAID, code=OK).tally["notices"] == 0
    reconcile(presumed)


def test_corrected_and_found_after_all(presumed):
    """They were told that they are not in it, and are: they are told anew."""
    presumed.run("compose", "--correction", *SAID, code=OK)
    release(presumed)
    presumed.run("send", code=OK)
    path = presumed.root / "more.csv"
    path.write_text("Pay No,Surname,Forenames\nP100001,Smith,John\n")
    presumed.run("import", "breach", path, code=OK)
    for verb in ("match", "group", "compose"):
        presumed.run(verb)
    assert release(presumed) == 1
    presumed.run("send", code=OK)
    assert [to for to, _ in texts(presumed)].count("j.smith@met.police.example") == 3
    assert owed(presumed) == {"A5"}
    reconcile(presumed)


def test_no_correction_to_whom_it_would_be_wrong(presumed):
    """Composed, and found in the leak before it was sent: it does not go."""
    presumed.run("compose", "--correction", *SAID, code=OK)
    release(presumed)
    path = presumed.root / "more.csv"
    path.write_text("Pay No,Surname,Forenames\nP100001,Smith,John\n")
    presumed.run("import", "breach", path, code=OK)
    for verb in ("match", "group"):
        presumed.run(verb)
    assert presumed.run("send").tally["accepted"] == 1
