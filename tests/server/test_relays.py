# SPDX-License-Identifier: MIT
"""Several relays at the same time, and limits for each recipient domain, against servers that misbehave: what
one cannot take goes through the others, nobody is lost, and nobody is told twice."""
import contextlib
import sqlite3
import time

import pytest

from flow import CONFIG, Incident, OK, TEMPORARY, UNAVAILABLE
from scripted import Playing
import invariants

SLOW, QUICK = "slow.example", "quick.example"


@pytest.fixture(scope="session")
def crowd(breachmail, tmp_path_factory):
    """A hundred and twenty people of two domains and of two levels."""
    incident = Incident(tmp_path_factory.mktemp("crowd") / "work")
    incident.make()
    people, rows = [], []
    for n in range(120):
        unit, domain = ("SO15" if n % 10 == 0 else "Finance"), (SLOW if n % 3 == 0 else QUICK)
        name = "Ab" + "".join(chr(97 + int(digit)) for digit in f"{n:03}")
        people.append(f"Q{n},P2{n:05},{name},Kim,,staff,{unit},in-post,{name.lower()}@{domain},07700 9{n:05}\n")
        rows.append(f"R{n},P2{n:05},{name},Kim\n")
    (incident.root / "people.csv").write_text(
        "person_id,pay_number,surname,forenames,rank,employment,unit,status,email,phone\n" + "".join(people))
    (incident.root / "breach.csv").write_text("Row ID,Pay No,Surname,Forenames\n" + "".join(rows))
    incident.import_both(incident.root)
    incident.walk("match", "group", "compose")
    return incident


@pytest.fixture
def work(crowd, tmp_path):
    return crowd.copy(tmp_path / "work")


@contextlib.contextmanager
def relays(incident, *options, each=None, **all_of_them):
    """Servers side by side that write into one list, and an incident that is released to them."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Playing(*words)) for words in options]
        for server in servers:
            server.server.entries = server.entries = servers[0].entries
        first = {**incident.settings()["relay"], "timeout": "2s", **all_of_them}
        incident.change({"relay": None, "relays": [
            {**(first if i == 0 else {"timeout": "2s", "connections": first.get("connections", 4)}),
             "url": f"smtp://127.0.0.1:{server.port}", **((each or {}).get(i, {}))}
            for i, server in enumerate(servers)]})
        incident.release()
        yield servers


def shares(result):
    return [one["accepted"] for one in result.tally["relays"]]


def kept(incident):
    """By which relay each accepted mail went, as the ledger keeps it."""
    with contextlib.closing(sqlite3.connect(f"file:{incident.ledger}?mode=ro", uri=True)) as db:
        return dict(db.execute("SELECT coalesce(r.relay, 1), count(*) FROM outcome o LEFT JOIN outcome_relay r"
                               " ON r.attempt_id = o.attempt_id WHERE o.verdict = 'accepted' GROUP BY 1"))


# ------------------------------------------------------------------------------------- side by side

def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.mark.parametrize("pipelining", ["on", long("full"), long("off")])
def test_at_the_same_time(work, pipelining):
    with relays(work, ["--delay", 5], ["--delay", 5], ["--delay", 5], connections=2,
                each={i: {"pipelining": pipelining} for i in range(3)}) as servers:
        result = invariants.send(work, code=OK)
        tally = invariants.check(work, servers[0].entries, result)
        assert tally["accepted"] == tally["released"] == len(servers[0].entries)
        assert kept(work) == dict(enumerate(shares(result), 1))
        assert min(shares(result)) > tally["released"] / 6     # each has its part
        assert [one["connections"] for one in result.tally["relays"]] == [2, 2, 2]
        assert [server.server.sessions for server in servers] == [2, 2, 2]
        invariants.finish(work, servers[0])


def test_each_has_its_own_limits_and_login(work, tmp_path):
    """Accounts at one provider: a password, a sender and a pace each."""
    for name in ("one", "two"):
        (work.folder / name).write_text(f"secret of {name}\n")
    each = {0: {"user": "one", "password_file": "one", "per_day": 3, "connections": 1},
            1: {"user": "two", "password_file": "two", "connections": 2,
                "envelope_from": "two+{token}@met.police.example"}}
    with relays(work, ["--auth", "one:secret of one"], ["--auth", "two:secret of two"], each=each) as servers:
        result = invariants.send(work, code=OK)
        tally = invariants.check(work, servers[0].entries, result)
        assert tally["accepted"] == tally["released"]
        assert shares(result) == [3, tally["released"] - 3] and kept(work)[1] == 3
        senders = [entry["sender"] for entry in servers[0].entries]
        assert sum(sender.startswith("two+") for sender in senders) == tally["released"] - 3
        assert len(set(senders)) == tally["released"] - 3 + 1
        assert servers[0].server.sessions == 1 and servers[1].server.sessions <= 2


def test_rate_is_of_all_together(work):
    with relays(work, [], []) as servers:
        tally = invariants.send(work, "--rate", 60, code=OK).tally
        assert tally["per_second"] <= 66 and min(one["accepted"] for one in tally["relays"]) > 20


# ------------------------------------------------------------------------------------- one misbehaves

def test_one_dies_in_the_middle(work):
    with relays(work, ["--delay", 10], ["--delay", 10], connections=3) as servers:
        process = work.start("send", "--rate", 60)
        while len(servers[0].entries) < 30:
            time.sleep(.005)
        servers[1].__exit__()
        result = work.finish(process, "send")
        before = invariants.check(work, servers[0].entries, result)
        assert before["in_doubt"] <= 3 and before["pending"] == 0
        assert before["accepted"] + before["in_doubt"] == before["released"]
        assert result.tally["relays"][1]["accepted"] > 3
        invariants.finish(work, servers[0])


@pytest.mark.parametrize("storm", ["greet-421@1-", "mail-421@5-", "mail-550.5.7.1@1-", long("mail-421@1-"),
                                   long("rcpt-421@1-"), long("data-421@1-"), long("ehlo-421@1-"),
                                   long("mail-drop@1-")])
def test_one_has_a_storm(work, storm):
    """However it refuses us: its mails go through the other, and nobody pays for it."""
    with relays(work, [], ["--plan", storm], connections=2) as servers:
        begun = time.monotonic()
        result = invariants.send(work, code=OK)
        assert time.monotonic() - begun < 20
        tally = invariants.check(work, servers[0].entries, result)
        assert tally["accepted"] == tally["released"] and not tally["refused"]
        assert servers[1].server.sessions <= 12, "a relay in trouble is not pestered"


def test_one_refuses_all_people(work):
    """Others take them: the cause is not the people, and not everyone's one try is used up."""
    with relays(work, [], ["--plan", "rcpt-550.5.1.1@1-"], stop_after={"count": 5}, connections=1) as servers:
        message = work.error("send", code=UNAVAILABLE)
        assert message.startswith("relays[1]: stopped") and "5 mails in a row" in message
        assert 5 <= work.status()["states"]["refused"] <= 6
        assert len(servers[0].entries) < 100


