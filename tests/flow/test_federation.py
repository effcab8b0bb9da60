# SPDX-License-Identifier: MIT
"""What a federation may see: the advice word for word and proved, and counts that give nobody away; of people whose level
is withheld, nothing at all."""
import collections
import csv
import datetime
import hashlib
import html.parser
import io
import itertools
import json
import re

import pytest

from came_back import Notice, notices, report, to_mbox, written
from conftest import OK, USAGE, Incident, parse

SENT = datetime.datetime(2023, 8, 27, 9, tzinfo=datetime.timezone.utc)
FORMATS = ("html", "json", "csv", "text")
RANKS = {"PC": 92, "Sgt": 13, "Insp": 7, "DCI": 3, "Supt": 6, "Ch Supt": 2, "ACC": 1, "PCSO": 8, "": 23}
WITHHELD = {"Quillwater Yard": 4, "Bramblegate Nine": 6}        # all of them constables
SCOPES = ("constable", "sergeant", "inspector", "chief inspector", "superintendent", "chief superintendent", "chief officers",
          "pcso", "staff", "constable to chief inspector", "constable to sergeant", "sergeant to chief inspector",
          "superintendents", "officers", "pcso and staff and sergeant", "everyone")
COUNTS = ("people", "told", "delivered", "acknowledged", "bounced", "reminded")
LEVELS = [
    {"name": "zqcovert", "title": "Zqcovert people", "when": [{"person.unit": {"is": "Quillwater Yard"}}], "route": "task",
     "review": "withheld"},
    {"name": "zqguarded", "title": "Zqguarded people", "when": [{"person.unit": {"is": "Bramblegate Nine"}}], "route": "mail",
     "template": "notice/guarded", "review": "withheld"},
    {"name": "zqcommon", "title": "Zqcommon people", "when": [{"person.employment": {"is": "officer"}}], "route": "mail",
     "template": "notice/common", "proof": "acknowledged", "review": "full",
     "follow_up": [{"after": "24h", "template": "follow-up/reminder"}]},
    {"name": "zqrest", "title": "Zqrest people", "default": True, "route": "mail", "template": "notice/rest", "review": "full"}]
TEXTS = {"notice/guarded": "Guardedwords stand here.", "notice/common": "Commonwords stand here & there.",
         "notice/rest": "Restwords stand here."}


def now(**later):
    return {"BREACHMAIL_NOW": (SENT + datetime.timedelta(**later)).isoformat()}


def rows():
    """(rank, employment, unit) of everyone."""
    for unit, count in WITHHELD.items():
        yield from [("PC", "officer", unit)] * count
    for rank, count in RANKS.items():
        yield from [(rank, "staff" if rank in ("", "PCSO") else "officer", f"Wexhollow {rank or 'Desk'}")] * count


