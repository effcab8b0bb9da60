# SPDX-License-Identifier: MIT
"""The six incidents, played: each example from its files to its last person, with all sums compared
after each step."""
import subprocess

import pytest

from conftest import OK, SCRIPTS, reconcile, reconcile_send

INCIDENTS = ["supplier", "foi-release", "publication", "lost-notebook", "lost-footage"]
PEOPLE = 300


@pytest.fixture(scope="module")
def forces(tmp_path_factory):
    """The files of each kind of incident, made once."""
    made = {}

    def files(style):
        if style not in made:
            made[style] = tmp_path_factory.mktemp(style)
            subprocess.run([SCRIPTS / "make-people", "--people", str(PEOPLE), "--style", style, "--jobs", "1",
                            "--out", made[style]], check=True, stdout=subprocess.DEVNULL)
        return made[style]
    return files


@pytest.mark.parametrize("name", INCIDENTS)
def test_played(empty, forces, name):
    """From init to sent, on made-up files of this kind."""
    incident, force = empty, forces(name)
    incident.run("init", incident.folder, "--example", name, code=OK)
    reconcile(incident)
    incident.run("import", "people", force / "people.csv", "--as-of", "2023-08-01", code=OK)
    reconcile(incident)
    incident.run("import", "breach", force / "breach.csv")
    reconcile(incident)
    incident.walk("match", "group", "compose")
    assert incident.last["compose"]["notices"] > 0
    incident.release()
    status = reconcile_send(incident, incident.run("send", code=OK).tally)
    assert not set(status["states"]) - {"accepted", "task", "restricted", "none"}, status["states"]
    assert len(incident.outbox()) == status["states"]["accepted"]
    incident.run("check", code=OK)
