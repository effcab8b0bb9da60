# SPDX-License-Identifier: MIT
"""What is promised to everyone on any list under any policy, tried on 1,000 made-up worlds, each of them a policy, one or
two lists of people, a leak, and what humans decide before the release and after it, played from import to send:

    nobody who is told in person, withheld or unsafe to write to gets a mail, whatever was known or decided too late;
    everybody in the leak has exactly one state, and who can be written to safely was, once, at the one safe address;
    no mail of a level goes before one of a higher level.

What should come of a world is worked out here from the words of the manual (policy and routes), in plain sentences,
without asking the program. A world is made from its number alone: PROMISES=417 plays that one and leaves it in its
folder."""
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile

from conftest import BINARY

WORLDS = 1000 if os.environ.get("BREACHMAIL_LONG") else 60
SANITIZED_WORLDS = 40           # they take ten times as long
DRIVER = pathlib.Path(BINARY).absolute().parent.parent / "tests" / "verb_driver"

SURNAMES = ["Ashdown", "Birkett", "Calloway", "Dunmore", "Ellwood", "Farrant", "Gilchrist", "Hathersage", "Ingleby",
            "Jessop", "Kirkbride", "Lockyer", "Mossman", "Northcott", "Oldroyd", "Pemberton", "Quayle", "Rushworth"]
FORENAMES = ["Anna", "Boris", "Cecily", "Dmitri", "Esther", "Fergus", "Greta", "Hugo", "Iris", "Jasper", "Kirsty", "Leon"]
UNITS = ["Custody", "SO15", "Surveillance", "Finance", "Response Policing", "Dog Support", "Source Unit", "Fleet"]
ROLES = ["desk", "covert operative", "Source Handler", "driver", "analyst", "Firearms Instructor"]
FLAGS = ["", "", "", "", "undercover", "witness protection; review", "armed"]
PLACES = ["Northmoor", "Eastleigh Road", "Safe House 4"]
VALUES = {"unit": UNITS, "role": ROLES, "flags": [flag for flag in FLAGS if flag], "location": PLACES}
DEAD = ["deceased", "Deceased"]
AWAY = ["suspended", "career-break", "left", "Left"]
THERE = ["in-post", "", "parental", "sick", "seconded"]
UNUSABLE = ["nobody", "a@", "@met.police.example", "a b@met.police.example", "a@b@met.police.example"]
WAYS = ["ring her sister after six", "07700 900100", "by letter to her mother"]
CHILD = "2019-02-03"
CHIEFS = ["Chief Constable", "Commander"]
NEEDS = ["braille", "large print", "BSL interpreter", "hard of hearing"]
FOREIGN = ["Polish", "pl"]
OFFICES = ["custody.desk@met.police.example", "Duty.Office2@met.police.example"]
CLOSED = ["elsewhere.example", "work email"]
COLUMNS = {"person_id": "person_id", "Pay No": "pay_number", "Surname": "surname", "Forenames": "forenames",
           "DOB": "date_of_birth", "Rank": "rank", "Unit": "unit", "Role": "role", "Flags": "flags", "Status": "status",
           "Email": "email", "Personal Email": "email_personal", "Contact": "contact", "Needs": "needs",
           "Language": "language", "Guardian": "guardian"}
MAY_LACK = ["contact", "status", "needs", "language", "rank", "date_of_birth"]
TO = re.compile("^To: (?:.*<)?([^<>\n]+)>?$", re.M)
WHY = ["--by", "Ann Example", "--reason", "made up"]


# ---------------------------------------------------------------------------------------------- making a world

