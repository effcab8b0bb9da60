# SPDX-License-Identifier: MIT
"""The page for reps: who gets in, who may see what, and what becomes of what they hand in. One incident and one page for
most of it; ASVS.md says which of these tests stands for which requirement."""
import csv
import hashlib
import json
import pathlib
import re
import resource
import select
import shutil
import ssl
import subprocess
import time

import pytest

from flow import BINARY, HUMAN, OK, TEMPORARY, USAGE, Incident, make_force, parse
from visitor import COOKIE, FORM, Page, Visitor, add, context, events

pytestmark = pytest.mark.plain
PASS = "lantern orchard quiet seven"
REP_PAGES = ["/", "/advice", "/check", "/ask-again", "/points", "/passphrase", "/report.html", "/report.csv",
             "/report.json"]


@pytest.fixture(scope="module")
def incident(breachmail, tmp_path_factory):
    """Told by mail, which lies in the outbox; a rep for constables and above, one for staff, the control room."""
    top = tmp_path_factory.mktemp("review")
    work = Incident(top / "work")
    work.make()
    work.change({"title": "Cards <img src=x onerror=alert(1)> & \"Sons\""})
    work.import_both(make_force(top / "force", 140, "review"))
    for verb in ("match", "group", "compose"):
        work.run(verb)
    work.release()
    work.secrets = {"Rae Holt": add(work, "Rae Holt"), "Ola Staff": add(work, "Ola Staff", "staff"),
                    "Control Room": add(work, "Control Room", role="desk")}
    work.run("send", code=(OK, HUMAN))
    work.force = top / "force"
    return work


@pytest.fixture(scope="module")
def page(incident):
    at_work = Page(incident)
    yield at_work
    at_work.stop()


def signed_in(page, incident, name):
    """With the passphrase that all have here; the first time their secret makes room for it."""
    visitor = Visitor(page)
    if secret := incident.secrets.pop(name, None):
        assert visitor.sign_in(name, secret).status == 303
        assert visitor.post("/passphrase", new=PASS, again=PASS).status == 200
    else:
        assert visitor.sign_in(name, PASS).status == 303
    return visitor


@pytest.fixture(scope="module")
def rep(page, incident):
    return signed_in(page, incident, "Rae Holt")


@pytest.fixture(scope="module")
def desk(page, incident):
    return signed_in(page, incident, "Control Room")


@pytest.fixture(scope="module")
def codes(incident):
    """Of the mails that went out: (code, recipient)."""
    found = {}
    for path in incident.outbox():
        mail = parse(path.read_bytes())
        words = mail.get_body(("plain",)).get_content()
        code = re.search(r"\b([2-9A-Y]{5}-[2-9A-Y]{5})\b", words).group(1)
        found[code] = mail["To"]
    assert len(found) > 80
    return found


# ------------------------------------------------------------------------------------------ who sees what

# Path, method: nobody, rep, desk. "/" leads a stranger to the sign-in, and nothing else is there for them.
TABLE = [
    ("/", "GET", 303, 200, 200), ("/", "HEAD", 303, 200, 200), ("/", "POST", 401, 405, 405),
    ("/sign-in", "GET", 200, 303, 303), ("/sign-in", "POST", 400, 400, 400),
    ("/advice", "GET", 401, 200, 404), ("/check", "GET", 401, 200, 200),
    ("/check?code=23456-23456", "GET", 401, 200, 200), ("/check?name=x", "GET", 401, 400, 400),
    ("/ask-again", "GET", 401, 200, 404), ("/ask-again", "POST", 401, 403, 404),
    ("/points", "GET", 401, 200, 404), ("/points", "POST", 401, 403, 404),
    ("/passphrase", "GET", 401, 200, 200), ("/passphrase", "POST", 401, 403, 403),
    ("/report.html", "GET", 401, 200, 404), ("/report.csv", "GET", 401, 200, 404),
    ("/report.json", "GET", 401, 200, 404), ("/report.json", "POST", 401, 405, 404),
    ("/sign-out", "GET", 401, 405, 405), ("/sign-out", "POST", 401, 403, 403),
    ("/style.css", "GET", 404, 404, 404), ("/favicon.ico", "GET", 404, 404, 404), ("/robots.txt", "GET", 404, 404, 404),
    ("//", "GET", 404, 404, 404), ("/advice/", "GET", 404, 404, 404), ("/Advice", "GET", 404, 404, 404),
    ("/%61dvice", "GET", 404, 404, 404), ("/../advice", "GET", 404, 404, 404), ("/./advice", "GET", 404, 404, 404),
    ("/advice;x=1", "GET", 404, 404, 404), ("/ledger.db", "GET", 404, 404, 404),
    ("/review/export.json", "GET", 404, 404, 404), ("/advice?x=%00", "GET", 401, 400, 404),
    ("/", "DELETE", 405, 405, 405), ("/advice", "PUT", 405, 405, 405), ("/", "OPTIONS", 405, 405, 405),
    ("/", "TRACE", 405, 405, 405),
]


