# SPDX-License-Identifier: MIT
"""Lists that are not what they should be: an old one, a small one, units that nobody named, a column that
a rule needs and nobody gave. Each is a question to a human, who answers for good. And what a human says
about a leaked row."""
import csv
import json
import re

import pytest

from conftest import HUMAN, INPUT, OK, REFUSED, TEMPORARY, USAGE, parse, reconcile, sample

FIELDS = ["person_id", "pay_number", "surname", "forenames", "rank", "unit", "role", "employment", "status",
          "vetting", "email", "email_personal", "flags"]
UNITS = ["Response Policing", "Custody", "Public Order"]    # ordinary ones, which the policy knows
NAMES = """Ashdown Birkett Calloway Dunmore Eastham Fairhurst Greenhalgh Hathersage Ibbotson Jessop
    Kirkbride Lathom Mossley Netherton Oakeshott Penhaligon Quarmby Ramsbottom Satterthwaite
    Thistlewood Umpleby Vickerstaff Wolstenholme Yelland Zouch""".split()
FORENAMES = "Agnes Bruno Clara Desmond Edith Felix Greta Hector Ingrid Jasper Keith".split()


def person(n, **more):
    """Number n of a made-up list; more are fields that differ."""
    row = dict.fromkeys(FIELDS, "")
    row.update(person_id=f"P{n:03}", pay_number=f"{70000000 + n * 37}", surname=NAMES[n % len(NAMES)],
               forenames=FORENAMES[n % len(FORENAMES)], rank="Constable",
               unit=UNITS[n % 3], role="Response Officer", employment="officer", status="in-post",
               vetting="RV", email=f"p{n:03}@met.police.example", flags="none")
    return {**row, **more}


def people(count, changes=None):
    return [person(n, **(changes or {}).get(n, {})) for n in range(count)]


def leaked(row, **more):
    return {"Name": f"{row['forenames']} {row['surname']}", "Rank": row["rank"], "Vetting": row["vetting"],
            "Pay No": row["pay_number"], **more}


def write(path, rows, without=()):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name not in without],
                                extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def desk(at, tmp_path):
    """An incident without files, and ways to hand it some."""
    class Desk:
        incident = at("made")
        files = 0

        def take(self, kind, rows, *more, without=(), **how):
            self.files += 1
            path = write(tmp_path / f"file{self.files}.csv", rows, without)
            return self.incident.run("import", kind, path, *more, **how).tally

        def leak(self, rows):
            return self.take("breach", [leaked(row) for row in rows])

        def walk(self, *verbs):
            for verb in verbs or ("match", "group", "compose"):
                self.incident.run(verb)
                reconcile(self.incident)

        def questions(self):
            found = self.incident.run("group").tally["open"]
            keys = [question["key"] for question in found]
            assert len(keys) == len(set(keys))
            return {question["key"]: question for question in found}

        def about(self, beginning):
            return [question for key, question in self.questions().items() if key.startswith(beginning)]
    return Desk()


PROTECTED = {3: {"unit": "SO15"}, 4: {"unit": "Surveillance"}, 5: {"unit": "Witness Protection"},
             6: {"role": "Firearms Officer"}, 7: {"vetting": "DV"}}


# -------------------------------------------------------------------------------- one list after another

def second_list(desk, second, *more):
    """Questions about the second list, which the first alone did not ask."""
    desk.take("people", people(40, PROTECTED), "--as-of", "2023-08-01")
    desk.leak(people(40, PROTECTED)[:20])
    desk.walk("match", "group")
    before = set(desk.questions())
    tally = desk.take("people", second, *more)
    desk.walk("match", "group")
    return {key.split(":")[0]: question["text"] for key, question in desk.questions().items()
            if key not in before}, tally


def test_a_like_list_asks_nothing(desk):
    second = people(41, {**PROTECTED, 0: {"role": "Ward Officer"}})
    asked, tally = second_list(desk, second, "--as-of", "2023-08-05")
    assert not asked and tally["people"] == 41
    status = desk.incident.status()
    assert status["people"] == 20 and status["outcomes"]["matched"] == 20   # nobody is there twice


def test_a_list_with_fewer_people(desk):
    asked, _ = second_list(desk, people(30, PROTECTED), "--as-of", "2023-08-05")
    assert set(asked) == {"list-fewer"} and "30" in asked["list-fewer"] and "40" in asked["list-fewer"]


