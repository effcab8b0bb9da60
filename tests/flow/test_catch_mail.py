# SPDX-License-Identifier: MIT
"""scripts/catch-mail: what it takes, refuses, keeps and logs, and in which order."""
import contextlib
import pathlib
import re
import signal
import smtplib
import socket
import subprocess
import time

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "catch-mail"
SENDER = "notices@force.example"
MAIL = "From: notices@force.example\r\nMessage-ID: <{}@force.example>\r\nSubject: test\r\n\r\n{}\r\n"


class Server:
    def __init__(self, folder, *options):
        self.maildir, self.log, self.port_file = folder / "mail", folder / "log", folder / "port"
        self.process = subprocess.Popen(
            [SCRIPT, "--dir", self.maildir, "--log", self.log, "--port-file", self.port_file,
             "--seconds", "60", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def client(self):
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example", timeout=60)

    def mails(self):
        return [path.read_bytes() for path in sorted((self.maildir / "new").iterdir())]

    def logged(self):
        return [tuple(line.split("\t")) for line in self.log.read_text().splitlines()]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)


@pytest.fixture
def serve(tmp_path):
    servers = []

    def start(*options):
        servers.append(Server(tmp_path, *options))
        return servers[-1]
    yield start
    for server in servers:
        server.stop()


@contextlib.contextmanager
def raw(server):
    """A bare connection, greeted, and a function that sends bytes and returns so many reply lines."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection, \
            connection.makefile("rb") as replies:
        def say(data, lines=1):
            connection.sendall(data)
            return [replies.readline().decode().rstrip("\r\n") for _ in range(lines)]
        assert say(b"")[0].startswith("220 ")
        say(b"EHLO client.example\r\n", 6)
        yield say


def test_a_mail_is_kept_as_it_was_sent(serve):
    server = serve()
    text = MAIL.format("one", "Caf\u00e9\r\n.\r\n..two dots\r\n.one").encode()
    with server.client() as client:
        assert client.sendmail(SENDER, ["a@x.example", "b@x.example"], text, ["body=8bitmime"]) == {}
    envelope = (b"Return-Path: <notices@force.example>\r\nDelivered-To: a@x.example\r\n"
                b"Delivered-To: b@x.example\r\n")
    assert server.mails() == [envelope + text]
    assert list((server.maildir / "tmp").iterdir()) == []


def test_each_recipient_is_logged_with_the_message_id(serve):
    server = serve()
    with server.client() as client:
        client.sendmail(SENDER, ["a@x.example", "b@x.example"], MAIL.format("two", "x"))
        client.sendmail(SENDER, ["c@x.example"], "Subject: none\r\n\r\nMessage-ID: <body@x.example>\r\n")
        client.sendmail(SENDER, ["d@x.example"], "message-id:\r\n <folded@x.example>\r\n\r\nx\r\n")
    assert server.logged() == [
        ("<two@force.example>", "a@x.example"), ("<two@force.example>", "b@x.example"),
        ("-", "c@x.example"), ("<folded@x.example>", "d@x.example")]


def test_the_log_is_written_before_the_reply(serve):
    server = serve()
    with server.client() as client:
        for number in range(200):
            client.sendmail(SENDER, [f"p{number}@x.example"], MAIL.format(number, "x"))
            assert server.logged()[-1] == (f"<{number}@force.example>", f"p{number}@x.example")
            assert len(list((server.maildir / "new").iterdir())) == number + 1


def test_a_mail_without_its_last_dot_is_nothing(serve):
    server = serve()
    with raw(server) as say:
        say(b"MAIL FROM:<x@x.example>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n", 3)
        say(MAIL.format("half", "x").encode(), 0)
    time.sleep(.1)
    assert server.logged() == [] and server.mails() == []


@pytest.mark.parametrize("options, code", [
    (["--refuse", "GONE.*@*"], 550), (["--defer", "*.busy@force.example"], 451)])
def test_faults_by_recipient(serve, options, code):
    server = serve(*options)
    unlucky = "Gone.busy@force.example"
    with server.client() as client:
        refused = client.sendmail(SENDER, [unlucky, "fine@force.example"], MAIL.format("some", "x"))
        assert {address: answer[0] for address, answer in refused.items()} == {unlucky: code}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(SENDER, [unlucky], MAIL.format("none", "x"))
    assert server.logged() == [("<some@force.example>", "fine@force.example")]
    tally = "refused 2, deferred 0" if code == 550 else "refused 0, deferred 2"
    assert tally in server.stop()[0]


def test_patterns_may_be_repeated_and_refusal_wins(serve):
    server = serve("--refuse", "a@*", "--refuse", "b@*", "--defer", "b@*", "--defer", "c@*")
    with raw(server) as say:
        say(b"MAIL FROM:<>\r\n")
        answers = say(b"".join(b"RCPT TO:<%c@x.example>\r\n" % letter for letter in b"abcd"), 4)
    assert [answer[:3] for answer in answers] == ["550", "550", "451", "250"]


def test_pipelining(serve):
    server = serve("--refuse", "no@*")
    with raw(server) as say:
        answers = say(b"MAIL FROM:<x@x.example> RET=HDRS ENVID=1 BODY=8BITMIME\r\n"
                      b"RCPT TO:<no@x.example>\r\nRCPT TO:<yes@x.example> NOTIFY=NEVER\r\nDATA\r\n", 4)
        assert [answer[:3] for answer in answers] == ["250", "550", "250", "354"]
        answers = say(MAIL.format(1, "x").encode() + b".\r\nMAIL FROM:<x@x.example>\r\n"
                      b"RCPT TO:<no@x.example>\r\nDATA\r\nRSET\r\nQUIT\r\n", 6)
        assert [answer[:3] for answer in answers] == ["250", "250", "550", "554", "250", "221"]
    assert server.logged() == [("<1@force.example>", "yes@x.example")]


def test_a_mail_in_single_bytes(serve):
    server = serve()
    with raw(server) as say:
        say(b"MAIL FROM:<x@x.example>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n", 3)
        text = b"Message-ID: <slow@x.example>\r\n\r\n..dot\r\n"
        for byte in text + b".\r":
            say(bytes([byte]), 0)
        assert say(b"\n") == ["250 2.0.0 Kept"]
    assert server.mails()[0].endswith(b"\r\n\r\n.dot\r\n")


def test_a_lone_newline_ends_no_mail(serve):
    server = serve()
    with raw(server) as say:
        say(b"MAIL FROM:<x@x.example>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n", 3)
        assert say(b"one\n.\nMAIL FROM:<forged@x.example>\r\n.\r\n") == ["250 2.0.0 Kept"]
    assert len(server.mails()) == 1


@pytest.mark.parametrize("command, code", [
    (b"DATA", "503"), (b"RCPT TO:<a@x.example>", "503"), (b"MAIL FROM:a@x.example", "501"),
    (b"STARTTLS", "500"), (b"NOOP", "250"), (b"RSET", "250"), (b"VRFY a", "252"), (b"", "500"),
    (b"EXPN " + b"x" * 5000, "421")])
def test_answers_out_of_order(serve, command, code):
    with raw(serve()) as say:
        assert say(command + b"\r\n")[0].startswith(code)


def test_mail_before_hello(serve):
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        assert connection.recv(100).startswith(b"220")
        connection.sendall(b"MAIL FROM:<a@x.example>\r\n")
        assert connection.recv(100).startswith(b"503")


def test_it_says_what_it_can(serve):
    with serve().client() as client:
        client.ehlo()
        assert {"pipelining", "8bitmime", "size", "dsn"} <= set(client.esmtp_features)
        assert "starttls" not in client.esmtp_features and "auth" not in client.esmtp_features


def test_a_mail_too_big_is_refused_and_the_next_is_not(serve):
    server = serve()
    with raw(server) as say:
        say(b"MAIL FROM:<x@x.example>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n", 3)
        for _ in range(33):
            say((b"x" * 1022 + b"\r\n") * 1024, 0)
        assert say(b".\r\n")[0].startswith("552")
        say(b"MAIL FROM:<x@x.example>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n", 3)
        assert say(b"small\r\n.\r\n")[0].startswith("250")
    assert len(server.logged()) == 1


def test_it_listens_on_loopback_only(serve):
    server = serve()
    listening = "0A"
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path("/proc/net", table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == listening and int(local.rpartition(":")[2], 16) == server.port:
                addresses.add(local.rpartition(":")[0])
    assert addresses == {"0100007F"}


def test_port_file_and_summary(serve):
    server = serve()
    assert int(server.port_file.read_text()) == server.port
    with server.client() as client:
        client.sendmail(SENDER, ["a@force.example", "b@force.example"], MAIL.format(1, "x"))
    out, err = server.stop()
    assert out == "mails 1, recipients 2, refused 0, deferred 0, sessions 1\n" and err == ""
    assert server.process.returncode == 0


def test_it_ends_by_itself(tmp_path):
    ended = subprocess.run([SCRIPT, "--dir", tmp_path / "mail", "--seconds", "1"],
                           capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0 and re.fullmatch(r"[0-9]+\nmails 0, .*\n", ended.stdout)


def test_what_it_keeps_is_for_its_owner_only(serve):
    server = serve()
    with server.client() as client:
        client.sendmail(SENDER, ["a@force.example"], MAIL.format(1, "x"))
    paths = [server.maildir, server.log, *(server.maildir / "new").iterdir()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)


@pytest.mark.parametrize("options, code", [
    (["--seconds", "0"], 64), (["--port", "70000"], 64), ([], 64), (["--dir", "/dev/null/mail"], 73)])
def test_what_is_refused(options, code):
    refused = subprocess.run([SCRIPT, *options], capture_output=True, text=True, timeout=60)
    assert refused.returncode == code and refused.stderr.startswith("catch-mail: ")


def test_a_port_that_is_taken(serve, tmp_path):
    server = serve()
    second = subprocess.run(
        [SCRIPT, "--dir", tmp_path / "other", "--port", str(server.port), "--seconds", "5"],
        capture_output=True, text=True, timeout=60)
    assert second.returncode == 69 and "Traceback" not in second.stderr
