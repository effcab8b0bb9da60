# SPDX-License-Identifier: MIT
"""One person: found by what somebody says on the telephone, shown on one screen, and decided about. What
narrows holds at once, also in a release and while it is being sent; what widens needs a new one."""
import json
import time

import pytest

from conftest import (CONFIG, HUMAN, OK, REFUSED, USAGE, parse, reconcile, twice)

SAID = ["--by", "Joan Ashby", "--reason", "rang at night"]
SHAPE = {"presumed", "cover", "shielded", "version", "verb", "person_id", "fields", "lists", "probability", "records", "level", "route",
         "reason", "certain", "rules", "kinds", "findability", "state", "held", "notices", "facts", "letters",
         "tasks", "decisions"}


def decide(incident, person, *words, code=OK):
    result = incident.run("person", person, *words, *SAID, code=code)
    return result.tally if code == OK else result.tally["error"]["message"]


def mail_to(incident):
    """Who got mails into the outbox, sorted."""
    return sorted(parse(path.read_bytes())["To"] for path in incident.outbox())


def state(incident, person):
    return incident.run("person", person, code=OK).tally["state"]


# ------------------------------------------------------------------------------------------ the screen

def test_everything_on_one_screen(few):
    tally = few.run("person", "A3", code=OK).tally
    assert set(tally) == SHAPE
    assert tally["fields"]["surname"] == "O'Neill" and tally["lists"] == 1
    (record,) = tally["records"]
    assert (record["row"], record["outcome"]) == ("R3", "matched") and record["probability"] > .95
    assert tally["probability"] > .95 and tally["certain"] is True
    assert (tally["level"], tally["route"], tally["state"]) == ("counter-terrorism", "mail", "planned")
    assert "pay_number" in tally["kinds"] and tally["rules"]
    (notice,) = tally["notices"]
    assert notice["address"] == "mary@met.police.example" and not notice["attempts"]
    assert tally["tasks"] == tally["decisions"] == tally["letters"] == []
    text = few.text("person", "A3")
    for words in ("O'Neill", "Mary", "07700 900103", "R3", "counter-terrorism", notice["code"], "SO15"):
        assert words in text, words


def test_attempts_are_on_it(few):
    few.run("approve", "--release")
    few.run("send")
    tally = few.run("person", "A3").tally
    (notice,) = tally["notices"]
    (attempt,) = notice["attempts"]
    assert attempt["verdict"] == "accepted" and attempt["at"].endswith("Z")
    assert tally["state"] == "accepted" and notice["release"] == few.last["approve"]["release"]
    assert "accepted" in few.text("person", "A3")


def test_looking_changes_nothing(few):
    before = few.state()
    few.run("person", "A3")
    few.ask("Mary O'Neill", "person", "--find", "-")
    assert few.state() == before


def test_nobody_in_the_leak(at, staff):
    incident = at("composed")
    affected = incident.routes()
    other = next(person for person in staff if person not in affected)
    tally = incident.run("person", other, code=OK).tally
    assert tally["level"] is tally["state"] is tally["route"] is None
    assert set(tally) == SHAPE and "not affected" in incident.text("person", other)


# ----------------------------------------------------------------------------------------- who is meant

@pytest.mark.parametrize("asked", [
    "Mary O'Neill", "mary oneill", "ONEILL, Mary", "O Neill M", "Sgt O'Neill", "Ms Mary Ó Néill",
    "P100003", "p 100003", "100003", "A3", "a3", "mary@met.police.example", "MARY@MET.POLICE.EXAMPLE\n"])
def test_found(few, asked):
    assert few.ask(asked, "person", "--find", "-", code=OK)["person_id"] == "A3"


@pytest.mark.parametrize("how", ["{}", "{} ", " {}", "{0:.5}{0:.0}", "lower"])
def test_found_by_reference_code(few, how):
    code = few.run("person", "A6").tally["notices"][0]["code"]
    asked = code.lower().replace("-", " ") if how == "lower" else how.format(code)
    if how.startswith("{0"):
        assert few.ask(asked, "person", "--find", "-", code=HUMAN)["count"] == 0    # half a code is none
        return
    assert few.ask(asked, "person", "--find", "-", code=OK)["person_id"] == "A6"
    assert few.run("person", code, code=OK).tally["person_id"] == "A6"


