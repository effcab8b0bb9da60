# SPDX-License-Identifier: MIT
"""A whole rehearsal, then the real thing: what was rehearsed counts for nothing, and everyone is sent to once."""
import shutil
import subprocess

import pytest

from flow import HUMAN, OK, REFUSED, reconcile
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
