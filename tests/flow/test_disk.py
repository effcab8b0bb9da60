# SPDX-License-Identifier: MIT
"""No room, or no right to write: 73, the ledger as it was, and the same command goes on once there is
room."""
import os
import pathlib
import re
import resource
import shutil
import subprocess

import pytest

from conftest import CANTCREATE, HUMAN, OK, TEMPORARY, Incident, digest, reconcile, reconcile_send, twice

PAGE = 4096


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own for an incident; fill() leaves so many bytes free on it."""
    mount = tmp_path / "disk"
    mount.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "breachmail-test", mount],
                                      capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")

    class Disk:
        ballast = mount / "ballast"

        def bring(self, incident):
            """The incident's folder moves here; home and key stay."""
            shutil.move(incident.folder, mount / "incident")
            incident.folder, incident.ledger = mount / "incident", mount / "incident" / "ledger.db"
            return incident

        def fill(self, free):
            self.clear()
            left = os.statvfs(mount)
            size = left.f_bavail * left.f_bsize - free
            with open(self.ballast, "wb") as file:
                file.write(b"\0" * max(0, size))

        def clear(self):
            self.ballast.unlink(missing_ok=True)
    yield Disk()
    subprocess.run(["umount", "-l", mount], check=True, capture_output=True)


def whole(incident):
    """The ledger opens, and no journal of a half step is left that somebody must know about."""
    incident.run("check", code=OK)
    return reconcile(incident)


STEPS = [("made", "import people {force}/people.csv"), ("made", "import breach {force}/breach.csv"),
         ("imported", "match"), ("matched", "group"), ("grouped", "compose"),
         ("composed", "approve --release"), ("composed", "person H0000002 --hold --by Jo --reason x"),
         ("composed", "task done 1 --by Jo --note x"), ("composed", "note --kind delay late")]


@pytest.mark.parametrize("stage, words", STEPS, ids=[words.split(" {")[0] for _, words in STEPS])
def test_full_disk(at, small_disk, force, stage, words):
    """All of a step or nothing of it."""
    incident = small_disk.bring(at(stage))
    words = words.format(force=force).split()
    before, states = digest(incident.ledger), incident.status()["states"]
    refused = 0
    for free in (0, 4 * PAGE, 12 * PAGE):
        small_disk.fill(free)
        result = incident.run(*words, code=(CANTCREATE, OK, HUMAN))
        if result.code != CANTCREATE:
            break                       # so much was enough
        refused += 1
        message = result.tally["error"]["message"]
        assert "full" in message or "No space" in message
        small_disk.clear()
        assert incident.status()["states"] == states
        assert digest(incident.ledger) == before
    assert refused
    small_disk.clear()
    if result.code == CANTCREATE:
        incident.run(*words)
    whole(incident)


@pytest.mark.parametrize("free", [0, 8 * PAGE, 40 * PAGE, 80 * PAGE])
def test_disk_full_while_sending(at, small_disk, relay, free):
    """What the relay took is known, or in doubt, and nobody gets two."""
    incident, server = small_disk.bring(at("composed")), relay()
    released = incident.release(server)["released"]
    small_disk.fill(free)
    first = incident.run("send", code=(CANTCREATE, OK))
    log = server.accepted()
    if first.code == OK:
        assert len(log) == released
        return
    states = incident.status()["states"]        # readers read, full or not
    assert sum(states.values()) == incident.status()["people"]
    doubt = states.get("in_doubt", 0)
    assert states.get("accepted", 0) <= len(log) <= states.get("accepted", 0) + doubt
    assert doubt <= 4                           # the mails on the wire, no more
    small_disk.clear()
    tally = incident.run("send", code=(OK, TEMPORARY)).tally
    reconcile_send(incident, tally)
    log = server.accepted()
    assert tally["in_doubt"] == doubt and tally["accepted"] == released - doubt
    assert not twice(log) and len(log) >= tally["accepted"]
    whole(incident)


def test_disk_full_while_sending_to_a_folder(at, small_disk):
    incident = small_disk.bring(at("released"))
    released = incident.last["approve"]["released"]
    small_disk.fill(1 << 20)            # for the ledger's pages and some of the mails
    incident.run("send", code=CANTCREATE)
    mails = len(incident.outbox())
    states = incident.status()["states"]
    assert 0 < mails < released
    assert states.get("accepted", 0) <= mails <= states.get("accepted", 0) + states.get("in_doubt", 0)
    small_disk.clear()
    tally = incident.run("send", code=(OK, TEMPORARY)).tally
    reconcile_send(incident, tally)
    assert len(incident.outbox()) >= tally["accepted"]
    idents = [path.read_bytes().partition(b"Message-ID: <")[2][:32] for path in incident.outbox()]
    assert len(set(idents)) == len(idents) == len(list((incident.folder / "outbox" / "new").iterdir()))
    assert all(re.search(rb"\r\n--=_\w+--\r\n[~\r\n]*$", path.read_bytes()) and len(path.read_bytes()) % 8192 == 0
               for path in incident.outbox())       # none is cut short


