# SPDX-License-Identifier: MIT
"""scripts/make-people --style: six kinds of breach file, each with a truth that holds."""
import collections
import csv
import re

import pytest

from conftest import sample
from test_make_people import COLUMNS, contents, make

PEOPLE = 12_000         # more than one chunk
STAFF = {"foi-release": "\ufeffSurname,Initials,Rank/Grade,Department,Location",
         "publication": "Name,Job Title,Salary,Allowances",
         "lost-notebook": "Entry"}
CASES = {"crime-data": "\ufeffCrime Ref,Reported,Offence,Victim Forenames,Victim Surname,Victim DOB,"
                       "Victim Postcode,Witness Forenames,Witness Surname,Witness DOB,"
                       "Witness Postcode,Suspect Forenames,Suspect Surname,Suspect DOB,"
                       "Suspect Postcode",
         "lost-footage": "\ufeffCase Ref,Recorded,Pieces,Copy Held,Part,Name,Rank,Collar No,Date of Birth"}
STYLES = STAFF | CASES


class Leak:
    def __init__(self, folder, style, *options):
        self.said = make(folder, "--style", style, "--people", PEOPLE, "--seed", "flow", "--truth",
                         *options).stdout
        self.bytes = contents(folder)
        people, breach, truth = self.bytes
        self.people = list(csv.DictReader(people.decode().splitlines()))
        self.by_id = {person["person_id"]: person for person in self.people}
        self.text = breach.decode("cp1252" if style == "publication" else "utf-8")
        self.rows = list(csv.reader(self.text.splitlines()))
        self.truth = list(csv.DictReader(truth.decode().splitlines()))

    def about(self, word=None):
        """(cells, person or None, line of the truth): with this word, or those with none."""
        for line in self.truth:
            noise = line["noise"].split()
            if (word in noise) if word else not noise:
                yield self.rows[int(line["row"]) - 1], self.by_id.get(line["person_id"]), line


@pytest.fixture(scope="module")
def leaks(tmp_path_factory):
    made = {}

    def leak(style):
        if style not in made:
            made[style] = Leak(tmp_path_factory.mktemp(style), style)
        return made[style]
    return leak


def agrees(style, cells, person, line):
    """Whether a row, or somebody's part in it, has what the list has."""
    born = "/".join(reversed(person["date_of_birth"].split("-")))
    if style == "foi-release":
        initials = "".join(name[0] for name in person["forenames"].split())
        return cells == [person["surname"], initials, person["rank"], person["unit"],
                         person["location"]]
    if style == "publication":
        return cells == [f"{person['forenames']} {person['surname']}", person["role"],
                         person["salary"], person["allowances"]]
    if style == "crime-data":
        at = 3 + 4 * ["victim", "witness", "suspect"].index(line["part"])
        return cells[at:at + 4] == [person["forenames"], person["surname"], born,
                                    person["postcode"]]
    if style == "lost-footage":
        name = f"{person['forenames']} {person['surname']}"
        return cells[4:] == [line["part"], name, person["rank"], person["collar_number"],
                             "" if line["part"] == "officer" else born]
    first, surname = person["forenames"].split()[0], person["surname"]
    facts = [surname, f"{first} ({person['location']})"]
    return any(fact in cells[0] for fact in facts) or cells[0].startswith(plain_mail(person))


def plain_mail(person):
    return re.sub(r"[0-9]*@.*", "", person["email"]) or "?"


# ---------------------------------------------------------------------------------------- all styles


@pytest.mark.parametrize("style", sample(list(STYLES)))
def test_a_seed_gives_the_same_bytes_whatever_the_jobs(tmp_path, leaks, style):
    for jobs in (1, 3):
        assert Leak(tmp_path / str(jobs), style, "--jobs", jobs).bytes == leaks(style).bytes


def test_the_style_that_is_not_named_is_the_supplier(tmp_path):
    make(tmp_path / "named", "--style", "supplier", "--people", 300, "--truth")
    make(tmp_path / "not", "--people", 300, "--truth")
    assert contents(tmp_path / "named") == contents(tmp_path / "not")


@pytest.mark.parametrize("style", STYLES)
def test_the_header(leaks, style):
    assert leaks(style).text.splitlines()[0] == STYLES[style]


