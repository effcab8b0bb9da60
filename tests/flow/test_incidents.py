# SPDX-License-Identifier: MIT
"""The six incidents, played: each example from its files to its last person, with all sums compared
after each step. First on made-up files of each kind, then on a few people each, one by one, against a
table that can be checked by eye: who is told how, in which words, and by whom.
"""
import csv
import io
import json
import re
import subprocess

import pytest

from conftest import OK, REFUSED, SCRIPTS, Incident, bare_notice, parse, reconcile, reconcile_send, sample

INCIDENTS = ["supplier", "crime-data", "foi-release", "publication", "lost-notebook", "lost-footage"]
PEOPLE = 300
SAID = ["--by", "Ann Example", "--note", "spoke with them"]


class Then(Incident):
    """With the clock at a day after the breach: who is under age is so on that day."""

    def env(self, **more):
        return super().env(**{"BREACHMAIL_NOW": "2023-09-01T08:00:00Z", **more})

    def copy(self, root):
        twin = super().copy(root)
        twin.__class__ = Then
        return twin


@pytest.fixture(scope="module")
def forces(tmp_path_factory):
    """The files of each kind of incident, made once."""
    made = {}

    def files(style):
        if style not in made:
            made[style] = tmp_path_factory.mktemp(style)
            subprocess.run([SCRIPTS / "make-people", "--people", str(PEOPLE), "--style", style, "--jobs", "1",
                            "--out", made[style]], check=True, stdout=subprocess.DEVNULL)
        return made[style]
    return files


@pytest.mark.parametrize("name", sample(INCIDENTS, 2))
def test_played(empty, forces, name):
    """From init to sent, on made-up files of this kind."""
    incident, force = empty, forces(name)
    incident.run("init", incident.folder, "--example", name, code=OK)
    reconcile(incident)
    incident.run("import", "people", force / "people.csv", "--as-of", "2023-08-01", code=OK)
    reconcile(incident)
    incident.run("import", "breach", force / "breach.csv")
    reconcile(incident)
    incident.walk("match", "group", "compose")
    assert incident.last["compose"]["notices"] > 0
    incident.release()
    status = reconcile_send(incident, incident.run("send", code=OK).tally)
    assert not set(status["states"]) - {"accepted", "task", "restricted", "none"}, status["states"]
    by_hand = [route for _, route, _ in incident.routes().values() if route == "task"]
    assert len(listed(incident)) == len(by_hand) == status["states"].get("task", 0)
    assert len(incident.outbox()) == status["states"]["accepted"]
    incident.run("check", code=OK)


# ------------------------------------------------------------------------------------- one by one

# What stands in a text and in no other of its incident.
WORDS = {
    "notice/counter-terrorism": "strangers who offer you work",
    "notice/protection": "Go through your regular journeys and stops with your supervisor",
    "notice/firearms": "Keep shifts, courses and training days",
    "notice/officer": "Travel to and from work in your own clothes",
    "notice/staff": "Take off your pass before you leave the building",
    "notice/foi-release/specialist": "Ask us for advice before you go abroad",
    "notice/foi-release/officer": "Travel to and from work in your own clothes",
    "notice/foi-release/staff": "Take off your pass before you leave the building",
    "notice/publication/specialist": "Keep out of group chats where you will be working",
    "notice/publication/officer": "how you will answer when someone new asks about your job",
    "notice/publication/staff": "Take off your pass before you leave the building",
    "notice/lost-notebook/specialist": "Keep out of group chats where you will be working",
    "notice/lost-notebook/officer": "Travel to and from work in your own clothes",
    "notice/lost-notebook/staff": "Take off your pass before you leave the building",
    "notice/crime-data/victim": "something that happened to you",
    "notice/crime-data/witness": "something that you saw or heard",
    "notice/crime-data/suspect": "This notice decides nothing about that matter",
    "notice/crime-data/person": "one of our records in which you are named",
    "pl/notice/crime-data/witness": "W tej sprawie",
    "notice/lost-footage/victim": "something that happened to you",
    "notice/lost-footage/witness": "something that you saw or heard",
    "notice/lost-footage/suspect": "This notice decides nothing about it",
    "notice/lost-footage/officer": "you were on duty there",
    "notice/lost-footage/person": "You are named in our records of that matter.",
    "task/visit": "Come as they would want it",
    "task/call": "Ask for them by name. Say who you are, not why you call",
    "task/next-of-kin": "This person has died. Go to their next of kin",
    "task/guardian": "Speak with the parent or guardian, not with the child",
    "task/child": "the guardian has a part in the same case",
    "task/liaison": "Only the named liaison does this",
}