def test_an_older_list(desk):
    asked, _ = second_list(desk, people(40, {**PROTECTED, 0: {"role": "Ward Officer"}}), "--as-of",
                           "2023-07-01")
    assert set(asked) == {"list-older"}


def test_a_list_of_other_people(desk):
    others = [{**person(n, **PROTECTED.get(n, {})), "person_id": f"Q{n}", "surname": f"Other{NAMES[n % 25]}",
               "pay_number": f"{90000000 + n * 7}", "email": f"q{n}@met.police.example"} for n in range(40)]
    asked, _ = second_list(desk, others, "--as-of", "2023-08-05")
    assert "list-unlike" in asked and "40" in asked["list-unlike"]


def test_a_list_with_fewer_protected_people(desk):
    """One who was undercover yesterday and is nothing today may be a slip of the list."""
    changes = {n: change for n, change in PROTECTED.items() if n != 4}
    asked, _ = second_list(desk, people(40, changes), "--as-of", "2023-08-05")
    assert set(asked) >= {"list-protected"}


def test_what_an_earlier_list_knew_still_protects(desk):
    """Undercover on any list is undercover: no mail, whatever the newer list says of the unit."""
    changes = {n: change for n, change in PROTECTED.items() if n != 4}
    second_list(desk, people(40, changes), "--as-of", "2023-08-05")
    assert desk.incident.routes()["P004"][:2] == ("undercover", "task")


def test_the_newest_address_is_used(desk):
    desk.take("people", people(10), "--as-of", "2023-08-01")
    desk.take("people", people(10, {2: {"email": "moved@met.police.example"}}), "--as-of", "2023-08-05")
    desk.leak(people(10))
    desk.walk()
    mail = parse(desk.incident.text("compose", "--show", "P002").encode())
    assert mail["To"] == "moved@met.police.example"


@pytest.mark.parametrize("status", ["deceased", "suspended"])
def test_the_list_of_the_later_day_counts(desk, status):
    """In whichever order they are handed in: who died after the older list was made is dead."""
    desk.take("people", people(10, {2: {"status": status}}), "--as-of", "2023-08-05")
    desk.take("people", people(10), "--as-of", "2023-08-01")
    desk.leak(people(10))
    desk.walk()
    assert desk.incident.routes()["P002"][1] == "task"


def test_who_is_on_no_new_list_is_not_lost(desk):
    """A leaver is told as well: the older list still knows them."""
    desk.take("people", people(40), "--as-of", "2023-08-01")
    desk.take("people", people(38), "--as-of", "2023-08-05")
    desk.leak(people(40))
    desk.walk()
    assert set(desk.incident.routes()) == {f"P{n:03}" for n in range(40)}


def test_the_same_bytes_under_another_name(desk, tmp_path):
    incident = desk.incident
    first = write(tmp_path / "a.csv", people(10))
    second = write(tmp_path / "b.csv", people(10))
    incident.run("import", "people", first, code=OK)
    before = incident.state()
    again = incident.run("import", "people", second, code=OK).tally
    assert again["already"] is True and again["rows"] == 10 and incident.state() == before


def test_one_person_on_two_rows(desk):
    """A second post is no second person, and no second mail."""
    rows = people(10) + [person(3, role="Ward Officer", unit="Custody")]
    tally = desk.take("people", rows)
    assert (tally["rows"], tally["accepted"], tally["people"]) == (11, 11, 10)
    desk.leak(people(10))
    desk.walk()
    assert desk.incident.last["compose"]["notices"] == 10


# --------------------------------------------------------------------------------------- questions

def test_unknown_units_are_one_question_with_counts(desk):
    changes = {n: {"unit": "Wombat Squad"} for n in range(3)}
    changes |= {n: {"unit": "Orchid Section"} for n in range(3, 10)} | {10: {"unit": "Night Desk"}}
    desk.take("people", people(40, changes))
    desk.leak(people(40, changes)[:20])
    desk.walk("match", "group")
    (question,) = desk.about("unknown-units")
    assert re.search(r"3 units", question["text"])
    order = [question["text"].index(text) for text in ("Orchid Section (7)", "Wombat Squad (3)",
                                                       "Night Desk (1)")]
    assert order == sorted(order)
    assert not any(unit in question["text"] for unit in UNITS)
    desk.incident.run("approve", "--accept", question["key"], "--by", "Joan", "--reason", "ordinary", code=OK)
    assert desk.about("unknown-units")[0]["accepted"]
    desk.take("people", people(41, {**changes, 40: {"unit": "Badger Team"}}))
    desk.walk("match", "group")
    (question,) = desk.about("unknown-units")
    assert not question["accepted"] and "Badger Team (1)" in question["text"]


