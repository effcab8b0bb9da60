# SPDX-License-Identifier: MIT
"""The force: who its people are, and the list that HR would hand over.

People are numbered 0, 1, 2 ... and made in chunks. Each chunk draws random numbers of its own, so
that processes can share the work and the bytes do not tell how many there were. What must be
unique is a one-to-one function of the person's number; only mail addresses must know who else has
the name, and so there are two passes: the first makes the names, which are counted, the second
makes them again with all the rest.

What leaks about them is in leaks.py; people who are not of the force are in cases.py.
"""
import collections
import itertools
import pathlib
import random
import re
import unicodedata

CHUNK = 10_000
YEAR = 2023
DOMAIN, SHARED = "met.police.example", "office"
COLUMNS = """person_id pay_number warrant_number collar_number title surname forenames known_as
    former_surname rank role unit location employment status vetting gender date_of_birth postcode
    email email_personal phone line_manager""".split()

# Shares of the people of the list.
ALIKE_PAIRS = .002      # two with one name, rank and vetting level
HIDDEN = .0004          # undercover, in an ordinary-looking unit
DECEASED = .0005
SHARED_BOX = .001       # pairs who share a mailbox
NO_EMAIL = .004
PERSONAL_EMAIL = .35
MIDDLE_NAME = .35

# ----------------------------------------------------------------------------------------- the ranks

OFFICER_RANKS = ["Constable", "Sergeant", "Inspector", "Chief Inspector", "Superintendent",
                 "Chief Superintendent"]
POSTS = ["Commander", "Deputy Assistant Commissioner", "Assistant Commissioner",
         "Deputy Commissioner", "Commissioner"]
PEOPLE_PER_POST = [2_350, 6_000, 9_400]     # for the first three; of the last two there is one each
PYRAMID = [[620, 230, 90, 36, 16, 8], [735, 185, 56, 16, 6, 2], [925, 72, 3, 0, 0, 0]]  # old to young
BANDS = "Band A,Band B:4,Band C:10,Band D:25,Band E:30,Band F:22,Band G:8"
STAND_IN = {"Sergeant": "Acting Sergeant", "Inspector": "Temporary Inspector",
            "Chief Inspector": "Temporary Chief Inspector"}
TRAINEE, PCSO = "Trainee Detective Constable", "Police Community Support Officer"

LEVELS = {rank: level for level, rank in enumerate(OFFICER_RANKS + POSTS, 1)}
LEVELS |= {"Detective " + rank: LEVELS[rank] for rank in OFFICER_RANKS}
LEVELS |= {stand_in: LEVELS[rank] for rank, stand_in in STAND_IN.items()}
LEVELS |= {TRAINEE: 1, PCSO: 0, "Special Constable": 0, "Special Sergeant": 2}
LEVELS |= {f"Band {letter}": level for level, letter in enumerate("GFEDCBA")}
TOP = LEVELS["Commander"]

SHORT_RANKS = {
    "Constable": ["PC", "PC", "Con"], "Sergeant": ["PS", "Sgt"], "Inspector": ["Insp"],
    "Chief Inspector": ["Ch Insp", "C/Insp"], "Superintendent": ["Supt"],
    "Chief Superintendent": ["Ch Supt", "C/Supt"], "Detective Constable": ["DC"],
    "Detective Sergeant": ["DS"], "Detective Inspector": ["DI"], "Detective Chief Inspector": ["DCI"],
    "Detective Superintendent": ["Det Supt", "D/Supt"], "Detective Chief Superintendent": ["DCS"],
    "Acting Sergeant": ["A/PS"], "Temporary Inspector": ["T/Insp"],
    "Temporary Chief Inspector": ["T/Ch Insp"], TRAINEE: ["TDC"], PCSO: ["PCSO"],
    "Special Constable": ["SC", "SPC"], "Commander": ["Cmdr"],
    "Deputy Assistant Commissioner": ["DAC"], "Assistant Commissioner": ["AC"]}
