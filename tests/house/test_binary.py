# SPDX-License-Identifier: MIT
"""How the program was linked: what makes a mistake in it harder to use against it."""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("BREACHMAIL") or ROOT / "build" / "plain" / "mailer" / "breachmail"
LIBRARIES = {"libc", "libgcc_s", "libm", "libsqlite3", "libsodium", "libgnutls", "libjansson",
             "libutf8proc", "libidn2", "libcurl-gnutls", "libetpan", "libzip", "libexpat",
             "libmicrohttpd"}


@pytest.fixture(scope="module")
def read():
    """read("-h"): what readelf says."""
    if not os.access(BINARY, os.X_OK):
        pytest.skip("the program is not built")
    env = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
    return lambda *options: subprocess.run(["readelf", "-W", *options, BINARY], env=env, check=True,
                                           capture_output=True, text=True).stdout


def segments(read):
    """(type, flags) of each program header."""
    return re.findall(r"^  (\w+) +0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ ([R ][W ][E ])", read("-l"), re.M)


def test_position_independent(read):
    assert "Type:                              DYN" in read("-h")
    assert re.search(r"\(FLAGS_1\).*\bPIE\b", read("-d"))


def test_relocations_are_read_only_from_the_start(read):
    assert "GNU_RELRO" in dict(segments(read))
    assert re.search(r"\(FLAGS_1\).*\bNOW\b", read("-d"))
    assert "TEXTREL" not in read("-d")


def test_nothing_is_writable_and_executable(read):
    assert dict(segments(read))["GNU_STACK"] == "RW "
    assert "E" in "".join(flags for _, flags in segments(read))
    assert not [kind for kind, flags in segments(read) if "W" in flags and "E" in flags]


def test_stack_protector(read):
    assert "__stack_chk_fail" in read("--dyn-syms")


def test_fortified(read):
    calls = set(re.findall(r"\b__(\w+)_chk\b", read("--dyn-syms")))
    assert {"snprintf", "vsnprintf", "memcpy"} <= calls


def test_libraries(read):
    """No path of the machine that built it, and no library that nobody decided on."""
    dynamic = read("-d")
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic
    needed = {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)}
    assert needed <= LIBRARIES
