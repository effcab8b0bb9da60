# SPDX-License-Identifier: MIT
"""Reports as pages, in a real browser: they stand alone, have every number of the JSON, and can be read on a telephone,
on paper and by a screen reader. One incident and one browser for all of it."""
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from browser import Browser
from flow import HUMAN, OK, SCRIPTS, USAGE, Incident, Relay, make_force, reconcile

pytestmark = pytest.mark.plain
KINDS = ["summary", "regulator", "federation"]
SCOPE = {"federation": ["--scope", "everyone"]}
HOSTILE = "<img src=x onerror=alert(1)> & \"Sons\""


@pytest.fixture(scope="module")
def incident(breachmail, tmp_path_factory):
    """Told by mail, some answered, some bounced, one in person; the regulator was told."""
    top = tmp_path_factory.mktemp("reports")
    work, relay = Incident(top / "work"), Relay(top / "relay")
    work.make()
    work.change({"title": f"Cards {HOSTILE}"})
    work.import_both(make_force(top / "force", 60, "reports"))
    work.run("match")
    work.run("group")
    person = next(iter(work.routes()))
    work.run("person", person, "--route", "task", "--by", "J. Doe", "--reason", "asked for it")
    work.run("group")
    work.run("compose")
    work.release(relay)
    work.run("send", code=(OK, HUMAN))
    relay.stop()
    subprocess.run([sys.executable, SCRIPTS / "make-letters", "--mail", relay.maildir, "--log", relay.log, "--out",
                    top / "post"], check=True, capture_output=True)
    work.run("track", "--from", f"maildir:{top / 'post'}")
    for kind, words in (("regulator-told", f"by telephone {HOSTILE}"), ("regulator-told", "The count of people."),
                        ("delay", "The file was not in hand.")):
        work.run("note", "--kind", kind, "--by", "J. Doe", words)
    task = work.run("task").tally["tasks"][0]["number"]
    work.run("task", "done", task, "--by", "J. Doe", "--reason", "visited")
    reconcile(work)
    return work


@pytest.fixture(scope="module")
def pages(incident):
    """Of each kind the path of its page."""
    paths = {kind: incident.tmp / f"{kind}.html" for kind in KINDS}
    for kind, path in paths.items():
        incident.run("report", "--kind", kind, *SCOPE.get(kind, []), "--format", "html", "--out", path, code=OK)
    return paths


@pytest.fixture(scope="module")
def browser():
    with Browser() as started:
        yield started