def test_a_unit_that_is_named_is_no_question(desk):
    desk.take("people", people(40, {0: {"unit": "Wombat Squad"}, 1: {"unit": "SO15"}}))
    desk.leak(people(40)[:20])
    known = json.loads((desk.incident.folder / "policy.json").read_text())["known_units"]
    desk.incident.change({"known_units": [*known, "wombat squad"]}, "policy.json")
    desk.walk("match", "group")
    assert not desk.about("unknown-units")


def test_levels_that_catch_somebody_are_no_question(desk):
    desk.take("people", people(40, PROTECTED))
    desk.leak(people(40, PROTECTED)[:20])
    desk.walk("match", "group")
    assert not desk.about("empty-level")


def test_an_empty_level_is_a_question(desk):
    without = {n: change for n, change in PROTECTED.items() if n != 4}
    desk.take("people", people(40, without))
    desk.leak(people(40, without)[:20])
    desk.walk("match", "group")
    (question,) = desk.about("empty-level")
    assert question["key"] == "empty-level:undercover" and "undercover" in question["text"]


@pytest.mark.parametrize("column, field", [("unit", "person.unit"), ("role", "person.role"),
                                           ("vetting", "person.vetting"), ("flags", "person.flags"),
                                           ("rank", "person.rank")])
def test_a_column_that_a_rule_needs(desk, column, field):
    """Without it nobody is known to be undercover, and that is never silent."""
    rows = people(40, PROTECTED)
    desk.take("people", rows, without=[column])
    desk.leak(rows[:20])
    desk.walk("match", "group")
    (question,) = desk.about("no-column")
    assert question["key"] == f"no-column:{field}" and field in question["text"]


def test_a_column_under_a_name_that_nobody_knows(desk):
    rows = [{**row, "Kommando": row["unit"]} for row in people(40, PROTECTED)]
    tally = desk.take("people", rows, without=["unit"])
    assert tally["unmapped"] == ["Kommando"]
    desk.leak(rows[:20])
    desk.walk("match", "group")
    assert [question["key"] for question in desk.about("no-column")] == ["no-column:person.unit"]
    assert desk.incident.routes()["P004"][0] != "undercover"    # which is why it is asked


def test_a_mapped_column_answers_it(desk):
    rows = [{**row, "Kommando": row["unit"]} for row in people(40, PROTECTED)]
    tally = desk.take("people", rows, "--map", "unit=Kommando", without=["unit"])
    assert tally["columns"]["unit"] == "Kommando" and tally["unmapped"] == []
    desk.leak(rows[:20])
    desk.walk("match", "group")
    assert not desk.about("no-column") and desk.incident.routes()["P004"][0] == "undercover"


@pytest.mark.parametrize("empty, asked", [(2, False), (3, True)])
def test_a_field_that_is_often_empty(desk, empty, asked):
    """Over 5 % of 40 people are more than 2."""
    rows = people(40, {n: {"unit": ""} for n in range(20, 20 + empty)})
    desk.take("people", rows)
    desk.leak(rows[:10])
    desk.walk("match", "group")
    questions = desk.about("often-empty:person.unit")
    assert bool(questions) == asked
    if asked:
        assert "3" in questions[0]["text"] and "40" in questions[0]["text"]


def test_the_leak_too_must_have_what_rules_ask(desk):
    rows = people(40, PROTECTED)
    desk.take("people", rows)
    desk.take("breach", [leaked(row) for row in rows[:20]], without=["Vetting"])
    desk.walk("match", "group")
    assert [question["key"] for question in desk.about("no-column")] == ["no-column:record.vetting"]


