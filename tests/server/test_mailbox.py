# SPDX-License-Identifier: MIT
"""Letters out of IMAP mailboxes: a private Dovecot, and a scripted server for what Dovecot never does. Nothing is
marked or changed, none is lost, and whatever the server does ends soon and with a reason."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import pytest

import dovecot
from flow import CONFIG, HUMAN, OK, TEMPORARY, UNAVAILABLE
from scripted_imap import Mailbox, Session, answer

BINARY = os.environ.get("BREACHMAIL", "")
DRIVER = pathlib.Path(BINARY).absolute().parent.parent / "tests" / "mailbox_driver"
pytestmark = pytest.mark.skipif(not BINARY, reason="BREACHMAIL names no program")
real = pytest.mark.skipif(dovecot.missing() is not None, reason=str(dovecot.missing()))
MEBIBYTE = 1 << 20
MOST = 32 * MEBIBYTE            # of a letter
INTERRUPTED = 130


def number(line):
    found = re.match(r"Subject: (\d+)", line["start"])
    return int(found[1]) if found else None


class Run:
    """What the driver read: `numbers`, those in the subjects; `lines`; `code`, `fault`, `seconds`, `memory`."""

    def __init__(self, lines, code, seconds):
        *self.lines, end = map(json.loads, lines)
        self.numbers = [number(line) for line in self.lines]
        self.code, self.fault, self.seconds, self.memory = code, end["fault"], seconds, end["memory"]
        assert code == end["exit"]
        assert self.fault.isprintable() and "pass word" not in self.fault

    def position(self):
        return {name: self.lines[-1][name] for name in ("uidvalidity", "uid")}


def start(url, **options):
    options = {"user": "joan", "password": "pass word", "timeout": 3000, **options}
    return subprocess.Popen([DRIVER, f"url={url}", *(f"{k}={v}" for k, v in options.items() if v is not None)],
                            stdout=subprocess.PIPE, text=True)


def finish(process, began, seconds=30):
    with contextlib.closing(process.stdout):
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        lines = process.stdout.readlines()
        process.wait()
        timer.cancel()
    return Run(lines, process.returncode, time.monotonic() - began)


def read(url, seconds=30, **options):
    began = time.monotonic()
    return finish(start(url, **options), began, seconds)


def plain(server):
    return f"imap://127.0.0.1:{server.port}/INBOX"


def letters(count):
    return {uid: b"Subject: %d\r\n\r\nletter %d\r\n" % (uid, uid) for uid in range(1, count + 1)}


# --------------------------------------------------------------------------------------- Dovecot

@pytest.fixture(scope="module")
def own(pki, tmp_path_factory):
    with dovecot.Dovecot(tmp_path_factory.mktemp("dovecot") / "own", pki) as server:
        server.ca = str(pki / "ca.pem")
        yield server


@pytest.fixture
def box(own):
    own.forget()
    return own


def over(server, scheme="imaps", host="localhost", folder="INBOX"):
    return f"{scheme}://{host}:{server.ports[scheme]}/{folder}"


def mails(first, last):
    return [b"Subject: %d\n\nA003 OK done\n)\nb%d OK done\n" % (n, n) for n in range(first, last + 1)]


def cut(server):
    """Ends the processes that serve logged-in users of this Dovecot."""
    children = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(server.process.pid)], capture_output=True,
                              text=True, check=True).stdout.splitlines()
    ended = [os.kill(int(pid), signal.SIGKILL) for pid, name in map(str.split, children) if name == "imap"]
    assert ended


@real
@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_reads_and_leaves_no_trace(box, scheme):
    box.put(*mails(1, 5))
    before = box.files()
    run = read(over(box, scheme), ca_file=box.ca)
    assert (run.code, run.numbers) == (OK, [1, 2, 3, 4, 5])
    assert [line["start"][:11] for line in run.lines] == [f"Subject: {n}." for n in range(1, 6)]
    assert not box.seen()
    assert [path.name.partition(":")[0] for path in box.files()] == [path.name for path in before]
    # and what is new, from there on
    assert read(over(box, scheme), ca_file=box.ca, **run.position()).numbers == []
    box.put(*mails(6, 7))
    assert read(over(box, scheme), ca_file=box.ca, **run.position()).numbers == [6, 7]
    assert not box.seen()


@real
def test_plain_to_loopback(box):
    box.put(*mails(1, 2))
    assert read(over(box, "imap", "127.0.0.1")).numbers == [1, 2]


@real
def test_to_the_byte(box, tmp_path):
    """As Dovecot gives it: the lines end in CRLF, all else is as it was delivered."""
    odd = [b"", b"\n", b"Subject: x", b"a: b\n\n" + bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"") + b"\n",
           b"x" * 100000, b"a: b\n\n)\nb3 OK\n* SEARCH 9\n* BYE\n", b"From a@b Thu Aug 24 09:00:00 2023\na: b\n"]
    box.put(*odd)
    run = read(over(box), ca_file=box.ca, keep=tmp_path)
    assert len(run.numbers) == len(odd)
    for path, letter in zip(sorted(tmp_path.iterdir()), odd):
        assert path.read_bytes().replace(b"\r\n", b"\n").replace(b"\0", b"\x80") == letter.replace(b"\0", b"\x80")


@real
def test_other_mailbox_of_that_name(box):
    box.put(*mails(1, 3))
    before = read(over(box), ca_file=box.ca)
    time.sleep(1.1)             # UIDVALIDITY is made of the second
    box.forget()
    box.put(*mails(1, 2))
    after = read(over(box), ca_file=box.ca, **before.position())
    assert after.numbers == [1, 2] and after.position()["uidvalidity"] != before.position()["uidvalidity"]


@real
def test_removed_while_we_read(box):
    """Between the search and its turn: passed over, the others come, and that is no fault."""
    box.put(*mails(1, 200))
    began = time.monotonic()
    process = start(over(box), ca_file=box.ca, pause=10)
    first = [process.stdout.readline() for _ in range(3)]
    for path in box.files()[100:150]:
        path.unlink()
    run = finish(process, began)
    read_uids = [number(json.loads(line)) for line in first] + run.numbers
    assert run.code == OK and set(read_uids) == set(range(1, 101)) | set(range(151, 201))
    assert read_uids == sorted(read_uids)


@real
def test_killed_in_the_middle(pki, tmp_path_factory):
    """75; what was read is read, and the next run has the rest, none twice and none lost."""
    with dovecot.Dovecot(tmp_path_factory.mktemp("dovecot") / "own", pki) as server:
        server.put(*mails(1, 300))
        began = time.monotonic()
        process = start(over(server), ca_file=pki / "ca.pem", pause=5)
        first = [json.loads(process.stdout.readline()) for _ in range(20)]
        cut(server)
        server.stop(signal.SIGKILL)
        cut_run = finish(process, began)
        assert cut_run.code == TEMPORARY and "mailbox localhost:" in cut_run.fault, cut_run.fault
        got = first + cut_run.lines
        server.start()
        run = read(over(server), ca_file=pki / "ca.pem", uidvalidity=got[-1]["uidvalidity"], uid=got[-1]["uid"])
        assert run.code == OK
        assert [number(line) for line in got] + run.numbers == list(range(1, 301))
        assert not server.seen()


@real
def test_comes_back_in_time(box):
    """The connection alone is cut: it goes on by itself."""
    box.put(*mails(1, 300))
    began = time.monotonic()
    process = start(over(box), ca_file=box.ca, pause=2)
    first = [number(json.loads(process.stdout.readline())) for _ in range(20)]
    cut(box)
    run = finish(process, began)
    assert run.code == OK and first + run.numbers == list(range(1, 301))


@real
def test_thousand(box):
    box.put(*mails(1, 1000))
    run = read(over(box), ca_file=box.ca)
    assert run.code == OK and run.numbers == list(range(1, 1001)) and not box.seen()
    assert run.memory < 64 * MEBIBYTE


@real
@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_trust(box, pki, scheme):
    """Whom we do not trust hears no password."""
    before = len(box.log())
    for ca, host, words in ((pki / "stranger.pem", "localhost", ["not trusted", "mailbox.ca_file"]),
                            ("/etc/ssl/certs/ca-certificates.crt", "localhost", ["not trusted"])):
        run = read(over(box, scheme, host), ca_file=ca)
        assert run.code == UNAVAILABLE and all(word in run.fault for word in words), run.fault
    assert "auth failed" not in box.log()[before:] and "Login" not in box.log()[before:]


@real
@pytest.mark.parametrize("certificate, words", [("other", "another name"), ("old", "expired on 2020-01-02")])
def test_certificates(pki, tmp_path_factory, certificate, words):
    with dovecot.Dovecot(tmp_path_factory.mktemp("dovecot") / "own", pki, certificate=certificate) as server:
        for scheme in ("imaps", "imap"):
            run = read(over(server, scheme), ca_file=pki / "ca.pem")
            assert run.code == UNAVAILABLE and words in run.fault, run.fault
        assert "Login" not in server.log()


@real
def test_login(box, tmp_path):
    (tmp_path / "empty").write_text("\n")
    run = read(over(box), ca_file=box.ca, password="wr0ng")
    assert run.code == UNAVAILABLE and "mailbox.password_file" in run.fault and "wr0ng" not in run.fault
    assert box.log().count("method=PLAIN") >= 1
    assert read(over(box), ca_file=box.ca, user=None).code == CONFIG
    assert read(over(box), ca_file=box.ca, password=None, token_file=tmp_path / "empty").code == CONFIG
    assert read(over(box), ca_file=tmp_path / "nowhere").code == CONFIG


@real
def test_no_such_folder(box):
    run = read(over(box, folder="Nowhere"), ca_file=box.ca)
    assert run.code == UNAVAILABLE and "folder in mailbox.url" in run.fault, run.fault


@real
def test_another_folder(box):
    for name in ("", "/tmp", "/new", "/cur"):
        (box.box / (".Odd names" + name)).mkdir()
    for path in [box.box / ".Odd names", *(box.box / ".Odd names").iterdir()]:
        os.chown(path, dovecot.NOBODY, dovecot.NOBODY)
    (box.box / ".Odd names" / "new" / "1.x").write_bytes(b"Subject: there\n")
    os.chown(box.box / ".Odd names" / "new" / "1.x", dovecot.NOBODY, dovecot.NOBODY)
    run = read(over(box, folder="Odd%20names"), ca_file=box.ca)
    assert run.code == OK and run.lines[0]["start"].startswith("Subject: there")


# ------------------------------------------------------------------- what Dovecot never does

def test_scripted_server_is_fine():
    with Mailbox(letters(40)) as server:
        run = read(plain(server))
        assert (run.code, run.numbers) == (OK, list(range(1, 41)))
        assert not server.commands("SELECT") and not server.commands("UID STORE")
        server.wait_for("LOGOUT")


@pytest.mark.parametrize("token, code", [("ya29.t0ken", OK), ("ya29.stale", UNAVAILABLE)])
@pytest.mark.parametrize("implicit", [True, False])
def test_token(pki, tmp_path, token, code, implicit):
    (tmp_path / "token").write_text(token + "\n")
    with Mailbox(letters(3), pki=pki, implicit=implicit, token="ya29.t0ken") as server:
        run = read(f"imap{'s' * implicit}://localhost:{server.port}/", ca_file=pki / "ca.pem", password=None,
                   token_file=tmp_path / "token")
        assert run.code == code and len(run.numbers) == (3 if code == OK else 0)
        assert code == OK or "mailbox.token_file" in run.fault, run.fault
        assert "ya29" not in run.fault


@pytest.mark.parametrize("fault", [
    dict(strip=True),
    dict(faults={"starttls": lambda s, tag: tag + b" NO not now\r\n"}),
    dict(faults={"starttls": lambda s, tag: tag + b" OK go\r\n* PREAUTH hello\r\nb1 OK x\r\n"}),
    dict(faults={"greet": lambda s: b"* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n"})],
    ids=["stripped", "refused", "injected", "preauth"])
def test_nothing_in_the_clear(pki, fault):
    with Mailbox(letters(3), pki=pki, **fault) as server:
        run = read(f"imap://localhost:{server.port}/", ca_file=pki / "ca.pem")
        assert run.code == UNAVAILABLE and not run.numbers, run.fault
        assert not server.commands("LOGIN") + server.commands("AUTH") + server.commands("EXAMINE")


def once(f):
    """On the first connection alone."""
    return lambda session, *arguments: f(session, *arguments) if session.number == 1 else Session.go_on


def flood(piece, count=1 << 10):
    """Sends until the other side has had enough."""
    def play(session, *_):
        while True:
            session.send(piece * count)
    return play


def drip(session, *_):
    while True:
        session.send(b"x")
        time.sleep(.05)


def drop(session, *_):
    session.drop()
    raise ConnectionError


@pytest.mark.parametrize("where", ["examine", "search", ("fetch", 1), ("fetch", 20), ("fetch", 40)])
@pytest.mark.parametrize("how", [
    drop,
    lambda s, tag, *_: b"* BYE shutting down\r\n",
    lambda s, tag, *uid: s.send(b"* 1 FETCH (UID 1 BODY[] {9}\r\nabc" if uid else b"* OK [UIDVAL") or drop(s),
    lambda s, tag, *_: s.send(tag + b" O") or drop(s)], ids=["drop", "bye", "half", "half-result"])
def test_cut_once(where, how):
    """It is as if nothing had been: all letters, each once."""
    with Mailbox(letters(40), {where: once(how)}) as server:
        run = read(plain(server))
        assert (run.code, run.numbers) == (OK, list(range(1, 41))), run.fault


@pytest.mark.parametrize("where, count", [("greet", 0), ("examine", 0), ("search", 0), (("fetch", 3), 2)])
def test_cut_always(where, count):
    with Mailbox(letters(5), {where: drop}) as server:
        run = read(plain(server))
        assert run.numbers == list(range(1, count + 1)) and run.seconds < 12
        assert run.code == (TEMPORARY if where != "greet" else UNAVAILABLE), run.fault
        assert len(server.sessions) <= 25
        del server.faults[where]
        more = read(plain(server), **(run.position() if count else {}))
        assert run.numbers + more.numbers == list(range(1, 6))


@pytest.mark.parametrize("where", ["greet", "examine", "search", ("fetch", 3)])
@pytest.mark.parametrize("what, code", [
    (lambda s, *_: b"", (TEMPORARY, UNAVAILABLE)),                       # silence
    (drip, (TEMPORARY, UNAVAILABLE)),
    (flood(b"x"), (UNAVAILABLE,)),                                       # a line without an end
    (flood(b"* OK still here\r\n"), (UNAVAILABLE,)),                     # answers without an end
    (flood(b"* OK [PERMANENTFLAGS (" + b"\\Flag " * 10000, 1), (UNAVAILABLE,)),
    (flood(b"* 1 FETCH (FLAGS (" + b"(" * 10000, 1), (UNAVAILABLE,)),
    (flood(b"* SEARCH" + b" 1" * 10000 + b"\r\n", 1), (UNAVAILABLE,)),
    (lambda s, *_: b"\0\1\2garbage\r\n" * 10, (UNAVAILABLE,)),
    (lambda s, *_: b"SSH-2.0-OpenSSH_9.2\r\n", (UNAVAILABLE,))],
    ids=["silence", "drip", "line", "talk", "flags", "lists", "numbers", "garbage", "ssh"])
def test_broken_servers(where, what, code):
    """Ends soon, small, and says why; what came before is good."""
    with Mailbox(letters(5), {where: what}) as server:
        run = read(plain(server), timeout=1000)
        assert run.code in code, run.fault
        assert run.seconds < 15 and run.memory < 64 * MEBIBYTE
        assert run.numbers[:2] == ([1, 2] if where == ("fetch", 3) else []) and 3 not in run.numbers
        assert "mailbox 127.0.0.1" in run.fault


def test_letters_without_an_end():
    """A letter said to have 4 GB: its start is kept, the rest is not waited for, the others come."""
    def endless(session, tag, uid):
        session.send(b"* 1 FETCH (UID %d BODY[]<0> {4294967295}\r\nSubject: endless\r\n\r\n" % uid)
        flood(b"x")(session)
    with Mailbox(letters(5), {("fetch", 3): endless}) as server:
        run = read(plain(server))
        assert (run.code, run.numbers) == (OK, [1, 2, None, 4, 5]), run.fault
        assert [line["cut"] for line in run.lines] == [False, False, True, False, False]
        assert run.lines[2]["length"] == MOST
        assert run.memory < 6 * MOST


def test_announced_and_never_sent():
    with Mailbox(letters(5), {("fetch", 3): lambda *_: b"* 1 FETCH (UID 3 BODY[]<0> {4294967295}\r\nab"}) as server:
        run = read(plain(server), timeout=1000)
        assert (run.code, run.numbers) == (TEMPORARY, [1, 2]) and run.seconds < 10


def test_large_letters():
    most = {1: b"x" * MOST, 2: b"y" * (MOST + 1), 3: b"z" * (MOST + 5), 4: b"end"}
    with Mailbox(most) as server:
        run = read(plain(server))
        assert [(line["length"], line["cut"]) for line in run.lines] == [
            (MOST, False), (MOST, True), (MOST, True), (3, False)]
        assert run.memory < 6 * MOST


@pytest.mark.parametrize("word", [b"NO [SERVERBUG] cannot", b"BAD eh", b"OK but nothing"])
def test_withheld(word):
    """The server will not give a letter that is there: the others come, 75 says so, and the position stays
    before it, so that each run asks again."""
    with Mailbox(letters(40), {("fetch", 7): lambda s, tag, uid: tag + b" " + word + b"\r\n"}) as server:
        run = read(plain(server))
        assert (run.code, run.numbers) == (TEMPORARY, [n for n in range(1, 41) if n != 7])
        assert "does not give" in run.fault
        assert run.position()["uid"] == 6
        server.faults.clear()
        assert read(plain(server), **run.position()).numbers == list(range(7, 41))


def test_withheld_position():
    """Seen from the ledger's side: no position behind the withheld letter is ever told."""
    with Mailbox(letters(5), {("fetch", 3): lambda s, tag, uid: tag + b" NO\r\n"}) as server:
        run = read(plain(server))
        assert [line["uid"] for line in run.lines] == [1, 2, 2, 2]


