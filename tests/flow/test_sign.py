# SPDX-License-Identifier: MIT
"""People let a release go: who may sign, what counts as two people, and that one bit changed
anywhere stops it. Passphrases are typed by a script, through ssh-keygen's own way of asking."""
import contextlib
import hashlib
import json
import os
import random
import re
import sqlite3
import subprocess

import pytest

from conftest import (CANTCREATE, CONFIG, HUMAN, INPUT, OK, REFUSED, TEMPORARY, USAGE, reconcile, reconcile_send, twice)
from test_release import meddle, nothing_went_out

LONG = bool(os.environ.get("BREACHMAIL_LONG"))
NAMES = ("Ann Signer", "Bob Signer", "Cat Signer", "Dan Signer")
RELEASE, SIGNERS = "breachmail-release", "breachmail-signers"
BY = ("--by", "Joan", "--reason", "as agreed on the telephone")


class Keys:
    """Keys of made-up people, and somebody who types their passphrase."""

    def __init__(self, folder):
        self.folder = folder
        self.typist = folder / "typist"
        self.typist.write_text("#!/bin/sh\necho correct horse\n")
        self.typist.chmod(0o700)
        for name in NAMES:
            self.make(name.split()[0].lower())

    def make(self, name, *more):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", "correct horse", "-C", name, "-f",
                        self[name], *more], check=True)

    def __getitem__(self, name):
        return self.folder / name.split()[0].lower()

    def public(self, name):
        return self.folder / f"{name.split()[0].lower()}.pub"

    def types(self):
        return {"SSH_ASKPASS": str(self.typist), "SSH_ASKPASS_REQUIRE": "force"}

    def sign(self, name, path, space=RELEASE):
        """What ssh-keygen makes of it, wherever that is."""
        signature = path.with_name(path.name + ".sig")
        signature.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", space, "-f", self[name], path], check=True,
                       env={**os.environ, **self.types()}, stdin=subprocess.DEVNULL, capture_output=True)
        return signature


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("keys"))


def enrol(incident, keys, *names):
    for name in names:
        tally = incident.run("approve", "--enrol", name, "--public", keys.public(name), code=OK).tally
    return tally


def sign(incident, keys, name, *more, code=OK):
    return incident.run("approve", "--sign", keys[name], *more, env=keys.types(), code=code).tally


def signed(incident, keys, *names):
    for name in names:
        tally = sign(incident, keys, name)
    return tally


def refused(incident, keys, name, *more):
    return sign(incident, keys, name, *more, code=REFUSED)["error"]["message"]


@pytest.fixture(scope="session")
def pair(village, keys, tmp_path_factory):
    """Two who may sign, nothing signed yet."""
    incident = village.copy(tmp_path_factory.mktemp("pair") / "work")
    enrol(incident, keys, *NAMES[:2])
    return incident


@pytest.fixture
def two(pair, tmp_path):
    return pair.copy(tmp_path / "work")


@pytest.fixture
def three(two, keys):
    """Three, the third let in by the first two."""
    incident = two
    incident.run("approve", "--enrol", NAMES[2], "--public", keys.public(NAMES[2]), "--sign", keys[NAMES[0]],
                 env=keys.types(), code=OK)
    assert incident.run("approve", "--signers", "--sign", keys[NAMES[1]], env=keys.types(),
                        code=OK).tally["effect"] is True
    return incident


def go_live(incident, server, **policy):
    incident.change({"mode": "live", "allowed_domains": ["met.police.example"],
                     "relay": {"url": f"smtp://127.0.0.1:{server.port}"}})
    if policy:
        incident.change(policy, "policy.json")
    incident.walk("group", "compose")
    for question in incident.run("approve").tally["open"]:
        if not question["accepted"]:
            incident.run("approve", "--accept", question["key"], *BY, code=OK)


# -------------------------------------------------------------------------------------- two people

