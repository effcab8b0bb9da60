# SPDX-License-Identifier: MIT
"""scripts/make-people: the same bytes for a seed, files as they claim to be, a truth that holds."""
import collections
import csv
import pathlib
import re
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "make-people"
PEOPLE = 12_000         # more than one chunk
COLUMNS = ("person_id,pay_number,warrant_number,collar_number,title,surname,forenames,known_as,"
           "former_surname,rank,role,unit,location,employment,status,vetting,gender,date_of_birth,"
           "postcode,email,email_personal,phone,line_manager")
FILES = ("people.csv", "breach.csv", "truth.csv")
SPECIAL_UNITS = {
    "SO15 Counter Terrorism Command", "Royalty and Specialist Protection",
    "Parliamentary and Diplomatic Protection", "Undercover and Covert Operations", "Source Handling",
    "Witness Protection", "Specialist Firearms Command MO19", "Surveillance", "Anti-Corruption"}


def make(folder, *options):
    return subprocess.run([SCRIPT, "--out", folder, *map(str, options)], text=True,
                          capture_output=True, timeout=120)


def contents(folder):
    return [(folder / name).read_bytes() for name in FILES]


class Force:
    def __init__(self, folder):
        self.summary = make(folder, "--people", PEOPLE, "--seed", "flow", "--truth").stdout
        self.people_bytes, self.breach_bytes, self.truth_bytes = contents(folder)
        self.people = list(csv.DictReader(self.people_bytes.decode("utf-8").splitlines()))
        self.by_id = {person["person_id"]: person for person in self.people}
        self.breach = list(csv.reader(self.breach_bytes.decode("cp1252").splitlines()))
        truth = csv.DictReader(self.truth_bytes.decode().splitlines())
        self.truth = {int(row["row"]): row for row in truth}

    def leaked(self, word=None):
        """(cells, person or None, noise) of the rows with this word, or of those with no word at all."""
        for number, truth in self.truth.items():
            noise = truth["noise"].split()
            if (word in noise) if word else not noise:
                yield self.breach[number - 1], self.by_id.get(truth["person_id"]), noise


@pytest.fixture(scope="module")
def force(tmp_path_factory):
    return Force(tmp_path_factory.mktemp("force"))


def test_a_seed_gives_the_same_bytes_whatever_the_jobs(tmp_path, force):
    for jobs in (1, 3):
        folder = tmp_path / str(jobs)
        make(folder, "--people", PEOPLE, "--seed", "flow", "--truth", "--jobs", jobs)
        assert contents(folder) == [force.people_bytes, force.breach_bytes, force.truth_bytes]


def test_another_seed_gives_other_people(tmp_path):
    for seed in "ab":
        make(tmp_path / seed, "--people", 300, "--seed", seed, "--truth")
    assert all(one != other for one, other in zip(contents(tmp_path / "a"), contents(tmp_path / "b")))


def test_header_and_rows_of_people(force):
    assert force.people_bytes.decode().splitlines()[0] == COLUMNS
    assert len(force.people) == PEOPLE
    assert all(None not in person and None not in person.values() for person in force.people)


@pytest.mark.parametrize("field", ["person_id", "pay_number", "warrant_number", "email_personal"])
def test_identifiers_are_unique(force, field):
    values = [person[field] for person in force.people if person[field]]
    assert values and len(values) == len(set(values))


def test_pay_numbers_differ_by_more_than_their_letter(force):
    digits = {person["pay_number"].lstrip("CUV") for person in force.people}
    assert len(digits) == PEOPLE
    assert all(re.fullmatch(r"0[0-9]{7}", number) for number in digits)


def test_only_officers_and_specials_have_warrant_numbers(force):
    for person in force.people:
        warranted = person["employment"] in ("officer", "special")
        assert bool(re.fullmatch("[0-9]{6}", person["warrant_number"])) == warranted
        assert person["pay_number"][0].isalpha() == (person["employment"] != "officer")


def test_mailboxes_are_unique_but_for_a_few_that_are_shared(force):
    boxes = collections.Counter(person["email"] for person in force.people)
    missing = boxes.pop("")
    shared = {box: count for box, count in boxes.items() if count > 1}
    assert 0 < missing < PEOPLE * .01
    assert 0 < sum(shared.values()) < PEOPLE * .004
    assert all(box.startswith("office") and count == 2 for box, count in shared.items())


