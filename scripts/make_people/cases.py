# SPDX-License-Identifier: MIT
"""The breach files that are cases, and the people known to the force who have a part in them.

    crime-data      an answer to a request for figures that kept the rows behind it: in each row an
                    offence, and of a victim, a witness and a suspect name, date of birth, postcode
    lost-footage    recordings that are gone: a row for each officer and each member of the public

The list is not of staff. It has people known to the force, household by household, with the ways to
reach them; with lost-footage the officers too. A child has a guardian, who may have a part in the
same case. A couple may share a mailbox, and be victim and suspect of an offence at home. Some have
stated a safe way, some are dead. Who is a victim in one case may be the suspect in another.
"""
import collections
import copy
import itertools
import math
import random

from make_people.force import (
    DAYS, DOMAIN, KNOWN_AS, MAIL_PART, PERSONAL_HOSTS, POSTAL_AREAS, SURNAME_SUMS, SURNAMES, YEAR,
    Person, Surname, collar_number, people_named, people_placed, person_named, postcode, some,
    weighted)
from make_people.leaks import (
    NAMES, RANKS, SURNAME_FIRST, Leaked, Noise, Part, mistyped, noise_of, quoted, rows_spoilt)

# Shares of the people of the list.
OFFICERS = .2               # with lost-footage
SAME_SURNAME = .85          # in a household
PERSONAL_EMAIL, PHONE, FORMER_NAME, SHORTENED = .7, .9, .12, .35
DECEASED, SAFE_WAY, NEEDS = .008, .06, .04
OWN_LANGUAGE = .3           # of those whose tradition has one
SHARED_BOX = .02            # of couples
IN_CARE = .04               # of children: no guardian on the list
NOT_TOLD = .06              # of suspects: nobody has told them that they are
SAFE_MAILBOX = .4           # of victims with one
COPY_EACH = 7               # of so many lost recordings one is held elsewhere too

UNLISTED = .04              # of the parts in a case: people whom the force does not know
HOUSEHOLDS = [int(size) for size in weighted("1:30,2:32,3:16,4:15,5:7")]
CHILD, ADULT = 17, 19       # at most, at least; nobody is 18, which a year of birth leaves open
ACCESS = weighted("large print:5,braille,easy read:3,British Sign Language:2,interpreter:4")
LANGUAGES = {"slavic": "pl", "muslim": "ur", "sikh": "pa", "hindu": "gu", "latin": "pt",
             "levantine": "tr", "eastern": "zh", "african": "so", "european": "de"}
SAFE_WAYS = ["through her sister, {}", "call {}, weekdays 9am to noon only", "at work, {}",
             "through the support worker, {}", "text to {}, never a letter"]
STREETS = ["Alder Road", "Beech Close", "Chapel Lane", "Church Street", "Mill Lane", "Park View",
           "Orchard Way", "Victoria Terrace", "The Crescent", "Station Road", "Quarry Hill"]
TOWNS = dict(zip(POSTAL_AREAS, """Akenbury Bellowick Cestingham Elverwell Foxcaster Gadsworth Heverby
    Kestrow Narborne Occlesham Rathmoor Terringford Wexbourne Yelderham""".split()))

PARTS = ["victim", "witness", "suspect"]
YOUNGEST = {"victim": 3, "witness": 8, "suspect": 14}     # a year or two after the case
# By kind of offence, how often a case has a victim, a witness, a suspect.
PRESENT = {"home": (1, .35, .95), "grave": (1, .3, .75), "street": (1, .5, .65),
           "goods": (1, .3, .3), "shop": (1, .6, .5), "state": (0, .5, 1)}
OFFENCES = [line.split("|") for line in """
Assault occasioning actual bodily harm, domestic|14|home
Controlling or coercive behaviour|7|home
Stalking involving fear of violence|5|home
Rape|4|grave
Sexual assault|5|grave
Common assault|12|street
Wounding with intent|3|street
Harassment, racially aggravated|5|street
Robbery|5|street
Burglary of a dwelling|9|goods
Theft from a vehicle|9|goods
Criminal damage|8|goods
Theft from a shop|7|shop
Possession of a blade in a public place|4|state
Affray|3|state
""".strip().split("\n")]
OFFENCE_SUMS = list(itertools.accumulate(int(weight) for _, weight, _ in OFFENCES))
SHOPS = ["Cornerways Stores", "Fairlight Pharmacy", "Bramley Wines", "The Orchard Bakery"]
# With lost-footage: who is in a case, one pattern after the other.
FOOTAGE = [("officer", "victim", "suspect"), ("officer", "witness"), ("officer", "suspect"),
           ("officer", "officer", "victim", "witness", "suspect"), ("officer", "victim", "witness")]

