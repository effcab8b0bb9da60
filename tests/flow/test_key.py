# SPDX-License-Identifier: MIT
"""The key stands apart from what it opens, is never overwritten, and without it nothing is written in
the clear. The ledger says of itself when it was changed."""
import contextlib
import csv
import json
import os
import shutil
import sqlite3
import stat

import pytest

from conftest import (CANTCREATE, CONFIG, HUMAN, LEDGER, OK, REFUSED, Incident, digest, make_force, reconcile)

VERBS = (["status"], ["match"], ["compose"], ["send"], ["check"], ["import", "people", "x.csv"])


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


# --------------------------------------------------------------------------------------- where it is

def test_key_and_ledger_are_for_their_owner(at):
    incident = at("made")
    assert incident.key.stat().st_size > 64 and mode(incident.key) == 0o600
    assert mode(incident.ledger) == 0o600
    assert incident.folder not in incident.key.parents
    assert mode(incident.key.parent) == mode(incident.key.parent.parent) == 0o700
    assert mode(incident.folder) == 0o700
    for name in ("incident.json", "policy.json"):
        assert mode(incident.folder / name) & 0o077 == 0


def test_umask_of_the_caller_does_not_matter(empty):
    incident = empty
    result = incident.finish(incident.start("init", incident.folder, "--example", "supplier", umask=0))
    assert result.code == OK
    assert mode(incident.key) == mode(incident.ledger) == 0o600


def test_key_is_named_after_the_ledger(at):
    incident = at("made")
    with sqlite3.connect(incident.ledger) as db:
        (name,) = db.execute("SELECT name FROM ledger").fetchone()
    assert incident.key.name == f"{name}.key" and len(name) == 32


def test_two_incidents_have_two_keys(empty):
    keys = [empty.run("init", empty.root / name, "--example", "supplier").tally["key_file"]
            for name in ("one", "two")]
    assert keys[0] != keys[1]
    contents = [open(key, "rb").read() for key in keys]
    assert contents[0] != contents[1]


def test_xdg_data_home(empty):
    incident = empty
    data = incident.root / "data"
    tally = incident.run("init", incident.folder, "--example", "supplier",
                         env={"XDG_DATA_HOME": str(data)}).tally
    assert tally["key_file"].startswith(f"{data}/breachmail/keys/")
    assert not list(incident.home.iterdir())
    incident.error("status", code=CONFIG)
    incident.run("status", env={"XDG_DATA_HOME": str(data)}, code=OK)


def test_no_home(at, empty):
    assert "--key-file" in at("made", "made").error("status", code=CONFIG, env={"HOME": None})
    assert "--key-file" in empty.error("init", empty.folder, "--example", "supplier", code=CONFIG,
                                       env={"HOME": None})


@pytest.mark.parametrize("how", ["option", "variable"])
def test_init_with_a_key_file_of_ones_own(empty, how):
    incident, key = empty, empty.root / "safe.key"
    words = ["--key-file", key] if how == "option" else []
    env = {"BREACHMAIL_KEY_FILE": str(key)} if how == "variable" else {}
    incident.run("init", incident.folder, "--example", "supplier", *words, env=env)
    assert mode(key) == 0o600 and not list(incident.home.iterdir())
    incident.run("status", *words, env=env, code=OK)
    incident.error("status", code=CONFIG)


def test_a_key_is_never_overwritten(at, empty, tmp_path):
    kept = at("made", "kept")
    before = digest(kept.key)
    for words, env in ((["--key-file", kept.key], {}), ([], {"BREACHMAIL_KEY_FILE": str(kept.key)})):
        empty.error("init", tmp_path / "new", "--example", "supplier", *words, env=env, code=CANTCREATE)
        assert digest(kept.key) == before
        assert not (tmp_path / "new" / "ledger.db").exists()


@pytest.mark.parametrize("place", ["key", "deep/er/key", "../incident/key"])
def test_a_key_inside_the_incident_is_refused(empty, place):
    """A copy of the folder would open itself."""
    incident = empty
    (incident.folder / "deep" / "er").mkdir(parents=True)
    incident.error("init", incident.folder, "--example", "supplier", "--key-file",
                   incident.folder / place, code=CONFIG)
    assert not (incident.folder / "key").exists() and not incident.ledger.exists()


def test_a_key_linked_into_the_incident_is_refused(empty):
    incident = empty
    incident.folder.mkdir()
    (incident.root / "link").symlink_to(incident.folder)
    incident.error("init", incident.folder, "--example", "supplier", "--key-file",
                   incident.root / "link" / "key", code=CONFIG)