@pytest.mark.parametrize("word", [b"NO [EXPUNGEISSUED] gone", b"OK done"])
def test_gone_between(word):
    def gone(session, tag, uid):
        session.server.letters.pop(uid, None)
        return tag + b" " + word + b"\r\n"
    with Mailbox(letters(40), {("fetch", 7): gone, ("fetch", 40): gone}) as server:
        run = read(plain(server))
        assert (run.code, len(run.numbers)) == (OK, 38), run.fault


def test_another_order():
    """Data of several commands may come before the end of the first; even the other way round."""
    kept = []

    def late(session, tag, uid):
        kept.append((tag, uid))
        if len(kept) == 10:
            for _, n in reversed(kept):
                session.send(answer(n, session.server.letters[n]))
            for t, _ in kept:
                session.ok(t)
            kept.clear()
    with Mailbox(letters(10), {"fetch": late}) as server:
        run = read(plain(server))
        assert run.code == OK and len(run.lines) == 10
        assert sorted(line["start"] for line in run.lines) == sorted(f"Subject: {n}....letter {n}.."
                                                                    for n in range(1, 11))
        assert [line["uid"] for line in run.lines] == [0] * 9 + [10]   # told once all below are here


@pytest.mark.parametrize("what", [
    lambda s, tag, uid: answer(uid + 1000, b"x") + tag + b" OK\r\n",
    lambda s, tag, uid: answer(uid, b"x") * 2 + tag + b" OK\r\n",
    lambda s, tag, uid: answer(uid - 1, b"x") + tag + b" OK\r\n",
    lambda s, tag, uid: b"b999 OK\r\n"], ids=["other", "twice", "before", "tag"])