# --------------------------------------------------------------------------------------- the people

PUBLIC = """person_id title surname forenames known_as former_surname gender date_of_birth address
    postcode status email_personal phone contact guardian needs language flags""".split()
WITH_OFFICERS = PUBLIC + "employment rank collar_number unit email".split()


class Contact(Person):
    """A member of the public or an officer, with what the list has of them."""
    __slots__ = """title address postcode personal phone contact guardian needs language flags
        collar""".split()

    def __init__(self):
        for field in Person.__slots__ + Contact.__slots__:
            setattr(self, field, "")

    def cells(self):
        """By the names of columns that are not those of fields."""
        return {"person_id": contact_id(self.number), "surname": self.surname.text,
                "former_surname": self.former, "date_of_birth": self.born,
                "email_personal": self.personal, "collar_number": self.collar,
                "unit": self.unit and self.unit.name}

    def row(self, columns):
        cells = self.cells()
        return ",".join(quoted(cells[column] if column in cells else getattr(self, column))
                        for column in columns) + "\n"


def contact_id(number):
    return f"K{number + 1:07}"


def age(person):
    return YEAR - int(person.born[:4])


def grown(person):
    return age(person) >= ADULT


def surname_drawn(rng):
    return rng.choices(SURNAMES, cum_weights=SURNAME_SUMS)[0]


def mail_name(person):
    return f"{MAIL_PART[person.first]}.{person.surname.mail}{person.number}"


def phone(rng):
    return f"07700 900{rng.randrange(1000):03}"


def members_named(rng, numbers):
    """A household: the first is grown up, the second mostly their partner, then children."""
    surname, head = surname_drawn(rng), int(rng.triangular(ADULT, 88, 38))
    members = []
    for place, number in enumerate(numbers):
        years, gender, name = head, "", surname
        if place == 1:
            years = max(ADULT, head + rng.randrange(-6, 7))
            gender = rng.choice("MF" if rng.random() < .1 else "MF".replace(members[0].gender, ""))
        elif place:
            years = max(1, head - rng.randrange(19, 40))
            years += 2 * (CHILD < years < ADULT)
        if place and (rng.random() > SAME_SURNAME or surname.gender not in ("", gender)):
            name = surname_drawn(rng)
        members.append(person_named(rng, number, name, rng.choice(DAYS), name.gender or gender,
                                    years, make=Contact))
    return members


def household_made(rng, numbers):
    """Its members and how each can be reached."""
    members, r = members_named(rng, numbers), rng.random
    code = postcode(r)
    home = f"{rng.randrange(1, 160)} {rng.choice(STREETS)}, {TOWNS[code[:2]]}"
    adults = [person for person in members if grown(person)]
    for person in members:
        person.address, person.postcode = home, code
        person.known_as = KNOWN_AS.get(person.first, "") if r() < SHORTENED else ""
        if person.surname.tradition in LANGUAGES and r() < OWN_LANGUAGE:
            person.language = LANGUAGES[person.surname.tradition]
        if person not in adults:
            person.guardian = "" if r() < IN_CARE else contact_id(rng.choice(adults).number)
            continue
        person.title = "Mr" if person.gender == "M" else rng.choice(["Ms", "Mrs", "Miss"])
        person.phone = phone(rng) if r() < PHONE else ""
        if r() < PERSONAL_EMAIL:
            person.personal = f"{mail_name(person)}@{rng.choice(PERSONAL_HOSTS)}"
        if person.gender == "F" and r() < FORMER_NAME:
            person.former = surname_drawn(rng).text
    return members


def households_made(chunk, rng, numbers):
    households, numbers = [], list(numbers)
    while numbers:
        size = rng.choice(HOUSEHOLDS)
        households.append(household_made(rng, numbers[:size]))
        numbers = numbers[size:]
    adults = [person for household in households for person in household if grown(person)]
    for person in rng.sample(adults, some(chunk, len(adults), DECEASED)):
        person.status = "deceased"
    for person in rng.sample(adults, some(chunk, len(adults), SAFE_WAY)):
        person.contact = rng.choice(SAFE_WAYS).format(phone(rng))
    for person in rng.sample(adults, some(chunk, len(adults), NEEDS)):
        person.needs = rng.choice(ACCESS)
    couples = [household[:2] for household in households if len(household) > 1]
    for one, other in rng.sample(couples, min(len(couples), some(chunk, len(couples), SHARED_BOX))):
        one.personal = other.personal = f"{one.surname.mail}{one.number}@{rng.choice(PERSONAL_HOSTS)}"
    return households