def make(incident, people):
    """Everyone on the list, all of them in the leak, up to composed."""
    incident.make()
    incident.change({"exposed": ["pay_number", "surname", "forenames"]})
    incident.change({"levels": LEVELS, "approvals": 1, "known_units": [], "unit_aliases": {}}, "policy.json")
    for name, words in TEXTS.items():
        path = incident.folder / "templates" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{{<notice/layout}}\n{{$advice}}\n- " + words + "\n{{/advice}}\n{{/notice/layout}}\n")
    with open(incident.tmp / "people.csv", "w", newline="") as list_, open(incident.tmp / "leak.csv", "w", newline="") as leak:
        all_, leaked = csv.writer(list_), csv.writer(leak)
        all_.writerow("person_id pay_number surname forenames rank employment unit email".split())
        leaked.writerow("pay_number surname forenames".split())
        for n, (rank, employment, unit) in enumerate(people):
            ending = chr(97 + n % 26) + chr(97 + n // 26)
            name = [f"P4455{n:03}", f"Vonderquil{ending}", f"Ysoldine{ending}"]
            all_.writerow([f"ZID{n:04}", *name, rank, employment, unit, f"m.{ending}@met.police.example"])
            leaked.writerow(name)
    incident.run("import", "people", incident.tmp / "people.csv", "--as-of", "2023-08-01", env=now())
    incident.run("import", "breach", incident.tmp / "leak.csv", env=now())
    for verb in ("match", "group", "compose"):
        incident.run(verb, env=now())
    return incident


def show(incident, scope, form="json", env=None, code=OK):
    said = incident.run("report", "--kind", "federation", "--scope", scope, "--format", form, env=env or now(), json=False,
                        code=code).stdout
    return json.loads(said) if form == "json" else said


@pytest.fixture(scope="module")
def composed(breachmail, tmp_path_factory):
    return make(Incident(tmp_path_factory.mktemp("federation") / "work"), list(rows()))


@pytest.fixture(scope="module")
def stages(composed, tmp_path_factory):
    """[(what has just happened, the hour, the incident)]: the same one, later and later."""
    top, kept = tmp_path_factory.mktemp("later"), [("composed", 0, composed)]

    def then(what, hour, *words):
        last = kept[-1][2].copy(top / what)
        for word in words:
            last.run(*word.split(), env=now(hours=hour))
        kept.append((what, hour, last))
        return last
    then("released", 0, "approve --release")
    sent = then("sent", 1, "send")
    mail = [notice for _, notice in sorted(notices(sent).items())]
    assert len(mail) == sum(RANKS.values()) + WITHHELD["Bramblegate Nine"] - RANKS["ACC"]  # others read a chief's mailbox
    batches = [mail[:3], mail[3:50], mail[50:120]]
    for number, batch in enumerate(batches):
        later = kept[-1][2].copy(top / f"letters{number}")
        letters = [(report(n, "delivered", number=f"{number}{i}") if i % 3 else
                    written(n, "I have read this, thank you.", number=f"{number}{i}")) if i % 7 else
                   report(n, "failed", number=f"{number}{i}") for i, n in enumerate(batch)]
        to_mbox(later.tmp / "back.mbox", letters)
        later.run("track", "--from", f"mbox:{later.tmp / 'back.mbox'}", env=now(hours=2 + number))
        kept.append((f"letters{number}", 2 + number, later))
    then("reminded", 30, "remind", "send")
    return kept


@pytest.fixture(scope="module")
def views(stages):
    """Of each stage and scope what is shown."""
    return {(what, scope): show(incident, scope, env=now(hours=hour))
            for what, hour, incident in stages if what != "released" for scope in SCOPES}


def numbers(view):
    """Every count of a view: now, and over time."""
    figures = view["figures"]
    points = [figures["now"], *figures["over_time"]]
    assert all(set(point) == {"at", *COUNTS} for point in points)
    return [point[name] for point in points for name in COUNTS]


# ------------------------------------------------------------------------------------------- counts

def test_no_difference_gives_a_few_away(views):
    """Of any two scopes, moments, counts."""
    shown = {number for view in views.values() for number in numbers(view) if number is not None}
    assert len(shown) > 15 and min(shown) >= 5
    assert [pair for pair in itertools.combinations(sorted(shown), 2) if abs(pair[0] - pair[1]) < 5] == []


def test_a_scope_says_no_more_than_its_ranks(views):
    """What is shown of several ranks is the sum of what is shown of each: so nothing follows from a whole and its parts."""
    parts = {"constable to chief inspector": SCOPES[:4], "constable to sergeant": SCOPES[:2],
             "sergeant to chief inspector": SCOPES[1:4], "superintendents": SCOPES[4:6], "officers": SCOPES[:7],
             "everyone": SCOPES[:7] + SCOPES[8:9]}
    for what, scope in views:
        for name in COUNTS if scope in parts else ():
            whole = views[what, scope]["figures"]["now"][name] or 0
            assert whole == sum(views[what, part]["figures"]["now"][name] or 0 for part in parts[scope]), (what, scope, name)


def test_counts_are_true(views):
    """At least so many, and fewer than five more of each rank; of whom nothing may be shown, none."""
    for scope, rank in zip(SCOPES[:8], RANKS):
        assert (views["sent", scope]["figures"]["now"]["people"] or 0) == RANKS[rank] // 5 * 5
        assert views["sent", scope]["figures"]["now"]["told"] == views["sent", scope]["figures"]["now"]["people"]
        assert views["composed", scope]["figures"]["now"]["told"] is None
    assert views["sent", "staff"]["figures"]["now"]["people"] == 20 + 5
    last = views["reminded", "everyone"]["figures"]["now"]
    assert last["delivered"] > last["acknowledged"] >= 20 and last["bounced"] >= 5 and last["reminded"] >= 50
    assert last["told"] < last["people"]


def test_over_time(views):
    series = views["reminded", "constable"]["figures"]["over_time"]
    assert views["composed", "constable"]["figures"]["over_time"] == []
    assert series[0]["told"] is None and series[1]["told"] >= 80
    assert [point["at"] for point in series] == sorted({point["at"] for point in series})
    for name in COUNTS:
        counts = [point[name] or 0 for point in series]
        assert counts == sorted(counts), name
        assert counts[-1] == (views["reminded", "constable"]["figures"]["now"][name] or 0)


def test_what_was_is_not_told_otherwise_later(views):
    """A count of an earlier moment is the same in a later report, or moves by five and more."""
    then = collections.defaultdict(set)
    for (_, scope), view in views.items():
        for point in view["figures"]["over_time"]:
            for name in COUNTS:
                then[scope, point["at"], name].add(point[name] or 0)
    for values in then.values():
        assert all(abs(a - b) >= 5 for a, b in itertools.combinations(values, 2))


def test_few_in_all(few):
    """Fewer than a hundred: the whole alone, now, whoever asks."""
    few.run("approve", "--release")
    few.run("send")
    every = [show(few, scope) for scope in ("constable", "staff", "superintendents", "everyone")]
    for view in every:
        figures = view["figures"]
        assert figures["together"] and figures["over_time"] == [] and figures["now"]["people"] == 5
        assert "totals of all ranks" in " ".join(figures["words"])
    text = show(few, "constable", "text")
    assert "fewer than 5" in text and re.search(r"^  of +all ranks together$", text, re.M)
    assert "all ranks together, since fewer than 100" in show(few, "constable", "html")
    assert "totals of all ranks" in show(few, "constable", "csv")


# -------------------------------------------------------------------------------------------- texts

def texts(view):
    return {(text["label"], text["kind"], text["certain"]): text for text in view["texts"]}


def test_the_advice(views):
    officers, staff = texts(views["sent", "constable"]), texts(views["sent", "staff"])
    assert set(officers) == {("Text A", "notice", True), ("Text A", "notice", False), ("Text C", "reminder", True)}
    assert set(staff) == {("Text B", "notice", True), ("Text B", "notice", False)}
    assert "may have been part" in officers["Text A", "notice", False]["text"]
    assert set(texts(views["sent", "everyone"])) == set(officers) | set(staff)
    for text in [*officers.values(), *staff.values()]:
        assert hashlib.sha256(text["text"].encode()).hexdigest() == text["sha256"]
        assert hashlib.sha256(text["html"].encode()).hexdigest() == text["html_sha256"]
    text = officers["Text A", "notice", True]
    assert "Commonwords stand here & there." in text["text"]
    assert "Commonwords stand here &amp; there." in text["html"]
    assert "Restwords" in staff["Text B", "notice", True]["text"]
    for view in views.values():
        assert "Guardedwords" not in json.dumps(view)


def test_it_is_what_was_sent(stages, views):
    """Word for word but for the greeting and the code: everything that leaked is theirs here."""
    sent = next(incident for what, _, incident in stages if what == "sent")
    mine = texts(views["sent", "constable"])["Text A", "notice", True]["text"]
    mails = [parse(path.read_bytes()).get_body(("plain",)).get_content() for path in sent.outbox()]
    own = re.compile(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b|Dear .*")
    got = {" ".join(own.sub("*", mail).split()) for mail in mails if "Commonwords" in mail}
    assert got == {" ".join(own.sub("*", mine).split())}


def test_the_proof(stages, views, tmp_path):
    draft, record = views["composed", "constable"], views["sent", "constable"]
    assert (draft["stage"], record["stage"]) == ("draft", "record") and draft["proof"]["releases"] == []
    assert {text["proof"] for text in draft["texts"]} == {"draft"}
    assert texts(record)["Text A", "notice", True]["proof"] == "same"
    (release,) = record["proof"]["releases"]
    sent = next(incident for what, _, incident in stages if what == "sent")
    manifest = sent.run("approve", env=now(hours=2)).tally
    assert release["same"] and release["texts_sha256"] == record["proof"]["texts_sha256"]
    assert release["digest"] == sent.last["send"]["release"], manifest
    later = sent.copy(tmp_path / "later")
    path = later.folder / "templates" / "notice" / "common.txt"
    path.write_text(path.read_text().replace("Commonwords", "Otherwords"))
    changed = show(later, "constable")
    assert texts(changed)["Text A", "notice", True]["proof"] == "other" and not changed["proof"]["releases"][0]["same"]
    assert "texts were changed since" in " ".join(changed["proof"]["words"])
    assert texts(show(later, "staff"))["Text B", "notice", True]["proof"] == "same"


def test_each_way_in_which_a_text_reads(composed, tmp_path):
    """To officers and staff, and in another language: each once, under the same letter."""
    incident = composed.copy(tmp_path / "ways")
    path = incident.folder / "templates" / "notice" / "common.txt"
    path.write_text(path.read_text().replace("Commonwords", "{{#officer}}Officerwords{{/officer}}{{^officer}}Staffwords{{/officer}}"))
    other = incident.folder / "templates" / "cy" / "notice" / "common.txt"
    other.parent.mkdir(parents=True)
    other.write_text(path.read_text().replace("Officerwords", "Geiriau"))
    of = {text["variant"]: text["text"] for text in show(incident, "everyone")["texts"] if text["label"] == "Text A"}
    sure = {variant: words for variant, words in of.items() if "certain" not in variant}
    assert set(sure) == {"", "for staff", "in another language (cy)"} and len(of) == 6
    assert "Officerwords" in of[""] and "Staffwords" in of["for staff"] and "Geiriau" in of["in another language (cy)"]
    (only,) = {text["variant"] for text in show(incident, "constable")["texts"] if "Officerwords" in text["text"]
               and text["certain"] and text["kind"] == "notice"}
    assert only == ""
    assert "Text A, for staff" in show(incident, "everyone", "html") and "Text A, for staff" in show(incident, "everyone", "text")


def test_what_has_changed_since(stages, tmp_path):
    """The letter that tells it can be read before it goes; the others keep their letters."""
    incident = stages[-1][2].copy(tmp_path / "changed")
    before = texts(show(incident, "constable"))
    incident.change({"what_changed": ["Photographs were in it too."]})
    after = texts(show(incident, "constable"))
    (new,) = set(after) - set(before)
    assert set(before) < set(after) and new == ("Text D", "update", True)
    assert "Photographs were in it too." in after[new]["text"] and "Commonwords" in after[new]["text"]


# ------------------------------------------------------------------------------- what is not in it

@pytest.fixture(scope="module")
def canaries(stages):
    """What stands for people: parts of names, addresses, numbers, units, levels, codes."""
    codes = {notice.code.lower() for notice in notices(stages[-1][2]).values()}
    return {"vonderquil", "ysoldine", "zid0", "p4455", "@met.police.example", "wexhollow", "quillwater", "bramblegate",
            *codes, *(level["name"] for level in LEVELS), "guardedwords", *TEXTS}


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_people(stages, canaries, form):
    incident = stages[-1][2]
    ours = re.compile(r"data\.protection@met\.police\.example")       # the officer's own
    for scope in ("everyone", "staff"):
        said = show(incident, scope, form, env=now(hours=31))
        said = ours.sub("", json.dumps(said) if form == "json" else said).lower()
        assert [word for word in canaries if word in said] == [] and "restwords" in said


def test_without_those_of_whom_nothing_is_shown(composed, tmp_path, stages):
    """The report is the same whether they are there or not, but for digests and times."""
    alone = make(Incident(tmp_path / "alone"), [row for row in rows() if row[2] not in WITHHELD])
    views = [show(incident, "everyone") for incident in (composed, alone)]
    for view in views:
        view["proof"] = view["incident"] = None
    assert views[0] == views[1]


def test_a_release_of_others_is_not_named(stages, tmp_path):
    """More letters to people of whom nothing is shown: no sign of it."""
    incident = stages[-1][2].copy(tmp_path / "more")
    before = show(incident, "everyone", env=now(hours=40))
    guarded = [Notice(raw) for raw in (path.read_bytes() for path in incident.outbox()) if b"Guardedwords" in raw]
    for notice in guarded[:2]:
        incident.run("resend", "--code", notice.code, "--by", "J", "--reason", "r", env=now(hours=40))
        incident.run("send", env=now(hours=40))
    assert len(incident.outbox()) == len(stages[-1][2].outbox()) + 2 and len(guarded) == 6
    assert show(incident, "everyone", env=now(hours=40)) == before


# ------------------------------------------------------------------------------------------- shapes

class Tags(html.parser.HTMLParser):
    VOID = {"meta", "link", "br", "hr", "img", "input", "line", "rect", "path", "circle", "polyline", "use"}

    def __init__(self):
        super().__init__()
        self.open, self.all, self.ids, self.wrong = [], collections.Counter(), [], []

    def handle_starttag(self, tag, attrs):
        self.all[tag] += 1
        self.ids += [value for name, value in attrs if name == "id"]
        self.wrong += [name for name, _ in attrs if name.startswith("on") or name == "style" or name == "src"]
        self.wrong += [value for name, value in attrs if name == "href" and not value.startswith("#")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.getpos())


def test_the_page_is_well_formed(stages):
    page = Tags()
    said = show(stages[-1][2], "everyone", "html", env=now(hours=31))
    page.feed(said)
    assert page.open == [] and page.wrong == [] and len(page.ids) == len(set(page.ids))
    assert page.all["h1"] == 1 and page.all["svg"] >= 2 and page.all["table"] >= 2 and not page.all["script"]
    assert "default-src 'none'" in said.replace("&#39;", "'") and "http" not in said.replace("http-equiv", "").replace(
        "http://www.w3.org/2000/svg", "")
    assert "Rehearsal" in said and "Commonwords stand here &amp; there." in said


def test_table_and_text(stages, views):
    incident, view = stages[-1][2], views["reminded", "everyone"]
    table = list(csv.DictReader(io.StringIO(show(incident, "everyone", "csv", env=now(hours=30)))))
    assert {row["part"] for row in table} >= {"report", "incident", "clock", "now", "over time", "release", "proof"}
    counted = {row["name"]: row["value"] for row in table if row["part"] == "now"}
    assert counted == {name: str(view["figures"]["now"][name]) for name in COUNTS}
    assert len([row for row in table if row["part"] == "over time"]) == 6 * len(view["figures"]["over_time"])
    assert any(row["name"] == "text" and "Commonwords" in row["value"] for row in table)
    text = show(incident, "everyone", "text", env=now(hours=30))
    assert "Record, for those who represent: Everyone" in text and view["proof"]["texts_sha256"] in text
    assert max(len(line) for line in text.splitlines() if not re.search("[0-9a-f]{64}", line)) <= 80
    assert "Draft for comment" in show(stages[0][2], "staff", "text")


def test_into_a_file(composed, tmp_path):
    path = tmp_path / "draft.html"
    composed.run("report", "--kind", "federation", "--scope", "staff", "--format", "html", "--out", path, env=now())
    assert path.stat().st_mode & 0o777 == 0o600 and "Draft for comment" in path.read_text()


@pytest.mark.parametrize("scope", ["wizards", "constable to wizard", "DC", "Band D", "staff to inspector", ""])
def test_no_such_rank(composed, scope):
    before = composed.state()
    composed.error("report", "--kind", "federation", "--scope", scope, code=USAGE)
    assert composed.state() == before


def test_for_whom(composed):
    assert "--scope" in composed.error("report", "--kind", "federation", code=USAGE)
