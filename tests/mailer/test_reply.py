# SPDX-License-Identifier: MIT
"""Replies as people's programs write them (from a folder outside, see flow/letters.py): what is new
in them must come out, word by word."""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))
from letters import corpus  # noqa: E402

BINARY = os.environ.get("BREACHMAIL", "")
DRIVER = pathlib.Path(BINARY).absolute().parent.parent / "tests" / "reply_driver"
# A quotation that nothing introduces goes as well: nobody acknowledges with somebody else's words.
OUR_WAY = {"trimmer-quote_and_text.txt": "And this is some text."}

pytestmark = pytest.mark.skipif(not BINARY, reason="BREACHMAIL names no program")


def find_new(body):
    out = subprocess.run([DRIVER], input=body, capture_output=True, timeout=60, check=True).stdout
    return out.decode().split("\n", 1)[1].split()


def test_what_is_new_comes_out():
    folder, wrong = corpus("replytext"), []
    expected = sorted(folder.glob("*.expected"))
    for path in expected:
        mail = path.with_suffix("") if path.with_suffix("").exists() else path.with_suffix(".txt")
        words = OUR_WAY.get(mail.name, path.read_text()).split()
        if find_new(mail.read_bytes()) != words:
            wrong.append(mail.name)
    assert len(expected) > 20 and not wrong


def test_nothing_is_made_up():
    for path in corpus("replytext").glob("*.txt"):
        body = path.read_bytes()
        rest = iter(body.decode().split())
        assert all(word in rest for word in find_new(body)), path.name
