# SPDX-License-Identifier: MIT
"""A release: what approve shows is what send sends, and one byte changed in between stops it. A
rehearsal stays on this machine, and counts for nothing in live."""
import collections
import hashlib
import re
import sqlite3

import pytest

from conftest import (CONFIG, HUMAN, OK, REFUSED, TEMPORARY, USAGE, parse, reconcile,
                      reconcile_send, twice)


def meddle(incident, *statements):
    """Changes the ledger as somebody with sqlite3 would: the bars against it are taken away first.
    SPOILT(blob) is the blob with its last bit changed."""
    db = sqlite3.connect(incident.ledger)
    db.create_function("SPOILT", 1, lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]))
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert db.execute(statement).rowcount > 0, statement
    for _, sql in triggers:
        db.execute(sql)
    db.commit()
    db.close()


def nothing_went_out(incident, server=None):
    assert not incident.outbox()
    if server:
        assert not server.accepted()


# --------------------------------------------------------------------------------- what it shows

def test_manifest_is_readable_and_its_digest_names_it(at):
    incident = at("composed")
    before = incident.state()
    tally = incident.run("approve", code=OK).tally
    assert incident.state() == before
    assert tally["digest"] == hashlib.sha256(tally["manifest"].encode()).hexdigest()
    lines = dict(line.split(" ", 1) for line in tally["manifest"].splitlines()
                 if not line.startswith("level"))
    settings = incident.settings()
    assert (lines["incident"], lines["mode"]) == (settings["id"], "rehearsal")
    assert lines["relay"] == settings["relay"]["url"] and lines["notices"] == str(tally["notices"])
    assert lines["from"] in settings["relay"]["from"]
    levels = re.findall(r"(?m)^level (\S+) (\d+) sha256:[0-9a-f]{64}$", tally["manifest"])
    routes = collections.Counter((level, route) for level, route, _ in incident.routes().values())
    assert {name: int(n) for name, n in levels} == {
        level: n for (level, route), n in routes.items() if route == "mail"}
    assert f"excluded task {sum(n for (_, route), n in routes.items() if route == 'task')}\n" in \
        tally["manifest"]
    text = incident.text("approve")
    assert all(line in text for line in tally["manifest"].splitlines() if not line.startswith(("made", "valid-until")))
    assert "@" not in re.sub(r"(from|reply-to|envelope-from) \S+", "", tally["manifest"])


def test_open_questions_are_shown_with_how_to_answer_them(at):
    incident = at("composed")
    (question,) = incident.run("approve").tally["open"]
    assert question["key"] == "no-column:person.flags" and question["accepted"] is False
    text = incident.text("approve")
    assert question["key"] in text and question["text"] in text and "--accept" in text
    incident.run("approve", "--accept", question["key"], "--by", "Joan", "--reason", "no such list",
                 code=OK)
    (question,) = incident.run("approve").tally["open"]
    assert question["accepted"] is True
    assert "questions" not in reconcile(incident)["needs_human"]
    assert question["key"] not in incident.text("approve")


def test_send_by_digest(at):
    incident = at("released")
    release = incident.last["approve"]["release"]
    for digits in ("0" * 8, release[:7] + ("0" if release[7] != "0" else "1")):
        assert incident.error("send", "--release", digits, code=REFUSED)
    incident.run("send", "--release", release[:7], code=USAGE)
    incident.run("send", "--release", release + "0", code=USAGE)
    nothing_went_out(incident)
    tally = incident.run("send", "--release", release[:8].upper(), code=OK).tally
    assert tally["release"] == release
    reconcile_send(incident, tally)


# ---------------------------------------------------------------------------------- when it refuses

def test_nothing_is_released(at):
    incident = at("composed")
    before = incident.state()
    assert "approve" in incident.error("send", code=REFUSED)
    assert incident.state() == before
    nothing_went_out(incident)


