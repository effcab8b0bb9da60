# SPDX-License-Identifier: MIT
"""scripts/check-house: it is content with this house, and finds what is put into a copy of it."""
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("recipients", "templates", "mailer", "tests", "scripts", "meson.build",
         "meson_options.txt", ".gitignore")
SCHEMA = "recipients/schema/0001-ledger.sql"
SPDX = "/* SPDX-License-Identifier: MIT */"

# A file, what is put at its end, and the finding.
ADDED = [
    ("recipients/date.c", '#include "mailer/send.h"', "include: .* higher floor"),
    ("recipients/rank.c", '#include "policy.h"', "include: .* not a file written from the top"),
    ("recipients/fold.c", '#include "recipients/policy.h"', "include: .* stands below it"),
    ("mailer/wire/pace.c", '#include "recipients/ledger.h"', "include: the wire does not know"),
    ("mailer/wire/reply.c", '#include "mailer/settings.h"', "include: the wire does not know"),
    ("recipients/name.c", "#include <sqlite3.h>", "door: <sqlite3.h> is for recipients/ledger_inside.h"),
    ("mailer/wire/capture.c", "#include <libetpan/libetpan.h>", "door: <libetpan/libetpan.h> is for mailer/wire/"),
    ("recipients/match.c", 'const char *bad = SQL("SELECT nobody " "FROM match");',
     "SQL: no such column: nobody"),
    ("recipients/group.c", 'const char *bad = SQL("SELECT id FROM run; SELECT 1 FROM nowhere");',
     "SQL: no such table"),
    ("recipients/roster.c", r'const char *bad = SQL("SELECT id FROM run WHERE verb = \"x\"");',
     "SQL: a double quote"),
    ("recipients/known.c", "const char *bad = SQL(words);", r"SQL: SQL\(...\) holds string"),
    ("mailer/status.c", 'const char *bad = "SELECT 1";', r'SQL: not marked SQL\("..."\)'),
    ("mailer/release.c", "int bad(void) { return ledger_do(l, words, f); }", "SQL: ledger_do"),
    ("recipients/decision.c", 'int bad(void) { return query_int(q, "nobody"); }',
     "SQL: query_int: no nobody"),
    ("mailer/outcome.c", 'void bad(void) { query_bind_int(q, ":nobody", 1); }',
     "SQL: query_bind_int: no :nobody"),
    ("mailer/compose.c", 'void bad(void) { query_bind_sealed(q, ":x", "notice.level", 1, p, 1); }',
     "seal: notice.level is not a sealed column"),
    ("recipients/index.c", "void bad(void) { strcpy(a, b); }", r"banned: strcpy\(\)"),
    ("templates/sheet.c", "void bad(void) { system(a); } /* discouraged: */",
     r"banned: system\(\)"),
    ("templates/prose.c", 'void bad(void) { (void)printf("x"); }', "printing: printf"),
    ("templates/tag.c", 'const char *bad = "https://force.example/";', "address: a web address"),
    ("templates/notice/staff.txt", "See www.force.example.", "address: a link"),
    ("recipients/text.c", "/* TO" "DO: all of it */", "note: a note to self"),
    ("recipients/clock.c", "/* seen in /" "root/here */", "machine: a path"),
    ("recipients/vetting.c", "void bad(void)\n{\n" + "\tbad();\n" * 71 + "}",
     "length: bad has 71 lines"),
    ("recipients/place.c", "\n" * 700, r"length: \d+ lines, over 650"),
    ("utils/more.c", SPDX, "top: not a name of the top level"),
    ("mailer/wire/more.c", SPDX, "list: not in mailer/meson.build"),
    ("tests/mailer/test_more.c", SPDX, "list: not in tests/meson.build"),
    ("templates/notice/more.txt", "More.", "list: not shipped"),
]
# A file, what stands there, what is put in its place, and the finding.
CHANGED = [
    ("recipients/audit.c", '{"run.operator_sealed"', '{"run.operator_hidden"',
     "seal: run.operator_sealed is missing from sealed_columns"),
    (SCHEMA, "BEFORE DELETE ON outcome", "AFTER DELETE ON outcome",
     "schema: outcome lacks the trigger that refuses DELETE"),
    (SCHEMA, "CREATE TRIGGER run_no_update", "CREATE TRIGGER run_never",
     "schema: run lacks the trigger that refuses UPDATE"),
    ("recipients/value.c", SPDX, "/* */", "licence: SPDX-License-Identifier: MIT is the first"),
    ("scripts/embed", "# SPDX-License-Identifier: MIT", "#", "licence: no SPDX"),
    ("recipients/route.h", "#define RECIPIENTS_ROUTE_H", "#define ROUTE_H",
     "guard: .* RECIPIENTS_ROUTE_H"),
    ("mailer/verb/table.c", "verb_outbox}", "verb_letterbox}",
     "list: the verb letterbox has no file"),
]
FAULTS = [(name, finding) for name, *_, finding in ADDED + CHANGED]
# What looks like a fault and is none, put at a file's end.
FINE = [
    ("recipients/number.c",
     '/* strcpy(a, b), see https://force.example/ */ const char *fine = "strcpy(";'),
    ("recipients/postcode.c",
     "int fine(void) { return rand(); } /* discouraged: a test of the checker */"),
    ("recipients/question.c",
     'const char *fine = a ? SQL("SELECT id " "FROM run") : SQL("SELECT run_id FROM run_end");'),
    ("recipients/findability.c", 'const char *fine = "SELECTED", *also = "UPDATES";'),
]


def check(root):
    result = subprocess.run([ROOT / "scripts" / "check-house", root], capture_output=True,
                            text=True, timeout=60)
    *findings, last = result.stdout.splitlines()
    assert last == f"{len(findings)} findings", result
    assert result.returncode == (1 if findings else 0), result
    return findings


def place(name, finding):
    """Where a finding is said to be."""
    if finding.startswith("top:"):
        return name.split("/")[0]
    return "recipients/schema" if name == SCHEMA else name


@pytest.fixture(scope="module")
def here():
    """What is said of this house."""
    return check(ROOT)


def test_house(here):
    assert not here, "\n" + "\n".join(here)


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What is said of a copy with all faults in it at once."""
    root = tmp_path_factory.mktemp("house")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, root / part)
    for name, added, *_ in ADDED + FINE:
        (root / name).parent.mkdir(exist_ok=True)
        with open(root / name, "a") as file:
            file.write(added + "\n")
    for name, before, after, _ in CHANGED:
        text = (root / name).read_text()
        assert before in text, (name, before)
        (root / name).write_text(text.replace(before, after, 1))
    return check(root)


@pytest.mark.parametrize("name, finding", FAULTS)
def test_finds(findings, name, finding):
    wanted = rf"{re.escape(place(name, finding))}:\d+: {finding}"
    assert [line for line in findings if re.match(wanted, line)]


@pytest.mark.parametrize("name", [name for name, _ in FINE])
def test_lets_stand(findings, name):
    assert not [line for line in findings if line.startswith(f"{name}:")]


def test_finds_nothing_else(findings, here):
    """Apart from what is wrong here anyway."""
    known = {place(name, finding) for name, finding in FAULTS}
    known |= {line.split(":")[0] for line in here}
    assert not [line for line in findings if line.split(":")[0] not in known]