def test_every_door_is_in_the_table():
    """That of pages.c and that above are about the same pages."""
    source = (pathlib.Path(__file__).resolve().parents[2] / "mailer" / "page" / "pages.c").read_text(encoding="utf-8")
    doors = re.findall(r'\{"(GET|POST)", "(/[^"]*)", ', source)
    assert len(doors) >= 15 and not {(path, method) for method, path in doors} - {row[:2] for row in TABLE}


@pytest.mark.parametrize("path, method, nobody, as_rep, as_desk", TABLE)
def test_every_url_as_every_role(page, rep, desk, path, method, nobody, as_rep, as_desk):
    who = {"nobody": Visitor(page), "rep": rep, "desk": desk}
    body = "" if method == "POST" else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    got = {name: visitor.ask(method, path, body, **headers) for name, visitor in who.items()}
    assert {name: answer.status for name, answer in got.items()} == {
        "nobody": nobody, "rep": as_rep, "desk": as_desk}
    for answer in got.values():
        check_headers(answer)
        assert (answer.status == 405) == ("allow" in answer.headers) and method not in answer.headers.get("allow", "").split(", ")
    if nobody == 303:
        assert got["nobody"].headers["location"] == "/sign-in"


def check_headers(answer):
    headers = answer.headers
    csp = headers["content-security-policy"]
    assert csp.startswith("default-src 'none'") and "frame-ancestors 'none'" in csp
    assert "unsafe" not in csp and "*" not in csp and "http" not in csp
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert int(re.search(r"max-age=(\d+)", headers["strict-transport-security"]).group(1)) >= 31536000
    assert headers["connection"] == "close"
    assert "charset=utf-8" in headers["content-type"] or headers["content-type"] == "application/json"
    assert not {"server", "x-powered-by", "access-control-allow-origin", "etag"} & set(headers)
    names = [name.lower() for name, _ in answer.all_headers]
    assert len(names) == len(set(names))


def test_nobody_is_told_whose_page_it_is(page):
    stranger = Visitor(page)
    for path in ("/sign-in", "/advice", "/nowhere"):
        text = stranger.get(path).text
        assert "Cards" not in text and "Metropolitan" not in text and "rehearsal" not in text.lower()


def test_values_are_escaped(rep):
    for path in ("/", "/advice", "/points"):
        assert "<img" not in rep.get(path).text
    assert "<script" not in rep.get("/check?code=%3Cscript%3Ealert(1)%3C/script%3E").text


def canaries(incident):
    """Names, addresses, numbers of all people; what the levels are called."""
    found = set()
    with open(incident.force / "people.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found |= {row[name] for name in ("person_id", "pay_number", "email", "email_personal", "phone", "address")
                      if row.get(name)}
            found |= {f"{row['forenames']} {row['surname']}", f"{row['surname']}, {row['forenames']}"}
    with open(incident.folder / "policy.json", encoding="utf-8") as file:
        levels = [level["name"] for level in json.load(file)["levels"]]
    return found | {name for name in levels if name not in ("officer", "staff", "protection")}


def test_no_canary_sings(page, incident, rep, desk, codes):
    texts = {path: rep.get(path).text for path in REP_PAGES}
    texts["yes"] = rep.get(f"/check?code={next(iter(codes))}").text
    texts["desk"] = desk.get(f"/check?code={next(iter(codes))}").text
    for file in ("export.json", "reviewers.json", "visits.jsonl"):
        texts[file] = (incident.folder / "review" / file).read_text()
    for where, text in texts.items():
        for canary in canaries(incident):
            assert canary not in text, (where, canary)
    kept = texts["export.json"] + texts["reviewers.json"] + texts["visits.jsonl"]
    assert not [code for code in codes if code in kept]
    assert "Rae Holt" not in kept and PASS not in kept