@pytest.mark.parametrize("changes, line", [
    ({"relay": {"from": "Someone else <someone@met.police.example>"}}, "from"),
    ({"relay": {"reply_to": "other@met.police.example"}}, "reply-to"),
    ({"relay": {"envelope_from": "other@met.police.example"}}, "envelope-from"),
    ({"relay": {"url": "capture:elsewhere"}}, "relay"),
    ({"relay": {"url": "smtp://127.0.0.1:2525"}}, "relay"),
    ({"relay": {"per_minute": 10}}, "limits"),
    ({"relay": {"per_day": 10}}, "limits"),
    ({"relay": {"connections": 9}}, "connections"),
    ({"relay": {"pipelining": "off"}}, "connections"),
    ({"id": "another-incident"}, "incident"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_settings_changed_after_the_release(at, changes, line):
    incident = at("released")
    incident.change(changes)
    before = incident.state()
    message = incident.error("send", code=REFUSED)
    assert line in message
    incident.error("send", "-n", code=REFUSED)
    assert incident.state() == before
    nothing_went_out(incident)


def test_authorities_changed_after_the_release(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    incident.change({"relay": {"ca_file": "authorities.pem"}})
    assert "tls" in incident.error("send", code=REFUSED)
    assert "sessions 0" in server.stop()


@pytest.mark.parametrize("changes", [{"in_doubt": "resend"}, {"approvals": 1}])
def test_policy_changed_after_the_release(at, changes):
    incident = at("released")
    incident.change(changes, "policy.json")
    incident.error("send", code=REFUSED)
    nothing_went_out(incident)


def test_words_changed_after_the_release_change_no_message(at):
    """What was released goes out as it was: the text of a letter is not read anew."""
    incident = at("released")
    released = incident.run("approve").tally
    incident.change({"nature": "Something else altogether."})
    incident.run("send", code=OK)
    assert all(b"Something else" not in path.read_bytes() for path in incident.outbox())
    assert released["notices"] == 0


MEDDLING = {
    "message": "UPDATE message SET bytes_sealed = SPOILT(bytes_sealed)",
    "one message": "UPDATE message SET bytes_sealed = SPOILT(bytes_sealed) WHERE notice_id ="
                   " (SELECT notice_id FROM release_item ORDER BY position LIMIT 1)",
    "message digest": "UPDATE notice SET message_sha256 = SPOILT(message_sha256) WHERE id ="
                      " (SELECT max(notice_id) FROM release_item)",
    "recipient digest": "UPDATE notice SET recipient_digest = SPOILT(recipient_digest) WHERE id ="
                        " (SELECT min(notice_id) FROM release_item)",
    "address": "UPDATE notice SET facts_sealed = SPOILT(facts_sealed)",
    "level": "UPDATE notice SET level = 'staff', level_order = 9 WHERE level <> 'staff'",
    "one level": "UPDATE notice SET level = 'staff' WHERE id = (SELECT notice_id FROM release_item"
                 " WHERE position = 1)",
    "manifest": "UPDATE release SET manifest = replace(manifest, 'notices ', 'notices 1')",
    "manifest's forecast": "UPDATE release SET manifest = replace(manifest, 'of 72', 'of 99')",
    "manifest's space": "UPDATE release SET manifest = manifest || char(10)",
    "digest": "UPDATE release SET digest = replace(digest, substr(digest, 1, 1), 'z')",
    "time": "UPDATE release SET at = at + 1000",
    "an item less": "DELETE FROM release_item WHERE position = (SELECT max(position) FROM release_item)",
    "the order": "UPDATE release_item SET notice_id = CASE position"
                 " WHEN 1 THEN (SELECT notice_id FROM release_item WHERE position = 2)"
                 " ELSE (SELECT notice_id FROM release_item WHERE position = 1) END"
                 " WHERE position < 3",
}


@pytest.mark.parametrize("what", MEDDLING)
def test_ledger_changed_after_the_release(at, relay, what):
    """Neither a changed message nor a changed list of them goes out, not even in part."""
    incident, server = at("composed"), relay()
    incident.release(server)
    meddle(incident, MEDDLING[what])
    incident.error("send", code=REFUSED)
    assert not server.accepted()


def test_levels_go_in_the_order_of_the_release(at, relay, staff):
    """Whatever rows of the ledger say of it later."""
    incident, server = at("composed"), relay()
    incident.release(server)
    meddle(incident, "UPDATE notice SET level_order = 99 - level_order")
    incident.run("send", code=(OK, REFUSED))
    levels = incident.levels(staff, [recipient for _, recipient in server.accepted()])
    assert levels == sorted(levels)


def test_last_message_changed_after_the_release(at, relay):
    """Where the change shows only when its turn comes: what is out is known, the rest stays here."""
    incident, server = at("composed"), relay()
    incident.release(server)
    meddle(incident, "UPDATE message SET bytes_sealed = SPOILT(bytes_sealed) WHERE notice_id ="
                     " (SELECT notice_id FROM release_item ORDER BY position DESC LIMIT 1)")
    for _ in range(2):
        incident.error("send", code=REFUSED)
        status = incident.status()
        assert status["states"].get("accepted", 0) == len(server.accepted())
        assert "in_doubt" not in status["states"]
        assert status["people"] == sum(status["states"].values())
    assert not twice(server.accepted())


@pytest.mark.parametrize("table, column, key", [
    ("message", "bytes_sealed", "notice_id"), ("notice", "facts_sealed", "id"),
    ("notice", "recipient_digest", "id"), ("notice", "message_sha256", "id")])
def test_readers_swapped_after_the_release(at, relay, table, column, key):
    """What belongs to one notice does not go out with another."""
    incident, server = at("composed"), relay()
    incident.release(server)
    one, two = (f"(SELECT notice_id FROM release_item WHERE position = {i})" for i in (1, 2))
    meddle(incident, f"UPDATE {table} SET {column} = (SELECT o.{column} FROM {table} o"
                     f" WHERE o.{key} = {two}) WHERE {key} = {one}")
    incident.error("send", code=REFUSED)
    assert not server.accepted()


def test_withdraw(at):
    incident = at("released")
    release = incident.last["approve"]["release"]
    tally = incident.run("approve", "--withdraw", code=OK).tally
    assert tally["withdrawn"] == release
    status = reconcile(incident)
    assert "released" not in status["states"] and status["states"]["planned"] > 0
    incident.error("send", code=REFUSED)
    incident.error("send", "--release", release[:8], code=REFUSED)
    nothing_went_out(incident)
    incident.error("approve", "--withdraw", code=REFUSED)
    incident.run("approve", "--release", code=OK)       # and it can be released again
    reconcile_send(incident, incident.run("send", code=OK).tally)


def test_withdraw_in_the_middle(at, relay):
    """What is out is out: the rest waits, and nobody gets a second mail with the next release."""
    incident, server = at("composed"), relay()
    incident.send_to(server, per_day=40)
    incident.release()
    first = incident.run("send", code=TEMPORARY).tally
    assert first["accepted"] == 40
    reconcile_send(incident, first)
    incident.run("approve", "--withdraw", code=OK)
    status = reconcile(incident)
    assert status["states"]["accepted"] == 40 and "pending" not in status["states"]
    incident.run("send", code=REFUSED)
    assert len(server.accepted()) == 40
    incident.change({"relay": {"per_day": None}})
    incident.run("compose", code=OK)
    reconcile(incident)
    second = incident.run("approve", "--release", code=OK).tally
    assert second["released"] == first["released"] - 40
    incident.run("send", code=OK)
    status = reconcile(incident)
    log = server.accepted()
    assert len(log) == first["released"] == status["states"]["accepted"]
    assert not twice(recipient for _, recipient in log)


def test_compose_anew_after_a_release_keeps_what_was_released(at):
    """Other settings give other messages, but only to those who have none that may go out already."""
    incident = at("released")
    released = incident.last["approve"]["released"]
    incident.change({"next_update": "by 9 September 2023"})
    incident.run("compose", code=OK)
    status = reconcile(incident)
    assert status["states"]["released"] == released and "planned" not in status["states"]
    incident.run("approve", "--release", code=REFUSED)
    reconcile_send(incident, incident.run("send", code=OK).tally)


def test_compose_anew_before_the_release(at):
    incident = at("composed")
    person = next(person for person, (_, route, _) in incident.routes().items() if route == "mail")
    first = incident.text("compose", "--show", person)
    incident.change({"next_update": "by 9 September 2023"})
    reconcile(incident)
    incident.run("compose", code=OK)
    reconcile(incident)
    second = incident.text("compose", "--show", person)
    assert "9 September" in second and "9 September" not in first
    assert parse(first.encode())["Message-ID"] != parse(second.encode())["Message-ID"]


# ----------------------------------------------------------------------------- rehearsal and live

@pytest.fixture(scope="module")
def idle(stages, tmp_path_factory):
    return stages["released"].copy(tmp_path_factory.mktemp("idle") / "work")


@pytest.mark.parametrize("url", [
    "smtp://mail.force.example:2525", "smtp://192.0.2.1:2525", "smtps://mail.force.example",
    "smtp://127.0.0.1:25", "smtp://127.0.0.1", "smtp://localhost", "smtp://localhost:587",
    "smtps://127.0.0.1:465", "smtps://127.0.0.1", "smtp://[::1]:25", "smtp://127.0.0.1:587",
    "smtp://127.0.0.1.force.example:2525", "smtp://localhost.force.example:2525",
    "smtp://0x7f.1.force.example:2525", "smtp://127.0.0.1:0", "smtp://127.0.0.1:99999",
    "smtp://127.0.0.1@mail.force.example:2525", "http://127.0.0.1:2525", "capture:", "outbox", "",
    "smtp://", "smtp://127.0.0.1:2525/x?y", "smtp://127.0.0.1:2525\\r\\nRCPT", "file:///tmp/x"])
def test_a_rehearsal_stays_here(idle, url):
    incident = idle
    kept = (incident.folder / "incident.json").read_text()
    incident.change({"relay": {"url": url}})
    try:
        for verb in ("status", "compose", "send"):
            assert "relay.url" in incident.error(verb, code=CONFIG)
    finally:
        (incident.folder / "incident.json").write_text(kept)


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:2525", "smtp://localhost:2525", "smtp://[::1]:2525",
                                 "capture:outbox", "capture:elsewhere"])
def test_what_a_rehearsal_may_use(at, url):
    incident = at("made")
    incident.change({"relay": {"url": url}})
    incident.run("status", code=OK)


def test_live_never_ends_in_a_folder(at):
    incident = at("released")
    incident.change({"mode": "live"})
    for verb in ("status", "compose", "approve", "send"):
        assert "capture:" in incident.error(verb, code=CONFIG)
    nothing_went_out(incident)


def test_the_clock_cannot_be_fixed_in_live(at):
    incident = at("released")
    incident.change({"mode": "live", "relay": {"url": "smtp://mail.force.example:2525"}})
    incident.run("status", env={"BREACHMAIL_NOW": "2023-08-28T07:00:00Z"}, code=CONFIG)


def test_a_rehearsal_counts_for_nothing_in_live(at, relay):
    """All were mailed in the rehearsal; in live all are still to be told, by messages made anew, and
    nothing leaves without signatures."""
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    incident.run("send", code=OK)
    rehearsed = incident.status()
    assert rehearsed["states"]["accepted"] == released
    person = next(person for person, (_, route, _) in incident.routes().items() if route == "mail")
    shown = parse(incident.text("compose", "--show", person).encode())
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", shown.get_body(("plain",)).get_content())[0]
    incident.run("verify", code, code=OK)

    incident.change({"mode": "live"})
    status = reconcile(incident)
    assert status["mode"] == "live" and "accepted" not in status["states"]
    assert status["states"]["open"] >= released and status["people"] == rehearsed["people"]
    incident.run("verify", code, code=HUMAN)
    composed = incident.run("compose", code=OK).tally
    assert composed["notices"] == released
    status = reconcile(incident)
    assert status["states"]["planned"] == released
    anew = parse(incident.text("compose", "--show", person).encode())
    assert anew["Message-ID"] != shown["Message-ID"]
    tally = incident.run("approve", code=OK).tally
    assert "mode live" in tally["manifest"]
    assert "no-allowed-domains" in {question["key"] for question in tally["open"]}

    before = incident.state()
    for words in (["approve", "--release"], ["send"], ["send", "--release", "00000000"],
                  ["send", "--release", incident.last["approve"].get("release", "0" * 8)]):
        incident.error(*words, code=REFUSED)
    assert incident.state() == before and len(server.accepted()) == released

    incident.change({"mode": "rehearsal"})      # and back: what was rehearsed is still known
    assert reconcile(incident)["states"] == rehearsed["states"]
    assert incident.run("send", code=OK).tally["sent_now"] == 0


def test_live_refuses_an_unsigned_release_even_without_open_questions(at, relay):
    incident, server = at("composed"), relay()
    incident.send_to(server)
    incident.change({"mode": "live", "allowed_domains": ["met.police.example"]})
    incident.walk("group", "compose")
    for question in incident.run("approve").tally["open"]:
        incident.run("approve", "--accept", question["key"], "--by", "Joan", "--reason", "checked")
    assert all(question["accepted"] for question in incident.run("approve").tally["open"])
    assert "sign" in incident.error("approve", "--release", code=REFUSED)
    incident.error("send", code=REFUSED)
    assert not server.accepted()


def test_a_decision_takes_a_name_and_a_reason(at):
    incident = at("composed")
    before = incident.state()
    key = "no-column:person.flags"
    for words in (["--by", "Joan"], ["--reason", "checked"], ["--by", "", "--reason", "checked"],
                  ["--by", "Joan", "--reason", ""], []):
        message = incident.error("approve", "--accept", key, *words, code=USAGE)
        assert "--by" in message and "--reason" in message
    assert incident.state() == before
