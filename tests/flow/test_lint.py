# SPDX-License-Identifier: MIT
"""template lint: what a notice must say, what no text may say, and that our own texts pass."""
import itertools
import json
import pathlib
import re
import subprocess

import pytest

from conftest import BINARY

pytestmark = pytest.mark.usefixtures("breachmail")
SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "templates"
DATA = pathlib.Path(__file__).resolve().parents[1] / "data/lint"
LAYOUT = (SHIPPED / "notice/layout.txt").read_text()
BLOCKS = ["nature", "contact", "consequences", "measures", "steps", "exposed", "support", "genuine", "never_ask"]
BY_LAW = {"nature", "contact", "consequences", "measures"}
FINDING = re.compile(r"^(?P<file>.+?):(?P<line>\d+): (?P<rule>[a-z-]+): (?P<text>.+)$")


def template_lint(*words):
    return subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=60)


def lint(*files):
    done = template_lint("template", "lint", *files)
    found = [FINDING.match(line).groupdict() for line in done.stdout.splitlines()[:-1]]
    assert done.returncode == (65 if found else 0), done.stderr
    return found


def block(name):
    """The block and what is in it; sections within may have its name."""
    return re.search(r"\{\{\$%s\}\}\n?(.*)\{\{/%s\}\}\n?" % (name, name), LAYOUT, re.S)


