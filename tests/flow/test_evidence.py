# SPDX-License-Identifier: MIT
"""report --kind evidence, and scripts/verify-evidence, which is tried from inside: whatever is changed in a pack is found."""
import csv
import datetime
import hashlib
import importlib.machinery
import importlib.util
import os
import random
import re
import sqlite3
import subprocess
import sys

import pytest

from conftest import CANTCREATE, INPUT, LEDGER, LISTED, OK, REFUSED, SCRIPTS, USAGE, parse
from test_canary import Search
from test_history import opened
from test_sign import AT, BY, NAMES, alone, emergency, keys, pair, signed, two  # noqa: F401 (fixtures)

LONG = bool(os.environ.get("BREACHMAIL_LONG"))


def load():
    loader = importlib.machinery.SourceFileLoader("verify_evidence", str(SCRIPTS / "verify-evidence"))
    spec = importlib.util.spec_from_loader("verify_evidence", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


VERIFY = load()
KEYGEN = VERIFY.Keygen()


def sealed(files):
    """The files with digests that fit them, as somebody would make them who changes more than one thing."""
    files = {name: data for name, data in files.items() if name != "digests.txt"}
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return {**files, "digests.txt": lines.encode()}


def wrong(files, **more):
    return VERIFY.verify(files, KEYGEN, **more).wrong


def changed(files, name, before, after, count=1):
    data = files[name].decode()
    assert before in data, (before, data)
    return sealed({**files, name: data.replace(before, after, count).encode()})


@pytest.fixture(scope="module")
def told(pair, keys, tmp_path_factory):  # noqa: F811
    """Signed by two and sent. A third is let in, and two days later a reminder goes by leave of the first release."""
    incident = pair.copy(tmp_path_factory.mktemp("evidence") / "work")
    signed(incident, keys, *NAMES[:2])
    incident.run("send", code=OK)
    incident.run("approve", "--enrol", NAMES[2], "--public", keys.public(NAMES[2]), "--sign", keys[NAMES[0]],
                 env=keys.types(), code=OK)
    incident.run("approve", "--signers", "--sign", keys[NAMES[1]], env=keys.types(), code=OK)
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=23)
    assert incident.run("person", "A3", "--raise", "counter-terrorism", *BY)
    incident.said_then = incident.text("report", "--kind", "regulator")
    incident.later = {"BREACHMAIL_NOW": (then + datetime.timedelta(hours=8)).isoformat()}
    incident.run("remind", env=incident.later)
    incident.run("send", env=incident.later)
    return incident


def packed(incident, name="pack.tar", **more):
    path = incident.tmp / name
    path.unlink(missing_ok=True)
    incident.run("report", "--kind", "evidence", "--out", path, code=OK, **more)
    return path


@pytest.fixture(scope="module")
def path(told):
    return packed(told)


@pytest.fixture(scope="module")
def pack(path):
    return VERIFY.read_pack(path)


def program(*words, code, **env):
    done = subprocess.run([sys.executable, SCRIPTS / "verify-evidence", *map(str, words)], capture_output=True, text=True,
                          check=False, env={**os.environ, **env})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


# ------------------------------------------------------------------------------------------- what holds

def test_it_holds(told, path):
    said = " ".join(program(path, code=0).split())
    assert "All that can be checked here holds." in said and "WRONG" not in said
    assert "Ann Signer, Bob Signer have signed it, as 2 of 2 had to." in said
    assert "it went by leave of release" in said and "of a rehearsal" in said
    assert "3 lists of those who may sign" in said


def test_what_stands_in_it(told, path, pack):
    """As ordinary programs read it, too: tar, sha256sum, ssh-keygen."""
    subprocess.run(["tar", "-xf", path, "-C", told.tmp], check=True)
    folder = told.tmp / "evidence"
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == pack == VERIFY.read_pack(folder)
    subprocess.run(["sha256sum", "--quiet", "-c", "digests.txt"], cwd=folder, check=True)
    with open(folder / "release-1-manifest.txt", "rb") as manifest:
        subprocess.run(["ssh-keygen", "-Y", "check-novalidate", "-n", "breachmail-release", "-s",
                        folder / "release-1-signature-1.sig"], stdin=manifest, check=True, capture_output=True)
    (told.tmp / "other").mkdir()
    told.run("report", "--kind", "evidence", "--out", told.tmp / "other", code=OK)
    other = VERIFY.read_pack(told.tmp / "other")
    assert set(other) == set(pack) and other["release-1-messages.txt"] == pack["release-1-messages.txt"]
    assert not wrong(other)
    assert packed(told, "one.tar", env=told.later).read_bytes() == packed(told, "two.tar", env=told.later).read_bytes()
    assert told.run("report", "--kind", "evidence", json=False, code=OK).stdout.startswith("evidence/README.txt")


