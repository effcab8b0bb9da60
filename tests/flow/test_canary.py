# SPDX-License-Identifier: MIT
"""Nothing personal is found where it must not be: each personal field of the list and of the leak holds
a word that is nowhere else, the whole path is walked, with everything that can go wrong on it, and then
all that the program left and said is searched for these words."""
import base64
import csv
import pathlib
import socket
import threading
import time

import pytest

from conftest import (HUMAN, INPUT, OK, PROMISED, TEMPORARY, UNAVAILABLE, USAGE, Incident, reconcile, twice)

COUNT = 90
# Of a field: a part that is the same for all and stands nowhere else, and the whole value.
FIELDS = {
    "person_id": ("QCANID", "QCANID{}"), "pay_number": ("778812", "778812{n:02}"),
    "warrant_number": ("889923", "889923{n:02}"), "collar_number": ("QK4477", "QK4477{n:02}"),
    "service_number": ("991134", "991134{n:02}"), "title": ("Qutitle", "Qutitle"),
    "surname": ("Quvornaam", "Quvornaam{}"), "forenames": ("Zwelihle", "Zwelihle{} Xanthorpe{}"),
    "middle_names": ("Mizzelbor", "Mizzelbor{}"), "known_as": ("Klopsworth", "Klopsworth{}"),
    "former_surname": ("Wrenchhart", "Wrenchhart{}"), "rank": (None, "Constable"),
    "role": ("Zebrawrangl", "Zebrawrangler{}"), "unit": ("Quixunit", "Quixunit North BCU"),
    "location": ("Vellumgate", "Vellumgate{}"), "employment": (None, "officer"),
    "status": (None, "in-post"), "vetting": (None, "RV"), "gender": ("Genderquill", "Genderquill{}"),
    "date_of_birth": ("1907-", "1907-{m:02}-{d:02}"), "postcode": ("QQ97 9Z", "QQ97 9ZX"),
    "address": ("Quagmire", "17 Quagmire Lane {}"), "salary": ("313373", "313373{n:02}"),
    "allowances": ("414474", "414474{n:02}"), "email": ("quvor.mail", "quvor.mail{}@quill.force.example"),
    "email_personal": ("zwel.home", "zwel.home{}@kestrel.example"), "phone": ("515575", "07700 515575{n:02}"),
    "line_manager": ("Bossquill", "Bossquill{}"), "guardian": ("Wardquill", "Wardquill{}"),
    "needs": ("Needquill", "Needquill{}"), "language": ("Langquill", "Langquill{}"),
    "flags": ("Flagquill", "Flagquill{}"), "contact": ("Auntquill", "Ring Auntquill{}"),
    "Locker": ("Lockquill", "Lockquill{}"), "offence": ("Offquill", "Offquill{}"),
    "text": ("Notequill", "Notequill{} was seen"), "Photo": ("fotoquill", "fotoquill{}.jpg"),
    "reason": ("Reasonquill", "Reasonquill said so"), "by": ("Byquill", "Byquill")}
LISTED = [field for field in FIELDS if field not in ("offence", "text", "Photo", "reason", "by")]
LEAKED = ["surname", "forenames", "rank", "vetting", "pay_number", "date_of_birth", "postcode", "offence",
          "text", "Photo"]
SHOWN = {"person_id", "pay_number", "unit", "by"}     # ids and units may be shown; who decides, too