@pytest.fixture
def notice(tmp_path):
    """Writes a notice of its own, layout and all, and gives its findings."""
    (tmp_path / "notice").mkdir()

    def write(text):
        path = tmp_path / "notice" / "own.txt"
        path.write_text(text)
        return lint(path)
    return write


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Lints texts by their names, all in one go."""
    folder = tmp_path_factory.mktemp("many")

    def write(texts):
        for name, text in texts.items():
            (folder / name / "notice").mkdir(parents=True)
            (folder / name / "notice/own.txt").write_text(text)
        found = {name: [] for name in texts}
        for finding in lint(*(folder / name / "notice/own.txt" for name in texts)):
            where = pathlib.Path(finding["file"])
            found[where.parts[-3]].append(finding)
        return found
    return write


def with_words(words, after="# What happened\n\n"):
    return LAYOUT.replace(after, after + words + "\n\n", 1)


def test_our_own_texts_pass():
    assert lint(*sorted(path for path in SHIPPED.rglob("*.txt") if path.parent.name != "report")) == []


def test_the_layout_as_an_own_text_passes(notice, tmp_path):
    assert notice(LAYOUT) == []
    path = tmp_path / "notice/crlf.txt"         # as another system's editor leaves it
    path.write_bytes(LAYOUT.replace("\n", "\r\n").encode())
    both = [json.loads(template_lint("--json", "template", "lint", file).stdout) for file in (path, tmp_path / "notice/own.txt")]
    assert both[0] == both[1]


# --- what must be there ---

@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_that_is_not_there(notice, name):
    found = notice(LAYOUT.replace(block(name).group(0), ""))
    assert [(f["rule"], f["line"]) for f in found] == [("missing-block", "1")]
    assert f"'{name}'" in found[0]["text"]
    assert ("the law asks" in found[0]["text"]) == (name in BY_LAW)


EMPTY = {
    "nothing": lambda inside: "",
    "blanks": lambda inside: "  \n\t\n",
    "a heading": lambda inside: next((line + "\n" for line in inside.splitlines() if line.startswith("# ")), "# A\n"),
    "a word": lambda inside: "# Here\n\nSoon.\n",
    "a comment": lambda inside: "{{! nothing yet }}\n",
    "only if known": lambda inside: "{{#incident.occurred}}\n" + inside + "{{/incident.occurred}}\n",
    "only if certain": lambda inside: "{{#certain}}\n" + inside + "{{/certain}}\n",
    "only if not certain": lambda inside: "{{^certain}}\n" + inside + "{{/certain}}\n",
    "only for officers": lambda inside: "{{#officer}}\n" + inside + "{{/officer}}\n",
}


def emptied(name, how):
    there = block(name)
    return LAYOUT[:there.start(1)] + "\n" + EMPTY[how](there.group(1)) + LAYOUT[there.end(1):]


@pytest.fixture(scope="module")
def empty_blocks(many):
    return many({f"{name}, {how}": emptied(name, how) for name in BLOCKS for how in EMPTY})


@pytest.mark.parametrize("how", EMPTY)
@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_that_says_nothing(empty_blocks, name, how):
    found = [f for f in empty_blocks[f"{name}, {how}"] if f["rule"] == "empty-block"]
    assert [f["text"].split("'")[1] for f in found] == [name]
    assert int(found[0]["line"]) == LAYOUT[:block(name).start()].count("\n") + 1


def test_a_child_that_empties_its_parents_block(notice):
    found = notice("{{<notice/layout}}\n{{$advice}}\n{{/advice}}\n{{$measures}}\n{{/measures}}\n{{/notice/layout}}\n")
    assert [(f["rule"], f["line"]) for f in found] == [("empty-block", "4")]


BROKEN = [
    (LAYOUT.replace("- by email: {{controller.dpo.email}}\n", "").replace("- by phone: {{controller.dpo.phone}}\n", ""),
     "no-contact"),
    (LAYOUT.replace("message for that. Use a way", "message for that. Ring 020 7946 0999. Use a way"), "own-channel"),
    (LAYOUT.replace("Subject: A notice about your personal data\n\n", ""), "subject"),
    (LAYOUT.replace("Subject: A notice", "Subject: Data breach: a notice"), "subject"),
    (LAYOUT.replace("Subject: A notice about", "Subject: {{salutation}}, a notice about"), "subject"),
    (LAYOUT.replace("Subject: A notice about", "Subject: {{code}}: a notice about"), "subject"),
    (LAYOUT.replace("Subject: A notice about", "Subject: Important notice about"), "subject"),
    (LAYOUT.replace("Subject: A notice about", "Subject: Re: a notice about"), "subject"),
    (LAYOUT.replace("Subject: A notice about", "Subject: \u26a0 A notice about"), "disguise"),
    (LAYOUT.replace("message for that. Use a way", "message for that. Reply to us, or use a way"), "own-channel"),
    (LAYOUT.replace("{{$genuine}}", "{{#letter}}{{$genuine}}").replace("{{/genuine}}", "{{/genuine}}{{/letter}}"), "missing-block"),
    (LAYOUT.replace("{{incident.nature}}", "Details are to follow."), "placeholder"),
    (LAYOUT.replace("Subject: A notice about", "Subject: URGENT NOTICE about"), "urgency"),
    (LAYOUT.replace("This is a notice about personal information.", "Your police record was stolen."), "lock-screen"),
    (LAYOUT.replace("This is a notice about", "{{salutation}}, this is a notice about"), "lock-screen"),
    (LAYOUT.replace("{{incident.nature}}", "{{incident.natur}}"), "template"),
    (LAYOUT.replace("{{incident.nature}}", "{{person.vetting}} {{record.pay_number}}"), "template"),
    (LAYOUT.replace("{{/contact}}", ""), "template"),
    (LAYOUT.replace("{{#certain}}", "{{#certain", 1), "template"),
    (LAYOUT.replace("{{>advice/online}}", "{{>advice/no-such}}"), "template"),
    (LAYOUT.replace("{{incident.nature}}", "Your pay number P204417 was in it."), "leak"),
    (LAYOUT.replace("{{incident.nature}}", "Warrant number 204417 was in it."), "leak"),
    (LAYOUT.replace("{{incident.nature}}", "You are a Detective Sergeant in the Surveillance Unit."), "leak"),
    (LAYOUT.replace("{{incident.nature}}", "DS Moss, SO15, is concerned."), "leak"),
    (LAYOUT.replace("{{incident.nature}}", " ".join(
        ["Notwithstanding the aforementioned organisational responsibilities incumbent upon the controlling authority,"
         " unauthorised individuals circumvented administrative infrastructure,"] * 20)), "reading-age"),
    (LAYOUT.replace("{{incident.nature}}", "To be said: TBC"), "placeholder"),
    (LAYOUT.replace("{{incident.nature}}", "[INSERT TEXT]"), "placeholder"),
    ("Hello,\n\nthere was a breach. Sorry.\n", "missing-block"),
    ("Subject: A notice\n\nHello.\n", "missing-block"),
    ("", "missing-block"),
]
AT_THE_TOP = {"missing-block", "subject", "lock-screen", "reading-age"}     # of the whole text


@pytest.fixture(scope="module")
def broken(many):
    return many({f"broken-{i}": text for i, (text, _) in enumerate(BROKEN)})


def first_difference(text):
    pairs = itertools.zip_longest(LAYOUT.splitlines(), text.splitlines())
    return next(i for i, (a, b) in enumerate(pairs, 1) if a != b)


@pytest.mark.parametrize("i, rule", [(i, rule) for i, (_, rule) in enumerate(BROKEN)])
def test_broken(broken, i, rule):
    lines = {int(f["line"]) for f in broken[f"broken-{i}"] if f["rule"] == rule}
    assert lines
    if rule in AT_THE_TOP:
        assert lines == {1}
    elif rule in ("no-contact", "own-channel"):
        assert lines == {LAYOUT[:block({"no-contact": "contact", "own-channel": "genuine"}[rule]).start()].count("\n") + 1}
    elif rule != "template":    # a fault of the whole may show further down
        assert first_difference(BROKEN[i][0]) in lines


def test_there_are_enough():
    assert len(BROKEN) + len(BLOCKS) * (1 + len(EMPTY)) >= 100 and len(LURES.strip().splitlines()) >= 100


# --- what must not be there ---

LURES = (DATA / "lures.txt").read_text()      # rule: text


def lure_words(lure):
    return lure.split(": ", 1)[1].replace("\\u200b", "\u200b")


@pytest.fixture(scope="module")
def lures(many):
    return many({f"lure-{i}": with_words(lure_words(lure)) for i, lure in enumerate(LURES.strip().splitlines())})


@pytest.mark.parametrize("i, lure", enumerate(LURES.strip().splitlines()))
def test_a_lure(lures, i, lure):
    line = LAYOUT[:LAYOUT.index("# What happened")].count("\n") + 3
    found = {(f["rule"], f["line"]) for f in lures[f"lure-{i}"]}
    assert (lure.split(": ")[0], str(line)) in found
    assert all(re.search("; (the law asks|guidance asks|against guidance|against good practice)", f["text"]) for f in lures[f"lure-{i}"])


SAID = (DATA / "ordinary.txt").read_text().splitlines()


@pytest.fixture(scope="module")
def said(many):
    return many({f"said-{i}": with_words(words) for i, words in enumerate(SAID)})


@pytest.mark.parametrize("i, words", enumerate(SAID))
def test_what_may_be_said(said, i, words):
    assert said[f"said-{i}"] == [], words


def test_what_is_never_asked_may_be_named_only_there(notice):
    asked = LAYOUT.replace("- to pay or to move money\n", "- to send us your bank details\n")
    assert notice(asked) == []
    assert {f["rule"] for f in notice(with_words("Please send us your bank details."))} == {"request"}


def test_a_phrase_over_two_lines_and_in_a_part(tmp_path):
    (tmp_path / "notice").mkdir()
    (tmp_path / "advice").mkdir()
    (tmp_path / "advice/online.txt").write_text("Online:\n\n- Look at it, then click\n  here to see more.\n")
    (tmp_path / "notice/own.txt").write_text("{{<notice/layout}}\n{{/notice/layout}}\n")
    found = lint(tmp_path / "notice/own.txt")
    assert [(f["file"], f["line"], f["rule"]) for f in found] == [("advice/online", "3", "link")]


def test_the_object(notice, tmp_path):
    notice(with_words("Click here."))
    done = template_lint("--json", "template", "lint", tmp_path / "notice/own.txt")
    tally = json.loads(done.stdout)
    assert done.returncode == 65 and tally["files"] == 1
    assert [f["rule"] for f in tally["findings"]] == ["link"]
    assert 5 < tally["reading_age"] < tally["reading_age_limit"]


def test_a_file_that_is_not_there():
    assert template_lint("template", "lint", "no/such.txt").returncode == 65


# --- the letters of an incident ---

def own_text(incident, name, change):
    path = pathlib.Path(incident.folder) / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(change((SHIPPED / name).read_text()))


def stopped(incident, rule):
    """compose says so and goes on, approve refuses; gives the findings."""
    composed = incident.run("compose", code=(1,)).tally["findings"]
    assert rule in {f["rule"] for f in composed}
    assert incident.run("approve").tally["findings"] == composed
    assert f": {rule}: " in incident.error("approve", "--release", code=77)
    return [f for f in composed if f["rule"] == rule]


def test_a_letter_that_must_not_go_stops_the_release(at):
    incident = at("composed")
    own_text(incident, "notice/layout.txt", lambda text: text.replace("{{incident.nature}}", "Click here."))
    found = stopped(incident, "link")
    assert [(f["file"], f["asked_by"]) for f in found] == [("notice/layout.txt", "guidance")]
    assert found[0]["text"].startswith('"click here"; ')
    own_text(incident, "notice/layout.txt", lambda text: text)
    assert incident.run("compose").tally["findings"] == []
    incident.run("approve", "--release")


@pytest.mark.parametrize("changes, rule", [
    ({"nature": "Somebody got in. See www.force.example."}, "link"),
    ({"measures": ["We closed it.", "You must act now."]}, "urgency"),
    ({"verify": {"where": "020 7946 0999"}}, "own-channel"),
    ({"relay": {"reply_to": "dpo@elsewhere.example"}}, "sender"),
    ({"relay": {"from": "Undercover notices <notices@met.police.example>"}}, "give-away"),
    ({"relay": {"from": "covert.notices@met.police.example"}}, "give-away"),
    ({"relay": {"reply_to": "surveillance@met.police.example"}}, "give-away"),
    ({"relay": {"envelope_from": "undercover+{token}@met.police.example"}}, "give-away"),
])
def test_what_incident_json_brings_into_letters(at, changes, rule):
    incident = at("composed")
    incident.change(changes)
    assert {f["file"] for f in stopped(incident, rule)} <= {"incident.json", "notice/layout"}


def test_words_that_tell_a_level(at):
    incident = at("composed")
    own_text(incident, "notice/officer.txt", lambda text: text.replace(
        "- Decide beforehand", "- Do not speak about surveillance.\n- Decide beforehand"))
    (found,) = stopped(incident, "give-away")
    source = (pathlib.Path(incident.folder) / "templates/notice/officer.txt").read_text()
    assert found["file"] == "notice/officer" and "surveillance" in source.splitlines()[found["line"] - 1]
    assert found["text"].startswith('"surveillance" in the letter gives level \'undercover\' away; ')


def test_a_level_may_use_its_own_words(at):
    incident = at("composed")
    own_text(incident, "notice/counter-terrorism.txt", lambda text: text.replace(
        "- Tell your supervisor about strangers", "- Your work on terrorism stays private.\n- Tell your supervisor about strangers"))
    assert incident.run("compose").tally["findings"] == []


def test_another_subject_tells_the_level(at):
    incident = at("composed")
    (pathlib.Path(incident.folder) / "templates/notice").mkdir(parents=True)
    (pathlib.Path(incident.folder) / "templates/notice/staff.txt").write_text(
        LAYOUT.replace("Subject: A notice about your personal data", "Subject: A notice for you"))
    assert [f["file"] for f in stopped(incident, "subject-differs")] == ["notice/staff"]


# --- what a row of the leak or of the list says ---

@pytest.fixture(scope="module")
def villagers(village, tmp_path_factory):
    """The few people of the village, once for all that is put into their letters. One station is a part of the
    controller's own name."""
    incident = village.copy(tmp_path_factory.mktemp("villagers") / "work")
    (incident.root / "more.csv").write_text(
        "Row ID,Pay No,Surname,Forenames,Warrant No,Collar No,E-mail,Date of Birth,Postcode,Address,Unit,Location,Hobby\n"
        "R91,P100099,Gone,Liz,W48-1330,412,liz.gone@home.example,1985-03-04,ZZ1 4AB,\"14 Mill Lane, Northwick\","
        "Counter Fraud Team,Metropolitan,\n"
        "R92,,Ashgrove,Constable,,,,,,,SO15,Westbrook,Bell ringing\n")
    incident.run("import", "breach", incident.root / "more.csv")
    incident.walk("match", "group")
    assert incident.run("compose").tally["findings"] == []
    return incident


