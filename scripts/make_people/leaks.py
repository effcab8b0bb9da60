# SPDX-License-Identifier: MIT
"""The breach files about the people of the force: one row, one person.

    supplier        a card printer's register: name, rank, vetting level, pay number, photo
    foi-release     a hidden tab: surname, initials, rank or grade, department, location
    publication     a list put on the web: name, job title, salary, allowances; it is a year old
    lost-notebook   lines written by hand, with one to four facts about somebody in each

A row is made as the list has it, and then spoilt by the noise of its style, a table that says what
can be wrong, how often, and how it looks. truth.csv has the words of what was done to a row; where
none stands, the row agrees with the list. Files of cases, in which a row is about several people
or nobody, are in cases.py.
"""
import collections
import copy
import itertools
import math
import random

from make_people.force import (
    COLUMNS, MAIL_PART, OFFICER_RANKS, SHORT_RANKS, VETTING, Person, chunk_names, pay_number,
    people_counted, people_named, people_placed, people_rows, people_settled, person_id, plain)

RANK_BEFORE = {prefix + high: prefix + low for low, high in itertools.pairwise(OFFICER_RANKS)
               for prefix in ("", "Detective ")}
NOBODY = Person()
NOBODY.number, NOBODY.alike = math.inf, False

# ------------------------------------------------------------------------------------------ the rows


def quoted(cell):
    return f'"{cell}"' if "," in cell else cell


class Leaked:
    """A row of a breach file. `line` is what stands there in place of it, if it is truly bad."""
    __slots__ = "person forenames surname rank inverted line noise".split()
    header, more_columns = "", []

    def __init__(self, plan, person):
        self.person, self.forenames, self.surname = person, person.forenames, person.surname.text
        self.rank, self.inverted, self.line = person.rank, False, ""
        self.noise = [] if person.number < plan.people else ["left"]

    def name(self):
        if self.inverted:
            return f'"{self.surname.upper()}, {self.forenames}"'
        return f"{self.forenames} {self.surname}"

    def text(self):
        return self.line or ",".join(self.cells()) + "\r\n"

    @staticmethod
    def more(_):
        """The cells that the list has of a person for this style alone: more_columns."""
        return ""


class Card(Leaked):
    __slots__ = "vetting pay photo".split()
    header = "Name,Rank,Vetting Level,Pay No,Photo\r\n"

    def __init__(self, plan, person):
        super().__init__(plan, person)
        self.vetting, self.pay = person.vetting, pay_number(plan, person)
        self.photo = f"{plan.scatter(person.number, 2, 10 ** plan.digits):0{plan.digits}}.jpg"

    def cells(self):
        return [self.name(), self.rank, self.vetting, self.pay, self.photo]


class Release(Leaked):
    __slots__ = "unit location".split()
    header = "\ufeffSurname,Initials,Rank/Grade,Department,Location\r\n"     # as Excel writes UTF-8

    def __init__(self, plan, person):
        super().__init__(plan, person)
        self.unit, self.location = person.unit.name, person.location

    def cells(self):
        initials = "".join(name[0] for name in self.forenames.split())
        return [self.surname, initials, self.rank, self.unit, self.location]


class Salary(Leaked):
    __slots__ = "role salary allowances".split()
    header = "Name,Job Title,Salary,Allowances\r\n"
    more_columns = ["salary", "allowances"]

    def __init__(self, plan, person):
        super().__init__(plan, person)
        self.role, (self.salary, self.allowances) = person.role, pay(person)

    def cells(self):
        return [self.name(), self.role, quoted(self.salary), self.allowances]

    @staticmethod
    def more(person):
        return "".join("," + amount for amount in pay(person))


