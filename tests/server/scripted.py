#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A relay on 127.0.0.1 that plays faults, for tests. Prints its port and serves until its time is up.

What goes wrong is written in the local part of the recipient (MAIL: of the sender), as STAGE-WHAT,
several joined by "+"; any other local part is accepted. STAGE: mail, rcpt, data, dot. WHAT:

  550  421  250 ...   answers that code (421 also closes); 550.5.1.1 with an enhanced code
  drop                closes without an answer; behind a dot: has not taken the mail
  taken               (dot) takes the mail, then closes without an answer
  short               (dot) takes the mail, sends half of the answer, closes
  hang                never answers
  drip                answers one byte every 0.1 s, without an end
  endless             answers with a line that has no end
  lines               answers with lines that have no end
  junk                answers what is not SMTP
  bytes  multi        answers right, but byte by byte; in several lines
  grey                answers 450 4.7.1 Greylisted
  cutN                (dot) closes after N bytes of the body
  early               (dot) answers 552 and closes after the first line of the body

--plan greet-421@1-3,auth-drop@2: what goes wrong by its turn, counted over all connections, whoever the mail
is for; STAGE may also be greet, ehlo, starttls, auth, rset, quit. --cut-in N, --cut-out N: the first connection
breaks once N bytes were read or written.