class World:
    """Policy, lists, leak, decisions. A person is their rows on the lists, the newest list last."""

    def __init__(self, number):
        self.number = number
        self.chance = chance = random.Random(f"world {number}")
        self.allowed = chance.random() < .2                 # work addresses only at the force
        self.closed = chance.choice([None] * 8 + CLOSED)
        self.levels = self.make_levels()
        self.people = {f"P{n:02}": [row] for n, row in enumerate(self.make_people(chance.randint(3, 10)))}
        self.twins = self.make_twins() if chance.random() < .15 else ()
        self.again = self.make_second_list() if chance.random() < .35 else []
        self.make_shared_addresses()
        self.rows = self.make_leak()
        self.shielded = {person for person in self.people if chance.random() < .2} if chance.random() < .3 else set()
        self.shield_is_late = bool(self.shielded) and chance.random() < .4
        self.presumed = chance.random() < .1                # everyone is told before the leak is in hand
        self.before = self.make_decisions() if chance.random() < .4 else []
        self.after = self.make_decisions() if chance.random() < .3 else []
        self.late, self.late_is_in = self.make_late_list() if chance.random() < .2 else {}, False

    # ------------------------------------------------------------------------------------------ the policy

    def make_condition(self):
        chance = self.chance
        field = chance.choice(["person.unit", "person.role", "person.flags", "person.status", "record.location"])
        name = field.split(".")[1]
        values = VALUES.get(name, DEAD + AWAY + ["in-post"])
        some = [self.miswrite(value) for value in chance.sample(values, chance.randint(1, 2))]
        test = chance.choice(["is", "in", "in", "contains", "matches", "not_in", "present", "missing"])
        return field, test, {"is": some[0], "in": some, "not_in": some, "contains": [word[1:5] for word in some],
                             "matches": [f"*{word[1:6]}*" for word in some], "present": True, "missing": True}[test]

    def miswrite(self, value):
        """As a human would write it in a rule."""
        return self.chance.choice([str.upper, str.lower, str])(value)

    def make_levels(self):
        chance, count = self.chance, self.chance.randint(2, 6)
        default = chance.randrange(count) if chance.random() < .3 else count - 1
        levels = []
        for n in range(count):
            level = {"name": f"level {n}", "route": chance.choice(["mail"] * 5 + ["task", "restricted", "none"])}
            if level["route"] == "mail":
                level["template"] = "notice/staff"
            if level["route"] == "restricted":
                level["restriction"] = {"ground": "an inquiry", "owner": "the DPO", "review_by": "2030-01-01"}
            if chance.random() < .7:
                level["tell_at"] = chance.choice([.05, .5, 1])
            if n == default:
                level["default"] = True
            else:
                level["when"] = [dict((field, {test: value}) for field, test, value in
                                      [self.make_condition() for _ in range(chance.choice([1, 1, 2]))])
                                 for _ in range(chance.randint(1, 3))]
            levels.append(level)
        return levels

    # ------------------------------------------------------------------------------------------ the people

    def make_people(self, count):
        chance = self.chance
        names = chance.sample([(s, f) for s in SURNAMES for f in FORENAMES], count)
        for n, (surname, forename) in enumerate(names):
            row = {"person_id": f"P{n:02}", "pay_number": f"{chance.randrange(10 ** 6, 10 ** 7):07}{n:02}",
                   "surname": surname, "forenames": forename,
                   "date_of_birth": f"{chance.randint(1960, 2000)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
                   "unit": chance.choice(UNITS), "role": chance.choice(ROLES), "flags": chance.choice(FLAGS), "guardian": ""}
            if chance.random() < .05:
                row.update(chance.choice([{"date_of_birth": CHILD}, {"date_of_birth": "", "guardian": "her mother"}]))
            row["rank"] = chance.choice(["PC", "", "Sergeant"] * 5 + CHIEFS)
            row["needs"] = chance.choice(["", "", "none"] * 10 + NEEDS)
            row["language"] = chance.choice(["", "English", "en-GB"] * 8 + FOREIGN)
            yield {**row, **self.make_reach(n)}

    def make_reach(self, n):
        """How somebody may be reached, or not."""
        chance = self.chance
        reach = {"status": chance.choice(THERE * 5 + AWAY + DEAD), "email": f"p{n}@met.police.example",
                 "email_personal": "", "contact": ""}
        if chance.random() < .3:
            reach["email_personal"] = f"own{n}@home.example"
        if chance.random() < .2:
            reach["email"] = chance.choice(["", chance.choice(UNUSABLE), f"p{n}@elsewhere.example",
                                            chance.choice(OFFICES)])
        if chance.random() < .2:
            reach["contact"] = chance.choice([f"safe{n}@refuge.example", chance.choice(WAYS)])
        return reach

    def make_twins(self):
        """Two people of one name: a row that has no more than the name may be either's."""
        if len(self.people) < 4:
            return ()
        one, other = self.chance.sample(sorted(self.people), 2)
        for field in ("surname", "forenames", "date_of_birth"):
            self.people[other][0][field] = self.people[one][0][field]
        return one, other

    def make_second_list(self):
        """A newer list: some have changed, some are missing, and it may know nothing of how people want to be reached."""
        chance, rows = self.chance, []
        self.left_out = [field for field in MAY_LACK if chance.random() < .2]
        for person, known in self.people.items():
            if chance.random() < .2:
                continue
            row = dict(known[0])
            if chance.random() < .3:
                row.update(self.make_reach(int(person[1:])))
            if chance.random() < .2:
                row.update(unit=chance.choice(UNITS), flags=chance.choice(FLAGS))
            row.update({field: "" for field in self.left_out})
            rows.append(row)
            known.append(row)
        return rows

    def make_late_list(self):
        """It comes when the release is made already: some have died, or are somewhere else."""
        rows = {person: dict(known[-1]) for person, known in self.people.items()}
        for person, row in rows.items():
            if self.chance.random() < .4:
                row.update(self.make_reach(int(person[1:])))
            if self.chance.random() < .3:
                row.update(unit=self.chance.choice(UNITS), flags=self.chance.choice(FLAGS))
        return rows

    def known(self, person):
        """Their rows on the lists that are in by now."""
        return self.people[person] + ([self.late[person]] if self.late_is_in and self.late else [])

    def shields(self, person):
        return person in self.shielded and (self.late_is_in or not self.shield_is_late)

    def make_shared_addresses(self):
        """A role mailbox: two people with one address, wherever either has it."""
        if self.chance.random() < .3:
            one, other = self.chance.sample(sorted(self.people), 2)
            field = self.chance.choice(["email", "email_personal", "contact"])
            if self.again and field in self.left_out:
                field = "email"
            self.people[one][-1][field] = "Front.Desk@met.police.example"
            self.people[other][0]["email"] = "front.desk@met.police.example"

    # --------------------------------------------------------------------------------- the leak, decisions

    def make_leak(self):
        chance, rows = self.chance, []
        self.certain, self.maybe, self.conflict = set(), set(), set()
        for person, known in self.people.items():
            if person in self.twins or chance.random() < .2:
                continue
            self.certain.add(person)
            for _ in range(chance.choice([1, 1, 1, 2])):
                rows.append({**known[0], "who": {person}, "location": chance.choice(PLACES)})
        if self.twins:
            rows.append({**self.people[self.twins[0]][0], "pay_number": "", "who": set(self.twins),
                         "location": chance.choice(PLACES)})
            self.maybe = set(self.twins)
        away = sorted(set(self.people) - self.certain - self.maybe)
        if len(away) > 1 and chance.random() < .5:         # the number says one, the name another
            one, other = (self.people[person][0] for person in away[:2])
            rows.append({**other, "pay_number": one["pay_number"], "who": (), "location": PLACES[0]})
            self.conflict = set(away[:2])
        for n in range(chance.choice([0, 0, 1, 2]) if rows else 1):     # nobody of ours
            rows.append({"pay_number": f"99{chance.randrange(10 ** 8):08}", "surname": ["Zeller", "Yarrow"][n],
                         "forenames": "Wolfram", "date_of_birth": "1931-01-01", "who": (), "location": PLACES[1]})
        chance.shuffle(rows)
        return rows

    def make_decisions(self):
        chance, decisions = self.chance, []
        for person in self.people:
            if chance.random() < .25:
                level = chance.choice(self.levels)["name"]
                decisions.append((person, *chance.choice([
                    ["--hold"], ["--address-unsafe"], ["--deceased"], ["--route", "task"], ["--route", "none"],
                    ["--raise", level], ["--raise", level]])))
        return decisions

    # ------------------------------------------------------------------------------------------ as files

    def write(self, folder):
        (folder / "policy.json").write_text(json.dumps({"levels": self.levels}))
        settings = json.loads((folder / "incident.json").read_text())
        settings["allowed_domains"] = ["met.police.example"] if self.allowed else []
        settings["closed_channels"] = ["the force intranet", *([self.closed] if self.closed else [])]
        (folder / "incident.json").write_text(json.dumps(settings))
        self.write_list(folder / "people.csv", [known[0] for known in self.people.values()], ())
        if self.again:
            self.write_list(folder / "again.csv", self.again, self.left_out)
        if self.late:
            self.write_list(folder / "late.csv", self.late.values(), ())
        if self.shielded:
            (folder / "shield.csv").write_text("reference,pay_number\n" + "".join(
                f"liaison {person},{self.people[person][0]['pay_number']}\n" for person in sorted(self.shielded)))
        fields = ["pay_number", "surname", "forenames", "date_of_birth", "location"]
        with open(folder / "leak.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, fields, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self.rows)

    @staticmethod
    def write_list(path, rows, left_out):
        columns = {column: field for column, field in COLUMNS.items() if field not in left_out}
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows([columns, *([row[field] for field in columns.values()] for row in rows)])


# ------------------------------------------------------------------------------------------ what should come of it

def holds(test, wanted, value):
    """One condition on one value, as the manual has it: blind to case; what is missing is in no list."""
    value = value.lower()
    if test in ("present", "missing"):
        return bool(value) == (test == "present")
    words = [word.lower() for word in ([wanted] if isinstance(wanted, str) else wanted)]
    if test == "not_in":
        return value not in words
    if not value:
        return False
    return value in words if test in ("is", "in") else any(word.strip("*") in value for word in words)


def rule_holds(rule, row, record):
    """All conditions speak of one row of the list and one of the leak; without a record none on it holds."""
    return all(holds(test, wanted, (row if field[0] == "p" else record)[field.split(".")[1]])
               for field, tests in rule.items() for test, wanted in tests.items() if field[0] == "p" or record) and (
                   record or not any(field[0] == "r" for field in rule))


def level_of(world, person, records, raised=None):
    """The highest level with a rule that holds, else the default; what a human said last may raise it."""
    order = [level["name"] for level in world.levels]
    found = [n for n, level in enumerate(world.levels)
             if any(rule_holds(rule, row, record) for rule in level.get("when", ())
                    for row in world.known(person) for record in records or [None])]
    level = found[0] if found else [n for n, level in enumerate(world.levels) if level.get("default")][0]
    return min(level, order.index(raised)) if raised else level


def newest(rows, field):
    """What the newest list says that says anything."""
    return next((row[field] for row in reversed(rows) if row[field]), "")


def safe_address(world, person):
    """Where this person and nobody else reads it; None: there is no such place."""
    rows = world.known(person)
    status, contact = newest(rows, "status"), newest(rows, "contact")
    others = {row[field].lower() for other in world.people if other != person
              for row in world.known(other) for field in ("email", "email_personal", "contact")}

    def good(address):
        return (address and address not in UNUSABLE and address.lower() not in others
                and not (world.closed == "elsewhere.example" and address.endswith("@elsewhere.example")))

    born = newest(rows, "date_of_birth")
    if status in DEAD or born == CHILD or not born and newest(rows, "guardian") or world.shields(person):
        return None
    written = newest(rows, "needs") not in NEEDS and newest(rows, "language") not in FOREIGN
    if contact:
        return contact if "@" in contact and good(contact) and written else None
    work, own = rows[-1]["email"], rows[-1]["email_personal"]
    if newest(rows, "rank") in CHIEFS and status not in AWAY:
        return None                     # somebody else reads their mail: a call
    read_by_others = status in AWAY or work in OFFICES or world.closed == "work email"
    outside = world.allowed and not work.endswith("@met.police.example")
    if good(work) and written and not read_by_others and not outside:
        return work
    return own if good(own) and written else None


def decided(decisions, person):
    words = [words for who, *words in decisions if who == person]
    flat = [word for choice in words for word in choice]
    return {"words": flat, "barred": bool({"--hold", "--address-unsafe", "--deceased", "task", "none"} & set(flat)),
            "raised": next((choice[1] for choice in reversed(words) if choice[0] == "--raise"), None)}


def told_at(world, person, late=False, blind=False):
    """The address of their mail, None if they get none, and the place of their level: at the release, or after what came
    late; and before the leak is in hand (blind), or with it."""
    decisions, world.late_is_in = world.before + (world.after if late else []), late
    records = [] if blind else [row for row in world.rows if person in row["who"]]
    choice = decided(decisions, person)
    level = level_of(world, person, records, choice["raised"])
    mail = world.levels[level]["route"] == "mail" and not choice["barred"]
    return (safe_address(world, person) if mail else None), level


# ---------------------------------------------------------------------------------------------------- playing

class Desk:
    """The program, and an incident to copy for each world."""

    def __init__(self, top):
        self.top = top
        self.start()
        self.run(top, "init", top / "made", "--example", "supplier")

    def start(self):
        self.driver = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                       env={**os.environ, "HOME": str(self.top)})

    def run(self, folder, *words, codes=(0,)):
        out = self.top / "out"
        line = "\t".join(map(str, [out, "-C", folder, "--key-file", self.top / "key", "--json", *words]))
        self.driver.stdin.write(line + "\n")
        self.driver.stdin.flush()
        answer, said = self.driver.stdout.readline(), out.read_text()
        if not answer:
            dead = self.driver.wait()
            self.start()
            raise AssertionError(f"{words} ended with {dead}: " + pathlib.Path(f"{out}.err").read_text())
        code = int(answer)
        assert code in codes, (words, code, said, pathlib.Path(f"{out}.err").read_text())
        return json.loads(said)

    def decide(self, folder, decisions):
        """A decision that the policy has no room for is refused (77): then nothing was decided."""
        done = []
        for person, *words in decisions:
            tally = self.run(folder, "person", person, *words, *WHY, codes=(0, 1, 77))
            if "error" not in tally:
                done.append((person, *words))
        return done

    def play(self, world, folder):
        """From the files to the mails of the first release and of the second, the state of each person, and the sums."""
        shutil.copytree(self.top / "made", folder)
        world.write(folder)
        self.run(folder, "import", "people", folder / "people.csv", "--as-of", "2023-08-01")
        if world.again:
            self.run(folder, "import", "people", folder / "again.csv", "--as-of", "2023-09-01")
        self.run(folder, "import", "breach", *(["--presume"] if world.presumed else [folder / "leak.csv"]))
        if world.shielded and not world.shield_is_late:
            self.run(folder, "import", "shield", folder / "shield.csv")
        world.before = self.decide(folder, world.before)
        self.prepare(folder, *([] if world.presumed else ["match"]))
        world.after = self.decide(folder, world.after)
        if world.late:
            self.run(folder, "import", "people", folder / "late.csv", "--as-of", "2023-10-01")
        if world.shield_is_late:
            self.run(folder, "import", "shield", folder / "shield.csv")
        if world.late or world.shield_is_late:
            for verb in ["group"] if world.presumed else ["match", "group"]:
                self.run(folder, verb, codes=(0, 1))
        self.run(folder, "send", codes=(0, 1, 77))
        first = outbox(folder, ())
        if world.presumed:
            self.run(folder, "import", "breach", folder / "leak.csv")
        if world.after or world.late or world.presumed or world.shield_is_late:
            self.prepare(folder, *(["match"] if world.presumed else []))    # what widens needs a new release
            self.run(folder, "send", codes=(0, 1, 77))
        people = self.run(folder, "report", "--kind", "people", "--format", "json")["people"]
        status = self.run(folder, "status", codes=(0, 1)) if world.number % 10 == 0 else None
        return list(first.values()), list(outbox(folder, first).values()), people, status

    def prepare(self, folder, *verbs):
        """To a release, if there is anything to release."""
        for verb in (*verbs, "group", "compose"):
            self.run(folder, verb, codes=(0, 1))
        self.run(folder, "approve", "--release", codes=(0, 1, 77))

    def close(self):
        self.driver.stdin.close()
        assert self.driver.wait(timeout=60) == 0, pathlib.Path(f"{self.top / 'out'}.err").read_text()