class Note(Leaked):
    """What somebody noted about a person; the person's number decides in which words."""
    __slots__ = "words first number".split()
    header = "Entry\n"
    WORDS = ["{rank} {surname}", "{rank} {surname} - {unit}", "{first} ({location})", "{surname}",
             "{rank} {initial} {surname}, {unit}", "{surname} {number}", "{mail}",
             "{first} {surname}, {role}, {location}", "{rank} {first} {surname}, {unit}, {location}",
             "{initial} {surname} - {role}", "{surname}, {initial}. {location}", "{first} {surname}"]

    def __init__(self, plan, person):
        super().__init__(plan, person)
        self.words = self.WORDS[plan.scatter(person.number, 2, 10 ** plan.digits) % len(self.WORDS)]
        self.first, self.number = person.first, pay_number(plan, person)

    def entry(self):
        return self.words.format(
            rank=SHORT_RANKS.get(self.rank, [self.rank])[0], first=self.first, surname=self.surname,
            initial=self.first[0], number=self.number, unit=self.person.unit.name,
            role=self.person.role, location=self.person.location,
            mail=f"{MAIL_PART[self.person.first]}.{self.person.surname.mail}")

    def text(self):
        return quoted(self.line or self.entry()) + "\n"


# A year's pay, by rank from Constable to Commissioner and by grade from Band G to Band A; made up.
PAY = [28_600, 44_200, 54_600, 60_200, 73_300, 85_900, 105_600, 121_200, 210_000, 260_000, 292_900]
PAY_STAFF = [21_700, 23_900, 27_100, 33_300, 40_400, 48_900, 62_500]
PAY_PCSO, STEP, STEPS = 24_000, .035, 7
ALLOWANCES = [0, 0, 0, 1_200, 2_850, 4_340]


