# SPDX-License-Identifier: MIT
"""Letters for tests: hostile ones, made here, and a folder of real ones if there is one.

Real letters are not ours to hand on, so they lie outside: in
$CORPORA/inbound, or in a folder `corpora` beside this repository or one level below that. Tests
that need them are skipped where they are not."""
import os
import pathlib
import random

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAD = b"From: a@b.test\nTo: c@d.test\nSubject: x\n"
MIXED = HEAD + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
REPORT = (HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n"
          b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; d.test\n\n")
FOUR_GIB = 4 << 30


def corpus(*below):
    """A path in the folder of real letters; skips the test if there is none."""
    named = os.environ.get("CORPORA")
    places = [pathlib.Path(named)] if named else [
        ROOT.parent / "corpora", *sorted(ROOT.parent.glob("*/corpora"))]
    for place in places:
        path = place.joinpath("inbound", *below)
        if path.exists():
            return path
    return pytest.skip("there is no folder of real letters")


def nested_multiparts(depth):
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth))


# What must not be read: each over a limit of its own.
REFUSED = {
    "empty": lambda: b"",
    "blank": lambda: b"\n \n\t\r\n" * 1000,
    "only-from-lines": lambda: b"From x Mon Jan  1 00:00:00 2024\n" * 1000,
    "parentheses": lambda: HEAD + b"From: " + b"(" * 200000 + b"\n\nx",
    "parentheses-closed": lambda: HEAD + b"From: " + b"(a)" * 50000 + b" a@b.test\n\nx",
    "angles": lambda: HEAD + b"To: " + b"<" * 100000 + b"\n\nx",
    "colons": lambda: HEAD + b"To: " + b": " * 50000 + b"\n\nx",
    "messages": lambda: b"Content-Type: message/rfc822\n\n" * 100000,
    "messages-in-parts": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                                 b"Content-Type: message/rfc822\n\n" * 50000,
    "multiparts": lambda: nested_multiparts(10000),
    "cyclic": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" +
                      b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 5000,
    "parts": lambda: MIXED + b"--b\n\n\n" * 500000,
    "header": lambda: HEAD + b"X-Long: " + b"x" * 70 + b"\n" + b" yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n" * 8500 + b"\nx",
    "fields": lambda: HEAD + b"X: y\n" * 5000 + b"\nx",
}