def test_two_signatures_release(two, keys):
    incident = two
    before = incident.status()["states"]
    first = sign(incident, keys, NAMES[0])
    assert (first["signatures"], first["needed"], first["released"]) == (1, 2, 0)
    status = incident.status()
    assert status["states"] == before and status["needs_human"]["to_sign"] == 1
    assert status["signing"] == [{"what": "release", "digest": first["release"], "signatures": 1, "needed": 2, "until": None}]
    assert f"{first['release'][:8]} waits for signatures: 1 of 2" in incident.text("status")
    incident.error("send", code=REFUSED)
    nothing_went_out(incident)
    shown = incident.run("approve", code=OK).tally
    assert shown["digest"] == first["release"] and shown["signed"] == [NAMES[0]]
    second = sign(incident, keys, NAMES[1])
    assert second["release"] == first["release"] and second["released"] == shown["notices"]
    assert incident.status()["signing"] == []
    assert sorted(second["signed"]) == sorted(NAMES[:2])
    tally = incident.run("send", "--release", first["release"][:8], code=OK).tally
    assert tally["accepted"] == second["released"]
    reconcile_send(incident, tally)


def test_signed_elsewhere(two, keys):
    """A file goes to whoever signs, and their signature comes back."""
    incident, path = two, two.tmp / "release.txt"
    written = incident.run("approve", "--manifest", path, code=OK).tally
    assert hashlib.sha256(path.read_bytes()).hexdigest() == written["release"] == written["digest"]
    again = incident.run("approve", "--manifest", path, code=OK).tally
    assert again["release"] == written["release"]
    for n, name in enumerate(NAMES[:2], 1):
        signature = keys.sign(name, path)
        signature.write_bytes(signature.read_bytes().replace(b"\n", b"\r\n"))      # came by a mail program
        both = ["--manifest", path] if n == 2 else []       # both come back
        tally = incident.run("approve", *both, "--signature", signature, code=OK).tally
        assert (tally["signatures"], tally["signed_by"]) == (n, name)
    incident.run("send", code=OK)


def test_the_manifest_says_what_is_signed(two, keys):
    incident = two
    text = incident.run("approve", code=OK).tally["manifest"]
    words = {line.split()[0] for line in text.splitlines()}
    assert words >= {"incident", "ledger", "mode", "valid-until", "relay", "tls", "limits", "window", "in-doubt",
                     "tool", "settings", "policy", "texts", "signers", "signer", "standing", "level", "excluded",
                     "left-out", "change", "forecast", "approvals", "emergency"}
    assert all(f" {name}\n" in text for name in NAMES[:2])
    fingerprint = subprocess.run(["ssh-keygen", "-l", "-f", keys.public(NAMES[0])], capture_output=True,
                                 text=True, check=True).stdout.split()[1]
    assert fingerprint in text
    signed(incident, keys, *NAMES[:2])
    incident.run("approve", "--withdraw", code=OK)
    incident.change({"nature": "Something else."})
    incident.run("compose", code=OK)
    text = incident.run("approve", code=OK).tally["manifest"]
    assert "change settings is another than in release 1\n" in text
    assert re.search(r"(?m)^change staff \+0 \(release 1 had \d+\)$", text)


def test_authorities_are_part_of_it(two, keys):
    incident = two
    (incident.folder / "ca.pem").write_text("one\n")
    incident.change({"relay": {"ca_file": "ca.pem"}})
    signed(incident, keys, *NAMES[:2])
    (incident.folder / "ca.pem").write_text("other\n")
    assert "its line 'tls'" in incident.error("send", code=REFUSED)


# ---------------------------------------------------------------------------------- what does not count

def test_one_person_twice(two, keys):
    incident = two
    sign(incident, keys, NAMES[0])
    before = incident.state()
    assert "has signed this already" in refused(incident, keys, NAMES[0])
    path = incident.tmp / "release.txt"
    incident.run("approve", "--manifest", path, code=OK)
    incident.error("approve", "--signature", keys.sign(NAMES[0], path), code=REFUSED)
    assert incident.error("send", code=REFUSED)
    assert before.keys() == incident.state().keys()
    nothing_went_out(incident)


