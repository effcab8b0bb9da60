#!/bin/sh
# SPDX-License-Identifier: MIT
# Times scripts/make-people. The bar: 1,000,000 people in less than 60 seconds and 3 GB.
# Usage: make_people.sh [PEOPLE...]
set -eu
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- 1000 47000 470000 1000000
out=$(mktemp -d "${TMPDIR:-/tmp}/make-people.XXXXXX")
trap 'rm -rf "$out"' EXIT INT TERM

/usr/bin/python3 - "$out" "$@" <<'PYTHON'
import os
import resource
import subprocess
import sys
import time

out, status = sys.argv[1], 0
print(f"{'people':>10} {'seconds':>8} {'cpu s':>8} {'MB':>6}")
for people in sys.argv[2:]:
    begin, before = time.monotonic(), os.times()
    subprocess.run(["scripts/make-people", "--people", people, "--truth", "--out", out], check=True,
                   stdout=subprocess.DEVNULL)
    seconds, after = time.monotonic() - begin, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    # The greatest process so far, times as many as there may be: never less than the truth.
    greatest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    megabytes = greatest * (os.cpu_count() + 1) / 1024
    missed = seconds >= 60 or megabytes >= 3000
    print(f"{int(people):10,} {seconds:8.2f} {cpu:8.2f} {megabytes:6.0f}{'  over the bar' if missed else ''}",
          flush=True)
    status |= missed
sys.exit(status)
PYTHON