def table(text):
    """Rows of a table drawn with bars; its first line has the names of the columns."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def as_csv(rows, columns):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Few:
    """A few people: the list, the leak, and what must become of each. `shield`: the liaison's own
    reference and one identifier, all that the liaison gives; in tasks they go by that reference."""

    def __init__(self, name, people, leak, expected, shield="", changes=None, texts=()):
        self.name, self.people, self.leak = name, table(people), table(leak)
        self.expected, self.shield = table(expected), table(shield) if shield else []
        self.changes, self.texts = changes or {}, texts

    def play(self, incident):
        incident.run("init", incident.folder, "--example", self.name, code=OK)
        incident.change(self.changes)
        for name, text in self.texts:
            path = incident.folder / "templates" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        people, leak = incident.root / "people.csv", incident.root / "leak.csv"
        people.write_text(as_csv(self.people, list(self.people[0])))
        leak.write_text(as_csv(self.leak, list(self.leak[0])))
        incident.run("import", "people", people, "--as-of", "2023-08-01", code=OK)
        incident.run("import", "breach", leak, code=OK)
        if self.shield:
            shield = incident.root / "shield.csv"
            shield.write_text(as_csv(self.shield, list(self.shield[0])))
            incident.run("import", "shield", shield, code=OK)
        incident.walk("match", "group", "compose")
        return incident

    def called(self, person):
        """What a person is called in tasks."""
        return next((row["reference"] for row in self.shield if person in row.values()), person)


SUPPLIER = Few("supplier", """
person_id | pay_number | surname   | forenames | rank              | role               | unit                             | employment | status       | flags | date_of_birth | email                           | email_personal      | phone        | address              | contact             | needs       | language | line_manager
M01       | 02000001   | Castle    | Ann       | Detective Sergeant| Undercover Officer | Major Crime                      | officer    | in-post      |       | 1980-01-01    | ann.castle@met.police.example   | ann@home.example    | 07700 900001 | 1 High St, Northmoor |                     |             |          | M05
M02       | 02000002   | Drummond  | Bea       | Detective Constable| Intelligence Officer| SO15 Counter Terrorism Command  | officer    | in-post      |       | 1981-01-01    | bea.drummond@met.police.example |                     | 07700 900002 | 2 High St, Northmoor |                     |             |          | M05
M03       | 02000003   | Ellwood   | Cai       | Constable         | Residence Security | Royalty and Specialist Protection| officer    | in-post      |       | 1982-01-01    | cai.ellwood@met.police.example  |                     | 07700 900003 | 3 High St, Northmoor |                     |             |          | M05
M04       | 02000004   | Farrant   | Dee       | Constable         | Armed Response Officer| Specialist Firearms Command MO19| officer   | in-post      |       | 1983-01-01    | dee.farrant@met.police.example  |                     | 07700 900004 | 4 High St, Northmoor |                     |             |          | M05
M05       | 02000005   | Gilchrist | Eli       | Inspector         | Response Officer   | Response Policing                | officer    | in-post      |       | 1984-01-01    | eli.gilchrist@met.police.example|                     | 07700 900005 | 5 High St, Northmoor |                     |             |          |
M06       | C2000006   | Hathaway  | Fay       | Band D            | HR Adviser         | Human Resources                  | staff      | in-post      |       | 1985-01-01    | fay.hathaway@met.police.example |                     | 07700 900006 | 6 High St, Northmoor |                     |             |          |
M07       | 02000007   | Ingleby   | Guy       | Constable         | Response Officer   | Response Policing                | officer    | deceased     |       | 1986-01-01    | guy.ingleby@met.police.example  | guy@home.example    | 07700 900007 | 7 High St, Northmoor |                     |             |          |
M08       | C2000008   | Jessop    | Hal       | Band E            | Case Builder       | Criminal Justice                 | staff      | suspended    |       | 1987-01-01    | hal.jessop@met.police.example   | hal@home.example    | 07700 900008 | 8 High St, Northmoor |                     |             |          |
M09       | C2000009   | Kirkbride | Ivy       | Band E            | Case Builder       | Criminal Justice                 | staff      | suspended    |       | 1988-01-01    | ivy.kirkbride@met.police.example|                     | 07700 900009 | 9 High St, Northmoor |                     |             |          |
M10       | 02000010   | Lockyer   | Jon       | Constable         | Ward Officer       | West Area BCU                    | officer    | career-break |       | 1989-01-01    | jon.lockyer@met.police.example  |                     | 07700 900010 | 10 High St, Northmoor|                     |             |          |
M11       | C2000011   | Mossman   | Kay       | Band F            | Buyer              | Commercial Services              | staff      | left         |       | 1990-01-01    | kay.mossman@met.police.example  | kay@home.example    |              | 11 High St, Northmoor|                     |             |          |
M12       | C2000012   | Northcott | Lee       | Band F            | Buyer              | Commercial Services              | staff      | left         |       | 1991-01-01    | lee.northcott@met.police.example|                     |              | 12 High St, Northmoor|                     |             |          |
M13       | 02000013   | Oldroyd   | May       | Commander         | Chief Officer      | Management Board                 | officer    | in-post      |       | 1970-01-01    | may.oldroyd@met.police.example  | may@home.example    | 07700 900013 | 13 High St, Northmoor|                     |             |          |
M14       | C2000014   | Pemberton | Ned       | Band G            | Front Counter Officer| North Area BCU                 | staff      | in-post      |       | 1992-01-01    | counter7@met.police.example     |                     | 07700 900014 | 14 High St, Northmoor|                     |             |          |
M15       | C2000015   | Quayle    | Oona      | Band G            | Front Counter Officer| North Area BCU                 | staff      | in-post      |       | 1993-01-01    | counter7@met.police.example     | oona@home.example   | 07700 900015 | 15 High St, Northmoor|                     |             |          |
M16       | C2000016   | Rushworth | Pip       | Band G            | Detention Officer  | Custody                          | staff      | in-post      |       | 1994-01-01    | custody.desk@met.police.example |                     | 07700 900016 | 16 High St, Northmoor|                     |             |          |
M17       | C2000017   | Sutcliffe | Quin      | Band G            | Apprentice         | Fleet Services                   | staff      | in-post      |       | 2006-02-01    | quin.sutcliffe@met.police.example|                    | 07700 900017 | 17 High St, Northmoor|                     |             |          |
M18       | C2000018   | Thackray  | Rae       | Band G            | Call Handler       | Call Handling                    | staff      | in-post      |       | 1995-01-01    | rae.thackray@met.police.example |                     | 07700 900018 | 18 High St, Northmoor| through her sister  |             |          |
M19       | C2000019   | Underhill | Sid       | Band G            | Call Handler       | Call Handling                    | staff      | in-post      |       | 1996-01-01    | sid.underhill@met.police.example|                     | 07700 900019 | 19 High St, Northmoor|                     | large print |          |
M20       | C2000020   | Verrall   | Tia       | Band G            | Call Handler       | Call Handling                    | staff      | in-post      |       | 1997-01-01    | tia.verrall@met.police.example  |                     | 07700 900020 | 20 High St, Northmoor|                     |             | Polish   |
M21       | C2000021   | Wadsworth | Una       | Band G            | Technician         | Digital Forensics                | staff      | in-post      |       | 1998-01-01    | una.wadsworth@old-mail.example  |                     |              | 21 High St, Northmoor|                     |             |          |
M22       | C2000022   | Yeadon    | Viv       | Band D            | Policy Adviser     | Strategy and Governance          | staff      | in-post      |       | 1999-01-01    | viv.yeadon@met.police.example   |                     | 07700 900022 | 22 High St, Northmoor|                     |             |          |
""", """
Name           | Rank                | Vetting Level | Pay No
Ann Castle     | DS                  | RV            | 02000001
Bea Drummond   | DC                  | SC            | 02000002
Cai Ellwood    | PC                  | SC            | 02000003
Dee Farrant    | PC                  | MV            | 02000004
Eli Gilchrist  | Insp                | RV            | 02000005
Fay Hathaway   | Band D              | NPPV 2        | C2000006
Guy Ingleby    | PC                  | RV            | 02000007
Hal Jessop     | Band E              | RV            | C2000008
Ivy Kirkbride  | Band E              | RV            | C2000009
Jon Lockyer    | PC                  | RV            | 02000010
Kay Mossman    | Band F              | RV            | C2000011
Lee Northcott  | Band F              | RV            | C2000012
May Oldroyd    | Commander           | SC            | 02000013
Ned Pemberton  | Band G              | RV            | C2000014
Oona Quayle    | Band G              | RV            | C2000015
Pip Rushworth  | Band G              | RV            | C2000016
Quin Sutcliffe | Band G              | NPPV 2        | C2000017
Rae Thackray   | Band G              | RV            | C2000018
Sid Underhill  | Band G              | RV            | C2000019
Tia Verrall    | Band G              | RV            | C2000020
Una Wadsworth  | Band G              | RV            | C2000021
Viv Yeadon     | Band D              | RV            | C2000022
""", """
person_id | who                                       | level             | route | text                      | task
M01       | undercover, in an ordinary unit           | undercover        | task  | task/visit                | visit
M02       | counter-terrorism                         | counter-terrorism | mail  | notice/counter-terrorism  |
M03       | protection                                | protection        | mail  | notice/protection         |
M04       | firearms                                  | firearms          | mail  | notice/firearms           |
M05       | an inspector, and line manager of M01     | officer           | mail  | notice/officer            |
M06       | police staff                              | staff             | mail  | notice/staff              |
M07       | has died                                  | officer           | task  | task/next-of-kin          | next-of-kin
M08       | suspended, with an address of their own   | staff             | mail  | notice/staff              |
M09       | suspended, without                        | staff             | task  | notice/staff              | letter
M10       | on a career break, above the default      | officer           | task  | task/call                 | call
M11       | left, with an address of their own        | staff             | mail  | notice/staff              |
M12       | left, without                             | staff             | task  | notice/staff              | letter
M13       | chief officer: others read the mailbox    | officer           | task  | task/call                 | call
M14       | shares a mailbox                          | staff             | task  | notice/staff              | letter
M15       | shares a mailbox, has one of their own    | staff             | mail  | notice/staff              |
M16       | the mailbox of a role                     | staff             | task  | notice/staff              | letter
M17       | under 18, no guardian on the list         | staff             | task  | task/guardian             | call
M18       | stated a safe way that is no address      | staff             | task  | task/call                 | call
M19       | needs large print                         | staff             | task  | notice/staff              | letter
M20       | a language without a text                 | staff             | task  | task/call                 | call
M21       | a mailbox on a closed channel             | staff             | task  | notice/staff              | letter
M22       | nothing to be seen; a liaison shields her | undercover        | task  | task/liaison              | liaison
""", """
reference | person_id
RAVEN-1   | M22
""", changes={"closed_channels": ["the card company's website or help desk", "old-mail.example"]})

FOI_RELEASE = Few("foi-release", """
person_id | service_number | surname    | forenames | rank                | role              | unit                             | location | employment | status       | email                            | email_personal   | phone        | address
F01       | 30001          | Ardglass   | Nuala     | Detective Constable | Surveillance Officer| Surveillance                   | Lambeth  | officer    | in-post      | nuala.ardglass@psni.police.example |                | 07700 900101 | 1 Quay, Wexbourne
F02       | 30002          | Ballycarry | Owen      | Detective Sergeant  | Source Handler    | Source Handling                  | Lambeth  | officer    | in-post      | owen.ballycarry@psni.police.example|                | 07700 900102 | 2 Quay, Wexbourne
F03       | 30003          | Cloughmore | Pia       | Detective Constable | Investigator      | Intelligence Bureau              | Hendon   | officer    | in-post      | pia.cloughmore@psni.police.example |                | 07700 900103 | 3 Quay, Wexbourne
F04       | 30004          | Dunloy     | Rory      | Constable           | Armed Response Officer| Specialist Firearms Command MO19| Lambeth| officer    | career-break | rory.dunloy@psni.police.example  |                  | 07700 900104 | 4 Quay, Wexbourne
F05       | 30005          | Eglinton   | Sorcha    | Sergeant            | Response Officer  | West Area BCU                    | Acton    | officer    | in-post      | sorcha.eglinton@psni.police.example|                | 07700 900105 | 5 Quay, Wexbourne
F06       | 30006          | Finaghy    | Tomas     | Constable           | Response Officer  | West Area BCU                    | Uxbridge | officer    | suspended    | tomas.finaghy@psni.police.example| tomas@home.example | 07700 900106 | 6 Quay, Wexbourne
F07       | 30007          | Glenariff  | Una       | Band E              | Analyst           | Finance                          | Lambeth  | staff      | in-post      | una.glenariff@psni.police.example|                  | 07700 900107 | 7 Quay, Wexbourne
F08       | 30008          | Hilltown   | Vera      | Assistant Chief Constable | Chief Officer | Management Board                | Hendon   | officer    | in-post      | vera.hilltown@psni.police.example|                  | 07700 900108 | 8 Quay, Wexbourne
F09       | 30009          | Islandmore | Will      | Band F              | Driver            | Fleet Services                   | Lambeth  | staff      | career-break | will.islandmore@psni.police.example|                |              | 9 Quay, Wexbourne
""", """
Surname    | Initials | Rank/Grade                | Department                       | Location
Ardglass   | N        | Detective Constable       | Surveillance                     | Lambeth
Ballycarry | O        | Detective Sergeant        | Source Handling                  | Lambeth
Cloughmore | P        | Detective Constable       | Intelligence Bureau              | Hendon
Dunloy     | R        | Constable                 | Specialist Firearms Command MO19 | Lambeth
Eglinton   | S        | Sergeant                  | West Area BCU                    | Acton
Finaghy    | T        | Constable                 | West Area BCU                    | Uxbridge
Glenariff  | U        | Band E                    | Finance                          | Lambeth
Hilltown   | V        | Assistant Chief Constable | Management Board                 | Hendon
Islandmore | W        | Band F                    | Fleet Services                   | Lambeth
""", """
person_id | who                                  | level                          | route | text                          | task
F01       | surveillance                         | covert                         | task  | task/visit                    | visit
F02       | handles sources                      | witness-protection-and-sources | task  | task/visit                    | visit
F03       | intelligence                         | specialist                     | mail  | notice/foi-release/specialist |
F04       | armed, on a career break             | specialist                     | task  | task/call                     | call
F05       | a sergeant                           | officer                        | mail  | notice/foi-release/officer    |
F06       | suspended, with an address of theirs | officer                        | mail  | notice/foi-release/officer    |
F07       | police staff                         | staff                          | mail  | notice/foi-release/staff      |
F08       | chief officer                        | officer                        | task  | task/call                     | call
F09       | staff on a career break              | staff                          | task  | notice/foi-release/staff      | letter
""")

PUBLICATION = Few("publication", """
person_id | surname   | forenames | former_surname | rank      | role                | unit              | employment | status | salary | allowances | email                             | email_personal    | phone        | address
P01       | Askham    | Wendy     |                | Constable | Undercover Officer  | Major Crime       | officer    | in-post| 41000  | 2850       | wendy.askham@cumbria.police.example|                  | 07700 900201 | 1 Fell Lane, Narborne
P02       | Birkrigg  | Colin     |                | Constable | Firearms Trainer    | Training and Learning| officer | in-post| 42000  | 1200       | colin.birkrigg@cumbria.police.example|                | 07700 900202 | 2 Fell Lane, Narborne
P03       | Coniston  | Marie     | Dalegarth      | Sergeant  | Ward Officer        | West Area BCU     | officer    | in-post| 51000  | 0          | marie.coniston@cumbria.police.example|                | 07700 900203 | 3 Fell Lane, Narborne
P04       | Embleton  | Tariq     |                | Band D    | Payroll Officer     | Finance           | staff      | in-post| 33000  | 0          | tariq.embleton@cumbria.police.example|                | 07700 900204 | 4 Fell Lane, Narborne
P05       | Furness   | Joan      |                | Band D    | Buyer               | Commercial Services| staff     | left   | 34000  | 0          | joan.furness@cumbria.police.example| joan@home.example | 07700 900205 | 5 Fell Lane, Narborne
P06       | Greystoke | Kurt      |                | Band D    | Surveyor            | Estates           | staff      | left   | 35000  | 0          | kurt.greystoke@cumbria.police.example|                |              | 6 Fell Lane, Narborne
""", """
Name            | Job Title          | Salary | Allowances
Wendy Askham    | Undercover Officer | 41000  | 2850
Colin Birkrigg  | Firearms Trainer   | 42000  | 1200
Marie Dalegarth | Ward Officer       | 51000  | 0
Tariq Embleton  | Payroll Officer    | 33000  | 0
Joan Furness    | Buyer              | 34000  | 0
Kurt Greystoke  | Surveyor           | 35000  | 0
""", """
person_id | who                                   | level      | route | text                          | task
P01       | undercover, by the name of the post   | covert     | task  | task/visit                    | visit
P02       | firearms, by the name of the post     | specialist | mail  | notice/publication/specialist |
P03       | a sergeant, by her former name        | officer    | mail  | notice/publication/officer    |
P04       | police staff                          | staff      | mail  | notice/publication/staff      |
P05       | left since, with an address of theirs | staff      | mail  | notice/publication/staff      |
P06       | left since, without                   | staff      | task  | notice/publication/staff      | letter
""")

LOST_NOTEBOOK = Few("lost-notebook", """
person_id | pay_number | surname   | forenames | rank                | role                      | unit                          | location  | employment | status  | email                              | phone        | address
N01       | 03000001   | Ashgrove  | Mairead   | Detective Constable | Undercover Officer        | Undercover and Covert Operations| Lambeth | officer    | in-post | mairead.ashgrove@psni.police.example | 07700 900301 | 1 Bog Road, Rathmoor
N02       | 03000002   | Blackmore | Conal     | Sergeant            | Counter Terrorism Investigator| SO15 Counter Terrorism Command| Heathrow| officer | in-post | conal.blackmore@psni.police.example| 07700 900302 | 2 Bog Road, Rathmoor
N03       | 03000003   | Carnmoney | Bridget   | Constable           | Response Officer          | Response Policing             | Hendon    | officer    | in-post | bridget.carnmoney@psni.police.example| 07700 900303 | 3 Bog Road, Rathmoor
N04       | C3000004   | Drumlough | Eamon     | Band F              | Technician                | Digital Forensics             | Lambeth   | staff      | in-post | eamon.drumlough@psni.police.example| 07700 900304 | 4 Bog Road, Rathmoor
N05       | 03000005   | Erne      | Fiona     | Constable           | Patrol Officer            | Dog Support                   | Keston    | officer    | deceased| fiona.erne@psni.police.example     | 07700 900305 | 5 Bog Road, Rathmoor
N06       | 03000006   | Foyle     | Liam      | Constable           | Patrol Officer            | Dog Support                   | Keston    | officer    | in-post | liam.foyle@psni.police.example     | 07700 900306 | 6 Bog Road, Rathmoor
N07       | 03000007   | Foyle     | Lorcan    | Constable           | Patrol Officer            | Dog Support                   | Keston    | officer    | in-post | lorcan.foyle@psni.police.example   | 07700 900307 | 7 Bog Road, Rathmoor
""", """
Entry
DC Mairead Ashgrove 03000001
Sgt Conal Blackmore, SO15, Heathrow
PC Bridget Carnmoney, Response Policing
Eamon Drumlough, Digital Forensics
Fiona Erne (Keston) 03000005
PC L Foyle
batteries, gloves, ring garage
""", """
person_id | who                                     | level      | route | text                            | task
N01       | undercover                              | covert     | task  | task/visit                      | visit
N02       | counter-terrorism                       | specialist | mail  | notice/lost-notebook/specialist |
N03       | a constable                             | officer    | mail  | notice/lost-notebook/officer    |
N04       | police staff                            | staff      | mail  | notice/lost-notebook/staff      |
N05       | has died                                | officer    | task  | task/next-of-kin                | next-of-kin
N06       | one of two, and nobody is told on that  |            |       |                                 |
N07       | the other                               |            |       |                                 |
""")

CRIME_DATA = Few("crime-data", """
person_id | title | surname   | forenames | date_of_birth | address                  | postcode | status   | email_personal    | phone        | contact                 | guardian | needs       | language | flags
C01       | Ms    | Abbott    | Ada       | 1980-01-01    | 1 Alder Rd, Wexbourne    | WE1 1AA  |          | ada@home.example  | 07700 900401 |                         |          |             |          |
C02       | Ms    | Barnes    | Bel       | 1981-01-02    | 2 Beech Rd, Wexbourne    | WE1 2AB  |          | bel@home.example  | 07700 900402 | bel@safe.example        |          |             |          |
C03       | Mr    | Cullen    | Cy        | 1982-01-03    | 3 Cedar Rd, Wexbourne    | WE1 3AD  |          | cy@home.example   | 07700 900403 |                         |          |             |          |
C04       | Mr    | Dalby     | Don       | 1983-01-04    | 4 Dale Rd, Wexbourne     | WE1 4AE  |          | don@home.example  | 07700 900404 | don@home.example        |          |             |          |
C05       | Ms    | Emsley    | Enid      | 1984-01-05    | 5 Elm Rd, Wexbourne      | WE1 5AF  |          | enid@home.example | 07700 900405 | ring her sister         |          |             |          |
C06       | Miss  | Fenwick   | Flo       | 2012-01-06    | 6 Fir Rd, Wexbourne      | WE1 6AG  |          |                   |              |                         | C07      |             |          |
C07       | Mr    | Fenwick   | Frank     | 1979-01-07    | 6 Fir Rd, Wexbourne      | WE1 6AG  |          | frank@home.example| 07700 900407 |                         |          |             |          |
C08       |       | Garside   | Gil       | 2011-01-08    | 8 Grove Rd, Wexbourne    | WE1 8AH  |          |                   |              |                         | C09      |             |          |
C09       | Mr    | Garside   | Gus       | 1978-01-09    | 8 Grove Rd, Wexbourne    | WE1 8AH  |          | gus@home.example  | 07700 900409 |                         |          |             |          |
C10       | Mr    | Holroyd   | Hugh      | 1985-01-10    | 10 Hill Rd, Wexbourne    | WE2 1AA  |          | hugh@home.example | 07700 900410 |                         |          |             |          |
C11       | Mr    | Ibbotson  | Ian       | 1986-01-11    | 11 Ivy Rd, Wexbourne     | WE2 2AB  |          | ian@home.example  | 07700 900411 |                         |          |             |          | not told
C12       | Ms    | Jagger    | Jan       | 1987-01-12    | 12 Jay Rd, Wexbourne     | WE2 3AD  |          | jan@home.example  | 07700 900412 |                         |          |             |          |
C13       | Ms    | Kershaw   | Kit       | 1988-01-13    | 13 Kiln Rd, Wexbourne    | WE2 4AE  |          | kit@home.example  | 07700 900413 |                         |          | large print |          |
C14       | Mr    | Lister    | Len       | 1989-01-14    | 14 Lime Rd, Wexbourne    | WE2 5AF  |          | len@home.example  | 07700 900414 |                         |          | braille     |          |
C15       | Ms    | Midgley   | Mo        | 1990-01-15    | 15 Mill Rd, Wexbourne    | WE2 6AG  |          | mo@home.example   | 07700 900415 |                         |          | interpreter |          |
C16       | Ms    | Nowak     | Nina      | 1991-01-16    | 16 Nook Rd, Wexbourne    | WE2 7AH  |          | nina@home.example | 07700 900416 |                         |          |             | pl       |
C17       | Mr    | Omar      | Osman     | 1992-01-17    | 17 Oak Rd, Wexbourne     | WE2 8AJ  |          | osman@home.example| 07700 900417 |                         |          |             | so       |
C18       | Ms    | Priestley | Pru       | 1993-01-18    | 18 Park Rd, Wexbourne    | WE3 1AA  | deceased | pru@home.example  | 07700 900418 |                         |          |             |          |
C19       | Mr    | Quarmby   | Quentin   | 1994-01-19    | 19 Quay Rd, Wexbourne    | WE3 2AB  |          | shared@home.example|             |                         |          |             |          |
C20       | Ms    | Rawson    | Rita      | 1995-01-20    | 20 Ridge Rd, Wexbourne   | WE3 3AD  |          | shared@home.example| 07700 900420|                         |          |             |          |
C21       | Mr    | Sugden    | Sol       | 1996-01-21    | 21 Spa Rd, Wexbourne     | WE3 4AE  |          | sol@home.example  | 07700 900421 | sol@home.example        |          |             |          |
C22       | Ms    | Tordoff   | Tess      | 1997-01-22    | 22 Top Rd, Wexbourne     | WE3 5AF  |          | tess@home.example | 07700 900422 | tess@home.example       |          |             |          |
C23       | Mr    | Uttley    | Urban     | 1998-01-23    | 22 Top Rd, Wexbourne     | WE3 5AF  |          | urban@home.example| 07700 900423 |                         |          |             |          |
C24       | Ms    | Varley    | Vi        | 1999-01-24    | 24 Union Rd, Wexbourne   | WE3 6AG  |          | vi@home.example   | 07700 900424 |                         |          |             |          |
""", """
Crime Ref | Offence              | Victim Forenames | Victim Surname | Victim DOB | Victim Postcode | Witness Forenames | Witness Surname | Witness DOB | Witness Postcode | Suspect Forenames | Suspect Surname | Suspect DOB | Suspect Postcode
36/1/21   | Assault, domestic    | Ada              | Abbott         | 01/01/1980 | WE1 1AA         | Jan               | Jagger          | 12/01/1987  | WE2 3AD          |                   |                 |             |
36/2/21   | Rape                 | Bel              | Barnes         | 02/01/1981 | WE1 2AB         |                   |                 |             |                  | Hugh              | Holroyd         | 10/01/1985  | WE2 1AA
36/3/21   | Burglary             | Cy               | Cullen         | 03/01/1982 | WE1 3AD         |                   |                 |             |                  | Ian               | Ibbotson        | 11/01/1986  | WE2 2AB
36/4/21   | Theft                | Don              | Dalby          | 04/01/1983 | WE1 4AE         | Kit               | Kershaw         | 13/01/1988  | WE2 4AE          |                   |                 |             |
36/5/21   | Robbery              | Enid             | Emsley         | 05/01/1984 | WE1 5AF         | Len               | Lister          | 14/01/1989  | WE2 5AF          |                   |                 |             |
36/6/21   | Theft                | Flo              | Fenwick        | 06/01/2012 | WE1 6AG         | Mo                | Midgley         | 15/01/1990  | WE2 6AG          |                   |                 |             |
36/7/21   | Common assault       | Gil              | Garside        | 08/01/2011 | WE1 8AH         |                   |                 |             |                  | Gus               | Garside         | 09/01/1978  | WE1 8AH
36/8/21   | Affray               |                  |                |            |                 | Nina              | Nowak           | 16/01/1991  | WE2 7AH          |                   |                 |             |
36/9/21   | Affray               |                  |                |            |                 | Osman             | Omar            | 17/01/1992  | WE2 8AJ          |                   |                 |             |
36/10/21  | Affray               |                  |                |            |                 | Pru               | Priestley       | 18/01/1993  | WE3 1AA          |                   |                 |             |
36/11/21  | Affray               |                  |                |            |                 | Quentin           | Quarmby         | 19/01/1994  | WE3 2AB          |                   |                 |             |
36/12/21  | Affray               |                  |                |            |                 | Frank             | Fenwick         | 07/01/1979  | WE1 6AG          |                   |                 |             |
36/13/21  | Theft                | Sol              | Sugden         | 21/01/1996 | WE3 4AE         |                   |                 |             |                  |                   |                 |             |
36/14/21  | Affray               |                  |                |            |                 |                   |                 |             |                  | Sol               | Sugden          | 21/01/1996  | WE3 4AE
36/15/21  | Theft                | Tess             | Tordoff        | 22/01/1997 | WE3 5AF         |                   |                 |             |                  | Urban             | Uttley          | 23/01/1998  | WE3 5AF
36/16/21  | Affray               |                  |                |            |                 | Vi                | Varley          | 24/01/1999  | WE3 6AG          |                   |                 |             |
""", """
person_id | who                                            | level                       | route      | text                         | task
C01       | victim at home, no safe way stated             | at-risk                     | task       | task/visit                   | visit
C02       | victim of rape, with a safe address: no mail   | at-risk                     | task       | task/call                    | call
C03       | victim without a safe way                      | victim-without-safe-contact | task       | task/visit                   | visit
C04       | victim with a safe address                     | victim                      | mail       | notice/crime-data/victim     |
C05       | victim with a safe way that is no address      | victim                      | task       | task/call                    | call
C06       | victim under 18, guardian has no part in it    | victim-without-safe-contact | task       | task/guardian                | visit
C07       | that guardian, witness in another case         | witness                     | mail       | notice/crime-data/witness    |
C08       | victim under 18, guardian is the suspect       | victim-without-safe-contact | task       | task/child                   | visit
C09       | that guardian                                  | suspect                     | task       | task/visit                   | visit
C10       | suspect                                        | suspect                     | task       | task/visit                   | visit
C11       | suspect who is not to know yet                 | suspect-not-told            | restricted |                              |
C12       | witness of violence at home                    | at-risk                     | task       | task/visit                   | visit
C13       | witness who needs large print                  | witness                     | task       | task/visit                   | visit
C14       | witness who needs braille                      | witness                     | task       | task/visit                   | visit
C15       | witness who needs an interpreter               | witness                     | task       | task/visit                   | visit
C16       | witness, in a language with a text             | witness                     | mail       | pl/notice/crime-data/witness |
C17       | witness, in a language without a text          | witness                     | task       | task/call                    | call
C18       | witness who has died                           | witness                     | task       | task/next-of-kin             | next-of-kin
C19       | witness who shares a mailbox                   | witness                     | task       | task/visit                   | visit
C20       | in no record                                   |                             |            |                              |
C21       | victim here, suspect there                     | victim                      | task       | task/call                    | call
C22       | victim who lives with the suspect              | victim                      | task       | task/call                    | call
C23       | that suspect                                   | suspect                     | task       | task/visit                   | visit
C24       | witness whom a liaison shields                 | at-risk                     | task       | task/liaison                 | liaison
""", """
reference | person_id
HERON-2   | C24
""", texts=[("pl/notice/crime-data/witness.txt", bare_notice("Zawiadomienie", "W tej sprawie {{controller.name}}."))])

LOST_FOOTAGE = Few("lost-footage", """
person_id | title | surname  | forenames | date_of_birth | address              | status  | email_personal   | phone        | contact          | guardian | flags    | employment | rank      | collar_number | unit              | email                                | case_ref  | part
L01       |       | Ackroyd  | Amy       | 1980-02-01    |                      | in-post |                  | 07700 900501 |                  |          |          | officer    | Constable | RP101         | Response Policing | amy.ackroyd@southyorks.police.example |           |
L02       | Ms    | Beevers  | Bess      | 1981-02-02    | 2 Weir St, Wexbourne |         | bess@home.example| 07700 900502 | bess@home.example|          |          |            |           |               |                   |                                      |           |
L03       | Mr    | Crabtree | Carl      | 1982-02-03    | 3 Weir St, Wexbourne |         | carl@home.example| 07700 900503 |                  |          |          |            |           |               |                   |                                      |           |
L04       | Mr    | Dransfield| Dirk     | 1983-02-04    | 4 Weir St, Wexbourne |         | dirk@home.example| 07700 900504 |                  |          |          |            |           |               |                   |                                      |           |
L05       | Mr    | Earnshaw | Ewan      | 1984-02-05    | 5 Weir St, Wexbourne |         | ewan@home.example| 07700 900505 |                  |          | not told |            |           |               |                   |                                      |           |
L06       | Ms    | Firth    | Fern      | 1985-02-06    | 6 Weir St, Wexbourne |         | fern@home.example| 07700 900506 |                  |          |          |            |           |               |                   |                                      |           |
L07       | Ms    | Greaves  | Gaby      | 1986-02-07    | 7 Weir St, Wexbourne |         | gaby@home.example| 07700 900507 | gaby@home.example|          |          |            |           |               |                   |                                      |           |
L08       | Ms    | Hinchliffe| Hope     | 1987-02-08    | 8 Weir St, Wexbourne |         | hope@home.example| 07700 900508 | hope@home.example|          |          |            |           |               |                   |                                      | 14/3/22   | victim
L09       | Mr    | Iveson   | Ivor      | 1988-02-09    | 9 Weir St, Wexbourne |         | ivor@home.example| 07700 900509 |                  |          |          |            |           |               |                   |                                      | 14/3/22   | witness
L10       |       | Jubb     | Jo        | 1975-02-10    |                      | in-post |                  | 07700 900510 |                  |          |          | officer    | Assistant Chief Constable |  | Management Board | jo.jubb@southyorks.police.example    |           |
""", """
Case Ref | Recorded   | Pieces | Copy Held | Part    | Name           | Rank | Collar No | Date of Birth
14/1/22  | 02/03/2022 | 4      | no        | officer | Amy Ackroyd    | PC   | RP101     |
14/1/22  | 02/03/2022 | 4      | no        | victim  | Bess Beevers   |      |           | 02/02/1981
14/1/22  | 02/03/2022 | 4      | no        | victim  | Carl Crabtree  |      |           | 03/02/1982
14/1/22  | 02/03/2022 | 4      | no        | suspect | Dirk Dransfield|      |           | 04/02/1983
14/1/22  | 02/03/2022 | 4      | no        | suspect | Ewan Earnshaw  |      |           | 05/02/1984
14/1/22  | 02/03/2022 | 4      | no        | witness | Fern Firth     |      |           | 06/02/1985
14/1/22  | 02/03/2022 | 4      | no        | officer | Jo Jubb        | ACC  |           |
14/2/22  | 03/03/2022 | 2      | yes       | victim  | Gaby Greaves   |      |           | 07/02/1986
14/3/22  | 04/03/2022 | 3      | no        |         |                |      |           |
""", """
person_id | who                                            | level                       | route      | text                        | task
L01       | the officer who was there                      | officer                     | mail       | notice/lost-footage/officer |
L02       | victim with a safe address                     | victim                      | mail       | notice/lost-footage/victim  |
L03       | victim without a safe way                      | victim-without-safe-contact | task       | task/visit                  | visit
L04       | suspect                                        | suspect                     | task       | task/visit                  | visit
L05       | suspect who is not to know yet                 | suspect-not-told            | restricted |                             |
L06       | witness                                        | witness                     | mail       | notice/lost-footage/witness |
L07       | victim whose recording is held elsewhere       | unaffected                  | none       |                             |
L08       | victim of a case of which nobody is named      | victim                      | mail       | notice/lost-footage/victim  |
L09       | witness in that case                           | witness                     | mail       | notice/lost-footage/witness |
L10       | chief officer who was there                    | officer                     | task       | task/call                   | call
""")

FEW = [SUPPLIER, CRIME_DATA, FOI_RELEASE, PUBLICATION, LOST_NOTEBOOK, LOST_FOOTAGE]


@pytest.fixture(scope="module")
def played(breachmail, tmp_path_factory):
    """Each of the six with its few people, composed; a test that changes one takes a copy."""
    made = {}

    def incident(few):
        if few.name not in made:
            made[few.name] = few.play(Then(tmp_path_factory.mktemp(few.name) / "work"))
        return made[few.name]
    return incident


@pytest.fixture
def work(played, tmp_path):
    return lambda few: played(few).copy(tmp_path / few.name)


def listed(incident, *words):
    """Tasks by whom they are about: their number, or the liaison's reference and nothing else."""
    return {one["person_id"] or one["reference"]: one
            for one in incident.run("task", *words, code=OK).tally["tasks"] if not one["after"]}


