# SPDX-License-Identifier: MIT
"""send against a relay that plays every fault, the whole program: after each the invariants hold (see
invariants.py), the next run does the rest, and a third does nothing. What is sampled here is played out
with --long.

FLOW_SEED repeats a sample."""
import concurrent.futures
import os
import random
import shutil
import time

import pytest

import invariants
from flow import OK, TEMPORARY, UNAVAILABLE
from scripted import Playing

pytestmark = pytest.mark.plain      # it is the ledger that is tried here, not the memory
FIVE = 5        # mails of the village, of three levels
AT_ONCE = 4     # they wait more than they work
CODES = (421, 450, 451, 452, 454, 500, 530, 535, 550, 552, 554)
STAGES = ("greet", "ehlo", "auth", "mail", "rcpt", "data", "dot", "quit")
PERSONAL = ("rcpt", "data", "dot")      # where a refusal may speak of the person
LONG = os.environ.get("BREACHMAIL_LONG")


@pytest.fixture(scope="session")
def chance():
    seed = os.environ.get("FLOW_SEED") or str(random.SystemRandom().randrange(10 ** 6))
    print(f"FLOW_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def play(village, tmp_path):
    """play(cells, work): calls work(incident, cell) for each cell with an incident of its own, some at a
    time; of those that fail all are shown."""
    def one(number, cell, work):
        incident = village.copy(tmp_path / f"cell{number}")
        try:
            work(incident, cell)
            return None
        except AssertionError as error:
            return f"{cell}: {str(error)[-600:]}"
        finally:
            shutil.rmtree(incident.root)

    def all_of(cells, work):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            failed = [x for x in pool.map(one, range(len(cells)), cells, [work] * len(cells)) if x]
        print(f"{len(cells)} cells")
        assert not failed, "\n".join(failed)
    return all_of


def through(incident, options, settings=None, first=None, seconds=0):
    """One fault: send, look, finish once it is `seconds` old, look. Returns the two tallies and the server."""
    with Playing(*options) as server:
        incident.send_to(server, **{"timeout": "10s", **(settings or {})})
        incident.release()
        begun = time.monotonic()
        result = invariants.send(incident, *(first or []))
        assert time.monotonic() - begun < 30, "not bounded"
        before = invariants.check(incident, server.entries, result)
        time.sleep(max(0, server.server.start + seconds - time.monotonic()))
        return before, invariants.finish(incident, server), server


def sample(chance, cells, count):
    return cells if LONG else chance.sample(cells, min(count, len(cells)))


# ---------------------------------------------------------------------------------- what it answers

@pytest.mark.parametrize("stage", STAGES)
def test_each_code_at_each_command(play, chance, stage):
    """Once, to the first who comes. Nobody is lost by it, and only a word about the person counts against
    the person."""
    def work(incident, code):
        login = stage == "auth"
        if login:
            (incident.folder / "secret").write_text("pass")
        before, after, server = through(
            incident, ["--plan", f"{stage}-{code}@1-1"] + ["--auth", "joan:pass"] * login,
            dict(user="joan", password_file="secret") if login else None)
        assert before["in_doubt"] == 0
        assert after["refused"] == (stage in PERSONAL and code in (500, 550, 552, 554)) or (
            stage == "mail" and code == 552), after
    codes = CODES if LONG else [chance.choice([code for code in CODES if code // 100 == kind]) for kind in (4, 5)]
    play(list(codes), work)


def test_each_code_for_ever(play, chance):
    """At every mail: the run ends by itself, says so, and it can be done later."""
    def work(incident, cell):
        stage, code = cell
        with Playing("--plan", f"{stage}-{code}@1-") as server:
            incident.send_to(server, timeout="1s", stop_after={"count": 3, "share": .5})
            incident.release()
            result = invariants.send(incident)
            tally = invariants.check(incident, server.entries, result)
            assert result.code != OK and not server.entries and tally["accepted"] == 0
            if stage not in PERSONAL and (stage, code) != ("mail", 552):
                assert tally["refused"] == 0
            assert len({number for number, _ in server.said}) <= 40
    cells = [(stage, code) for stage in STAGES for code in CODES
             if stage not in ("ehlo", "auth", "quit")]      # who refuses EHLO is greeted with HELO
    play(sample(chance, cells, 4), work)


# -------------------------------------------------------------------------------- when it breaks off

def dialogue(incident, options=(), **settings):
    """Where commands and dots end, and answers, in a clean run on one connection."""
    with Playing(*options) as server:
        incident.send_to(server, connections=1, **settings)
        incident.release()
        invariants.send(incident, code=OK)
        return ([count for number, count in server.server.marks_in if number == 1],
                [count for number, count in server.server.marks_out if number == 1])


@pytest.mark.parametrize("mode", ["on", "full", "off"])
@pytest.mark.parametrize("side", ["in", "out"])
def test_drop_after_each_byte(play, chance, few, side, mode):
    """After as many bytes the first connection is gone. With --long all of them in one mode, and in the others
    around the ends of commands, answers and dots. Sampled: of these, and somewhere between."""
    ins, outs = dialogue(few, pipelining=mode)
    marks = ins if side == "in" else outs
    near = sorted({max(0, mark + off) for mark in marks for off in (-2, -1, 0, 1)})
    if not LONG:
        points = sorted(chance.sample(near, 2) + [chance.randrange(marks[-1])])
    elif mode != "on":
        points = near
    else:       # every byte that is answered, and every byte of commands; in the bodies each 997th
        points = sorted({*near, *range(0, marks[-1], 997 if side == "in" else 1),
                         *[n for mark in marks[:6] for n in range(max(0, mark - 60), mark)]})

    def work(incident, point):
        before, _, _ = through(incident, [f"--cut-{side}", point], dict(connections=1, pipelining=mode))
        assert before["in_doubt"] <= 1
        assert not before["refused"]
    play(points, work)


@pytest.mark.parametrize("mode", ["on", "full", "off"])
def test_break_behind_the_dot(play, chance, mode):
    """Taken or not taken looks the same from here: in doubt, until somebody looks it up."""
    def work(incident, cell):
        what, turn = cell
        before, after, server = through(incident, ["--plan", f"dot-{what}@{turn}-{turn}"],
                                        dict(pipelining=mode))
        assert before["in_doubt"] == 1 and after["accepted"] == FIVE
        assert len(server.entries) == FIVE
    whats = ["drop", "taken", "short"]
    play([(what, turn) for what in whats for turn in sample(chance, (1, 2, 3, 4, 5), 1)], work)


# ------------------------------------------------------------------------------- when it never ends

def test_hang_drip_and_endless(play, chance):
    """Each wait has an end (here a second), and so has each answer."""
    def work(incident, cell):
        stage, what = cell
        before, after, _ = through(incident, ["--plan", f"{stage}-{what}@1-1"], dict(timeout="1s"))
        assert before["in_doubt"] == (stage == "dot")
        assert after["accepted"] == FIVE
    cells = [(stage, what) for stage in STAGES if stage not in ("auth", "quit")
             for what in ("hang", "drip", "endless", "lines", "junk")]
    play(sample(chance, cells, 5), work)


def test_slow_but_well(play):
    """Byte by byte, in several lines, late: nothing of it is a fault."""
    def work(incident, options):
        before, _, _ = through(incident, options)
        assert before["accepted"] == FIVE
    play([["--plan", ",".join(f"{stage}-{what}@1-" for stage in ("mail", "rcpt", "data", "dot"))]
          for what in ("bytes", "multi")] + [["--delay", "60"]], work)


# -------------------------------------------------------------------------------------------- storms

def test_storms(play):
    """All are turned away for a while, then all is well: few connections, no mail lost, and the order."""
    def work(incident, cell):
        seconds, code = cell
        before, after, server = through(
            incident, ["--storm", seconds, "--storm-code", code], seconds=seconds)
        assert after["accepted"] == FIVE and not before["refused"] + before["in_doubt"]
        assert server.server.sessions <= 20
    cells = [(.5, 421), (1.5, 421), (.5, 554)] + [(5, 421), (10, 451), (20, 421)] * bool(LONG)
    play(cells, work)


def test_421_again_and_again(play, chance):
    """In the middle of everything, at random: the run comes through, or the next ones do."""
    def work(incident, seed):
        dice = random.Random(seed)
        plan = ",".join(f"{stage}-{dice.choice((421, 421, 451, 450))}@{n}-{n}"
                        for stage in ("mail", "rcpt", "data", "dot") for n in dice.sample(range(1, 8), 2))
        with Playing("--plan", plan) as server:
            incident.send_to(server, timeout="10s")
            incident.release()
            for hours in range(8):
                result = invariants.send(incident, env=invariants.later(hours * 2))
                tally = invariants.check(incident, server.entries, result)
                if tally["accepted"] == FIVE:
                    break
            assert result.code == OK and tally["accepted"] == FIVE == len(server.entries)
    play([chance.random() for _ in range(100 if LONG else 3)], work)


def test_connections_are_bounded_in_a_storm(few):
    """A relay that turns all away sees one connection at a time, and fewer and fewer."""
    with Playing("--plan", "greet-421@1-") as server:
        few.send_to(server, connections=16)
        few.release()
        result = invariants.send(few, code=(TEMPORARY, UNAVAILABLE))
        assert "421" in result.tally["error"]["message"]
        assert server.server.sessions <= 5
        invariants.check(few, [], result)


# --------------------------------------------------------------------------- do the invariants see it?

@pytest.mark.parametrize("what", ["twice", "lost", "altered", "order", "leak"])
def test_the_invariants_see(few, what):
    """What they are there for, made up."""
    with Playing() as server:
        few.send_to(server)
        few.release()
        result = invariants.send(few, code=OK)
        entries = [dict(entry) for entry in server.entries]
        invariants.check(few, entries, result)
        if what == "twice":
            entries.append(entries[0])
        elif what == "lost":
            entries.pop()
        elif what == "altered":
            entries[2]["raw"] = entries[2]["raw"].replace("Subject: ", "Subject: W")
        elif what == "order":
            entries.reverse()
        else:
            (few.folder / "core").write_text("mary@met.police.example")
        with pytest.raises(AssertionError):
            invariants.check(few, entries, result)