def test_answers_that_were_not_asked_for(what):
    with Mailbox(letters(5), {("fetch", 3): what}) as server:
        run = read(plain(server))
        assert run.code == UNAVAILABLE and "not asked" in run.fault, run.fault


def test_talk_in_between():
    """New letters, flags, warnings: none of our business."""
    def chat(session, tag, uid):
        return (b"* 99 EXISTS\r\n* 3 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Seen) UID 2)\r\n* OK [ALERT] quota\r\n"
                + answer(uid, session.server.letters[uid]) + b"* 100 EXISTS\r\n" + tag + b" OK\r\n")
    with Mailbox(letters(20), {"fetch": chat}) as server:
        run = read(plain(server))
        assert (run.code, run.numbers) == (OK, list(range(1, 21))), run.fault


def test_another_mailbox_after_a_cut():
    """Made anew while we were away: from its beginning."""
    def swap(session, tag, uid):
        session.server.uidvalidity = 18
        session.server.letters = letters(3)
        drop(session)
    with Mailbox(letters(40), {("fetch", 20): once(swap)}) as server:
        run = read(plain(server))
        assert run.code == OK and run.numbers[-3:] == [1, 2, 3]
        assert run.numbers[:-3] == list(range(1, len(run.numbers) - 2)) and len(run.numbers) < 23
        assert run.position() == {"uidvalidity": 18, "uid": 3}