@pytest.mark.parametrize("storms, code, words", [
    (["greet-554@1-", "greet-554@1-"], UNAVAILABLE, "none of the 2 relays"),
    long(["greet-421@1-", "mail-421@1-"], TEMPORARY, "none of the 2 relays"),
    long(["greet-554@1-", "mail-451.4.7.1@1-"], TEMPORARY, "later")])
def test_all_are_out(work, storms, code, words):
    with relays(work, *(["--plan", storm] for storm in storms), connections=2) as servers:
        begun = time.monotonic()
        message = work.error("send", code=code)
        assert words in message and "relays[" in message and time.monotonic() - begun < 60
        tally = invariants.check(work, servers[0].entries)
        assert tally["pending"] == tally["released"] and not servers[0].entries


@pytest.mark.parametrize("storm, code, fits", [(None, OK, True), ("greet-554@1-", UNAVAILABLE, False)])
def test_one_takes_no_mail_as_large(work, storm, code, fits):
    """The other has them all; while it is away they wait, and none is refused for it."""
    with relays(work, ["--size", 2000], ["--plan", storm] if storm else [], connections=2) as servers:
        result = invariants.send(work, code=code)
        tally = invariants.check(work, servers[0].entries, result)
        assert tally["refused"] == 0 and tally["accepted" if fits else "pending"] == tally["released"]
        if not fits:
            assert "relays[1]" in (said := result.tally["error"]["message"]) and "No other relay takes" in said


def test_wrong_settings_of_one_are_told_before_the_first_mail(work):
    with relays(work, [], [], each={1: {"user": "two", "password_file": "nowhere"}}) as servers:
        assert "relays[1].password_file" in work.error("send", code=CONFIG)
        assert not servers[0].entries