def officers_made(plan, rng, numbers):
    """In uniform: staff wear no camera."""
    officers = people_named(rng, numbers, make=Contact)
    people_placed(plan, rng, officers)
    for person in officers:
        if person.employment == "staff":
            person.employment, person.rank, person.level = "officer", "Constable", 1
        person.collar, person.status = collar_number(rng.random(), person), "in-post"
        person.email, person.title = f"{mail_name(person)}@{DOMAIN}", ""
    return officers


# ---------------------------------------------------------------------------------------- the cases


class Party(Leaked):
    """Somebody's part in a case. `cut`: the row ends within it."""
    __slots__ = "part born postcode collar cut".split()

    def __init__(self, plan, part, person):
        super().__init__(plan, person)
        self.part, self.postcode, self.collar, self.cut = part, person.postcode, person.collar, False
        self.born = "" if part == "officer" else "/".join(reversed(person.born.split("-")))
        if person.number >= plan.people:
            self.noise = ["unlisted" if person.forenames else "no-person"]

    def cells(self):
        return [self.forenames, self.surname, self.born, self.postcode]

    def truth(self, plan):
        known = contact_id(self.person.number) if self.person.number < plan.people else ""
        return f"{self.part},{known},{' '.join(self.noise)}"


class Crime:
    """One row, at most a party for each part."""
    HEADER = "\ufeffCrime Ref,Reported,Offence," + ",".join(
        f"{part.title()} Forenames,{part.title()} Surname,{part.title()} DOB,{part.title()} Postcode"
        for part in PARTS) + "\r\n"

    def __init__(self, plan, number, rng, world):
        offence, _, kind = rng.choices(OFFENCES, cum_weights=OFFENCE_SUMS)[0]
        parts = [part for part, share in zip(PARTS, PRESENT[kind]) if rng.random() < share]
        self.about = [f"36/{plan.scatter(number, 1, 10 ** plan.digits):0{plan.digits}}/21",
                      day_written(rng), quoted(offence)]
        self.parties = [Party(plan, part, person)
                        for part, person in zip(parts, world.cast(rng, parts, kind))]

    def rows(self):
        """(text, those whom it is about), once."""
        by_part, cells = {party.part: party for party in self.parties}, list(self.about)
        for part in PARTS:
            party = by_part.get(part)
            if party and party.cut:
                return [(",".join(cells + [party.forenames, party.surname]) + "\r\n", [party])]
            cells += party.cells() if party else [""] * 4
        return [(",".join(cells) + "\r\n", self.parties)]

    def again(self):
        case = copy.copy(self)
        case.parties = [copy.copy(party) for party in self.parties]
        for party in case.parties:
            party.noise = party.noise + ["repeated"]
        return case

    @staticmethod
    def rows_before(cases):
        return cases


class Footage:
    """As many rows as parties."""
    HEADER = "\ufeffCase Ref,Recorded,Pieces,Copy Held,Part,Name,Rank,Collar No,Date of Birth\r\n"

    def __init__(self, plan, number, rng, world):
        parts = FOOTAGE[number % len(FOOTAGE)]
        self.about = [f"14/{plan.scatter(number, 1, 10 ** plan.digits):0{plan.digits}}/22",
                      day_written(rng), str(rng.randrange(1, 12)),
                      "no" if number % COPY_EACH else "yes"]
        self.parties = [Party(plan, part, person)
                        for part, person in zip(parts, world.cast(rng, parts, "street"))]

    def rows(self):
        return [(",".join([*self.about, party.part, party.name(), party.rank, party.collar,
                           party.born]) + "\r\n", [party]) for party in self.parties]

    @staticmethod
    def rows_before(cases):
        turns, rest = divmod(cases, len(FOOTAGE))
        return turns * sum(map(len, FOOTAGE)) + sum(map(len, FOOTAGE[:rest]))