def test_answers_are_kept_and_stop_nothing_else(desk):
    """Each question is answered by itself, with a name and a reason; in rehearsal open ones only warn."""
    rows = people(40, {0: {"unit": "Wombat Squad"}})
    desk.take("people", rows, without=["flags"])
    desk.leak(rows[:20])
    desk.walk()
    keys = list(desk.questions())
    assert len(keys) > 2
    assert desk.incident.status()["needs_human"]["questions"] == len(keys)
    for left, key in zip(range(len(keys) - 1, -1, -1), keys):
        desk.incident.run("approve", "--accept", key, "--by", "Joan", "--reason", "looked at it", code=OK)
        assert desk.incident.status()["needs_human"].get("questions", 0) == left
    assert desk.incident.run("group", code=OK).tally["open"]
    desk.incident.run("approve", "--release", code=OK)
    desk.incident.run("send", code=OK)


# ------------------------------------------------------------------------------------------- routes

def levels_with(incident, name, **changes):
    """The policy's levels, one of them changed."""
    levels = json.loads((incident.folder / "policy.json").read_text())["levels"]
    return {"levels": [{**level, **(changes if level["name"] == name else {})} for level in levels]}


@pytest.mark.parametrize("route, more", [
    ("none", {}), ("task", {}),
    ("restricted", {"restriction": {"ground": "s. 44(4)(a) DPA 2018", "owner": "Head of Legal",
                                    "review_by": "2023-10-01"}})])
def test_each_route_of_a_level(desk, route, more):
    """Who is not told by mail is counted, named in the release as left out, and not mailed."""
    rows = people(40, PROTECTED)
    desk.take("people", rows)
    desk.leak(rows[:20])
    desk.incident.change(levels_with(desk.incident, "firearms", route=route, **more), "policy.json")
    desk.walk()
    assert desk.incident.routes()["P006"] == ("firearms", route, "level")
    level = next(level for level in desk.incident.last["compose"]["by_level"] if level["name"] == "firearms")
    assert level["people"] == level["tasks" if route == "task" else route] == 1 and level["notices"] == 0
    assert f"excluded {route} {3 if route == 'task' else 1}\n" in desk.incident.run("approve").tally["manifest"]
    desk.incident.run("approve", "--release", code=OK)
    desk.incident.run("send", code=OK)
    status = reconcile(desk.incident)
    assert status["states"][route] == (3 if route == "task" else 1)
    assert "p006@met.police.example" not in {parse(path.read_bytes())["To"]
                                             for path in desk.incident.outbox()}


def test_another_policy_another_group(desk):
    """group and compose see that the policy is another; nothing old is released by mistake."""
    rows = people(40, PROTECTED)
    desk.take("people", rows)
    desk.leak(rows[:20])
    desk.walk()
    before = desk.incident.last["compose"]["notices"]
    desk.incident.change(levels_with(desk.incident, "firearms", route="task"), "policy.json")
    desk.incident.error("compose", code=REFUSED)
    desk.walk("group", "compose")
    assert desk.incident.last["compose"]["notices"] == before - 1
    assert desk.incident.run("approve", "--release", code=OK).tally["released"] == before - 1


@pytest.mark.parametrize("again", [["group"], []])
def test_what_was_composed_before_is_not_released_now(desk, again):
    """Between another policy and the next compose: who is a task now is not mailed."""
    rows = people(40, PROTECTED)
    desk.take("people", rows)
    desk.leak(rows[:20])
    desk.walk()
    desk.incident.change(levels_with(desk.incident, "firearms", route="task"), "policy.json")
    for verb in again:
        desk.incident.run(verb)
    desk.incident.run("approve", "--release", code=(OK, REFUSED))
    desk.incident.run("send", code=(OK, HUMAN, TEMPORARY, REFUSED))
    assert "p006@met.police.example" not in {parse(path.read_bytes())["To"]
                                             for path in desk.incident.outbox()}


@pytest.mark.parametrize("unit", ["SO15", "so15", "CTC", "Counter Terrorism Command", "SO15 Intelligence"])
def test_a_unit_by_any_of_its_names(desk, unit):
    rows = people(40, {0: {"unit": unit}})
    desk.take("people", rows)
    desk.leak(rows[:20])
    desk.walk("match", "group")
    assert desk.incident.routes()["P000"][0] == "counter-terrorism" and not desk.about("unknown-units")