def test_no_person_is_in_it(told, pack):
    """Neither names, addresses and numbers of the list, nor codes, tokens and digests of what they got."""
    words = {word for row in LISTED.splitlines()[1:] for word in next(csv.reader([row]))
             if len(word) > 3 and word not in ("in-post", "officer", "staff", "deceased", "John")}   # words of manifests
    for person in ("A1", "A3", "A8"):
        for notice in told.run("person", person, code=OK).tally["notices"]:
            words |= {notice["code"], notice["address"]}
    for mail in told.outbox():
        words |= {hashlib.sha256(mail.read_bytes()).hexdigest(), parse(mail.read_bytes())["Message-ID"].split("@")[0][1:]}
    assert len(words) > 50
    search = Search({word: word for word in words})
    found = {name: hits for name, data in pack.items() if (hits := search.fields_in(data))}
    assert not found, found
    with sqlite3.connect(told.ledger) as db:
        for row in db.execute("SELECT message_sha256, recipient_digest, token_digest, code_digest FROM notice"):
            assert not any(digest.hex().encode() in data for digest in row for data in pack.values())


def test_a_head_kept_elsewhere(told, path, tmp_path):
    """A line of an earlier report, the file that the settings name, the one beside the key."""
    report = tmp_path / "report.txt"
    report.write_text(told.said_then)
    assert re.search("breachmail-history-head 1 [0-9]{20} [0-9a-f]{64}", told.said_then)
    told.run("report", "--kind", "summary", "--format", "json", "--out", tmp_path / "summary.json", json=False, code=OK)
    said = program(path, "--head", report, "--head", tmp_path / "summary.json", code=0)
    assert "nobody has written a new past" in " ".join(said.split())
    report.write_text(told.said_then.replace("head 1 000", "head 1 900"))
    assert "its end was cut off" in " ".join(program(path, "--head", report, code=1).split())
    report.write_text(re.sub("([0-9a-f]{64})", lambda m: m[1][::-1], told.said_then))
    assert "written anew" in " ".join(program(path, "--head", report, code=1).split())
    report.write_text("nothing")
    program(path, "--head", report, code=1)


def test_signed_as_a_whole(path, keys, tmp_path):  # noqa: F811
    """Then counts and times are somebody's word: made to fit or not, a change is found."""
    copy = tmp_path / "pack.tar"
    copy.write_bytes(path.read_bytes())
    assert "Nobody has signed the pack as a whole" in " ".join(program(copy, code=0).split())
    keys.sign(NAMES[1], copy, "breachmail-evidence")
    assert "Bob Signer has signed this pack as a whole" in " ".join(program(copy, code=0).split())
    keys.sign(NAMES[1], copy, "breachmail-release")
    program(copy, code=1)
    keys.sign(NAMES[3], copy, "breachmail-evidence")        # on no list
    program(copy, code=1)


def test_without_ssh_keygen(path):
    said = " ".join(program(path, code=0, PATH="/nonexistent").split())
    assert "SIGNATURES: ssh-keygen is not installed here, so none of them was checked." in said
    assert "are said to have signed it" in said


def test_what_is_no_pack(told, tmp_path):
    (tmp_path / "junk").write_bytes(b"junk" * 1000)
    program(tmp_path / "junk", code=1)
    program(tmp_path, code=1)
    assert "is no ordinary file" in program("/dev/zero", code=1)
    subprocess.run(["tar", "-xf", packed(told, "odd.tar"), "-C", tmp_path], check=True)
    folder = tmp_path / "evidence"
    (folder / "a\x1b[31m\udcff\u00e9").touch()        # nothing of it reaches a terminal as it is
    said = program(folder, code=1, PYTHONIOENCODING="ascii")
    assert "\\x1b[31m\\udcff\\xe9" in said and "\x1b" not in said and "Traceback" not in said
    os.mkfifo(folder / "waits")
    assert "is no ordinary file" in " ".join(program(folder, code=1).split())
    (folder / "waits").unlink()
    (folder / "inner").mkdir()
    assert "is a folder" in " ".join(program(folder, code=1).split())
    full = subprocess.run(f"{SCRIPTS}/verify-evidence {tmp_path}/junk >/dev/full", shell=True, capture_output=True, text=True, check=False)
    assert full.returncode == CANTCREATE and "Traceback" not in full.stderr
    program(tmp_path / "absent", code=65)
    program(code=64)
    told.error("report", "--kind", "evidence", code=USAGE)
    told.error("report", "--kind", "evidence", "--format", "csv", "--out", tmp_path / "x", code=USAGE)
    told.error("report", "--kind", "evidence", "--out", tmp_path, code=CANTCREATE)      # it is not empty
    told.error("report", "--kind", "evidence", "--out", tmp_path / "no" / "where", code=CANTCREATE)