def test_a_key_that_was_moved_into_the_incident_is_refused(at):
    incident = at("composed")
    inside = incident.folder / "moved.key"
    shutil.move(incident.key, inside)
    assert "incident's folder" in incident.error("status", "--key-file", inside, code=CONFIG)


# ---------------------------------------------------------------------------------- how it is found

def test_order_of_search(at):
    """--key-file, the credential, the variable, the default: the first that is named counts."""
    incident, other = at("composed", "a"), at("made", "b")
    wrong = Incident(incident.root / "stranger")
    wrong.make()
    credentials = incident.root / "credentials"
    credentials.mkdir()
    shutil.copy2(incident.key, credentials / "breachmail.key")
    right = shutil.copy2(incident.key, incident.root / "right.key")
    os.remove(incident.key)
    for words, env in (
            (["--key-file", right], {}),
            ([], {"BREACHMAIL_KEY_FILE": str(right)}),
            ([], {"CREDENTIALS_DIRECTORY": str(credentials)}),
            (["--key-file", right], {"BREACHMAIL_KEY_FILE": str(wrong.key)}),
            ([], {"CREDENTIALS_DIRECTORY": str(credentials), "BREACHMAIL_KEY_FILE": str(wrong.key)}),
            ([], {"CREDENTIALS_DIRECTORY": str(other.root), "BREACHMAIL_KEY_FILE": str(right)})):
        incident.run("status", *words, env=env, code=OK)
    for words, env in (
            (["--key-file", wrong.key], {"BREACHMAIL_KEY_FILE": str(right)}),
            ([], {"BREACHMAIL_KEY_FILE": str(wrong.key)}),
            (["--key-file", incident.root / "none.key"], {"BREACHMAIL_KEY_FILE": str(right)}),
            ([], {"BREACHMAIL_KEY_FILE": str(incident.root / "none.key")}),
            ([], {"HOME": str(incident.root)})):
        incident.error("status", *words, env=env, code=CONFIG)


# ---------------------------------------------------------------------------- when it does not open

def spoil_nothing(incident):
    os.remove(incident.key)


def spoil_stranger(incident):
    """The right name, another key."""
    other = Incident(incident.root / "other")
    other.make()
    lines = incident.key.read_text().splitlines()
    lines[2] = other.key.read_text().splitlines()[2]
    incident.key.write_text("\n".join(lines) + "\n")


def spoil_other_ledger(incident):
    other = Incident(incident.root / "other")
    other.make()
    incident.key.write_text(other.key.read_text())


def spoil_one_digit(incident):
    text = incident.key.read_text().rstrip("\n")
    incident.key.write_text(text[:-1] + ("0" if text[-1] != "0" else "1") + "\n")


def spoil_folder(incident):
    path = incident.key
    os.remove(path)
    path.mkdir()


def spoil_link(incident):
    path = incident.key
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


SPOILT = {
    "missing": spoil_nothing, "another key": spoil_stranger, "another ledger's": spoil_other_ledger,
    "one digit": spoil_one_digit, "a folder": spoil_folder,
    "empty": lambda i: i.key.write_text(""),
    "cut": lambda i: i.key.write_text(i.key.read_text()[:-9]),
    "longer": lambda i: i.key.write_text(i.key.read_text() + "more\n"),
    "noise": lambda i: i.key.write_bytes(bytes(range(256))),
    "huge": lambda i: i.key.write_text("breachmail-key 1\nledger " + "0" * 100000),
    "for the group": lambda i: i.key.chmod(0o640), "for all": lambda i: i.key.chmod(0o604),
    "writable by others": lambda i: i.key.chmod(0o602),
}


@pytest.mark.parametrize("how", SPOILT)
def test_without_the_right_key(at, how):
    """78, which names the file; nothing is written, and nothing falls back to no key at all."""
    incident = at("composed")
    key, ledger = incident.key, digest(incident.ledger)
    SPOILT[how](incident)
    for words in VERBS:
        message = incident.error(*words, code=CONFIG)
        assert str(key) in message
        assert digest(incident.ledger) == ledger
    assert not (incident.folder / "outbox").exists()


def test_what_a_key_holds_is_never_said(at):
    incident = at("composed")
    secret = incident.key.read_text().splitlines()[2].split()[1]
    SPOILT["one digit"](incident)
    incident.run("status", code=CONFIG)
    assert all(secret[:16] not in text for text in incident.said)
    files = [path.read_bytes() for path in incident.folder.rglob("*") if path.is_file()]
    for form in (secret.encode(), bytes.fromhex(secret), secret.upper().encode()):
        assert not any(form in content for content in files)


