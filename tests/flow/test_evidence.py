# SPDX-License-Identifier: MIT
"""report --kind evidence, and scripts/verify-evidence, which is tried from inside: whatever is changed in a pack is found."""
import hashlib
import importlib.machinery
import importlib.util
import os
import random
import re
import subprocess
import sys

import pytest

from conftest import CANTCREATE, INPUT, LEDGER, OK, SCRIPTS, USAGE
from test_history import opened
from test_sign import BY, NAMES, enrol, keys, pair, sign, signed  # noqa: F401 (fixtures)

LONG = bool(os.environ.get("BREACHMAIL_LONG"))


def load():
    loader = importlib.machinery.SourceFileLoader("verify_evidence", str(SCRIPTS / "verify-evidence"))
    spec = importlib.util.spec_from_loader("verify_evidence", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


VERIFY = load()
KEYGEN = VERIFY.Keygen()


def sealed(files):
    """The files with digests that fit them, as somebody would make them who changes more than one thing."""
    files = {name: data for name, data in files.items() if name != "digests.txt"}
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    return {**files, "digests.txt": lines.encode()}


def wrong(files, **more):
    return VERIFY.verify(files, KEYGEN, **more).wrong


def changed(files, name, before, after, count=1):
    data = files[name].decode()
    assert before in data, (before, data)
    return sealed({**files, name: data.replace(before, after, count).encode()})


@pytest.fixture(scope="module")
def told(pair, keys, tmp_path_factory):  # noqa: F811
    """Signed by two, sent; then a third is let in, and a reminder goes by leave of the first release."""
    incident = pair.copy(tmp_path_factory.mktemp("evidence") / "work")
    signed(incident, keys, *NAMES[:2])
    incident.run("send", code=OK)
    incident.run("approve", "--enrol", NAMES[2], "--public", keys.public(NAMES[2]), "--sign", keys[NAMES[0]],
                 env=keys.types(), code=OK)
    incident.run("approve", "--signers", "--sign", keys[NAMES[1]], env=keys.types(), code=OK)
    return incident


@pytest.fixture(scope="module")
def pack(told):
    path = told.tmp / "pack.tar"
    told.run("report", "--kind", "evidence", "--out", path, code=OK)
    return VERIFY.read_pack(path)


def test_it_holds(told, pack):
    path = told.tmp / "again.tar"
    tally = told.run("report", "--kind", "evidence", "--out", path, code=OK).tally
    done = subprocess.run([SCRIPTS / "verify-evidence", path], capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not wrong(pack)
