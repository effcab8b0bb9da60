# SPDX-License-Identifier: MIT
"""scripts/demo: that it plays through, says what is true, leaves nothing behind, and stops well.

It runs in a copy of scripts/, so that nobody's own demo/ is touched, with the program that BREACHMAIL
names: nothing is installed or built here.
"""
import email
import fcntl
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time

import pytest

from conftest import sample

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
VERBS = "init import import match group compose approve send send track remind send report status".split()


class Demo:
    """A copy of the tree's scripts, a home of its own, and the demo started elsewhere."""

    def __init__(self, root, breachmail):
        self.tree, self.home, self.folder = root / "tree", root / "home", root / "tree" / "demo"
        self.home.mkdir()
        shutil.copytree(SCRIPTS, self.tree / "scripts")
        self.env = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
                    "BREACHMAIL": str(breachmail)}

    def start(self, *arguments, **env):
        return subprocess.Popen(
            [self.tree / "scripts" / "demo", *arguments], cwd="/", env={**self.env, **env}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)

    def run(self, *arguments, **env):
        process = self.start(*arguments, **env)
        out, err = process.communicate(timeout=120)
        assert not session(process.pid)
        return process.returncode, out, err

    def status(self):
        run = subprocess.run([self.folder / "bin" / "breachmail", "-C", self.folder / "incident", "status",
                              "--json"], stdout=subprocess.PIPE, check=True)
        return json.loads(run.stdout)


def session(leader):
    """The processes that the demo of this number started, and that are still alive."""
    alive = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, number = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(number) == leader and state != "Z":
            alive.append(stat.parent.name)
    return alive


@pytest.fixture
def demo(breachmail, tmp_path):
    return Demo(tmp_path, breachmail)


@pytest.fixture(scope="module")
def played(breachmail, tmp_path_factory):
    """A demo that was played twice, and what it said the second time."""
    demo = Demo(tmp_path_factory.mktemp("demo"), breachmail)
    assert demo.run()[0] == 0
    key = (demo.folder / "keys" / "incident.key").read_bytes()
    code, out, err = demo.run()
    assert (code, err) == (0, "")
    assert (demo.folder / "keys" / "incident.key").read_bytes() != key
    return demo, out


def commands(out):
    return [shlex.split(line[2:], comments=True) for line in out.splitlines() if line.startswith("$ ")]


def test_commands_are_shown_in_order(played):
    verbs = [line[3] if line[1] == "-C" else line[1] for line in commands(played[1])
             if line[0] == "breachmail"]
    order = iter(verbs)
    assert all(verb in order for verb in VERBS), verbs
    assert verbs[-1] == "status"


def test_send_was_killed_and_went_on(played):
    killed = [line for line in commands(played[1]) if line[:2] == ["kill", "-9"]]
    assert len(killed) == 1
    now = int(re.search(r"(\d+)  sent in this run", played[1])[1])
    assert 0 < now < played[0].status()["states"]["accepted"]


def logged(demo):
    return [tuple(line.split("\t")) for line in (demo.folder / "relay.log").read_text().splitlines()]


def test_nobody_got_two(played):
    """But for one reminder each, to those who had not answered."""
    demo, out = played
    mails, addresses, most = map(int, re.search(
        r"own log had (\d+) mails to (\d+) addresses, at most (\d+) to each", out).groups())
    reminders = int(re.search(r"(\d+) people got one reminder each", out)[1])
    assert mails == addresses and most == 1 and reminders > 5
    log = logged(demo)
    assert len(log) == len(dict(log)) == mails + reminders == len(list((demo.folder / "mail" / "new").iterdir()))
    assert len({to for _, to in log[:mails]}) == mails and len({to for _, to in log[mails:]}) == reminders
    assert f"The ledger said the same: {mails} accepted." in out


def test_what_came_back(played):
    """Two know, one asks, three mailboxes are gone: one of these is a call, as its level asks for."""
    states, needs = played[0].status()["states"], played[0].status()["needs_human"]
    assert states["acknowledged"] == 2 and states["bounced"] == 2 and states["delivered"] >= 1
    assert needs["bounced"] == 2 and any("question" in what for what in needs)
    answered = [to for _, to in logged(played[0])[:2]]
    mails = int(re.search(r"own log had (\d+) mails", played[1])[1])
    assert not set(answered) & {to for _, to in logged(played[0])[mails:]}


def test_everyone_has_a_notice_or_a_task(played):
    status = played[0].status()
    assert set(status["states"]) == {"accepted", "task", "acknowledged", "bounced", "delivered"}
    assert sum(status["states"].values()) == status["people"] > 900
    assert status["in_doubt"] == [] and "questions" not in status["needs_human"]