# Words of a picture, or of two cells side by side, that touch.
CRAMPED = """
    const box = e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect() };
    const meet = (a, b, gap) => a.width && b.width && a.left < b.right + gap && b.left < a.right + gap && a.top + 3 < b.bottom
        && b.top + 3 < a.bottom, found = [];
    const pair = (a, b, gap) => meet(box(a), box(b), gap) && found.push(a.textContent + ' | ' + b.textContent);
    for (const svg of document.querySelectorAll('.chart:not(.chart-wide) svg')) {
        const words = [...svg.querySelectorAll('text')];
        words.forEach((a, i) => words.slice(i + 1).forEach(b => pair(a, b, -1)));
    }
    for (const cell of document.querySelectorAll('td + td, th + td, th + th'))
        pair(cell.previousElementSibling, cell, 6);
    return found"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_can_be_read_by_everybody(browser, pages, kind, width):
    browser.size(width)
    browser.go(pages[kind].as_uri())
    browser.picture(f"report-{kind}-{width}")
    assert browser.sideways() == 0
    assert browser.run(CRAMPED) == []
    assert browser.axe() == []
    assert HOSTILE in browser.text("main")


@pytest.mark.parametrize("kind", KINDS)
def test_pages_stand_alone(browser, pages, kind):
    page = pages[kind].read_text()
    assert "<script" not in page and "style=" not in page and HOSTILE not in page
    assert not re.search(r'(?:src|href|action)="(?!#)', page), "it asks for something that is elsewhere"
    browser.go(pages[kind].as_uri())
    policy = browser.value("meta[http-equiv]", "content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    # The policy lets the style sheet in, and nothing that somebody adds.
    assert browser.run("return getComputedStyle(document.querySelector('.top')).backgroundColor") == "rgb(15, 31, 46)"
    browser.run("const s = document.createElement('style'); s.textContent = 'h1 { color: red }'; document.head.append(s)")
    assert browser.run("return getComputedStyle(document.querySelector('h1')).color") == "rgb(15, 31, 46)"
    assert browser.run("return performance.getEntriesByType('resource').length") == 0


def table(browser, caption):
    """A table by its caption: of each line the cells."""
    return browser.run("""
        for (const t of document.querySelectorAll('table'))
            if (t.caption.textContent === arguments[0])
                return [...t.tBodies].flatMap(b => [...b.rows].map(r => [...r.cells].map(c => c.textContent.trim())));
        return null""", caption)


def number(text):
    return int(text.replace(",", ""))


def test_the_summary_has_the_numbers_of_the_status(browser, incident, pages):
    status = json.loads(incident.text("--json", "report", "--kind", "summary"))
    browser.size(1280)
    browser.go(pages["summary"].as_uri())
    flow = table(browser, "From rows of the leak to people to what became of them")
    stages = {}
    for stage, what, count in flow:
        stages.setdefault(stage, {})[what] = number(count)
    assert stages["The leak"] == {"rows of the leak": status["rows"]}
    assert sum(stages["Who it is"].values()) == status["rows"]
    assert stages["People by risk"] == {x["name"]: x["people"] for x in status["levels"] if x["people"]}
    assert sum(stages["What became of them"].values()) == status["people"]
    states = table(browser, "What became of the people")
    assert sorted(number(count) for _, count in states) == sorted(status["states"].values())
    progress = table(browser, "How far each level is")
    assert sum(number(cells[-1]) for cells in progress) == status["people"]
    needs = {line.split()[1]: line.split()[0] for line in browser.all(".todo li")}
    assert len(browser.all(".todo li")) == len(status["needs_human"]), needs
    course = table(browser, "People told, over time")
    answered = status["states"]["acknowledged"]
    assert number(course[-1][3]) >= answered > 0 and number(course[-1][5]) == status["states"]["reached"] == 1
    assert all(number(a) <= number(b) for one, two in zip(course, course[1:]) for a, b in zip(one[1:], two[1:]))
    events = [what for _, what in table(browser, "What happened when")]
    assert events[0] == "The controller became aware" and "The regulator was told" in events
    assert browser.run("return document.querySelectorAll('svg[role=img] > title').length") == len(browser.all("figure"))


def test_the_regulator_is_told_what_law_asks(browser, incident, pages):
    """UK GDPR Art. 33(3): nature, categories and counts of people and of records, contact, consequences, measures; and
    33(1), (4): the clock, reasons for delay, phases."""
    report = json.loads(incident.text("--json", "report", "--kind", "regulator"))
    effects, settings = report["effects"], incident.settings()
    kinds = effects["categories"]
    assert effects["rows"] == incident.leaked == max(one["rows"] for one in kinds["records"])
    assert effects["people"] == sum(one["people"] for one in kinds["people"])
    assert {"name", "rank or grade", "pay number"} <= {one["name"] for one in kinds["records"]}
    first, second = report["phases"]
    assert (first["phase"], second["phase"]) == (1, 2) and 0 < first["hours"] <= second["hours"]
    assert report["delay"]["late"] and [one["text"] for one in report["delay"]["reasons"]] == ["The file was not in hand."]
    browser.size(1280)
    browser.go(pages["regulator"].as_uri())
    text = browser.text("main")
    dpo = settings["controller"]["dpo"]
    for words in [settings["nature"], *settings["consequences"], *settings["measures"], dpo["name"], dpo["email"],
                  dpo["phone"], "The file was not in hand."]:
        assert words in text, words
    assert [(name, number(count)) for name, count in table(browser, "Categories of people")] == [
        (one["name"], one["people"]) for one in kinds["people"]]
    assert [(name, number(count)) for name, count in table(browser, "Categories of records")] == [
        (one["name"], one["rows"]) for one in kinds["records"]]
    assert len(table(browser, "In phases")) == 2


def test_texts_fit_a_terminal(incident):
    """80 columns, but for the line that is to be kept as it is."""
    for words in (["report", "--kind", "regulator"], ["report", "--kind", "summary"], ["status"]):
        for line in incident.text(*words).splitlines():
            assert len(line) <= 80 or line.startswith("breachmail-history-head "), (words, line)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_name_nobody(incident, pages, kind):
    people = json.loads(incident.text("--json", "report", "--kind", "people"))["people"]
    words = set(re.findall(r"[\w'-]+", re.sub(r"<style>.*</style>", "", pages[kind].read_text(), flags=re.S)))
    assert len(people) > 40
    assert not {person["surname"] for person in people if person["surname"]} & words


def test_on_paper_nothing_is_lost(browser, pages):
    """As it is printed: no part of a picture or table is cut off at the edge of an A4 page."""
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    browser.size(700)
    browser.go(pages["summary"].as_uri())
    cut = browser.run("return [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length")
    browser.go(pages["federation"].as_uri())    # whose plain texts are folded on a screen
    shown = browser.run("return [...document.querySelectorAll('pre.letter')].map(e => e.checkVisibility())")
    browser.devtools("Emulation.setEmulatedMedia", media="")
    assert cut == 0 and shown and all(shown)


def test_before_anything_has_happened(browser, breachmail, tmp_path):
    """A page all the same: without a forecast, without a course."""
    fresh = Incident(tmp_path / "fresh")
    fresh.make()
    path = tmp_path / "fresh.html"
    fresh.run("report", "--kind", "summary", "--format", "html", "--out", path, code=OK)
    browser.go(path.as_uri())
    assert "Nothing is composed yet" in browser.text("main")
    assert browser.axe() == []


def test_what_has_no_page_says_what_has(incident):
    for kind in ("people", "rows", "rejects"):
        message = incident.error("report", "--kind", kind, "--format", "html", code=USAGE)
        assert kind in message and "summary" in message


# ---------------------------------------------------------------------------------------- the README's

PICTURES = SCRIPTS / "pictures"


def test_the_readme_has_its_pictures():
    named = re.findall(r"!\[(.+)\]\(scripts/pictures/([\w.]+)\)", (SCRIPTS.parent / "README.md").read_text())
    assert sorted(name for _, name in named) == sorted(path.name for path in PICTURES.iterdir()) == [
        "federation.png", "flow.svg", "status.svg"]
    for words, name in named:
        path = PICTURES / name
        assert len(words) > 20 and path.stat().st_size <= 150_000
        if path.suffix == ".svg":
            root = xml.etree.ElementTree.parse(path).getroot()
            assert root.get("role") == "img" and root[0].text and root[1].text
            assert not [one for one in root.iter() if one.tag.endswith(("script", "image", "style"))]
        else:
            assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.long
def test_the_readme_shows_what_the_program_shows(breachmail):
    subprocess.run([sys.executable, SCRIPTS / "take-pictures", "--check"], check=True, env={**os.environ, "BREACHMAIL": breachmail})
