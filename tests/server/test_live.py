# SPDX-License-Identifier: MIT
"""The real thing: what was rehearsed counts for nothing, everyone is sent to once, and a timer reminds without a new signature."""
import shutil
import sqlite3
import subprocess
import time

import pytest

import flow
from flow import HUMAN, OK, REFUSED, reconcile, twice
from scripted import Playing
import invariants

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")


def sign(incident):
    """Two people let it go. Returns the release's name."""
    for name in ("ann", "bob"):
        if not (incident.root / name).exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", incident.root / name], check=True)
            incident.run("approve", "--enrol", name, "--public", incident.root / f"{name}.pub", "--by", "Joan",
                         "--reason", "she signs", code=OK)
    for question in incident.run("approve").tally["open"]:
        incident.run("approve", "--accept", question["key"], "--by", "Joan", "--reason", "as it is")
    for name in ("ann", "bob"):
        tally = incident.run("approve", "--sign", incident.root / name, code=OK).tally
    return tally


def test_a_rehearsal_and_then_live(few):
    with Playing() as rehearsal:
        few.send_to(rehearsal)
        few.release()
        invariants.send(few, code=OK)
        invariants.finish(few, rehearsal)
        rehearsed = {entry["to"]: entry["message_id"] for entry in rehearsal.entries}
    before = few.status()["states"]
    with Playing() as server:
        few.send_to(server)
        few.change({"mode": "live", "allowed_domains": ["met.police.example"]})
        few.run("group")
        few.run("compose")
        few.error("send", "--release", "0" * 64, code=REFUSED)
        digest = sign(few)["release"]
        few.error("send", code=REFUSED)                         # it wants to be named
        assert not server.entries
        tally = few.run("send", "--release", digest[:12], code=(OK, HUMAN)).tally
        assert tally["accepted"] == tally["sent_now"] == len(server.entries) == len(rehearsed)
        sent = {entry["to"]: entry["message_id"] for entry in server.entries}
        assert sent.keys() == rehearsed.keys()                  # everyone, once
        assert not set(sent.values()) & set(rehearsed.values())
        assert reconcile(few)["states"]["accepted"] == before["accepted"]
        again = few.run("send", "--release", digest, code=(OK, HUMAN)).tally
        assert again["sent_now"] == 0 and len(server.entries) == len(sent)
        few.run("check", code=OK)


AFTER = 3       # seconds: in live the clock cannot be set


def go_live(incident, server):
    incident.send_to(server)
    incident.change({"mode": "live", "allowed_domains": ["met.police.example"], "notify": "duty@met.police.example"})
    policy = incident.folder / "policy.json"
    levels = flow.json.loads(policy.read_text())
    for level in levels["levels"]:
        level.pop("escalate", None)
        if level["route"] == "mail":
            level.update(follow_up=[{"after": f"PT{AFTER}S", "template": "follow-up/reminder"}], proof="acknowledged")
    policy.write_text(flow.json.dumps(levels))
    incident.run("group")
    incident.run("compose")


def count(incident, table):
    with sqlite3.connect(f"file:{incident.ledger}?mode=ro", uri=True) as ledger:
        return ledger.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_timer_reminds_by_the_release_that_was_signed(few):
    """follow-up: what no person has begun it does not begin; what was signed it follows up by the clock, once."""
    with Playing() as server:
        go_live(few, server)
        digest = sign(few)["release"]
        assert "standing follow-up officer 1 after 3s proof acknowledged" in few.run("approve").tally["manifest"]
        signed = count(few, "signature")
        assert few.run("follow-up").tally["sent_now"] == 0      # nobody has sent it yet
        told = few.run("send", "--release", digest[:12], code=(OK, HUMAN)).tally["accepted"]
        out = time.monotonic()
        early = few.run("follow-up").tally["sent_now"]
        assert told == 5 and (early == 0 or time.monotonic() - out > AFTER)
        time.sleep(max(0, AFTER + .1 - (time.monotonic() - out)))
        before = few.copy(few.root.parent / "revoked")
        tally = few.run("follow-up", code=(OK, HUMAN)).tally
        assert early + tally["sent_now"] == told and tally.get("waiting", 0) == 0
        assert few.run("follow-up", code=(OK, HUMAN)).tally["sent_now"] == 0
        to = [entry["to"] for entry in server.entries if not entry["to"].startswith("duty@")]
        assert len(to) == 2 * told and set(twice(to).values()) == {2}
        assert not twice(entry["message_id"] for entry in server.entries)
        assert count(few, "signature") == signed and count(few, "release") > 1
        assert reconcile(few)["states"]["accepted"] == told
        few.run("check", code=OK)
        if early:
            return
        before.run("approve", "--revoke", "bob", "--by", "Joan", "--reason", "his key is lost", code=OK)
        before.run("follow-up", code=REFUSED)                   # it rests on signatures that still hold
        assert [entry["to"] for entry in server.entries if not entry["to"].startswith("duty@")] == to
