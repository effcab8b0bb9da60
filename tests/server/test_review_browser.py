# SPDX-License-Identifier: MIT
"""The page for reps in a real browser, with its scripts turned off: what a rep does from the first sign-in to the last
page, on a desk and on a telephone, and what axe-core says of every page."""
import re
import time

import pytest

from browser import Browser
from flow import HUMAN, OK, Incident, make_force, parse
from visitor import Page, Visitor, add

pytestmark = pytest.mark.plain
PASS = "lantern orchard quiet seven"


@pytest.fixture(scope="module")
def incident(breachmail, tmp_path_factory):
    top = tmp_path_factory.mktemp("browser")
    work = Incident(top / "work")
    work.make()
    work.import_both(make_force(top / "force", 140, "browser"))
    for verb in ("match", "group", "compose"):
        work.run(verb)
    work.release()
    work.secret = add(work, "Rae Holt")
    work.desk_secret = add(work, "Control Room", role="desk")
    work.run("send", code=(OK, HUMAN))
    return work


@pytest.fixture(scope="module")
def page(incident):
    at_work = Page(incident)
    yield at_work
    at_work.stop()


@pytest.fixture(scope="module")
def browser():
    with Browser() as started:
        started.scripts(False)
        yield started


WIDE = """const w = document.scrollingElement.clientWidth;
    return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest('.scroll'))
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""      # who sticks out


def look(browser, name):
    """A page as it should be: readable by everybody, at both widths, and kept as a picture."""
    assert browser.status in (200, 400, 401, 404), name
    for width in (1280, 360):
        browser.size(width)
        assert browser.sideways() <= 0, (name, width, browser.run(WIDE))
        browser.picture(f"review-{name}-{width}")
    assert browser.axe() == [], name
    browser.size(1280)


def sign_in(browser, page, name, secret):
    browser.go(f"{page.url}/sign-in")
    browser.type("#name", name)
    browser.type("#secret", secret)
    browser.click("main button")


def test_what_a_rep_does(page, incident, browser, tmp_path):
    browser.go(page.url)
    assert browser.url.endswith("/sign-in")
    look(browser, "sign-in")
    sign_in(browser, page, "Rae Holt", "not this")
    assert "is not right" in browser.text(".error-summary")
    look(browser, "sign-in-wrong")
    sign_in(browser, page, "rae holt", incident.secret)
    assert browser.text("h1") == "Choose a passphrase"
    look(browser, "passphrase")
    browser.type("#new", PASS)
    browser.type("#again", PASS)
    browser.click("main button")
    assert browser.text("h1") == "Your passphrase is set"
    look(browser, "message")
    cookie = browser.cookies()["__Host-session"]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict"

    browser.link("Overview")
    assert "How many were told" in browser.text()
    look(browser, "overview")
    browser.link("What members are told")
    assert "A notice about your personal data" in browser.text("main")
    look(browser, "advice")

    browser.link("Check a code")
    look(browser, "check")
    for typed, said in ((codes(incident)[0].lower(), "Yes."), ("not a code", "No.")):
        browser.type("#code", typed)
        browser.click("main button")
        assert said in browser.text("main"), typed
        look(browser, f"check-{said[:-1].lower()}")

    browser.link("Ask for a notice again")
    look(browser, "ask-again")
    browser.type("#requests", f"{codes(incident)[1]}\nSomebody Else, 12345")
    browser.click("main button")
    assert "Handed in." in browser.text(".panel")
    look(browser, "asked-again")

    browser.link("Your points")
    look(browser, "points")
    browser.type("#text", "Text A")
    browser.type("#point", "Paragraph 3 says that the line is open; it is not.")
    browser.click("main button")
    assert "Handed in." in browser.text(".panel")
    before = len(incident.outbox())
    incident.run("send", code=(OK, HUMAN))
    assert len(incident.outbox()) == before + 1         # the request became one mail
    incident.run("note", "--kind", "answer", "--point", "1", "It is open from today.", code=OK)
    browser.link("Your points")
    assert "It is open from today." in browser.text("main")
    look(browser, "points-answered")

    browser.link("Overview")
    browser.downloads(tmp_path)
    for words, name in (("a page", "report.html"), ("a table (CSV)", "report.csv"), ("data (JSON)", "report.json")):
        browser.link(words, stays=True)
        wait_for(tmp_path / name)
    browser.go((tmp_path / "report.html").as_uri())
    assert "Is this what was sent?" in browser.text()

    browser.go(page.url)
    browser.click("header button")
    assert browser.url.endswith("/sign-in") and "__Host-session" not in browser.cookies()
    browser.go(f"{page.url}/advice")
    assert browser.text("h1") == "You are not signed in"
    look(browser, "signed-out")


def codes(incident):
    texts = [parse(path.read_bytes()).get_body(("plain",)).get_content() for path in incident.outbox()]
    return sorted({re.search(r"\b[2-9A-Y]{5}-[2-9A-Y]{5}\b", text).group() for text in texts})


def wait_for(path, seconds=60):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(.05)


def test_what_the_control_room_does(page, incident, browser):
    sign_in(browser, page, "Control Room", incident.desk_secret)
    browser.link("Not now")
    assert browser.all("nav a") == []
    look(browser, "desk")
    browser.type("#code", codes(incident)[0])
    browser.click("main button")
    assert "Yes. This code is ours." in browser.text("main")
    look(browser, "desk-yes")
    browser.go(f"{page.url}/advice")
    assert browser.text("h1") == "There is no such page"
    look(browser, "not-there")


def test_a_session_that_has_expired(incident, browser):
    twin = incident.copy(incident.root.parent / "expired")
    page = Page(twin, "--idle", "5s")
    visitor = Visitor(page)
    assert visitor.sign_in("Rae Holt", PASS).status == 303      # set in the first test
    browser.forget()
    sign_in(browser, page, "Rae Holt", PASS)
    assert "Overview" in browser.title
    time.sleep(5.1)
    browser.go(f"{page.url}/advice")
    assert browser.text("h1") == "You are not signed in"
    browser.go(page.url)
    assert browser.url.endswith("/sign-in")
    page.stop()
