# SPDX-License-Identifier: MIT
"""The manual says what the program does: every command and option, every setting."""
import pathlib
import re
import subprocess

import pytest

from conftest import BINARY

pytestmark = pytest.mark.usefixtures("breachmail")
TOP = pathlib.Path(__file__).resolve().parents[2]


def said(*words):
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def keys_of(*files):
    """The keys that settings are checked against: the lists that end in NULL and are called ...keys."""
    found = set()
    for file in files:
        for body in re.findall(r"\*?const \w*keys\[\] = \{(.*?)\}", (TOP / file).read_text(), re.S):
            found |= set(re.findall(r'"(\w+)"', body))
    return found


@pytest.mark.parametrize("topic, files, at_least", [
    ("incident", ["mailer/settings.c", "mailer/settings_relay.c", "mailer/settings_mailbox.c"], 50),
    ("policy", ["recipients/policy.c"], 30),
])
def test_each_setting_is_in_its_page(topic, files, at_least):
    keys, page = keys_of(*files), said("help", topic)
    assert len(keys) >= at_least
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", page)] == []


def test_each_command_and_option_is_in_the_manual():
    """The page is made of the table; here of what each --help says."""
    page = said("help", "man")
    commands = re.findall(r"^  ([a-z-]+) ", said("--help").partition("Options, before")[0], re.M)
    commands = [name for name in commands if name != "breachmail"]
    assert len(commands) > 20
    for name in commands:
        section = page.partition(f"\n*{name}* ")[2]
        assert section, name
        for option in re.findall(r"^  --([a-z-]+)", said(name, "--help"), re.M):
            if option not in ("json",):
                assert f"*--{option}*" in section, (name, option)
    assert "@" not in re.sub(r"[\w.]+@[\w.]+", "", page)


def test_names_of_templates_are_in_their_page():
    page = said("help", "templates")
    used = set()
    for path in [*(TOP / "templates/notice").rglob("*.txt"), *(TOP / "templates/advice").rglob("*.txt")]:
        used |= set(re.findall(r"\{\{[#^&]?([a-z_.]+[a-z_])\}\}", path.read_text()))
    assert len(used) > 30
    assert [name for name in sorted(used - {"words"}) if not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", page)] == []


def test_completion(tmp_path):
    script = tmp_path / "breachmail.bash"
    script.write_text(said("help", "completion"))

    def complete(*words):
        line = " ".join(map(repr, words))
        done = subprocess.run(["bash", "-c", f"source {script}; COMP_WORDS=(breachmail {line}); COMP_CWORD={len(words)};"
                               " _breachmail; printf '%s\\n' \"${COMPREPLY[@]}\""], capture_output=True, text=True,
                              timeout=30, check=True, cwd=tmp_path)
        return [line for line in done.stdout.splitlines() if line]
    assert complete("ma") == ["match"]
    assert complete("send", "--st") == ["--stop"]
    assert "--first" in complete("-C", "x", "send", "--f") and "--map" not in complete("send", "--")
    assert complete("help", "appr") == ["approve"] and complete("help", "po") == ["policy"]
    assert complete("report", "--format", "") == ["text", "json", "csv", "html"]
    assert complete("report", "--kind", "fed") == ["federation"] and complete("review", "--role", "") == ["rep", "desk"]
    assert complete("status", "--color", "=", "n") == complete("--color", "=", "n") == ["never"]
    assert complete("key", "remo") == ["remove"] and complete("import", "peo") == ["people"]
    assert complete("review", "--add", "") == complete("report", "--scope", "") == complete("verify", "") == []
    (tmp_path / "a folder").mkdir()
    (tmp_path / "list.csv").write_text("")
    assert complete("-C", "a") == ["a folder"] and complete("-C", "l") == []
    assert complete("import", "people", "l") == complete("match", "--export", "l") == ["list.csv"]


@pytest.mark.parametrize("topic", ["incident", "policy", "templates", "ledger", "exit-codes"])
def test_topics(topic):
    text = said("help", topic)
    assert len(text.splitlines()) > 10 and "*" not in text.replace("(*)", "")