def test_one_key_is_one_person_and_so_is_one_name(few, keys):
    incident = few
    enrol(incident, keys, NAMES[0])
    message = incident.error("approve", "--enrol", "Somebody Else", "--public", keys.public(NAMES[0]),
                             code=REFUSED)
    assert "key" in message
    for name in (NAMES[0], NAMES[0].upper(), "ann  signer", "Ann-Signer"):
        incident.error("approve", "--enrol", name, "--public", keys.public(NAMES[1]), code=REFUSED)
    listed = incident.run("approve", "--signers", code=OK).tally
    assert [s["name"] for s in listed["signers"]] == [NAMES[0]] and listed["pinned"] is False
    again = incident.run("approve", "--enrol", NAMES[0], "--public", keys.public(NAMES[0]), code=OK).tally
    assert len(again["signers"]) == 1
    assert "2 people must be able to sign" in refused(incident, keys, NAMES[0])


def test_strangers_and_other_texts(two, few, keys, tmp_path):
    incident, path = two, two.tmp / "release.txt"
    assert "not a signature of one of the signers" in refused(incident, keys, NAMES[3])
    incident.run("approve", "--manifest", path, code=OK)
    text = path.read_text()
    edited = incident.tmp / "edited.txt"
    edited.write_text(text.replace("in-doubt ask", "in-doubt resend"))
    other = few
    enrol(other, keys, *NAMES[:2])
    other.run("approve", "--manifest", tmp_path / "other.txt", code=OK)
    for signature in (keys.sign(NAMES[0], path, "file"), keys.sign(NAMES[0], path, SIGNERS),
                      keys.sign(NAMES[0], edited), keys.sign(NAMES[0], tmp_path / "other.txt")):
        says = incident.error("approve", "--signature", signature, code=REFUSED)
        assert f"{NAMES[0]} has signed something else" in says and "to the byte" in says
    good = keys.sign(NAMES[0], path)
    says = incident.error("approve", "--manifest", edited, "--signature", good, code=REFUSED)
    assert "is not, to the byte, the manifest that waits" in says
    for junk in ("", "junk\n", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"):
        (incident.tmp / "junk.sig").write_text(junk)
        incident.run("approve", "--signature", incident.tmp / "junk.sig", code=(REFUSED, INPUT))
    incident.error("approve", "--signature", incident.tmp / "absent.sig", code=INPUT)
    incident.error("approve", "--sign", incident.tmp / "absent", code=INPUT)
    assert incident.run("approve").tally["signatures"] == 0


def test_expired(few, keys):
    incident = few
    for name, day in zip(NAMES[:2], ("2099-12-31", "2020-12-31")):
        incident.run("approve", "--enrol", name, "--public", keys.public(name), "--expires", day, code=OK)
    sign(incident, keys, NAMES[0])
    assert "the term is over" in refused(incident, keys, NAMES[1])
    incident.error("send", code=REFUSED)
    incident.error("approve", "--enrol", NAMES[2], "--expires", "soon", code=USAGE)


def test_a_term_that_ends_after_signing(few, keys):
    incident = few
    for name in NAMES[:2]:
        incident.run("approve", "--enrol", name, "--public", keys.public(name), "--expires", "2023-08-27", code=OK,
                     env={"BREACHMAIL_NOW": "2023-08-26T08:00:00Z"})
        assert name
    for name in NAMES[:2]:
        incident.run("approve", "--sign", keys[name], code=OK,
                     env={"BREACHMAIL_NOW": "2023-08-27T20:00:00Z", **keys.types()})
    incident.run("send", code=REFUSED, env={"BREACHMAIL_NOW": "2023-08-28T08:00:00Z"})
    incident.run("send", code=OK, env={"BREACHMAIL_NOW": "2023-08-27T21:00:00Z"})


def test_revoked(three, keys):
    """At once, under what is released as well; the others go on."""
    incident = three
    signed(incident, keys, NAMES[0], NAMES[2])
    incident.error("approve", "--revoke", NAMES[2], code=USAGE)
    incident.error("approve", "--revoke", "Nobody", *BY, code=USAGE)
    incident.run("approve", "--revoke", NAMES[2], *BY, code=OK)
    assert "signatures of 1 count" in incident.error("send", code=REFUSED)
    nothing_went_out(incident)
    incident.run("approve", "--withdraw", code=OK)
    assert "was revoked" in refused(incident, keys, NAMES[2])
    signed(incident, keys, *NAMES[:2])
    incident.run("send", code=OK)


# ------------------------------------------------------------------------------------ who may sign

def test_the_list_is_pinned(two, keys):
    incident = two
    before = incident.state()
    for words in (["--enrol", NAMES[2], "--public", keys.public(NAMES[2])], ["--enrol", NAMES[3]]):
        assert "pinned" in incident.error("approve", *words, code=REFUSED)
    assert incident.state() == before
    tally = incident.run("approve", "--enrol", NAMES[2], "--public", keys.public(NAMES[2]), "--sign",
                         keys[NAMES[0]], env=keys.types(), code=OK).tally
    assert tally["effect"] is False and len(tally["signers"]) == 2
    for key in (keys[NAMES[0]], keys[NAMES[2]]):        # one signature is not two, and the new one cannot let itself in
        incident.run("approve", "--signers", "--sign", key, env=keys.types(), code=REFUSED)
    assert "not a signature" in refused(incident, keys, NAMES[2])
    path = incident.tmp / "list.txt"
    incident.run("approve", "--signers", "--manifest", path, code=OK)
    incident.error("approve", "--signers", "--signature", keys.sign(NAMES[1], path), code=REFUSED)   # namespace
    tally = incident.run("approve", "--signers", "--signature", keys.sign(NAMES[1], path, SIGNERS), code=OK).tally
    assert tally["effect"] is True and [s["name"] for s in tally["signers"]] == list(NAMES[:3])
    signed(incident, keys, NAMES[2], NAMES[0])
    incident.run("send", code=OK)


@pytest.mark.parametrize("changes, says", [({"approvals": 1}, "approvals"), ({"emergency": True}, "emergency"),
                                           ({"signers": [{"name": "Mallory", "key": None}]}, "signers")])
def test_the_policy_alone_changes_nothing(two, keys, changes, says):
    incident = two
    if "signers" in changes:
        changes = {"signers": [{"name": "Mallory", "key": keys.public(NAMES[3]).read_text().strip()}]}
    incident.change(changes, "policy.json")
    incident.walk("group", "compose")
    assert f"its {says}" in refused(incident, keys, NAMES[0])
    refused(incident, keys, NAMES[3])
    incident.run("approve", "--signers", "--sign", keys[NAMES[0]], env=keys.types(), code=OK)
    refused(incident, keys, NAMES[0])
    incident.run("approve", "--signers", "--sign", keys[NAMES[1]], env=keys.types(), code=OK)
    sign(incident, keys, NAMES[0])


def test_signers_of_the_policy(few, keys):
    incident = few
    incident.change({"signers": [{"name": name, "key": keys.public(name).read_text().strip()} for name in NAMES[:2]]},
                    "policy.json")
    signed(incident, keys, *NAMES[:2])
    incident.run("send", code=OK)
    incident.change({"signers": [{"name": "x", "key": "ssh-rot13 AAAA"}]}, "policy.json")
    assert "signers[0].key" in sign(incident, keys, NAMES[0], code=CONFIG)["error"]["message"]


def test_too_few_are_left(two, keys):
    """A slip of --revoke does not end an incident: both of the old list bring them back."""
    incident = two
    incident.run("approve", "--revoke", NAMES[1], *BY, code=OK)
    refused(incident, keys, NAMES[1])
    incident.run("approve", "--enrol", NAMES[1], "--public", keys.public(NAMES[1]), "--sign", keys[NAMES[0]],
                 env=keys.types(), code=OK)
    tally = incident.run("approve", "--signers", "--sign", keys[NAMES[1]], env=keys.types(), code=OK).tally
    assert not any(s["revoked"] for s in tally["signers"])
    signed(incident, keys, *NAMES[:2])
    incident.run("send", code=OK)


def test_a_key_for_who_has_none(few, keys):
    """Made by ssh-keygen, with a passphrase, beside the user's settings."""
    incident = few
    tally = incident.run("approve", "--enrol", NAMES[0], env=keys.types(), code=OK).tally
    path = incident.home / ".config" / "breachmail" / "signers" / "ann-signer"
    assert tally["file"] == str(path) and path.stat().st_mode & 0o777 == 0o600
    assert "correct horse" not in "".join(incident.said)
    done = subprocess.run(["ssh-keygen", "-y", "-P", "", "-f", path], capture_output=True, check=False)
    assert done.returncode != 0, "it opens without a passphrase"
    own = incident.tmp / "own"
    incident.run("approve", "--enrol", NAMES[1], "--key", own, env=keys.types(), code=OK)
    for key in (path, own):
        incident.run("approve", "--sign", key, env=keys.types(), code=OK)
    incident.run("send", code=OK)


def test_keys_that_are_none(few, keys):
    incident = few
    before = incident.state()
    bare = {"SSH_ASKPASS": "/bin/true", "SSH_ASKPASS_REQUIRE": "force"}
    assert "passphrase" in incident.error("approve", "--enrol", "Eve", env=bare, code=USAGE)
    assert incident.state() == before
    assert "private" in incident.error("approve", "--enrol", "Eve", "--public", keys[NAMES[0]], code=INPUT)
    for name, words in (("junk", "hello\n"), ("empty", ""), ("dss", "ssh-dss AAAAB3NzaC1kc3MAAACBAA==\n"),
                        ("broken", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\n")):
        (incident.tmp / name).write_text(words)
        incident.error("approve", "--enrol", "Eve", "--public", incident.tmp / name, code=INPUT)
    taken = incident.tmp / "taken"
    taken.write_text("mine")
    incident.error("approve", "--enrol", "Eve", "--key", taken, env=keys.types(), code=CANTCREATE)
    assert taken.read_text() == "mine"
    for name in ("", " ", "two\nlines", "x" * 300, "..."):
        incident.error("approve", "--enrol", name, "--public", keys.public(NAMES[0]), code=USAGE)
    for words in (["--public", "x"], ["--out", "x"], ["--emergency"], ["--sign", "x", "--manifest", "y"],
                  ["--sign", "x", "--release"], ["--emergency", "--manifest", "y"]):
        incident.error("approve", *words, code=USAGE)


def test_a_hardware_key(few, keys, tmp_path):
    """A FIDO2 key of somebody, its public half."""
    (tmp_path / "sk.pub").write_text(
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJ9yNpsKSNv4ly/DV4rcG5FWtPgXAqb6"
        "MGE0ecA1zfzNAAAABHNzaDo= ann@token\n")
    tally = few.run("approve", "--enrol", NAMES[0], "--public", tmp_path / "sk.pub", code=OK).tally
    assert tally["fingerprint"].startswith("SHA256:")


# ------------------------------------------------------------------------------------------ in time

AT = "2023-08-27T08:00:00Z"


def test_valid_for_a_time(two, keys):
    incident = two
    for name in NAMES[:2]:
        incident.run("approve", "--sign", keys[name], code=OK, env={"BREACHMAIL_NOW": AT, **keys.types()})
    late = {"BREACHMAIL_NOW": "2023-08-28T08:00:00Z"}
    assert "valid until 2023-08-28T08:00:00Z" in incident.error("send", env=late, code=REFUSED)
    nothing_went_out(incident)
    assert "valid until 2023-08-28T08:00:00Z" in incident.error(
        "send", "--at", late["BREACHMAIL_NOW"], env={"BREACHMAIL_NOW": AT}, code=REFUSED)      # said in time
    incident.run("approve", "--sign", keys[NAMES[0]], code=REFUSED, env={**late, **keys.types()})
    incident.run("approve", "--withdraw", env=late, code=OK)
    for name in NAMES[:2]:
        incident.run("approve", "--sign", keys[name], code=OK, env={**late, **keys.types()})
    incident.run("send", env=late, code=OK)
    incident.run("send", env={"BREACHMAIL_NOW": "2023-09-28T08:00:00Z"}, code=OK)       # nothing is left to do


def test_hours_of_the_policy(two, keys):
    incident = two
    incident.change({"release_hours": 2}, "policy.json")
    for name in NAMES[:2]:
        incident.run("approve", "--sign", keys[name], code=OK, env={"BREACHMAIL_NOW": AT, **keys.types()})
    incident.run("send", env={"BREACHMAIL_NOW": "2023-08-27T10:00:00Z"}, code=REFUSED)
    incident.change({"release_hours": 48}, "policy.json")
    assert "valid-until" in incident.error("send", env={"BREACHMAIL_NOW": AT}, code=REFUSED)


def test_withdrawn(two, keys):
    incident = two
    first = sign(incident, keys, NAMES[0])["release"]
    assert incident.run("approve", "--withdraw", code=OK).tally["withdrawn"] == first
    assert sign(incident, keys, NAMES[1])["signatures"] == 1       # it counts for another one
    release = sign(incident, keys, NAMES[0])["release"]
    incident.run("approve", "--withdraw", code=OK)
    incident.error("send", "--release", release[:8], code=REFUSED)
    nothing_went_out(incident)


def test_what_changes_in_between_is_signed_anew(two, keys):
    incident = two
    first = sign(incident, keys, NAMES[0])
    incident.run("person", "A1", "--hold", *BY, code=OK)
    second = sign(incident, keys, NAMES[1])
    assert second["release"] != first["release"] and second["signatures"] == 1
    third = sign(incident, keys, NAMES[0])
    assert third["released"] > 0
    incident.run("send", code=(OK, HUMAN))
    assert len(incident.outbox()) == third["released"]


# ---------------------------------------------------------------------------------------- live

def test_from_rehearsal_to_live(two, keys, relay):
    """A whole rehearsal, then the real thing: everyone is sent to, once; and nothing without signatures."""
    incident, server = two, relay()
    signed(incident, keys, *NAMES[:2])
    rehearsed = incident.run("send", code=OK).tally["accepted"]
    path = incident.tmp / "rehearsal.txt"
    path.write_text(sqlite3.connect(incident.ledger).execute("SELECT manifest FROM release").fetchone()[0])
    incident.change({"mode": "live", "relay": {"url": f"smtp://127.0.0.1:{server.port}"}})
    incident.walk("group", "compose")
    assert "open question" in refused(incident, keys, NAMES[0])
    go_live(incident, server)
    incident.error("approve", "--release", code=REFUSED)
    incident.error("approve", "--signature", keys.sign(NAMES[0], path), code=REFUSED)
    sign(incident, keys, NAMES[0])
    incident.error("send", "--release", "0" * 8, code=REFUSED)
    release = sign(incident, keys, NAMES[1])
    incident.error("send", code=REFUSED)                # live wants the digits typed
    assert not server.accepted()
    tally = incident.run("send", "--release", release["release"][:8], code=OK).tally
    assert tally["accepted"] == release["released"] == rehearsed == len(server.accepted())
    assert not twice(recipient for _, recipient in server.accepted())
    assert incident.run("send", "--release", release["release"][:8], code=OK).tally["sent_now"] == 0
    assert reconcile(incident)["states"]["accepted"] == rehearsed


def test_live_takes_two(few, keys, relay):
    incident, server = few, relay()
    incident.change({"approvals": 1}, "policy.json")
    enrol(incident, keys, NAMES[0])
    go_live(incident, server)
    assert "at least two" in refused(incident, keys, NAMES[0])


def test_live_does_not_take_an_unsigned_release(two, keys, relay):
    """Whoever writes one into the ledger."""
    incident, server = two, relay()
    go_live(incident, server)
    release = signed(incident, keys, *NAMES[:2])["release"]
    meddle(incident, "DELETE FROM release_signed")
    assert "nobody has signed" in incident.error("send", "--release", release[:8], code=REFUSED)
    assert not server.accepted()


# ----------------------------------------------------------------------------------- the emergency

@pytest.fixture
def alone(few, keys):
    incident = few
    incident.change({"emergency": True}, "policy.json")
    enrol(incident, keys, *NAMES[:2])
    incident.walk("group", "compose")
    return incident


def emergency(incident, keys, at=AT, code=OK):
    return incident.run("approve", "--emergency", "--sign", keys[NAMES[0]], *BY, code=code,
                        env={"BREACHMAIL_NOW": at, **keys.types()}).tally


def test_emergency_is_off(two, keys):
    assert "emergency rule is off" in refused(two, keys, NAMES[0], "--emergency", *BY)
    assert two.run("approve").tally["signatures"] == 0
    two.error("approve", "--emergency", "--sign", keys[NAMES[0]], code=USAGE)


def test_emergency_countersigned(alone, keys):
    incident = alone
    first = emergency(incident, keys)
    top = [level for level in incident.status()["levels"] if level["states"].get("released")][0]["name"]
    assert top == "counter-terrorism"
    (waits,) = incident.status()["signing"]
    assert (waits["what"], waits["signatures"], waits["needed"]) == ("emergency", 1, 2) and waits["until"]
    sent = incident.run("send", env={"BREACHMAIL_NOW": AT}, code=TEMPORARY).tally
    assert sent["accepted"] == 1 and sent["shut"] == sent["pending"] == sent["released"] - 1
    reconcile(incident)
    assert "waits to be countersigned" in emergency(incident, keys, code=REFUSED)["error"]["message"]
    later = {"BREACHMAIL_NOW": "2023-08-27T11:59:00Z"}
    second = incident.run("approve", "--sign", keys[NAMES[1]], code=OK, env={**later, **keys.types()}).tally
    assert second["release"] == first["release"] and second["signatures"] == 2
    assert incident.run("send", env=later, code=OK).tally["accepted"] == sent["released"]
    assert len(incident.outbox()) == sent["released"]


def test_emergency_not_countersigned(alone, keys):
    incident = alone
    emergency(incident, keys)
    incident.run("send", env={"BREACHMAIL_NOW": AT}, code=TEMPORARY)
    late = {"BREACHMAIL_NOW": "2023-08-27T12:00:00Z"}
    incident.run("approve", "--sign", keys[NAMES[1]], code=REFUSED, env={**late, **keys.types()})
    assert "not countersigned in time" in incident.error("send", env=late, code=REFUSED)
    assert len(incident.outbox()) == 1
    incident.run("approve", "--withdraw", env=late, code=OK)
    incident.run("approve", "--emergency", "--sign", keys[NAMES[0]], *BY, code=REFUSED, env={**late, **keys.types()})
    for name in NAMES[:2]:
        incident.run("approve", "--sign", keys[name], code=OK, env={**late, **keys.types()})
    incident.run("send", env=late, code=OK)
    assert not twice(path.read_bytes() for path in incident.outbox())


# ------------------------------------------------------------------------------------- what is read

def test_what_to_read_before_signing(two, keys):
    incident = two
    before = incident.state()
    tally = incident.run("approve", "--read", code=OK).tally
    assert incident.state() == before
    letters, whys = tally["letters"], [letter["why"] for letter in tally["letters"]]
    assert sum(letter["like"] for letter in letters if letter["why"] == "text") == tally["all"]
    assert whys.count("shortest") == whys.count("longest") == 1 and whys.count("random") == min(5, tally["all"])
    people = {person: route for person, (_, route, _) in incident.routes().items()}
    assert {x["person_id"] for x in letters} <= {person for person, route in people.items() if route == "mail"}
    assert {(x["person_id"], x["route"]) for x in tally["left_out"]} == {
        (person, route) for person, route in people.items() if route != "mail"}
    levels = {level for level, route, _ in incident.routes().values() if route == "mail"}
    assert {x["level"] for x in letters} == levels and all("Subject: " in x["text"] for x in letters)
    folder = incident.tmp / "read"
    incident.run("approve", "--read", "--out", folder, code=OK)
    assert len(list(folder.glob("*.eml"))) == len(letters) and (folder / "left-out.txt").read_text()
    incident.error("approve", "--read", "--out", folder, code=CANTCREATE)
    assert "letters like this one" in incident.text("approve", "--read", code=OK) or len(letters) > tally["all"]


# -------------------------------------------------------------------------------- one bit changed

@pytest.mark.parametrize("change", ["replace(armour, 'U1NIU0lHAAAAAQ', 'U1NIU0lHAAAAAA')", "armour || char(8)"])
def test_what_ssh_keygen_overlooks(two, keys, change):
    """A version of 0, which is not signed, and what stands behind the end."""
    signed(two, keys, *NAMES[:2])
    with contextlib.closing(sqlite3.connect(two.ledger)) as db:
        db.execute("DROP TRIGGER signature_no_update")
        assert db.execute(f"UPDATE signature SET armour = {change}").rowcount
        db.commit()
    two.error("send", code=REFUSED)
    nothing_went_out(two)


BITS = {
    "messages": ("message", "bytes_sealed", "notice_id"),
    "recipients": ("notice", "facts_sealed", "id"),
    "recipient digests": ("notice", "recipient_digest", "id"),
    "token digests": ("notice", "token_digest", "id"),
    "message digests": ("notice", "message_sha256", "id"),
    "manifest": ("release", "manifest", "id"),
    "proposed": ("proposal", "text", "id"),
    "signatures": ("signature", "armour", "proposal_id"),
    "keys": ("signature", "fingerprint", "proposal_id"),
}


@pytest.mark.parametrize("what", BITS)
def test_one_bit_changed(two, keys, what):
    """Nothing goes out, whichever bit of whichever row it is. A signature may be written in more than one
    way; then it still says what it said."""
    incident, dice = two, random.Random(what)
    signed(incident, keys, *NAMES[:2])
    kept = incident.ledger.read_bytes()
    table, column, key = BITS[what]
    for _ in range((1000 if what in ("messages", "manifest", "signatures") else 100) if LONG else 3):
        incident.ledger.write_bytes(kept)
        db = sqlite3.connect(incident.ledger)
        db.executescript(f"PRAGMA synchronous = OFF; DROP TRIGGER {table}_no_update")
        where = " WHERE id IN (SELECT notice_id FROM release_item)" if table == "notice" else ""
        where = " WHERE notice_id IN (SELECT notice_id FROM release_item)" if table == "message" else where
        row, value = dice.choice(db.execute(f"SELECT rowid, {column} FROM {table}{where}" if table != "signature" else
                                            f"SELECT fingerprint, {column} FROM signature").fetchall())
        before = value.encode() if isinstance(value, str) else value
        bit = dice.randrange(len(before) * 8)
        after = bytearray(before)
        after[bit // 8] ^= 1 << bit % 8
        if isinstance(value, str):
            if after[bit // 8] in (0, *range(128, 256)):
                continue
            after = after.decode()
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {'fingerprint' if table == 'signature' else 'rowid'} = ?",
                   (after, row))
        db.commit()
        db.close()
        if what == "signatures" and after.split() == value.split():
            continue
        assert incident.run("send", code=(OK, REFUSED)).code == REFUSED, (what, bit)
        nothing_went_out(incident)
