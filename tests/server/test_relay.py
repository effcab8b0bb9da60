# SPDX-License-Identifier: MIT
"""relay_run against a server that misbehaves: is every verdict right, and was no mail accepted that is
called refused?"""
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

from scripted import Playing

HERE = pathlib.Path(__file__).parent
# The driver stands in the same build as the program, whose path is in BREACHMAIL.
BINARY = os.environ.get("BREACHMAIL", "")
DRIVER = pathlib.Path(BINARY).absolute().parent.parent / "tests" / "relay_driver"
pytestmark = pytest.mark.skipif(not BINARY, reason="BREACHMAIL names no program")
MODES = ("off", "on", "full")
FAST = dict(command=400, data=400, dot=400, block=1000, back_off=20, connect=3000)


class Server:
    def __init__(self, tmp_path, *options):
        self.log, self.said = tmp_path / "log", tmp_path / "commands"
        for file in (self.log, self.said):
            file.write_text("")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "scripted.py", "--log", self.log, "--commands", self.said, "--keep",
             *map(str, options)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def accepted(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def accepted_ids(self):
        return [int(entry["message_id"][2:].partition("@")[0]) for entry in self.accepted()]

    def commands(self):
        return [line.partition(" ")[2] for line in self.said.read_text().splitlines()]


class Run:
    """`mails`: (sender, recipient) or (sender, recipient, length)."""
    def __init__(self, url, mails, timeout=50, **options):
        lines = [f"{n} {m[0]} {m[1]} {m[2] if len(m) > 2 else 500}\n" for n, m in enumerate(mails)]
        arguments = [f"{k}={v}" for k, v in dict(dict(url=url, connections=1), **options).items()]
        start = time.monotonic()
        done = subprocess.run([DRIVER, *arguments], input="".join(lines), text=True,
                              capture_output=True, timeout=timeout)
        self.seconds = time.monotonic() - start
        assert not done.stderr, done.stderr
        out = done.stdout.splitlines()
        self.summary = json.loads(out[-1])
        assert done.returncode == self.summary["exit"]
        self.exit, self.fault = done.returncode, self.summary["fault"]
        self.verdicts, self.order = {}, []
        handed = {}
        for line in out[:-1]:
            if line.startswith("handing "):
                _, mail, slot = line.split()
                assert slot not in handed.values(), "two mails of one slot are on the wire"
                handed[int(mail)] = slot
                continue
            v = json.loads(line)
            assert v["id"] not in self.verdicts, "settled twice"
            if v["kind"] in ("accepted", "in doubt") or v["stage"] == "dot":
                assert v["id"] in handed, "nobody was told before the dot"
            handed.pop(v["id"], None)
            self.verdicts[v["id"]] = v
            self.order.append(v["id"])
        if self.exit != 74:
            assert not handed
        for kind in ("accepted", "refused", "deferred", "in doubt", "not sent"):
            count = sum(v["kind"] == kind for v in self.verdicts.values())
            assert self.summary[kind.replace(" ", "_")] == count

    def kinds(self):
        return [self.verdicts[n]["kind"] for n in sorted(self.verdicts)]


def url(server, scheme="smtp", host="127.0.0.1"):
    return f"{scheme}://{host}:{server.port}"


GOOD = ("sender@force.example", "ann@force.example")
LOST = dict(code=0)
# local part of the recipient (with a leading "!": of the sender); kind; what else the verdict says
FAULTS = [
    ("!mail-550.5.7.1", "not sent", dict(code=550, enhanced="5.7.1", stage="MAIL", session=True)),
    ("!mail-451.4.3.0", "not sent", dict(code=451, stage="MAIL", session=True)),
    ("!mail-530.5.7.0", "not sent", dict(code=530, stage="MAIL", session=True)),
    ("!mail-421.4.3.2", "not sent", dict(code=421, enhanced="4.3.2", stage="MAIL", session=True)),
    ("!mail-552.5.3.4", "refused", dict(code=552, stage="MAIL", session=False)),
    ("!mail-drop", "not sent", LOST),
    ("!mail-hang", "not sent", LOST),
    ("!mail-junk", "not sent", LOST),
    ("!mail-354", "not sent", LOST),
    ("rcpt-550.5.1.1", "refused", dict(code=550, enhanced="5.1.1", stage="RCPT", session=False)),
    ("rcpt-550", "refused", dict(code=550, enhanced="", stage="RCPT", session=False)),
    ("rcpt-550.4.1.1", "refused", dict(code=550, enhanced="", stage="RCPT", session=False)),
    ("rcpt-553.5.1.3", "refused", dict(code=553, stage="RCPT")),
    ("rcpt-552.5.2.2", "refused", dict(code=552, stage="RCPT")),
    ("rcpt-501.5.1.3", "refused", dict(code=501, stage="RCPT")),
    ("rcpt-554.5.7.1", "refused", dict(code=554, stage="RCPT", session=False)),
    ("rcpt-450.4.2.1", "deferred", dict(code=450, enhanced="4.2.1", stage="RCPT", session=False)),
    ("rcpt-450", "deferred", dict(code=450, enhanced="", stage="RCPT")),
    ("rcpt-452.4.2.2", "deferred", dict(code=452, stage="RCPT", session=False)),
    ("rcpt-grey", "deferred", dict(code=450, stage="RCPT", session=False)),
    ("rcpt-451.4.7.1", "not sent", dict(code=451, stage="RCPT", session=True)),
    ("rcpt-451.4.3.2", "not sent", dict(code=451, stage="RCPT", session=True)),
    ("rcpt-454.4.7.0", "not sent", dict(code=454, stage="RCPT", session=True)),
    ("rcpt-530.5.7.0", "not sent", dict(code=530, stage="RCPT", session=True)),
    ("rcpt-421.4.7.0", "not sent", dict(code=421, enhanced="4.7.0", stage="RCPT", session=True)),
    ("rcpt-drop", "not sent", LOST),
    ("rcpt-hang", "not sent", LOST),
    ("rcpt-drip", "not sent", LOST),
    ("rcpt-endless", "not sent", LOST),
    ("rcpt-lines", "not sent", LOST),
    ("rcpt-junk", "not sent", LOST),
    ("rcpt-251", "accepted", dict(code=250)),
    ("rcpt-bytes", "accepted", dict(code=250)),
    ("rcpt-multi", "accepted", dict(code=250)),
    ("rcpt-550+data-354", "refused", dict(code=550, stage="RCPT")),
    ("rcpt-450+data-354", "deferred", dict(code=450, stage="RCPT")),
    ("rcpt-550+data-drop", "refused", dict(code=550, stage="RCPT")),
    ("data-554", "refused", dict(code=554, stage="DATA")),
    ("data-451", "deferred", dict(code=451, stage="DATA")),
    ("data-421", "not sent", dict(code=421, stage="DATA", session=True)),
    ("data-250", "not sent", LOST),
    ("data-drop", "not sent", LOST),
    ("data-hang", "not sent", LOST),
    ("dot-250.2.6.0", "accepted", dict(code=250, enhanced="2.6.0")),
    ("dot-bytes", "accepted", dict(code=250)),
    ("dot-multi", "accepted", dict(code=250)),
    ("dot-554.5.7.1", "refused", dict(code=554, enhanced="5.7.1", stage="dot", session=False)),
    ("dot-552", "refused", dict(code=552, stage="dot")),
    ("dot-451.4.3.0", "deferred", dict(code=451, stage="dot", session=True)),
    ("dot-450", "deferred", dict(code=450, stage="dot", session=False)),
    ("dot-421.4.3.2", "deferred", dict(code=421, stage="dot", session=True)),
    ("dot-drop", "in doubt", LOST),
    ("dot-taken", "in doubt", LOST),
    ("dot-short", "in doubt", LOST),
    ("dot-hang", "in doubt", LOST),
    ("dot-drip", "in doubt", LOST),
    ("dot-endless", "in doubt", LOST),
    ("dot-lines", "in doubt", LOST),
    ("dot-junk", "in doubt", LOST),
    ("dot-354", "in doubt", LOST),
    ("dot-cut100", "in doubt", LOST),
]
BREAKS = ("drop", "hang", "junk", "drip", "endless", "lines", "taken", "short", "cut", "421", "-354",
          "data-250")


def mail(who):
    if who.startswith("!"):
        return (who[1:] + "@force.example", GOOD[1])
    return (GOOD[0], who + "@force.example")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("offered", [True, pytest.param(False, marks=pytest.mark.long)],
                         ids=["offered", "not-offered"])
def test_verdicts(tmp_path, mode, offered):
    mails = [GOOD]
    for who, _, _ in FAULTS:
        mails += [mail(who), GOOD]
    with Server(tmp_path, *[] if offered else ["--no-pipelining"]) as server:
        run = Run(url(server), mails, pipelining=mode, failures=50, **FAST)
        taken = server.accepted_ids()
        said = server.commands()
    assert run.exit == 0, run.fault
    assert len(run.verdicts) == len(mails)
    for i, (who, kind, wanted) in enumerate(FAULTS):
        v = run.verdicts[2 * i + 1]
        got = {k: v[k] for k in wanted}
        assert (v["kind"], got) == (kind, wanted), (who, v)
        assert v["text"], who
        if v["code"] and v["kind"] != "accepted":
            assert "says so" in v["text"] or "Greylisted" in v["text"], v
        good = run.verdicts[2 * i + 2]
        if not (mode == "full" and offered and any(x in who for x in BREAKS)):
            assert good["kind"] == "accepted", (who, good)
        else:
            assert good["kind"] in ("accepted", "not sent"), (who, good)
    accepted = {n for n, v in run.verdicts.items() if v["kind"] == "accepted"}
    doubtful = {n for n, v in run.verdicts.items() if v["kind"] == "in doubt"}
    assert len(taken) == len(set(taken))
    assert accepted <= set(taken) <= accepted | doubtful
    assert "EARLY" not in said
    if mode != "full" or not offered:
        assert run.order == sorted(run.order)


@pytest.mark.parametrize("mode", MODES)
def test_many_refused_need_no_new_connection(tmp_path, mode):
    mails = [mail("rcpt-550.5.1.1"), mail("dot-554"), GOOD] * 30
    with Server(tmp_path) as server:
        run = Run(url(server), mails, pipelining=mode, **FAST)
    assert run.summary["connections"] == 1
    assert run.kinds() == ["refused", "refused", "accepted"] * 30


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("connections", [1, 4, 16])
def test_many_on_many(tmp_path, mode, connections):
    faults = ["rcpt-550", "dot-451", "rcpt-drop", "dot-taken", "rcpt-421", "dot-drop", "data-451",
              "rcpt-550+data-354"]
    mails = [mail(faults[n // 5 % len(faults)]) if n % 5 == 0 else GOOD for n in range(400)]
    with Server(tmp_path) as server:
        run = Run(url(server), mails, pipelining=mode, connections=connections, failures=100, **FAST)
        taken = set(server.accepted_ids())
    assert run.exit == 0, run.fault
    assert len(run.verdicts) == 400
    for n, v in run.verdicts.items():
        if v["kind"] == "accepted":
            assert n in taken
        elif v["kind"] != "in doubt":
            assert n not in taken
    if mode == "full":  # what goes out behind a mail whose connection breaks is not sent
        assert 0 < run.summary["in_doubt"] <= 20
    else:
        assert run.summary["in_doubt"] == 20
    assert run.summary["connections"] >= connections


def test_bytes_arrive_as_they_were(tmp_path):
    with Server(tmp_path) as server:
        run = Run(url(server), [GOOD + (n,) for n in (60, 100, 5000, 300000)])
        entries = server.accepted()
    assert run.kinds() == ["accepted"] * 4
    for n, entry in enumerate(entries):
        head = f"Message-ID: <m{n}@force.example>\r\n\r\n.dot\r\n..dots\r\n"
        assert entry["raw"].startswith(head)
        assert set(entry["raw"][len(head):].split("\r\n")) <= {"x" * 70, ""}
    assert run.verdicts[0]["queue_id"] == "1Q0"


@pytest.mark.parametrize("mode", MODES)
def test_commands(tmp_path, mode):
    with Server(tmp_path) as server:
        Run(url(server), [GOOD] * 3, pipelining=mode)
        said = server.commands()
    group = ["MAIL FROM:<sender@force.example>", "RCPT TO:<ann@force.example>", "DATA"]
    assert said == ["EHLO client.test"] + group * 3 + ["QUIT"]


@pytest.mark.parametrize("mode", MODES)
def test_slow_answers(tmp_path, mode):
    with Server(tmp_path, "--delay", 20) as server:
        run = Run(url(server), [GOOD] * 20, pipelining=mode)
    assert run.kinds() == ["accepted"] * 20


def test_dsn(tmp_path):
    mails = [GOOD, ("-", "o=a+b@force.example")]
    with Server(tmp_path, "--size", 100000) as server:
        Run(url(server), mails, dsn=1)
        first, second = server.accepted()
    assert first["mail"] == ["SIZE=480", "RET=HDRS", "ENVID=m+2B0"]
    assert first["rcpt"] == ["NOTIFY=SUCCESS,FAILURE,DELAY", "ORCPT=rfc822;ann@force.example"]
    assert second["sender"] == ""
    assert second["rcpt"] == ["NOTIFY=SUCCESS,FAILURE,DELAY", "ORCPT=rfc822;o+3Da+2Bb@force.example"]
    with Server(tmp_path, "--no-dsn") as server:
        Run(url(server), mails, dsn=1)
        assert server.accepted()[0]["mail"] == server.accepted()[0]["rcpt"] == []
    with Server(tmp_path) as server:
        Run(url(server), mails)
        assert server.accepted()[0]["mail"] == server.accepted()[0]["rcpt"] == []


@pytest.mark.parametrize("mode", MODES)
def test_size(tmp_path, mode):
    with Server(tmp_path, "--size", 2000) as server:
        run = Run(url(server), [GOOD, GOOD + (5000,), GOOD + (5000,), GOOD], pipelining=mode)
        said = server.commands()
    assert run.kinds() == ["accepted", "refused", "refused", "accepted"]
    assert run.verdicts[1]["stage"] == "size" and "2000" in run.verdicts[1]["text"]
    assert sum(x.startswith("MAIL") for x in said) == 2


def test_answer_before_the_end(tmp_path):
    """The relay answers and goes away while the body is on its way: nothing was accepted."""
    with Server(tmp_path) as server:
        run = Run(url(server), [mail("dot-early") + (8000000,), GOOD], **FAST)
        taken = server.accepted_ids()
    assert taken == [1]
    assert run.verdicts[0]["kind"] in ("refused", "not sent")
    assert run.verdicts[1]["kind"] == "accepted"


def test_cut_in_a_large_body(tmp_path):
    """What the system never took is certainly not accepted."""
    with Server(tmp_path) as server:
        run = Run(url(server), [mail("dot-cut1000") + (8000000,), GOOD], **FAST)
    assert run.kinds() == ["not sent", "accepted"]


@pytest.mark.parametrize("secure", [False, pytest.param(True, marks=pytest.mark.long)], ids=["clear", "tls"])
def test_a_body_that_is_not_taken_at_once(tmp_path, pki, secure):
    """The relay reads more slowly than we write: the rest goes when there is room, to the byte."""
    options = ("--cert", pki / "good.pem", "--key", pki / "good.key", "--implicit") if secure else ()
    with Server(tmp_path, *options) as server:
        more = dict(ca_file=pki / "ca.pem") if secure else {}
        run = Run(url(server, "smtps" if secure else "smtp"), [GOOD + (12000000,), GOOD], **more)
        lengths = [entry["length"] for entry in server.accepted()]
    assert run.kinds() == ["accepted"] * 2 and lengths[0] > 11999900 and lengths[1] < 1000


def test_helo_only(tmp_path):
    with Server(tmp_path, "--no-ehlo") as server:
        run = Run(url(server), [GOOD] * 3)
    assert run.kinds() == ["accepted"] * 3 and not run.summary["pipelining"]


def test_rate(tmp_path):
    for mode in ("on", "full"):
        with Server(tmp_path) as server:
            run = Run(url(server), [GOOD] * 21, per_second=20, connections=4, pipelining=mode)
        assert 0.95 < run.seconds < 1.6
        assert run.kinds() == ["accepted"] * 21


def test_next_has_nothing_now(tmp_path):
    with Server(tmp_path) as server:
        run = Run(url(server), [GOOD] * 5, pause=60)
    assert run.kinds() == ["accepted"] * 5 and run.seconds > 0.25


def test_an_idle_connection_is_ended(tmp_path):
    """With QUIT, before the relay tires of it; the next mail has a new one."""
    with Server(tmp_path) as server:
        run = Run(url(server), [GOOD] * 3, idle=150, pause=500)
        assert run.kinds() == ["accepted"] * 3 and run.summary["connections"] == 3
        assert server.commands().count("QUIT") == 3


def test_the_limit_for_connecting_ends_with_it(tmp_path):
    with Server(tmp_path) as server:
        run = Run(url(server), [mail("dot-hang"), GOOD, GOOD], connections=2, pause=400, connect=300, dot=1500)
    assert run.kinds() == ["in doubt", "accepted", "accepted"]
    assert run.verdicts[0]["text"] == "no reply to dot in time" and run.seconds > 1.4


def test_gentle_end(tmp_path):
    for mode in MODES:
        with Server(tmp_path) as server:
            run = Run(url(server), [GOOD] * 50, stop_after=10, connections=3, pipelining=mode)
            assert server.commands()[-1] == "QUIT"
            taken = server.accepted_ids()
        assert run.exit == 0 and 10 <= len(run.verdicts) <= 20
        assert {n for n, v in run.verdicts.items() if v["kind"] == "accepted"} == set(taken)


def test_callers_fault(tmp_path):
    with Server(tmp_path) as server:
        run = Run(url(server), [GOOD] * 50, fail_after=10, connections=3)
        assert len(server.accepted()) <= 13
    assert run.exit == 74 and run.fault == "told to fail" and len(run.verdicts) == 10


# ---- a relay that is not there, or does not want us ----

def test_nobody_listens(tmp_path):
    with Server(tmp_path) as server:
        port = server.port
    run = Run(f"smtp://127.0.0.1:{port}", [GOOD] * 3, back_off=50)
    assert run.exit == 69 and "Is the server running" in run.fault and f"127.0.0.1:{port}" in run.fault
    assert run.kinds() == ["not sent"] and run.seconds < 3


@pytest.mark.parametrize("greeting, code", [("421", 75), ("554", 69), ("hang", 69), ("junk", 69)])
def test_greetings(tmp_path, greeting, code):
    with Server(tmp_path, "--greeting", greeting) as server:
        run = Run(url(server), [GOOD] * 3, connect=500, back_off=50)
    assert run.exit == code, run.fault
    assert run.kinds() == ["not sent"]
    if greeting.isdigit():
        assert f"{greeting} not now" in run.fault and "It turns us away" in run.fault
        assert ("again later" in run.fault) == (greeting == "421")
    elif greeting == "junk":
        assert "Is the port right?" in run.fault


@pytest.mark.parametrize("what, code", [("550.5.7.1", 69), ("421.4.3.2", 75), ("451.4.7.1", 75)])
def test_sender_is_not_wanted(tmp_path, what, code):
    """The run ends, nobody is charged, and the fault has the relay's words without an address."""
    mails = [mail("!mail-" + what)] * 40
    with Server(tmp_path) as server:
        run = Run(url(server), mails, connections=4, failures=3, **FAST)
    assert run.exit == code, run.fault
    assert set(run.kinds()) == {"not sent"} and len(run.verdicts) < 30
    assert "mail says so for (address)" in run.fault and "@" not in run.fault


def test_breaks_every_connection(tmp_path):
    with Server(tmp_path) as server:
        run = Run(url(server), [mail("!mail-drop")] * 40, failures=3, **FAST)
        assert sum(x.startswith("EHLO") for x in server.commands()) == 3
    assert run.exit == 69 and "breaks connections off" in run.fault
    assert run.kinds() == ["not sent"] * 3


def test_only_so_many_a_connection(tmp_path):
    """421 after seven mails: those that met it come back unsent, the rest goes over new connections."""
    with Server(tmp_path, "--per-connection", 7) as server:
        run = Run(url(server), [GOOD] * 50, **FAST)
        taken = server.accepted_ids()
    assert run.exit == 0, run.fault
    assert set(run.kinds()) == {"accepted", "not sent"} and run.summary["not_sent"] <= 8
    assert {n for n, v in run.verdicts.items() if v["kind"] == "accepted"} == set(taken)


def test_storm(tmp_path):
    with Server(tmp_path, "--storm", 0.4) as server:
        run = Run(url(server), [GOOD] * 20, connections=8, **dict(FAST, back_off=500))
        dialed = sum(x.startswith("EHLO") for x in server.commands())
    assert run.kinds() == ["accepted"] * 20
    assert dialed <= 8


def test_turned_away_while_others_stand(tmp_path):
    """A relay that takes two connections and no more is not asked for a third with each mail."""
    with Playing("--plan", "greet-421@3-", "--delay", 2) as server:
        run = Run(url(server), [GOOD] * 60, connections=8, **dict(FAST, back_off=500))
        assert len(server.entries) == 60 and server.server.sessions <= 5
    assert run.exit == 0 and run.kinds() == ["accepted"] * 60


# ---- TLS and login ----

def tls(pki, name, *more):
    return ("--cert", pki / f"{name}.pem", "--key", pki / f"{name}.key", *more)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_tls(tmp_path, pki, scheme, mode):
    mails = [GOOD, GOOD + (2000000,), mail("dot-taken"), mail("rcpt-550"), GOOD]
    with Server(tmp_path, *tls(pki, "good", *["--implicit"] if scheme == "smtps" else [])) as server:
        run = Run(url(server, scheme, "localhost"), mails, ca_file=pki / "ca.pem", pipelining=mode)
        taken = server.accepted_ids()
    assert run.exit == 0 and run.summary["tls"]
    assert run.kinds()[:3] == ["accepted", "accepted", "in doubt"]
    assert run.kinds()[4] == "accepted" and run.kinds()[3] in ("refused", "not sent")
    assert taken == [0, 1, 2, 4]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("name, ca", [("good", "stranger"), ("other", "ca"), ("old", "ca")])
def test_not_trusted(tmp_path, pki, scheme, name, ca):
    more = ["--implicit"] if scheme == "smtps" else ["--auth", "user:secret"]
    with Server(tmp_path, *tls(pki, name, *more)) as server:
        run = Run(url(server, scheme, "localhost"), [GOOD] * 2, user="user", password="secret",
                  ca_file=pki / f"{ca}.pem")
        said = server.commands()
    assert run.exit == 69 and "certificate is not trusted" in run.fault, run.fault
    assert run.kinds() == ["not sent"] and run.seconds < 2
    assert not [x for x in said if x.startswith(("AUTH", "MAIL"))]


def test_the_systems_authorities_do_not_know_ours(tmp_path, pki):
    with Server(tmp_path, *tls(pki, "good", "--implicit")) as server:
        run = Run(url(server, "smtps", "localhost"), [GOOD])
    assert run.exit == 69 and "certificate is not trusted" in run.fault


def test_stripped(tmp_path, pki):
    with Server(tmp_path, *tls(pki, "good", "--strip")) as server:
        run = Run(url(server, host="localhost"), [GOOD] * 2, ca_file=pki / "ca.pem")
        said = server.commands()
    assert run.exit == 69 and "STARTTLS" in run.fault
    assert said[0].startswith("EHLO") and not [x for x in said if x.startswith("MAIL")]


def test_injected(tmp_path, pki):
    with Server(tmp_path, *tls(pki, "good", "--inject")) as server:
        run = Run(url(server, host="localhost"), [GOOD] * 2, ca_file=pki / "ca.pem", back_off=20)
        assert not [x for x in server.commands() if x.startswith("MAIL")]
    assert run.exit == 69


def test_what_was_offered_in_clear_does_not_count(tmp_path, pki):
    """PIPELINING is offered before STARTTLS and not after it."""
    with Server(tmp_path, *tls(pki, "good", "--clear-pipelining")) as server:
        run = Run(url(server, host="localhost"), [GOOD] * 2, ca_file=pki / "ca.pem")
        assert len([x for x in server.commands() if x.startswith("EHLO")]) == 2
    assert run.kinds() == ["accepted"] * 2 and not run.summary["pipelining"]


def test_login(tmp_path, pki):
    where = dict(ca_file=pki / "ca.pem", back_off=20)
    with Server(tmp_path, *tls(pki, "good", "--auth", "user:secret")) as server:
        run = Run(url(server, host="localhost"), [GOOD], user="user", password="secret", **where)
        assert run.kinds() == ["accepted"]
        run = Run(url(server, host="localhost"), [GOOD], user="user", password="wr0ng", **where)
        assert run.exit == 69 and "relay.password_file" in run.fault and "535" in run.fault, run.fault
        assert "wr0ng" not in run.fault and "@" not in run.fault and run.kinds() == ["not sent"]
        run = Run(url(server, host="localhost"), [GOOD] * 9, **where)
        assert run.exit == 69 and "530" in run.fault
    with Server(tmp_path, *tls(pki, "good")) as server:
        run = Run(url(server, host="localhost"), [GOOD], user="user", password="secret", **where)
        assert run.exit == 69 and "does not offer to log in" in run.fault


@pytest.mark.parametrize("options, words", [
    (dict(ca_file="/nowhere.pem"), "relay.ca_file"), (dict(user="x"), "relay.password_file"),
    (dict(connections=65), "relay.connections"), (dict(url="smtp://user@localhost:25"), "relay.url"),
    (dict(url="http://localhost"), "relay.url"), (dict(url="smtp://localhost:70000"), "relay.url")])
def test_settings(tmp_path, options, words):
    with Server(tmp_path) as server:
        run = Run(**dict(dict(url=url(server), mails=[GOOD]), **options))
    assert run.exit == 78 and words in run.fault


# ---- into a Maildir ----

def test_capture(tmp_path):
    run = Run(f"capture:{tmp_path / 'outbox'}", [GOOD] * 30, per_second=100)
    assert run.exit == 0 and run.kinds() == ["accepted"] * 30 and run.seconds > 0.25
    files = sorted((tmp_path / "outbox" / "new").iterdir())
    starts = [f.read_bytes().partition(b"@")[0] for f in files]
    assert starts == [b"Message-ID: <m%d" % n for n in range(30)]
    assert {f.name for f in files} == {v["queue_id"] for v in run.verdicts.values()}
    assert not list((tmp_path / "outbox" / "tmp").iterdir())
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