@pytest.mark.parametrize("asked, likely", [
    ("Winter", "A6"), ("Jones, Eve", "A6"), ("Okafer", "A5"), ("Mary Oneil", "A3"), ("Thomas Alder", "A7")])
def test_something_like_it_is_listed_and_not_shown(few, asked, likely):
    tally = few.ask(asked, "person", "--find", "-", code=HUMAN)
    assert [(hit["person_id"], hit["fit"]) for hit in tally["hits"]] == [(likely, "like")]
    assert "fields" not in tally
    text = few.ask(asked, "person", "--find", "-", code=HUMAN, json=False)
    assert likely in text and "07700" not in text


def test_two_of_one_name_are_never_guessed(few):
    for asked in ("John Smith", "Smith J", "PC Smith", "smith"):
        tally = few.ask(asked, "person", "--find", "-", code=HUMAN)
        assert [hit["person_id"] for hit in tally["hits"]] == ["A1", "A2"] and tally["count"] == 2
        assert "fields" not in tally
    assert few.ask("Jack Smith", "person", "--find", "-", code=(OK, HUMAN)).get("person_id") in (None, "A1")
    text = few.ask("John Smith", "person", "--find", "-", code=HUMAN, json=False)
    assert "A1" in text and "A2" in text and "@" not in text


def test_a_leaver_who_rings(few):
    """Nobody on the list, but a leaked row."""
    tally = few.ask("Liz Gone", "person", "--find", "-", code=HUMAN)
    assert tally["hits"] == [] and tally["rows"] == [{"row": "R9", "outcome": "unmatched"}]
    assert "R9" in few.ask("Liz Gone", "person", "--find", "-", code=HUMAN, json=False)
    tally = few.ask("Quentin Nobody", "person", "--find", "-", code=HUMAN)
    assert tally["hits"] == tally["rows"] == []


@pytest.mark.parametrize("words", [
    ["A9"], ["O'Neill"], ["--find", "O'Neill"], ["--find"], [], ["A1", "A2"], ["A1", "--find", "-"],
    ["A9", "--hold", *SAID], ["P100001", "--hold", *SAID], ["A1", "--hold", "--unhold", *SAID],
    ["A1", "--route", "pigeon", *SAID], ["A1", "--raise", "oficer", *SAID], ["A1", "--review-by", "2030-01-01"],
    ["A1", "--route", "restricted", *SAID], ["A1", "--route", "task", "--review-by", "2030-01-01", *SAID],
    ["A1", "--route", "restricted", "--review-by", "soon", *SAID], ["A1", "--hold"],
    ["A1", "--hold", "--by", "Joan"], ["A1", "--hold", "--reason", "x"], ["A1", "--frown", *SAID],
    ["A1", "--hold", "--by", "x" * 4001, "--reason", "x"], ["--find", "-", "--hold", *SAID]])
def test_refused(few, words):
    before = few.state()
    few.error("person", *words, code=USAGE)
    assert few.state() == before


def test_a_name_does_not_belong_on_the_command_line(few):
    assert "--find -" in few.error("person", "O'Neill", code=USAGE)
    assert "standard input" in few.error("person", "--find", "O'Neill", code=USAGE)
    assert "did you mean 'officer'" in few.error("person", "A1", "--raise", "oficer", *SAID, code=USAGE)


@pytest.mark.parametrize("asked", ["", "\n", "   \n", "x" * 257])
def test_nothing_to_look_for(few, asked):
    assert "error" in few.ask(asked, "person", "--find", "-", code=USAGE)


def test_two_rows_of_one_number(empty):
    """A number that two have decides nothing."""
    incident = empty
    incident.make()
    path = incident.root / "people.csv"
    path.write_text("Surname,Forenames,Service No\nAlder,Tom,77\nBeech,Ann,77\n")
    incident.run("import", "people", path)
    assert "2 people" in incident.error("person", "77", "--hold", *SAID, code=USAGE)


