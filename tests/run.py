#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Builds and tests breachmail; scripts/test is the way in, and says what is what.

Two builds under build/: plain (gcc) and asan (clang with sanitizers), both with warnings as
errors. A build counts as one test, so do each cmocka function, each seed of a fuzz target, and each
pytest item. A program that crashes counts as failed, and so does each report that a sanitizer
wrote, whoever hid it.
"""
import argparse
import collections
import concurrent.futures
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
SANITIZE = ["-Db_sanitize=address,undefined", "-Db_lundef=false"]
BUILDS = {"plain": ("gcc", []),
          "asan": ("clang", [*SANITIZE, "-Doptimization=0"]),   # more time goes into building than into running
          "fuzz": ("clang", [*SANITIZE, "-Doptimization=1", "-Dfuzz=true"])}
FLOORS = ["tests/recipients", "tests/templates", "tests/mailer"]
OUTSIDE = ["house", "flow", "server", "fault"]                  # folders of Python tests
SUITES = ["unit", *OUTSIDE, "asan", "fuzz"]
NOT_SANITIZED = {"test_kill.py", "test_demo.py",                # they kill the program
                 "test_catch_mail.py", "test_make_people.py"}   # they do not run it
# Of the others those that read what strangers wrote, and walk the whole path; the rest with --long.
SANITIZED = {f"test_{name}.py" for name in (
    "broken", "classify", "evidence", "notebook", "path", "sheets", "track")}
MINUTES = 10            # the most that one suite may take; six times that with --long
FUZZ_SECONDS = 60       # for each target
MEMORY, ROOM = "/dev/shm", 3 << 30
TAIL, WIDTH = 40, 200   # of what a failure said: lines, and characters a line
BORING = re.compile(r"\[\d+/\d+\] |[.sxF]+ +\[ *\d+%\]|-+ generated xml file")

Result = collections.namedtuple("Result", "code output")
running = set()         # what run() has begun and not ended


class Score:
    """What came of a suite: counts, and what to show beneath its line."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.notes, self.reasons = [], collections.defaultdict(list)

    def fail(self, what, output=""):
        self.failed += 1
        self.notes.append(f"FAILED {what}")
        self.show(output, TAIL)

    def show(self, output, tail):
        """The end of what was said, without what ninja and pytest say when all is well."""
        lines = output.replace(f"{ROOT}/", "").rstrip().splitlines()
        lines = [line[:WIDTH] for line in lines if not BORING.match(line)]
        self.notes += ["    " + line for line in lines[-tail:]]

    def skip(self, what, reason):
        self.skipped += 1
        self.reasons[reason].append(what.split("[")[0])

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.notes += other.notes
        for reason, names in other.reasons.items():
            self.reasons[reason] += names

    def lines(self):
        for reason, names in self.reasons.items():
            yield f"skipped {len(names)}: {reason} ({', '.join(dict.fromkeys(names))})"
        yield from self.notes