def test_the_highest_level_wins_and_all_are_kept(desk):
    rows = people(40, {0: {"unit": "SO15", "role": "Firearms Officer", "vetting": "DV", "flags": "undercover"}})
    desk.take("people", rows)
    desk.leak(rows[:20])
    desk.walk("match", "group")
    assert desk.incident.routes()["P000"][:2] == ("undercover", "task")
    tally = desk.incident.run("group", "--explain", "P000").tally
    said = " ".join(tally["rules"])
    assert all(field in said for field in ("person.unit", "person.role", "person.vetting", "person.flags"))


def test_ask_first_where_a_wrong_notice_harms(desk):
    """tell_at 1: of two who cannot be told apart neither is told, and a human is asked."""
    rows = people(10)
    twin = {**person(20), "surname": rows[0]["surname"], "forenames": rows[0]["forenames"]}
    desk.take("people", [*rows, twin])
    desk.take("breach", [leaked(rows[0], **{"Pay No": ""}), leaked(rows[5])])
    desk.incident.change(levels_with(desk.incident, "officer", tell_at=1), "policy.json")
    desk.walk()
    assert set(desk.incident.routes()) == {"P005"}
    assert desk.incident.status()["needs_human"]["rows_ambiguous_untold"] == 1


# ----------------------------------------------------------------------------------------- columns

def test_map_wins_and_the_loser_is_told(desk):
    rows = [{**row, "Nickname at work": f"Nick{row['person_id']}"} for row in people(10)]
    tally = desk.take("people", rows, "--map", "surname=Nickname at work")
    assert tally["columns"]["surname"] == "Nickname at work" and tally["unmapped"] == ["surname"]
    tally = desk.take("people", [{**row, "Notes": "x"} for row in rows], "--map=rank=Notes", "--map",
                      "role=rank", "--map", "surname=SURNAME")
    assert tally["columns"]["rank"] == "Notes" and tally["columns"]["role"] == "rank"
    assert set(tally["unmapped"]) == {"role", "Nickname at work"}


@pytest.mark.parametrize("option, code", [
    ("surname=Nothing", INPUT), ("surmane=surname", USAGE), ("surname", USAGE), ("=surname", USAGE),
    ("surname=", USAGE), ("victim.surname=surname", USAGE)])
def test_a_map_that_leads_nowhere(desk, tmp_path, option, code):
    path = write(tmp_path / "list.csv", people(3))
    before = desk.incident.state()
    desk.incident.error("import", "people", path, "--map", option, code=code)
    assert desk.incident.state() == before


def test_other_columns_for_the_same_bytes(desk, tmp_path):
    """The same file with another meaning is not taken for the same import."""
    path = write(tmp_path / "list.csv", people(10))
    desk.incident.run("import", "people", path, code=OK)
    before = desk.incident.state()
    desk.incident.error("import", "people", path, "--map", "surname=forenames", code=REFUSED)
    assert desk.incident.state() == before


def test_a_list_without_addresses_says_what_follows(desk, tmp_path):
    """Perhaps the wrong file: the leaked one, say, which has no column for mail."""
    hint = "no column holds e-mail addresses (--map email=COLUMN)"
    path = write(tmp_path / "list.csv", people(3))
    assert hint not in desk.incident.text("import", "people", path, "-n")
    without = tmp_path / "without.csv"
    without.write_text(path.read_text().replace("email", "favourite"))
    assert hint in desk.incident.text("import", "people", without, "-n")


SHAPES = [",", ";", "\t", "|", "array", "lines"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "cp1252"]


@pytest.mark.parametrize("shape, encoding", sample(
    [(shape, ENCODINGS[n % len(ENCODINGS)]) for n, shape in enumerate(SHAPES)]
    + [(shape, encoding) for n, shape in enumerate(SHAPES) for encoding in ENCODINGS
       if encoding != ENCODINGS[n % len(ENCODINGS)]], len(SHAPES)))
