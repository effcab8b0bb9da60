# SPDX-License-Identifier: MIT
"""What comes back: each kind of letter and what it does to its person; forged ones; letters that come
twice, in the middle of which we die, that belong to nobody; and what a human says of them."""
import csv
import io
import random
import re
import shutil
import signal
import socketserver
import sqlite3
import threading
import time

import pytest

from conftest import CONFIG, HUMAN, INPUT, OK, REFUSED, TEMPORARY, USAGE, reconcile
from came_back import away, displayed, notices, report, to_maildir, to_mbox, written

SAID = ["--by", "Joan Ashby", "--reason", "looked at it"]
JOHN, JACK, MARY, EVE, UMA = (f"{name}@met.police.example" for name in (
    "john.smith", "j.smith", "mary", "eve", "uma"))
IDS = {JACK: "A1", JOHN: "A2", MARY: "A3", EVE: "A6", UMA: "A8"}
ACK = "I have received and read this notice. Thank you."


@pytest.fixture(scope="module")
def sent_once(village, tmp_path_factory):
    """The village's five notices are out, with the token in the envelope's sender."""
    incident = village.copy(tmp_path_factory.mktemp("sent") / "work")
    incident.change({"relay": {"envelope_from": "bounce+{token}@met.police.example"}})
    incident.run("compose")
    incident.run("approve", "--release", code=OK)
    incident.run("send")
    return incident


@pytest.fixture
def sent(sent_once, tmp_path):
    incident = sent_once.copy(tmp_path / "sent")
    incident.notice = notices(incident)
    assert set(incident.notice) == set(IDS)
    return incident


def verp(notice):
    return f"bounce+{notice.token}@met.police.example"


def track(incident, *letters, code=(OK, HUMAN), name="box"):
    path = incident.root / f"{name}{len(list(incident.root.glob(name + '*')))}"
    return incident.run("track", "--from", to_mbox(path, letters), code=code).tally


def states(incident):
    """Of each person with a notice their state and facts."""
    listed = incident.text("report", "--kind", "people", "--format", "csv", code=OK)
    rows = {row["person_id"]: row for row in csv.DictReader(io.StringIO(listed))}
    return {to: (rows[person]["state"], rows[person]["facts"]) for to, person in IDS.items()}


def state(incident, to):
    return states(incident)[to][0]


def needs(incident):
    return {name: count for name, count in reconcile(incident)["needs_human"].items()
            if name.startswith("letters_") or name in ("bounced", "conflicts")}


def letters(incident, which="all"):
    return incident.run("track", "--list", which, code=OK).tally["letters"]


def now(incident):
    """The status without what the time brings."""
    return {name: value for name, value in reconcile(incident).items()
            if name not in ("clock", "forecast")}


# ------------------------------------------------------------------------------------ what each one does

def test_a_morning_of_letters(sent):
    notice = sent.notice
    tally = track(
        sent, report(notice[JACK], "failed", to=verp(notice[JACK])), report(notice[JOHN], "delivered"),
        written(notice[MARY], ACK, quotes="This is a notice"), written(notice[EVE], "Was my address in it?"),
        away(notice[UMA]))
    assert (tally["letters"], tally["tied"], tally["orphans"]) == (5, 5, 0)
    assert tally["by_class"] == {"bounce-hard": 1, "delivered": 1, "human": 2, "auto-reply": 1}
    assert tally["state_changes"] == 4 == sum(change["notices"] for change in tally["changes"])
    assert {(c["from"], c["to"]) for c in tally["changes"]} == {
        ("accepted", to) for to in ("bounced", "delivered", "acknowledged")}
    assert states(sent) == {JACK: ("bounced", ""), JOHN: ("delivered", ""), MARY: ("acknowledged", ""),
                            EVE: ("delivered", "question"), UMA: ("accepted", "away")}
    status = reconcile(sent)
    assert status["states"] == {"bounced": 1, "delivered": 2, "acknowledged": 1, "accepted": 1, "task": 3}
    assert status["facts"] == {"question": 1, "away": 1}
    assert needs(sent) == {"bounced": 1, "letters_question": 1}
    # who acknowledged is told; who bounced is not
    told = sent.run("report", "--kind", "regulator", "--format", "json", json=False).stdout
    assert '"told": 4' in told
    assert sent.run("check", code=OK)