def day_written(rng):
    """A day from April 2021 to March 2022."""
    _, month, day = rng.choice(DAYS).split("-")
    return f"{day}/{month}/{2021 if month >= '04' else 2022}"


class World:
    """Who there is to take part in the cases of a chunk."""

    def __init__(self, officers, households):
        self.officers = officers
        self.public = [person for household in households for person in household]
        self.people = officers + self.public
        self.couples = [household for household in households if len(household) > 1]

    def cast(self, rng, parts, kind):
        """A person for each part, all different. At home: victim and suspect are a couple."""
        chosen, household = {}, []
        if kind == "home" and self.couples:
            household = rng.choice(self.couples)
            chosen["victim"], chosen["suspect"] = rng.sample(household[:2], 2)
        elif kind == "shop":
            chosen["victim"] = shop(rng)
        cast = []
        for part in parts:
            pool = self.officers if part == "officer" else household[2:] or self.public
            others = [*cast, *chosen.values()]
            cast.append(chosen.get(part) or self.someone(rng, pool, part, others))
        return cast

    def someone(self, rng, pool, part, others):
        if pool and rng.random() > UNLISTED:
            for person in rng.choices(pool, k=9):
                if person not in others and age(person) >= YOUNGEST.get(part, 0):
                    return person
        stranger, = people_named(rng, [math.inf], make=Contact)
        if part == "officer":
            stranger.rank = "Constable"
        else:
            stranger.postcode = postcode(rng.random)
        return stranger


def shop(rng):
    """A victim who is no person."""
    business = Contact()
    business.number, business.surname = math.inf, Surname(rng.choice(SHOPS), "", "", "")
    return business


# ----------------------------------------------------------------------------------------- the noise


def born(change):
    """A change of day, month and year where there are three."""
    return lambda row, rng, rows: {"born": change(rng, *row.born.split("/"))}


def day_could_be_month(row):
    return row.born and row.born[:2] <= "12" and row.born[:2] != row.born[3:5]


BIRTHS = [
    Noise("birth-missing", .05, lambda row: row.born, lambda row, rng, rows: {"born": ""}),
    Noise("birth-default", .02, lambda row: row.born,
          born(lambda rng, day, month, year: f"01/01/{year}")),
    Noise("birth-year", .02, lambda row: row.born, born(
        lambda rng, day, month, year: f"{day}/{month}/{int(year) + rng.choice([-10, -1, 1])}")),
    Noise("birth-swapped", .06, day_could_be_month,
          born(lambda rng, day, month, year: f"{month}/{day}/{year}")),
    Noise("birth-spelt", .10, lambda row: row.born,
          born(lambda rng, day, month, year: f"{year}-{month}-{day}")),
]
CRIME = [
    *noise_of(NAMES, middle_lost=.6, typo=.04, initials=None, charset=None),
    Noise("forename-missing", .015, lambda row: row.forenames,
          lambda row, rng, rows: {"forenames": ""}),
    Noise("names-swapped", .015, lambda row: row.forenames, lambda row, rng, rows: {
        "forenames": row.surname, "surname": row.forenames}),
    *BIRTHS,
    Noise("postcode-missing", .08, lambda row: row.postcode,
          lambda row, rng, rows: {"postcode": ""}),
    Noise("postcode-before", .08, lambda row: row.postcode,
          lambda row, rng, rows: {"postcode": postcode(rng.random)}),
    Noise("postcode-typo", .03, lambda row: row.postcode,
          lambda row, rng, rows: {"postcode": mistyped(rng, row.postcode)}),
    Noise("postcode-outward", .08, lambda row: row.postcode,
          lambda row, rng, rows: {"postcode": row.postcode.split()[0]}),
    Noise("postcode-spelt", .20, lambda row: " " in row.postcode,
          lambda row, rng, rows: {"postcode": row.postcode.replace(" ", "")}),
    Noise("bad-cut", 0, lambda row: row.part == "victim" and not row.noise,
          lambda row, rng, rows: {"cut": True}),
]
LOST = [
    *noise_of(NAMES, middle_lost=.6, typo=.04, charset=None), SURNAME_FIRST._replace(share=.1),
    *noise_of(RANKS, rank_short=.6), *noise_of(BIRTHS, birth_missing=.4),
    Noise("collar-missing", .10, lambda row: row.collar, lambda row, rng, rows: {"collar": ""}),
]

# ---------------------------------------------------------------------------------------- the styles


