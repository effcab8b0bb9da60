# SPDX-License-Identifier: MIT
"""Broken files. Each ends in a fault that names the file and the place in it, with 65 (a file that was
handed in) or 78 (settings, policy, texts), and no value of the file in the words; the ledger is as it
was, to the byte."""
import json
import re

import pytest

from conftest import CONFIG, HUMAN, INPUT, OK, digest, merge

# A word that stands in values only: no fault may repeat it.
SECRET = "Quillfeather"
HEADER = "person_id,surname,forenames,rank,unit,email\n"
ROW = f"S1,{SECRET},Anna,Constable,Response,{SECRET}@met.police.example\n"


@pytest.fixture(scope="module")
def made(stages, tmp_path_factory):
    """An incident before its files are read. Nothing here changes its ledger."""
    return stages["made"].copy(tmp_path_factory.mktemp("made") / "work")


@pytest.fixture(scope="module")
def grouped(stages, tmp_path_factory):
    return stages["grouped"].copy(tmp_path_factory.mktemp("grouped") / "work")


def refused(incident, *words, code, place, secrets=(SECRET,)):
    """The words of the fault, which hold all of `place` and none of `secrets`."""
    before = digest(incident.ledger)
    message = incident.error(*words, code=code)
    assert digest(incident.ledger) == before
    for part in place:
        assert part in message, (part, message)
    for secret in secrets:
        assert secret.lower() not in message.lower(), message
    assert message.isprintable() and len(message) < 1000
    return message


# ------------------------------------------------------------------- files that cannot be read at all

FILES = {   # name: bytes, what the fault must name besides the file
    "empty.csv": (b"", []),
    "blank.csv": (b"\n\n  \n\r\n", []),
    "only-mark.csv": (b"\xef\xbb\xbf", []),
    "no-rows.json": (b"[]", []),
    "column-twice.csv": (HEADER.replace("rank", "surname").encode() + ROW.encode(), ["columns 2 and 4"]),
    "column-twice-blanks.csv": (b"surname, surname \n" + SECRET.encode() + b",x\n", ["columns 1 and 2"]),
    "no-header.csv": ((ROW * 3).encode(), ["row"]),
    "no-name.csv": (b"person_id,rank\nS1,Constable\n", ["--map surname"]),
    "header-quote.csv": (b'"person_id,surname\nS1,' + SECRET.encode() + b"\n", []),
    "header-text-after-quote.csv": (b'"person_id"x,surname\nS1,' + SECRET.encode() + b"\n", []),
    "many-keys.json": (json.dumps([{f"c{i}": 1 for i in range(1001)}]).encode(), ["1000"]),
    "many-columns.csv": (",".join(f"c{i}" for i in range(1001)).encode() + b"\n", ["row 1", "column 1001", "1000"]),
    "workbook.csv": (b"PK\3\4" + b"\0" * 60, ["zip"]),
    "old-workbook.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ["Office"]),
    "letter.pdf": (b"%PDF-1.7\n" + SECRET.encode(), ["PDF"]),
    "page.html": (b"<!DOCTYPE html><html><table><tr><td>" + SECRET.encode() + b"</td></tr></table>", []),
    "packed.csv.gz": (b"\x1f\x8b\x08\0" + b"\0" * 60, ["gzip"]),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, []),
    "database.csv": (b"SQLite format 3\0" + b"\0" * 100, ["database"]),
    "utf-32.csv": (HEADER.encode("utf-32"), ["UTF-32"]),
    "utf-16-unmarked.csv": ((HEADER + ROW).encode("utf-16-le"), ["UTF-16"]),
    "nul.csv": (b"\0" * 500, []),
    "array-cut.json": (f'[{{"surname": "{SECRET}"}}, {{"surname": "B"'.encode(), []),
    "array-open.json": (f'[{{"surname": "{SECRET}"}}'.encode(), []),
    "array-behind.json": (f'[{{"surname": "{SECRET}"}}] more'.encode(), []),
    "array-of-arrays.json": (f'[["surname"], ["{SECRET}"]]'.encode(), []),
    "object-of-list.json": (f'{{"people": [{{"surname": "{SECRET}"}}]}}'.encode(), []),
    "deep.json": (b"[" * 100000, []),
    "sentence.txt": (f"Dear {SECRET}, here is the list.\n".encode(), []),
    "one-value.json": (f'"{SECRET}"'.encode(), []),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["people"])