def say(villagers, lines):
    """The officers' letter says these lines; gives the number of the first."""
    own_text(villagers, "notice/officer.txt", lambda text: text.replace("- Decide beforehand", "\n".join(lines) + "\n- Decide beforehand"))
    return 1 + (pathlib.Path(villagers.folder) / "templates/notice/officer.txt").read_text().splitlines().index(lines[0])


OF_ROWS = {
    "- The number was P100099.": "pay_number",
    "- The number was 100 099.": "pay_number",
    "- The card was W48-1330.": "warrant_number",
    "- It is collar number 412.": "collar_number",
    "- Once liz.gone at home.example was ours.": None,
    "- Once liz.gone@home.example was ours.": "email",
    "- Born on 4 March 1985.": "date_of_birth",
    "- Born on 04/03/1985.": "date_of_birth",
    "- Somebody lives in ZZ1 4AB.": "postcode",
    "- Somebody lives at 14 Mill Lane.": "address",
    "- Ring 07700 900 101 to hear more.": "phone",
    "- One row was about Liz Gone.": "name",
    "- One row was about O'Neill, Mary.": "name",
    "- One row was about Jack": "name",
    "  Smith.": None,
    "- It is about the Counter Fraud Team too.": "unit",
    "- We spoke with SO15 about it.": "unit",
    "- Our colleagues at Westbrook know.": "location",
    "- One row says Bell ringing.": "hobby",
    "- The Metropolitan Police Service looks into it.": None,    # the controller's name holds a station
    "- There is no counter fraud team here.": None,              # not written as a name
    "- It was 412 days ago in March 1985.": None,
    "- Liz is gone, and so is Mill Lane.": None,
    "- Smith is a common name, and bell makers were once many.": None,
}


