# SPDX-License-Identifier: MIT
"""The whole path, to a folder and to a mail server: what each verb says adds up, does only what is
missing, changes nothing when it is only tried, and nobody is mailed who must not be."""
import collections
import csv
import html
import json
import re
import stat

import pytest

from conftest import (CANTCREATE, CONFIG, HUMAN, INPUT, OK, REFUSED, USAGE, Incident, parse, reconcile,
                      reconcile_send, twice)

VERBS = ("init import match group compose approve send person task note status report template verify"
         " outbox check run").split()


# ------------------------------------------------------------------------------------ the whole path

def test_path_to_a_folder(empty, force, staff):
    """From nothing to a folder of mails, with all sums compared after each step."""
    incident = empty
    incident.make()
    reconcile(incident)
    people = incident.run("import", "people", force / "people.csv", "--as-of", "2023-08-01").tally
    assert (people["kind"], people["rows"], people["accepted"]) == ("people", len(staff), len(staff))
    assert people["columns"]["surname"] == "surname" and people["unmapped"] == []
    reconcile(incident)
    leak = incident.run("import", "breach", force / "breach.csv", code=HUMAN).tally
    assert leak["rows"] == leak["accepted"] + leak["rejected"] and leak["rejected"] > 0
    assert leak["unmapped"] == ["Photo"]
    assert incident.status()["outcomes"]["waiting"] == leak["accepted"]
    incident.walk("match", "group", "compose")
    released = incident.run("approve", "--release", code=OK).tally["released"]
    reconcile(incident)
    assert released == incident.last["compose"]["notices"]
    sent = incident.run("send", code=OK).tally
    reconcile_send(incident, sent)
    assert sent["accepted"] == sent["sent_now"] == released == len(incident.outbox())
    assert stat.S_IMODE((incident.folder / "outbox").stat().st_mode) == 0o700
    assert incident.run("check", code=OK).tally["seals"] > 0
    assert incident.status()["outbox"] == released
    purged = incident.run("outbox", "--purge", code=OK).tally
    assert purged["purged"] == released and not incident.outbox()
    assert "outbox" not in incident.text("status").split("Leaked rows")[0].replace(
        "capture:outbox", "")


def test_path_to_a_server(at, relay, staff):
    incident, server = at("composed"), relay()
    released = incident.release(server)["released"]
    sent = incident.run("send", code=OK).tally
    reconcile_send(incident, sent)
    assert sent["sent_now"] == sent["accepted"] == released
    assert sent["seconds"] > 0 and sent["per_second"] == pytest.approx(
        sent["sent_now"] / sent["seconds"], rel=.01)
    log = server.accepted()
    assert len(log) == released and not twice(log) and not twice(ident for ident, _ in log)
    addresses = {row[field].lower() for row in staff.values() for field in ("email", "email_personal")}
    assert {recipient.lower() for _, recipient in log} <= addresses
    assert not incident.outbox()