def test_unreadable_file(made, tmp_path, name, kind):
    content, place = FILES[name]
    (tmp_path / name).write_bytes(content)
    refused(made, "import", kind, tmp_path / name, code=INPUT, place=[name, *place])


@pytest.mark.parametrize("name", sorted(set(FILES) - {"no-name.csv", "sentence.txt", "no-rows.json", "one-value.json"}))
def test_unreadable_leak(made, tmp_path, name):
    content, place = FILES[name]
    (tmp_path / name).write_bytes(content)
    result = made.run("import", "breach", tmp_path / name, "-n", code=(INPUT, HUMAN))
    if result.code == INPUT:
        assert name in result.tally["error"]["message"]
    else:
        assert result.tally["rejected"] == result.tally["rows"] > 0
    assert SECRET not in result.stderr + result.stdout.replace('"columns":{"surname":"surname"}', "")


@pytest.mark.parametrize("what", ["nothing", "folder", "no permission", "device"])
def test_no_file(made, tmp_path, what):
    path = tmp_path / "list.csv"
    if what == "folder":
        path.mkdir()
    elif what == "device":
        path.symlink_to("/dev/null")
    elif what == "no permission":
        path.symlink_to("/proc/1/mem")
    for kind in ("people", "breach"):
        refused(made, "import", kind, path, code=INPUT, place=["list.csv"])


# ------------------------------------------------------------------------------------- broken rows

ROWS = {    # name: (rows behind the header, what the reject names)
    "too few": ("S1,A,B\n", "row 2: has 3 cells, the header has 6"),
    "too many": (ROW.rstrip("\n") + ",more\n", "row 2: has 7 cells"),
    "quote not closed": (f'S1,"{SECRET},B,C,D,E\n', "row 2"),
    "text behind a quote": (f'S1,"{SECRET}"x,B,C,D,E\n', "row 2"),
    "no name": (ROW.replace(SECRET, "", 1).replace("Anna", "", 1), "row 2, surname"),
    "blank name": (ROW.replace(SECRET, "   ", 1).replace("Anna", " ", 1), "row 2, surname"),
    "nul": (ROW.replace(SECRET, SECRET + "\0", 1), "row 2, surname"),
    "bell": (ROW.replace(SECRET, SECRET + "\a", 1), "row 2, surname"),
    "long cell": (ROW.replace("Response", "x" * 70000), "row 2, unit"),
    "long row": (",".join(["x" * 60000] * 6) + "\n" + "S2," + "y" * (1 << 21) + ",,,,\n", "row 3"),
    "not utf-8": ("S1,\u00c9t\u00e9,Ren\u00e9e,,,\n".encode() * 3 + b"S3,\xc3\xa9t\xc3\xa9,\xff\xfe,,,\n",
                  "row 5, forenames"),
    "half a sign at the end": ((HEADER + ROW).encode("utf-16") + b"x", "row 3"),
    "same number, another name": (ROW + ROW.replace(SECRET, "Someone", 1).replace("Anna", "Bea"),
                                  "row 3, person_id"),
}


