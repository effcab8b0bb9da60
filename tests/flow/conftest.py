# SPDX-License-Identifier: MIT
"""What the flow tests share: an incident with a home of its own, a made-up force, a relay on this
machine, and the sums that must hold after each step.

The program is tried from outside, as its users do. BREACHMAIL is the path of the binary; without it
these tests are skipped. What takes long is done once: a session prepares an incident stage by stage,
and a test works on a copy of the stage that it needs (folder, home and key).
"""
import collections
import csv
import email
import email.policy
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
BINARY = os.environ.get("BREACHMAIL", "")
PEOPLE = 400

OK, HUMAN, USAGE, INPUT, UNAVAILABLE, CANTCREATE, LEDGER, TEMPORARY, REFUSED, CONFIG = (
    0, 1, 64, 65, 69, 73, 74, 75, 77, 78)
INTERRUPTED, TERMINATED = 130, 143
PROMISED = {0, 1, 64, 65, 69, 73, 74, 75, 77, 78, 130, 143, -signal.SIGKILL}
KINDS = {64: "USAGE", 65: "INPUT", 69: "UNAVAILABLE", 73: "CANTCREATE", 74: "LEDGER", 75: "TEMPORARY",
         77: "REFUSED", 78: "CONFIG", 130: "INTERRUPTED", 143: "INTERRUPTED"}
SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH")
STAGES = ("made", "imported", "matched", "grouped", "composed", "released")

Result = collections.namedtuple("Result", "code tally stdout stderr")


def sample(values, often=1):
    """Values of a parameter: so many are tried in every run, the others with those that take long."""
    def rare(value):
        return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.long)
    return [*values[:often], *(rare(value) for value in values[often:])]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def merge(into, changes):
    """Changes parts of a JSON object; None takes a key away."""
    for key, value in changes.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


BLOCKS = ("nature", "exposed", "consequences", "measures", "steps", "contact", "support", "genuine", "never_ask")


def bare_notice(subject, words):
    """A text with every block that a notice needs, and nothing else, not even the code: `words` in each."""
    ask = "{{controller.dpo.email}}"
    blocks = "".join(f"{{{{${name}}}}}\n{words}{' ' + ask if name == 'contact' else ''}\n\n{{{{/{name}}}}}\n" for name in BLOCKS)
    return f"Subject: {subject}\n\n{blocks}"


