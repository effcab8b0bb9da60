# SPDX-License-Identifier: MIT
"""check: whoever changes the past is found, by the sum of all rows, the chain of runs, and the heads outside."""
import contextlib
import os
import random
import re
import sqlite3

import pytest

from conftest import LEDGER, OK

LONG = bool(os.environ.get("BREACHMAIL_LONG"))
SAID = ["--by", "Joan", "--reason", "so"]


@contextlib.contextmanager
def opened(incident):
    """The ledger without its triggers."""
    with contextlib.closing(sqlite3.connect(incident.ledger)) as db:
        db.executescript("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF")
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        yield db
        db.commit()


@pytest.fixture(scope="module")
def village_sent(village, tmp_path_factory):
    incident = village.copy(tmp_path_factory.mktemp("sent") / "work")
    incident.run("approve", "--release")
    incident.run("send")
    return incident


@pytest.fixture
def sent(village_sent, tmp_path):
    incident = village_sent.copy(tmp_path / "work")
    incident.run("note", "--kind", "decision", "to begin with", code=OK)      # a copy has no head before it writes
    return incident


def head_file(incident):
    found = [path for path in incident.key.parent.parent.rglob("*.history")] or \
            [path for path in incident.key.parent.glob("*.history")]
    newest = max(found, key=lambda path: path.stat().st_mtime_ns)
    return newest


def test_each_run_is_an_entry(sent):
    first = sent.run("check", code=OK).tally
    sent.run("note", "--kind", "decision", "one more", code=OK)
    second = sent.run("check", code=OK).tally
    assert second["entries"] == first["entries"] + 1 and second["head"] != first["head"]
    assert re.fullmatch("[0-9a-f]{64}", second["head"])
    assert second["rows"] > first["rows"]
    sent.run("status")
    sent.run("group", "-n")
    assert sent.run("check", code=OK).tally["head"] == second["head"], "who only looks leaves no entry"


def test_the_chain_can_be_followed_without_us(sent):
    """As history.h says: each hash is the SHA-256 of the entry's text."""
    import hashlib
    previous = bytes(32)
    with sqlite3.connect(sent.ledger) as db:
        for seq, run, at, kind, rows, state, before, own in db.execute(
                "SELECT seq, run_id, at, kind, rows, state, previous, hash FROM history ORDER BY seq"):
            words = (f"breachmail-history 1\nentry {seq}\nrun {run}\nat {at}\nkind {kind}\nrows {rows}\n"
                     f"state {state.hex()}\nprevious {before.hex()}\n")
            assert before == previous and hashlib.sha256(words.encode()).digest() == own
            previous = own
    assert sent.run("check").tally["head"] == previous.hex()


@pytest.mark.parametrize("statement, words", [
    ("UPDATE history SET rows = rows + 1 WHERE seq = 2", "entry 2"),
    ("UPDATE history SET at = at - 1 WHERE seq = 3", "entry 3"),
    ("UPDATE history SET hash = zeroblob(32) WHERE seq = 2", "entry 2"),
    ("DELETE FROM history WHERE seq = 2", "entry 2"),
    ("DELETE FROM history WHERE seq = (SELECT max(seq) FROM history)", ""),
    ("DELETE FROM history", ""),
    ("DELETE FROM history_now", "sum over the rows is gone"),
    ("UPDATE history_now SET rows = rows + 1", ""),
    ("UPDATE history_now SET sum = zeroblob(2048)", ""),
    ("UPDATE outcome SET verdict = 'refused' WHERE attempt_id = 1", "table outcome"),
    ("DELETE FROM attempt WHERE id = (SELECT max(id) FROM attempt)", ""),
    ("INSERT INTO run_end (run_id, ended_at, exit_code) SELECT 1000, ended_at, exit_code FROM run_end LIMIT 1", ""),
    ("INSERT INTO run (id, verb, mode, started_at, operator_sealed) SELECT 1000, verb, mode, started_at, operator_sealed FROM run LIMIT 1", ""),
])
def test_what_was_changed_is_found(sent, statement, words):
    with opened(sent) as db:
        assert db.execute(statement).rowcount
    assert words in sent.error("check", code=LEDGER)


def test_tables_views_and_triggers_are_our_own(sent):
    """A view that says something else of rows that nobody touched, a trigger that is new; one that is gone is told."""
    whole = sent.ledger.read_bytes()
    with sqlite3.connect(sent.ledger) as db:
        view = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'person_state'").fetchone()[0]
    other = view.replace("'accepted'", "'delivered'", 1)
    assert other != view
    for statement, words in ((f"DROP VIEW person_state; {other}", "its view 'person_state' is not as this version makes it"),
                             ("DROP VIEW person_state", "its view 'person_state' is gone"),
                             ("CREATE TRIGGER zz AFTER INSERT ON attempt BEGIN DELETE FROM outcome; END", "its trigger 'zz' is not this program's"),
                             ("CREATE TABLE history_of_mine (x)", "its table 'history_of_mine' is not this program's")):
        with sqlite3.connect(sent.ledger) as db:
            db.executescript(statement)
        assert words in sent.error("check", code=LEDGER)
        sent.ledger.write_bytes(whole)
    with sqlite3.connect(sent.ledger) as db:
        db.execute("DROP TRIGGER attempt_no_update")
    assert sent.run("check", code=OK).tally["guards_gone"] == 1
    assert "1 of its triggers" in sent.text("check")
    sent.ledger.write_bytes(whole)
    assert sent.run("check", code=OK).tally["guards_gone"] == 0
    sent.ledger.write_bytes(whole.replace(b"append-only", b"append\xffonly"))
    assert "error" in sent.run("check", code=LEDGER).tally       # one JSON object, whatever the file holds