@pytest.mark.parametrize("what", ROWS)
def test_broken_row(at, tmp_path, what):
    """One bad row never stops a batch: it is a reject, which names row and field; its neighbours are
    read."""
    incident, path = at("made"), tmp_path / "list.csv"
    rows, place = ROWS[what]
    good = "G1,Goodrow,Gina,Sergeant,Response,g@met.police.example\n"
    rows = rows if isinstance(rows, bytes) else rows.encode()
    whole = rows if rows.startswith(b"\xff\xfe") else HEADER.encode() + rows + good.encode()
    path.write_bytes(whole)
    tally = incident.run("import", "people", path, code=HUMAN).tally
    assert tally["rejected"] >= 1 and tally["accepted"] >= 1
    assert tally["rows"] == tally["accepted"] + tally["rejected"]
    text = incident.text("report", "--kind", "rejects")
    assert place in text and SECRET not in text
    assert "Goodrow" not in text
    status = incident.status()
    assert status["needs_human"]["rejected_people_rows"] == tally["rejected"]


OBJECTS = {     # name: (an object, what the reject names)
    "list as a value": (f'{{"surname": ["{SECRET}"]}}', "surname"),
    "object as a value": (f'{{"surname": {{"x": "{SECRET}"}}}}', "surname"),
    "key twice": (f'{{"surname": "{SECRET}", "surname": "B"}}', "line 2"),
    "no object": (f'"{SECRET}"', "2"),
    "number too long": ('{"surname": 12345678901234567890123456789}', "line 2"),
    "broken": (f'{{"surname": "{SECRET}", }}', "2"),
    "half": (f'{{"surname": "{SECRET}"', "2"),
    "bad escape": (f'{{"surname": "{SECRET}\\x"}}', "2"),
    "nul": (f'{{"surname": "{SECRET}\\u0000"}}', "line 2"),
    "half a pair": (f'{{"surname": "{SECRET}\\ud800"}}', "2"),
}


@pytest.mark.parametrize("what", OBJECTS)
def test_broken_line_of_json(at, tmp_path, what):
    incident, path = at("made"), tmp_path / "list.jsonl"
    line, place = OBJECTS[what]
    path.write_text('{"surname": "Goodrow"}\n' + line + '\n{"surname": "Lastrow"}\n')
    tally = incident.run("import", "people", path, code=HUMAN).tally
    assert (tally["accepted"], tally["rejected"]) == (2, 1)
    text = incident.text("report", "--kind", "rejects")
    assert place in text.split("\n", 1)[1] and "row 2" in text and SECRET not in text


# ---------------------------------------------------------------------------------------- settings

TEXT = {    # name: (text of incident.json, what the fault names)
    "empty": ("", ["incident.json"]),
    "not json": ("mode: rehearsal", ["incident.json: line 1, column 4"]),
    "a list": ("[]", ["incident.json"]),
    "cut": ('{"id": "x",\n "title": ', ["incident.json: line 2, column"]),
    "comma": ('{"id": "x",\n}', ["incident.json: line 2, column"]),
    "key twice": ('{"id": "x",\n "title": "y",\n "id": "z"}', ["incident.json", "id"]),
    "not utf-8": (b'{"id": "\xff"}', ["incident.json"]),
    "marked": (b"\xef\xbb\xbf", ["incident.json"]),
}


def with_text(incident, name, content):
    path = incident.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def spoil(made):
    """Changes a file of the incident for one test."""
    kept = {}

    def change(name, changes=None, content=None):
        path = made.folder / name
        kept.setdefault(path, path.read_bytes() if path.exists() else None)
        if content is not None:
            with_text(made, name, content)
        else:
            made.change(changes, name)
        return made
    yield change
    for path, content in kept.items():
        path.write_bytes(content) if content is not None else path.unlink()


@pytest.mark.parametrize("what", TEXT)
@pytest.mark.parametrize("name", ["incident.json", "policy.json"])
def test_settings_that_are_no_json(spoil, name, what):
    content, place = TEXT[what]
    incident = spoil(name, content=content)
    refused(incident, "status", code=CONFIG,
            place=[part.replace("incident.json", name) for part in place])


