# SPDX-License-Identifier: MIT
"""track --classify: a line for each file, whatever is in it, and nobody dies of it."""
import json
import os
import pathlib
import resource
import signal
import subprocess
import time

import pytest

from conftest import BINARY, INPUT, OK, SANITIZERS, USAGE
from letters import HEAD, REPORT, corpus, write_hostile

SECONDS = 2         # for one letter
MEMORY = 512 << 10  # kB
RECIPIENT = b"Final-Recipient: rfc822; %s\nAction: failed\nStatus: 5.1.1\n\n"
FIELDS = {"file", "class", "orig_message_id", "recipients", "evidence", "reason"}
CLASSES = {"unparsable", "other", "bounce-hard", "bounce-soft", "bounce-any", "delayed", "delivered", "relayed",
           "expanded", "mdn", "auto-reply", "challenge", "feedback", "human"}


class Reader:
    """A program that is asked one name at a time."""

    def __init__(self, folder):
        environment = {name: os.environ[name] for name in SANITIZERS if name in os.environ}
        environment["BREACHMAIL_KEY_FILE"] = "/nowhere/a-key"
        self.process = subprocess.Popen([BINARY, "track", "--classify", "-"], cwd=folder, env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ask(self, name):
        self.process.stdin.write(os.fsencode(name) + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        _, talk = self.process.communicate(timeout=60)
        assert b"Sanitizer" not in talk, talk
        return self.process.returncode

    @property
    def child(self):
        pid = self.process.pid
        return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    return folder, *write_hostile(folder)


@pytest.fixture
def reader(tmp_path):
    reader = Reader(tmp_path)
    yield reader
    if reader.process.poll() is None:
        reader.end()


def classify(*names, code=OK, **more):
    done = subprocess.run([BINARY, "track", "--classify", *map(str, names)], capture_output=True, timeout=60,
                          check=False, **more)
    assert done.returncode == code, done
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def in_time(reader, name):
    start = time.monotonic()
    line = reader.ask(name)
    spent = time.monotonic() - start
    assert spent < SECONDS * (10 if any(map(os.environ.get, SANITIZERS)) else 1), (name, spent)
    assert FIELDS <= set(line) and line["file"] == str(name) and line["class"] in CLASSES, line
    return line


def test_hostile_letters_cost_a_line_and_no_more(hostile, reader):
    folder, refused, read = hostile
    for name in refused:
        line = in_time(reader, folder / name)
        assert line["class"] == "unparsable" and line["reason"], line
        assert "reader" not in line["reason"], line     # it was seen before, and nobody died
    for name in read:
        in_time(reader, folder / name)
    (folder / "well").write_bytes(HEAD + b"\nI have read this.\n")
    assert in_time(reader, folder / "well")["acknowledges"]
    assert reader.end() == OK
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY


def test_torture_costs_a_line_and_no_more(reader):
    for path in sorted(corpus("files", "torture").iterdir()):
        in_time(reader, path)
    assert reader.end() == OK


@pytest.mark.plain
def test_who_reads_letters_is_shut_in(reader, tmp_path):
    (tmp_path / "well").write_bytes(HEAD + b"\nx\n")
    assert reader.ask("well")["class"] == "human"
    child = pathlib.Path(f"/proc/{reader.child}")
    status = dict(line.split(":\t", 1) for line in (child / "status").read_text().splitlines())
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    limits = (child / "limits").read_text()
    assert f"Max address space         {512 << 20} " in limits
    if os.access(child / "fd", os.R_OK):
        links = {os.readlink(fd) for fd in (child / "fd").iterdir()}
        assert len(links) == 1 and links.pop().startswith("socket:")
        assert (child / "environ").read_bytes().strip(b"\0") == b""


def test_a_dead_child_is_replaced(reader, tmp_path):
    (tmp_path / "well").write_bytes(HEAD + b"\nx\n")
    for _ in range(3):
        assert reader.ask("well")["class"] == "human"
        os.kill(reader.child, signal.SIGKILL)
    assert reader.ask("well")["class"] == "human"
    assert reader.end() == OK


@pytest.mark.plain
def test_a_stuck_child_costs_one_letter(reader, tmp_path):
    (tmp_path / "well").write_bytes(HEAD + b"\nx\n")
    reader.ask("well")
    os.kill(reader.child, signal.SIGSTOP)
    line = in_time(reader, "well")
    assert line["class"] == "unparsable" and line["reason"] == "reading it took too long"
    assert in_time(reader, "well")["class"] == "human"


def test_what_cannot_be_read_is_a_line_too(tmp_path):
    (tmp_path / "well").write_bytes(HEAD + b"\nx\n")
    os.mkfifo(tmp_path / "pipe")
    names = ["missing", "well", ".", "pipe", "/dev/zero", "a\udce4", "well"]
    lines, talk = classify(*names, code=INPUT, cwd=tmp_path)
    assert [line["class"] for line in lines] == ["unparsable", "human", *["unparsable"] * 4, "human"]
    assert [line["file"] for line in lines] == [*names[:5], "a?", "well"]
    assert all(line["reason"] for line in lines if line["class"] == "unparsable")
    assert "5 of 7 files" in talk and "missing" not in talk


def test_names_from_the_standard_input(tmp_path):
    (tmp_path / "a").write_bytes(HEAD + b"\nx\n")
    (tmp_path / "b").write_bytes(REPORT + RECIPIENT % b"e@f.test" + b"--b--\n")
    lines, _ = classify("a", "-", "a", cwd=tmp_path, input=b"b\n\nb")
    assert [line["file"] for line in lines] == ["a", "b", "b", "a"]
    assert lines[1]["recipients"][0]["recipient"] == "e@f.test"
    assert lines[1]["recipients"][0]["class"] == lines[1]["class"] == "bounce-hard"
    assert lines[1]["recipients"][0]["status"] == "5.1.1"
    classify(code=USAGE, cwd=tmp_path)


def test_an_mbox_is_one_line(tmp_path):
    start = b"From MAILER-DAEMON  Mon Jan  1 00:00:00 2024\n"
    (tmp_path / "two").write_bytes(b"".join(
        start + REPORT + RECIPIENT % who + b"--b--\n\n" for who in (b"a@b.test", b"c@d.test")))
    (line,), _ = classify("two", cwd=tmp_path)
    assert line["letters"] == 2
    assert [one["recipient"] for one in line["recipients"]] == ["a@b.test", "c@d.test"]


def test_the_program_ends_with_its_reader(reader, tmp_path):
    (tmp_path / "well").write_bytes(HEAD + b"\nx\n")
    reader.ask("well")
    child = reader.child
    reader.process.kill()
    reader.process.wait()
    for _ in range(100):
        if not pathlib.Path(f"/proc/{child}").exists():
            return
        time.sleep(.05)
    pytest.fail("the child lives on")


@pytest.mark.parametrize("own, knows", [("Thanks.", False), ("I have read this.", True)])
def test_what_html_quotes_is_not_said(tmp_path, own, knows):
    (tmp_path / "reply").write_text(
        "From: a@b.test\nSubject: Re: x\nIn-Reply-To: <a@b.test>\nContent-Type: text/html\n\n"
        f"<div>{own}</div><div>On Mon, 3 Jun 2024 at 09:12, Force &lt;dpo@force.example&gt; wrote:<br></div>"
        "<blockquote><p>I have read this.</p><p>Are you well?</p></blockquote>\n")
    (line,), _ = classify("reply", cwd=tmp_path)
    assert line["class"] == "human" and line.get("acknowledges", False) == knows and "asks" not in line