def run(command, seconds, **environment):
    """Runs a command, and ends it and its children when its time is over (code 124)."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    running.add(process)
    try:
        output, _ = process.communicate(timeout=seconds)
        return Result(process.returncode, output.decode(errors="replace"))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return Result(124, f"{output.decode(errors='replace')}\nstopped after {seconds} seconds\n")
    finally:
        running.discard(process)


def stop_all():
    for process in list(running):
        os.killpg(process.pid, signal.SIGKILL)


class Tests:
    def __init__(self, long, scratch):
        self.long, self.scratch = long, scratch
        self.seconds = MINUTES * 60 * (6 if long else 1)
        self.total = Score()
        self.workers = os.cpu_count() * 2       # many tests wait more than they work
        self.pool = concurrent.futures.ThreadPoolExecutor(self.workers)
        self.beside, self.ahead = concurrent.futures.ThreadPoolExecutor(1), None

    def suite(self, name, work):
        """Runs one suite and prints its line; true if nothing failed."""
        score, start = Score(), time.monotonic()
        work(score)
        self.report(name, score, start)
        return not score.failed

    def report(self, name, score, start):
        print(f"{name:16}{score.passed:6} passed {score.failed:4} failed {score.skipped:4} skipped"
              f"{time.monotonic() - start:7.1f} s", flush=True)
        for line in score.lines():
            print("    " + line, flush=True)
        self.total.add(score)

    # -------------------------------------------------------------------------------- building

    def build_ahead(self, name):
        """With the time that tests leave while they wait; build() says what came of it."""
        self.ahead = self.beside.submit(self.compile, Score(), name, ["nice", "-n", "19"])

    def build(self, name):
        if self.ahead:
            self.ahead.result()
        return self.suite(f"build {name}", lambda score: self.compile(score, name))

    def compile(self, score, name, gently=()):
        folder, (compiler, options) = ROOT / "build" / name, BUILDS[name]
        steps = [["ninja", "-k", "0", "-C", folder]]
        if not (folder / "build.ninja").exists():
            shutil.rmtree(folder, ignore_errors=True)
            steps.insert(0, ["meson", "setup", folder, ROOT, "-Dwerror=true", *options])
        for step in steps:
            result = run([*gently, *step], self.seconds, CC=compiler, CFLAGS="", LDFLAGS="",
                         **linker(compiler))
            if result.code:
                at = max(result.output.find("FAILED:"), 0)
                first = result.output[at:].splitlines()[:TAIL]
                score.fail(f"build with {compiler}", "\n".join(first))
                return
        score.passed += 1

    # ------------------------------------------------------------------------ programs in C

    def unit_suite(self, build="plain"):
        self.suite(called("unit", build), lambda score: self.unit(score, build))

    def unit(self, score, build):
        """The programs of tests/meson.build, and what Python tests of the same rooms."""
        folder = ROOT / "build" / build
        log = folder / "meson-logs" / "testlog.json"
        log.unlink(missing_ok=True)
        result = run(["meson", "test", "-C", folder, "--no-rebuild", "--suite", "unit",
                      "-t", "1" if build == "plain" else "4"],
                     self.seconds, **self.sanitizer(build))
        if log.exists():
            for line in log.read_text().splitlines():
                count_tap(score, json.loads(line))
        else:
            score.fail("meson test", result.output)
        for part in self.start_python(build, FLOORS):
            score.add(part.result())
        self.collect_reports(score, build)

    def fuzz(self, score):
        for target in sorted((ROOT / "tests" / "fuzz").glob("fuzz_*.c")):
            name = target.stem.removeprefix("fuzz_")
            found = ROOT / "build" / "fuzz" / "corpus" / name
            found.mkdir(parents=True, exist_ok=True)
            result = run([ROOT / "build" / "fuzz" / "tests" / target.stem,
                          f"-max_total_time={FUZZ_SECONDS}", "-timeout=10", "-rss_limit_mb=2048",
                          f"-artifact_prefix={found.parent}/{name}-",
                          found, ROOT / "tests" / "data" / "fuzz" / name], FUZZ_SECONDS * 3)
            if result.code:
                score.fail(f"fuzz {name}", result.output)
            else:
                score.passed += 1

    # ------------------------------------------------------------------------------ Python

    def python_suites(self, build, names):
        """Side by side. Servers first: these tests wait more than they work."""
        start = time.monotonic()
        order = sorted(names, key=lambda name: name != "server")
        parts = {name: self.start_python(build, [f"tests/{name}"]) for name in order}
        for name in names:
            score = Score()
            for part in parts[name]:
                score.add(part.result())
            if name == names[-1]:
                self.collect_reports(score, build)
            self.report(called(name, build), score, start)

    def start_python(self, build, folders):
        """Some files a process: each process makes anew what its files share."""
        files = [file for folder in folders for file in (ROOT / folder).glob("test_*.py")
                 if build == "plain" or self.is_sanitized(file)]
        return [self.pool.submit(self.pytest_files, share, build)
                for share in shares(files, self.workers * 3)]

    def is_sanitized(self, file):
        if file.parent.name in OUTSIDE and not self.long:
            return file.name in SANITIZED
        return file.name not in NOT_SANITIZED

    def pytest_files(self, files, build):
        score, folder = Score(), ROOT / "build" / build
        names = [str(file.relative_to(ROOT)) for file in files]
        # A folder of its own: pytest processes clean up after each other. A short name: the path
        # of a Unix socket has 107 bytes.
        own = pathlib.Path(tempfile.mkdtemp(prefix="", dir=self.scratch))
        own.chmod(0o711)
        unwanted = ["long"] * (not self.long) + ["plain"] * (build != "plain")
        result = run(["/usr/bin/python3", "-m", "pytest", "-c", "tests/pytest.ini", "-q",
                      "--tb=short", "-rN", "--junitxml", own / "junit.xml",
                      "-o", "junit_family=xunit1", "--basetemp", own / "tmp",
                      "-m", " and ".join(f"not {mark}" for mark in unwanted), *names],
                     self.seconds, **self.sanitizer(build),
                     BREACHMAIL=str(folder / "mailer" / "breachmail"),
                     BREACHMAIL_BUILD=str(folder), BREACHMAIL_LONG="1" if self.long else "")
        count_junit(score, own / "junit.xml", result, ", ".join(names))
        shutil.rmtree(own, ignore_errors=True)
        return score

    # -------------------------------------------------------------------------- sanitizers

    def sanitizer(self, build):
        """Reports go to files: a test that looks only at an exit code would not see them."""
        if build != "asan":
            return {}
        reports = self.scratch / "reports"
        reports.mkdir(exist_ok=True)
        reports.chmod(0o777)
        return {"ASAN_OPTIONS": "exitcode=99:handle_segv=2:strict_string_checks=1:"
                                f"malloc_context_size=12:log_path={reports}/asan",
                "UBSAN_OPTIONS": "exitcode=99:halt_on_error=1:print_stacktrace=1:"
                                 f"log_path={reports}/ubsan"}

    def collect_reports(self, score, build):
        if build != "asan":
            return
        for report in sorted((self.scratch / "reports").glob("*")):
            first = report.read_text(errors="replace").splitlines()[:TAIL]
            score.fail("a sanitizer's report", "\n".join(first))
            report.unlink()


def linker(compiler):
    """Of two that Debian brings together the one that links sanitizers in half the time."""
    return {"CC_LD": "gold"} if compiler == "clang" and shutil.which("ld.gold") else {}


def called(name, build):
    return name if build == "plain" else f"{name} ({build})"


def count_tap(score, test):
    """One program's TAP. A test that is neither ok nor not ok did not come to its end."""
    out, name = test.get("stdout", ""), test["name"]
    tail = out + test.get("stderr", "")
    planned = sum(int(count) for count in re.findall(r"^1\.\.(\d+)", out, re.M))
    said = re.findall(r"^(not ok|ok) \d+ (?:- )?(# SKIP )?(.*)$", out, re.M)
    failed = 0
    for word, skipped, what in said:
        if skipped:
            score.skip(what, reason_of(out, what))
        elif word == "ok":
            score.passed += 1
        else:
            score.fail(f"{name}: {what}", "" if failed else tail)
            failed += 1
    if planned != len(said) or not planned or (test["result"] != "OK" and not failed):
        how = f"{test['result'].lower()}, {test.get('returncode')}"
        score.fail(f"{name}: ended early ({how})", "" if failed else tail)