def test_wrong_key(few, at):
    other = at("made")
    few.error("person", "A1", "--key-file", other.key, code=CONFIG)
    few.error("person", "A1", "--hold", *SAID, "--key-file", other.key, code=CONFIG)


# ------------------------------------------------------------------------------------------------- hold

def test_held_before_the_release(few):
    assert decide(few, "A3", "--hold") == {
        "version": 1, "verb": "person", "person_id": "A3", "decision": "hold", "unchanged": False,
        "at_once": True, "notice_out": None, "task": None, "next": few.last["person"]["next"]}
    status = reconcile(few)
    assert status["states"]["held"] == status["needs_human"]["held"] == 1
    assert "excluded held 1" in few.run("approve").tally["manifest"]
    released = few.run("approve", "--release", code=OK).tally["released"]
    few.run("send", code=OK)
    assert len(few.outbox()) == released and "mary@met.police.example" not in mail_to(few)
    assert state(few, "A3") == "held"


def test_held_twice_is_held(few):
    decide(few, "A3", "--hold")
    before = few.state()
    assert decide(few, "A3", "--hold")["unchanged"] is True
    assert few.state() == before
    assert decide(few, "A6", "--unhold")["unchanged"] is True


def test_held_after_the_release_and_freed_again(few):
    """The release of before does not cover who was held: their notice is made and released anew."""
    released = few.run("approve", "--release", code=OK).tally["released"]
    decide(few, "A3", "--hold")
    reconcile(few)
    tally = few.run("send", code=HUMAN).tally
    assert (tally["held"], tally["pending"], tally["accepted"]) == (1, 1, released - 1)
    assert state(few, "A3") == "held"
    few.run("send", code=HUMAN)
    freed = decide(few, "A3", "--unhold")
    assert freed["at_once"] is False and "compose" in freed["next"]
    few.run("send", code=HUMAN)
    assert "mary@met.police.example" not in mail_to(few)
    few.walk("compose")
    assert state(few, "A3") == "planned"
    few.run("send", code=HUMAN)
    assert "mary@met.police.example" not in mail_to(few)
    assert few.run("approve", "--release", code=OK).tally["released"] == 1
    assert few.run("send", code=OK).tally["sent_now"] == 1
    mails = mail_to(few)
    assert len(mails) == len(set(mails)) == released and "mary@met.police.example" in mails
    reconcile(few)


def test_a_held_notice_of_a_withdrawn_release(few):
    few.run("approve", "--release", code=OK)
    decide(few, "A3", "--hold")
    few.run("approve", "--withdraw", code=OK)
    reconcile(few)
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    assert "mary@met.police.example" not in mail_to(few)