def test_scopes_see_their_own(page, incident, rep):
    other = signed_in(page, incident, "Ola Staff")
    assert rep.get("/report.json").text != other.get("/report.json").text
    view = json.loads(other.get("/report.json").text)
    assert view["scope"]["groups"] == ["PCSO", "Police staff"] or "staff" in view["scope"]["words"].lower()


def test_downloads_are_the_report(incident, rep):
    for kind in ("html", "csv", "json"):
        answer = rep.get(f"/report.{kind}")
        assert answer.headers["content-disposition"] == f'attachment; filename="report.{kind}"'
        wanted = incident.run("report", "--kind", "federation", "--scope", "constable to chief inspector", "--format", kind,
                              json=False, code=OK).stdout
        if kind == "json":
            got, wanted = json.loads(answer.text), json.loads(wanted)
            assert set(got) == set(wanted) and got["figures"]["now"]["told"] == wanted["figures"]["now"]["told"]
            assert got["texts"] == wanted["texts"]
        else:
            assert len(answer.text.splitlines()) == len(wanted.splitlines())


# --------------------------------------------------------------------------------------------- signing in

def test_name_and_secret_are_told_apart_by_nothing(page, incident):
    add(incident, "Una Known")
    took, bodies = {}, {}
    for name in ("Una Known", "Nobody Known"):
        for attempt in range(2):
            began = time.monotonic()
            answer = Visitor(page).sign_in(name, "wrong")
            took.setdefault(name, []).append(time.monotonic() - began)
            assert answer.status == 401 and "set-cookie" not in answer.headers
            bodies.setdefault(name, set()).add(answer.text)
    assert bodies["Una Known"] == bodies["Nobody Known"] and len(bodies["Una Known"]) == 1
    # the work is one Argon2id hash each: far more than all that differs
    assert min(took["Nobody Known"]) > .02 and min(took["Una Known"]) > .02
    assert .2 < min(took["Una Known"]) / min(took["Nobody Known"]) < 5


def test_tries_are_slowed(page, incident):
    secret = add(incident, "Slow Lane")
    for name in ("No Such Lane", "Slow Lane"):
        assert [Visitor(page).sign_in(name, f"wrong{i}").status for i in range(4)] == [401] * 4, name
        answer = Visitor(page).sign_in(name, secret)
        assert answer.status == 429 and 1 <= int(answer.headers["retry-after"]) <= 60
    time.sleep(1.1)
    assert Visitor(page).sign_in("slow  lane", secret).status == 303     # a wait, no lock
    kinds = [event["what"] for event in events(incident)]
    assert kinds.count("refused") >= 8 and "slowed" in kinds


def test_a_secret_works_once(page, incident):
    secret = add(incident, "Once Only")
    visitor = Visitor(page)
    answer = visitor.sign_in("Once Only", secret.lower().replace("-", " "))
    assert answer.status == 303 and answer.headers["location"] == "/passphrase"
    assert visitor.get("/").status == 200
    assert Visitor(page).sign_in("Once Only", secret).status == 401
    renewed = incident.run("review", "--secret", "Once Only", "--by", "J. Doe", "--reason", "lost it").tally["secret"]
    assert visitor.get("/advice").status == 401         # the old session is over
    assert visitor.sign_in("Once Only", renewed).status == 303


@pytest.mark.parametrize("new, again, why", [
    ("short", "short", "too short"), (PASS, PASS + "x", "not the same"), ("a" * 40, "a" * 40, "too easy"),
    ("x" * 300, "x" * 300, "at most"), ("Qwertyuiop 12345!", "Qwertyuiop 12345!", "too easy"),
    ("passwordpassword1", "passwordpassword1", "too easy")])
def test_passphrases_that_are_refused(rep, new, again, why):
    answer = rep.post("/passphrase", old=PASS, new=new, again=again)
    assert answer.status == 400 and why in answer.text