class Incident:
    """An incident's folder, with a home for its key and a folder for what is temporary."""

    def __init__(self, root):
        self.root = root
        self.folder, self.home, self.tmp = root / "incident", root / "home", root / "tmp"
        self.ledger = self.folder / "ledger.db"
        self.home.mkdir(parents=True, exist_ok=True)
        self.tmp.mkdir(exist_ok=True)
        self.leaked = 0         # records: a row of a breach file may speak of several people
        self.last = {}          # the newest tally of each verb
        self.said = []          # all that the verbs wrote

    def copy(self, root):
        shutil.copytree(self.root, root, symlinks=True)
        twin = Incident(root)
        twin.leaked, twin.last = self.leaked, dict(self.last)
        return twin

    # ------------------------------------------------------------------------------- running verbs

    def env(self, **more):
        env = {"HOME": str(self.home), "TMPDIR": str(self.tmp), "PATH": os.environ["PATH"],
               "LANG": "C.UTF-8"}
        env.update({name: os.environ[name] for name in SANITIZERS if name in os.environ})
        env.update(more)
        return {name: value for name, value in env.items() if value is not None}

    def start(self, *words, env=None, json=True, **more):
        """A verb in the background, to be ended by finish()."""
        command = [BINARY, "-C", self.folder, *(["--json"] if json else []), *map(str, words)]
        return subprocess.Popen(command, env=self.env(**(env or {})), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def finish(self, process, verb=None, json=True):
        out, err = process.communicate(timeout=100)
        self.said += [out, err]
        assert process.returncode in PROMISED, (process.returncode, out, err)
        assert "Sanitizer" not in err and "runtime error" not in err, err
        if not json or process.returncode == -signal.SIGKILL:
            return Result(process.returncode, None, out, err)
        return Result(process.returncode, one_object(out, process.returncode, verb, err), out, err)

    def run(self, *words, code=(OK, HUMAN), json=True, **more):
        """Runs a verb to its end and takes its tally; `code` are the exit codes that may be."""
        result = self.finish(self.start(*words, json=json, **more), str(words[0]), json)
        codes = (code,) if isinstance(code, int) else code
        assert result.code in codes, (words, result)
        dry = {"-n", "--dry-run"} & set(map(str, words))
        if json and result.code in (OK, HUMAN, TEMPORARY) and not dry:
            self.keep(words, result.tally)
        return result

    def keep(self, words, tally):
        if "error" in tally:
            return
        if words[:2] == ("import", "breach") and not tally["already"]:
            self.leaked += tally["records"]
        self.last[words[0]] = tally

    def text(self, *words, **more):
        """What a verb shows to a person."""
        return self.run(*words, json=False, **more).stdout

    def ask(self, asked, *words, code=(OK, HUMAN), json=True):
        """A verb that reads its standard input."""
        command = [BINARY, "-C", self.folder, *(["--json"] if json else []), *map(str, words)]
        done = subprocess.run(command, env=self.env(), input=asked, capture_output=True, text=True,
                              timeout=100, check=False)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        assert done.returncode in ((code,) if isinstance(code, int) else code), (words, done)
        return one_object(done.stdout, done.returncode, words[0], done.stderr) if json else done.stdout

    def error(self, *words, code, **more):
        """The message of a run that must fail with this code."""
        return self.run(*words, code=code, **more).tally["error"]["message"]

    # ------------------------------------------------------------------------------------ the path

    def make(self):
        return self.run("init", self.folder, "--example", "supplier", code=OK)

    def import_both(self, force):
        self.run("import", "people", force / "people.csv", "--as-of", "2023-08-01", code=OK)
        self.run("import", "breach", force / "breach.csv")

    def walk(self, *verbs):
        for verb in verbs:
            self.run(*verb.split())
            reconcile(self)

    def release(self, relay=None):
        """From composed to released; to a relay, if there is one."""
        if relay:
            self.send_to(relay)
        return self.run("approve", "--release", code=OK).tally

    # ----------------------------------------------------------------------- looking and meddling

    def settings(self):
        return json.loads((self.folder / "incident.json").read_text())

    def change(self, changes, name="incident.json"):
        path = self.folder / name
        whole = json.loads(path.read_text())
        merge(whole, changes)
        path.write_text(json.dumps(whole, indent=1))

    def send_to(self, relay, **more):
        self.change({"relay": {"url": f"smtp://127.0.0.1:{relay.port}", **more}})

    def status(self):
        return self.run("status", code=OK).tally

    def state(self):
        """All that a verb could have changed: the folder's files, the key, by name and digest."""
        files = [path for top in (self.folder, self.home) for path in top.rglob("*")
                 if path.is_file() and path.name != "ledger.lock"]
        return {str(path.relative_to(self.root)): digest(path) for path in files}

    def routes(self):
        """Of each affected person their (level, route, reason)."""
        path = self.tmp / "group.csv"
        self.run("group", "--export", path)
        with open(path, newline="") as file:
            return {row["person_id"]: (row["level"], row["route"], row["reason"])
                    for row in csv.DictReader(file)}

    def levels(self, staff, recipients):
        """Of each recipient the place of their level, 0 is the highest risk."""
        order = [level["name"] for level in self.status()["levels"]]
        place = {staff[person][field].lower(): order.index(route[0])
                 for person, route in self.routes().items() for field in ("email", "email_personal")}
        return [place[recipient.lower()] for recipient in recipients]

    def outbox(self):
        return sorted((self.folder / "outbox" / "new").glob("*"))

    @property
    def key(self):
        (key,) = (self.home / ".local" / "share" / "breachmail" / "keys").iterdir()
        return key


def one_object(out, code, verb, err):
    """With --json: one object and nothing else, of version 1, which names the verb; and the error."""
    lines = out.splitlines()
    assert len(lines) == 1, (code, out, err)
    tally = json.loads(lines[0], object_pairs_hook=no_repeats)
    assert tally["version"] == 1, tally
    if verb is not None and code != USAGE:
        assert tally["verb"] == verb, tally
    if code not in (OK, HUMAN) and "error" in tally:
        assert set(tally) - ({"checks", "well", "sheet"} if verb == "doctor" else set()) == {
            "version", "verb", "error"}, tally
        assert tally["error"]["kind"] == KINDS[code], tally
        assert tally["error"]["message"] in err
    else:
        assert "error" not in tally and code in (OK, HUMAN, TEMPORARY), (code, tally)
    return tally


def no_repeats(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)


# ---------------------------------------------------------------------------------------- the sums

ROUTES = ("mail", "task", "restricted", "none")
SENT = ("accepted", "refused", "deferred", "in_doubt", "pending")
OUTCOMES = ("matched", "ambiguous", "possible", "unmatched")


tried = set()       # in what situations dry runs were compared with what status shows


def is_new(incident, status):
    """Whether dry runs may say what they did not say before: they take their time."""
    what = ("states", "outcomes", "needs_human")
    now = (*(frozenset(status[name]) for name in what), frozenset(incident.last))
    if now in tried and not os.environ.get("BREACHMAIL_LONG"):
        return False
    tried.add(now)
    return True


def reconcile(incident):
    """All sums that must hold, whatever was done before. Returns the status."""
    status = incident.status()
    states, outcomes, levels = status["states"], status["outcomes"], status["levels"]
    assert status["rows"] == sum(outcomes.values()) == incident.leaked, status
    assert status["people"] == sum(states.values()) == sum(x["people"] for x in levels), status
    for level in levels:
        assert level["people"] == sum(level["states"].values()), level
    for state, people in states.items():
        assert people == sum(level["states"].get(state, 0) for level in levels), (state, status)
        assert people > 0
    for state in ("task", "not_reached", "held", "refused", "in_doubt"):
        assert status["needs_human"].get(state, 0) == states.get(state, 0), status
    assert len(status["in_doubt"]) == min(200, states.get("in_doubt", 0)), status
    people = {level["name"]: level["people"] for level in levels}
    if outcomes.get("waiting", 0) == 0 and "match" in incident.last:
        reconcile_match(incident.last["match"], status)
    if status["people"] and is_new(incident, status):
        composed = incident.run("compose", "-n", code=(OK, REFUSED)).tally
        if "error" in composed:     # what status shows is of the group before
            assert "breachmail group" in composed["error"]["message"], composed
            return status
        reconcile_group(incident.run("group", "-n").tally, people)
        if not states.get("open"):
            reconcile_compose(composed, people)
            if composed == incident.last.get("compose") and "remind" not in incident.last:  # silence makes tasks, too
                told = sum(states.get(state, 0) for state in ("task", "not_reached", "reached"))
                held = states.get("held", 0)        # either a notice or a task
                assert told <= composed["tasks"] <= told + held
    return status


def reconcile_match(tally, status):
    assert {name: tally[name] for name in OUTCOMES} == status["outcomes"], (tally, status)
    assert tally["rows"] == status["rows"]


def reconcile_group(tally, people):
    assert tally["people"] == sum(people.values())
    for level in tally["levels"]:
        assert sum(level[route] for route in ROUTES) == level["people"] == people[level["name"]], level


def reconcile_compose(tally, people):
    assert sum(tally[name] for name in ("notices", "tasks", "restricted", "none")) == sum(
        people.values()) + tally["cover"], tally
    for level in tally["by_level"]:
        assert level["people"] == people[level["name"]], level
        assert level["people"] + level["cover"] == sum(
            level[name] for name in ("notices", "tasks", "restricted", "none")), level
    for name in ("notices", "tasks", "restricted", "none", "cover"):
        assert tally[name] == sum(level[name] for level in tally["by_level"])


def reconcile_send(incident, tally):
    """The tally of send adds up, and says of a single release what status says of the people."""
    assert tally["released"] == sum(tally[name] for name in SENT), tally
    assert tally["released"] == incident.last["approve"]["released"]
    status = reconcile(incident)
    for name in ("accepted", "refused", "deferred", "in_doubt"):
        assert tally[name] == status["states"].get(name, 0), (tally, status)
    assert tally["pending"] == sum(status["states"].get(name, 0) for name in ("released", "pending"))
    return status


# ------------------------------------------------------------------------------------------ a relay

class Relay:
    """scripts/catch-mail: keeps what it is given, and logs it before it says that it has it."""

    def __init__(self, folder, *options):
        folder.mkdir(parents=True, exist_ok=True)
        self.maildir, self.log = folder / "mail", folder / "log"
        self.process = subprocess.Popen(
            [sys.executable, SCRIPTS / "catch-mail", "--dir", self.maildir, "--log", self.log,
             "--seconds", "120", *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def accepted(self):
        """(Message-ID, recipient) of each mail, in the order in which they were accepted."""
        return [tuple(line.split("\t")) for line in self.log.read_text().splitlines()]

    def mails(self):
        return [path.read_bytes() for path in sorted((self.maildir / "new").iterdir())]

    def wait(self, count, seconds=60):
        """Until so many were accepted."""
        end = time.monotonic() + seconds
        while len(self.accepted()) < count:
            assert time.monotonic() < end, "the relay was given too few mails"
            time.sleep(.01)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)[0]


def twice(pairs):
    """What stands in a relay's log more than once."""
    return {pair: count for pair, count in collections.Counter(pairs).items() if count > 1}


def parse(mail):
    """A mail as its reader's program sees it, without the envelope that the relay wrote above."""
    mail = re.sub(rb"\A(?:(?:Return-Path|Delivered-To): [^\r\n]*\r?\n)+", b"", mail)
    return email.message_from_bytes(mail, policy=email.policy.default)


# ----------------------------------------------------------------------------------------- fixtures

@pytest.fixture
def tmp_path(tmp_path, request):
    """Gone when its test is over, unless somebody may want to look: thousands of them stand in memory."""
    yield tmp_path
    if request.config.option.basetemp:
        shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture(scope="session")
def breachmail():
    """The program. Nothing of the tests runs without it."""
    if not BINARY:
        pytest.skip("BREACHMAIL is not set: it names the program to try")
    assert os.access(BINARY, os.X_OK), f"{BINARY} cannot be run"
    return BINARY


def make_force(folder, people, seed, *more):
    subprocess.run([sys.executable, SCRIPTS / "make-people", "--people", str(people), "--seed", seed,
                    "--out", folder, "--truth", "--jobs", "1", *more], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def force(tmp_path_factory):
    """A folder with people.csv, breach.csv and truth.csv."""
    return make_force(tmp_path_factory.mktemp("force"), PEOPLE, "flow")


@pytest.fixture(scope="session")
def staff(force):
    """The list: of each person_id the row."""
    with open(force / "people.csv", newline="", encoding="utf-8") as file:
        return {row["person_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def stages(breachmail, force, tmp_path_factory):
    """The same incident at each stage of the path. They are never changed, only copied."""
    top = tmp_path_factory.mktemp("stages")
    incident, kept = Incident(top / "now"), {}
    steps = {"made": incident.make, "imported": lambda: incident.import_both(force),
             "matched": lambda: incident.run("match"), "grouped": lambda: incident.run("group"),
             "composed": lambda: incident.run("compose"), "released": incident.release}
    for stage in STAGES:
        steps[stage]()
        reconcile(incident)
        kept[stage] = incident.copy(top / stage)
    return kept


@pytest.fixture
def at(stages, tmp_path):
    """at("composed"): a copy of the incident at this stage."""
    def copy(stage, name="work"):
        return stages[stage].copy(tmp_path / name)
    return copy


LISTED = """\
person_id,pay_number,title,surname,forenames,known_as,rank,employment,unit,status,email,phone,address,postcode
A1,P100001,Mr,Smith,John,Jack,PC,officer,Response Policing,in-post,j.smith@met.police.example,07700 900101,,
A2,P100002,Mr,Smith,John,,PC,officer,Response Policing,in-post,john.smith@met.police.example,07700 900102,,
A3,P100003,Ms,O'Neill,Mary,,Sergeant,officer,SO15,in-post,mary@met.police.example,07700 900103,"3 High St, Northmoor",NM1 1AA
A4,P100004,Ms,Castle,Ann,,DC,officer,Surveillance,in-post,ann@met.police.example,07700 900104,"4 High St, Northmoor",NM1 1AB
A5,P100005,Mr,Okafor,Zed,,,staff,Finance,in-post,,07700 900105,"5 High St, Flat 2, Old Mill, Northmoor",NM1 1AC
A6,P100006,Mrs,Winter-Jones,Eve,,,staff,Finance,in-post,eve@met.police.example,07700 900106,"6 High St, Northmoor",NM1 1AD
A7,P100007,Mr,Alder,Tom,,,staff,Finance,deceased,tom@met.police.example,,"7 High St, Northmoor",NM1 1AE
A8,P100008,Ms,Safe,Uma,,,staff,Finance,in-post,uma@met.police.example,07700 900108,"8 High St, Northmoor",NM1 1AF
"""


@pytest.fixture(scope="session")
def village(breachmail, tmp_path_factory):
    """Eight people who can be told apart by eye, all of them in the leak, and one who is not on the list:
    composed, ready for a release. Tasks: 1 a visit (A4), then A5 (a letter) and A7 (next of kin)."""
    incident = Incident(tmp_path_factory.mktemp("village") / "work")
    incident.make()
    (incident.root / "people.csv").write_text(LISTED)
    rows = [line.split(",")[1:5] for line in LISTED.splitlines()[1:]] + [["P100099", "", "Gone", "Liz"]]
    (incident.root / "breach.csv").write_text("Row ID,Pay No,Surname,Forenames\n" + "".join(
        f"R{n},{pay},{surname},{forenames}\n" for n, (pay, _, surname, forenames) in enumerate(rows, 1)))
    incident.import_both(incident.root)
    incident.walk("match", "group", "compose")
    return incident


@pytest.fixture
def few(village, tmp_path):
    """A copy of it."""
    return village.copy(tmp_path / "village")


@pytest.fixture
def empty(breachmail, tmp_path):
    """No incident yet, only a home."""
    return Incident(tmp_path / "work")


@pytest.fixture
def relay(tmp_path):
    """relay("--refuse", "gone.*"): a mail server on this machine."""
    servers = []

    def start(*options):
        servers.append(Relay(tmp_path / f"relay{len(servers)}", *options))
        return servers[-1]
    yield start
    for server in servers:
        server.stop()
