# SPDX-License-Identifier: MIT
"""doctor: looks at everything, sends nothing, and says what to do."""
from conftest import CONFIG, OK, REFUSED, UNAVAILABLE, USAGE


def look(incident, code=OK):
    tally = incident.run("doctor", code=code).tally
    assert tally["well"] == ("error" not in tally)
    return {finding["check"]: (finding["is"], finding["words"]) for finding in tally["checks"]}, tally["sheet"]


def test_a_rehearsal(few):
    before = few.state()
    found, sheet = look(few)
    assert {check: how for check, (how, _) in found.items()} == {
        "key": "well", "slots": "note", "relay": "well", "mailbox": "note", "clock": found["clock"][0], "disk": "well",
        "templates": "well"}
    assert "Only one way" in found["slots"][1]
    assert "nothing leaves this machine" in found["relay"][1]
    for word in ("SPF", "DKIM", "DMARC", "Journal", "Logs", "Bounce mailbox", "@met.police.example"):
        assert word in sheet
    assert few.state() == before
    few.error("doctor", "me", code=USAGE)


def test_the_relay_is_asked_and_gets_nothing(few, relay):
    server = relay()
    few.send_to(server)
    found, _ = look(few)
    assert found["relay"][0] in ("well", "note") and "connected" in found["relay"][1]
    assert not server.accepted()


def test_what_is_ill(few, tmp_path):
    few.change({"relay": {"url": "smtp://127.0.0.1:1"}, "mailbox": {"url": "maildir:nowhere"}})
    found, _ = look(few, code=UNAVAILABLE)
    assert found["relay"][0] == found["mailbox"][0] == "ill" and "nowhere" in found["mailbox"][1]
    assert found["disk"][0] == "well"
    (few.folder / "policy.json").write_text("{")
    found, _ = look(few, code=UNAVAILABLE)
    assert found["policy"][0] == "ill"


def test_a_mailbox_and_what_it_must_receive(few):
    for name in ("new", "cur"):
        (few.folder / "letters" / name).mkdir(parents=True)
    few.change({"mailbox": {"url": "maildir:letters"},
                "relay": {"reply_to": "answers@met.police.example", "envelope_from": "b+{token}@met.police.example"}})
    found, sheet = look(few)
    assert found["mailbox"][0] == "well"
    for word in ("answers@met.police.example", "b+{token}@met.police.example"):
        assert word in found["mailbox"][1] and word in sheet


def test_the_key(few, tmp_path):
    (key,) = few.home.glob("**/*.key")
    key.chmod(0o644)
    found, _ = look(few, code=(OK, CONFIG))
    assert found["key"][0] != "well"
    key.chmod(0o600)
    key.rename(tmp_path / "elsewhere.key")
    found, _ = look(few, code=CONFIG)
    assert found["key"][0] == "ill" and found["relay"][0] == "well"


def test_letters_that_may_not_go(few):
    (few.folder / "templates" / "notice").mkdir(parents=True)
    (few.folder / "templates" / "notice" / "officer.txt").write_text("{{#never}}")
    found, _ = look(few, code=REFUSED)
    assert found["templates"][0] == "ill"


def test_live_wants_more(few):
    """What a rehearsal only notes."""
    few.change({"mode": "live", "relay": {"url": "smtp://127.0.0.1:1"}})
    found, _ = look(few, code=UNAVAILABLE)
    assert found["mailbox"][0] == "care"