def read(incident, person):
    """The notice of a person, as one line of words."""
    message = parse(incident.run("compose", "--show", person, code=OK).tally["message"].encode())
    return " ".join(message.get_body(("plain",)).get_content().split())


@pytest.mark.parametrize("few", FEW, ids=lambda few: few.name)
def test_each_person_as_in_the_table(played, few):
    incident = played(few)
    routes, tasks = incident.routes(), listed(incident)
    assert {one["person_id"] for one in few.expected} == {one["person_id"] for one in few.people}
    for one in few.expected:
        person = one["person_id"]
        level, route, _ = routes.get(person, ("", "", ""))
        task = tasks.get(few.called(person), {"kind": "", "text": ""})
        text = text_read(incident, few, person) if route == "mail" else task["text"]
        assert (level, route, text, task["kind"]) == (
            one["level"], one["route"], one["text"], one["task"]), one
    assert len(tasks) == sum(one["route"] == "task" for one in few.expected)


def text_read(incident, few, person):
    """The text whose words stand in somebody's notice, of those of this incident."""
    words = read(incident, person)
    texts = {one["text"] for one in few.expected if "notice/" in one["text"]}
    (found,) = [text for text in texts if WORDS[text] in words]
    return found


@pytest.mark.parametrize("few", sample(FEW, 2), ids=lambda few: few.name)
def test_what_is_printed_has_the_words(work, few):
    """A page for each task, with the text of the table; no person's page has another's name."""
    incident = work(few)
    for person, task in listed(incident).items():
        path = incident.tmp / "page.txt"
        incident.run("task", "show", task["number"], "--print", path, code=OK)
        page = " ".join(path.read_text().split())
        assert WORDS[task["text"]] in page, (person, task["text"])
        path.unlink()