class CaseStyle:
    """A breach file of cases. What repeats another is a share of them."""
    truth_header, encoding, staff = "row,part,person_id,noise\n", "utf-8", False
    listed = 0              # no share of the list: a case takes whom it needs

    def __init__(self, name, case, columns, noises, rows, counted, repeated=0, officers=0):
        self.name, self.case, self.columns, self.header = name, case, columns, case.HEADER
        self.noises, self.rows, self.counted = noises, rows, counted
        self.repeated, self.officers = repeated, officers

    def words(self):
        return ["unlisted", *["no-person"] * (self.case is Crime),
                *(noise.word for noise in self.noises), *["repeated"] * (self.repeated > 0)]

    def chunk_cases(self, plan, chunk, world):
        rng, total = random.Random(f"{plan.seed} leak {chunk}"), plan.rows - plan.repeated
        numbers = range(plan.before(total, chunk), plan.before(total, chunk + 1))
        cases = [self.case(plan, number, rng, world) for number in numbers]
        parties = [party for case in cases for party in case.parties if party.forenames]
        rows_spoilt(plan, chunk, rng, self.noises, parties)
        for case in rng.sample(cases, plan.part(plan.repeated, chunk)):
            cases.insert(rng.randrange(cases.index(case) + 1, len(cases) + 1), case.again())
        return cases

    @staticmethod
    def suspects_flagged(plan, chunk, rows):
        """Some are not to know yet that they are suspects."""
        rng = random.Random(f"{plan.seed} flags {chunk}")
        suspects = {party.person.number: party.person for _, parties in rows for party in parties
                    if party.part == "suspect" and party.person.number < plan.people}
        for number in rng.sample(sorted(suspects), some(chunk, len(suspects), NOT_TOLD)):
            suspects[number].flags = "not told"

    @staticmethod
    def victims_asked(plan, chunk, rows):
        """Some have stated that their own mailbox is a safe way."""
        rng = random.Random(f"{plan.seed} asked {chunk}")
        victims = {party.person.number: party.person for _, parties in rows for party in parties
                   if party.part == "victim" and party.person.personal and not party.person.contact}
        for number in rng.sample(sorted(victims), some(chunk, len(victims), SAFE_MAILBOX)):
            victims[number].contact = victims[number].personal

    def chunk_make(self, plan, chunk, _):
        rng, numbers = random.Random(f"{plan.seed} people {chunk}"), plan.numbers(chunk)
        officers = round(len(numbers) * self.officers)
        households = households_made(chunk, rng, numbers[officers:])
        world = World(officers_made(plan, rng, numbers[:officers]), households)
        rows = [row for case in self.chunk_cases(plan, chunk, world) for row in case.rows()]
        self.suspects_flagged(plan, chunk, rows)
        self.victims_asked(plan, chunk, rows)
        before = self.case.rows_before(plan.before(plan.rows - plan.repeated, chunk))
        line = 2 + before + plan.before(plan.repeated, chunk)
        truth = "".join(f"{number},{party.truth(plan)}\n"
                        for number, (_, parties) in enumerate(rows, line) for party in parties)
        texts = ("".join(person.row(self.columns) for person in world.people),
                 "".join(text for text, _ in rows), truth)
        parties = [party for _, parties in rows for party in parties]
        spoilt = collections.Counter(word for party in parties for word in party.noise)
        listed = {party.person.number for party in parties if party.person.number < plan.people}
        surnames = {person.surname.text for person in world.people}
        return Part(texts, contacts_counted(world.people), spoilt, surnames, len(listed))


def contacts_counted(people):
    boxes = collections.Counter(person.personal for person in people if person.personal)
    return collections.Counter({
        "officers": sum(bool(person.email) for person in people),
        "children": sum(not grown(person) for person in people),
        "deceased": sum(person.status == "deceased" for person in people),
        "with a safe way": sum(bool(person.contact) for person in people),
        "not told that they are suspects": sum(bool(person.flags) for person in people),
        "with needs": sum(bool(person.needs) for person in people),
        "with another language": sum(bool(person.language) for person in people),
        "sharing a mailbox": sum(count for count in boxes.values() if count > 1)})


STYLES = [
    CaseStyle("crime-data", Crime, PUBLIC, CRIME, lambda people: -(-people // 2), "rows",
              repeated=.01),
    CaseStyle("lost-footage", Footage, WITH_OFFICERS, LOST, lambda people: 69, "cases",
              officers=OFFICERS),
]