def test_a_ledger_that_does_not_fit(told, tmp_path):
    for statement in ("UPDATE notice SET message_sha256 = zeroblob(32) WHERE id = (SELECT max(id) FROM notice)",
                      "UPDATE release SET manifest = replace(manifest, 'in-doubt ask', 'in-doubt resend')",
                      "UPDATE history SET rows = rows + 1 WHERE seq = 2"):
        incident = told.copy(tmp_path / str(len(statement)))
        with opened(incident) as db:
            db.execute(statement)
        incident.error("report", "--kind", "evidence", "--out", incident.tmp / "new.tar", code=LEDGER)
        assert not (incident.tmp / "new.tar").exists()
    with opened(incident) as db:
        db.execute("UPDATE history SET rows = rows - 1 WHERE seq = 2")
        db.execute("UPDATE signature SET armour = (SELECT max(armour) FROM signature WHERE proposal_id = 3) WHERE proposal_id = 3")
    incident.error("report", "--kind", "evidence", "--out", incident.tmp / "new.tar", code=REFUSED)


# ------------------------------------------------------------------------------------- what was changed

def flip(data, at, bit):
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:]


def test_one_bit_anywhere(path, pack):
    """In the pack as it is, and in one whose digests were made to fit again."""
    luck, whole = random.Random(7), path.read_bytes()
    said = sorted(n for n in pack if n.endswith((".sig", "-manifest.txt", "-messages.txt")) or n == "history.txt"
                  or re.fullmatch("signers-[0-9].txt", n))
    head = pack["evidence.txt"].index(b"breachmail-history-head")
    for _ in range(300 if LONG else 10):
        try:
            found = VERIFY.verify(VERIFY.read_archive(flip(whole, luck.randrange(len(whole)), luck.randrange(8))), KEYGEN).wrong
        except VERIFY.Unreadable:
            found = True
        assert found
        name = luck.choice(sorted(pack))
        assert wrong({**pack, name: flip(pack[name], luck.randrange(len(pack[name])), luck.randrange(8))}), name
        at = luck.randrange(head + 24, len(pack["evidence.txt"]) - 1)
        assert wrong(sealed({**pack, "evidence.txt": flip(pack["evidence.txt"], at, luck.randrange(8))})), at
    for _ in range(1000 if LONG else 30):
        name = luck.choice(said)
        at, bit = luck.randrange(len(pack[name])), luck.randrange(8)
        assert wrong(sealed({**pack, name: flip(pack[name], at, bit)})), (name, at, bit)


def renamed(files, name):
    """A changed manifest under its new digest, wherever it is named."""
    before = VERIFY.Facts(files).releases[0].digest.encode()
    after = hashlib.sha256(files[name]).hexdigest().encode()
    return sealed({n: data.replace(before, after) for n, data in files.items()})


