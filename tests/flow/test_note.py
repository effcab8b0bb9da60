# SPDX-License-Identifier: MIT
"""What must be documented: the log of notes, the clock that it stops, and the report that it stands in."""
import json

import pytest

from conftest import CANTCREATE, CONFIG, OK, USAGE, reconcile, reconcile_send

AWARE = "2023-08-26T07:00:00Z"      # of the example
NOW = {"BREACHMAIL_NOW": "2023-08-28T12:00:00Z"}
LATE = {"BREACHMAIL_NOW": "2023-09-01T12:00:00Z"}


def note(incident, kind, text, *words, env=None, code=OK):
    return incident.run("note", "--kind", kind, *words, text, env=env or NOW, code=code).tally


def test_kept_and_listed_in_the_order_of_what_happened(few):
    assert "Nothing" in few.text("note")
    note(few, "decision", "Mail to all, no press.", "--by", "Joan Ashby")
    note(few, "measure", "Supplier's access closed.", "--at", "2023-08-26T09:30:00+01:00")
    tally = note(few, "delay", "The list came late.")
    assert (tally["number"], tally["kind"], tally["at"]) == (3, "delay", "2023-08-28T12:00:00Z")
    notes = few.run("note", code=OK).tally["notes"]
    assert [(one["number"], one["kind"], one["at"]) for one in notes] == [
        (2, "measure", "2023-08-26T08:30:00Z"), (1, "decision", "2023-08-28T12:00:00Z"),
        (3, "delay", "2023-08-28T12:00:00Z")]
    assert notes[1]["by"] == "Joan Ashby" and notes[0]["by"] and notes[1]["text"] == "Mail to all, no press."
    assert all(set(one) == {"number", "kind", "at", "written_at", "by", "text", "withdrawn"} for one in notes)
    assert few.run("note", "--list").tally["notes"] == notes
    assert [one["number"] for one in few.run("note", "--list", "--kind", "delay").tally["notes"]] == [3]
    text = few.text("note")
    assert text.index("access closed") < text.index("no press") < text.index("came late")


def test_the_clock_runs_until_the_regulator_is_told(few):
    before = few.run("status", env=NOW).tally["clock"]
    assert before == {"aware_at": AWARE, "hours": 53.0, "of": 72}
    assert "53 of 72 hours gone" in few.text("status", env=NOW)
    note(few, "regulator-told", "By their web form, reference IC-1.", "--at", "2023-08-28T11:00:00Z")
    note(few, "regulator-told", "Second part.", env=LATE)
    clock = few.run("status", env=LATE).tally["clock"]
    assert (clock["regulator_told_at"], clock["regulator_told_after"]) == ("2023-08-28T11:00:00Z", 52.0)
    text = few.text("status", env=LATE)
    assert "the regulator was told 2023-08-28T11:00:00Z, after 52 of 72 hours" in text
    assert "are over" not in text and "delay_without_reason" not in few.status()["needs_human"]


def test_late_needs_a_reason(few):
    assert "are over" in few.text("status", env=LATE)
    note(few, "regulator-told", "By telephone.", env=LATE)
    assert few.run("status", env=LATE).tally["needs_human"]["delay_without_reason"] == 1
    assert "why?" in few.text("status", env=LATE)
    note(few, "delay", "Nobody answered at the weekend.", env=LATE)
    assert "delay_without_reason" not in few.run("status", env=LATE).tally["needs_human"]


def test_withdrawn_counts_no_more_and_stays(few):
    note(few, "regulator-told", "By mail.")
    few.run("note", "--withdraw", 1, "--by", "Joan", "--reason", "it came back", code=OK)
    assert "regulator_told_at" not in few.run("status", env=NOW).tally["clock"]
    (one,) = few.run("note").tally["notes"]
    assert one["text"] == "By mail." and one["withdrawn"]["text"] == "it came back"
    assert "it came back" in few.text("note")
    for number in (1, 2, 9):        # again; the withdrawal itself; nothing
        few.error("note", "--withdraw", number, "--by", "Joan", "--reason", "x", code=USAGE)
    few.error("note", "--withdraw", 1, code=USAGE)


@pytest.mark.parametrize("words, says", [
    (["--kind", "regulator-tolt", "x"], "did you mean regulator-told"), (["x"], "what kind"),
    (["--kind", "decision"], "missing"), (["--kind", "decision", ""], "without words"),
    (["--kind", "decision", " \n"], "without words"), (["--kind", "decision", "two", "words"], "quotes"),
    (["--kind", "decision", "--at", "yesterday", "x"], "--at"),
    (["--kind", "decision", "--at", "2023-08-28T12:00:01Z", "x"], "not come yet"),
    (["--kind", "decision", "x" * 20001], "20000"), (["--kind", "withdrawn", "x"], "--kind takes"),
    (["--at", AWARE], "missing"), (["--list", "x"], "--list"), (["--withdraw", "one"], "whole number")])
def test_refused(few, words, says):
    before = few.state()
    assert says in few.error("note", *words, env=NOW, code=USAGE)
    assert few.state() == before