def test_relayed_expanded_delayed(sent):
    notice = sent.notice
    tally = track(sent, report(notice[JACK], "relayed"), report(notice[JOHN], "expanded"),
                  report(notice[MARY], "delayed"), displayed(notice[EVE]), displayed(notice[UMA], "deleted"))
    assert (tally["tied"], tally["state_changes"]) == (5, 3)
    assert states(sent) == {JACK: ("relayed", ""), JOHN: ("relayed", "expanded"), MARY: ("accepted", "delayed"),
                            EVE: ("delivered", "read"), UMA: ("accepted", "")}
    # and then it fails after all, or arrives
    tally = track(sent, *(report(notice[to], "failed", number=2) for to in (JACK, JOHN, MARY)))
    assert tally["state_changes"] == 3
    assert {state(sent, to) for to in (JACK, JOHN, MARY)} == {"bounced"}
    assert "delayed" not in states(sent)[MARY][1]


def test_a_bounce_steps_back_and_a_conflict_is_shown(sent):
    notice = sent.notice
    track(sent, report(notice[JACK], "delivered"), written(notice[JOHN], ACK))
    assert (state(sent, JACK), state(sent, JOHN)) == ("delivered", "acknowledged")
    tally = track(sent, report(notice[JACK], "failed"), report(notice[JOHN], "failed"))
    assert tally["state_changes"] == 1
    assert states(sent)[JACK] == ("bounced", "conflict") and states(sent)[JOHN] == ("acknowledged", "conflict")
    assert needs(sent) == {"bounced": 1, "conflicts": 2}
    (first, second) = letters(sent, "conflicts")
    sent.run("track", "--settle", second["letter"], "--as", "answered", *SAID, code=OK)
    assert needs(sent) == {"bounced": 1, "conflicts": 1}
    assert states(sent)[JOHN] == ("acknowledged", "conflict")     # settled, and still so
    sent.run("track", "--settle", first["letter"], "--as", "nothing", *SAID, code=OK)
    assert needs(sent) == {} and state(sent, JACK) == "delivered"


def test_worried_first(sent):
    notice = sent.notice
    track(sent, written(notice[JACK], "Which of my data was it?"),
          written(notice[EVE], "I am worried about my family. What should I do?", number=2))
    listed = letters(sent, "open")
    assert [letter["need"] for letter in listed] == ["worried", "question"]
    assert next(iter(sent.status()["needs_human"])) == "letters_worried"
    assert sent.status()["next"] == "breachmail track --list worried"
    number = listed[0]["letter"]
    assert "family" not in sent.text("track", "--list", "worried")
    shown = sent.run("track", "--show", number, code=OK).tally["letter"]
    assert "worried about my family" in shown["text"] and shown["from"] == EVE
    assert "worried about my family" in sent.text("track", "--show", number)
    sent.run("track", "--settle", number, "--as", "answered", *SAID, code=OK)
    assert [letter["need"] for letter in letters(sent, "open")] == ["question"]
    assert state(sent, EVE) == "delivered"
    history = sent.run("track", "--show", number, code=OK).tally["letter"]["history"]
    assert [(h["what"], h["by"], h["because"]) for h in history] == [("answered", SAID[1], SAID[3])]


# ------------------------------------------------------------------------------------------ what is forged