def pay(person):
    """Salary and allowances, as text. Volunteers have none."""
    if person.employment == "special":
        return "", ""
    ladder = PAY_STAFF if person.employment == "staff" else [PAY_PCSO] + PAY
    step = person.number * 5 % STEPS
    salary = ladder[person.level] * (1 + STEP * step)
    return str(round(salary)), str(ALLOWANCES[(person.number // STEPS) % len(ALLOWANCES)])


# ----------------------------------------------------------------------------------------- the noise


def windows(text):
    """Whether Windows-1252 has these letters."""
    try:
        return text.isascii() or bool(text.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def windowed(text):
    return "".join(letter if windows(letter) else plain(letter) for letter in text)


def mistyped(rng, text):
    """Two letters swapped, one lost, doubled or wrong."""
    new = text
    while new == text:
        at = rng.randrange(1, len(text))
        head, here, tail = text[:at], text[at], text[at + 1:]
        new = head + rng.choice([tail[:1] + here + tail[1:], tail, here + here + tail,
                                 rng.choice("aeinorst") + tail])
    return new


def typo(row, rng, _):
    field = "surname" if rng.random() < .7 or len(row.forenames) < 3 else "forenames"
    return {field: mistyped(rng, getattr(row, field))}


def pay_of_another(row, rng, rows):
    others = [other.pay for other in rng.sample(rows, min(50, len(rows)))
              if other.pay and not other.noise and other.surname != row.surname]
    return {"pay": others[0] if others else row.pay}


def pay_spelt(row, _, __):
    if row.pay[0].isalpha():
        return {"pay": row.pay[0].lower() + " " + row.pay[1:]}
    return {"pay": row.pay[:-4] + " " + row.pay[-4:]}


def salary_spelt(row, rng, _):
    amount = f"{int(row.salary):,}"
    return {"salary": rng.choice(["\u00a3" + amount, amount + ".00", "\u00a3" + row.salary])}


def role_of_another(row, rng, rows):
    others = [other.role for other in rows if other.role != row.role]
    return {"role": rng.choice(others or [row.role])}


def unit_of_another(row, rng, rows):
    others = [other.unit for other in rows if other.unit != row.unit]
    return {"unit": rng.choice(others or [row.unit])}


def place_of_another(row, rng, rows):
    places = [place for place in row.person.unit.places if place != row.location]
    return {"location": rng.choice(places or [other.location for other in rows])}


def illegible(row, rng, _):
    at = rng.randrange(1, len(row.surname))
    return {"surname": row.surname[:at] + "?" + row.surname[at + 1:]}


# The word in truth.csv; the share of the rows that it fits; which these are; the fields that change.
# The share 1 takes them all, the others leave the people who are alike alone; 0 is once in the file.
Noise = collections.namedtuple("Noise", "word share fits change")


def noise_of(noises, **shares):
    """The same noises with other shares; None leaves one out."""
    shares = {word.replace("_", "-"): share for word, share in shares.items()}
    return [noise._replace(share=shares.get(noise.word, noise.share))
            for noise in noises if shares.get(noise.word, 0) is not None]


NAMES = [
    Noise("former-name", .10, lambda row: row.person.former,
          lambda row, rng, rows: {"surname": row.person.former}),
    Noise("known-as", .12, lambda row: row.person.known_as,
          lambda row, rng, rows: {"forenames": row.person.known_as}),
    Noise("middle-lost", .15, lambda row: " " in row.forenames,
          lambda row, rng, rows: {"forenames": row.forenames.split()[0]}),
    Noise("initials", .012, lambda row: True, lambda row, rng, rows: {
        "forenames": rng.choice([" ", ". "]).join(name[0] for name in row.forenames.split())}),
    Noise("typo", .008, lambda row: True, typo),
    Noise("accents-lost", .25, lambda row: not (row.forenames + row.surname).isascii(),
          lambda row, rng, rows: {"forenames": plain(row.forenames), "surname": plain(row.surname)}),
    Noise("charset", 1, lambda row: not windows(row.forenames + row.surname),
          lambda row, rng, rows: {"forenames": windowed(row.forenames),
                                  "surname": windowed(row.surname)}),
    Noise("curly-quote", .35, lambda row: "'" in row.surname,
          lambda row, rng, rows: {"surname": row.surname.replace("'", "\u2019")}),
    Noise("quote-lost", .15, lambda row: "'" in row.surname,
          lambda row, rng, rows: {"surname": row.surname.replace("'", rng.choice(["", " "]))}),
    Noise("dash", .20, lambda row: "-" in row.surname,
          lambda row, rng, rows: {"surname": row.surname.replace("-", "\u2013")}),
    Noise("hyphen-lost", .10, lambda row: "-" in row.surname,
          lambda row, rng, rows: {"surname": row.surname.replace("-", " ")}),
    Noise("mac-apart", .05,
          lambda row: row.surname.startswith(("Mc", "Mac")) and " " not in row.surname,
          lambda row, rng, rows: {"surname": row.surname.replace("c", "c ", 1)}),
]
SURNAME_FIRST = Noise("surname-first", .03, lambda row: True,
                      lambda row, rng, rows: {"inverted": True})
SURNAME_TYPO = Noise("typo", .012, lambda row: True,
                     lambda row, rng, rows: {"surname": mistyped(rng, row.surname)})
RANKS = [
    Noise("rank-before", .02, lambda row: row.rank in RANK_BEFORE,
          lambda row, rng, rows: {"rank": RANK_BEFORE[row.rank]}),
    Noise("rank-short", .10, lambda row: row.rank in SHORT_RANKS,
          lambda row, rng, rows: {"rank": rng.choice(SHORT_RANKS[row.rank])}),
]
# Cut in half; a cell too many, for want of quotes; a quote that opens and never closes.
BAD = [
    Noise("bad-cut", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": f"{row.name()},{row.rank[:4]}\r\n"}),
    Noise("bad-extra", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": f"{row.surname.upper()}, {row.forenames},{row.text().partition(',')[2]}"}),
    Noise("bad-quote", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": row.text().replace(" ", ' "', 1)}),
]

SUPPLIER = [
    Noise("alike", 1, lambda row: row.person.alike, lambda row, rng, rows: {"pay": ""}),
    *NAMES, SURNAME_FIRST, *RANKS,
    Noise("vetting-before", .005, lambda row: True, lambda row, rng, rows: {
        "vetting": rng.choice([level for level in VETTING if level != row.vetting])}),
    Noise("pay-missing", .01, lambda row: row.pay, lambda row, rng, rows: {"pay": ""}),
    Noise("pay-of-another", .002, lambda row: row.pay, pay_of_another),
    Noise("pay-zero-lost", .03, lambda row: row.pay.startswith("0"),
          lambda row, rng, rows: {"pay": row.pay.lstrip("0")}),
    Noise("pay-letter-lost", .05, lambda row: row.pay[:1].isalpha(),
          lambda row, rng, rows: {"pay": row.pay[rng.choice([1, 1, 2]):]}),
    Noise("pay-spelt", .01, lambda row: row.pay, pay_spelt),
    *BAD,
]
RELEASE = [
    Noise("alike", 1, lambda row: row.person.alike, lambda row, rng, rows: {"location": ""}),
    Noise("known-as", .12, lambda row: row.person.known_as[:1] not in ("", row.forenames[0]),
          lambda row, rng, rows: {"forenames": row.person.known_as}),
    *noise_of(NAMES, known_as=None, initials=None, typo=None, charset=None), SURNAME_TYPO,
    *noise_of(RANKS, rank_short=.3),
    Noise("unit-before", .03, lambda row: True, unit_of_another),
    Noise("unit-short", .05, lambda row: row.unit.endswith((" BCU", " Command")),
          lambda row, rng, rows: {"unit": row.unit.rpartition(" ")[0]}),
    Noise("location-before", .04, lambda row: row.location, place_of_another),
    Noise("location-missing", .01, lambda row: row.location,
          lambda row, rng, rows: {"location": ""}),
    Noise("bad-cut", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": f"{row.surname},{row.forenames[0]}\r\n"}),
    Noise("bad-shifted", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": "," + row.text()}),
]
PUBLICATION = [
    Noise("alike", 1, lambda row: row.person.alike,
          lambda row, rng, rows: {"salary": "", "allowances": ""}),
    *noise_of(NAMES, middle_lost=.6), SURNAME_FIRST._replace(share=.25),
    Noise("role-before", .04, lambda row: row.role, role_of_another),
    Noise("role-missing", .05, lambda row: row.role, lambda row, rng, rows: {"role": ""}),
    Noise("salary-before", .25, lambda row: row.salary,
          lambda row, rng, rows: {"salary": str(round(int(row.salary) / 1.025))}),
    Noise("salary-rounded", .03, lambda row: row.salary,
          lambda row, rng, rows: {"salary": str(round(int(row.salary), -3))}),
    Noise("salary-spelt", .4, lambda row: row.salary, salary_spelt),
    Noise("allowances-before", .08, lambda row: row.allowances not in ("", "0"),
          lambda row, rng, rows: {"allowances": str(int(row.allowances) - rng.choice([500, 1000]))}),
    Noise("allowances-dash", .4, lambda row: row.allowances == "0",
          lambda row, rng, rows: {"allowances": rng.choice(["-", ""])}),
    Noise("bad-extra", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": f"{row.surname.upper()}, {row.forenames},{row.text().partition(',')[2]}"}),
]
NOTEBOOK = [
    Noise("known-as", .5, lambda row: row.person.known_as and "{first}" in row.words,
          lambda row, rng, rows: {"first": row.person.known_as}),
    Noise("typo", .15, lambda row: "{surname}" in row.words, SURNAME_TYPO.change),
    Noise("illegible", .05, lambda row: "{surname}" in row.words, illegible),
    Noise("uncertain", .10, lambda row: True, lambda row, rng, rows: {"words": row.words + " ?"}),
    Noise("no-person", 0, lambda row: not row.noise, lambda row, rng, rows: {
        "line": "batteries, gloves, ring garage re tyre", "person": NOBODY}),
]

# ---------------------------------------------------------------------------------------- the styles

# What a chunk is: its part of people.csv, breach.csv and truth.csv; what there is to count of its
# people and of its noise; its surnames; how many people of the list are in its part of the leak.
Part = collections.namedtuple("Part", "texts counts spoilt surnames listed")


def rows_spoilt(plan, chunk, rng, noises, rows):
    free = [row for row in rows if not row.person.alike]
    for word, share, fits, change in noises:
        fit = [row for row in (rows if share == 1 else free) if not row.line and fits(row)]
        count = round(share * len(fit)) or int(chunk == 0 and plan.people >= 100)
        for row in rng.sample(fit, min(count, len(fit))):
            for field, value in change(row, rng, rows).items():
                setattr(row, field, value)
            row.noise.append(word)


class StaffStyle:
    """A breach file about the people of the force. The rows that repeat another are a share of all
    rows, so are the people of the list; the rest are people who left the force."""
    truth_header, counted = "row,person_id,noise\n", "rows"
    staff = True            # the list has a head, and mailboxes forename.surname

    def __init__(self, name, row, noises, encoding="utf-8", rows=lambda people: people,
                 listed=.97, repeated=.003):
        self.name, self.row, self.noises, self.encoding = name, row, noises, encoding
        self.columns, self.header = COLUMNS + row.more_columns, row.header
        self.rows, self.listed, self.repeated = rows, listed, repeated

    def words(self):
        return ["left", *(noise.word for noise in self.noises),
                *["repeated"] * (self.repeated > 0)]

    def chunk_leak(self, plan, chunk, people):
        """The rows of the breach file that come from a chunk: its people, and those who left."""
        rng = random.Random(f"{plan.seed} leak {chunk}")
        first = plan.people + plan.before(plan.left, chunk)
        left = people_named(rng, range(first, first + plan.part(plan.left, chunk)))
        people_placed(plan, rng, left)
        leaked = rng.sample(people, plan.part(plan.listed, chunk)) + left
        rows = [self.row(plan, person) for person in leaked]
        rng.shuffle(rows)
        rows_spoilt(plan, chunk, rng, self.noises, rows)
        sound = [row for row in rows if not row.line]
        for row in rng.sample(sound, plan.part(plan.repeated, chunk)):
            again = copy.copy(row)
            again.noise = row.noise + ["repeated"]
            rows.insert(rng.randrange(rows.index(row) + 1, len(rows) + 1), again)
        return rows

    def chunk_make(self, plan, chunk, emails):
        people, pairs = chunk_names(plan, chunk)
        for person, email in zip(people, emails):
            person.email = email
        rng = random.Random(f"{plan.seed} people {chunk}")
        people_placed(plan, rng, people)
        people_settled(plan, chunk, rng, people, pairs)
        rows = self.chunk_leak(plan, chunk, people)
        line = 2 + sum(plan.before(total, chunk)
                       for total in (plan.listed, plan.left, plan.repeated))
        ids = [person_id(row.person.number) if row.person.number < plan.people else ""
               for row in rows]
        truth = [f"{number},{person},{' '.join(row.noise)}\n"
                 for number, (person, row) in enumerate(zip(ids, rows), line)]
        texts = (people_rows(plan, rng, people, self.row.more),
                 "".join(row.text() for row in rows), "".join(truth))
        spoilt = collections.Counter(word for row in rows for word in row.noise)
        surnames = {person.surname.text for person in people}
        return Part(texts, people_counted(people), spoilt, surnames, len(set(ids) - {""}))


STYLES = [
    StaffStyle("supplier", Card, SUPPLIER, "cp1252"),
    StaffStyle("foi-release", Release, RELEASE, listed=.98, repeated=.002),
    StaffStyle("publication", Salary, PUBLICATION, "cp1252", listed=.93, repeated=0),
    StaffStyle("lost-notebook", Note, NOTEBOOK, rows=lambda people: 42, listed=.93, repeated=.04),
]