@pytest.mark.parametrize("name", ["incident.json", "policy.json"])
def test_settings_are_gone(made, name):
    path = made.folder / name
    content = path.read_bytes()
    path.unlink()
    try:
        refused(made, "status", code=CONFIG, place=[name])
    finally:
        path.write_bytes(content)


INCIDENT = [    # (changes, JSON path)
    ({"surprise": SECRET}, "surprise"), ({"Title": SECRET}, "Title"),
    ({"id": None}, "id"), ({"id": ""}, "id"), ({"id": 7}, "id"), ({"id": SECRET + "\n"}, "id"),
    ({"id": "x" * 200}, "id"),
    ({"title": None}, "title"), ({"title": [SECRET]}, "title"), ({"title": SECRET + "\r\nBcc: x"}, "title"),
    ({"kind": SECRET}, "kind"), ({"kind": None}, "kind"), ({"regime": "gdpr"}, "regime"),
    ({"aware_at": "2023-08-26"}, "aware_at"), ({"aware_at": "2023-13-26T08:00:00Z"}, "aware_at"),
    ({"aware_at": "2023-08-26T08:00:00"}, "aware_at"), ({"aware_at": 0}, "aware_at"),
    ({"aware_at": None}, "aware_at"),
    ({"occurred": {"from": "yesterday"}}, "occurred.from"),
    ({"occurred": {"to": "2023-08-01T00:00:00Z"}}, "occurred.to"),
    ({"occurred": {"until": "2023-08-12T00:00:00Z"}}, "occurred.until"),
    ({"occurred": SECRET}, "occurred"),
    ({"controller": None}, "controller"), ({"controller": {"name": None}}, "controller.name"),
    ({"controller": {"dpo": {"phone": 5}}}, "controller.dpo.phone"),
    ({"controller": {"dpo": None}}, "controller.dpo"),
    ({"controller": {"dpo": {"mobile": SECRET}}}, "controller.dpo.mobile"),
    ({"exposed": SECRET}, "exposed"), ({"exposed": ["name", 3]}, "exposed[1]"),
    ({"exposed": ["name", ["rank"]]}, "exposed[1]"), ({"consequences": [""]}, "consequences[0]"),
    ({"measures": ["x" * 5000]}, "measures[0]"), ({"not_exposed": ["x"] * 101}, "not_exposed"),
    ({"nature": None}, "nature"), ({"nature": True}, "nature"),
    ({"help": {"line": None}}, "help.line"), ({"help": {"web": SECRET}}, "help.web"),
    ({"verify": None}, "verify"), ({"verify": {"where": 1}}, "verify.where"),
    ({"next_update": ["soon"]}, "next_update"), ({"closed_channels": {}}, "closed_channels"),
    ({"mode": "Rehearsal"}, "mode"), ({"mode": None}, "mode"), ({"mode": SECRET}, "mode"),
    ({"timezone": "../etc/passwd"}, "timezone"), ({"timezone": "/etc/localtime"}, "timezone"),
    ({"timezone": "Nowhere/Atlantis"}, "timezone"),
    ({"sending_hours": "7-22"}, "sending_hours"), ({"sending_hours": "22:00-07:00"}, "sending_hours"),
    ({"sending_hours": "07:00-25:00"}, "sending_hours"), ({"sending_hours": "07:00-22:00 "}, "sending_hours"),
    ({"allowed_domains": "met.police.example"}, "allowed_domains"),
    ({"allowed_domains": ["met.police.example", 3]}, "allowed_domains[1]"),
    ({"relay": None}, "relay"), ({"relay": {"url": None}}, "relay.url"), ({"relay": {"url": 25}}, "relay.url"),
    ({"relay": {"from": None}}, "relay.from"), ({"relay": {"from": SECRET}}, "relay.from"),
    ({"relay": {"from": f"{SECRET} <a@b.example>, b@d.example"}}, "relay.from"),
    ({"relay": {"from": "a@b.example\nBcc: c@d.example"}}, "relay.from"),
    ({"relay": {"reply_to": "@b.example"}}, "relay.reply_to"),
    ({"relay": {"envelope_from": f"{SECRET}@"}}, "relay.envelope_from"),
    ({"relay": {"envelope_from": "a{other}@"}}, "relay.envelope_from"),
    ({"relay": {"connections": 0}}, "relay.connections"),
    ({"relay": {"connections": 1.5}}, "relay.connections"),
    ({"relay": {"connections": "4"}}, "relay.connections"),
    ({"relay": {"connections": 100000}}, "relay.connections"),
    ({"relay": {"per_minute": 0}}, "relay.per_minute"), ({"relay": {"per_day": -1}}, "relay.per_day"),
    ({"relay": {"pipelining": "yes"}}, "relay.pipelining"), ({"relay": {"pipelining": True}}, "relay.pipelining"),
    ({"relay": {"retry_for": "soon"}}, "relay.retry_for"), ({"relay": {"retry_for": "-3h"}}, "relay.retry_for"),
    ({"relay": {"stop_after": {"count": 0}}}, "relay.stop_after.count"),
    ({"relay": {"stop_after": {"share": 2}}}, "relay.stop_after.share"),
    ({"relay": {"stop_after": {"often": 2}}}, "relay.stop_after.often"),
    ({"relay": {"verify_tls": False}}, "relay.verify_tls"), ({"relay": {"password": SECRET}}, "relay.password"),
    ({"relay": {"user": SECRET}}, "relay.user"),
    ({"relays": [{"url": "capture:outbox"}]}, "relays"),
    ({"relay": None, "relays": []}, "relays"), ({"relay": None, "relays": SECRET}, "relays"),
    ({"mailbox": {}}, "mailbox.url"), ({"mailbox": {"url": "pop3://x"}}, "mailbox.url"),
    ({"mailbox": {"url": "maildir:"}}, "mailbox.url"), ({"mailbox": {"password": SECRET}}, "mailbox.password"),
]