@pytest.mark.parametrize("few", sample(FEW, 2), ids=lambda few: few.name)
def test_to_the_last_person(work, few):
    """Released, sent, and every task done or tried: everyone has a state, and the sums hold."""
    incident = work(few)
    incident.release()
    reconcile_send(incident, incident.run("send", code=OK).tally)
    mailed = {one["person_id"] for one in few.expected if one["route"] == "mail"}
    assert len(incident.outbox()) == len(mailed)
    for person, task in sorted(listed(incident).items()):
        incident.run("task", "not-reached", task["number"], *SAID, code=OK)
        reconcile(incident)
        incident.run("task", "done", task["number"], *SAID, code=OK)
        assert reconcile(incident)["states"]["reached"] > 0
    states = reconcile(incident)["states"]
    routes = [one["route"] for one in few.expected]
    assert {state: people for state, people in states.items()} == {
        state: routes.count(route) for state, route in (
            ("accepted", "mail"), ("reached", "task"), ("restricted", "restricted"), ("none", "none"))
        if route in routes}
    incident.run("check", code=OK)


@pytest.mark.parametrize("few", [CRIME_DATA, LOST_FOOTAGE], ids=lambda few: few.name)
def test_nothing_hints_at_another_party(work, few):
    """Nobody's words, on a screen or on paper, name another person of the list or a part in the case."""
    incident = work(few)
    tasks = listed(incident)
    for one in few.people:
        person, others = one["person_id"], [other["surname"] for other in few.people
                                            if other["surname"] != one["surname"]]
        if few.called(person) in tasks:
            path = incident.tmp / "page.txt"
            incident.run("task", "show", tasks[few.called(person)]["number"], "--print", path, code=OK)
            words = path.read_text()
        elif person in incident.routes() and incident.routes()[person][1] == "mail":
            words = read(incident, person)
        else:
            continue
        assert not [other for other in others if re.search(rf"\b{other}\b", words)]
        assert not re.search(r"\b(victim|witness|suspect|offender)", words.lower()), person