def test_nothing_is_needed_to_say_where_the_key_was_looked_for(at):
    """The two words that help: which file, and that it is not there."""
    incident = at("made")
    key = incident.key
    os.remove(key)
    message = incident.error("status", code=CONFIG)
    assert str(key) in message and "not there" in message


# -------------------------------------------------------------------------------- a changed ledger

def edit(incident, statement):
    with contextlib.closing(sqlite3.connect(incident.ledger)) as db:
        db.create_function("SPOILT", 2, lambda blob, at: bytes(
            byte ^ 1 if i == int(at * (len(blob) - 1)) else byte for i, byte in enumerate(blob)))
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA foreign_keys = OFF")
        if db.execute(statement).rowcount == 0:
            raise LookupError(f"no row for: {statement}")
        db.commit()


@pytest.fixture(scope="module")
def full(breachmail, tmp_path_factory):
    """A small incident in which each table has rows."""
    top = tmp_path_factory.mktemp("full")
    incident, force = Incident(top / "work"), make_force(top / "force", 60, "full")
    with open(force / "breach.csv", "a") as file:
        file.write("too,few\n")
    incident.make()
    policy = json.loads((incident.folder / "policy.json").read_text())
    policy["levels"][0]["head_start"] = "1h"
    (incident.folder / "policy.json").write_text(json.dumps(policy))
    incident.import_both(force)
    with open(force / "people.csv", newline="") as file:
        shielded = next(csv.DictReader(file))
    (top / "shield.csv").write_text(f"reference,person_id\nHERON-1,{shielded['person_id']}\n")
    incident.run("import", "shield", top / "shield.csv")
    incident.walk("match", "group", "compose")
    key = incident.run("approve").tally["open"][0]["key"]
    incident.run("approve", "--accept", key, "--by", "Joan", "--reason", "none")
    said = ["--by", "Joan", "--reason", "so"]
    for person in list(incident.routes())[:2]:
        incident.run("person", person, "--raise", "undercover", *said)
    incident.walk("group", "compose")
    tasks = incident.run("task").tally["tasks"][:2]
    assert len(tasks) == 2
    for task in tasks:
        incident.run("task", "assign", task["number"], "--to", "Jo", "--as", "letter", *said)
        incident.run("note", "--kind", "decision", "a call")
    incident.run("task", "--print", incident.tmp / "letters.txt", "--kind", "letter", code=OK)
    incident.release()
    incident.run("send", "--test", "dpo@met.police.example", code=OK)
    incident.run("send", "--lift-head-start", *said)
    incident.run("send", code=OK)
    incident.run("import", "--withdraw", "2", "--by", "Joan", "--reason", "none")
    return incident


def sealed_columns(incident):
    with sqlite3.connect(incident.ledger) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return [(table, column[1], next(c[1] for c in db.execute(f"PRAGMA table_info({table})") if c[5]))
                for table in tables for column in db.execute(f"PRAGMA table_info({table})")
                if column[1].endswith("_sealed") and db.execute(f"SELECT 1 FROM {table}").fetchone()]


CHANGES = ["SPOILT({0}, 0)", "SPOILT({0}, 0.5)", "SPOILT({0}, 1)", "substr({0}, 1, length({0}) - 1)",
           "x''", "zeroblob(length({0}))"]


def test_check_finds_each_changed_seal(full):
    """In each sealed column of each table: a byte at the beginning, in the middle or at the end, one
    less, nothing, or only zeros."""
    columns = sealed_columns(full)
    assert len(columns) >= 20
    kept = full.ledger.read_bytes()
    assert full.run("check", code=OK).tally["entries"] > 5
    tries = [(column, CHANGES[i % len(CHANGES)]) for i, column in enumerate(columns)]
    tries += [(("record", "fields_sealed", "id"), change) for change in CHANGES]
    try:
        for (table, column, key), change in tries:
            edit(full, f"UPDATE {table} SET {column} = {change.format(column)}"
                       f" WHERE {key} = (SELECT max({key}) FROM {table})")
            full.error("check", code=CONFIG if table == "ledger" else LEDGER)
            full.ledger.write_bytes(kept)
    finally:
        full.ledger.write_bytes(kept)
    full.run("check", code=OK)