def test_a_passphrase_is_changed_by_who_knows_it(page, incident):
    secret = add(incident, "Pat Phrase")
    first, second = Visitor(page), Visitor(page)
    first.sign_in("Pat Phrase", secret)
    assert first.post("/passphrase", new=PASS, again=PASS).status == 200
    second.sign_in("Pat Phrase", PASS)
    assert second.post("/passphrase", old="wrong", new=PASS + "1", again=PASS + "1").status == 400
    assert (events(incident)[-1]["what"], events(incident)[-1]["about"]) == ("refused", "/passphrase")
    assert second.post("/passphrase", old=PASS, new="Ünïcödé and long enough", again="Ünïcödé and long enough").status == 200
    assert first.get("/advice").status == 401           # the other session is over
    assert Visitor(page).sign_in("Pat Phrase", PASS).status == 401
    assert Visitor(page).sign_in("Pat Phrase", "Ünïcödé and long enough").status == 303


def test_a_session_has_its_own_name(page, incident):
    """Fixation: a cookie that somebody put there is not taken over, and signing in changes it."""
    secret = add(incident, "Fix Ation")
    visitor = Visitor(page)
    visitor.cookie = "a" * 64
    answer = visitor.sign_in("Fix Ation", secret)
    assert answer.headers["set-cookie"] == f"{COOKIE}={visitor.cookie}; Path=/; Secure; HttpOnly; SameSite=Strict"
    first = visitor.cookie
    assert first != "a" * 64 and len(first) == 64
    visitor.post("/passphrase", new=PASS, again=PASS)
    assert visitor.post("/sign-in", name="Fix Ation", secret=PASS, token=None).status == 303
    assert visitor.cookie != first
    old = Visitor(page)
    old.cookie = first
    assert old.get("/advice").status == 401
    assert visitor.get("/advice").status == 200
    both = f"{COOKIE}={visitor.cookie}; {COOKIE}={'b' * 64}"
    assert Visitor(page).get("/advice", Cookie=both).status == 401
    assert Visitor(page).get("/advice", Cookie=f"session={visitor.cookie}").status == 401


def test_sign_out_is_the_end(page, incident):
    visitor = Visitor(page)
    visitor.sign_in("Out Going", add(incident, "Out Going"))
    cookie = visitor.cookie
    answer = visitor.post("/sign-out")
    assert answer.status == 303 and "Max-Age=0" in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    visitor.cookie = cookie
    assert visitor.get("/advice").status == 401


def test_who_is_removed_is_out_at_once(page, incident):
    visitor = Visitor(page)
    secret = add(incident, "Gone Soon")
    visitor.sign_in("Gone Soon", secret)
    assert visitor.get("/advice").status == 200
    incident.run("review", "--remove", "Gone Soon", "--by", "J. Doe", "--reason", "left", code=OK)
    assert visitor.get("/advice").status == 401
    assert Visitor(page).sign_in("Gone Soon", PASS).status == 401
    assert "Gone Soon" not in incident.text("review", "--list")


def test_an_expiry_is_kept(page, incident):
    secret = add(incident, "Short Stay", expires="2s")
    time.sleep(2.1)
    assert Visitor(page).sign_in("Short Stay", secret).status == 401
    assert "(over)" in incident.text("review")


def test_idle_sessions_end(incident):
    twin = incident.copy(incident.root.parent / "idle")
    with_secret = add(twin, "Idle Hands")
    page = Page(twin, "--idle", "3s")
    visitor = Visitor(page)
    visitor.sign_in("Idle Hands", with_secret)
    time.sleep(1.6)
    assert visitor.get("/advice").status == 200
    time.sleep(1.6)
    assert visitor.get("/advice").status == 200         # each page counts as a sign of life
    time.sleep(3.1)
    assert visitor.get("/advice").status == 401
    assert visitor.get("/").headers["location"] == "/sign-in"
    page.stop()


# --------------------------------------------------------------------------------------------- forms

def test_forms_of_others_are_refused(page, incident, rep):
    other = signed_in(page, incident, "Rae Holt")
    for token in (None, "0" * len(rep.token), other.token, rep.token[:-1]):
        assert rep.post("/points", token=token, point="x").status == 403
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": page.url.replace("https", "http")},
                    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert rep.post("/points", point="x", headers=headers).status == 403
        assert Visitor(page).post("/sign-in", name="x", secret="y", token=None, headers=headers).status == 403
    assert rep.post("/points", point="This is a point", headers={"Origin": page.url,
                                                               "Sec-Fetch-Site": "same-origin"}).status == 200
    assert rep.get("/sign-out").status == 405 and rep.get("/").status == 200
    before = len(events(incident))
    assert rep.ask("POST", "/points", json.dumps({"point": "x"}), **{"Content-Type": "application/json"}).status == 415
    assert len(events(incident)) == before