def test_nobody_can_be_reached(force):
    for person in force.people:
        assert person["email"] == "" or person["email"].endswith("@met.police.example")
        assert person["email_personal"] == "" or person["email_personal"].endswith(".example")
        assert re.fullmatch(r"07700 900[0-9]{3}", person["phone"])
        assert re.fullmatch(r"[A-Z]{2}[0-9]{1,2} [0-9][A-Z]{2}", person["postcode"])
        assert re.fullmatch(r"[a-z0-9.@-]*", person["email"] + person["email_personal"])


def test_surnames_are_skewed_and_many(force):
    names = collections.Counter(person["surname"] for person in force.people)
    assert .004 < names.most_common(1)[0][1] / PEOPLE < .02
    assert 3000 < len(names) < 5000
    for form in ("O'", "Mac", "Mc", "-", "van der ", "de "):
        assert any(form in name for name in names), form
    assert any(not name.isascii() for name in names)


def test_the_pyramid_has_one_head(force):
    ranks = collections.Counter(person["rank"] for person in force.people)
    assert ranks["Commissioner"] == ranks["Deputy Commissioner"] == 1
    assert (ranks["Constable"] > ranks["Sergeant"] > ranks["Inspector"] > ranks["Chief Inspector"]
            > ranks["Chief Superintendent"] > 0)
    employments = collections.Counter(person["employment"] for person in force.people)
    assert .65 < employments["officer"] / PEOPLE < .78
    assert employments["staff"] > employments["special"] > 0 < employments["pcso"]


def test_line_managers_are_on_the_list_and_lead_to_the_head(force):
    for person in force.people:
        climbed = 0
        while person["line_manager"]:
            person, climbed = force.by_id[person["line_manager"]], climbed + 1
            assert climbed < 12
        assert person["rank"] == "Commissioner"


def test_the_share_of_special_units(force):
    units = collections.Counter(person["unit"] for person in force.people)
    assert SPECIAL_UNITS <= set(units)
    special = sum(units[unit] for unit in SPECIAL_UNITS)
    assert .03 < special / PEOPLE < .06
    assert f"{special:,} in special units" in force.summary


def test_states_and_hidden_people(force):
    states = collections.Counter(person["status"] for person in force.people)
    assert set(states) == {"in-post", "sick", "parental", "career-break", "suspended", "seconded",
                           "deceased"}
    assert .92 < states["in-post"] / PEOPLE < .97 and 1 <= states["deceased"] < 12
    hidden = {person["unit"] for person in force.people if person["role"] == "Undercover Officer"}
    assert hidden - SPECIAL_UNITS


def test_the_breach_file_is_windows_1252(force):
    assert force.breach[0] == ["Name", "Rank", "Vetting Level", "Pay No", "Photo"]
    assert any(byte >= 0x80 for byte in force.breach_bytes)
    with pytest.raises(UnicodeDecodeError):
        force.breach_bytes.decode("utf-8")
    assert b"\x92" in force.breach_bytes and b"\x96" in force.breach_bytes     # curly quote, dash
    assert force.breach_bytes.count(b"\n") == force.breach_bytes.count(b"\r\n") == PEOPLE + 1
    assert b"H0000" not in force.breach_bytes


def test_truth_has_each_row_once_and_knows_its_people(force):
    assert list(force.truth) == list(range(2, PEOPLE + 2))
    for row in force.truth.values():
        assert ("left" in row["noise"].split()) == (row["person_id"] == "")
        assert row["person_id"] == "" or row["person_id"] in force.by_id


def test_rows_without_noise_agree_with_the_list(force):
    rows = list(force.leaked())
    assert len(rows) > PEOPLE * .6
    for cells, person, _ in rows:
        name = f"{person['forenames']} {person['surname']}"
        assert cells[:4] == [name, person["rank"], person["vetting"], person["pay_number"]]
        assert re.fullmatch(r"[0-9]{6}\.jpg", cells[4])


def test_about_everyone_is_in_the_leak_and_some_who_left(force):
    listed = {row["person_id"] for row in force.truth.values()} - {""}
    left = [(cells, noise) for cells, _, noise in force.leaked("left")]
    assert .96 < len(listed) / PEOPLE < .98
    assert .02 < len(left) / PEOPLE < .035
    numbers = {person["pay_number"] for person in force.people}
    assert not any(cells[3] in numbers for cells, noise in left if "pay-of-another" not in noise)


def leaked_fields(person):
    return tuple(person[field] for field in ("forenames", "surname", "rank", "vetting"))


