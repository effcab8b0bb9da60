# SPDX-License-Identifier: MIT
"""send under strace: killed at each system call, and each call that writes fails once. Afterwards the
invariants hold, and the next run does the rest. Sampled; --long plays out every call.

The numbers of calls differ a little from run to run (how often it polls): a point that a run does not
come to is a clean run, and that must hold as well. FLOW_SEED repeats a sample."""
import collections
import concurrent.futures
import os
import random
import re
import shutil
import signal
import subprocess

import pytest

import invariants
from flow import BINARY, CANTCREATE, HUMAN, LEDGER, OK, TEMPORARY, UNAVAILABLE
from scripted import Playing

pytestmark = [pytest.mark.plain, pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")]
FIVE, AT_ONCE = 5, 4
LONG = os.environ.get("BREACHMAIL_LONG")
KILLS, FAILURES = 25, 20        # of the sample
# What a program may be told when it writes: no room, a broken disk, a quota, read-only.
WRITES = {"write": ["ENOSPC", "EIO"], "pwrite64": ["ENOSPC", "EIO", "EDQUOT"], "fsync": ["EIO", "ENOSPC"],
          "fdatasync": ["EIO", "ENOSPC"], "ftruncate": ["EIO", "ENOSPC"], "unlink": ["EIO", "EROFS"],
          "rename": ["EIO"], "openat": ["EROFS", "EMFILE", "EIO"], "mmap": ["ENOMEM"],
          "fallocate": ["ENOSPC"], "sendto": ["EPIPE", "ECONNRESET"], "sendmsg": ["EPIPE"],
          "recvfrom": ["ECONNRESET"], "socket": ["EMFILE"], "epoll_wait": ["EINTR"], "poll": ["EINTR"]}


@pytest.fixture(scope="session")
def chance():
    seed = os.environ.get("FLOW_SEED") or str(random.SystemRandom().randrange(10 ** 6))
    print(f"FLOW_SEED={seed}")
    return random.Random(seed)


def trace(incident, *options):
    """send under strace; its exit code as a shell would say it."""
    command = ["strace", "-f", "-qq", *options, BINARY, "-C", incident.folder, "--json", "send"]
    done = subprocess.run(command, env=incident.env(), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)
    incident.said_of_send = getattr(incident, "said_of_send", []) + [done.stdout]
    return done


@pytest.fixture(scope="session")
def calls(village, tmp_path_factory):
    """How often a clean run makes each call, from the first that opens the ledger on."""
    incident = village.copy(tmp_path_factory.mktemp("clean") / "work")
    log = incident.tmp / "calls"
    with Playing() as server:
        incident.send_to(server)
        incident.release()
        done = trace(incident, "-o", log)
        if done.returncode and "ptrace" in done.stderr:
            pytest.skip("strace may not trace here")
        assert done.returncode == OK, done.stderr
    counts, first = collections.Counter(), {}
    begun = False
    for line in log.read_text(errors="replace").splitlines():
        call = re.match(r"(?:\d+ +)?(\w+)\(", line)
        if call:
            counts[call[1]] += 1
            begun = begun or "ledger" in line
            if begun:
                first.setdefault(call[1], counts[call[1]])
    log.unlink()
    return {name: (first[name], count) for name, count in counts.items() if name in first}


def play(village, tmp_path, points, work):
    def one(numbered):
        number, point = numbered
        incident = village.copy(tmp_path / f"point{number}")
        try:
            with Playing() as server:
                incident.send_to(server, timeout="2s")
                incident.release()
                work(incident, server, point)
            return None
        except AssertionError as error:
            return f"{point}: {str(error)[-600:]}"
        finally:
            shutil.rmtree(incident.root)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        failed = [text for text in pool.map(one, enumerate(points)) if text]
    assert not failed, "\n".join(failed)


def test_killed_at_each_system_call(village, tmp_path, calls, chance):
    points = [(name, n) for name, (first, last) in sorted(calls.items()) for n in range(first, last + 1)
              if name != "exit_group"]
    if not LONG:
        points = chance.sample(points, KILLS)
    seen = collections.Counter()

    def work(incident, server, point):
        name, n = point
        done = trace(incident, "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={n}")
        assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL, OK), done
        seen["killed"] += done.returncode != OK
        before = invariants.check(incident, server.entries)
        assert before["in_doubt"] <= 4      # a connection each
        seen["in doubt"] += before["in_doubt"]
        after = invariants.finish(incident, server)
        assert after["accepted"] == FIVE == len(server.entries)
    play(village, tmp_path, points, work)
    print(f"{len(points)} points, {seen['killed']} killed, {seen['in doubt']} in doubt, 0 lost, 0 twice")
    assert seen["killed"] > len(points) * .8


def test_each_call_fails(village, tmp_path, calls, chance):
    """A named fault, no half state, and once all is well again the rest is done."""
    points = [(name, error, n) for name, errors in WRITES.items() if name in calls for error in errors
              for n in range(calls[name][0], calls[name][1] + 1)]
    if not LONG:
        points = chance.sample(points, min(FAILURES, len(points)))
    codes = collections.Counter()

    def work(incident, server, point):
        name, error, n = point
        done = trace(incident, "-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={n}")
        assert done.returncode in (OK, HUMAN, UNAVAILABLE, 70, CANTCREATE, LEDGER, TEMPORARY, 78), done
        if done.returncode not in (OK, HUMAN, TEMPORARY):
            assert '"error"' in done.stdout or name == "write", done
        codes[done.returncode] += 1
        before = invariants.check(incident, server.entries)
        assert before["refused"] == 0 and before["in_doubt"] <= 4
        after = invariants.finish(incident, server)
        assert after["accepted"] == FIVE == len(server.entries)
    play(village, tmp_path, points, work)
    print(f"{len(points)} failures: {dict(codes)}")


@pytest.mark.parametrize("name, error", [("fsync", "EIO"), ("fdatasync", "EIO"), ("pwrite64", "ENOSPC"),
                                         ("pwrite64", "EIO"), ("ftruncate", "EIO")])
def test_from_some_call_on(village, tmp_path, calls, chance, name, error):
    """A disk that has broken stays broken: it ends with what is wrong, and sends nothing that it could not
    have written down."""
    if name not in calls:
        pytest.skip(f"send does not call {name}")
    first, last = calls[name]
    points = range(first, last + 1) if LONG else chance.sample(range(first, last + 1), min(4, last + 1 - first))

    def work(incident, server, n):
        done = trace(incident, "-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={n}+")
        assert done.returncode in (CANTCREATE, LEDGER, OK), done
        before = invariants.check(incident, server.entries)
        assert before["in_doubt"] <= 4
        after = invariants.finish(incident, server)
        assert after["accepted"] == FIVE == len(server.entries)
    play(village, tmp_path, list(points), work)


def test_fifty_starts_at_once(few):
    """Exactly one works, the others say 75; never two mails."""
    with Playing("--delay", "40") as server:
        few.send_to(server)
        few.release()
        started = [few.start("send") for _ in range(200 if LONG else 50)]
        results = [few.finish(process, "send") for process in started]
        codes = collections.Counter(result.code for result in results)
        assert set(codes) <= {OK, TEMPORARY} and codes[OK] >= 1, codes
        assert sum(result.tally.get("sent_now", 0) for result in results) == FIVE
        assert sum(result.tally.get("sent_now", 0) > 0 for result in results) == 1
        invariants.check(few, server.entries)
        invariants.finish(few, server)