def test_shapes_and_encodings(desk, tmp_path, encoding, shape):
    """The same people, whatever the file looks like."""
    rows = people(20, {1: {"surname": "O’Brûlé-Ångström"}, 2: {"unit": 'Custody "north"\nsecond line, x'}})
    if shape in ("array", "lines"):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        text = "[" + ",\n".join(lines) + "]" if shape == "array" else "\n".join(lines)
    else:
        path = tmp_path / "shape.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS, delimiter=shape)
            writer.writeheader()
            writer.writerows(rows)
        text = path.read_bytes().decode("utf-8")
    content = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    path = tmp_path / "list"
    path.write_bytes(content)
    tally = desk.incident.run("import", "people", path, code=OK).tally
    assert (tally["accepted"], tally["rejected"], tally["unmapped"]) == (20, 0, [])
    desk.leak(rows)
    desk.walk()
    assert desk.incident.last["match"]["matched"] == 20
    assert "O’Brûlé-Ångström" in parse(desk.incident.text("compose", "--show", "P001").encode()).get_body(
        ("plain",)).get_content()


# --------------------------------------------------------------------------- what a human says of a row

def export(incident):
    path = incident.tmp / "match.csv"
    incident.run("match", "--export", path)
    with open(path, newline="") as file:
        lines = list(csv.DictReader(file))
    found = {}
    for line in lines:
        found.setdefault(line["row_id"], []).append(line)
    return found


@pytest.fixture
def doubtful(desk):
    """Row 2 is one of two who are alike, row 3 contradicts itself, row 4 is nobody, row 5 is clear."""
    rows = people(10)
    twin = {**person(20), "surname": rows[0]["surname"], "forenames": rows[0]["forenames"]}
    desk.take("people", [*rows, twin])
    desk.take("breach", [leaked(rows[0], **{"Pay No": ""}),
                         {**leaked(rows[1]), "Name": "Wilhelmina Strangeways"},
                         {"Name": "Quentin Nobody", "Rank": "Sergeant", "Vetting": "RV", "Pay No": "12345678"},
                         leaked(rows[5])])
    desk.walk()
    found = export(desk.incident)
    assert [found[row][0]["outcome"] for row in "2345"] == ["ambiguous", "possible", "unmatched", "matched"]
    assert found["3"][0]["reason"] == "conflict"
    assert {line["person_id"] for line in found["2"]} == {"P000", "P020"}
    return desk


def decide(incident, row, *choice):
    incident.run("approve", "--row", row, *choice, "--by", "Joan", "--reason", "rang them", code=OK)
    incident.run("match")
    incident.run("group")
    incident.run("compose", code=OK)
    reconcile(incident)
    return export(incident)[row]


def test_nobody_is_told_of_a_conflict(doubtful):
    assert "P001" not in doubtful.incident.routes()
    assert doubtful.incident.status()["needs_human"]["rows_in_conflict"] == 1


def test_a_row_is_this_person(doubtful):
    incident = doubtful.incident
    for row, who in (("2", "P020"), ("3", "P001"), ("4", "P007")):
        (line,) = decide(incident, row, "--person", who)
        assert (line["person_id"], line["outcome"]) == (who, "matched")
        assert float(line["probability"]) >= .99
    routes = incident.routes()
    assert {"P020", "P001", "P007"} <= set(routes) and "P000" not in routes
    assert not {"rows_in_conflict", "rows_unmatched"} & set(incident.status()["needs_human"])
    mail = parse(incident.text("compose", "--show", "P020").encode())
    assert mail["To"] == "p020@met.police.example"


def test_a_row_is_nobody(doubtful):
    incident = doubtful.incident
    for row in "2345":
        (line,) = decide(incident, row, "--nobody")
        assert (line["person_id"], line["outcome"]) == ("", "unmatched")
    assert incident.routes() == {}
    assert not {"rows_in_conflict", "rows_unmatched"} & set(incident.status()["needs_human"])


def test_all_candidates_may_be_it(doubtful):
    """They are told that they may be in the leak, not that they are."""
    incident = doubtful.incident
    lines = decide(incident, "2", "--all-candidates")
    assert {line["person_id"] for line in lines} == {"P000", "P020"}
    for who in ("P000", "P020"):
        text = parse(incident.text("compose", "--show", who).encode()).get_body(("plain",)).get_content()
        clear = parse(incident.text("compose", "--show", "P005").encode()).get_body(("plain",)).get_content()
        assert re.search(r"\bmay\b[^.]*\bbreach|breach[^.]*\bmay\b", text.replace("\n", " ")) and text != clear