@pytest.mark.parametrize("changes, path", INCIDENT,
                         ids=[f"{path}-{i}" for i, (_, path) in enumerate(INCIDENT)])
def test_broken_incident(spoil, changes, path):
    incident = spoil("incident.json", changes)
    message = refused(incident, "status", code=CONFIG, place=["incident.json", path])
    assert re.search(r"\b" + re.escape(path) + r"(?![\w.])", message), message


def test_two_senders(spoil):
    incident = spoil("incident.json", {"relay": {"from": "A <a@b.example>, C <c@d.example>"}})
    refused(incident, "status", code=CONFIG, place=["incident.json", "relay.from"])


# ------------------------------------------------------------------------------------------ policy

def levels(*changes):
    """The shipped levels with changes to some: (index, changes) or a function over all."""
    def change(policy):
        for index, part in changes:
            merge(policy["levels"][index], part)
    return change


def whole(key, value):
    def change(policy):
        merge(policy, {key: value})
    return change


def rule(rule_):
    """The first level's only rule."""
    return levels((0, {"when": [rule_]}))


def without(index):
    def change(policy):
        del policy["levels"][index]
    return change


POLICY = [
    (whole("surprise", SECRET), "surprise"), (whole("levels", None), "levels"), (whole("levels", []), "levels"),
    (whole("levels", {}), "levels"), (whole("levels", [SECRET]), "levels[0]"),
    (whole("approvals", 0), "approvals"), (whole("approvals", "two"), "approvals"),
    (whole("approvals", 2.5), "approvals"), (whole("in_doubt", SECRET), "in_doubt"),
    (whole("retention_days", -1), "retention_days"), (whole("retention_days", "1y"), "retention_days"),
    (whole("unit_aliases", []), "unit_aliases"), (whole("unit_aliases", {"SO15": 3}), "unit_aliases.SO15"),
    (whole("known_units", SECRET), "known_units"), (whole("known_units", ["a", 3]), "known_units[1]"),
    (whole("matching", SECRET), "matching"),
    (levels((0, {"surprise": SECRET})), "levels[0].surprise"), (levels((1, {"name": None})), "levels[1].name"),
    (levels((1, {"name": "undercover"})), "levels[1].name"), (levels((1, {"name": ""})), "levels[1].name"),
    (levels((1, {"name": "a\nb"})), "levels[1].name"), (levels((2, {"title": 3})), "levels[2].title"),
    (levels((2, {"route": "post"})), "levels[2].route"), (levels((2, {"route": None})), "levels[2].route"),
    (levels((2, {"template": None})), "levels[2].template"), (levels((2, {"template": 3})), "levels[2].template"),
    (levels((2, {"tell_at": 2})), "levels[2].tell_at"), (levels((2, {"tell_at": -.1})), "levels[2].tell_at"),
    (levels((2, {"tell_at": "often"})), "levels[2].tell_at"),
    (levels((2, {"proof": SECRET})), "levels[2].proof"), (levels((2, {"review": "some"})), "levels[2].review"),
    (levels((2, {"head_start": "a while"})), "levels[2].head_start"),
    (levels((2, {"cover": "yes"})), "levels[2].cover"),
    (levels((2, {"follow_up": [{"after": "soon", "template": "follow-up/reminder"}]})),
     "levels[2].follow_up[0].after"),
    (levels((2, {"follow_up": [{"template": "follow-up/reminder"}]})), "levels[2].follow_up[0].after"),
    (levels((2, {"follow_up": {}})), "levels[2].follow_up"),
    (levels((2, {"escalate": {"to": None}})), "levels[2].escalate"),
    (levels((2, {"escalate": {"after": "48h", "to": "call", "by": SECRET}})), "levels[2].escalate.by"),
    (levels((2, {"when": SECRET})), "levels[2].when"), (levels((2, {"when": []})), "levels[2].when"),
    (levels((6, {"default": False})), "levels"), (levels((6, {"default": "yes"})), "levels[6].default"),
    (levels((5, {"default": True})), "default"), (without(6), "levels"),
    (rule({}), "levels[0].when[0]"), (rule(SECRET), "levels[0].when[0]"),
    (rule({"person.unit": {}}), "levels[0].when[0]"), (rule({"person.unit": SECRET}), "levels[0].when[0]"),
    (rule({"person.unit": {"like": SECRET}}), "levels[0].when[0]"),
    (rule({"person.unit": {"in": SECRET}}), "levels[0].when[0]"),
    (rule({"person.unit": {"in": []}}), "levels[0].when[0]"),
    (rule({"person.unit": {"in": [3]}}), "levels[0].when[0]"),
    (rule({"person.unit": {"matches": ["[" + SECRET]}}), "levels[0].when[0]"),
    (rule({"person.unit": {"matches": [""]}}), "levels[0].when[0]"),
    (rule({"person.unti": {"in": ["SO15"]}}), "levels[0].when[0]"),
    (rule({"person.": {"in": ["SO15"]}}), "levels[0].when[0]"),
    (rule({"unit": {"in": ["SO15"]}}), "levels[0].when[0]"),
    (rule({"people.unit": {"in": ["SO15"]}}), "levels[0].when[0]"),
    (rule({"record.vetting": {"at_least": SECRET}}), "levels[0].when[0]"),
    (rule({"person.unit": {"present": "yes"}}), "levels[0].when[0]"),
    (rule({"shielded": {"is": SECRET}}), "levels[0].when[0]"),
    (rule({"findability": {"below": "x"}}), "levels[0].when[0]"),
]