# --------------------------------------------------------------------------------------------- codes

def test_codes(rep, desk, codes):
    code = next(iter(codes))
    answer = rep.get(f"/check?code={code.lower().replace('-', '+')}")
    assert "Yes." in answer.words and "It is a notice, of" in answer.words
    wrong = code[:4] + ("2" if code[4] != "2" else "3") + code[5:]
    assert "a letter or digit is wrong or missing" in rep.get(f"/check?code={wrong}").words
    unsent = "22222-2222" + "2"      # a right check sign, and nobody's
    assert "No." in rep.get(f"/check?code={unsent}").words
    yes, no = desk.get(f"/check?code={code}").words, desk.get(f"/check?code={unsent}").words
    assert "Yes. This code is ours." in yes and "notice" not in yes.split("Yes.")[1].split("read out")[0]
    assert "No. We have sent no notice with this code." in no


def test_codes_of_each_kind_of_mail_are_known(rep, codes):
    for code in list(codes)[:10]:
        assert "Yes." in rep.get(f"/check?code={code}").words


def test_nobody_tries_out_codes(page, incident):
    visitor = Visitor(page)
    visitor.sign_in("Try Out", add(incident, "Try Out"))
    got = [visitor.get("/check?code=23456-23456").status for _ in range(61)]
    assert got == [200] * 60 + [429]


# --------------------------------------------------------------------------------------------- handing in

def test_a_request_goes_through_resend_once(incident, rep, codes):
    code, address = list(codes.items())[5]
    before = len(incident.outbox())
    known = rep.post("/ask-again", requests=f"please again, {address}\nmine too {code}")
    unknown = rep.post("/ask-again", requests="Nobody Atall, nobody@nowhere.example")
    assert known.status == unknown.status == 200
    assert known.text == unknown.text
    kept = (incident.folder / "review" / "visits.jsonl").read_text()
    assert address not in kept and "nowhere.example" not in kept
    assert incident.status()["needs_human"]["requests"] == 2
    incident.run("send", code=(OK, HUMAN))
    assert "requests" not in incident.status()["needs_human"]
    assert len(incident.outbox()) == before + 1
    rep.post("/ask-again", requests=code)
    incident.run("send", code=(OK, HUMAN))
    assert len(incident.outbox()) == before + 1
    assert "Yes." in rep.get(f"/check?code={code}").words
    assert rep.post("/ask-again", requests=" \n ").status == 400
    refused = rep.post("/ask-again", requests="Lee Long" * 2001)     # written once, and not lost
    assert refused.status == 400 and "Lee Long" * 2001 in refused.text and 'href="#requests"' in refused.text


def test_a_point_is_answered(page, incident, rep):
    words = "Paragraph 3 is wrong: <b>the line</b> is \"closed\" at 22:00"
    refused = rep.post("/points", text='Text "A"', point=words + "x" * 4000)
    assert refused.status == 400 and 'value="Text &quot;A&quot;"' in refused.text and "at 22:00xxx" in refused.words
    assert "<b>" not in refused.text and 'aria-describedby="point-hint point-error"' in refused.text
    assert events(incident)[-1]["about"] == "/points"
    assert rep.post("/points", text="Text A", point=words).status == 200
    assert words not in (incident.folder / "review" / "visits.jsonl").read_text()
    waits = incident.status()["needs_human"]                # before anything has taken it over
    assert waits["points"] >= 1 and incident.run("approve").tally["points"] == waits["points"]
    listed = [one for one in incident.run("review", "--points").tally["points"] if one["words"] == words]
    assert len(listed) == 1 and listed[0]["text"] == "Text A" and listed[0]["answer"] is None
    number = listed[0]["number"]
    assert incident.status()["needs_human"]["points"] >= 1
    assert "No answer yet" in rep.get("/points").words
    incident.run("note", "--kind", "answer", "--point", number, "--by", "J. Doe", "It is open day and night.", code=OK)
    shown = rep.get("/points")
    assert "It is open day and night." in shown.words and "<b>" not in shown.text and "J. Doe" not in shown.text
    other = signed_in(page, incident, "Ola Staff")
    assert "Paragraph 3" not in other.get("/points").text
    for words, why in (((), "which point"), (("--point", "999"), "no point 999")):
        assert why in incident.error("note", "--kind", "answer", *words, "x", code=USAGE)