def outbox(folder, known):
    """The mails of a run, by file in the order of sending: to whom each went."""
    new = [path for path in sorted((folder / "outbox" / "new").glob("*")) if path.name not in known]
    return {path.name: TO.search(path.read_text())[1].lower() for path in new}


def judge(world, first, second, people, status):
    planned, narrowed, in_the_end = (
        {person: told_at(world, person, late, world.presumed and not known) for person in world.people}
        for late, known in [(False, False), (True, False), (True, True)])
    reader = {to[0].lower(): person for found in (planned, in_the_end) for person, to in found.items() if to[0]}
    leaked = world.certain | world.maybe

    # Nobody gets two, and nobody gets one who should not.
    assert not [address for address, count in collections.Counter(first + second).items() if count > 1], "told twice"
    for address in first + second:
        assert address in reader, f"a mail to {address}, which is nobody's safe address"
    told_first, told_second = ({reader[address] for address in addresses} for addresses in (first, second))
    assert not told_first & told_second, "told twice, at two addresses"
    assert world.presumed or told_first <= leaked, "told, and not in the leak"
    assert told_second <= leaked, "told, and not in the leak"
    for person in told_first:
        assert planned[person][0] and narrowed[person][0], f"{person} was to be told otherwise, before the mail went"
    for person in told_second:
        assert in_the_end[person][0], f"{person} was to be told otherwise"

    # Who can be told safely is told.
    told = told_first | told_second
    for person in world.certain - told:
        assert not in_the_end[person][0], f"{person} is safe to write to, and was not"

    # Everybody in the leak has one state, nobody else has any, and the sums hold.
    called = {f"liaison {person}" if person in world.shielded else person: person for person in world.people}
    assert {row["person_id"] for row in people} <= set(called), "a person is not called as they should be"
    states = {called[row["person_id"]]: row["state"] for row in people}
    assert len(states) == len(people)
    assert not status or len(people) == status["people"] == sum(status["states"].values())
    assert world.certain <= set(states) <= leaked, (sorted(states), sorted(world.certain))
    assert {person for person, state in states.items() if state == "accepted"} == told & set(states)
    for person in world.certain - told:
        assert states[person] in states_of(world, person, in_the_end[person][1]), (person, states[person])

    # The highest level first.
    order = [planned[reader[address]][1] for address in first if reader[address] not in world.maybe]
    assert order == sorted(order), f"the order of levels was {order}"


