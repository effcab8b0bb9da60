# SPDX-License-Identifier: MIT
"""From outside, a message does not tell its level: what a relay, or whoever reads its logs, can see."""
import collections
import email
import json
import re

import pytest

from conftest import LISTED, OK, Incident, make_force
from test_remind import now

PEOPLE = 2600
MESSAGES = 2000     # at least, of every level that is told by mail


@pytest.fixture(scope="module")
def messages(breachmail, tmp_path_factory):
    """Of each message its bytes and its level."""
    top = tmp_path_factory.mktemp("blind")
    incident = Incident(top / "work")
    force = make_force(top / "force", PEOPLE, "blind")
    incident.make()
    incident.import_both(force)
    incident.walk("match", "group", "compose")
    incident.run("compose", "--preview", top / "out", "--all", code=OK)
    levels = collections.Counter()
    for level, route, *_ in incident.routes().values():
        levels[level] += route == "mail"
    texts = [(path.name, path.read_bytes()) for path in sorted((top / "out").iterdir())]
    assert len(texts) == sum(levels.values()) >= MESSAGES
    # The files stand in the order of sending: highest level first.
    policy = json.loads((incident.folder / "policy.json").read_text())
    order = [level["name"] for level in policy["levels"] for _ in range(levels[level["name"]])]
    assert set(order) == {level["name"] for level in policy["levels"] if level["route"] == "mail"}
    return [(level, message) for level, (_, message) in zip(order, texts)]


def outside(message):
    """Everything but what is meant for each person alone, and what is inside the parts."""
    head, _, body = message.partition(b"\n\n" if b"\r\n\r\n" not in message else b"\r\n\r\n")
    mail = email.message_from_bytes(head)
    names = tuple(name for name, _ in mail.items())
    values = tuple(value for name, value in mail.items() if name not in ("To", "Message-ID"))
    parts = tuple(re.findall(rb"(?m)^--=_\w+(?:--|\r?\n(?:[A-Z][\w-]+: .+\n)*)", body))
    return names, values, parts, len(message), message.count(b"\n"), max(map(len, message.splitlines()))


def test_headers_structure_and_length_are_the_same_for_all(messages):
    seen = collections.defaultdict(set)
    for level, message in messages:
        seen[outside(message)].add(level)
    assert len(seen) == 1, [key[3:] for key in seen]


def test_the_message_id_is_random(messages):
    """Each sign of it against each level: chi-squared, far from any level's own."""
    ids = [(level, re.search(rb"^Message-ID:\s*<([0-9a-f]{32})@", message, re.M).group(1).decode())
           for level, message in messages]
    assert len({ident for _, ident in ids}) == len(ids)
    levels = collections.Counter(level for level, _ in ids)
    worst = 0
    for at in range(32):
        signs = collections.Counter(ident[at] for _, ident in ids)
        both = collections.Counter((level, ident[at]) for level, ident in ids)
        chi = sum((both[level, sign] - levels[level] * signs[sign] / len(ids)) ** 2 / (levels[level] * signs[sign] / len(ids))
                  for level in levels for sign in signs)
        freedom = (len(levels) - 1) * (len(signs) - 1)
        # Wilson and Hilferty (1931): the cube root of chi-squared over its freedom is nearly normal.
        z = ((chi / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)) ** .5
        worst = max(worst, z)
    assert worst < 4.5, worst       # of 32 tries, one in ten thousand by chance


def test_neither_subject_nor_sender_says_what_it_is_about(messages):
    mail = email.message_from_bytes(messages[0][1])
    for name in ("Subject", "From"):
        assert not re.search("breach|leak|police|officer|danger|risk|undercover|terror", mail[name].partition("<")[0], re.I)


def test_the_levels_have_different_words_inside(messages):
    """The test would be worth nothing if all letters were the same."""
    texts = collections.defaultdict(set)
    for level, message in messages[::8]:
        body = email.message_from_bytes(message).get_payload(0).get_payload(decode=True)
        texts[level].add(re.sub(rb"Dear [^,]*,|[0-9A-Z]{5}-[0-9A-Z]{5}", b"", body))
    assert len({frozenset(x) for x in texts.values()}) == len(texts)


def sizes(incident):
    """(bytes, lines) of all that was sent, without the envelope above."""
    mails = [re.sub(rb"\A(?:(?:Return-Path|Delivered-To): [^\n]*\n)+", b"", path.read_bytes()) for path in incident.outbox()]
    return collections.Counter((len(mail), mail.count(b"\n")) for mail in mails)


def test_one_size_whatever_one_level_says_more(few):
    """A level with ten pages of advice, somebody with an endless name, reminders, what has changed: all of one size."""
    own = few.folder / "templates" / "notice"
    own.mkdir(parents=True)
    own.joinpath("counter-terrorism.txt").write_text("{{<notice/layout}}\n{{$advice}}\n" + "\n".join(
        f"- Look at lock number {n} before you go to bed, and write down that you have done so." for n in range(150)) +
        "\n{{/advice}}\n{{/notice/layout}}\n")
    few.change({"what_changed": ["The list held addresses, too."]})
    few.run("group", env=now())
    few.run("compose", env=now(), code=OK)
    few.run("approve", "--release", env=now(), code=OK)
    assert few.run("send", env=now()).tally["accepted"] == 5
    ((size, count),) = sizes(few).items()
    assert count == 5 and size[0] > 30000 and size[0] == size[1] * 32
    few.run("compose", "--what-changed", "--by", "Ann", "--reason", "more is known", env=now(hours=1), code=OK)
    few.run("approve", "--release", env=now(hours=1), code=OK)
    few.run("send", env=now(hours=1))
    assert sizes(few) == {size: 10}


def test_one_size_whatever_one_name_is(empty):
    """Room for a made-up reader is not room for all: then all get more."""
    people = LISTED.replace("Winter-Jones", "Winter-Jones " * 400).replace("x@", "x" * 50 + "@")
    (empty.root / "people.csv").write_text(people)
    (empty.root / "breach.csv").write_text("Row ID,Pay No\n" + "".join(f"R{n},P10000{n}\n" for n in range(1, 9)))
    empty.make()
    empty.import_both(empty.root)
    for verb in ("match", "group", "compose"):
        empty.run(verb)
    empty.release()
    empty.run("send")
    ((size, count),) = sizes(empty).items()
    assert count == 5 and size[0] == size[1] * 32
    assert any(b"Winter-Jones Winter-Jones" in path.read_bytes() for path in empty.outbox())