def test_a_guardian_is_named_with_the_way_to_them(work):
    incident = work(CRIME_DATA)
    tasks, path = listed(incident), incident.tmp / "page.txt"
    incident.run("task", "show", tasks["C06"]["number"], "--print", path, code=OK)
    assert "Guardian: Mr Frank Fenwick, 07700 900407" in path.read_text()
    incident.run("task", "show", tasks["C08"]["number"], "--print", path, code=OK)
    assert "Do not go through the" in path.read_text() and "children's services" in path.read_text()
    for person in ("C06", "C08"):       # nobody writes to a child
        assert incident.run("task", "done", tasks[person]["number"], *SAID, code=OK).tally["letter"] is None


def test_a_safe_way_is_the_only_way(work):
    """Whoever stated one is reached in it: no page has another telephone or address, no letter is posted."""
    incident = work(CRIME_DATA)
    tasks, path = listed(incident), incident.tmp / "page.txt"
    for person, way in (("C02", "bel@safe.example"), ("C05", "ring her sister")):
        incident.run("task", "show", tasks[person]["number"], "--print", path, code=OK)
        page = path.read_text()
        assert way in page and "07700 90040" not in page and "Rd, Wexbourne" not in page
        incident.run("task", "assign", tasks[person]["number"], "--to", "Jo", "--as", "letter", *SAID, code=OK)
        tally = incident.run("task", "show", tasks[person]["number"], "--print", path, code=OK).tally
        assert tally["by_hand"] == 1 and "Rd, Wexbourne" not in path.read_text()