def review_of(incident):
    return json.loads(incident.text("report", "--kind", "review", "--format", "json", code=OK))


def test_every_view_is_in_the_history(incident, rep):
    rep.get("/advice")
    rep.get("/report.csv")
    incident.run("note", "--kind", "measure", "the line is open at night")     # any command takes them over
    report = review_of(incident)
    seen = [(visit["reviewer"], visit["what"], visit["about"]) for visit in report["visits"]]
    assert seen[-2:] == [(1, "view", "/advice"), (1, "download", "/report.csv")]
    assert len(seen) == len(events(incident))
    assert {visit["from"] for visit in report["visits"]} == {"127.0.0.1"}
    assert incident.run("check", code=OK).tally
    again = incident.run("report", "--kind", "review", "--format", "csv", json=False).stdout
    assert again.startswith("at,reviewer,what,about,from\n") and len(again.splitlines()) == len(seen) + 1


# --------------------------------------------------------------------------------------------- the page itself

def test_the_page_needs_no_key_and_no_ledger(incident, tmp_path):
    """What it works with is the settings and its own folder."""
    bare = Incident(tmp_path / "bare")
    bare.folder.mkdir()
    shutil.copy(incident.folder / "incident.json", bare.folder)
    shutil.copytree(incident.folder / "review", bare.folder / "review")
    page = Page(bare)
    visitor = Visitor(page)
    assert visitor.sign_in("Rae Holt", PASS).status == 303
    assert visitor.get("/").status == visitor.get("/advice").status == 200
    page.stop()
    assert not list(bare.folder.glob("ledger*"))


def test_the_page_is_shut_in(page):
    """No new privileges, a filter of system calls; what it can open is tests/mailer/test_shut_in.c's."""
    assert Visitor(page).get("/sign-in").status == 200      # it is at work
    with open(f"/proc/{page.process.pid}/task/{page.process.pid}/children", encoding="ascii") as file:
        children = file.read().split()
    assert len(children) == 1       # the one for passphrases
    for process in (page.process.pid, *children):
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            assert {"NoNewPrivs:\t1\n", "Seccomp:\t2\n"} <= set(file)


def test_a_page_before_anybody_was_added(few):
    page = Page(few)
    assert Visitor(page).sign_in("Rae Holt", "x").status == 401
    secret = add(few, "Rae Holt")
    visitor = Visitor(page)
    assert visitor.sign_in("Rae Holt", secret).status == 303            # no restart
    draft = visitor.get("/").words
    shelf = few.folder / "review" / "reviewers.json"
    assert "Rehearsal." in visitor.get("/check").words      # until the incident goes live, not the page
    shelf.write_text(shelf.read_text().replace('"mode":"rehearsal"', '"mode":"live"'))
    assert "Rehearsal." not in visitor.get("/check").words
    assert "Draft for comment" in draft and "keep it to yourself" in draft and "pass it on" not in draft
    other = subprocess.run([BINARY, "-C", few.folder, "review", "--listen", "127.0.0.1:0"], env=few.env(),
                           capture_output=True, text=True, timeout=60, check=False)
    assert other.returncode == TEMPORARY and "at work already" in other.stderr
    page.stop()


def test_what_cannot_be_written_down_is_not_shown(few):
    """As with a full disk: no file may grow over some bytes."""
    secret = add(few, "Rae Holt")
    page = Page(few, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1200, 1200)))
    visitor = Visitor(page)
    assert visitor.sign_in("Rae Holt", secret).status == 303
    got = [visitor.get("/advice").status for _ in range(20)]
    assert got[0] == 200 and got[-1] == 503 and set(got) == {200, 503}
    assert visitor.get("/sign-in").status == 303        # it goes on
    page.stop()