def test_from_the_standard_input(few):
    few.ask("Two lines,\nboth kept.\n", "note", "--kind", "decision", "-", code=OK)
    assert few.run("note").tally["notes"][0]["text"] == "Two lines,\nboth kept."
    assert "\nboth" not in few.text("note")         # on a screen nothing breaks out of its line
    few.ask("", "note", "--kind", "decision", "-", code=USAGE)
    few.ask("x" * 30000, "note", "--kind", "decision", "-", code=USAGE)


def test_dry_run_changes_nothing(few):
    before = few.state()
    tried = note(few, "delay", "Late.", "-n")
    assert few.state() == before
    assert note(few, "delay", "Late.") == tried


def test_sealed(few):
    note(few, "decision", "Quixotic reasons", "--by", "Bartholomea")
    content = few.ledger.read_bytes()
    assert b"Quixotic" not in content and b"Bartholomea" not in content
    few.run("check", code=OK)


def test_wrong_key(few, at):
    for words in ([], ["--kind", "decision", "x"]):
        few.error("note", *words, "--key-file", at("made", "other" + str(len(words))).key, code=CONFIG)


def test_a_rehearsals_notes_do_not_count_in_live(few, relay):
    note(few, "regulator-told", "In the rehearsal.")
    few.send_to(relay())
    few.change({"mode": "live"})
    assert few.run("note").tally["notes"] == []
    assert "regulator_told_at" not in few.status()["clock"]


def test_while_mail_is_being_sent(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    process = incident.start("send", "--rate", 100)
    server.wait(5)
    incident.run("note", "--kind", "regulator-told", "Rang them.", code=OK)
    assert process.poll() is None
    tally = incident.finish(process, "send").tally
    reconcile_send(incident, tally)
    assert len(incident.run("note").tally["notes"]) == 1


# -------------------------------------------------------------------------------------------- the report

def test_report_for_the_regulator(few):
    note(few, "measure", "Supplier's access closed.", "--by", "Joan Ashby")
    note(few, "regulator-told", "By their web form.")
    few.run("approve", "--release", code=OK)
    few.run("send", code=OK)
    few.run("person", "A8", "--hold", "--by", "Joan", "--reason", "x")
    few.run("task", "done", 1, "--by", "Jo", "--note", "told her")
    status = reconcile(few)
    report = json.loads(few.text("report", "--kind", "regulator", "--format", "json", env=NOW))
    settings = few.settings()
    assert (report["version"], report["verb"], report["kind"]) == (1, "report", "regulator")
    facts, effects, action = report["facts"], report["effects"], report["action"]
    assert facts["nature"] == settings["nature"] and facts["exposed"] == settings["exposed"]
    assert facts["controller"]["dpo"]["name"] == settings["controller"]["dpo"]["name"]
    assert effects["consequences"] == settings["consequences"] and action["measures"] == settings["measures"]
    assert (effects["people"], effects["rows"]) == (status["people"], status["rows"])
    assert effects["states"] == status["states"] and effects["people_certain"] <= effects["people"]
    for level in effects["levels"]:
        assert sum(level["routes"].values()) == level["people"] == sum(level["states"].values())
    assert action["told"] == status["states"]["accepted"] + status["states"]["reached"]
    assert action["tasks"] == {"done": 1, "open": 3} and action["decisions"] == {"hold": 1}
    (release,) = action["releases"]
    assert release["notices"] == release["accepted"] == 5
    assert [one["kind"] for one in report["notes"]] == ["measure", "regulator-told"]
    assert report["clock"]["regulator_told_after"] == 53.0


def test_report_as_text(few):
    note(few, "measure", "Supplier's access closed.", "--by", "Joan Ashby")
    text = few.text("report", "--kind", "regulator", env=NOW)
    settings = few.settings()
    for words in ("FACTS", "EFFECTS", "REMEDIAL ACTION", "LOG", "Art. 33(5)", settings["nature"],
                  settings["measures"][0], settings["controller"]["dpo"]["phone"], "Joan Ashby",
                  "Supplier's access closed.", "not noted yet", "hours gone", "of 72", "rehearsal", "Art. 33(3)"):
        assert words in " ".join(text.split()), words
    for person in ("Smith", "O'Neill", "@met.police.example\n" * 2, "A3", "P10000"):
        assert person not in text
    few.error("report", "--kind", "regulator", "--format", "csv", code=USAGE)
    path = few.tmp / "record.txt"
    few.run("report", "--kind", "regulator", "--format", "text", "--out", path, code=OK)
    assert "FACTS" in path.read_text()
    few.error("report", "--kind", "regulator", "--out", few.tmp / "no" / "where", code=CANTCREATE)


def test_report_before_anything_is_known(at):
    text = at("made").text("report", "--kind", "regulator", env=NOW)
    assert "EFFECTS" in text and "nothing is noted yet" in text


def test_report_by_the_other_act(few):
    few.change({"regime": "dpa-part-3"})
    assert "s. 67(6)" in few.text("report", "--kind", "regulator", env=NOW)