def test_another_mailbox_each_time():
    def swap(session, tag):
        session.server.uidvalidity += 1
        return Session.go_on
    with Mailbox(letters(5), {"examine": swap, ("fetch", 3): drop}) as server:
        run = read(plain(server))
        assert run.code in (TEMPORARY, UNAVAILABLE) and run.seconds < 15


@pytest.mark.parametrize("examine, code, words", [
    (lambda s, tag: tag + b" OK fine\r\n", UNAVAILABLE, "lasting numbers"),
    (lambda s, tag: tag + b" NO [UNAVAILABLE] later\r\n", TEMPORARY, "later"),
    (lambda s, tag: tag + b" NO [NONEXISTENT] no\r\n", UNAVAILABLE, "mailbox.url")])
def test_examine(examine, code, words):
    with Mailbox(letters(5), {"examine": examine}) as server:
        run = read(plain(server))
        assert run.code == code and words in run.fault, run.fault


def test_login_later():
    with Mailbox(letters(5), {"authenticate": lambda s, tag: tag + b" NO [UNAVAILABLE] directory is down\r\n"}) as server:
        run = read(plain(server))
        assert run.code == TEMPORARY and "directory is down" in run.fault, run.fault
        assert len(server.commands("AUTH")) == 1, "an account is soon locked"