@pytest.mark.parametrize("forged", ["guessed", "code", "recipient", "nothing"])
def test_a_report_without_our_token_moves_nothing(sent, forged):
    notice = sent.notice[JACK]
    before = states(sent)
    real = report(notice, "failed", returned=False)
    letter = {
        "guessed": report(notice, "failed").replace(notice.token, "0123456789abcdef" * 2),
        "code": report(notice, "failed", returned=False, words=f"Reference {notice.code}", code=notice.code),
        "recipient": report(notice, "failed", about="j.smith@elsewhere.example"),
        "nothing": real}[forged]
    for action in ("failed", "delivered"):
        tally = track(sent, letter.replace("failed", action))
        assert tally["letters"] == 1 and tally["state_changes"] == 0
        assert states(sent) == before
    assert tally["tied"] + tally["orphans"] == 1 and tally["tied"] == (forged in ("code", "recipient"))
    assert set(needs(sent)) <= {"letters_orphan", "letters_unsure"}
    if forged == "recipient":
        (other, _) = sorted(letters(sent), key=lambda letter: letter["letter"])
        assert other["agrees"] is False and other["counts"] is False


def test_an_acknowledgement_of_somebody_else(sent):
    notice = sent.notice
    named = written(notice[MARY], ACK, number=3).replace(
        f"From: Somebody <{MARY}>", f'From: "{MARY}" <stranger@else.example>')
    tally = track(sent, written(notice[JACK], ACK, sender="stranger@else.example"),
                  written(notice[JOHN], ACK, sender=EVE, number=2), named)
    assert (tally["tied"], tally["state_changes"]) == (3, 0)
    assert {state(sent, to) for to in IDS} == {"accepted"}
    assert needs(sent) == {"letters_unsure": 3}
    (first, *_) = letters(sent, "unsure")
    sent.run("track", "--settle", first["letter"], "--as", "ack", *SAID, code=OK)
    assert state(sent, JACK) == "acknowledged"


def test_what_no_rule_understands(sent):
    """A machine's letter about a notice of ours may be the failure that nobody hears of: a person looks at it."""
    words = (written(sent.notice[JACK], "Viestin tila: 7-Q.", sender="mailer-daemon@met.police.example")
             .replace("Subject: ", "Subject: Tila ", 1))
    tally = track(sent, words)
    assert (tally["tied"], tally["state_changes"]) == (1, 0)
    (letter,) = letters(sent, "other")
    assert letter["need"] == "unsure" and needs(sent) == {"letters_unsure": 1}
    sent.run("track", "--settle", letter["letter"], "--as", "bounced", *SAID, code=OK)
    assert state(sent, JACK) == "bounced"


def test_by_the_code_alone(sent):
    notice = sent.notice
    track(sent, written(notice[JACK], f"{ACK}\nMy reference is {notice[JACK].code}.", answers=False),
          written(notice[JOHN], f"{ACK}\nReference {notice[JOHN].code}.", answers=False,
                  sender="stranger@else.example", number=2))
    assert (state(sent, JACK), state(sent, JOHN)) == ("acknowledged", "accepted")


def test_the_other_mode(sent):
    """A rehearsal's letters count for nothing in live, and the same letters still count in the rehearsal."""
    settings = sent.settings()
    box = to_mbox(sent.root / "both", [report(sent.notice[JACK], "failed"), written(sent.notice[MARY], ACK)])
    sent.change({"mode": "live", "allowed_domains": ["met.police.example"],
                 "relay": {"url": "smtp://127.0.0.1:9"}})
    tally = sent.run("track", "--from", box).tally
    assert (tally["letters"], tally["tied"], tally["other_mode"], tally["state_changes"]) == (2, 0, 2, 0)
    assert not {"bounced", "acknowledged"} & set(sent.status()["states"])
    assert [letter["tied"] for letter in letters(sent)] == ["other-mode"] * 2
    (sent.folder / "incident.json").write_text(__import__("json").dumps(settings))
    tally = sent.run("track", "--from", box).tally
    assert (tally["letters"], tally["tied"], tally["state_changes"]) == (2, 2, 2)


# -------------------------------------------------------------------------------------- twice, and cut short