def test_people_who_are_alike_cannot_be_told_apart(force):
    alike = collections.Counter()
    for cells, person, _ in force.leaked("alike"):
        assert cells[3] == ""
        alike[leaked_fields(person)] += 1
    listed = collections.Counter(map(leaked_fields, force.people))
    assert alike and all(listed[key] >= 2 for key in alike)


@pytest.mark.parametrize("word, holds", [
    ("pay-missing", lambda cells, person: cells[3] == ""),
    ("pay-of-another", lambda cells, person: cells[3] not in ("", person["pay_number"])),
    ("pay-zero-lost", lambda cells, person: "0" + cells[3] == person["pay_number"]),
    ("pay-letter-lost", lambda cells, person: cells[3] in (
        person["pay_number"][1:], person["pay_number"][2:])),
    ("pay-spelt", lambda cells, person: " " in cells[3]),
    ("rank-short", lambda cells, person: len(cells[1]) < len(person["rank"])),
    ("rank-before", lambda cells, person: cells[1] != person["rank"]),
    ("vetting-before", lambda cells, person: cells[2] != person["vetting"]),
    ("surname-first", lambda cells, person: re.match(r"[^a-z]+, .", cells[0])),
    ("initials", lambda cells, person: re.search(r"(^|, )\w(\.? |$)", cells[0])),
    ("accents-lost", lambda cells, person: re.fullmatch(r"[ -~’–]+", cells[0])),
    ("typo", lambda cells, person: cells[0] != f"{person['forenames']} {person['surname']}"),
])
def test_what_is_wrong_is_what_truth_says(force, word, holds):
    rows = [(cells, person, noise) for cells, person, noise in force.leaked(word) if person]
    assert rows
    pay_words = [{part for part in noise if part.startswith("pay-")} for _, _, noise in rows]
    assert all(holds(cells, person) for (cells, person, _), words in zip(rows, pay_words)
               if len(words | {word}) == 1 or not word.startswith("pay-"))


def test_three_rows_are_truly_bad(force):
    width = {"bad-cut": 2, "bad-extra": 6, "bad-quote": 5}
    for word, cells in width.items():
        rows = list(force.leaked(word))
        assert [len(row[0]) for row in rows] == [cells], word
    assert '"' in next(force.leaked("bad-quote"))[0][0]
    bad = [row for row in force.breach if len(row) != 5]
    assert len(bad) == 2


def test_repeated_rows_repeat_an_earlier_one(force):
    seen, repeated = set(), 0
    for number, row in force.truth.items():
        cells = tuple(force.breach[number - 1])
        if "repeated" in row["noise"].split():
            assert cells in seen
            repeated += 1
        seen.add(cells)
    assert repeated == round(PEOPLE * .003)


def test_number_of_leaked_rows(tmp_path):
    make(tmp_path, "--people", 2000, "--leak-rows", 700, "--truth")
    assert len((tmp_path / "breach.csv").read_bytes().splitlines()) == 701
    assert len((tmp_path / "truth.csv").read_bytes().splitlines()) == 701


def test_without_truth_there_is_none(tmp_path):
    made = make(tmp_path, "--people", 50)
    assert made.returncode == 0 and made.stderr == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["breach.csv", "people.csv"]


@pytest.mark.parametrize("people", [1, 2, 99, 100, 199, 200])
def test_small_forces(tmp_path, people):
    assert make(tmp_path, "--people", people, "--truth").returncode == 0
    assert len((tmp_path / "people.csv").read_text().splitlines()) == people + 1


@pytest.mark.parametrize("options, code, text", [
    (["--style", "psni"], 64, "there are supplier, foi-release"),
    (["--force", "psni"], 64, "not in this version"),
    (["--people", "0"], 64, "a number from 1 to"),
    (["--people", "many"], 64, "a number from 1 to"),
    (["--leak-rows", "99999999"], 64, "a number from 1 to"),
    (["--unknown"], 64, "unrecognized"),
])
def test_what_is_refused(tmp_path, options, code, text):
    refused = make(tmp_path / "out", *options)
    assert refused.returncode == code and text in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    refused = make(tmp_path / "file" / "out")
    assert refused.returncode == 73 and "Traceback" not in refused.stderr


def test_help_names_every_kind_of_noise(force):
    text = re.sub(r"\s+", " ", make("unused", "--help").stdout)
    words = {word for row in force.truth.values() for word in row["noise"].split()}
    assert len(words) > 20 and all(word in text for word in words)