def test_line_managers_never_learn_of_a_level_above_the_default(work):
    incident = work(SUPPLIER)
    tasks = listed(incident)
    number = tasks["M01"]["number"]
    before = incident.state()
    for name in ("M05", "Eli Gilchrist", "Inspector Eli Gilchrist", "eli.gilchrist@met.police.example"):
        message = incident.error("task", "assign", number, "--to", name, *SAID, code=REFUSED)
        assert "line manager" in message and "Gilchrist" not in message
    assert incident.state() == before
    incident.run("task", "assign", number, "--to", "Jo Marsh", *SAID, code=OK)
    path = incident.tmp / "page.txt"
    incident.run("task", "show", number, "--print", path, code=OK)
    page = " ".join(path.read_text().split())
    assert "Their line manager is not to learn of this" in page and "ask their supervisor" not in page
    assert "Castle" not in read(incident, "M05")        # who has a notice of their own, and of nobody else
    levels = policy_levels(incident)
    levels[2]["escalate"]["to"] = "their line manager"
    incident.change({"levels": levels}, "policy.json")
    assert "levels[2].escalate.to" in incident.error("group", code=78)


def policy_levels(incident):
    return json.loads((incident.folder / "policy.json").read_text())["levels"]


def test_large_print_is_large(work):
    incident = work(SUPPLIER)
    path = incident.tmp / "page.html"
    tasks = listed(incident)
    incident.run("task", "show", tasks["M19"]["number"], "--print", path, code=OK)
    assert '<section class="large">' in path.read_text()
    incident.run("task", "show", tasks["M12"]["number"], "--print", path, code=OK)
    assert '<section class="large">' not in path.read_text()