def swapped(words):
    lines = words.split(b"\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(b"level")) + 1
    last = len(lines) - 2
    lines[at], lines[last] = lines[last], lines[at]
    return b"\n".join(lines)


def test_forgeries(pack, keys):
    """By somebody who knows how a pack is made, and makes all digests fit."""
    first, sending = "release-1-manifest.txt", "release-1-sending.txt"
    edited = {**pack, first: pack[first].replace(b"in-doubt ask", b"in-doubt resend")}
    assert any("is not what its digest names" in w for w in wrong(sealed(edited)))
    assert any("is not a signature of Ann Signer" in w for w in wrong(renamed(edited, first)))
    twice_signed = {**pack, "release-1-signature-2.sig": pack["release-1-signature-1.sig"]}
    assert any("is not a signature of Bob" in w for w in wrong(sealed(twice_signed)))
    line = re.search(r"signature release-1-signature-1.sig (\S+)", pack["evidence.txt"].decode())
    again = re.sub(r"(signature release-1-signature-2.sig) \S+", r"\1 " + line[1], pack["evidence.txt"].decode())
    assert any("this key has signed twice" in w for w in wrong(sealed({**twice_signed, "evidence.txt": again.encode()})))
    for before, after, says in (("mode rehearsal", "mode live", "its mode is another"), ("ledger ", "ledger 0", "does not begin"),
                                ("2 of 2 must", "1 of 2 must", "digest")):
        name = first if "must" in before else "evidence.txt"
        assert any(says in w for w in wrong(changed(pack, name, before, after))), says
    swap = sealed({**pack, "release-1-messages.txt": swapped(pack["release-1-messages.txt"])})
    assert any("are not those that were released" in w for w in wrong(swap))
    assert wrong(changed(pack, sending, "hours ", "hours none"))
    assert wrong(changed(pack, "release-2-sending.txt", "notices ", "notices 1"))
    assert wrong(sealed({n: d for n, d in pack.items() if n != "release-2-messages.txt"}))
    assert wrong(sealed({**pack, "more.txt": b"x\n"}))


def without_signature(pack, name):
    """And nobody speaks of it."""
    facts = re.sub(rf"signature {name} [^\n]*\n", "", pack["evidence.txt"].decode())
    return sealed({**{n: d for n, d in pack.items() if n != name}, "evidence.txt": facts.encode()})


def test_one_signature_is_not_two(pack):
    assert any("1 of 2 who had to sign it have" in w for w in wrong(without_signature(pack, "release-1-signature-2.sig")))
    assert any("1 of 2 who had to sign it have" in w for w in wrong(without_signature(pack, "signers-3-signature-2.sig")))


def test_signatures_that_do_not_count(pack, keys, tmp_path):  # noqa: F811
    """Of a stranger, for another use, after a term, after revoking."""
    manifest = tmp_path / "manifest.txt"
    manifest.write_bytes(pack["release-1-manifest.txt"])
    for name, space in ((NAMES[3], "breachmail-release"), (NAMES[1], "breachmail-signers"), (NAMES[1], "file")):
        forged = {**pack, "release-1-signature-2.sig": keys.sign(name, manifest, space).read_bytes()}
        assert any("is not a signature of" in w for w in wrong(sealed(forged)))
    facts = pack["evidence.txt"].decode()
    bob = re.search(r"signature release-1-signature-2.sig (\S+)", facts)[1]
    line = re.search(r"signers 2 [^\n]*\n", facts)[0]
    for day, count in (("2020-01-01", 1), ("2090-01-01", 0)):
        revoked = facts.replace(line, f"{line}revoked {bob} at {day}T00:00:00Z\n")
        found = [w for w in wrong(sealed({**pack, "evidence.txt": revoked.encode()})) if "had been revoked" in w]
        assert len(found) == count


def test_a_past_that_was_written_anew(pack):
    """An entry taken out, and a tail cut off with the head made to fit, which only a head kept elsewhere shows."""
    entries = [f"breachmail-history 1\n{e}" for e in pack["history.txt"].decode().split("breachmail-history 1\n")[1:]]
    for less in (entries[1:], entries[:3] + entries[4:], entries[:-1], [entries[1], entries[0], *entries[2:]]):
        assert any("history.txt" in w for w in wrong(sealed({**pack, "history.txt": "".join(less).encode()})))
    number, kept = VERIFY.Facts(pack).head
    cut = hashlib.sha256(entries[-2].encode()).hexdigest()
    facts = pack["evidence.txt"].decode().replace(f"{number:020} {kept}", f"{number - 1:020} {cut}")
    forged = sealed({**pack, "history.txt": "".join(entries[:-1]).encode(), "evidence.txt": facts.encode()})
    assert not wrong(forged)
    assert any("cut off" in w for w in wrong(forged, heads=[(number, kept)]))


# --------------------------------------------------------------------------------------- for one person

def proof_of(told, person, name="proof"):
    path = told.tmp / name
    path.unlink(missing_ok=True)
    told.run("report", "--kind", "evidence", "--person", person, "--out", path, code=OK)
    return path


def test_a_person_proves_their_message(told, path, pack):
    mine = proof_of(told, "A3")
    said = " ".join(program(path, "--proof", mine, code=0).split())
    assert "Mail 1 of the proof: this message, to the byte, is one of the messages of release 1" in said
    assert "counter-terrorism" not in said.split("Proved")[1].split("Mail 1")[1]
    (message,) = [p.message for p in VERIFY.read_proofs(mine.read_bytes()) if p.number == 1]
    assert b"mary@met.police.example" in message
    assert message in [mail.read_bytes() for mail in told.outbox()] or any(message in mail.read_bytes() for mail in told.outbox())
    for other in ("A1", "A8"):
        words = proof_of(told, other).read_bytes()
        assert b"mary@met" not in words and not wrong(pack, proof=words)


def test_a_proof_that_was_changed(told, pack):
    words, luck = proof_of(told, "A1").read_bytes(), random.Random(3)
    for _ in range(200 if LONG else 20):
        at = luck.randrange(len(words))
        assert wrong(pack, proof=flip(words, at, luck.randrange(8))), at
    other = proof_of(told, "A2").read_bytes()
    leaf = re.search(rb"leaf \w+", other)[0]
    assert wrong(pack, proof=re.sub(rb"leaf \w+", leaf, words, count=1))
    assert wrong(pack, proof=b"") and wrong(pack, proof=words[:-1]) and wrong(pack, proof=words + b"x")


def test_words_that_are_gone(told, tmp_path, pack):
    incident = told.copy(tmp_path / "gone")
    with opened(incident) as db:
        db.execute("DELETE FROM message")
    words = proof_of(incident, "A1").read_bytes()
    assert b"bytes gone\n" in words and len(words) < 2000
    verdict = VERIFY.verify(pack, KEYGEN, proof=words)
    assert not verdict.wrong and any("its words are not in the proof" in said for said in verdict.proved)


def test_who_has_no_proof(told, tmp_path):
    out = ("--out", tmp_path / "proof")
    told.error("report", "--kind", "evidence", "--person", "A4", *out, code=INPUT)      # told by a human
    told.error("report", "--kind", "evidence", "--person", "Nobody", *out, code=USAGE)
    assert not (tmp_path / "proof").exists()
    code = told.run("person", "A1", code=OK).tally["notices"][0]["code"]
    told.run("report", "--kind", "evidence", "--person", code, *out, code=OK)
    assert (tmp_path / "proof").read_bytes() == proof_of(told, "A1").read_bytes()


# ---------------------------------------------------------------------------------------------- counts

def test_small_counts_are_hidden(at):
    """Two are held back after the release: their number follows from nothing that is told."""
    incident = at("released")
    held = [person for person, (_, route, _) in incident.routes().items() if route == "mail"][:2]
    for person in held:
        incident.run("person", person, "--hold", *BY, code=OK)
    sent = incident.run("send").tally
    files = VERIFY.read_pack(packed(incident))
    assert not wrong(files)
    lines = files["release-1-sending.txt"].decode().splitlines()[3:]
    released, accepted = sent["released"], sent["accepted"]
    assert lines[:2] == [f"answer accepted 250 2.0.0 at-least {released - 4}", "answer others fewer-than 5"] and accepted == released - 2
    assert len(lines) == 3 and re.fullmatch(rf"hours \S+ later {released}", lines[2])
    for before, after in ((f"at-least {released - 4}", f"at-least {released - 5}"), (f"later {released}", f"later {released - 1}"),
                          ("answer others fewer-than 5\n", ""), ("fewer-than 5", "2")):
        assert wrong(changed(files, "release-1-sending.txt", before, after)), after
    verdict = VERIFY.verify(files, KEYGEN)
    assert any("unsigned" in words for words in verdict.unchecked)


# ------------------------------------------------------------------------------------------ emergencies

def test_one_person_alone(alone, keys):  # noqa: F811
    incident, at = alone, {"BREACHMAIL_NOW": AT}
    emergency(incident, keys)
    verdict = VERIFY.verify(VERIFY.read_pack(packed(incident, env=at)), KEYGEN)
    assert not verdict.wrong and any("never countersigned" in words for words in verdict.stated)
    assert any("one person alone let level" in words for words in verdict.proved)
    incident.run("approve", "--sign", keys[NAMES[1]], code=OK, env={**at, **keys.types()})
    files = VERIFY.read_pack(packed(incident, env=at))
    verdict = VERIFY.verify(files, KEYGEN)
    assert not verdict.wrong and any("countersigned in time" in words for words in verdict.proved)
    assert wrong(changed(files, "evidence.txt", "level counter-terrorism", "level staff"))