def test_a_torn_or_forged_journal(few):
    """Whoever can write it is not believed."""
    secret = add(few, "Rae Holt")
    page = Page(few)
    visitor = Visitor(page)
    visitor.sign_in("Rae Holt", secret)
    visitor.get("/advice")
    page.stop()
    path = few.folder / "review" / "visits.jsonl"
    before = len(events(few))
    with open(path, "ab") as file:
        file.write(b'{"what":"view","at":1,"who":99}\n{"what":"rm -rf","at":1,"who":1}\nnonsense\n\0\xff\n[]\n'
                   b'{"what":"request","at":1,"who":1,"mode":"rehearsal","sealed":"00ff"}\n'
                   b'{"what":"view","at":"x","who":"y","about":"<b>","from":"a b"}\n' + b"x" * 300000 + b"\n"
                   b'{"what":"view","at":1,"who":1,"about":"/"}\n{"what":"view","at":2,"wh')
    few.run("note", "--kind", "measure", "x", code=OK)
    visits = review_of(few)["visits"]
    assert len(visits) == before + 4
    assert visits[before]["reviewer"] is None and visits[-1]["about"] == "/" and visits[-2]["about"] is None
    page = Page(few)            # ends the torn line, and goes on
    assert Visitor(page).sign_in("Rae Holt", secret).status == 401      # it was used
    page.stop()
    few.run("note", "--kind", "measure", "y", code=OK)
    assert review_of(few)["visits"][-1]["what"] == "refused"
    assert few.run("check", code=OK)


def test_behind_a_web_server(few, tmp_path):
    """A Unix socket has no TLS; the server in front says who is there."""
    secret = add(few, "Rae Holt")
    page = Page(few, listen=f"unix:{tmp_path}/page.sock")
    visitor = Visitor(page)
    answer = visitor.post("/sign-in", name="Rae Holt", secret=secret, token=None,
                          headers={"X-Forwarded-For": "evil, 192.0.2.7", "Origin": "https://page.example"})
    assert answer.status == 303
    assert visitor.get("/", **{"X-Forwarded-For": "not an address"}).status == 200
    assert [event["from"] for event in events(few)] == ["192.0.2.7", "local"]
    page.stop()
    assert not (tmp_path / "page.sock").exists()
    killed = Page(few, listen=f"unix:{tmp_path}/page.sock")
    killed.process.kill()
    killed.process.communicate()
    end = time.monotonic() + 60
    while (tmp_path / "page.sock").exists() and time.monotonic() < end:
        time.sleep(.01)
    assert not (tmp_path / "page.sock").exists()
    other = Page(few, listen=f"unix:{tmp_path}/page.sock")
    (tmp_path / "page.sock").rename(tmp_path / "moved")
    (tmp_path / "page.sock").write_text("of somebody else")
    other.stop()
    assert (tmp_path / "page.sock").read_text() == "of somebody else"
    (tmp_path / "moved").rename(tmp_path / "page.sock")
    page = Page(few, listen=f"unix:{tmp_path}/page.sock")       # a socket that was left is no hindrance
    assert Visitor(page).get("/sign-in").status == 200
    page.stop()


def test_sign_ins_hold_up_nobody(few, tmp_path):
    """Fifty try at once, from everywhere; who reads a page does not wait for them, and who comes too many is sent away."""
    secret = add(few, "Rae Holt")
    page = Page(few, listen=f"unix:{tmp_path}/page.sock")
    reader = Visitor(page)
    assert reader.sign_in("Rae Holt", secret).status == 303
    lines = many_sign_ins(page, 50)
    assert [reader.get(path).status for path in ("/", "/advice", "/points")] == [200] * 3
    waiting = [line for line in lines if not select.select([line], [], [], 0)[0]]
    assert len(waiting) > 10        # were served while these had to wait
    got = [int(line.makefile("rb").readline().split()[1]) for line in lines]
    assert set(got) == {401, 503} and got.count(401) >= 32
    with open(f"/proc/{page.process.pid}/status", encoding="ascii") as file:
        assert int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1)) < 100 << 10
    assert reader.post("/passphrase", new=PASS, again=PASS).status == 200
    lines += many_sign_ins(page, 9)
    page.stop()                     # with work in hand
    for line in lines:
        line.close()