def test_a_text_that_comes_later_is_used(work):
    """Once there is a text in their language, they get it, and no task stands."""
    incident = work(CRIME_DATA)
    path = incident.folder / "templates" / "so" / "notice" / "crime-data"
    path.mkdir(parents=True)
    (path / "witness.txt").write_text(bare_notice("Ogeysiis", "Ogeysiis ogeysiis ogeysiis."))
    assert "breachmail group" in incident.error("compose", code=REFUSED)
    incident.walk("group", "compose")
    assert incident.routes()["C17"][1] == "mail" and "Ogeysiis" in read(incident, "C17")
    assert re.search(r" Reference: [0-9A-Z]{5}-[0-9A-Z]{5}$", read(incident, "C17"))
    assert "C17" not in listed(incident)


@pytest.mark.parametrize("few", FEW, ids=lambda few: few.name)
def test_the_preview_is_of_this_incident(played, few):
    """Each mail level in both forms, with the kinds of data that the incident names, and of nobody."""
    folder = played(few).tmp / "preview"
    played(few).run("compose", "--preview", folder, code=OK)
    mails = [level["name"] for level in policy_levels(played(few)) if level["route"] == "mail"]
    assert {path.name.rsplit("-", 2)[0] for path in folder.iterdir()} == set(mails)
    for path in folder.iterdir():
        words = " ".join(parse(path.read_bytes()).get_body(("plain",)).get_content().split())
        assert ("may have been" in words) == ("-maybe-" in path.name)
        assert ("your pay number" in words) == (few is SUPPLIER)
        assert not [one for one in few.people if one["surname"] in words]