def value(field, n):
    ending = chr(97 + n % 26) + chr(97 + n // 26)
    return FIELDS[field][1].format(ending, ending, n=n, m=n % 12 + 1, d=n % 28 + 1)


def person(n):
    special = {3: {}, 5: {"status": "deceased"}, 6: {"status": "suspended"},
               7: {"unit": "Undercover and Covert Operations"}}
    row = {field: value(field, n) for field in LISTED}
    return {**row, **({} if n == 3 else {"contact": "", "needs": "", "language": ""}), **special.get(n, {})}


def leaked(n):
    return {field: value(field, n) for field in LEAKED}


def write(path, rows, *more):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        file.writelines(more)
    return path


class Search:
    """For all words, in each form in which they may stand."""

    def __init__(self, words):
        self.forms = {}
        for field, word in words.items():
            self.forms[word.lower().encode()] = field
            self.forms[word.lower().encode("utf-16-le")] = field
            self.forms[word.encode().hex().encode()] = field
            for skip in range(3):       # base64 of a text in which the word stands somewhere
                for text in (word, word.lower()):
                    coded = base64.b64encode(b"\0" * skip + text.encode())
                    inner = coded[(skip * 8 + 5) // 6:(skip + len(word)) * 8 // 6]
                    if len(inner) >= 7:
                        self.forms[inner] = field

    def fields_in(self, content):
        texts = [content, content.lower()]
        if b"=\n" in content or b"=\r\n" in content:     # quoted-printable, folded
            texts.append(content.lower().replace(b"=\r\n", b"").replace(b"=\n", b""))
        return {field for form, field in self.forms.items() if any(form in text for text in texts)}

    def files(self, *tops, without=()):
        hits = {}
        for top in tops:
            for path in pathlib.Path(top).rglob("*"):
                if path.is_file() and not any(part in (path, *path.parents) for part in without):
                    fields = self.fields_in(path.read_bytes()) | self.fields_in(path.name.encode())
                    if fields:
                        hits[path.name] = fields
        return hits


class Gossip:
    """A mail server that repeats addresses in its answers, as many do."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.mails = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                guest, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.hear, args=(guest,), daemon=True).start()

    def hear(self, guest):
        try:
            self.serve(guest)
        except ConnectionError:
            pass                # it was killed in the middle

    def serve(self, guest):
        with guest, guest.makefile("rb") as lines:
            guest.sendall(b"220 gossip ESMTP\r\n")
            recipient = b""
            while line := lines.readline():
                command = line[:4].upper()
                if command == b"RCPT":
                    recipient = line.split(b"<")[1].split(b">")[0]
                    number = sum(recipient)
                    guest.sendall(b"550 5.1.1 <%s>: who is %s?\r\n" % (recipient, recipient)
                                  if number % 5 == 0 else
                                  b"451 4.2.1 <%s> is busy\r\n" % recipient if number % 5 == 1 else
                                  b"250 2.1.5 <%s> fine\r\n" % recipient)
                elif command == b"DATA":
                    guest.sendall(b"354 go on\r\n")
                    mail = []
                    while (line := lines.readline()) != b".\r\n":
                        mail.append(line)
                    self.mails.append(b"".join(mail))
                    guest.sendall(b"550 5.7.1 <%s> does not want it\r\n" % recipient
                                  if sum(recipient) % 7 == 0 else
                                  b"250 2.0.0 queued for %s\r\n" % recipient)
                else:
                    guest.sendall(b"221 bye\r\n" if command == b"QUIT" else b"250 gossip\r\n")


class Walk:
    """The whole path, with all that can go wrong on it."""

    def __init__(self, top):
        self.incident, self.files = Incident(top / "work"), top / "files"
        self.files.mkdir()
        self.search = Search({field: word for field, (word, _) in FIELDS.items() if word})
        self.people = [person(n) for n in range(COUNT)]
        self.hits, self.commands = {}, []

    def look(self):
        """Files as they are now, in the middle of it."""
        incident = self.incident
        self.hits.update(self.search.files(incident.folder, incident.home, incident.tmp,
                                           without=[incident.key, incident.folder / "outbox"]))

    def read(self):
        """The list, the leak with a leaver, a conflict and bad rows, an older list, and wrong files."""
        records = [leaked(n) for n in range(COUNT + 1)]
        records.append({**leaked(8), "surname": "Brakspear", "forenames": "Ulla"})
        self.incident.make()
        wrong_files(self.incident, self.files, self.people)
        self.look()
        for name, rows, *more in (
                ("people", self.people), ("breach", records, *BAD_ROWS),
                ("people", [{**row, "role": "Other"} for row in self.people[:COUNT // 2]])):
            path = write(self.files / f"{name}{len(rows)}.csv", rows, *more)
            self.incident.run("import", name, path)
            self.look()

    def decide(self):
        said = ("--by", value("by", 0), "--reason", value("reason", 0))
        for verb in ("match", "group", "compose", "approve"):
            self.incident.run(verb)
            self.incident.text(verb)
            self.look()
        for question in self.incident.last["approve"]["open"]:
            self.incident.run("approve", "--accept", question["key"], *said)
        self.incident.run("approve", "--row", COUNT + 2, "--nobody", *said)
        for n, words in {11: ["--hold"], 12: ["--address-unsafe"], 13: ["--raise", "firearms"],
                         14: ["--route", "restricted", "--review-by", "2030-01-01"]}.items():
            self.incident.run("person", self.people[n]["person_id"], *words, *said)
        self.incident.run("person", self.people[11]["person_id"], "--unhold", *said)
        self.incident.run("task", "assign", 1, "--to", value("by", 1), *said)
        self.incident.run("task", "not-reached", 1, *said)
        self.incident.run("note", "--kind", "decision", "--by", value("by", 0), value("reason", 0))
        self.incident.walk("match", "group", "compose")

    def send(self, port):
        """Killed in the middle, twice to its end, and once to nobody."""
        incident = self.incident
        incident.change({"relay": {"url": f"smtp://127.0.0.1:{port}", "stop_after": {"count": 1000}}})
        incident.release()
        process = incident.start("send", "--rate", 200)
        command = pathlib.Path(f"/proc/{process.pid}/cmdline")
        while process.poll() is None and not command.read_bytes():
            time.sleep(.001)    # it is not quite there yet
        for _ in range(8):
            self.commands.append(command.read_bytes())
            self.look()
            time.sleep(.02)
        process.kill()
        incident.finish(process, json=False)
        self.look()
        incident.run("send", code=TEMPORARY)
        for number in incident.status()["in_doubt"]:
            incident.run("send", "--resolve", number, code=OK)
            incident.run("send", "--resolve", number, "resend", "--by", value("by", 0), "--reason",
                         value("reason", 0))
        incident.run("send", code=TEMPORARY)

    def ask(self):
        """What shows no people, what shows one by number, and what finds nobody."""
        incident, number = self.incident, self.people[9]["person_id"]
        for words in (["status"], ["report", "--kind", "summary"], ["report", "--kind", "rejects"],
                      ["check"], ["verify", "AAAAA-AAAAA"], ["group", "--explain", number], ["task"],
                      ["task", "show", 1],
                      ["match", "--explain", 5], ["match", "--explain", COUNT + 2]):
            incident.text(*words)
        for words in (["group", "--explain", self.people[9]["surname"]],
                      ["compose", "--show", self.people[9]["email"]],
                      ["import", "people", self.files / "gone.csv"]):
            incident.run(*words, code=(USAGE, INPUT))
        incident.run("match", "--export", self.files / "match.csv", "--people",
                     self.files / "presence.csv")
        incident.run("group", "--export", self.files / "group.csv")
        incident.run("task", "--export", self.files / "task.csv")
        incident.run("report", "--kind", "evidence", "--out", self.files / "pack.tar", code=OK)


BAD_ROWS = ['"Quvornaamzz,Zwelihlezz\n', "Quvornaamyy,Zwelihleyy\n", "Quvornaamxx," * 20 + "\n",
            "Quvornaam\x01ww,Zwelihle,,,,,,,,\n"]


@pytest.fixture(scope="module")
def walked(breachmail, tmp_path_factory):
    walk, gossip = Walk(tmp_path_factory.mktemp("canary")), Gossip()
    walk.read()
    walk.decide()
    walk.send(gossip.port)
    gossip.listener.close()
    walk.incident.run("send", code=(UNAVAILABLE, TEMPORARY))
    walk.ask()
    reconcile(walk.incident)
    walk.mails = gossip.mails
    return walk


def wrong_files(incident, files, people):
    """Files that cannot be read: the message must not repeat what is in them."""
    write(files / "good.csv", people[:3])
    whole = (files / "good.csv").read_bytes()
    header, _, rest = whole.partition(b"\r\n")
    anything = tuple(PROMISED)
    made = {"headless.csv": rest, "cut.csv": whole[:-30], "nul.csv": whole.replace(b"Qu", b"\0\0\0\0" * 9),
            "broken.json": b'[{"surname": "Quvornaamaa", "forenames": }]',
            "list.json": b'[{"surname": ["Zwelihleaa"], "forenames": {"Zwelihleaa": 1}}]',
            "lines.jsonl": b'{"surname": "Quvornaamaa"}\n{"surname": Zwelihleaa}\n',
            "twice.csv": header + b"," + header.split(b",")[0] + b"\r\n" + rest,
            "quote.csv": header + b'\r\n"' + rest}
    for name, content in made.items():
        (files / name).write_bytes(content)
        incident.run("import", "people", files / name, "-n", code=anything)
        incident.run("import", "breach", files / name, "-n", code=anything)


def test_the_words_went_all_the_way(walked):
    """Else the search would prove nothing: the mails hold names and addresses."""
    assert len(walked.mails) > 20 and not twice(walked.mails)
    assert {"surname", "email"} <= set().union(*(walked.search.fields_in(mail) for mail in walked.mails))
    status = walked.incident.status()
    assert status["states"]["refused"] > 3 and status["states"]["deferred"] > 3
    assert status["needs_human"]["rejected_breach_rows"] == len(BAD_ROWS)
    assert "rows_in_conflict" in status["needs_human"]


def test_no_file_holds_them(walked):
    walked.look()
    assert not walked.hits
    assert walked.incident.ledger.stat().st_size > 100000


def test_no_output_holds_them(walked):
    said = [walked.search.fields_in(text.encode()) - SHOWN for text in walked.incident.said]
    assert len(said) > 60
    assert not set().union(*said), [text for text, hit in zip(walked.incident.said, said) if hit]


def test_no_process_is_called_by_them(walked):
    assert any(b"--rate" in command for command in walked.commands)
    assert not set().union(*(walked.search.fields_in(command) for command in walked.commands))


def test_exports_hold_numbers_only(walked):
    for name in ("match.csv", "presence.csv", "group.csv", "task.csv"):
        content = (walked.files / name).read_bytes()
        assert walked.search.fields_in(content) - {"by"} == {"person_id"}, name


def test_evidence_holds_nobody(walked):
    """Though the mail server repeated their addresses in its answers."""
    assert not walked.search.fields_in((walked.files / "pack.tar").read_bytes())


def test_the_search_finds(tmp_path):
    """A search that never finds anything is no proof."""
    search = Search({"surname": "Quvornaam"})
    for skip in range(3):
        text = "x" * skip + "Dear Quvornaamab, this is long enough to be folded somewhere in a mail"
        for content in (text.encode(), text.upper().encode(), base64.b64encode(text.encode()),
                        text.encode("utf-16-le"), text.replace("vorn", "vo=\r\nrn").encode()):
            assert search.fields_in(content) == {"surname"}, content
    (tmp_path / "a").write_text("nothing of it")
    assert search.files(tmp_path) == {}