def reason_of(out, what):
    """cmocka's skip() takes no reason: a test prints "# WHAT: reason" before."""
    found = re.search(rf"^# {re.escape(what)}: (.*)$", out, re.M)
    return found.group(1) if found else "no reason given"


def count_junit(score, report, result, files):
    failed = 0
    cases = xml.etree.ElementTree.parse(report).iter("testcase") if report.exists() else []
    for case in cases:
        name, skip = f"tests/{case.get('file')}::{case.get('name')}", case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            score.fail(name)
        elif skip is not None:
            score.skip(name, skip.get("message"))
        else:
            score.passed += 1
    if failed and result.code == 1:
        score.show(result.output, TAIL * min(failed, 5))
    elif result.code not in (0, 5):     # 5: none of its tests was wanted
        score.fail(f"{files}: pytest ended with code {result.code}", result.output)


def shares(files, most):
    """Files dealt out so that each process has about as many bytes of tests, of one folder each."""
    dealt = []
    for folder in sorted({file.parent for file in files}):
        own = [file for file in files if file.parent == folder]
        heaps = [[0] for _ in range(min(most, len(own)))]
        for file in sorted(own, key=lambda file: -file.stat().st_size):
            heap = min(heaps, key=lambda heap: heap[0])
            heap[0] += file.stat().st_size
            heap.append(file)
        dealt += [heap[1:] for heap in heaps]
    return dealt