def test_who_is_not_told_has_a_reason_and_somebody_answers_for_it(played):
    incident = played(LOST_FOOTAGE)
    for person, words in (("L05", ("s. 68(7)", "senior investigating officer", "2023-09-07")),
                          ("L07", ("held elsewhere", "data protection officer"))):
        text = incident.text("group", "--explain", person)
        assert all(word in text for word in words), text
    report = " ".join(incident.text("report", "--kind", "regulator").split())
    for words in ("held elsewhere", "s. 68(7)", "who answers for it", "looked at again by"):
        assert words in report
    tally = json.loads(incident.text("--json", "report", "--kind", "regulator"))
    (level,) = [one for one in tally["effects"]["levels"] if one["name"] == "unaffected"]
    assert level["not_told"]["owner"] and level["not_told"]["review_by"] is None and level["routes"] == {"none": 1}


@pytest.mark.parametrize("few, person, ground", [
    (CRIME_DATA, "C11", "s. 68(7)"), (LOST_FOOTAGE, "L05", "s. 68(7)")])
def test_who_is_restricted_has_a_ground(played, few, person, ground):
    level = next(one for one in policy_levels(played(few)) if one["name"] == "suspect-not-told")
    assert ground in level["restriction"]["ground"] and level["restriction"]["owner"]
    assert played(few).routes()[person][:2] == ("suspect-not-told", "restricted")
    played(few).error("compose", "--show", person, code=64)
