# SPDX-License-Identifier: MIT
"""Once more, on request: once each, only to the address on file, and the same answer for everybody."""
import csv
import re

import pytest

from conftest import INPUT, OK, USAGE, parse, reconcile


def mails(incident):
    return [parse(path.read_bytes()) for path in incident.outbox()]


def words(mail):
    return mail.get_body(("plain",)).get_content()


def code_of(mail):
    return re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", words(mail)).group()


@pytest.fixture
def told(few):
    few.run("approve", "--release", code=OK)
    assert few.run("send", code=OK).tally["accepted"] == 5
    return few


def to(incident, name):
    return [mail for mail in mails(incident) if mail["To"].startswith(name + "@")]


def test_by_code(told):
    (first,) = to(told, "mary")
    answers = [told.run("resend", "--code", code, code=OK).stdout
               for code in (code_of(first), code_of(first).lower().replace("-", " "), "22222-22222", "nothing")]
    assert len(set(answers)) == 1
    assert told.text("resend", "--code", code_of(first)) == told.text("resend", "--code", "4K7QR-X2MTH")
    sent = told.run("send", code=OK).tally
    assert (sent["released"], sent["accepted"]) == (1, 1)               # by leave of the first release
    first, again = sorted(to(told, "mary"), key=lambda mail: mail["Date"] + mail["Message-ID"])
    assert words(first) == words(again) and first["Message-ID"] != again["Message-ID"]
    told.run("resend", "--code", code_of(first))
    assert told.run("send").tally["sent_now"] == 0 and len(to(told, "mary")) == 2
    assert reconcile(told)["states"]["accepted"] == 5
    assert told.run("check", code=OK)


REQUESTS = """\
Name, number
P100003 O'Neill Mary
"Mary O'Neill",eve.at.home@private.example
winter-jones, eve; my new address is eve@private.example
hello, this is John Smith
John Smith P100001
P100002 O'Neill
P100005 Okafor
Gone, Liz P100099
nobody@else.example

A4 Castle
Uma Safe, uma@met.police.example.
Uma <uma@met.police.example>
Eve <uma@met.police.example>
"""


def test_requests(told):
    path, report = told.root / "requests.txt", told.root / "report.csv"
    path.write_text(REQUESTS)
    before = told.state()
    told.run("resend", "--requests", path, "-n", code=OK)
    assert {k: v for k, v in told.state().items() if "report" not in k} == {**before}
    shown = told.run("resend", "--requests", path, "--report", report, code=OK)
    assert set(shown.tally) == {"version", "verb", "requests", "answer", "next"} and shown.tally["requests"] == 14
    with open(report, newline="") as file:
        outcomes = {int(row["line"]): row["outcome"] for row in csv.DictReader(file)}
    assert outcomes == {1: "nobody", 2: "again", 3: "repeated", 4: "again", 5: "unclear", 6: "again", 7: "unclear",
                        8: "in-person", 9: "nobody", 10: "nobody", 12: "in-person", 13: "again", 14: "repeated",
                        15: "unclear"}
    assert told.run("send", code=OK).tally["accepted"] == 4
    assert not [mail for mail in mails(told) if "private.example" in mail["To"]]
    tasks = [task for task in told.run("task", "--open").tally["tasks"] if task["reason"] == "new-address"]
    assert sorted((task["person_id"], task["kind"]) for task in tasks) == [("A3", "call"), ("A6", "call")]
    assert reconcile(told)["states"]["accepted"] == 5                   # it does not move their state
    told.run("resend", "--requests", path, code=OK)
    assert told.run("send").tally["sent_now"] == 0
    assert len([t for t in told.run("task", "--open").tally["tasks"] if t["reason"] == "new-address"]) == 2


def test_not_to_whom_it_must_not_go(told):
    said = ("--by", "Ann", "--reason", "they asked")
    codes = {mail["To"].split("@")[0]: code_of(mail) for mail in mails(told)}
    told.run("person", "A3", "--hold", *said)
    told.run("person", "A6", "--address-unsafe", *said)
    for name in ("mary", "eve"):
        told.run("resend", "--code", codes[name], code=OK)
    assert told.run("send").tally["sent_now"] == 0
    assert len(mails(told)) == 5


def test_nobody_was_told_yet(few):
    path = few.root / "requests.txt"
    path.write_text("Mary O'Neill\n")
    few.run("resend", "--requests", path, code=OK)
    few.run("approve", "--release", code=OK)
    few.run("resend", "--requests", path, code=OK)                      # hers is on its way
    assert few.run("send", code=OK).tally["accepted"] == 5
    assert len(to(few, "mary")) == 1


def test_what_is_no_request(told):
    told.run("resend", code=USAGE)
    told.run("resend", "--code", "x", "--requests", "y", code=USAGE)
    told.run("resend", "--requests", told.root / "gone.txt", code=INPUT)
    path = told.root / "long.txt"
    path.write_text("x" * 5000 + "\n" + "O'Neill " * 300 + "\n\0\0\n")
    told.run("resend", "--requests", path)
    assert told.run("send").tally["sent_now"] == 0