RANK_BEFORE = {prefix + high: prefix + low for low, high in itertools.pairwise(OFFICER_RANKS)
               for prefix in ("", "Detective ")}

# By kind of unit: the shares of staff, PCSOs, special constables; of detectives among officers.
Kind = collections.namedtuple("Kind", "staff pcso special detective vetting officer_roles"
                                      " staff_roles")
KINDS = {
    "area": Kind(
        .09, .055, .055, .22, "RV:86,MV:7,CTC:5,SC:2",
        "Response Officer:8,Neighbourhood Officer:4,Ward Officer:3,Schools Officer,Investigator:3,"
        "Safeguarding Investigator:2,Robbery Team,Burglary Team,Tasking Team",
        "Front Counter Officer,Case Builder,Office Manager,Crime Recorder,Ward Administrator"),
    "operations": Kind(
        .20, .01, .02, .03, "RV:84,MV:9,CTC:4,SC:3",
        "Patrol Officer:6,Operational Support:3,Trainer,Planning Officer",
        "Operations Assistant,Planner,Coordinator,Driver"),
    "crime": Kind(
        .22, 0, .005, .86, "RV:58,MV:27,CTC:7,SC:8",
        "Investigator:8,Case Officer:3,Exhibits Officer,Family Liaison Officer,Disclosure Officer",
        "Analyst,Researcher,Indexer,Disclosure Assistant,Case Builder"),
    "office": Kind(
        .90, 0, 0, .05, "RV:43,NPPV 2:22,NPPV 3:20,CTC:9,MV:6",
        "Staff Officer:2,Project Officer:2,Adviser", "Manager,Assistant"),
    "terror": Kind(
        .18, 0, 0, .80, "SC:44,DV:32,CTC:14,MV:10",
        "Counter Terrorism Investigator:6,Intelligence Officer:3,Ports Officer:2",
        "Analyst,Researcher,Language Specialist"),
    "protection": Kind(
        .06, 0, 0, .01, "SC:46,DV:20,CTC:24,MV:10",
        "Protection Officer:6,Authorised Firearms Officer:5,Residence Security:2,Search Officer",
        "Control Room Operator,Planner"),
    "firearms": Kind(
        .08, 0, 0, .01, "MV:50,CTC:25,SC:25",
        "Armed Response Officer:6,Specialist Firearms Officer:3,Firearms Trainer,Tactical Adviser",
        "Armourer,Administrator"),
    "covert": Kind(
        .14, 0, 0, .75, "DV:48,SC:34,MV:18",
        "Covert Officer", "Analyst,Researcher,Technical Specialist"),
}
SPECIAL_KINDS = ("terror", "protection", "firearms", "covert")
HIDDEN_ROLE = "Undercover Officer"
HEADQUARTERS = "New Scotland Yard,Lambeth,Hendon,West Brompton,Newlands Park"
PAY_LETTER = {"officer": "", "staff": "C", "pcso": "U", "special": "V"}
ROLES = {"pcso": "Neighbourhood Support", "special": "Volunteer"}
STATUSES = "in-post:948,sick:13,parental:15,career-break:10,suspended:8,seconded:6"
POSTAL_AREAS = "AK BE CE EL FO GA HE KE NA OC RA TE WE YA".split()      # no post town has them
POSTAL_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
PERSONAL_HOSTS = ["mail.example", "post.example", "inbox.example", "home.example"]
DAYS = [f"-{month:02}-{day:02}"
        for month, last in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)
        for day in range(1, last + 1)]

# ---------------------------------------------------------------------------------------- the lists

LISTS_FILE = pathlib.Path(__file__).resolve().parents[1] / "make-people.lists"


def lists_read():
    """The sections of the file of lists: {("surnames", "irish", "0.050"): text}."""
    text = LISTS_FILE.read_text(encoding="utf-8")
    parts = re.split(r"(?m)^\[(.*)\]$", re.sub(r"(?m)^#.*\n", "", text))
    return {tuple(head.split()): body.strip() for head, body in zip(parts[1::2], parts[2::2])}