def run_suites(tests, wanted):
    outside = [name for name in OUTSIDE if name in wanted]
    if (outside or "unit" in wanted) and tests.build("plain"):
        if "asan" in wanted:
            tests.build_ahead("asan")
        if "unit" in wanted:
            tests.unit_suite()
        if outside:
            tests.python_suites("plain", outside)
    if "asan" in wanted and tests.build("asan"):
        tests.unit_suite("asan")
        tests.python_suites("asan", ["flow", "server"])
    if "fuzz" in wanted and tests.build("fuzz"):
        tests.suite("fuzz", tests.fuzz)


def clean_environment(scratch):
    """What a user's own set-up must not change; and no key of a test in a user's home."""
    prefixes = ("BREACHMAIL", "PYTHON", "PYTEST", "XDG_", "CMOCKA", "GIT_")
    names = ("CREDENTIALS_DIRECTORY", "TZ", "LANGUAGE", "MAKEFLAGS", "NO_COLOR")
    for name in list(os.environ):
        if name.startswith(prefixes) or name in names:
            del os.environ[name]
    os.environ.update(HOME=scratch, TMPDIR=scratch, LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1",
                      PYTHONNOUSERSITE="1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


def roomy_memory():
    """Where tests leave what they make: a disk would be waited for at each commit. None: no such place here."""
    try:
        place = os.statvfs(MEMORY)
    except OSError:
        return None
    usable = os.access(MEMORY, os.W_OK) and not place.f_flag & os.ST_NOEXEC
    return MEMORY if usable and place.f_bavail * place.f_frsize >= ROOM else None


def arguments():
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", action="append", choices=SUITES)
    try:
        options, rest = parser.parse_known_args()
    except argparse.ArgumentError as error:
        rest = [str(error)]
    if rest:
        print(f"scripts/test: not understood: {rest[0]} (see --help)", file=sys.stderr)
        sys.exit(64)
    return options


def main():
    # where a shell starts it with "&", this is ignored, and whoever it starts would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = arguments()
    wanted = set(options.only or SUITES)
    if not options.only and not options.long:
        wanted.remove("fuzz")
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build" / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("scripts/test: another run is at work in build/", file=sys.stderr)
            return 75
        with tempfile.TemporaryDirectory(prefix="breachmail-test-", dir=roomy_memory(),
                                         ignore_cleanup_errors=True) as scratch:
            os.chmod(scratch, 0o711)
            clean_environment(scratch)
            tests = Tests(options.long, pathlib.Path(scratch))
            run_suites(tests, wanted)
    total = tests.total
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        stop_all()
        os._exit(130)   # without waiting for what waits for them
