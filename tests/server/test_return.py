# SPDX-License-Identifier: MIT
"""From the notice to what becomes of it, through real servers: a private Postfix takes the mails, and sends back
what such servers send back; a private Dovecot keeps the mailbox; track reads it over verified TLS."""
import csv
import email
import email.message
import io
import re
import smtplib
import time

import pytest

import dovecot
import postfix
from flow import HUMAN, OK, reconcile

MISSING = postfix.missing() or dovecot.missing()
pytestmark = [pytest.mark.plain, pytest.mark.skipif(MISSING is not None, reason=str(MISSING))]
JACK, JOHN, MARY, EVE, UMA = (f"{name}@met.police.example" for name in (
    "j.smith", "john.smith", "mary", "eve", "uma"))
IDS = {JACK: "A1", JOHN: "A2", MARY: "A3", EVE: "A6", UMA: "A8"}
PORTS = {"submission": postfix.PORTS["submission"],
         "inside": ["smtpd_relay_restrictions=permit_mynetworks,reject", "smtpd_sasl_auth_enable=no"]}
# Taken, and then: not known at all; not reachable, given up after four seconds; handed on, and answered by a machine.
TRANSPORT = f"""\
{JACK} gone:
{JOHN} smtp:[127.0.0.1]:1
{EVE} away:
"""
MAIN = """\
recipient_delimiter = +
transport_maps = texthash:{d}/transport
mynetworks = 127.0.0.0/8
delay_warning_time = 1s
maximal_queue_lifetime = 4s
bounce_queue_lifetime = 4s
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""
MASTER = """\
gone      unix - n n - - pipe
  flags=q user=nobody argv=/bin/sh {d}/gone.sh
smtp      unix - - n - - smtp
away      unix - n n - - pipe
  flags=Rq user=nobody argv=/usr/bin/python3 {d}/away.py ${{sender}} ${{recipient}}
"""
# As office servers answer: to whoever sent it, whatever the mail says of itself.
AWAY = """\
import email, smtplib, sys
sender, recipient = sys.argv[1:]
mail = email.message_from_bytes(sys.stdin.buffer.read())
answer = email.message.EmailMessage()
answer["From"], answer["To"] = recipient, sender
answer["Subject"] = "Automatic reply: " + str(mail["Subject"]).replace("\\n", "")
answer["In-Reply-To"] = answer["References"] = mail["Message-ID"]
answer["Auto-Submitted"] = "auto-replied"
answer["X-Auto-Response-Suppress"] = "All"
answer.set_content("I am on rest days until Monday. For urgent matters please ring the control room.")
with smtplib.SMTP("127.0.0.1", {port}) as smtp:
    smtp.sendmail("", sender, answer.as_bytes())