def states_of(world, person, level):
    """What may have become of somebody who got no mail."""
    decided_on = decided(world.before + world.after, person)["words"]
    if "--hold" in decided_on:
        return {"held"}
    if "--route" in decided_on:
        return {choice for choice in decided_on if choice in ("task", "none")}
    route = world.levels[level]["route"]
    return {"task"} if route == "mail" else {route}


def play_some(numbers):
    """In a process of its own. What was broken, as text."""
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None     # a disk would be waited for
    top = pathlib.Path(tempfile.mkdtemp(prefix="breachmail-promises-", dir=shared))
    desk, mails, broken = Desk(top), 0, []
    for number in numbers:
        world, folder = World(number), top / f"world{number}"
        try:
            played = desk.play(world, folder)
            mails += len(played[0]) + len(played[1])
            judge(world, *played)
        except (AssertionError, KeyError) as error:
            broken.append(f"world {number}: {error!r}")
        if "PROMISES" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
    desk.close()
    if "PROMISES" not in os.environ:
        shutil.rmtree(top)
    return mails, broken


def test_what_is_promised_to_everyone(breachmail):
    assert DRIVER.exists(), "the build has no tests/verb_driver"
    with open(breachmail, "rb") as file:
        count = SANITIZED_WORLDS if b"__asan_init" in file.read() else WORLDS
    numbers = [int(os.environ["PROMISES"])] if "PROMISES" in os.environ else range(count)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(play_some, [numbers[::2], numbers[1::2]]))
    broken = [line for _, lines in parts for line in lines]
    assert not broken, f"{len(broken)} of {len(numbers)} worlds\n" + "\n".join(broken[:5])
    assert len(numbers) == 1 or sum(mails for mails, _ in parts) > len(numbers)