def test_nobody_there():
    port = dovecot.free_ports(1)[0]
    run = read(f"imap://127.0.0.1:{port}/")
    assert run.code == UNAVAILABLE and "Is the server running" in run.fault


@pytest.mark.parametrize("where", ["greet", "examine", ("fetch", 3)])
def test_interrupted(where):
    """A signal ends a long wait at once."""
    silent = threading.Event()

    def silence(session, *_):
        silent.set()
        return b""
    with Mailbox(letters(5), {where: silence}) as server:
        began = time.monotonic()
        process = start(plain(server), timeout=60000)
        assert silent.wait(10)
        time.sleep(.1)
        process.send_signal(signal.SIGTERM)
        run = finish(process, began)
        assert run.code == INTERRUPTED and run.seconds < 5


def test_many_numbers():
    """Found in any order, some twice, over many lines."""
    def found(session, tag):
        numbers = list(range(1, 3001))[::-1] + [5, 5, 5]
        for i in range(0, len(numbers), 1000):
            session.send(b"* SEARCH" + b"".join(b" %d" % n for n in numbers[i:i + 1000]) + b"\r\n")
        session.ok(tag)
    with Mailbox({}, {"search": found, "fetch": lambda s, tag, uid: answer(uid, b"x") + tag + b" OK\r\n"}) as server:
        run = read(plain(server))
        assert (run.code, run.numbers) == (OK, [None] * 3000)
        assert [line["uid"] for line in run.lines] == list(range(1, 3001))