@pytest.mark.long
def test_one_comes_back(work):
    """Left out for half a minute, then on trial, then at work again."""
    with relays(work, [], ["--storm", 20], connections=2, each={1: {"connections": 2}}) as servers:
        tally = invariants.send(work, "--rate", 2, code=OK).tally
        assert tally["relays"][1]["left_out"] >= 1 and tally["relays"][1]["accepted"] > 5
        invariants.check(work, servers[0].entries)


def test_which_relay_had_what_is_in_doubt(work):
    """Whoever looks it up in a log must know in which."""
    with relays(work, ["--plan", "mail-421@1-"], ["--plan", "dot-taken@1-3"], connections=1) as servers:
        invariants.send(work, code=TEMPORARY)
        doubts = work.status()["in_doubt"]
        assert len(doubts) == 3
        look = work.run("send", "--resolve", doubts[0], code=OK).tally
        assert look["relay"] == 2 and look["url"] == f"smtp://127.0.0.1:{servers[1].port}"
        work.change({"relays": work.settings()["relays"][:1]})      # the list is another one by now
        assert look["url"] in work.text("send", "--resolve", doubts[0])


def test_which_relay_had_what_a_dead_run_left(work):
    """Before the next run has written it down, too."""
    with relays(work, ["--plan", "mail-421@1-"], ["--plan", "dot-hang@1"], connections=1) as servers:
        process = work.start("send")
        while len(servers[1].server.marks_in) < 5:      # EHLO, MAIL, RCPT, DATA, and the dot
            time.sleep(.02)
        process.kill()
        work.finish(process)
        (number,) = work.status()["in_doubt"]
        assert work.run("send", "--resolve", number, code=OK).tally["relay"] == 2
        invariants.finish(work, servers[0])


# --------------------------------------------------------------------------------- recipient domains

def domain_of(entry):
    return entry["to"].rpartition("@")[2]


def test_a_domain_has_so_many_at_a_time(work):
    with Playing("--delay", "3") as server:
        work.send_to(server, connections=8, per_domain={"domains": {SLOW: {"connections": 1}}})
        work.release()
        result = invariants.send(work, code=OK)
        assert server.server.busiest[SLOW] == 1 and server.server.busiest[QUICK] > 4
        assert invariants.check(work, server.entries, result)["accepted"] == len(server.entries)


def test_each_domain_has_its_own(work):
    with Playing("--delay", "3") as server:
        work.send_to(server, connections=8, per_domain={"connections": 2, "domains": {QUICK: {"connections": 3}}})
        work.release()
        invariants.send(work, code=OK)
        assert server.server.busiest == {SLOW: 2, QUICK: 3}
        invariants.check(work, server.entries)


def test_a_slow_domain_holds_up_nobody_but_its_own(work):
    """The others go first; within a level, for the barrier holds."""
    with Playing() as server:
        work.send_to(server, per_domain={"domains": {SLOW: {"per_minute": 600}}})
        work.release()
        begun = time.monotonic()
        result = invariants.send(work, code=OK)
        took = time.monotonic() - begun
        order = [domain_of(entry) for entry in server.entries]
        slow = order.count(SLOW)
        assert took >= (slow - 2) / 10, "faster than it may be"
        assert took < slow / 10 + 5
        assert order[-20:] == [SLOW] * 20, "the others did not go first"
        assert invariants.check(work, server.entries, result)["accepted"] == len(order)


def test_what_a_domain_puts_off_comes_back_within_its_limit(work):
    with relays(work, ["--delay", 2, "--plan", "rcpt-421@7,rcpt-421@19,mail-421@40"], ["--delay", 2],
                connections=4, per_domain={"connections": 1}) as servers:
        result = invariants.send(work, code=OK)
        tally = invariants.check(work, servers[0].entries, result)
        assert tally["accepted"] == tally["released"]
        assert all(count == 1 for server in servers for count in server.server.busiest.values())


def test_stop_while_domains_wait(work):
    with Playing() as server:
        work.send_to(server, per_domain={"per_minute": 60})
        work.release()
        process = work.start("send")
        while len(server.entries) < 2:
            time.sleep(.01)
        assert work.run("send", "--stop", "--wait", 20, code=OK).tally["stopped"]
        result = work.finish(process, "send")
        tally = invariants.check(work, server.entries, result)
        assert tally["accepted"] == len(server.entries) < 20 and tally["in_doubt"] == 0