@pytest.mark.plain
@pytest.mark.parametrize("change, path", POLICY, ids=[f"{path}-{i}" for i, (_, path) in enumerate(POLICY)])
def test_broken_policy(spoil, change, path):
    incident = spoil("policy.json", {})
    policy = json.loads((incident.folder / "policy.json").read_text())
    change(policy)
    (incident.folder / "policy.json").write_text(json.dumps(policy))
    refused(incident, "status", code=CONFIG, place=["policy.json", path])


def test_policy_keys_twice(spoil, made):
    text = (made.folder / "policy.json").read_text()
    incident = spoil("policy.json", content=text.replace('"route": "task",', '"route": "task", "route": "none",', 1))
    refused(incident, "status", code=CONFIG, place=["policy.json", "route"])


# ------------------------------------------------------------------------------------------- texts

TEMPLATES = {   # name: (template, what the fault names)
    "unknown name": ("one\ntwo {{surprise}}\n", ["notice/staff:2", "surprise"]),
    "not closed": ("one\n{{#certain}}\nx\n", ["notice/staff:2", "certain"]),
    "closed twice": ("one\nx{{/certain}}\n", ["notice/staff:2", "certain"]),
    "crossed": ("{{#certain}}{{#kinds}}\n{{/certain}}{{/kinds}}\n", ["notice/staff"]),
    "tag not closed": ("one\n{{certain\n", ["notice/staff:2"]),
    "unknown part": ("one\n{{> advice/nothing}}\n", ["notice/staff:2", "advice/nothing"]),
    "unknown parent": ("one\n{{< notice/nothing}}{{/ notice/nothing}}\n", ["notice/staff:2", "notice/nothing"]),
    "part outside": ("{{> ../../incident}}\n", ["notice/staff:1"]),
    "absolute part": ("{{> /etc/passwd}}\n", ["notice/staff:1"]),
    "itself": ("{{> notice/staff}}\n", ["notice/staff"]),
    "bad delimiters": ("{{= <% =}}\n", ["notice/staff:1"]),
    "dynamic name": ("{{> *certain}}\n", ["notice/staff:1"]),
    "empty tag": ("one\n{{}}\n", ["notice/staff:2"]),
    "not utf-8": (b"Subject: x\n\n\xff\xfe\n", ["notice/staff"]),
    "nul": (b"one\n\0\n", ["notice/staff"]),
    "nothing": ("", ["notice/staff"]),
}