def test_held_while_it_is_being_sent(at, relay, staff):
    """send has the ledger's lock; the decision is written all the same, and the next claim sees it."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    routes = incident.routes()
    process = incident.start("send", "--rate", 60)
    server.wait(10)
    lowest = [person for person, route in routes.items() if route[:2] == ("staff", "mail")]
    sent = {recipient.lower() for _, recipient in server.accepted()}
    held = [person for person in lowest if not {staff[person]["email"].lower(),
                                                staff[person]["email_personal"].lower()} & sent][:3]
    began = time.monotonic()
    decide(incident, held[0], "--hold")
    assert decide(incident, held[1], "--route", "task")["task"]
    decide(incident, held[2], "--address-unsafe")
    assert time.monotonic() - began < 5 and process.poll() is None
    tally = incident.finish(process, "send").tally
    assert (tally["accepted"], tally["held"], tally["pending"]) == (released - 3, 3, 3)
    log = {recipient.lower() for _, recipient in server.accepted()}
    for person in held:
        assert not {staff[person]["email"].lower(), staff[person]["email_personal"].lower()} & log
    assert not twice(server.accepted()) and len(server.accepted()) == released - 3
    status = reconcile(incident)
    assert status["states"]["held"] == 1 and status["people"] == len(routes)
    incident.run("check", code=OK)


def test_all_that_is_left_is_held(few, relay):
    """A send whose last mails are all barred comes to its end."""
    server = relay()
    few.send_to(server)
    few.run("approve", "--release", code=OK)
    for person in ("A1", "A2", "A3", "A6", "A8"):
        decide(few, person, "--hold")
    tally = few.run("send", code=HUMAN).tally
    assert tally["held"] == tally["pending"] == 5 and not server.accepted()
    reconcile(few)


def test_a_held_one_does_not_hide_a_later_release(few):
    """send goes on with the release that has work, not with the one whose rest is held."""
    few.run("approve", "--release", code=OK)
    decide(few, "A3", "--hold")
    decide(few, "A6", "--hold")
    few.run("send", code=HUMAN)
    decide(few, "A6", "--unhold")
    few.walk("compose")
    second = few.run("approve", "--release", code=OK).tally["release"]
    tally = few.run("send", code=OK).tally
    assert tally["release"] == second and tally["sent_now"] == 1


# --------------------------------------------------------------------------------- routes and levels

def test_a_task_instead_of_mail(few):
    few.run("approve", "--release", code=OK)
    done = decide(few, "A8", "--route", "task")
    assert done["at_once"] is True and done["task"]
    assert state(few, "A8") == "task"
    reconcile(few)
    assert few.run("send", code=HUMAN).tally["held"] == 1
    assert "uma@met.police.example" not in mail_to(few)
    few.run("compose", code=REFUSED)            # group has not seen the decision
    few.walk("group", "compose")
    assert few.routes()["A8"] == ("staff", "task", "decided")
    assert few.run("task", "show", done["task"]).tally["task"]["person_id"] == "A8"
    assert sum(task["person_id"] == "A8" for task in few.run("task").tally["tasks"]) == 1


def test_mail_after_all(few):
    """Another route taken back: a new notice, a new release, one mail."""
    few.run("approve", "--release", code=OK)
    task = decide(few, "A8", "--address-unsafe")["task"]
    few.run("send", code=HUMAN)
    assert decide(few, "A8", "--route", "mail")["at_once"] is False
    assert state(few, "A8") == "open"
    assert task not in [one["number"] for one in few.run("task").tally["tasks"]]
    few.walk("group", "compose")
    assert state(few, "A8") == "planned"
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    assert mail_to(few).count("uma@met.police.example") == 1
    assert state(few, "A8") == "accepted"


@pytest.mark.parametrize("words, kind, reason", [
    (["--deceased"], "next-of-kin", "deceased"), (["--address-unsafe"], "call", "address-unsafe"),
    (["--route", "task"], "call", "decided"), (["--raise", "undercover"], "visit", "level")])
def test_what_a_decision_makes_of_a_mail(few, words, kind, reason):
    few.run("approve", "--release", code=OK)
    task = decide(few, "A8", *words)["task"]
    one = few.run("task", "show", task).tally["task"]
    assert (one["kind"], one["reason"], one["person_id"]) == (kind, reason, "A8")
    few.run("send", code=HUMAN)
    assert "uma@met.police.example" not in mail_to(few)
    few.walk("group", "compose")
    level = "undercover" if words[0] == "--raise" else "staff"
    assert few.routes()["A8"] == (level, "task", reason)
    again = few.run("task", "show", task).tally["task"]
    assert again == one and reconcile(few)["states"]["task"] == 4
    few.run("approve", code=OK)
    assert few.run("send", code=HUMAN).tally["sent_now"] == 0


def test_dead_is_not_undone_by_another_task(few):
    decide(few, "A8", "--deceased")
    decide(few, "A8", "--route", "task")
    few.walk("group", "compose")
    assert few.routes()["A8"] == ("staff", "task", "deceased")


def test_a_letter_in_the_post_is_no_way_to_an_unsafe_address(few):
    """A5 had a letter to be posted."""
    before = [one for one in few.run("task").tally["tasks"] if one["person_id"] == "A5"]
    assert [one["kind"] for one in before] == ["letter"]
    decide(few, "A5", "--address-unsafe")
    after = [one for one in few.run("task").tally["tasks"] if one["person_id"] == "A5"]
    assert [(one["kind"], one["reason"]) for one in after] == [("call", "address-unsafe")]
    few.walk("group", "compose")
    assert [one for one in few.run("task").tally["tasks"] if one["person_id"] == "A5"] == after
    page = few.tmp / "page.txt"
    few.run("task", "--print", page)
    assert "High St, Flat 2" not in page.read_text() and "900105" not in page.read_text()


def test_covert_people_get_no_mail_by_a_decision(few):
    assert "undercover" in decide(few, "A4", "--route", "mail", code=REFUSED)
    decide(few, "A8", "--raise", "undercover")
    few.walk("group")
    decide(few, "A8", "--route", "mail", code=REFUSED)


def test_raised_to_another_letter(few):
    few.run("approve", "--release", code=OK)
    assert decide(few, "A8", "--raise", "firearms")["at_once"] is True
    assert state(few, "A8") == "held"
    few.run("send", code=HUMAN)
    few.walk("group", "compose")
    assert few.routes()["A8"] == ("firearms", "mail", "level")
    assert "raised" in few.text("group", "--explain", "A8")
    assert few.run("approve", "--release", code=OK).tally["released"] == 1
    few.run("send", code=OK)
    assert mail_to(few).count("uma@met.police.example") == 1


def test_never_below_what_the_rules_say(few):
    """To raise to a lower level says nothing; a raise taken back ends where the rules are."""
    assert decide(few, "A3", "--raise", "staff")["unchanged"] is True
    decide(few, "A3", "--raise", "undercover")
    few.walk("group")
    assert few.routes()["A3"][0] == "undercover"
    assert decide(few, "A3", "--raise", "staff")["at_once"] is False
    few.walk("group", "compose")
    assert few.routes()["A3"] == ("counter-terrorism", "mail", "level")
    assert state(few, "A3") == "planned"


def test_a_level_that_the_policy_has_lost(few):
    decide(few, "A8", "--raise", "firearms")
    path = few.folder / "policy.json"
    path.write_text(path.read_text().replace('"name": "firearms"', '"name": "armed"'))
    message = few.error("group", code=CONFIG)
    assert "firearms" in message and "A8" in message


def test_restricted_with_a_day_on_which_somebody_looks_again(few):
    few.run("approve", "--release", code=OK)
    done = decide(few, "A8", "--route", "restricted", "--review-by", "2026-12-01")
    assert done["at_once"] is True
    few.run("send", code=HUMAN)
    few.walk("group", "compose")
    assert state(few, "A8") == "restricted"
    assert "uma@met.police.example" not in mail_to(few)
    due = few.run("status", env={"BREACHMAIL_NOW": "2026-12-03T09:00:00Z"}).tally["needs_human"]
    assert due["restrictions_to_review"] == 1
    early = few.run("status", env={"BREACHMAIL_NOW": "2026-11-30T09:00:00Z"}).tally["needs_human"]
    assert "restrictions_to_review" not in early
    decide(few, "A8", "--route", "mail")
    assert "restrictions_to_review" not in few.run(
        "status", env={"BREACHMAIL_NOW": "2026-12-03T09:00:00Z"}).tally["needs_human"]


def test_a_visit_that_is_not_to_be_made(few):
    """No duty after all: the task of before goes."""
    decide(few, "A4", "--route", "none")
    assert "A4" not in [one["person_id"] for one in few.run("task").tally["tasks"]]
    few.walk("group", "compose")
    assert state(few, "A4") == "none"


# ------------------------------------------------------------------------------------- what is out is out

def test_what_is_out_cannot_be_taken_back(few):
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    assert decide(few, "A3", "--hold")["notice_out"] == "accepted"
    assert state(few, "A3") == "accepted"
    assert "cannot be taken back" in few.text("person", "A6", "--hold", *SAID)
    assert decide(few, "A3", "--unhold")["unchanged"] is False
    few.walk("compose")
    assert few.run("approve").tally["notices"] == 0
    few.run("send", code=OK)
    assert mail_to(few).count("mary@met.police.example") == 1


def test_a_call_after_the_mail(few):
    """Told by mail, and a human wants them called all the same."""
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    done = decide(few, "A8", "--route", "task")
    assert done["notice_out"] == "accepted" and state(few, "A8") == "task"
    few.walk("group", "compose")
    assert state(few, "A8") == "task"
    few.run("task", "done", done["task"], *SAID, code=OK)
    assert state(few, "A8") == "reached"
    reconcile(few)


def test_decisions_stay_after_a_new_list(few):
    """A list that comes later does not take back what a human said."""
    decide(few, "A8", "--address-unsafe")
    path = few.root / "newer.csv"
    path.write_text((few.root / "people.csv").read_text().replace("uma@", "uma.safe@"))
    few.run("import", "people", path, "--as-of", "2023-09-01")
    few.walk("match", "group", "compose")
    assert few.routes()["A8"][1:] == ("task", "address-unsafe")


def test_decisions_are_on_the_screen_with_who_and_why(few):
    decide(few, "A8", "--hold")
    decide(few, "A8", "--raise", "firearms")
    few.run("approve", "--row", "R8", "--person", "A8", *SAID)
    decisions = few.run("person", "A8").tally["decisions"]
    assert [one["what"] for one in decisions] == ["hold", "raise firearms", "a leaked row is this person"]
    assert {(one["by"], one["reason"]) for one in decisions} == {("Joan Ashby", "rang at night")}
    text = few.text("person", "A8")
    assert "Joan Ashby" in text and "rang at night" in text


DECISIONS = [["--hold"], ["--route", "task"], ["--route", "none"], ["--raise", "undercover"], ["--deceased"],
             ["--address-unsafe"], ["--route", "restricted", "--review-by", "2030-01-01"]]


@pytest.mark.parametrize("words", DECISIONS, ids=lambda words: "-".join(words[:2]).strip("-"))
def test_dry_run_changes_nothing_and_tells_the_same(few, words):
    before = few.state()
    tried = few.run("person", "A8", *words, *SAID, "-n", code=OK).tally
    assert few.state() == before
    assert decide(few, "A8", *words) == tried
    assert few.state() != before
    assert "dry run" in few.text("person", "A6", *words, *SAID, "-n")


def test_hostile_values_do_not_reach_the_terminal(empty):
    """What turns the direction of writing on a screen is shown as what it is."""
    incident = empty
    incident.make()
    path = incident.root / "people.csv"
    path.write_text("person_id,Surname,Forenames,Unit\nX1,Alder,T\u202eom,Fin\u200bance\n")
    incident.run("import", "people", path, code=OK)
    for text in (incident.text("person", "X1"), incident.ask("Alder", "person", "--find", "-", json=False)):
        assert "X1" in text and "\u202e" not in text and "\u200b" not in text


def test_many_decisions_are_quick(at):
    """What humans decide is few; a screen and a send with a hundred of them still come at once."""
    incident = at("released")
    people = [person for person, route in incident.routes().items() if route[1] == "mail"][:25]
    began = time.monotonic()
    for person in people:
        decide(incident, person, "--hold")
    assert time.monotonic() - began < 25
    assert incident.run("send", code=HUMAN).tally["held"] == 25
    assert reconcile(incident)["states"]["held"] == 25


def test_how_easily_they_are_found(few):
    """Two of one name at one station hide each other; a rule may raise who stands alone, and says so."""
    assert "alike   2 on the list with this surname, initial, rank and location" in few.text("group", "--explain", "A1")
    alone = few.run("group", "--explain", "A8").tally
    assert alone["findability"] == 1 and alone["level"] == "staff"
    path = few.folder / "policy.json"
    policy = json.loads(path.read_text())
    next(level for level in policy["levels"] if level["name"] == "protection")["when"].append({"findability": {"below": 2}})
    path.write_text(json.dumps(policy))
    few.run("group")
    raised = few.run("group", "--explain", "A8").tally
    assert raised["level"] == "protection" and "findability is below 2" in few.text("group", "--explain", "A8")
    assert few.run("group", "--explain", "A1").tally["level"] == "officer"