def test_replays_change_nothing(sent):
    notice = sent.notice
    came = [report(notice[JACK], "failed"), written(notice[MARY], ACK), away(notice[UMA]),
            report(notice[JOHN], "delivered", number=7)]
    first = track(sent, *came)
    before = states(sent), now(sent)
    for again in (lambda: sent.run("track", "--from", to_maildir(sent.root / "dir", came, crlf=True)),
                  lambda: sent.run("track", "--from", f"maildir:{sent.root / 'dir'}"),
                  lambda: sent.run("track", *sorted((sent.root / "dir" / "new").iterdir()))):
        tally = again().tally
        assert (tally["letters"], tally["known"], tally["state_changes"]) == (0, first["letters"], 0)
        assert tally["by_class"] == {} and tally["changes"] == []
    assert (states(sent), now(sent)) == before
    for path in (sent.root / "dir" / "new").iterdir():         # a reader has moved them
        path.rename(sent.root / "dir" / "cur" / f"{path.name}:2,S")
    assert sent.run("track", "--from", f"maildir:{sent.root / 'dir'}").tally["letters"] == 0
    assert len(letters(sent)) == 4


def test_dry_run(sent):
    box = to_mbox(sent.root / "dry", [report(sent.notice[JACK], "failed"), written(sent.notice[MARY], ACK)])
    before = sent.state()
    dry = sent.run("track", "--from", box, "-n").tally
    assert sent.state() == before and states(sent)[JACK][0] == "accepted"
    assert sent.run("track", "--from", box).tally == dry


@pytest.mark.plain
def test_killed_in_the_middle(sent):
    """Whatever the moment: nothing is lost, nothing counts twice, and the end is the same."""
    notice, people = sent.notice, list(IDS)
    came = [report(notice[people[n % 3]], ("delivered", "delayed", "relayed")[n % 3], number=n)
            for n in range(150)]
    came += [written(notice[MARY], ACK), written(notice[EVE], "Is it safe to go home?", number=2)]
    calm = sent.copy(sent.root / "calm")
    box = to_mbox(sent.root / "many", came)
    whole = calm.run("track", "--from", box).tally
    assert whole["letters"] == len(came) == whole["tied"]
    draw = random.Random(7)
    for _ in range(7):
        process = sent.start("track", "--from", box)
        time.sleep(draw.uniform(.01, .3))
        process.send_signal(signal.SIGKILL)
        sent.finish(process, "track")
        status = sent.status()
        assert status["people"] == sum(status["states"].values())
    sent.run("track", "--from", box)
    assert sent.run("track", "--from", box).tally["known"] == len(came)
    assert states(sent) == states(calm) and reconcile(sent)["facts"] == reconcile(calm)["facts"]
    book = sqlite3.connect(sent.ledger)
    counts = [book.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
              for table in ("letter", "letter_body", "reading", "receipt")]
    assert counts == [len(came)] * 4
    sent.run("check", code=OK)


# ----------------------------------------------------------------------------------------------- in doubt

class Forgetful(socketserver.StreamRequestHandler):
    """Takes whole mails, and says nothing to the final dot of the first ones."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                return
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250-here\r\n250 8BITMIME\r\n" if word == b"EHLO" else b"250 ok\r\n")


@pytest.fixture
def forgetful():
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
    with Server(("127.0.0.1", 0), Forgetful) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class Known:
    """What the relay's log says of a mail that nobody here has seen."""

    def __init__(self, to, token):
        self.to, self.token, self.id = to, token, f"{token}@met.police.example"