@pytest.mark.plain
@pytest.mark.parametrize("what", TEMPLATES)
def test_broken_template(grouped, what):
    """One bad template always stops the batch."""
    content, place = TEMPLATES[what]
    path = grouped.folder / "templates" / "notice" / "staff.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        refused(grouped, "compose", code=(INPUT, CONFIG), place=place)
        refused(grouped, "compose", "--preview", grouped.tmp / "preview", code=(INPUT, CONFIG), place=place)
    finally:
        path.unlink()


def test_a_level_with_a_template_that_is_not_there(grouped):
    path = grouped.folder / "policy.json"
    kept = path.read_text()
    grouped.change({"levels": [{**level, **({"template": "notice/nothing"} if level["name"] == "firearms"
                                            else {})} for level in json.loads(kept)["levels"]]}, "policy.json")
    try:
        grouped.run("group")
        refused(grouped, "compose", code=CONFIG, place=["policy.json", "notice/nothing"])
    finally:
        path.write_text(kept)


def test_a_header_cannot_be_smuggled_in(grouped):
    """A title with a line end would begin a header of its own."""
    path = grouped.folder / "incident.json"
    kept = path.read_text()
    for key in ("from", "reply_to", "envelope_from"):
        grouped.change({"relay": {key: "a@b.example\r\nBcc: c@d.example"}})
        refused(grouped, "compose", code=CONFIG, place=["incident.json", f"relay.{key}"],
                secrets=["c@d.example"])
        path.write_text(kept)


def test_the_table_is_long_enough():
    assert len(FILES) + len(ROWS) + len(OBJECTS) + 2 * len(TEXT) + len(INCIDENT) + len(POLICY) + \
        len(TEMPLATES) >= 60
