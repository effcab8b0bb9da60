# SPDX-License-Identifier: MIT
"""Several people in one leaked row: each has a record, a text and a route of their own, and whoever is at risk from
another party of the case is told in person. The tables below are the incident; read them across."""
import csv
import json

import pytest

from conftest import INPUT, OK, USAGE, Incident, reconcile

# Who is who. In no two lines but those named are address, mailbox or telephone the same.
PEOPLE = """\
person_id,title,surname,forenames,date_of_birth,address,postcode,email_personal,phone
K01,Ms,Alder,Ann,1981-01-11,"1 Hill Road, Wexbourne",WE1 1AA,ann@inbox.example,07700 900001
K02,Mr,Birch,Ben,1982-02-12,"2 Mill Lane, Wexbourne",WE1 2BB,ben@inbox.example,07700 900002
K03,Ms,Cedar,Cat,1983-03-13,"3 High Street, Wexbourne",WE1 3CC,cat@inbox.example,07700 900003
K04,Mr,Dogwood,Dan,1984-04-14,"Flat 1, 3 High St, Wexbourne",WE1 3CC,dan@inbox.example,07700 900004
K05,Ms,Elm,Eve,1985-05-15,"5 Park Row, Wexbourne",WE1 5EE,elmfir@inbox.example,07700 900005
K06,Mr,Fir,Fred,1986-06-16,"6 Park Row, Wexbourne",WE1 5EE,ElmFir@inbox.example,07700 900006
K07,Ms,Gorse,Gia,1987-07-17,"7 Quay, Wexbourne",WE1 7GG,gia@inbox.example,07700 900007
K08,Mr,Hazel,Hal,1988-08-18,"8 Quay, Wexbourne",WE1 8HH,hal@inbox.example,+44 7700 900007
K09,Ms,Ivy,Ida,1989-09-19,"9 Green, Wexbourne",WE1 9JJ,ida@inbox.example,07700 900009
K10,Mr,Juniper,Jay,1990-10-20,"10 Green, Wexbourne",WE1 9JJ,jay@inbox.example,07700 900010
K11,Ms,Larch,Liz,1991-11-21,"11 Moor, Wexbourne",WE2 1LL,liz@inbox.example,07700 900011
K12,Mr,Maple,Max,1992-12-22,"12 Moor, Wexbourne",WE2 1LL,max@inbox.example,07700 900012
K13,Ms,Nettle,Nan,1993-01-23,"13 Cross, Wexbourne",WE2 3NN,nan@inbox.example,07700 900013
K14,Mr,Oak,Oli,1994-02-24,"13 Cross, Wexbourne",WE2 3NN,oli@inbox.example,07700 900014
K15,Ms,Pine,Pat,1995-03-25,"15 Dene, Wexbourne",WE2 5PP,pat@inbox.example,07700 900015
"""

# What leaked: a line a crime, with up to three people in it. Quinn and Rowan are on no list.
LEAK = """\
Crime Ref,Offence,Victim Name,victim_dob,Witness Name,Suspect Surname,Suspect Forenames,Suspect DOB,Suspect Address
36/1/21,Theft,Ann Alder,11/01/1981,,Birch,Ben,12/02/1982,
36/2/21,Assault,Cat Cedar,13/03/1983,,Dogwood,Dan,14/04/1984,
36/3/21,Affray,Eve Elm,15/05/1985,,Fir,Fred,16/06/1986,
36/4/21,Harassment,Gia Gorse,17/07/1987,,Hazel,Hal,18/08/1988,
36/5/21,Theft,Ida Ivy,19/09/1989,,Quinn,Quentin,,"99 Dale, Wexbourne"
36/6/21,Affray,,,Jay Juniper,Ivy,Ida,19/09/1989,
36/7/21,Theft,Liz Larch,21/11/1991,,Maple,Max,22/12/1992,
36/8/21,Theft,Nan Nettle,23/01/1993,,,,,
36/9/21,Theft,,,,Oak,Oli,24/02/1994,
36/10/21,Assault,Pat Pine,25/03/1995,,Rowan,Rex,,"15 Dene, Wexbourne"
36/11/21,Theft,,,,,,,
"""

# What each of them gets: level, route, reason.
WANTED = {
    "K01": ("victim", "mail", "level"),                     # nothing in common with Birch
    "K02": ("suspect", "mail", "level"),
    "K03": ("victim", "task", "opposed-household"),         # one house, however it is written
    "K04": ("suspect", "task", "opposed-household"),
    "K05": ("victim", "task", "opposed-household"),         # one mailbox
    "K06": ("suspect", "task", "opposed-household"),
    "K07": ("victim", "task", "opposed-household"),         # one telephone
    "K08": ("suspect", "task", "opposed-household"),
    "K09": ("victim", "task", "several-parts"),             # victim in 36/5, suspect in 36/6
    "K10": ("witness", "mail", "level"),
    "K11": ("victim", "mail", "level"),                     # a postcode is not a house
    "K12": ("suspect", "mail", "level"),
    "K13": ("victim", "mail", "level"),                     # one house, two cases: not against each other
    "K14": ("suspect", "mail", "level"),
    "K15": ("victim", "task", "opposed-household"),         # the suspect is on no list; the leak says where
}