@pytest.mark.parametrize("style", STYLES)
def test_where_no_word_stands_it_agrees_with_the_list(leaks, style):
    sound = list(leaks(style).about())
    assert len(sound) > len(leaks(style).truth) * .1
    for cells, person, line in sound:
        assert agrees(style, cells, person, line), line["row"]


@pytest.mark.parametrize("style", STYLES)
def test_the_truth_knows_each_row_and_each_person(leaks, style):
    leak = leaks(style)
    rows = [int(line["row"]) for line in leak.truth]
    assert rows == sorted(rows) and set(rows) == set(range(2, len(leak.rows) + 1))
    for line in leak.truth:
        nobody = {"left", "unlisted", "no-person"} & set(line["noise"].split())
        assert bool(nobody) == (line["person_id"] == "")
        assert nobody or line["person_id"] in leak.by_id


@pytest.mark.parametrize("style", STYLES)
def test_every_word_occurs_and_help_names_it(leaks, style):
    told = re.sub(r"\s+", " ", make("unused", "--help").stdout)
    words = re.search(rf" {style}: ([a-z, -]*?) ?(?:\S+:|$)", told).group(1).split(", ")
    seen = {word for line in leaks(style).truth for word in line["noise"].split()}
    assert seen <= set(words)
    assert len(words) - len(seen) <= 2 * (style == "lost-notebook")     # 42 lines do not show all


@pytest.mark.parametrize("style", STYLES)
def test_bad_rows_are_those_of_another_width(leaks, style):
    leak = leaks(style)
    width = len(STYLES[style].split(","))
    bad = {line["row"] for line in leak.truth if "bad-" in line["noise"]}
    assert {str(number) for number, row in enumerate(leak.rows, 1) if len(row) != width} == bad
    assert len(bad) == {"foi-release": 2, "publication": 1, "crime-data": 1}.get(style, 0)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("people", sample([1, 2, 100]))
def test_small_lists(tmp_path, style, people):
    assert make(tmp_path, "--style", style, "--people", people, "--truth").returncode == 0
    assert len((tmp_path / "people.csv").read_text().splitlines()) == people + 1


# --------------------------------------------------------------------------------- the force's staff


@pytest.mark.parametrize("style", sample(list(STAFF)))
def test_the_list_is_that_of_the_supplier(tmp_path, leaks, style):
    make(tmp_path, "--people", PEOPLE, "--seed", "flow")
    lines = (tmp_path / "people.csv").read_text().splitlines()
    own = leaks(style).bytes[0].decode().splitlines()
    assert lines[0] == COLUMNS
    if style == "publication":
        assert own[0] == COLUMNS + ",salary,allowances"
        own = [line.rsplit(",", 2)[0] for line in own]
    assert own == lines


def test_people_who_are_alike_cannot_be_told_apart_in_a_release(leaks):
    leak = leaks("foi-release")
    listed = collections.Counter((person["surname"], person["rank"], person["unit"])
                                 for person in leak.people)
    alike = [(cells, person) for cells, person, _ in leak.about("alike")]
    assert alike and all(cells[4] == "" for cells, _ in alike)
    assert all(listed[person["surname"], person["rank"], person["unit"]] > 1 for _, person in alike)


def test_a_publication_is_a_year_old(leaks):
    leak = leaks("publication")
    left = sum(line["person_id"] == "" for line in leak.truth)
    assert .05 < left / PEOPLE < .08
    checked = 0
    for cells, person, line in leak.about("salary-before"):
        if person and line["noise"].split()[-1] == "salary-before" and cells[2]:
            assert int(cells[2]) == round(int(person["salary"]) / 1.025)
            checked += 1
    assert checked > 300


def test_those_of_a_rank_are_paid_alike(leaks):
    pay = collections.defaultdict(set)
    for person in leaks("publication").people:
        pay[person["rank"]].add(person["salary"])
    assert pay["Special Constable"] == {""}
    assert len(pay["Constable"]) == 7 and max(map(int, pay["Constable"])) < min(map(int, pay["Sergeant"]))


def test_a_notebook_has_42_lines_of_one_to_four_facts(leaks):
    leak = leaks("lost-notebook")
    assert len(leak.rows) == 43 and all(len(row) == 1 for row in leak.rows)
    words = [len(row[0].split()) for row in leak.rows]
    assert min(words) == 1 and max(words) >= 6
    nobody = [cells for cells, person, _ in leak.about("no-person") if person is None]
    assert len(nobody) == 1