Each accepted mail is one line of JSON in --log, on the disk's side of flush before the 250 goes out.
A test may also run it in a thread of its own: see Playing.
"""
import argparse
import asyncio
import base64
import collections
import json
import re
import ssl
import sys
import threading
import time


class Gone(Exception):
    pass


class Session:
    def __init__(self, server, reader, writer):
        server.sessions += 1
        self.number = server.sessions
        self.server, self.o = server, server.o
        first = self.number == 1
        self.left_in = server.o.cut_in if first else None
        self.left_out = server.o.cut_out if first else None
        self.bytes_in = self.bytes_out = 0
        self.reader, self.writer = reader, writer
        self.tls = self.o.implicit
        self.name = b""
        self.taken = 0
        self.reset()

    def reset(self):
        if getattr(self, "recipient", None):
            self.server.busy[self.domain] -= 1
        self.sender = self.recipient = None
        self.refused = False

    @property
    def domain(self):
        return self.recipient[0].rpartition("@")[2]

    async def say(self, words):
        if self.o.delay:
            await asyncio.sleep(self.o.delay / 1000)
        words = words if isinstance(words, bytes) else words.encode() + b"\r\n"
        self.bytes_out += len(words)
        self.server.marks_out.append((self.number, self.bytes_out))
        self.writer.write(words[:self.left_out])
        await self.writer.drain()
        if self.left_out is not None:
            self.left_out -= len(words)
            if self.left_out <= 0:
                raise Gone

    async def read(self):
        """One line, if the connection is to last so long."""
        if self.left_in is None:
            line = await self.reader.readuntil(b"\n")
            self.bytes_in += len(line)
            return line
        line = b""
        while not line.endswith(b"\n"):
            if not self.left_in:
                raise Gone
            line += await self.reader.readexactly(1)
            self.left_in -= 1
        return line

    async def line(self):
        line = await self.read()
        self.server.marks_in.append((self.number, self.bytes_in))
        self.server.note(self.number, line.decode("latin-1").rstrip("\r\n"))
        return line

    def plan(self, stage, path=None):
        planned = self.server.planned(stage)
        if planned:
            return planned
        local = path[0].partition("@")[0] if path else ""
        for step in local.split("+"):
            at, _, what = step.partition("-")
            if at == stage and what:
                return what
        return None

    async def play(self, stage, what, fine):
        """Answers as planned; True if the answer was 2xx or 354."""
        if what is None:
            if fine:
                await self.say(fine)
            return True
        if what in ("drop", "taken"):
            raise Gone
        if what == "hang":
            await asyncio.sleep(3600)
        if what == "short":
            await self.say(fine.encode()[:2])
            raise Gone
        if what == "drip":
            await self.say(b"250-")
            while True:
                await asyncio.sleep(0.1)
                await self.say(b"x")
        if what == "endless":
            while True:
                await self.say(b"x" * 4096)
        if what == "lines":
            while True:
                await self.say(b"250-and on\r\n" * 100)
        if what == "junk":
            await self.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return False
        if what == "bytes":
            for byte in fine.encode() + b"\r\n":
                await self.say(bytes([byte]))
            return True
        if what == "multi":
            code, words = fine[:3], fine[4:]
            await self.say(f"{code}-{words}\r\n{code}-more of it\r\n{code} end")
            return True
        if what == "grey":
            what = "450.4.7.1"
            words = "Greylisted, come again"
        else:
            words = f"{stage} says so for <someone@force.example>"
        code, _, enhanced = what.partition(".")
        await self.say(" ".join(x for x in (code, enhanced, words) if x))
        if code == "421":
            raise Gone
        return code[0] == "2" or code == "354"

    async def greet(self):
        o = self.o
        if o.greeting == "hang":
            await asyncio.sleep(3600)
        if o.greeting == "junk":
            await self.say(b"SSH-2.0-x\r\n")
            await asyncio.sleep(3600)
        elif o.greeting:
            await self.say(f"{o.greeting} not now")
            raise Gone
        if o.storm and time.monotonic() < self.server.start + o.storm:
            await self.say(f"{o.storm_code} 4.3.2 storm")
            raise Gone
        if not await self.play("greet", self.plan("greet"), "220 scripted.test ESMTP"):
            raise Gone

    async def ehlo(self):
        o, what = self.o, self.plan("ehlo")
        if o.no_ehlo or what:
            await self.play("ehlo", what, "502 5.5.2 what?")
            return
        words = ["scripted.test", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if o.clear_pipelining and not self.tls or not (o.no_pipelining or o.clear_pipelining):
            words.append("PIPELINING")
        if not o.no_dsn:
            words.append("DSN")
        if o.size:
            words.append(f"SIZE {o.size}")
        if o.auth and (self.tls or not o.cert):
            words.append(f"AUTH {o.mechanisms}")
        if o.cert and not self.tls and not o.strip:
            words.append("STARTTLS")
        await self.say(b"".join(f"250{'-' if i < len(words) - 1 else ' '}{w}\r\n".encode()
                    for i, w in enumerate(words)))

    async def starttls(self):
        if self.o.inject:
            await self.say(b"220 go\r\n250-scripted.test\r\n250 AUTH PLAIN\r\n")
        elif not await self.play("starttls", self.plan("starttls"), "220 go"):
            return
        await self.writer.start_tls(self.server.context)
        self.tls = True
        self.reset()

    async def ask(self, prompt):
        await self.say("334 " + base64.b64encode(prompt.encode()).decode())
        return base64.b64decode(await self.line()).decode()

    async def auth(self, words):
        """PLAIN and LOGIN with the password, XOAUTH2 with the token; with or without an initial response."""
        kind, given = words[0].upper(), [base64.b64decode(word).decode() for word in words[1:]]
        if not await self.play("auth", self.plan("auth"), ""):
            return
        if kind not in self.o.mechanisms.split():
            await self.say("504 5.5.4 no")
            return
        if kind == "LOGIN":
            user = given[0] if given else await self.ask("Username:")
            login = f"{user}:{await self.ask('Password:')}"
        else:
            first = given[0] if given else await self.ask("")
            parts = first.split("\0" if kind == "PLAIN" else "\1")
            user = parts[1] if kind == "PLAIN" else parts[0].removeprefix("user=")
            login = f"{user}:{parts[2]}" if kind == "PLAIN" else f"{user}:{parts[1]}"
        wanted = f"{self.o.auth.partition(':')[0]}:auth=Bearer {self.o.token}" \
            if kind == "XOAUTH2" else self.o.auth
        if login != wanted and kind == "XOAUTH2":
            await self.ask('{"status":"401"}')      # as Google's and Microsoft's do
        self.server.note(self.number, f"{kind} {'in' if login == wanted else 'out'}")
        await self.say("235 2.7.0 come in" if login == wanted else
                       f"535 5.7.8 wrong for {user}@force.example")
        self.name = user if login == wanted else ""

    async def mail(self, path, parameters):
        if self.sender is not None:
            await self.say("503 5.5.1 nested MAIL")
        elif self.o.auth and not self.name:
            await self.say("530 5.7.0 log in first")
        elif self.o.per_connection and self.taken >= self.o.per_connection:
            await self.say("421 4.7.0 that is enough")
            raise Gone
        elif await self.play("mail", self.plan("mail", path), "250 2.1.0 ok"):
            self.sender = (path[0], parameters)

    async def rcpt(self, path, parameters):
        if self.sender is None:
            await self.say("503 5.5.1 MAIL first")
        elif await self.play("rcpt", self.plan("rcpt", path), "250 2.1.5 ok"):
            self.recipient = (path[0], parameters)
            self.server.busy[self.domain] += 1
            self.server.busiest[self.domain] = max(self.server.busiest[self.domain],
                                                   self.server.busy[self.domain])
        self.path = path

    async def data(self):
        what = self.plan("data", getattr(self, "path", None))
        if self.recipient is None and what != "354":
            await self.say("503 5.5.1 RCPT first" if self.sender else "503 5.5.1 MAIL first")
            return
        if not await self.play("data", what, "354 go on"):
            return
        await self.body()

    async def body(self):
        what = self.plan("dot", self.recipient)
        if what and what.startswith("cut"):
            await self.reader.readexactly(int(what[3:]))
            raise Gone
        lines = []
        while True:
            line = await self.read()
            if line == b".\r\n":
                self.server.marks_in.append((self.number, self.bytes_in))
                break
            lines.append(line[1:] if line.startswith(b".") else line)
            if what == "early":
                await self.say("552 5.3.4 too big for me")
                raise Gone
        raw = b"".join(lines)
        fine = f"250 2.0.0 Ok: queued as {self.number:X}Q{self.taken:X}"
        if self.recipient is None:
            await self.say("554 5.5.1 no valid recipients")
        else:
            if what in (None, "taken", "short", "bytes", "multi") or what.startswith("2"):
                self.accept(raw)
            await self.play("dot", what, fine)
        self.reset()

    def accept(self, raw):
        self.taken += 1
        head = raw.partition(b"\r\n\r\n")[0].decode("latin-1")
        ids = [x.split(":", 1)[1].strip() for x in head.split("\r\n")
               if x.lower().startswith("message-id:")]
        entry = dict(message_id=ids[0] if ids else None, session=self.number, length=len(raw),
                     sender=self.sender[0], mail=self.sender[1],
                     to=self.recipient[0], rcpt=self.recipient[1])
        if self.o.keep:
            entry["raw"] = raw.decode("latin-1")
        self.server.accepted(entry)

    async def command(self, line):
        early = not self.tls and bool(self.reader._buffer) and self.o.no_pipelining
        if early:
            self.server.note(self.number, "EARLY")
        words = line.decode("latin-1").split()
        verb = words[0].upper() if words else ""
        rest = " ".join(words[1:])
        path = rest.partition("<")[2].partition(">")[0]
        parameters = rest.partition(">")[2].split()
        if verb in ("EHLO", "HELO"):
            self.reset()
            await (self.ehlo() if verb == "EHLO" else self.say("250 scripted.test"))
        elif verb == "STARTTLS" and self.o.cert and not self.tls:
            await self.starttls()
        elif verb == "AUTH":
            await self.auth(words[1:])
        elif verb == "MAIL":
            await self.mail((path,), parameters)
        elif verb == "RCPT":
            await self.rcpt((path,), parameters)
        elif verb == "DATA":
            await self.data()
        elif verb == "RSET":
            self.reset()
            await self.play("rset", self.plan("rset"), "250 2.0.0 forgotten")
        elif verb == "QUIT":
            await self.play("quit", self.plan("quit"), "221 2.0.0 bye")
            raise Gone
        else:
            await self.say("502 5.5.2 what?")

    async def run(self):
        try:
            await self.greet()
            while True:
                await self.command(await self.line())
        except (Gone, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError,
                ssl.SSLError):
            pass
        finally:
            self.reset()
            self.writer.close()


class Server:
    def __init__(self, o):
        self.o = o
        self.start = time.monotonic()
        self.sessions = 0
        self.turns = collections.Counter()
        self.busy, self.busiest = collections.Counter(), collections.Counter()  # of each domain: mails at a time
        self.entries, self.said = [], []        # what was accepted; (session, line)
        self.marks_in, self.marks_out = [], []  # (session, bytes so far) at each command, dot and answer
        self.log = open(o.log, "a") if o.log else None
        self.commands = open(o.commands, "a") if o.commands else None
        self.context = self.make_context() if o.cert else None
        self.steps = [re.fullmatch(r"(\w+)-(.+?)@(\d+)(?:-(\d*))?", step).groups()
                      for step in (o.plan or "").split(",") if step]

    def make_context(self):
        o, context = self.o, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(o.cert, o.key)
        if o.client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(o.client_ca)
        if o.tls_most:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = getattr(
                ssl.TLSVersion, "TLSv" + o.tls_most.replace(".", "_").removesuffix("_0"))
        return context

    def planned(self, stage):
        """What goes wrong this time that a connection comes to this stage."""
        self.turns[stage] += 1
        turn = self.turns[stage]
        for at, what, first, last in self.steps:
            upto = int(first) if last is None else int(last or sys.maxsize)
            if at == stage and int(first) <= turn <= upto:
                return what
        return None

    def note(self, session, line):
        self.said.append((session, line))
        if self.commands:
            self.commands.write(f"{session} {line}\n")
            self.commands.flush()

    def accepted(self, entry):
        self.entries.append(entry)
        if self.log:
            self.log.write(json.dumps(entry) + "\n")
            self.log.flush()

    async def listen(self):
        context = self.context if self.o.implicit else None
        return await asyncio.start_server(lambda r, w: Session(self, r, w).run(), "127.0.0.1",
                                          self.o.port, ssl=context, limit=1 << 20)

    async def serve(self):
        server = await self.listen()
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await asyncio.sleep(self.o.seconds)


class Playing:
    """The same in a thread: with Playing("--storm", 1) as server: server.port, .entries, .said"""

    def __init__(self, *options):
        self.server = Server(parser().parse_args([*map(str, options), "--keep"]))
        self.entries, self.said = self.server.entries, self.server.said
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)

    async def serve(self):
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        self.loop.set_exception_handler(lambda *_: None)    # of connections that were broken on purpose
        server = await self.server.listen()
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        async with server:
            await self.end.wait()

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(10)
        return self

    def __exit__(self, *_):
        if not self.loop.is_closed():       # it may have died in the middle
            self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(10)

    def commands(self):
        return [line for _, line in self.said]


def parser():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--port", type=int, default=0, help="default: a free one, printed")
    p.add_argument("--seconds", type=float, default=60, help="how long to serve (default 60)")
    p.add_argument("--log", help="accepted mails, one line of JSON each")
    p.add_argument("--commands", help="everything that was said, but bodies")
    p.add_argument("--keep", action="store_true", help="the log has the whole messages")
    p.add_argument("--no-pipelining", action="store_true",
                   help="also notes EARLY when a client does it all the same")
    p.add_argument("--clear-pipelining", action="store_true", help="offers it before TLS only")
    p.add_argument("--no-dsn", action="store_true")
    p.add_argument("--no-ehlo", action="store_true", help="HELO only")
    p.add_argument("--size", type=int, help="offers SIZE n")
    p.add_argument("--cert", help="offers STARTTLS")
    p.add_argument("--key")
    p.add_argument("--implicit", action="store_true", help="TLS from the first byte")
    p.add_argument("--strip", action="store_true", help="offers no STARTTLS, though it could")
    p.add_argument("--inject", action="store_true", help="glues an answer behind the one to STARTTLS")
    p.add_argument("--client-ca", help="demands a certificate of this authority")
    p.add_argument("--tls-most", help="the newest TLS it speaks, such as 1.1")
    p.add_argument("--auth", help="USER:PASSWORD")
    p.add_argument("--token", help="for XOAUTH2")
    p.add_argument("--mechanisms", default="PLAIN LOGIN", help="of AUTH")
    p.add_argument("--greeting", help="hang, junk, or a code to greet with")
    p.add_argument("--per-connection", type=int, help="421 at MAIL after so many mails")
    p.add_argument("--storm", type=float, help="so many seconds of refusing to talk")
    p.add_argument("--storm-code", default="421")
    p.add_argument("--delay", type=float, help="milliseconds before each answer")
    p.add_argument("--plan", help="what goes wrong by its turn, see above")
    p.add_argument("--cut-in", type=int, help="the first connection breaks after so many bytes")
    p.add_argument("--cut-out", type=int, help="likewise, of what is answered")
    return p


def main():
    try:
        asyncio.run(Server(parser().parse_args()).serve())
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