def test_two_rows_that_changed_places(sent):
    with opened(sent) as db:
        (a, x), (b, y) = db.execute("SELECT person_id, level FROM assignment GROUP BY level ORDER BY level LIMIT 2").fetchall()
        db.execute("UPDATE assignment SET level = CASE person_id WHEN ? THEN ? ELSE ? END WHERE person_id IN (?, ?)", (a, y, x, a, b))
    assert "table assignment" in sent.error("check", code=LEDGER)


def test_an_older_copy_is_known_for_one(sent):
    kept = sent.ledger.read_bytes()
    sent.run("note", "--kind", "decision", "one more", code=OK)
    sent.ledger.write_bytes(kept)
    assert "older copy" in sent.error("check", code=LEDGER)


def test_a_past_written_anew_is_found_by_its_head(sent):
    """Another history of the same length: the head outside knows the right one."""
    kept = sent.ledger.read_bytes()
    sent.run("note", "--kind", "decision", "this was so", code=OK)
    head = head_file(sent)
    right = head.read_bytes()
    sent.ledger.write_bytes(kept)
    sent.run("note", "--kind", "decision", "and this was not", code=OK)
    sent.run("check", code=OK)
    head.write_bytes(right)
    assert "written anew" in sent.error("check", code=LEDGER)


def test_heads_where_the_settings_say(sent, tmp_path):
    log = tmp_path / "heads.txt"
    sent.change({"head_file": str(log)})
    for words in ("one", "two", "three"):
        sent.run("note", "--kind", "decision", words, code=OK)
    lines = log.read_text().splitlines()
    assert len(lines) == 3 and lines[-1].split()[-1] == sent.run("check", code=OK).tally["head"]
    log.write_text(log.read_text().replace(lines[1].split()[-1], "0" * 64))
    assert "written anew" in sent.error("check", code=LEDGER)


def test_a_killed_run_breaks_nothing(at, relay):
    """Its rows are in the sum with which they were committed; the next run's entry covers them."""
    incident, server = at("composed"), relay()
    incident.release(server)
    process = incident.start("send", "--connections", "2")
    server.wait(5)
    process.kill()
    process.communicate()
    incident.run("check", code=OK)
    incident.run("send", code=(0, 1, 75))
    incident.run("check", code=OK)


def turned(value, chance):
    """The same with one bit turned."""
    if isinstance(value, bytes):
        spot = chance.randrange(len(value))
        return value[:spot] + bytes([value[spot] ^ 1 << chance.randrange(8)]) + value[spot + 1:]
    if isinstance(value, str):
        spot = chance.randrange(len(value))
        return value[:spot] + chr(ord(value[spot]) ^ 1) + value[spot + 1:]
    return int(value) ^ 1 << chance.randrange(30)


@pytest.mark.parametrize("tables", ["NOT LIKE 'sqlite%'", "= 'history'"], ids=["rows", "chain"])
def test_single_bits(sent, tables):
    """A bit turned anywhere in a value of any row is found, and what is not part of a row (free pages) says nothing."""
    chance = random.Random(tables)
    with opened(sent) as db:
        names = [name for (name,) in db.execute(f"SELECT name FROM sqlite_schema WHERE type = 'table' AND name {tables}")]
        full = [name for name in names if db.execute(f"SELECT 1 FROM {name}").fetchone()]
    sent.run("check", code=OK)      # without its triggers it is still whole
    kept, left = sent.ledger.read_bytes(), 1000 if LONG else 25
    while left:
        sent.ledger.write_bytes(kept)
        with opened(sent) as db:
            table = chance.choice(full)
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            key = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[5]]
            row = chance.choice(db.execute(f"SELECT {', '.join(columns)} FROM {table} LIMIT 500").fetchall())
            at = chance.choice([i for i, value in enumerate(row) if value not in (None, b"", "")])
            where = " AND ".join(f"{name} IS ?" for name in key) or "1"
            try:
                db.execute(f"UPDATE {table} SET {columns[at]} = ? WHERE {where}",
                           [turned(row[at], chance)] + [row[columns.index(name)] for name in key])
            except sqlite3.IntegrityError:
                continue        # the schema itself refuses such a value
        result = sent.run("check", code=(LEDGER, 78))
        assert result.code in (LEDGER, 78), (table, columns[at])
        left -= 1


def test_single_bits_of_heads(sent, tmp_path):
    """All that a head says; the end of its last line says nothing."""
    log, chance = tmp_path / "heads.txt", random.Random(5)
    sent.change({"head_file": str(log)})
    for words in ("one", "two", "three"):
        sent.run("note", "--kind", "decision", words, code=OK)
    sent.run("check", code=OK)
    for n in range(1000 if LONG else 16):
        path = (log, head_file(sent))[n % 2]
        kept = path.read_bytes()
        path.write_bytes(turned(kept[:-1], chance) + kept[-1:])
        assert sent.error("check", code=LEDGER)
        path.write_bytes(kept)
    sent.run("check", code=OK)