def words(text):
    return [word.replace("_", " ") for word in text.split()]


def weighted(text):
    """"a:3,b" -> [a, a, a, b]: a list to pick from blindly."""
    pairs = (item.partition(":") for item in text.split(","))
    return [name for name, _, weight in pairs for _ in range(int(weight or 1))]


def ranked(names):
    """A list to pick from blindly, in which a name's share falls with its place."""
    return [name for place, name in enumerate(names)
            for _ in range(max(1, round(240 / (place + 4) ** .8)))]


LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O",
                         "ß": "ss"})


def plain(text):
    """Without accents: José -> Jose, Søren -> Soren."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def mail_part(name):
    return re.sub(r"[^a-z-]", "", plain(name).lower())


LINKS = ["", "", "", "en", "er", "ing", "s", "le", "ber"]


def rare_surnames(common, heads, feet):
    """The same each time: they are no matter of the seed."""
    rng, known, size = random.Random("surnames"), set(common), 50_000
    made = map("".join, zip(*(rng.choices(part, k=size) for part in (heads, LINKS, feet))))
    made = [name for name in dict.fromkeys(made) if re.fullmatch(r"(?!.*(.)\1\1).{5,12}", name)]
    fronts = rng.choices(["Mc", "Mac", "O'", "Fitz"], [5, 3, 2, 1], k=1400)
    made = made[:31_500] + [front + rng.choice(made) for front in fronts]
    made += [f"{rng.choice(common)}-{rng.choice(rng.choice([common, made]))}" for _ in range(3600)]
    rng.shuffle(made)
    return [name for name in dict.fromkeys(made) if name not in known]


def falling(share, names, offset, slope):
    """Splits a share among names so that it falls with their place."""
    parts = [(place + offset) ** -slope for place in range(len(names))]
    total = sum(parts)
    return [share * part / total for part in parts]


Surname = collections.namedtuple("Surname", "text mail tradition gender")


def surnames_made(lists):
    """All surnames, and the running sum of their shares."""
    entries, weights = [], []
    for (kind, *about), text in lists.items():
        if kind == "surnames":
            names = [name.partition("/") for name in words(text)]
            entries += [Surname(name, mail_part(name), about[0], gender.upper())
                        for name, _, gender in names]
            weights += falling(float(about[1]), names, 9, .78)
    common = [entry.text for entry in entries if entry.text.isalpha() and not entry.gender]
    names = rare_surnames(list(dict.fromkeys(common)), words(lists["heads",]), words(lists["feet",]))
    entries += [Surname(name, mail_part(name), "british", "") for name in names]
    return entries, list(itertools.accumulate(weights + falling(1 - sum(weights), names, 300, .6)))


def forenames_made(lists):
    """{(tradition, gender, generation): names}, and who of that tradition take one, as a share."""
    names, shares = {}, {}
    for (kind, *about), text in lists.items():
        if kind == "forenames":
            tradition, gender, shares[about[0]] = about[0], about[1], float(about[2])
            parts = [ranked(words(part)) for part in text.split("/")]
            for number in range(3):
                names[tradition, gender, number] = parts[number % len(parts)]
    return names, shares


Unit = collections.namedtuple("Unit", "name code share kind places officer_roles staff_roles vetting")


def unit_made(line):
    name, code, share, kind, places, roles = line.split("|")
    officers, staff = KINDS[kind].officer_roles, KINDS[kind].staff_roles
    officers, staff = (roles or officers, staff) if kind == "covert" else (officers, roles or staff)
    return Unit(name, code, float(share), kind, (places or HEADQUARTERS).split(","),
                weighted(officers), weighted(staff), weighted(KINDS[kind].vetting))


LISTS = lists_read()
SURNAMES, SURNAME_SUMS = surnames_made(LISTS)
FORENAMES, OWN_FORENAME = forenames_made(LISTS)
MAIL_PART = {name: mail_part(name) for names in FORENAMES.values() for name in set(names)}
KNOWN_AS = dict(pair.split(":") for pair in LISTS["known-as",].split())
UNITS = [unit_made(line) for line in LISTS["units",].split("\n")]
UNIT_SUMS = list(itertools.accumulate(unit.share for unit in UNITS))
BOARD = next(unit for unit in UNITS if unit.name == "Management Board")
OFFICERS = [[rank for rank, weight in zip(OFFICER_RANKS, weights) for _ in range(weight)]
            for weights in PYRAMID]
STAFF = weighted(BANDS)
STATUS = weighted(STATUSES)
VETTING = sorted({level for unit in UNITS for level in unit.vetting})

# ----------------------------------------------------------------------------------------- the plan


class Plan:
    """What must be known before the first chunk: how many of what, and who holds the top posts."""

    def __init__(self, style, people, seed, rows):
        self.style, self.people, self.seed, self.rows = style.name, people, seed, rows
        self.chunks = -(-people // CHUNK)
        self.repeated = round(rows * style.repeated)
        self.listed = min(round(rows * style.listed), people)
        self.left = rows - self.listed - self.repeated
        self.digits = max(6, len(str(people + self.left - 1)))
        rng = random.Random(f"{seed} plan")
        self.keys = [rng.randrange(10 ** 9) for _ in range(3)]
        ranks = [rank for rank, per in zip(POSTS, PEOPLE_PER_POST) for _ in range(people // per or 1)]
        ranks = ranks + POSTS[3:] if style.staff and people >= 200 else []
        self.posts = dict(zip(rng.sample(range(people), len(ranks)), ranks))
        self.deceased = set(rng.sample(range(people), some(0, people, DECEASED)))

    def numbers(self, chunk):
        return range(chunk * CHUNK, min(self.people, (chunk + 1) * CHUNK))

    def before(self, total, chunk):
        """How many of a total lie before a chunk when they are spread evenly over the people."""
        return total * min(chunk * CHUNK, self.people) // self.people

    def part(self, total, chunk):
        return self.before(total, chunk + 1) - self.before(total, chunk)

    def scatter(self, number, key, size):
        """One to one within 0 .. size - 1, for a size with no prime factors but 2, 3 and 5."""
        return (number * 7_368_787 + self.keys[key]) % size


def some(chunk, count, share):
    """A share; but a force of 100 or more has each rare case at least once, in its first chunk."""
    return round(count * share) or int(chunk == 0 and count >= 100)


# --------------------------------------------------------------------------------------- the people


class Person:
    __slots__ = """number surname forenames first gender born known_as former unit location employment
        rank level role vetting status email manager alike""".split()


def person_id(number):
    return f"H{number + 1:07}"


def generation(person):
    return (person.born >= "1973") + (person.born >= "1988")


def pay_number(plan, person):
    """Eight digits of which the first is a zero; before them a letter for all but officers."""
    return f"{PAY_LETTER[person.employment]}0{1_000_000 + plan.scatter(person.number, 0, 9_000_000)}"


def person_named(rng, number, surname, day, gender="", age=None, make=Person):
    """A person with a name, a gender and a date of birth, and nothing else yet."""
    person, r = make(), rng.random
    person.number, person.surname, person.alike = number, surname, False
    person.gender = gender or surname.gender or ("F" if r() < .42 else "M")
    person.born = f"{YEAR - (int(rng.triangular(19, 65, 36)) if age is None else age)}{day}"
    tradition = surname.tradition if r() < OWN_FORENAME[surname.tradition] else "british"
    names = FORENAMES[tradition, person.gender, generation(person)]
    person.first = person.forenames = names[int(r() * len(names))]
    middle = names[int(r() * len(names))] if r() < MIDDLE_NAME else person.first
    if middle != person.first:
        person.forenames += " " + middle
    return person


def people_named(rng, numbers, make=Person):
    picks = rng.choices(SURNAMES, cum_weights=SURNAME_SUMS, k=len(numbers))
    days = rng.choices(DAYS, k=len(numbers))
    return [person_named(rng, *about, make=make) for about in zip(numbers, picks, days)]


def chunk_names(plan, chunk):
    """The people of a chunk, named, and the pairs who share a name. Both passes start here."""
    rng = random.Random(f"{plan.seed} names {chunk}")
    people = people_named(rng, plan.numbers(chunk))
    free = [person for person in people if person.number not in plan.posts]
    picks = rng.sample(free, 2 * some(chunk, len(free), ALIKE_PAIRS))
    pairs = list(zip(picks[::2], picks[1::2]))
    for one, other in pairs:
        for field in ("surname", "forenames", "first", "gender"):
            setattr(other, field, getattr(one, field))
        one.alike = other.alike = True
    return people, pairs


def chunk_mail_names(plan, chunk):
    people, _ = chunk_names(plan, chunk)
    return [f"{MAIL_PART[person.first]}.{person.surname.mail}" for person in people]


def people_placed(plan, rng, people):
    """Unit, rank, role, vetting level; known-as and former names."""
    r = rng.random
    for person, unit in zip(people, rng.choices(UNITS, cum_weights=UNIT_SUMS, k=len(people))):
        post = plan.posts.get(person.number)
        person.unit = unit = BOARD if post else unit
        person.employment, person.rank = ("officer", post) if post else person_rank(rng, person)
        person.level = LEVELS[person.rank]
        roles = unit.officer_roles if person.employment == "officer" else unit.staff_roles
        person.role = ROLES.get(person.employment) or roles[int(r() * len(roles))]
        person.location = unit.places[int(r() * len(unit.places))]
        person.vetting = unit.vetting[int(r() * len(unit.vetting))]
        if post:
            person.role, person.vetting = "Chief Officer", "DV"
            person.born = min(person.born, "1978" + person.born[4:])
        elif person.employment == "officer" and person.vetting.startswith("NPPV"):
            person.vetting = "RV"
        person.known_as = KNOWN_AS.get(person.first, "") if r() < .35 else ""
        renamed = r() < (.08 if person.gender == "F" else .006)
        person.former = rng.choices(SURNAMES, cum_weights=SURNAME_SUMS)[0].text if renamed else ""


def person_rank(rng, person):
    """Employment and rank."""
    kind, draw, r = KINDS[person.unit.kind], rng.random(), rng.random
    if draw < kind.staff:
        return "staff", STAFF[int(r() * len(STAFF))]
    if draw < kind.staff + kind.pcso:
        return "pcso", PCSO
    if draw < kind.staff + kind.pcso + kind.special:
        return "special", "Special Constable" if r() < .9 else "Special Sergeant"
    ranks = OFFICERS[generation(person)]
    rank = ranks[int(r() * len(ranks))]
    if r() < kind.detective:
        return "officer", TRAINEE if rank == "Constable" and r() < .03 else "Detective " + rank
    return "officer", STAND_IN.get(rank, rank) if r() < .03 else rank


def people_settled(plan, chunk, rng, people, pairs):
    """What takes more than one person, and the rare cases."""
    for one, other in pairs:
        for field in ("unit", "employment", "rank", "level", "role", "vetting"):
            setattr(other, field, getattr(one, field))
    for person, status in zip(people, rng.choices(STATUS, k=len(people))):
        person.status = "deceased" if person.number in plan.deceased else status
    ordinary = [person for person in people if person.employment == "officer"
                and person.unit.kind in ("area", "crime")]
    for person in rng.sample(ordinary, some(chunk, len(ordinary), HIDDEN)):
        person.role = HIDDEN_ROLE
    sharing = rng.sample(people, 2 * some(chunk, len(people), SHARED_BOX))
    for one, other in zip(sharing[::2], sharing[1::2]):
        one.email = other.email = f"{SHARED}{one.number}@{DOMAIN}"
    for person in rng.sample(people, some(chunk, len(people), NO_EMAIL)):
        person.email = ""
    managers_found(plan, rng, people)


def managers_found(plan, rng, people):
    """A line manager is of a higher rank in the same unit, else anywhere near, else at the top."""
    near, above = collections.defaultdict(list), {}
    for person in people:
        if 0 < person.level < TOP:
            near[person.unit.name, person.level].append(person.number)
            near["", person.level].append(person.number)
    top = [[number for number, rank in plan.posts.items() if rank == post] for post in POSTS]
    for person in people:
        key = unit, level = person.unit.name, person.level
        if key not in above:
            ladder = [near[place, higher] for place in (unit, "") for higher in range(level + 1, TOP)]
            above[key] = next(filter(None, ladder + top[max(0, level - TOP + 1):]), [])
        choice = above[key]
        person.manager = person_id(choice[int(rng.random() * len(choice))]) if choice else ""


def people_rows(plan, rng, people, more=lambda person: ""):
    r, rows, digits = rng.random, [], plan.digits
    for person in people:
        warrant = collar = personal = ""
        if person.employment in ("officer", "special"):
            warrant = f"{plan.scatter(person.number, 1, 10 ** digits):0{digits}}"
        if person.unit.kind not in SPECIAL_KINDS:
            collar = collar_number(r(), person)
        title = "Mr" if person.gender == "M" else ("Ms", "Mrs", "Miss")[int(r() * 3)]
        if r() < PERSONAL_EMAIL:
            host = PERSONAL_HOSTS[int(r() * len(PERSONAL_HOSTS))]
            personal = f"{MAIL_PART[person.first]}.{person.surname.mail}{person.number}@{host}"
        rows.append(
            f"{person_id(person.number)},{pay_number(plan, person)},{warrant},{collar},{title},"
            f"{person.surname.text},{person.forenames},{person.known_as},{person.former},"
            f"{person.rank},{person.role},{person.unit.name},{person.location},"
            f"{person.employment},{person.status},{person.vetting},{person.gender},{person.born},"
            f"{postcode(r)},{person.email},{personal},07700 900{int(r() * 1000):03},"
            f"{person.manager}{more(person)}\n")
    return "".join(rows)


def collar_number(draw, person):
    """The unit's letters; 2 digits for a sergeant, 3 for a constable, 4 for a special or a PCSO."""
    if person.employment == "special":
        return f"{person.unit.code}{5000 + int(draw * 1000)}"
    if person.employment == "pcso":
        return f"{person.unit.code}{7000 + int(draw * 1000)}"
    if person.employment == "officer" and person.level <= LEVELS["Sergeant"]:
        low, high = (10, 90) if person.level == LEVELS["Sergeant"] else (100, 900)
        return f"{person.unit.code}{low + int(draw * high)}"
    return ""


def postcode(r):
    area, size = POSTAL_AREAS[int(r() * len(POSTAL_AREAS))], len(POSTAL_LETTERS)
    return (f"{area}{1 + int(r() * 40)} {int(r() * 10)}{POSTAL_LETTERS[int(r() * size)]}"
            f"{POSTAL_LETTERS[int(r() * size)]}")


def people_counted(people):
    counts = collections.Counter(person.status for person in people if person.status != "in-post")
    counts["in special units"] = sum(person.unit.kind in SPECIAL_KINDS for person in people)
    counts["undercover in an ordinary unit"] = sum(
        person.role == HIDDEN_ROLE and person.unit.kind not in SPECIAL_KINDS for person in people)
    counts["sharing a mailbox"] = sum(person.email.startswith(SHARED) for person in people)
    counts["without a mailbox"] = sum(not person.email for person in people)
    return counts


def emails_numbered(chunks):
    """forename.surname, and behind it a number for all but the first of that name."""
    seen = collections.defaultdict(itertools.count)
    for names in chunks:
        yield [f"{name}{next(seen[name]) or ''}@{DOMAIN}" for name in names]