def many_sign_ins(page, count):
    """At once, from as many addresses: the connections, with no answer read."""
    lines = [page.connect() for _ in range(count)]
    for i, line in enumerate(lines):
        form = f"name=Nobody+{i}&secret=wrong"
        line.sendall((f"POST /sign-in HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.{i}\r\nContent-Type: {FORM}\r\n"
                      f"Content-Length: {len(form)}\r\n\r\n{form}").encode())
    return lines


def test_the_certificate(page, incident, pki):
    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", page.port)))
    print_of = hashlib.sha256(der).hexdigest().upper()
    assert ":".join(print_of[i:i + 2] for i in range(0, 64, 2)) in page.said
    (path,) = incident.home.rglob("review-*.pem")
    assert path.stat().st_mode & 0o777 == 0o600 and not path.is_relative_to(incident.folder)
    old = context.__wrapped__()
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        with page.connect_with(old):
            pass
    twin = incident.copy(incident.root.parent / "cert")
    own = Page(twin, "--tls-cert", pki / "good.pem", "--tls-key", pki / "good.key")
    verified = ssl.create_default_context(cafile=pki / "ca.pem")
    with own.connect_with(verified) as sock:
        assert sock.version() in ("TLSv1.2", "TLSv1.3")
    own.stop()
    for words, why in ((["--tls-cert", pki / "good.pem"], "go together"),
                       (["--tls-cert", pki / "good.pem", "--tls-key", pki / "other.key"], "other.key"),
                       (["--tls-cert", pki / "old.pem", "--tls-key", pki / "old.key"], "ended at 2020-01-02T00:00:00Z"),
                       (["--tls-cert", pki / "early.pem", "--tls-key", pki / "early.key"], "begins later"),
                       (["--tls-cert", pki / "good.pem", "--tls-key", pki / "good.key", "--listen", "unix:x"], "web server"),
                       (["--idle", "16m"], "at most 15m")):
        where = [] if "--listen" in words else ["--listen", "127.0.0.1:0"]
        done = subprocess.run([BINARY, "-C", twin.folder, "review", *where, *map(str, words)],
                              env=twin.env(), cwd=twin.tmp, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode in (64, 78) and why in done.stderr, done.stderr


def test_the_export_keeps_up_with_send(incident):
    """While mails go out the page has newer counts, and codes of what went a moment ago."""
    twin = Incident(incident.root.parent / "during")
    twin.make()
    twin.import_both(incident.force)
    for verb in ("match", "group", "compose"):
        twin.run(verb)
    twin.release()
    secret = add(twin, "Rae Holt")
    page = Page(twin)
    visitor = Visitor(page)
    visitor.sign_in("Rae Holt", secret)
    sending = twin.start("send", "--rate", "16")
    told = []
    while sending.poll() is None:
        told.append(json.loads(visitor.get("/report.json").text)["figures"]["now"]["told"] or 0)
        time.sleep(.3)
    twin.finish(sending, "send")
    told.append(json.loads(visitor.get("/report.json").text)["figures"]["now"]["told"])
    assert told == sorted(told) and len(set(told)) >= 3, told
    page.stop()


# --------------------------------------------------------------------------------------------- reviewers

@pytest.mark.parametrize("words, why", [
    (["--add", "A", "--role", "rep"], "for which ranks"), (["--add", "A", "--scope", "wizards"], "wizards|no rank"),
    (["--add", "A", "--scope", "staff", "--role", "boss"], "rep or desk"), (["--add", " ", "--scope", "staff"], "a name"),
    (["--add", "A", "--scope", "staff", "--expires", "2001-01-01"], "to come"),
    (["--add", "A", "--scope", "staff", "--expires", "soon"], "a day such as"),
    (["--remove", "Nobody"], "no reviewer"), (["--secret", "Nobody"], "no reviewer"),
    (["--add", "rae  HOLT", "--scope", "staff"], "already"), (["--add", "A", "--remove", "B"], "review --listen"),
    (["--listen", "nonsense"], "HOST:PORT"), (["--listen", "127.0.0.1:99999"], "HOST:PORT"), (["extra"], "review --listen"),
    (["--listen", "127.0.0.1:0", "-n"], "cannot be tried"),
])
def test_usage(incident, words, why):
    assert re.search(why, incident.error("review", *words, code=USAGE))


def test_a_dry_run_adds_nobody(few):
    before = few.state()
    few.run("review", "--add", "Rae Holt", "--scope", "staff", "-n", code=OK)
    assert few.state() == before