def test_all_candidates_are_told_where_nobody_is_told_unasked(doubtful):
    """`tell_at` 1 asks first; this is the answer. How likely each of them is stays what it was."""
    incident = doubtful.incident
    policy = json.loads((incident.folder / "policy.json").read_text())
    incident.change({"levels": [{**level, "tell_at": 1} for level in policy["levels"]]}, "policy.json")
    incident.run("group")
    assert not {"P000", "P001", "P020"} & set(incident.routes())
    before = export(incident)
    for row, who in (("2", {"P000", "P020"}), ("3", {"P001"})):
        lines = decide(incident, row, "--all-candidates")
        assert {line["person_id"] for line in lines} >= who <= set(incident.routes())
        assert [line["probability"] for line in lines] == [line["probability"] for line in before[row]]


def test_all_candidates_of_nobody_decides_nothing(doubtful):
    """The row stays on the human's list: nobody would be told of it."""
    incident = doubtful.incident
    (line,) = decide(incident, "4", "--all-candidates")
    assert (line["person_id"], line["outcome"]) == ("", "unmatched")
    assert incident.status()["needs_human"]["rows_unmatched"] == 1


def test_a_second_decision_wins(doubtful):
    incident = doubtful.incident
    decide(incident, "2", "--person", "P020")
    (line,) = decide(incident, "2", "--person", "P000")
    assert line["person_id"] == "P000" and "P020" not in incident.routes()
    decide(incident, "5", "--nobody")
    (line,) = decide(incident, "5", "--person", "P005")
    assert line["outcome"] == "matched"


def test_a_decision_after_the_send_reaches_only_the_rest(doubtful):
    """Open rows hold nobody up: they go in a later release."""
    incident = doubtful.incident
    incident.run("approve", "--release", code=OK)
    first = incident.run("send", code=OK).tally["accepted"]
    decide(incident, "3", "--person", "P001")
    decide(incident, "4", "--person", "P007")
    assert incident.run("approve", "--release", code=OK).tally["released"] == 2
    assert incident.run("send", code=OK).tally["sent_now"] == 2
    status = reconcile(incident)
    assert status["states"]["accepted"] == first + 2 == len(incident.outbox())


def test_rows_of_two_leaks_are_told_apart(desk):
    """Two files have a row 2 each; a decision must not meet the wrong one."""
    rows = people(10)
    desk.take("people", rows)
    desk.take("breach", [{"Name": "Egbert Nobody", "Rank": "Sergeant", "Vetting": "RV", "Pay No": "12345678"}])
    desk.take("breach", [{"Name": "Hilda Unknown", "Rank": "Sergeant", "Vetting": "RV", "Pay No": "87654321"}])
    desk.walk()
    assert sorted(export(desk.incident)) == ["2", "2:2"]
    for name, left in (("2:2", 1), ("2", 0)):
        decide(desk.incident, name, "--nobody")
        assert desk.incident.status()["needs_human"].get("rows_unmatched", 0) == left


def test_a_row_id_that_two_rows_have(desk):
    """Nobody can tell which is meant, so nothing is decided."""
    rows = people(10)
    desk.take("people", rows)
    desk.take("breach", [leaked(row, row_id="L1") for row in rows[:2]])
    desk.walk()
    before = desk.incident.state()
    message = desk.incident.error("approve", "--row", "L1", "--nobody", "--by", "Joan", "--reason", "r",
                                  code=USAGE)
    assert "2 leaked rows" in message and desk.incident.state() == before


def test_new_knowledge_after_the_release_is_not_silent(desk):
    """Who is found to be undercover between release and send: the mail must not just go out."""
    rows = people(40, PROTECTED)
    desk.take("people", rows, "--as-of", "2023-08-01")
    desk.leak(rows[:20])
    desk.walk()
    desk.incident.run("approve", "--release", code=OK)
    changed = people(40, {**PROTECTED, 9: {"unit": "Surveillance"}, 10: {"status": "deceased"}})
    desk.take("people", changed, "--as-of", "2023-08-05")
    for verb in ("match", "group", "compose"):
        desk.incident.run(verb)
    assert desk.incident.routes()["P009"][1] == "task" and desk.incident.routes()["P010"][1] == "task"
    result = desk.incident.run("send", code=(OK, HUMAN, REFUSED))
    mailed = {parse(path.read_bytes())["To"] for path in desk.incident.outbox()}
    assert not {"p009@met.police.example", "p010@met.police.example"} & mailed, result.code