# ----------------------------------------------------------------------------------------- the cases


def parties(leak):
    """{row: {part: [person or None]}}"""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in leak.truth:
        found[line["row"]][line["part"]].append(leak.by_id.get(line["person_id"]))
    return found


def test_one_row_holds_several_people(leaks):
    rows = parties(leaks("crime-data")).values()
    assert {len(row) for row in rows} == {1, 2, 3}
    for row in rows:
        known = [person["person_id"] for people in row.values() for person in people if person]
        assert len(known) == len(set(known))


def test_a_part_that_nobody_has_is_empty(leaks):
    leak = leaks("crime-data")
    for number, row in parties(leak).items():
        cells = leak.rows[int(number) - 1]
        if len(cells) == 15:
            for at, part in enumerate(("victim", "witness", "suspect")):
                assert any(cells[3 + 4 * at:7 + 4 * at]) == (part in row)


def test_victim_and_suspect_at_home_live_together(leaks):
    leak, checked = leaks("crime-data"), 0
    for number, row in parties(leak).items():
        if re.search("domestic|coercive|Stalking", leak.rows[int(number) - 1][2]):
            victim, suspect = (row.get(part, [None])[0] for part in ("victim", "suspect"))
            if victim and suspect:
                assert victim["address"] == suspect["address"]
                checked += 1
    assert checked > 500


def test_who_is_a_victim_here_may_be_a_suspect_there(leaks):
    parts = collections.defaultdict(set)
    for line in leaks("crime-data").truth:
        parts[line["person_id"]].add(line["part"])
    assert sum({"victim", "suspect"} <= some for person, some in parts.items() if person) > 100


@pytest.mark.parametrize("style", CASES)
def test_children_have_a_guardian_at_home_or_are_in_care(leaks, style):
    leak = leaks(style)
    children = [person for person in leak.people if person["date_of_birth"] >= "2006"]
    guarded = [child for child in children if child["guardian"]]
    assert .9 < len(guarded) / len(children) < 1
    for child in guarded:
        guardian = leak.by_id[child["guardian"]]
        assert guardian["date_of_birth"] < "2005" and guardian["address"] == child["address"]
    assert not any(person["guardian"] for person in leak.people if person["date_of_birth"] < "2006")


@pytest.mark.parametrize("style", CASES)
def test_there_are_people_who_need_another_way(leaks, style):
    leak = leaks(style)
    public = [person for person in leak.people if person["address"]]
    boxes = collections.Counter(person["email_personal"] for person in public)
    assert any(boxes[box] == 2 for box in boxes if box)
    assert any(person["status"] == "deceased" for person in public)
    for field in ("contact", "needs", "language", "flags", "known_as", "former_surname"):
        assert 0 < sum(bool(person[field]) for person in public) < len(public) / 4, field
    assert {person["language"] for person in public} > {"", "pl", "ur"}
    assert {person["needs"] for person in public} > {"large print", "braille", "interpreter"}


@pytest.mark.parametrize("style", CASES)
def test_nobody_can_be_reached(leaks, style):
    for person in leaks(style).people:
        for field in ("email", "email_personal"):
            assert re.fullmatch(r"|[a-z0-9.-]+@[a-z.]+\.example", person.get(field, ""))
        assert re.fullmatch(r"|07700 900[0-9]{3}", person["phone"])
        if person["contact"] != person["email_personal"]:
            assert not re.search(r"[0-9]{5}", person["contact"].replace("07700 900", ""))


def test_footage_is_by_case_with_its_officers(leaks):
    leak = leaks("lost-footage")
    cases = collections.defaultdict(list)
    for row, line in zip(leak.rows[1:], leak.truth):
        assert row[4] == line["part"]
        cases[row[0]].append(line)
    assert len(cases) == 69
    for lines in cases.values():
        parts = [line["part"] for line in lines]
        assert "officer" in parts and len(parts) > 1
    for line in leak.truth:
        person = leak.by_id.get(line["person_id"])
        assert person is None or bool(person["email"]) == (line["part"] == "officer")


def test_number_of_cases(tmp_path):
    make(tmp_path, "--style", "lost-footage", "--people", 500, "--leak-rows", 126)
    rows = (tmp_path / "breach.csv").read_text().splitlines()[1:]
    assert len({row.split(",")[0] for row in rows}) == 126