def test_check_finds_each_moved_seal(full):
    """A blob opens in its own row only, and in its own table and column."""
    kept = full.ledger.read_bytes()
    try:
        for table, column, key in sealed_columns(full):
            if table == "ledger":
                continue
            first, last = (f"(SELECT {way}({key}) FROM {table})" for way in ("min", "max"))
            with sqlite3.connect(full.ledger) as db:
                (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
            if rows > 1:
                edit(full, f"UPDATE {table} SET {column} = (SELECT o.{column} FROM {table} o WHERE"
                           f" o.{key} = {first}) WHERE {key} = {last}")
                full.error("check", code=LEDGER)
                full.ledger.write_bytes(kept)
            edit(full, f"UPDATE {table} SET {key} = {key} + 1 WHERE {key} = {last}")
            full.error("check", code=LEDGER)
            full.ledger.write_bytes(kept)
        edit(full, "UPDATE entry SET fields_sealed = (SELECT fields_sealed FROM record LIMIT 1)"
                   " WHERE id = (SELECT max(id) FROM entry)")
        full.error("check", code=LEDGER)
    finally:
        full.ledger.write_bytes(kept)


@pytest.mark.parametrize("statement", [
    "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)",
    "DELETE FROM record WHERE id = (SELECT max(id) FROM record)",
    "DELETE FROM person WHERE id = (SELECT max(id) FROM person)",
    "DELETE FROM outcome",
    "DELETE FROM attempt WHERE id = 1", "DELETE FROM release",
    "DELETE FROM release_item WHERE position = 1", "DELETE FROM run WHERE id = 1"])
def test_check_finds_what_is_gone(full, statement):
    kept = full.ledger.read_bytes()
    try:
        edit(full, statement)
        full.error("check", code=LEDGER)
    finally:
        full.ledger.write_bytes(kept)


@pytest.mark.parametrize("statement", [
    "UPDATE assignment SET route = 'none' WHERE route = 'mail'",
    "UPDATE assignment SET level = 'undercover' WHERE level = 'officer'",
    "UPDATE match SET outcome = 'unmatched' WHERE outcome = 'matched'",
    "UPDATE outcome SET verdict = 'refused' WHERE attempt_id = 1",
    "UPDATE source SET rejected = 0", "UPDATE release SET at = at + 1",
    "UPDATE release SET manifest = replace(manifest, 'connections', 'Connections')",
    "UPDATE decision SET choice = 'undo'", "UPDATE notice SET level = 'staff'"])
def test_check_finds_what_is_changed_in_the_clear(full, statement):
    """Levels, outcomes and counts stand in the clear; whoever changes them is found out too."""
    kept = full.ledger.read_bytes()
    try:
        edit(full, statement)
        full.error("check", code=LEDGER)
    finally:
        full.ledger.write_bytes(kept)


def test_check_writes_nothing(full):
    before = full.state()
    full.run("check", code=OK)
    assert "whole" in full.text("check") and full.state() == before


@pytest.mark.parametrize("how", ["cut", "overwritten", "noise", "empty", "another database", "header"])
def test_a_damaged_file(at, how):
    """Each verb says so, with 74, and none makes it worse."""
    incident = at("composed")
    whole = incident.ledger.read_bytes()
    if how == "another database":
        incident.ledger.unlink()
        with sqlite3.connect(incident.ledger) as db:
            db.execute("CREATE TABLE x (y)")
        incident.ledger.chmod(0o600)
    else:
        incident.ledger.write_bytes({
            "cut": whole[:len(whole) // 2], "noise": os.urandom(100000), "empty": b"",
            "header": b"X" * 100 + whole[100:],
            "overwritten": whole[:40960] + b"\xff" * 65536 + whole[40960 + 65536:]}[how])
    spoilt = digest(incident.ledger)
    for words in (["check"], ["status"], ["send"], ["match"]):
        codes = (LEDGER,) if words == ["check"] or how != "overwritten" else (LEDGER, REFUSED, OK, HUMAN)
        incident.run(*words, code=codes)
        if how != "overwritten":
            assert digest(incident.ledger) == spoilt, words


def test_a_newer_ledger_is_refused(at):
    """What a newer version wrote is not touched by an older one."""
    incident = at("composed")
    with sqlite3.connect(incident.ledger) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version + 1}")
    before = digest(incident.ledger)
    for words in VERBS:
        message = incident.error(*words, code=LEDGER)
        assert "newer" in message
    assert digest(incident.ledger) == before


def test_history_cannot_be_rewritten(at):
    """The file itself refuses it, whoever opens it."""
    incident = at("released")
    with sqlite3.connect(incident.ledger) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
            (column,) = [row[1] for row in db.execute(f"PRAGMA table_info({table})")][:1]
            if not rows:
                continue
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
                if table in ("message", "stencil", "letter_body") and statement.startswith("DELETE"):
                    continue        # bodies go when nobody needs them any more
                if table in ("history_now", "history_table"):
                    continue        # sums over all the other rows, which cannot be rewritten
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    db.execute(statement)
    reconcile(incident)