def test_what_a_row_says_stops_the_release(villagers):
    first = say(villagers, list(OF_ROWS))
    found = {}
    for finding in villagers.run("compose").tally["findings"]:
        said = re.match(r"what (?:a leaked row|the staff list) says \((\w+)\)(: if it is meant, say it in incident.json, too)?; ", finding["text"])
        if said:
            assert (finding["file"], finding["rule"], finding["asked_by"]) == ("notice/officer.txt", "leak", "guidance")
            found.setdefault(finding["line"] - first, set()).add(said[1].lower())
            assert bool(said[2]) == (said[1] in ("unit", "location", "Hobby"))
    for n, (words, field) in enumerate(OF_ROWS.items()):
        assert found.pop(n, set()) == ({field} if field else set()), (words, n, found)
    assert not found
    assert "notice/officer.txt:" in villagers.error("approve", "--release", code=77)


def test_a_row_cannot_be_put_into_a_letter(villagers):
    line = say(villagers, ["- Yours was {{person.pay_number}}."])
    assert f"notice/officer:{line}: 'person.pay_number' is not in the data" in villagers.error("compose", code=65)
    assert f"notice/officer:{line}: template: " in villagers.error("approve", "--release", code=77)


def test_a_row_in_incident_json(villagers):
    own_text(villagers, "notice/officer.txt", lambda text: text)
    kept = villagers.settings()["nature"]
    villagers.change({"nature": "Somebody took the row of Liz Gone."})
    (found,) = villagers.run("compose").tally["findings"]
    assert (found["file"], found["line"], found["text"].split(";")[0]) == (
        "incident.json", 0, "nature: what a leaked row says (name)")
    villagers.change({"nature": kept, "controller": {"dpo": {"name": "Liz Gone"}}})     # she may be asked
    assert villagers.run("compose").tally["findings"] == []
    villagers.change({"controller": {"dpo": {"name": "Ann Example"}}})