# What may be read, or not; but quickly, and nobody must die of it.
READ = {
    "boundary-quote": lambda: HEAD + b'Content-Type: multipart/mixed; boundary="\\""\n\n--"\n\nx\n--"--\n',
    "boundary-empty": lambda: HEAD + b'Content-Type: multipart/mixed; boundary=""\n\n--\n\nx\n----\n',
    "boundary-backslash": lambda: HEAD + b'Content-Type: multipart/mixed; boundary="\\\\"\n\n--\\\n\nx\n',
    "boundary-comment": lambda: HEAD + b'Content-Type: multipart/mixed; boundary(\\)"")=(x)"\\""\n\n--"\n\nx\n',
    "boundary-folded": lambda: HEAD + b'Content-Type: multipart/mixed;\n boundary\n =\n "\\""\n\n--"\n\nx\n',
    "boundary-inside": lambda: MIXED + b'--b\nContent-Type: multipart/mixed; boundary="\\""\n\n--"\n\nx\n--b--\n',
    "boundary-long": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=" + b"b" * 60000 + b"\n\n--b\n\nx\n",
    "groups": lambda: HEAD + b"To: " + b"a:" * 900 + b";" * 900 + b"\n\nx",
    "addresses": lambda: HEAD + b"To: " + b"a@b.test, " * 20000 + b"c@d.test\n\nx",
    "references": lambda: HEAD + b"References:" + b" <a@b.test>\n" * 15000 + b"\nx",
    "nul": lambda: HEAD + b"X: a\0b\nSubject: \0\0\n\n\0" * 5000,
    "endless-line": lambda: HEAD + b"\n" + b"x" * (9 << 20),
    "endless-field": lambda: b"Subject: " + b"x" * (9 << 20),
    "large": lambda: HEAD + b"\n" + b"0123456789abcde\n" * (1 << 20),
    "base64-garbage": lambda: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"=A=&%!\xff" * 100000,
    "quoted-garbage": lambda: HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n=G=3" * 100000,
    "charset-unknown": lambda: HEAD + b"Content-Type: text/plain; charset=" + b"x-" * 9000 + b"\n\n\xff\xfe" * 9000,
    "charset-utf-7": lambda: HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+//8-+2AA-" * 50000,
    "charset-utf-16": lambda: HEAD + b"Content-Type: text/plain; charset=utf-16\n\n" + b"\xff\xd8\x00" * 50000,
    "charset-shifts": lambda: HEAD + b"Content-Type: text/plain; charset=iso-2022-cn-ext\n\n" +
                              b"\x1b$)A\x0e\x1b$*H\x1bN\x0f" * 50000,
    "charset-escapes": lambda: HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B\x1b(" * 50000,
    "charset-path": lambda: HEAD + b"Content-Type: text/plain; charset=../../../etc/passwd//\n\n\xe4\n",
    "encoded-words": lambda: HEAD + b"Subject: " + b"=?utf-8?b?/w==?= =?utf-7?q?+AA?=\n " * 5000 + b"\n\nx",
    "encoded-word-open": lambda: HEAD + b"Subject: " + b"=?utf-8?q?" * 20000 + b"\n\nx",
    "rfc2231": lambda: HEAD + b"Content-Type: multipart/mixed; boundary*0*=utf-8'en'%62; boundary*1=b;\n"
                              b" boundary*99999999999=x; boundary*=%; name*0*=''%\n\n--bb\n\nx\n--bb--\n",
    "rfc2231-many": lambda: HEAD + b"Content-Type: text/plain;\n" +
                            b"".join(b" name*%d*=utf-8''%%zz;\n" % i for i in range(8000)) + b"\nx",
    "report-recipients": lambda: REPORT + b"Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n\n" * 50000,
    "report-fields": lambda: REPORT + b"Final-Recipient: rfc822; " + b"a" * 90000 + b"\nAction: " + b"failed" * 9000 +
                             b"\nStatus: " + b"5." * 90000 + b"\nDiagnostic-Code: smtp; " + b"5" * 90000 + b"\n\n--b--\n",
    "report-controls": lambda: REPORT + b"Final-Recipient: rfc822; a\x1b[2J@b.test\nAction: failed\n"
                               b"Diagnostic-Code: smtp; \x07\x9b\xff\xc2\x85\nStatus: 5.1.1\n\n--b--\n",
    "html": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<div><blockquote><!--" * 100000 + b"&#" * 100000,
    "html-angles": lambda: HEAD + b"Content-Type: text/html\n\n" + b"<" * 500000,
    "quotes": lambda: HEAD + b"In-Reply-To: <a@b.test>\n\n" + b"On 1 Jan 2024 at 10:10 a@b.test wrote\n" * 20000,
    "quotes-deep": lambda: HEAD + b"\n" + b">" * 500000,
    "no-header": lambda: b"\n".join(b"%d" % i for i in range(200000)),
    "date": lambda: HEAD + b"Date: Mon, 99 Foo 99999999999999999999 99:99:99 +999999\n\nx",
    "binary": lambda: random.Random(1).randbytes(1 << 20),
    "binary-in-parts": lambda: MIXED + b"".join(b"--b\n" + random.Random(i).randbytes(900) for i in range(900)),
}


def write_hostile(folder):
    """Writes them all; the names of those that must be unparsable, and of the others."""
    for name, make in (REFUSED | READ).items():
        (folder / name).write_bytes(make())
    with open(folder / "sparse", "wb") as file:
        file.write(HEAD + b"\nx\n")
        file.truncate(FOUR_GIB)
    with open(folder / "sparse-header", "wb") as file:
        file.write(b"Subject: ")
        file.truncate(FOUR_GIB)
    return sorted(REFUSED), sorted([*READ, "sparse", "sparse-header"])