# ------------------------------------------------------------------------- the whole program

@pytest.fixture
def tracking(few):
    """tracking(server): an incident whose mailbox is there."""
    (few.folder / "secret").write_text("pass word\n")

    def name(server):
        few.change({"mailbox": {"url": plain(server), "user": "joan", "password_file": "secret", "timeout": "1s"}})
        return few
    return name


def test_track_goes_on_where_it_was(tracking):
    """75 where the mailbox ends too early; what came is kept, and the next run has the rest."""
    with Mailbox(letters(30), {("fetch", 20): drop}) as server:
        incident = tracking(server)
        assert "mailbox 127.0.0.1" in incident.run("track", code=TEMPORARY).tally["error"]["message"]
        kept = incident.run("track", "--list", "all", code=OK).tally["count"]
        assert 0 < kept < 20
        server.faults.clear()
        tally = incident.run("track", code=(OK, HUMAN)).tally
        assert (tally["letters"], tally["known"]) == (30 - kept, 0)
        said = len(server.commands("UID FETCH"))
        assert incident.run("track", code=(OK, HUMAN)).tally["letters"] == 0
        assert len(server.commands("UID FETCH")) == said
    incident.error("track", code=UNAVAILABLE)


def test_others_decide_while_a_server_lets_us_wait(tracking):
    silent = threading.Event()

    def silence(*_):
        silent.set()
        return b""
    with Mailbox(letters(5), {("fetch", 3): silence}) as server:
        incident = tracking(server)
        process = incident.start("track")
        assert silent.wait(10)
        began = time.monotonic()
        incident.run("person", "A1", "--hold", "--by", "Joan Ashby", "--reason", "rang us", "--wait=0", code=OK)
        assert process.poll() is None or time.monotonic() - began < 2
        process.send_signal(signal.SIGTERM)
        assert incident.finish(process, "track").code in (143, TEMPORARY)


def test_wrong_password_is_asked_once(tracking):
    with Mailbox(letters(5)) as server:
        incident = tracking(server)
        (incident.folder / "secret").write_text("wr0ng\n")
        result = incident.run("track", code=UNAVAILABLE)
        assert "mailbox.password_file" in result.tally["error"]["message"]
        assert "wr0ng" not in result.stdout + result.stderr and len(server.commands("AUTH")) == 1