def test_no_room_for_an_export(at, small_disk, tmp_path):
    incident = at("composed")
    small_disk.fill(0)
    target = small_disk.ballast.parent
    for words in (["match", "--export", target / "m.csv"], ["group", "--export", target / "g.csv"],
                  ["compose", "--preview", target / "p", "--all"]):
        incident.error(*words, code=CANTCREATE)
    assert not [path for path in target.rglob("*.csv")]     # no half of one, under its name


def test_no_room_for_init(empty, small_disk):
    incident = empty
    small_disk.fill(2 * PAGE)
    folder = small_disk.ballast.parent / "new"
    incident.error("init", folder, "--example", "supplier", code=CANTCREATE)
    small_disk.clear()
    incident.run("init", folder, "--example", "supplier", code=OK)


# ------------------------------------------------------------------------------------ no right to write

@pytest.fixture
def bare(at, tmp_path):
    """Runs verbs as somebody who is not root: root may write anywhere."""
    if os.geteuid():
        pytest.skip("only root can become somebody else")
    for folder in [tmp_path, *tmp_path.parents]:
        if folder == pathlib.Path("/"):
            break
        if not folder.stat().st_mode & 1:
            folder.chmod(folder.stat().st_mode | 0o011)

    def copy(stage):
        incident = at(stage)
        for path in [incident.root, *incident.root.rglob("*")]:
            os.chown(path, 65534, 65534)
        start = incident.start
        incident.start = lambda *words, **more: start(*words, user=65534, group=65534, extra_groups=[], **more)
        return incident
    if subprocess.run(["true"], user=65534, group=65534, extra_groups=[], cwd=tmp_path).returncode:
        pytest.skip("cannot run as another user")
    probe = subprocess.run([os.environ["BREACHMAIL"], "--version"], user=65534, group=65534,
                           extra_groups=[], cwd="/", capture_output=True)
    if probe.returncode:
        pytest.skip("the program cannot be run by another user")
    return copy


@pytest.mark.parametrize("stage, words", [*STEPS, ("released", "send")],
                         ids=[words.split(" {")[0] for _, words in STEPS] + ["send"])
def test_read_only_folder(bare, force, tmp_path, stage, words):
    incident = bare(stage)
    for name in ("people.csv", "breach.csv"):
        shutil.copy(force / name, incident.tmp / name)
        (incident.tmp / name).chmod(0o644)
    words = words.format(force=incident.tmp).split()
    before = incident.state()
    modes = {path: path.stat().st_mode for path in [incident.folder, *incident.folder.rglob("*")]}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    incident.run("status", code=OK)             # reading is still possible
    incident.run("check", code=OK)
    message = incident.error(*words, code=CANTCREATE)
    assert str(incident.folder) in message or "written" in message
    assert incident.state() == before
    for path, mode in modes.items():
        path.chmod(mode)
    incident.run(*words)
    reconcile(incident)


def test_no_folder_for_the_key(bare):
    incident = bare("made")
    incident.home.chmod(0o500)
    for path in incident.home.rglob("*"):
        if path.is_dir():
            path.chmod(0o500)
    folder = incident.root / "second"
    incident.error("init", folder, "--example", "supplier", code=CANTCREATE)
    assert not (folder / "ledger.db").exists()


# --------------------------------------------------------------------------------------- other limits

def test_a_file_may_not_grow(at):
    """A limit on file sizes is like a full disk, and kills nobody."""
    incident = at("grouped")
    before = digest(incident.ledger)
    size = incident.ledger.stat().st_size

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + PAGE, size + PAGE))
    result = incident.finish(incident.start("compose", preexec_fn=limit), "compose")
    assert result.code == CANTCREATE and digest(incident.ledger) == before
    incident.run("compose", code=OK)
    reconcile(incident)


def test_output_that_cannot_be_written(at):
    """A script whose disk is full must not take an empty answer for success."""
    incident = at("composed")
    for words in (["status"], ["approve"], ["check"], ["report", "--kind", "people"], ["--help"]):
        for json in ([], ["--json"]):
            with open("/dev/full", "w") as full:
                process = subprocess.run([os.environ["BREACHMAIL"], "-C", incident.folder, *words, *json],
                                         stdout=full, stderr=subprocess.PIPE, env=incident.env())
            assert process.returncode == CANTCREATE, (words, json)


def test_nobody_reads_the_answer(at):
    """A pipe that is closed ends the program quietly, whatever it was about to say."""
    incident = at("released")
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run([os.environ["BREACHMAIL"], "-C", incident.folder, "send"], stdout=writer,
                             stderr=subprocess.PIPE, env=incident.env())
    os.close(writer)
    assert process.returncode in (OK, CANTCREATE, -13)
    assert incident.status()["states"].get("accepted", 0) == len(incident.outbox())
    incident.run("send", code=OK)
    reconcile(incident)