"""


class Servers:
    def __init__(self, folder, pki):
        self.imap = dovecot.Dovecot(folder / "imap", pki)
        boxes = [JACK, JOHN, MARY, EVE, UMA, "bounces@met.police.example", "answers@met.police.example"]
        self.smtp = postfix.Postfix(folder / "smtp", pki, boxes, ports=PORTS, main=MAIN, master=MASTER)
        self.smtp.write("transport", TRANSPORT)
        self.smtp.write("gone.sh", "cat >/dev/null; echo nobody of that name; exit 67\n")     # EX_NOUSER
        self.smtp.write("away.py", AWAY.replace("{port}", str(self.smtp.ports["inside"])))
        for box in boxes[-2:]:      # one mailbox for both
            (self.smtp.d / "mail" / box).symlink_to(self.imap.box)

    def __enter__(self):
        self.imap.__enter__()
        try:
            self.smtp.__enter__()
        except BaseException:
            self.imap.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.smtp.__exit__()
        self.imap.__exit__()

    def wait_for(self, count, seconds=60):
        """Until so many letters came back."""
        end = time.monotonic() + seconds
        while len(self.imap.files()) < count:
            assert time.monotonic() < end, (count, self.letters(), self.smtp.log()[-4000:])
            time.sleep(.05)
        assert len(self.imap.files()) == count, self.letters()

    def letters(self):
        return [email.message_from_bytes(path.read_bytes())["Subject"] for path in self.imap.files()]

    def post(self, sender, recipient, mail):
        with smtplib.SMTP("127.0.0.1", self.smtp.ports["inside"]) as smtp:
            smtp.sendmail(sender, recipient, mail.as_bytes())


@pytest.fixture(scope="module")
def servers(pki, tmp_path_factory):
    with Servers(tmp_path_factory.mktemp("return"), pki) as both:
        yield both


@pytest.fixture
def incident(few, pki, servers):
    (few.folder / "secret").write_text("pass word\n")
    login = {"ca_file": str(pki / "ca.pem"), "user": "joan", "password_file": "secret", "timeout": "60s"}
    few.change({
        "relay": {"url": f"smtp://localhost:{servers.smtp.ports['submission']}", **login,
                  "reply_to": "answers@met.police.example", "envelope_from": "bounces+{token}@met.police.example"},
        "mailbox": {"url": f"imaps://localhost:{servers.imap.ports['imaps']}/INBOX", **login}})
    few.run("compose")
    few.release()
    return few


def states(incident):
    listed = incident.text("report", "--kind", "people", "--format", "csv", code=OK)
    rows = {row["person_id"]: row for row in csv.DictReader(io.StringIO(listed))}
    return {to: (rows[person]["state"], rows[person]["facts"]) for to, person in IDS.items()}


def reply(to, words):
    """What a person writes, below or above what they answer to, as mail programs do it."""
    answer = email.message.EmailMessage()
    answer["From"], answer["To"] = f"Uma Safe <{UMA}>", str(to["Reply-To"])
    answer["Subject"] = f"RE: {to['Subject']}".replace("\n", "")
    answer["Message-ID"] = "<5a1.uma@met.police.example>"
    answer["In-Reply-To"] = answer["References"] = to["Message-ID"].strip()
    text = to.get_body(("plain",)).get_content()
    answer.set_content(f"{words}\n\nUma\n\n-----Original Message-----\nFrom: {to['From']}\nSubject: {to['Subject']}\n\n"
                       + re.sub("^", "> ", text, flags=re.M))
    return answer


def received(servers, to):
    (path,) = (servers.smtp.d / "mail" / to / "new").iterdir()
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_five_fates(incident, servers):
    """Failed at once, delayed and then failed, delivered, handed on to a machine that answers, acknowledged by a
    person: what each proves, and no more. All five were accepted by the relay, so each failure is one after a 250."""
    assert incident.run("send", code=OK).tally["accepted"] == 5
    assert set(states(incident).values()) == {("accepted", "")}

    servers.wait_for(6)         # failed, delayed, delivered twice, relayed, automatic reply
    tally = incident.run("track", code=HUMAN).tally
    assert (tally["letters"], tally["tied"], tally["orphans"]) == (6, 6, 0)
    assert tally["by_class"] == {"bounce-hard": 1, "delayed": 1, "delivered": 2, "relayed": 1,
                                 "auto-reply": 1}
    assert tally["state_changes"] == 4
    assert states(incident) == {JACK: ("bounced", ""), JOHN: ("accepted", "delayed"), MARY: ("delivered", ""),
                                EVE: ("relayed", "away"), UMA: ("delivered", "")}

    servers.post(UMA, "answers@met.police.example",
                 reply(received(servers, UMA), "I have received and read this notice. Thank you."))
    servers.wait_for(8)         # that, and the end of the delayed one
    tally = incident.run("track", code=HUMAN).tally
    assert (tally["letters"], tally["tied"], tally["state_changes"]) == (2, 2, 2)
    assert tally["by_class"] == {"bounce-soft": 1, "human": 1}
    assert states(incident) == {JACK: ("bounced", ""), JOHN: ("bounced", ""), MARY: ("delivered", ""),
                                EVE: ("relayed", "away"), UMA: ("acknowledged", "")}
    assert reconcile(incident)["states"] == {"bounced": 2, "delivered": 1, "relayed": 1, "acknowledged": 1,
                                               "task": 3}

    # read again, nothing is counted again; and nobody sees that we were there
    tally = incident.run("track", code=HUMAN).tally
    assert (tally["letters"], tally["state_changes"]) == (0, 0)
    assert not servers.imap.seen() and len(servers.imap.files()) == 8
    incident.run("check", code=OK)


def test_mailbox_made_anew(incident, servers):
    """Another UIDVALIDITY: all letters come again, and change nothing."""
    servers.imap.forget()
    for box in (path for to in IDS for path in servers.smtp.d.glob(f"mail/{to}/new/*")):
        box.unlink()
    assert incident.run("send", code=OK).tally["accepted"] == 5
    servers.wait_for(6)
    before = incident.run("track", code=HUMAN).tally
    assert before["letters"] == 6
    kept = [path.read_bytes() for path in servers.imap.files()]
    time.sleep(1.1)             # UIDVALIDITY is made of the second
    servers.imap.forget()
    servers.imap.put(*kept)
    servers.wait_for(6)
    known = states(incident)
    tally = incident.run("track", code=HUMAN).tally
    assert (tally["letters"], tally["state_changes"], tally["known"]) == (0, 0, 6)
    assert states(incident) == known
