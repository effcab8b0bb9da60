# SPDX-License-Identifier: MIT
"""An IMAP server on 127.0.0.1 that plays faults, in threads of the test's own.

with Mailbox({5: b"Subject: x\r\n\r\n"}) as server: server.port, server.said, server.uidvalidity = 7 ...

`faults` says what goes wrong: {"fetch": f} calls f(session, tag, uid) instead of answering; a name of COMMANDS
(and "greet"), or ("fetch", 5) for that letter alone. What f returns in bytes is sent instead; None: nothing;
Session.go_on: answer as always after all. `session` has send(bytes), drop(), number (from 1).
"""
import base64
import contextlib
import re
import socket
import ssl
import threading
import time

COMMANDS = ("capability", "starttls", "login", "authenticate", "examine", "search", "fetch", "logout")
PASSWORD = "pass word"


class Session:
    go_on = object()

    def __init__(self, server, stream, number):
        self.server, self.stream, self.number, self.buffer = server, stream, number, b""
        self.encrypted = bool(server.tls and server.implicit)

    def send(self, data):
        self.stream.sendall(data)

    def drop(self):
        with contextlib.suppress(OSError):
            self.stream.shutdown(socket.SHUT_RDWR)
        self.stream.close()

    def line(self):
        while b"\n" not in self.buffer:
            got = self.stream.recv(65536)
            if not got:
                raise ConnectionError
            self.buffer += got
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("latin-1")

    def fault(self, name, *arguments):
        """Plays it; true if that is all."""
        planned = self.server.faults
        f = planned.get((name, arguments[1]) if len(arguments) > 1 else name, planned.get(name))
        if f is None:
            return False
        answer = f(self, *arguments)
        if answer is Session.go_on:
            return False
        if answer:
            self.send(answer)
        return True

    def run(self):
        if not self.fault("greet"):
            self.send(b"* OK [CAPABILITY %s] here\r\n" % self.capability())
        while True:
            tag, command = self.line().split(" ", 1)
            self.server.note(self.number, command)
            name = command.split(" ")[0].lower()
            if name == "uid":
                name = command.split(" ")[1].lower()
            getattr(self, "do_" + name)(tag.encode(), command)

    def ok(self, tag, words=b"done"):
        self.send(tag + b" OK " + words + b"\r\n")

    def capability(self):
        mechanisms = b"AUTH=PLAIN AUTH=XOAUTH2 SASL-IR" if self.server.token else b"AUTH=PLAIN SASL-IR"
        offer = self.server.tls and not self.encrypted and not self.server.strip
        return b"IMAP4rev1 " + mechanisms + b" STARTTLS" * bool(offer)

    def do_capability(self, tag, _):
        if not self.fault("capability", tag):
            self.send(b"* CAPABILITY %s\r\n" % self.capability())
            self.ok(tag)

    def do_starttls(self, tag, _):
        if not self.fault("starttls", tag):
            self.ok(tag)
            self.stream = self.server.tls.wrap_socket(self.stream, server_side=True)
            self.encrypted = True

    def do_login(self, tag, command):
        if not self.fault("login", tag):
            self.admit(tag, PASSWORD in command)

    def do_authenticate(self, tag, command):
        if self.fault("authenticate", tag):
            return
        words = command.split(" ")
        if len(words) < 3:
            self.send(b"+ \r\n")
            words.append(self.line())
        said = base64.b64decode(words[2])
        wanted = f"auth=Bearer {self.server.token}\1\1" if words[1] == "XOAUTH2" else "\0" + PASSWORD
        if words[1] == "XOAUTH2" and not said.endswith(wanted.encode()):
            self.send(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
            self.line()
        self.admit(tag, said.endswith(wanted.encode()))

    def admit(self, tag, right):
        if right:
            self.ok(tag, b"logged in")
        else:
            self.send(tag + b" NO [AUTHENTICATIONFAILED] not you\r\n")

    def do_examine(self, tag, _):
        if not self.fault("examine", tag):
            self.send(b"* %d EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS ()] none\r\n"
                      b"* OK [UIDVALIDITY %d] x\r\n" % (len(self.server.letters), self.server.uidvalidity))
            self.ok(tag, b"[READ-ONLY] look")

    def do_search(self, tag, command):
        if self.fault("search", tag):
            return
        first, last = re.search(r"UID SEARCH UID (\d+):(\d+|\*)", command).groups()
        newest = max(self.server.letters, default=0)
        last = newest if last == "*" else int(last)
        first, last = sorted((int(first), last))
        found = [uid for uid in self.server.letters if first <= uid <= last]
        self.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in found) + b"\r\n")
        self.ok(tag)

    def do_fetch(self, tag, command):
        uid, most = re.fullmatch(r"UID FETCH (\d+) \(UID BODY.PEEK\[\]<0.(\d+)>\)", command).groups()
        uid = int(uid)
        if self.fault("fetch", tag, uid):
            return
        if uid in self.server.letters:
            self.send(answer(uid, self.server.letters[uid][:int(most)]))
        self.ok(tag)

    def do_logout(self, tag, _):
        if not self.fault("logout", tag):
            self.send(b"* BYE\r\n")
            self.ok(tag)
            raise ConnectionError


def answer(uid, letter):
    return b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n" % (uid, len(letter), letter)


class Mailbox:
    def __init__(self, letters=None, faults=None, pki=None, certificate="good", implicit=False, strip=False,
                 token=None):
        self.letters, self.faults = dict(letters or {}), dict(faults or {})
        self.uidvalidity, self.token, self.strip, self.implicit = 17, token, strip, implicit
        self.said, self.sessions, self.tls = [], [], None
        if pki:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(pki / f"{certificate}.pem", pki / f"{certificate}.key")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)      # wakes who waits in accept
        self.socket.close()
        for session in self.sessions:
            session.drop()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                stream, _ = self.socket.accept()
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.talk, args=(stream,), daemon=True).start()

    def talk(self, stream):
        with contextlib.suppress(OSError, ValueError, ssl.SSLError):
            if self.tls and self.implicit:
                stream = self.tls.wrap_socket(stream, server_side=True)
            session = Session(self, stream, len(self.sessions) + 1)
            self.sessions.append(session)
            session.run()
        with contextlib.suppress(OSError):
            stream.close()

    def note(self, number, command):
        self.said.append((number, command))

    def wait_for(self, word):
        end = time.monotonic() + 60
        while not self.commands(word):
            assert time.monotonic() < end, f"no {word}"
            time.sleep(.01)

    def commands(self, word=""):
        return [command for _, command in self.said if command.startswith(word)]