def test_in_doubt_is_settled_by_a_report(few, forgetful):
    """Nobody has to say any more what the letters say; a human's answer later finds nothing to settle."""
    few.change({"relay": {"url": f"smtp://127.0.0.1:{forgetful}", "pipelining": "off"}})
    few.run("approve", "--release", code=OK)
    few.run("send", code=TEMPORARY)
    doubt = few.status()["in_doubt"]
    assert len(doubt) >= 3, few.status()["states"]
    known = {}
    for person in IDS.values():
        for notice in few.run("person", person, code=OK).tally["notices"]:
            for attempt in notice["attempts"]:
                known[attempt["number"]] = Known(
                    notice["address"], few.run("send", "--resolve", attempt["number"], code=OK).tally["token"])
    (gone, here, left) = doubt[:3]
    mails = [report(known[gone], "failed"), report(known[here], "delayed")]
    tally = track(few, *mails)
    assert (tally["tied"], {(c["from"], c["to"]) for c in tally["changes"]}) == (
        2, {("in_doubt", "bounced"), ("in_doubt", "accepted")})
    status = reconcile(few)
    assert status["in_doubt"] == [n for n in doubt if n not in (gone, here)]
    assert status["states"]["in_doubt"] == len(doubt) - 2
    assert "not in doubt" in few.error("send", "--resolve", gone, "resend", *SAID, code=USAGE)
    few.run("send", "--resolve", left, "accepted", *SAID, code=OK)
    assert few.status()["states"]["in_doubt"] == len(doubt) - 3


# ----------------------------------------------------------------------------------------- what humans do

def test_an_orphan_finds_its_notice(sent):
    notice = sent.notice
    track(sent, written(notice[JACK], ACK, sender="jack@home.example", answers=False, subject="Hello"),
          "From: a@b.example\n\n\xff\n" * 3)
    assert needs(sent) == {"letters_orphan": 2} or "letters_orphan" in needs(sent)
    number = min(letter["letter"] for letter in letters(sent, "orphans"))
    refused = sent.error("track", "--settle", number, "--as", "ack", *SAID, code=REFUSED)
    assert "--tie" in refused
    assert "code" in sent.error("track", "--settle", number, "--tie", "22222-22222", *SAID, code=USAGE)
    sent.run("track", "--settle", number, "--tie", notice[JACK].code.lower(), "--as", "ack", *SAID, code=OK)
    assert state(sent, JACK) == "acknowledged"
    shown = sent.run("track", "--show", number, code=OK).tally["letter"]
    assert shown["tie"] == "hand" and shown["person_id"] == "A1" and shown["ruling"] == "ack"
    assert [event["what"] for event in shown["history"]] == ["tied", "ack"]
    again = sent.run("track", "--settle", number, "--as", "ack", *SAID, code=OK).tally
    assert again["unchanged"] is True
    sent.run("track", "--settle", number, "--as", "nothing", *SAID, code=OK)
    assert state(sent, JACK) == "accepted"
    sent.run("track", "--settle", number, "--as", "reopen", *SAID, code=OK)
    assert state(sent, JACK) == "acknowledged"      # its words, now that it is tied


@pytest.mark.parametrize("words,code,said", [
    (["--settle", "99", "--as", "ack", *SAID], USAGE, "no letter 99"),
    (["--settle", "1", "--as", "akc", *SAID], USAGE, "did you mean ack?"),
    (["--settle", "1", "--as", "ack"], USAGE, "--by"),
    (["--settle", "1", *SAID], USAGE, "--as"),
    (["--as", "ack", *SAID], USAGE, "--settle"),
    (["--show", "99"], USAGE, "no letter 99"),
    (["--list", "bouncd"], USAGE, "did you mean 'bounced'?"),
    (["--out", "x"], USAGE, "--show"),
    (["--from", "imaps://mail.example/INBOX"], USAGE, "incident.json"),
    (["--from", "mbox:"], USAGE, "no file"),
    ([], CONFIG, "--from"),
])
def test_what_it_does_not_take(sent_once, words, code, said):
    assert said in sent_once.error("track", *words, code=code)
    assert not letters(sent_once)


def test_who_is_shielded_is_named_by_the_reference_alone(sent):
    """And who wrote what is for the liaison: the letter as it came, in a file."""
    track(sent, written(sent.notice[JOHN], "Who else can see my address?"))
    (sent.root / "shield.csv").write_text("Reference,Pay No\nRAVEN-1,P100002\n")
    sent.run("import", "shield", sent.root / "shield.csv")
    (letter,) = letters(sent)
    assert (letter["person_id"], letter["reference"]) == (None, "RAVEN-1")
    out = sent.root / "for-the-liaison.eml"
    shown = sent.text("track", "--show", letter["letter"], "--out", out)
    assert "RAVEN-1" in shown and not re.search(r"\bA2\b", shown)
    for words in (shown, str(sent.run("track", "--show", letter["letter"]).tally), sent.text("track", "--list")):
        assert "john.smith" not in words and "my address" not in words
    assert b"Who else can see my address?" in out.read_bytes()


