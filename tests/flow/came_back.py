# SPDX-License-Identifier: MIT
"""Made-up letters that come back: what mail systems and people write about a notice."""
import mailbox
import re
import textwrap

from conftest import parse

HOST = "mx.met.police.example"


class Notice:
    """What somebody can know who has seen one: from the outbox or a server's mail."""

    def __init__(self, raw):
        mail = parse(raw)
        self.to, self.id = str(mail["To"]), str(mail["Message-ID"])[1:-1]
        self.token = self.id.split("@")[0]
        text = mail.get_body(("plain",)).get_content()
        self.code = re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", text).group()


def notices(incident):
    """Of each recipient the notice in the outbox."""
    return {notice.to: notice for notice in map(Notice, (path.read_bytes() for path in incident.outbox()))}


def report(notice, action, status="", *, to="notices@met.police.example", about=None, original=True,
           returned=True, envid=False, words="", number=1, code=None):
    """A report as RFC 3464 has it. `about`: another recipient; `returned`: our header is in it."""
    status = status or {"failed": "5.1.1", "delayed": "4.4.1"}.get(action, "2.0.0")
    reply = {"5": "550", "4": "451", "2": "250"}[status[0]]
    about = about or notice.to
    head = f"Message-ID: <{notice.id}>\n" if returned else "X-Returned: nothing\n"
    return textwrap.dedent(f"""\
        Return-Path: <>
        Delivered-To: {to}
        From: Mail Delivery System <MAILER-DAEMON@{HOST}>
        To: {to}
        Subject: {"Undelivered Mail Returned to Sender" if action == "failed" else "Delivery Status Notification"}
        Message-ID: <{number}.{action}@{HOST}>
        Date: Sat, 26 Aug 2023 10:00:00 +0000
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="=_{number}"

        --=_{number}
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host {HOST}. {words}

        --=_{number}
        Content-Type: message/delivery-status

        Reporting-MTA: dns; {HOST}
        {"Original-Envelope-Id: " + notice.token if envid else "Arrival-Date: Sat, 26 Aug 2023 09:00:00 +0000"}

        {"Original-Recipient: rfc822;" + about if original else "X-Number: " + str(number)}
        Final-Recipient: rfc822; {about}
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; {reply} {status} so it is

        --=_{number}
        Content-Type: text/rfc822-headers

        From: Data protection notices <notices@met.police.example>
        To: {notice.to}
        Subject: A notice about your personal data
        """) + head + (f"X-Code: {code}\n" if code else "") + f"\n--=_{number}--\n"


def written(notice, text, *, sender=None, answers=True, subject="Re: A notice about your personal data",
            quotes="", number=1, more=""):
    """What a person writes, or their mail program for them (`more`: its header fields)."""
    sender = sender or notice.to
    return (f"Return-Path: <{sender}>\nDelivered-To: notices@met.police.example\nFrom: Somebody <{sender}>\n"
            f"To: Data protection notices <notices@met.police.example>\nSubject: {subject}\n"
            f"Message-ID: <{number}.{sender}>\nDate: Sat, 26 Aug 2023 11:00:00 +0000\n"
            + (f"In-Reply-To: <{notice.id}>\nReferences: <{notice.id}>\n" if answers else "")
            + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n" + more + f"\n{text}\n"
            + (f"\nOn Sat, 26 Aug 2023, Data protection notices wrote:\n> {quotes}\n" if quotes else ""))


def away(notice, **more):
    return written(notice, "I am out of the office until Monday.", subject="Automatic reply: A notice",
                   more="Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n", **more)


def displayed(notice, disposition="displayed", number=1):
    """A receipt (RFC 8098)."""
    return textwrap.dedent(f"""\
        From: <{notice.to}>
        To: notices@met.police.example
        Subject: Read: A notice about your personal data
        Message-ID: <{number}.mdn.{notice.to}>
        Date: Sat, 26 Aug 2023 11:00:00 +0000
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=disposition-notification; boundary="=_m{number}"

        --=_m{number}
        Content-Type: text/plain; charset=us-ascii

        The message was displayed.

        --=_m{number}
        Content-Type: message/disposition-notification

        Original-Recipient: rfc822;{notice.to}
        Final-Recipient: rfc822;{notice.to}
        Original-Message-ID: <{notice.id}>
        Disposition: automatic-action/MDN-sent-automatically; {disposition}

        --=_m{number}--
        """)


def to_mbox(path, letters):
    box = mailbox.mbox(path)
    for letter in letters:
        box.add(letter.encode())
    box.close()
    return f"mbox:{path}"


def to_maildir(path, letters, crlf=False):
    box = mailbox.Maildir(path, create=True)
    for number, letter in enumerate(letters):
        data = letter.encode()
        (path / "new" / f"{number:06}.made.up").write_bytes(
            data.replace(b"\n", b"\r\n") if crlf else data)
    box.close()
    return f"maildir:{path}"