def test_the_truth_is_found(at, force, staff):
    """Nearly all whom the leak is about are found, and nobody is found with certainty who is not it."""
    incident = at("matched")
    rows = incident.tmp / "rows.csv"
    incident.run("match", "--export", rows)
    with open(force / "truth.csv", newline="") as file:
        truth = {row["row"]: row["person_id"] for row in csv.DictReader(file)}
    with open(rows, newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["row_id", "person_id", "probability", "outcome", "reason"]
    matched = {line["row_id"]: line["person_id"] for line in lines if line["outcome"] == "matched"}
    wrong = [row for row, person in matched.items() if truth[row] != person]
    assert not wrong
    expected = [row for row, person in truth.items() if person in staff]
    assert len(matched) > .95 * len(expected)
    assert {line["row_id"] for line in lines} <= set(truth)
    assert len({line["row_id"] for line in lines}) == incident.leaked


def test_people_export_is_probabilities(at, staff):
    incident = at("matched")
    path = incident.tmp / "people.csv"
    tally = incident.run("match", "--people", path).tally
    with open(path, newline="") as file:
        people = {row["person_id"]: float(row["probability"]) for row in csv.DictReader(file)}
    assert set(people) <= set(staff) and all(0 < p <= 1 for p in people.values())
    # A conflict speaks for a person too, and nobody is told on it: the tally counts those who may be.
    certain = sum(p >= .99 for p in people.values())
    assert tally["people"] <= certain <= tally["people"] + tally["possible"]


# ------------------------------------------------------------------------------------- second runs

@pytest.mark.parametrize("stage, verb", [
    ("imported", "import people"), ("imported", "import breach"), ("matched", "match"),
    ("grouped", "group"), ("composed", "compose")])
def test_second_run_changes_nothing(at, force, stage, verb):
    incident = at(stage)
    words = verb.split()
    if words[0] == "import":
        words.append(force / f"{words[1]}.csv")
    before, first = incident.state(), incident.last[words[0]]
    again = incident.run(*words).tally
    assert incident.state() == before
    if verb != "import people":     # the newest import was that of the leak
        assert {**again, "already": None} == {**first, "already": None}
    if words[0] == "import":
        assert again["already"] is True
    assert "nothing" in incident.text(*words).lower()


def test_second_send_sends_nothing(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    first = incident.run("send", code=OK).tally
    before = incident.state()
    second = incident.run("send", code=OK).tally
    assert second["sent_now"] == 0 and len(server.accepted()) == first["sent_now"]
    assert {**second, **{k: first[k] for k in ("sent_now", "seconds", "per_second", "relays")}} == first
    assert incident.state() == before


def test_second_release_and_compose_have_nothing_to_do(at):
    incident = at("released")
    before = incident.state()
    incident.error("approve", "--release", code=REFUSED)
    assert incident.run("approve", code=OK).tally["notices"] == 0
    incident.run("compose", code=OK)
    assert incident.state() == before
    reconcile(incident)


# ------------------------------------------------------------------------------------- trying first

DRY = [
    ("made", "import people {force}/people.csv"),
    ("made", "import breach {force}/breach.csv"),
    ("imported", "match"),
    ("matched", "group"),
    ("grouped", "compose"),
    ("grouped", "approve --accept no-column:person.flags --by Joan --reason checked"),
    ("matched", "approve --row 7 --nobody --by Joan --reason checked"),
    ("composed", "approve --release"),
    ("released", "approve --withdraw"),
    ("composed", "person H0000002 --hold --by Joan --reason checked"),
    ("released", "person H0000002 --deceased --by Joan --reason checked"),
    ("composed", "task assign 1 --to Jo --by Joan --note checked"),
    ("composed", "task done 1 --by Joan --note checked"),
    ("released", "send"),
]


@pytest.mark.parametrize("stage, words", DRY, ids=[words.split(" {")[0] for _, words in DRY])
@pytest.mark.parametrize("flag", ["-n", pytest.param("--dry-run", marks=pytest.mark.plain)])
def test_dry_run_changes_nothing_and_tells_the_same(at, force, stage, words, flag):
    incident = at(stage)
    words = words.format(force=force).split()
    before = incident.state()
    tried = incident.run(*words, flag)
    assert incident.state() == before
    done = incident.run(*words)
    if words[0] == "send":          # what the relay will say cannot be known
        assert set(tried.tally) == set(done.tally) and tried.code == OK
        assert tried.tally["released"] == done.tally["released"] == tried.tally["pending"]
        return
    assert incident.state() != before
    for tally in (tried.tally, done.tally):
        if words[1:2] == ["--release"]:
            del tally["release"]    # it names the second in which it was made
    assert (tried.code, tried.tally) == (done.code, done.tally)


def test_dry_init_makes_nothing(empty):
    incident = empty
    tried = incident.run("init", incident.folder, "--example", "supplier", "-n", code=OK).tally
    assert not incident.folder.exists() and not list(incident.home.iterdir())
    done = incident.make().tally
    assert {name: done[name] for name in tried} == tried


def test_dry_send_opens_no_connection(at, relay):
    incident, server = at("composed"), relay()
    incident.release(server)
    tally = incident.run("send", "-n", code=OK).tally
    assert (tally["sent_now"], tally["pending"]) == (0, tally["released"])
    assert "sessions 0" in server.stop()


def test_dry_purge_keeps_the_mails(at):
    incident = at("released")
    sent = incident.run("send", code=OK).tally["sent_now"]
    incident.run("outbox", "--purge", "-n", code=OK)
    assert len(incident.outbox()) == sent


# --------------------------------------------------------------------------------- the command line

def test_json_is_one_object_for_every_verb(at):
    """run() looks at the object itself; here every verb gives one, whatever becomes of it."""
    incident = at("released")
    for words in (["match"], ["group"], ["compose"], ["approve"], ["send"], ["status"], ["check"],
                  ["outbox"], ["verify", "22222-22222"], ["template", "list"], ["person", "H0000002"],
                  ["task"], ["note"]):
        incident.run(*words)
    for words in (["import"], ["match", "x"], ["report"], ["template"], ["verify"], ["init"]):
        incident.run(*words, code=USAGE)
    incident.run("import", "people", incident.tmp / "nothing.csv", code=INPUT)


@pytest.mark.parametrize("kind", ["summary", "regulator", "people", "rejects"])
def test_json_of_reports(at, kind):
    incident = at("released")
    tally = json.loads(incident.text("--json", "report", "--kind", kind))
    assert (tally["version"], tally["verb"]) == (1, "report")


def test_json_of_one_person(at):
    incident = at("composed")
    incident.run("group", "--explain", "H0000001")
    incident.run("match", "--explain", "5")
    incident.run("compose", "--show", next(
        person for person, (_, route, _) in incident.routes().items() if route == "mail"))


@pytest.fixture(scope="module")
def idle(stages, tmp_path_factory):
    """A composed incident for tests that must not change it."""
    return stages["composed"].copy(tmp_path_factory.mktemp("idle") / "work")


@pytest.mark.parametrize("words", [
    "match --bogus --json", "match --json --bogus", "--json --bogus match", "--json statsu",
    "statsu --json", "match --wait=soon --json", "--json"])
def test_json_of_a_slip(idle, words):
    """Wherever --json stands: a script that asked for it gets its object."""
    incident = idle
    result = incident.finish(incident.start(*words.split(), json=False), json=False)
    assert result.code == USAGE
    tally = json.loads(result.stdout)
    assert tally["error"]["kind"] == "USAGE" and tally["error"]["message"] in result.stderr


def test_folder_before_and_behind_the_verb(at, tmp_path):
    incident = at("composed")
    results = []
    for words in (["-C", incident.folder, "status"], ["status", "-C", incident.folder],
                  [f"-C{incident.folder}", "status"], ["status", f"--directory={incident.folder}"],
                  ["--directory", incident.folder, "status"]):
        twin = Incident(tmp_path / "other")
        twin.folder = tmp_path      # no incident
        result = twin.run(words[0], *words[1:], "--json", json=False, code=OK,
                          env={"HOME": str(incident.home)})
        results.append(json.loads(result.stdout)["people"])
    assert len(set(results)) == 1 and results[0] > 0


def test_folder_is_the_current_one(at):
    incident = at("composed")
    result = incident.start("status", cwd=incident.folder, json=True)
    assert incident.finish(result).tally["people"] > 0


def test_options_of_both_kinds_stand_anywhere(at, force):
    incident = at("made")
    tally = incident.run("import", "--as-of=2023-08-01", "-n", "people", "--operator", "Joan",
                         force / "people.csv", "-q", "--map", "surname=surname").tally
    assert tally["rejected"] == 0


@pytest.mark.parametrize("typed, meant", [
    ("statsu", "status"), ("improt", "import"), ("sned", "send"), ("aprove", "approve"),
    ("compse", "compose"), ("chekc", "check")])
def test_unknown_verb(idle, typed, meant):
    assert f"'{meant}'" in idle.error(typed, code=USAGE)


@pytest.mark.parametrize("words, meant", [
    ("match --exprot x", "--export"), ("send --conections 3", "--connections"),
    ("status --jsno", "--json"), ("match --dryrun", "--dry-run"), ("compose --previw x", "--preview")])
def test_unknown_option(idle, words, meant):
    incident = idle
    before = incident.state()
    assert meant in incident.error(*words.split(), code=USAGE)
    assert incident.state() == before


@pytest.mark.parametrize("words", [
    "match -x", "send --rate", "send --rate 0", "send --rate fast", "send --connections 0",
    "match --export", "match surplus", "status surplus", "check surplus", "import people",
    "import friends x.csv", "import breach x.csv --as-of 2023-08-01", "import people x --controller y",
    "verify", "report", "report --kind gossip", "report --kind summary --format xml",
    "report --kind people --format html", "report --kind rejects --format html",
    "send --resolve 1 resend", "send --resolve x resend --by J --reason r",
    "send --resolve 1 perhaps --by J --reason r", "approve --accept x",
    "approve --accept nothing-like-it --by J --reason r", "approve --row 5 --by J --reason r",
    "approve --row 5 --nobody", "approve --row 5 --nobody --all-candidates --by J --reason r",
    "approve --row no-such-row --nobody --by J --reason r",
    "approve --row 5 --person no-such-person --by J --reason r", "send --release 1234567",
    "send --release nothexdigits", "status --wait soon", "status --color sometimes",
    "group --explain nobody", "match --explain no-such-row", "compose --show nobody",
    "status --json=yes", "template render", "init"])
def test_usage(idle, words):
    incident = idle
    before = incident.state()
    incident.error(*words.split(), code=USAGE)
    assert incident.state() == before


@pytest.mark.plain
def test_the_last_line_says_what_comes_next(empty, force):
    incident = empty
    texts = [incident.text("init", incident.folder, "--example", "supplier")]
    for words in (["import", "people", force / "people.csv"], ["import", "breach", force / "breach.csv"],
                  ["match"], ["group"], ["compose"], ["approve"], ["approve", "--release"], ["send"]):
        assert texts[-1].rstrip().splitlines()[-1].startswith("Next: "), texts[-1]
        assert " ".join(map(str, words)).split(" /")[0].split(" --")[0] in texts[-1].splitlines()[-1]
        texts.append(incident.text(*words))
    assert texts[-1].rstrip().splitlines()[-1] == "Next: breachmail status"
    assert incident.text("status").rstrip().splitlines()[-1].startswith("Next: ")


def test_next_is_in_the_object_too(at):
    imported = at("imported", "a")
    assert imported.status()["next"] == "breachmail match"
    assert imported.run("match").tally["next"] == "breachmail group"
    assert at("composed", "b").status()["next"] == "breachmail approve"
    assert at("released", "c").status()["next"] == "breachmail send"


def test_colour_only_where_it_is_asked_for(at):
    incident = at("released")
    assert "\033" not in incident.text("status")
    assert "\033" in incident.text("status", "--color=always")
    assert "\033" not in incident.text("status", "--color=never")
    assert "\033" not in incident.text("status", env={"NO_COLOR": "1"})
    plain = re.sub(r"\033\[[0-9;]*m", "", incident.text("status", "--color=always"))
    without_clock = re.compile(r"[\d,]+ hours ago")
    assert without_clock.sub("", plain) == without_clock.sub("", incident.text("status"))


def test_help_and_version(breachmail, empty):
    empty.folder = empty.root
    for words in (["--help"], ["help"], *([verb, "--help"] for verb in VERBS)):
        text = empty.text(*words, code=OK)
        assert "breachmail" in text
    assert all(verb in empty.text("--help") for verb in VERBS)
    assert empty.text("--version").startswith("breachmail ")


def test_no_incident_here(empty):
    for verb in ("status", "match", "send", "check"):
        message = empty.error(verb, code=CONFIG)
        assert str(empty.folder) in message
    assert not empty.folder.exists()
    empty.folder.mkdir()
    empty.error("match", code=CONFIG)
    assert not list(empty.folder.iterdir())


def test_init_overwrites_nothing(at):
    incident = at("imported")
    before = incident.state()
    incident.error("init", incident.folder, "--example", "supplier", code=CANTCREATE)
    assert incident.state() == before


@pytest.mark.plain
def test_too_early(at, empty):
    """A verb whose turn has not come says so, and which is next."""
    made, imported, matched, grouped = at("made", "a"), at("imported", "b"), at("matched", "c"), \
        at("grouped", "d")
    assert "breachmail group" in matched.error("compose", code=REFUSED)
    assert "breachmail approve" in at("composed", "e").error("send", code=REFUSED)
    for incident in (made, imported, matched, grouped):
        before = incident.state()
        incident.run("approve", "--release", code=REFUSED)
        incident.run("send", code=REFUSED)
        assert incident.state() == before
        reconcile(incident)


def test_the_clock_can_be_fixed_in_a_rehearsal(at):
    incident = at("released")
    clock = incident.run("status", env={"BREACHMAIL_NOW": "2023-08-28T07:00:00Z"}).tally["clock"]
    assert clock == {"aware_at": "2023-08-26T07:00:00Z", "hours": 48.0, "of": 72}
    assert "48 of 72 hours" in incident.text("status", env={"BREACHMAIL_NOW": "2023-08-28T07:00:00Z"})
    incident.run("status", env={"BREACHMAIL_NOW": "yesterday"}, code=CONFIG)


# ------------------------------------------------------------------------------------------ showing

def numbers(text):
    return {int(number.replace(",", "")) for number in re.findall(r"(?<![\w.-])[\d,]*\d(?![\w.-])", text)}


@pytest.mark.plain
def test_screen_and_object_say_the_same(at):
    incident = at("released")
    incident.run("send", code=OK)
    status, text = incident.status(), incident.text("status")
    expected = {*status["outcomes"].values(), *status["states"].values(), status["rows"],
                status["people"], *(level["people"] for level in status["levels"]),
                *status["needs_human"].values()}
    assert expected <= numbers(text) and not re.search(" $", text, re.M)
    for group in ("outcomes", "states"):
        for name in status[group]:
            assert name in text
    summary = incident.text("report", "--kind", "summary")
    without_clock = re.compile(r"[\d,]+ hours ago")
    summary = summary.split("\nHow far the matching can be trusted")[0]
    assert without_clock.sub("", summary).strip() == without_clock.sub("", text).split("\nNext:")[0].strip()


def test_report_of_people_is_everyone_once(at):
    incident = at("released")
    incident.run("send", code=OK)
    out = incident.tmp / "people.csv"
    incident.text("report", "--kind", "people", "--format", "csv", "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with open(out, newline="") as file:
        rows = list(csv.DictReader(file))
    status = incident.status()
    assert len(rows) == len({row["person_id"] for row in rows}) == status["people"]
    for state, people in status["states"].items():
        assert sum(row["state"] == state for row in rows) == people
    assert {row["person_id"] for row in rows} == set(incident.routes())


def test_report_of_rejects_names_rows_and_no_values(at, force):
    incident = at("imported")
    text = incident.text("report", "--kind", "rejects")
    with open(force / "truth.csv", newline="") as file:
        bad = [row for row in csv.DictReader(file) if row["noise"] in ("bad-cut", "bad-extra")]
    assert bad and all(f"row {row['row']}:" in text for row in bad)
    assert len(text.splitlines()) == len(bad) + 1


def test_preview_shows_no_real_person(at, staff):
    incident = at("composed")
    before = incident.state()
    folder = incident.tmp / "preview"
    tally = incident.run("compose", "--preview", folder, code=OK).tally
    mails = list(folder.glob("*.eml"))
    assert len(mails) == tally["files"] > 0
    known = {row["email"] for row in staff.values()} | {row["email_personal"] for row in staff.values()}
    for path in mails:
        mail = parse(path.read_bytes())
        assert not mail.defects and mail["To"] not in known
    assert incident.state() == before
    everyone = incident.tmp / "everyone"
    tally = incident.run("compose", "--preview", everyone, "--all", code=OK).tally
    notices = incident.run("compose", code=OK).tally["notices"]
    assert tally["files"] == len(list(everyone.glob("*.eml"))) == notices


def test_show_is_what_is_sent(at):
    incident = at("released")
    person = next(person for person, (_, route, _) in incident.routes().items() if route == "mail")
    shown = incident.text("compose", "--show", person, code=OK)
    incident.run("send", code=OK)
    wire = [path.read_bytes().replace(b"\r\n", b"\n") for path in incident.outbox()]
    assert shown.replace("\r\n", "\n").encode() in wire


# ------------------------------------------------------------------------------------- the messages

def words_of(text):
    return re.findall(r"[\w@.]+", text)


def words_of_html(source):
    body = re.search(r"(?s)<body.*?</h1>(.*)</body>", source)[1]    # above is the subject
    return words_of(html.unescape(re.sub(r"<[^>]+>", " ", body)))


Letter = collections.namedtuple("Letter", "raw mail to text html")


@pytest.fixture(scope="module")
def delivered(stages, tmp_path_factory):
    """An incident whose mails all lie in its outbox, and these mails."""
    incident = stages["released"].copy(tmp_path_factory.mktemp("delivered") / "work")
    incident.run("send", code=OK)
    letters = []
    for path in incident.outbox():
        raw = path.read_bytes()
        mail = parse(raw)
        letters.append(Letter(raw, mail, str(mail["To"]), mail.get_body(("plain",)).get_content(),
                              mail.get_body(("html",)).get_content()))
    return incident, letters


@pytest.mark.plain
def test_messages_are_in_order(delivered):
    for letter in delivered[1]:
        assert not any(part.defects for part in letter.mail.walk())
        lines = letter.raw.replace(b"\r\n", b"\n").split(b"\n")
        assert max(map(len, lines)) <= 76 and letter.raw.isascii()
        assert [part.get_content_type() for part in letter.mail.walk()] == [
            "multipart/alternative", "text/plain", "text/html"]
        for header in letter.mail.values():
            assert not header.defects


@pytest.mark.plain
def test_headers_are_the_same_for_all(delivered):
    """No header tells one person, or their level, from another; To and Message-ID differ, and that is
    all."""
    incident, letters = delivered
    (names,) = {tuple(letter.mail.keys()) for letter in letters}
    assert len(set(names)) == len(names)
    assert not {"Cc", "Bcc", "Sender", "X-Mailer", "User-Agent", "Received"} & set(names)
    for name in set(names) - {"To", "Message-ID", "Date", "Content-Type"}:
        assert len({str(letter.mail[name]) for letter in letters}) == 1, name
    relay, one = incident.settings()["relay"], letters[0].mail
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["From"].addresses[0].addr_spec in relay["from"]
    assert one["Reply-To"].addresses[0].addr_spec in relay["reply_to"]
    for letter in letters:
        assert len(letter.mail["To"].addresses) == 1
        assert letter.to == letter.mail["To"].addresses[0].addr_spec    # an address, and no name
        assert re.fullmatch(r'multipart/alternative; boundary="=_[0-9a-f]{32}"',
                            letter.mail["Content-Type"])


@pytest.mark.plain
def test_message_ids_are_random(delivered):
    idents = [letter.mail["Message-ID"] for letter in delivered[1]]
    assert len(set(idents)) == len(idents)
    assert all(re.fullmatch(r"<[0-9a-f]{32}@met\.police\.example>", ident) for ident in idents)
    assert len({ident[1:5] for ident in idents}) > len(idents) * .9     # no counter, no clock


@pytest.mark.plain
def test_text_and_html_say_the_same(delivered):
    for letter in delivered[1]:
        subject = letter.mail["Subject"]
        assert words_of(letter.text) == words_of_html(letter.html)
        assert f"<title>{subject}</title>" in letter.html
        assert re.search("<h1[^>]*>(.*)</h1>", letter.html)[1] == subject
        assert not re.search("<script|<img|<a |http", letter.html)


@pytest.mark.plain
def test_each_message_goes_to_its_one_reader(delivered, staff):
    """The address in To is the person's own, on the list; and the text is theirs."""
    incident, letters = delivered
    routes = incident.routes()
    by_address = {}
    for person, row in staff.items():
        for field in ("email", "email_personal"):
            if row[field]:
                by_address.setdefault(row[field].lower(), set()).add(person)
    told = []
    for letter in letters:
        (person,) = by_address[letter.to.lower()]
        assert routes[person][1] == "mail"
        assert staff[person]["surname"].split()[0] in re.search(r"Dear [^\n]*", letter.text)[0]
        told.append(person)
    assert sorted(told) == sorted(person for person, route in routes.items() if route[1] == "mail")


@pytest.mark.plain
def test_no_value_of_the_leak_is_repeated(delivered, staff):
    people = {row[field]: row for row in staff.values() for field in ("email", "email_personal")}
    for letter in delivered[1]:
        for field in ("person_id", "pay_number", "warrant_number", "collar_number", "date_of_birth",
                      "postcode", "email", "phone", "location"):
            value = people[letter.to][field]
            assert not value or value not in letter.text, field


@pytest.mark.plain
def test_the_level_is_not_named(delivered):
    forbidden = re.compile(r"(?i)undercover|covert|surveillance|counter.?terror|SO15|firearms|armed|royal|"
                           r"(?<!data )protection officer|informant|witness|source handl|high.risk")
    for letter in delivered[1]:
        assert not forbidden.search(letter.text), forbidden.search(letter.text)
        assert not forbidden.search(letter.mail["Subject"])


@pytest.mark.plain
def test_reference_codes_are_ours(delivered):
    incident, letters = delivered
    codes = {re.search(r"\breference\s+([0-9A-Z]{5}-[0-9A-Z]{5})\b", letter.text)[1]
             for letter in letters}
    assert len(codes) == len(letters)
    for code in sorted(codes)[:5]:
        for form in (code, code.lower(), code.replace("-", ""), code.replace("-", " ")):
            assert incident.run("verify", form, code=OK).tally["genuine"] is True
        assert not set("IOU") & set(code)       # they would be taken for 1, 0, V
        for spoilt in (code[1] + code[0] + code[2:], code[:-1], code + "A", code[:3] + "?" + code[4:]):
            if spoilt != code:
                assert incident.run("verify", spoilt, code=HUMAN).tally["genuine"] is False
    text = incident.text("verify", sorted(codes)[0])
    assert "Yes" in text and "@" not in text
    for nonsense in ("", "x", "1" * 4000, "'; DROP TABLE notice", "ÄÖÜ", "?????-?????"):
        assert incident.run("verify", nonsense, code=HUMAN).tally["genuine"] is False


@pytest.mark.plain
def test_codes_of_what_was_not_sent_are_not_genuine(at):
    incident = at("composed")
    person = next(person for person, (_, route, _) in incident.routes().items() if route == "mail")
    shown = parse(incident.text("compose", "--show", person).encode())
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", shown.get_body(("plain",)).get_content())[0]
    assert incident.run("verify", code, code=HUMAN).tally["genuine"] is False
    incident.release()
    assert incident.run("verify", code, code=HUMAN).tally["genuine"] is False
    incident.run("send", code=OK)
    assert incident.run("verify", code, code=OK).tally["genuine"] is True


# ------------------------------------------------------------------------------ order, and who is not

@pytest.mark.plain
@pytest.mark.parametrize("connections", [1, 8])
def test_levels_in_order(at, relay, staff, connections):
    """No mail of a lower level is accepted before the last of a higher one."""
    incident, server = at("composed"), relay()
    incident.release(server)
    incident.run("send", "--connections", connections, code=OK)
    levels = incident.levels(staff, [recipient for _, recipient in server.accepted()])
    assert levels == sorted(levels) and len(set(levels)) > 3


@pytest.mark.plain
def test_who_is_never_mailed(at, relay, staff):
    incident, server = at("composed"), relay()
    incident.release(server)
    incident.run("send", code=OK)
    mailed = {recipient.lower() for _, recipient in server.accepted()}
    routes = incident.routes()
    for person, (_, route, _) in routes.items():
        addresses = {staff[person]["email"].lower(), staff[person]["email_personal"].lower()} - {""}
        assert bool(addresses & mailed) == (route == "mail"), person
    boxes = {}
    for row in staff.values():
        boxes.setdefault(row["email"].lower(), []).append(row["person_id"])
    shared = {box for box, people in boxes.items() if box and len(people) > 1}
    assert shared and not shared & mailed
    for status, field in (("deceased", "email"), ("deceased", "email_personal"), ("suspended", "email"),
                          ("career-break", "email"), ("left", "email")):
        away = {row[field].lower() for row in staff.values() if row["status"] == status} - {""}
        assert not away & mailed, status
    assert {row["status"] for row in staff.values()} >= {"deceased", "suspended"}
    not_in_leak = set(staff) - set(routes)
    assert not_in_leak and not {staff[person]["email"].lower() for person in not_in_leak
                                if staff[person]["email"].lower() not in shared} & mailed


@pytest.mark.plain
def test_the_undercover_are_told_in_person(at, staff):
    incident = at("grouped")
    routes = incident.routes()
    covert = [person for person, row in staff.items()
              if re.search("(?i)covert|undercover|surveillance", row["unit"] + row["role"])]
    assert covert
    for person in set(covert) & set(routes):
        assert routes[person][:2] == ("undercover", "task"), person


@pytest.mark.plain
def test_allowed_domains(at):
    """They limit the work address, and the personal one not."""
    incident = at("matched")
    incident.change({"allowed_domains": ["other.example"]})
    incident.walk("group", "compose")
    routes = incident.routes()
    assert any(reason == "outside-domains" for _, _, reason in routes.values())
    incident.release()
    incident.run("send", code=OK)
    assert all(not str(parse(path.read_bytes())["To"]).endswith("@met.police.example")
               for path in incident.outbox())


# ------------------------------------------------------------------------------------------ templates

def test_template_render(empty):
    incident = empty
    incident.folder = incident.root
    (incident.tmp / "part.txt").write_text("part: {{name}}\n")
    for name in ("t.txt", "t.html"):
        (incident.tmp / name).write_text("Dear {{name}},{{#list}} {{.}}{{/list}}\n")
    (incident.tmp / "data.json").write_text('{"name": "A & B", "list": [1, 2]}')
    data = incident.tmp / "data.json"
    assert incident.text("template", "render", incident.tmp / "t.txt", data) == "Dear A & B, 1 2\n"
    assert incident.text("template", "render", incident.tmp / "t.html", data) == "Dear A &amp; B, 1 2\n"
    assert incident.text("template", "render", incident.tmp / "t.txt", data, "--spec") == \
        "Dear A &amp; B, 1 2\n"
    (incident.tmp / "unknown.txt").write_text("one\n{{nmae}}\n")
    message = incident.error("template", "render", incident.tmp / "unknown.txt", data, code=INPUT)
    assert "unknown.txt:2" in message and "nmae" in message
    assert incident.text("template", "render", incident.tmp / "unknown.txt", data, "--spec") == "one\n\n"
    (incident.tmp / "uses.txt").write_text("{{> part}}")
    assert incident.text("template", "render", incident.tmp / "uses.txt", data) == "part: A & B\n"
    (incident.tmp / "parts").mkdir()
    (incident.tmp / "parts" / "part.txt").write_text("elsewhere\n")
    assert incident.text("template", "render", incident.tmp / "uses.txt", data, "--partials",
                         incident.tmp / "parts") == "elsewhere\n"
    for value, text in (('"x"', "x"), ("3", "3"), ("[1,2]", None), ("true", "true")):
        data.write_text(value)
        (incident.tmp / "dot.txt").write_text("{{.}}")
        if text is not None:
            assert incident.text("template", "render", incident.tmp / "dot.txt", data) == text


def test_own_texts_win(at):
    incident = at("grouped")
    folder = incident.folder / "templates" / "notice"
    folder.mkdir(parents=True)
    shipped = incident.run("template", "list").tally["templates"]
    assert "notice/staff.txt" in shipped
    (folder / "staff.txt").write_text("# Our own words\n\nDear {{addressee}}\n")
    result = incident.run("compose", code=(OK, CONFIG, INPUT))
    if result.code == OK:
        shown = [parse(incident.text("compose", "--show", person).encode())
                 for person, route in incident.routes().items() if route[:2] == ("staff", "mail")][:3]
        assert all("Our own words" in mail.get_body(("plain",)).get_content() for mail in shown)