def test_the_end_says_where_things_are(played):
    demo, out = played
    mail = email.message_from_bytes((demo.tree / re.search(r"more (\S+)", out)[1]).read_bytes())
    assert mail["Message-ID"] and mail["Delivered-To"].endswith(".example")
    assert "What became of them" in (demo.folder / "report.txt").read_text()
    assert "All that can be checked here holds." in out and (demo.folder / "evidence.tar").stat().st_size > 10000
    assert out.splitlines()[-1].startswith("Nothing left this machine")


def test_all_is_in_one_folder(played):
    demo, _ = played
    assert list(demo.home.iterdir()) == []
    assert {path.name for path in demo.tree.iterdir()} == {"scripts", "demo"}
    assert not list((demo.folder / "incident").rglob("*.key"))


def test_plain_text_without_a_terminal(played):
    assert "\x1b" not in played[1] and "\r" not in played[1]
    said = played[1].replace(str(played[0].tree), "").splitlines()
    assert all(len(line) <= 120 for line in said if not line.startswith("$ ")), said


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("at", ["sed -i", "send --rate"])
def test_a_stop_ends_its_processes(demo, number, code, at):
    process = demo.start()
    for line in process.stdout:
        if line.startswith("$ ") and at in line:
            break
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    assert process.returncode == code
    for _ in range(100):
        if not session(process.pid):
            return
        time.sleep(.02)
    pytest.fail("a process was left behind")


def test_a_strange_folder_is_left_alone(demo):
    demo.folder.mkdir()
    (demo.folder / "mine").write_text("mine")
    for arguments in ((), ("clean",)):
        code, _, err = demo.run(*arguments)
        assert code == 73 and "not from a demo" in err
    assert [path.name for path in demo.folder.iterdir()] == ["mine"]


def test_one_at_a_time(demo):
    demo.folder.mkdir()
    with open(demo.folder / "made-by-the-demo", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, err = demo.run()
    assert code == 75 and "another demo" in err


@pytest.mark.parametrize("name", sample(["crime-data", "foi-release", "publication", "lost-notebook", "lost-footage"]))
def test_another_incident(demo, name):
    """Each ends in a screen whose sums agree, and nobody got two."""
    code, out, err = demo.run("--incident", name)
    assert (code, err) == (0, "")
    status = demo.status()
    assert status["rows"] == sum(status["outcomes"].values())
    assert status["people"] == sum(status["states"].values()) > 0
    assert set(status["states"]) <= {"accepted", "task", "reached", "restricted", "none"}
    accepted = status["states"]["accepted"]
    assert re.search(rf"In plain words: {status['people']} people are concerned. {accepted} were told", out)
    logged = [line.split("\t")[1] for line in (demo.folder / "relay.log").read_text().splitlines()]
    assert len(logged) == len(set(logged)) == accepted
    verbs = [line[3] if line[1] == "-C" else line[1] for line in commands(out) if line[0] == "breachmail"]
    order = iter(verbs)
    assert all(verb in order for verb in "init import import match group compose approve send status".split())


def test_no_such_incident(demo):
    for arguments in (("--incident",), ("--incident", "flood"), ("--incident", "supplier", "x")):
        code, _, err = demo.run(*arguments)
        assert code == 64 and "--help" in err and not demo.folder.exists()


def test_clean(demo):
    for folder in (demo.folder, demo.tree / "build" / "demo", demo.tree / "build" / "own"):
        folder.mkdir(parents=True)
    (demo.folder / "made-by-the-demo").touch()
    assert demo.run("clean")[0] == 0
    assert not demo.folder.exists() and list((demo.tree / "build").iterdir()) == [
        demo.tree / "build" / "own"]


def test_without_rights_it_says_what_to_install(demo, tmp_path):
    pretended = tmp_path / "bin"
    pretended.mkdir()
    for name, answer in {"dpkg-query": 1, "sudo": 1, "apt-get": 100}.items():
        (pretended / name).write_text(f"#!/bin/sh\nexit {answer}\n")
        (pretended / name).chmod(0o755)
    code, out, err = demo.run(BREACHMAIL="", PATH=f"{pretended}:{demo.env['PATH']}")
    assert code == 69
    assert re.search(r"^apt-get update && apt-get install .*libsodium-dev", err, re.M), err
    assert "libsodium-dev" in out


def test_a_failing_step_stops_it(demo, tmp_path):
    program = tmp_path / "breachmail"
    program.write_text('#!/bin/sh\necho "breachmail $1: no" >&2\nexit 78\n')
    program.chmod(0o755)
    code, out, err = demo.run(BREACHMAIL=str(program))
    assert code == 78 and "78" in err and "breachmail init: no" in out


@pytest.mark.parametrize("arguments, env, code", [
    (("play",), {}, 64), (("--help",), {}, 0), ((), {"BREACHMAIL": "/nowhere"}, 64)])
def test_usage(demo, arguments, env, code):
    assert demo.run(*arguments, **env)[0] == code
    assert not demo.folder.exists()