LEVELS = [
    {"name": part, "when": [{"record.part": {"is": part}}], "route": "mail", "tell_at": 1,
     "template": f"notice/crime-data/{part}"} for part in ("victim", "suspect", "witness")
] + [{"name": "person", "default": True, "route": "mail", "tell_at": 1, "template": "notice/crime-data/person"}]


@pytest.fixture(scope="module")
def played(breachmail, tmp_path_factory):
    incident = Incident(tmp_path_factory.mktemp("parties") / "work")
    incident.run("init", incident.folder, "--example", "crime-data", code=OK)
    incident.change({"levels": LEVELS}, "policy.json")
    for name, rows in (("people", PEOPLE), ("breach", LEAK)):
        path = incident.root / f"{name}.csv"
        path.write_text(rows)
        tally = incident.run("import", name, path, code=OK).tally
    assert (tally["rows"], tally["accepted"], tally["records"]) == (11, 11, 19)
    assert tally["columns"]["victim.date_of_birth"] == "victim_dob"
    assert tally["columns"]["suspect.surname"] == "Suspect Surname"
    incident.walk("match", "group", "compose")
    return incident


def test_each_has_their_record(played):
    path = played.tmp / "match.csv"
    played.run("match", "--export", path)
    with open(path, newline="") as file:
        rows = {row["row_id"]: row for row in csv.DictReader(file)}
    assert len(rows) == 19
    assert rows["2/victim"]["person_id"] == "K01" and rows["2/suspect"]["person_id"] == "K02"
    assert rows["7/witness"]["person_id"] == "K10" and rows["7/suspect"]["person_id"] == "K09"
    assert rows["6/suspect"]["outcome"] == "unmatched" == rows["12"]["outcome"]
    assert rows["12"]["reason"] == "nothing to compare"
    assert sum(row["outcome"] == "matched" for row in rows.values()) == 16
    assert rows["11/suspect"]["outcome"] == "possible"      # at Pine's address, and not Pine


def test_levels_and_routes(played):
    assert played.routes() == WANTED


def words_of(incident, person):
    """All that is ever said to this person, or by whom they are told about it."""
    if WANTED[person][1] == "mail":
        return incident.text("compose", "--show", person, code=OK)
    number = next(str(task["number"]) for task in incident.run("task", "--open").tally["tasks"]
                  if task["person_id"] == person)
    path = incident.tmp / "sheet.html"
    incident.run("task", "show", number, "--print", path)
    return path.read_text()


@pytest.mark.parametrize("person", WANTED)
def test_no_hint_of_the_other_parties(played, person):
    words = words_of(played, person).lower()
    mine = next(line for line in PEOPLE.splitlines() if line.startswith(person)).split(",")
    for line in PEOPLE.splitlines()[1:]:
        surname = line.split(",")[2]
        if surname != mine[2]:
            assert surname.lower() not in words.split(), surname
    for other in {"victim", "witness", "suspect"} - {WANTED[person][0]}:
        assert other not in words
    assert "36/" not in words


def test_who_is_on_both_sides_hears_of_one(played):
    """Ida Ivy is told as a victim; that she is a suspect elsewhere is seen by who asks about her."""
    path = played.tmp / "why.json"
    path.write_text(json.dumps(played.run("group", "--explain", "K09").tally))
    why = path.read_text()
    assert "victim" in why and "suspect" in why
    words = words_of(played, "K09").lower()
    assert "suspect" not in words and "address" not in words.split("what it was about them")[1].split("\n")[0]


def test_a_row_that_names_nobody_needs_a_human(played):
    status = reconcile(played)
    assert status["rows"] == 19 and status["outcomes"]["unmatched"] == 2
    assert status["needs_human"]["rows_unmatched"] == 2 and status["needs_human"]["rows_possible"] == 1


# --------------------------------------------------------------------------------------- the mapping

def test_any_part_by_word(empty, tmp_path):
    empty.make()
    path = tmp_path / "leak.csv"
    path.write_text("ref,A,B,C\nR1,Jo Sample,07700 900001,AB12\nR2,,,AB13\n")
    tally = empty.run("import", "breach", path, "--map", "row_id=ref", "--map", "keyholder.name=A", "--map",
                      "keyholder.phone=B", "--map", "Custody Officer.collar_number=C", code=OK).tally
    assert tally["records"] == 3
    assert tally["columns"] == {"row_id": "ref", "keyholder.name": "A", "keyholder.phone": "B",
                                "custody-officer.collar_number": "C"}


@pytest.mark.parametrize("option, code", [
    ("victim.nothing=A", USAGE), (".name=A", USAGE), ("victim.=A", USAGE), ("victim.name=", USAGE),
    ("victim.name=Z", INPUT), ("1.name=A", USAGE), ("vic/tim.name=A", USAGE)])
def test_maps_that_lead_nowhere(empty, tmp_path, option, code):
    empty.make()
    path = tmp_path / "leak.csv"
    path.write_text("A,B\n1,2\n")
    before = empty.state()
    empty.error("import", "breach", path, "--map", option, code=code)
    assert empty.state() == before
