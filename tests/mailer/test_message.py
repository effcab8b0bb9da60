# SPDX-License-Identifier: MIT
"""What Python's reader makes of the messages that mailer/wire/message.c writes: all that went in, and no
defects."""
import email
import email.header
import email.policy
import email.utils
import json
import os
import pathlib
import random
import subprocess

import pytest

# The driver stands in the same build as the program, whose path is in BREACHMAIL.
BINARY = os.environ.get("BREACHMAIL", "")
DRIVER = pathlib.Path(BINARY).absolute().parent.parent / "tests" / "message_driver"
pytestmark = pytest.mark.skipif(not BINARY, reason="BREACHMAIL names no program")

SAMPLE = dict(from_name="Data Incident Team", from_="notice@force.example", to_name="Zoë Quinn",
          to="zoe.quinn@force.example", reply_to="reply@force.example", subject="About your data",
          date_ms=1795251600123, message_id="k3x9@force.example", boundary="b0undary",
          text="Dear Zoë,\n\nall is well.\n", html="<p>Dear Zoë</p>\n")


def write(messages):
    lines = "".join(json.dumps({k.rstrip("_"): v for k, v in m.items()}) + "\n" for m in messages)
    out = subprocess.run([DRIVER], input=lines.encode(), capture_output=True, check=True).stdout
    found = []
    while out:
        head, out = out.split(b"\n", 1)
        if head.startswith(b"-1 "):
            found.append(head[3:].decode())
        else:
            found.append(out[:int(head)])
            out = out[int(head):]
    assert len(found) == len(messages)
    return found


def same_but_blanks(a, b):
    """The new reader of Python 3.11 keeps the blank between two RFC 2047 words of a name."""
    return "".join(a.split()) == "".join(b.split())


def old_reading(raw, field):
    """Python's older reader does it right."""
    value = email.message_from_bytes(raw, policy=email.policy.compat32)[field]
    name, address = email.utils.parseaddr(value.replace("\r\n", ""))
    return str(email.header.make_header(email.header.decode_header(name))), address


def check(given, raw):
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    m = email.message_from_bytes(raw, policy=email.policy.default)
    for part in m.walk():
        assert not part.defects
        for name in part.keys():
            assert not part[name].defects, (name, part[name].defects)
    assert m.keys() == ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted",
                "MIME-Version", "Content-Type"]
    assert m["Subject"] == given["subject"]
    for field, name, address in (("From", "from_name", "from_"), ("To", "to_name", "to")):
        box, = m[field].addresses
        assert box.addr_spec == given[address]
        assert same_but_blanks(box.display_name, given[name] or "")
        assert old_reading(raw, field) == (given[name] or "", given[address])
    assert m["Reply-To"] == given["reply_to"]
    assert m["Message-ID"] == f"<{given['message_id']}>"
    assert int(m["Date"].datetime.timestamp()) == given["date_ms"] // 1000
    assert m.get_content_type() == "multipart/alternative"
    text, html = m.iter_parts()
    for part, wanted, kind in ((text, given["text"], "plain"), (html, given["html"], "html")):
        assert part.get_content_type() == f"text/{kind}"
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        got = part.get_payload(decode=True).decode()
        assert got.replace("\r\n", "\n") == wanted.replace("\r\n", "\n")


def test_sample():
    raw, = write([SAMPLE])
    check(SAMPLE, raw)


NAMES = ["Ann Smith", "Smith, Ann", "D.C. Ann O'Neil", 'Ann "A" Smith', "Zoë Quinn", "Łukasz Żółć",
         "漢字 太郎", "=?utf-8?Q?trap?=", "Ann  Smith", "(Ann)", "a@b", "😀 Ann", "x" * 90, "Ann; Group: x",
         "é" * 120, None]


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    given = SAMPLE | dict(to_name=name, from_name=name)
    raw, = write([given])
    check(given, raw)


def test_any():
    r = random.Random(20261121)
    letters = "abc ABC 0123 .,;:!?()<>@\"'\\=_-äöüßéłż漢字😀\u00a0"
    pieces = ["word ", "  ", "\t", "\n", "\n.\n", "\nFrom ", "=", "é", "€", "😀", "--=_b0undary\n", "x" * 77,
              "\n\n", "plain words, quite a few of them, in a longer line than fits into one "]

    def words(most):
        return "".join(r.choices(letters, k=r.randint(1, most))).strip() or "x"

    def body():
        return "".join(r.choices(pieces, k=r.randint(1, 60)))

    cases = [SAMPLE | dict(subject=words(200), to_name=words(80), from_name=words(40), text=body(),
                           html=body(), boundary=f"b{n}", date_ms=r.randrange(4 * 10**12))
             for n in range(400)]
    for given, raw in zip(cases, write(cases)):
        check(given, raw)


def test_refusals_do_not_say_the_value():
    bad = [SAMPLE | {k: "Evil\r\nBcc: eve@evil.example"} for k in
           ("from_name", "from_", "to_name", "to", "reply_to", "subject", "message_id", "boundary")]
    for said in write(bad):
        assert isinstance(said, str) and "vil" not in said and "Bcc" not in said