def test_what_came_before_a_fault_is_kept(sent):
    (sent.root / "one.eml").write_text(report(sent.notice[JACK], "failed"))
    sent.run("track", sent.root / "one.eml", sent.root / "nothing", code=(INPUT, 69))
    assert state(sent, JACK) == "bounced"
    tally = sent.run("track", sent.root / "one.eml").tally
    assert (tally["letters"], tally["known"], tally["state_changes"]) == (0, 1, 0)


def test_what_is_not_there(sent):
    sent.run("track", "--from", f"mbox:{sent.root / 'nothing'}", code=(INPUT, 69))
    sent.run("track", sent.root / "nothing", code=(INPUT, 69))


def test_a_letter_that_nobody_can_read(sent):
    path = sent.root / "odd.eml"
    path.write_bytes(b"X-Odd: \0\xff\n" * 3000 + b"\n\1\2")
    tally = sent.run("track", path, code=HUMAN).tally
    assert tally["letters"] == tally["orphans"] == 1
    (letter,) = letters(sent)
    assert letter["need"] == letter["class"] == "unparsable"
    out = sent.root / "kept.eml"
    sent.run("track", "--show", letter["letter"], "--out", out, code=OK)
    assert out.read_bytes() == path.read_bytes()


def test_from_the_mailbox_of_the_settings(sent):
    box = sent.folder / "mail"
    to_maildir(box, [report(sent.notice[JACK], "failed")])
    sent.change({"mailbox": {"url": "maildir:mail"}})
    assert sent.run("track", code=HUMAN).tally["state_changes"] == 1
    assert sent.run("track", code=HUMAN).tally["letters"] == 0
    shutil.rmtree(box)
    sent.run("track", code=(69, INPUT, CONFIG))


# ------------------------------------------------------------------------------------------ before and after

@pytest.mark.plain
def test_nothing_is_sent_again_and_nobody_is_told_twice(sent):
    notice = sent.notice
    track(sent, report(notice[JACK], "failed"), written(notice[MARY], ACK), report(notice[JOHN], "delivered"))
    mails = len(sent.outbox())
    for verb in ("send", "compose", "approve", "send"):
        sent.run(verb, code=(OK, HUMAN))
    assert len(sent.outbox()) == mails
    assert (state(sent, JACK), state(sent, MARY), state(sent, JOHN)) == ("bounced", "acknowledged", "delivered")


def test_a_person_shows_what_came_back(sent):
    track(sent, away(sent.notice[UMA]), report(sent.notice[UMA], "delivered"))
    tally = sent.run("person", "A8", code=OK).tally
    assert tally["state"] == "delivered" and tally["facts"] == ["away"]
    assert [letter["says"] for letter in tally["letters"]] == [["away"], ["delivered"]]
    assert "What came back" in sent.text("person", "A8")


def test_no_name_and_no_word_in_the_open(sent):
    """Nothing of a letter stands in the ledger as it came, nor in what the run says."""
    words = "Heliotrope and marmalade frighten me."
    text = sent.text("track", "--from", to_mbox(sent.root / "box", [
        written(sent.notice[EVE], words), report(sent.notice[JACK], "failed", words="heliotrope")]))
    book = sent.ledger.read_bytes()
    for secret in ("eliotrope", "marmalade", "eve@met", "j.smith@met"):
        assert secret not in text and secret.encode() not in book
    assert "marmalade" not in sent.text("track", "--list", "all")
    (one,) = [letter for letter in letters(sent) if letter["class"] == "human"]
    assert "marmalade" in sent.text("track", "--show", one["letter"])
