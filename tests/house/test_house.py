# SPDX-License-Identifier: MIT
"""scripts/check-house: it is content with this house, and finds what is put into a copy of it."""
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("recipients", "templates", "mailer", "tests", "scripts", "meson.build", "meson_options.txt", ".gitignore")
LEDGER, SCHEMA = "recipients/ledger.c", "recipients/schema/0001-ledger.sql"

# A file, what stands there ("" for its end), what is put in its place, and the finding.
FAULTS = [
    ("recipients/date.c", "", '#include "mailer/send.h"\n', r"include: .* higher floor"),
    ("recipients/rank.c", "", '#include "policy.h"\n', "include: .* not a file written from the top"),
    ("recipients/fold.c", "", '#include "recipients/policy.h"\n', "include: .* stands below it"),
    ("mailer/wire/pace.c", "", '#include "recipients/ledger.h"\n', "include: the wire does not know"),
    ("mailer/wire/reply.c", "", '#include "mailer/settings.h"\n', "include: the wire does not know"),
    ("recipients/name.c", "", "#include <sqlite3.h>\n", "door: <sqlite3.h> is for recipients/ledger.c"),
    ("mailer/wire/capture.c", "", "#include <libetpan/libetpan.h>\n", "door: .* nobody yet"),
    ("recipients/match.c", "", 'const char *bad = SQL("SELECT nobody " "FROM match");\n', "SQL: no such column: nobody"),
    ("recipients/group.c", "", 'const char *bad = SQL("SELECT id FROM run; SELECT 1 FROM nowhere");\n', "SQL: no such table"),
    ("recipients/roster.c", "", "const char *bad = SQL(\"SELECT id FROM run WHERE verb = \\\"x\\\"\");\n", "SQL: a double quote"),
    ("recipients/known.c", "", "const char *bad = SQL(words);\n", r"SQL: SQL\(...\) holds string literals"),
    ("mailer/status.c", "", 'const char *bad = "SELECT 1";\n', r'SQL: not marked SQL\("..."\)'),
    ("mailer/release.c", "", 'int bad(void) { return ledger_do(l, words, f); }\n', "SQL: ledger_do takes SQL"),
    ("recipients/decision.c", "", 'int bad(void) { return query_int(q, "nobody"); }\n', "SQL: query_int: no nobody"),
    ("mailer/send.c", "", 'void bad(void) { query_bind_int(q, ":nobody", 1); }\n', "SQL: query_bind_int: no :nobody"),
    ("mailer/compose.c", "", 'void bad(void) { query_bind_sealed(q, ":x", "notice.level", 1, p, 1, 1); }\n',
     "seal: notice.level is not a sealed column"),
    ("recipients/audit.c", '{"run.operator_sealed"', '{"run.operator_hidden"', "seal: run.operator_sealed is missing from sealed_columns"),
    (SCHEMA, "BEFORE DELETE ON outcome", "AFTER DELETE ON outcome", "schema: outcome lacks the trigger that refuses DELETE"),
    (SCHEMA, "CREATE TRIGGER run_no_update", "CREATE TRIGGER run_never", "schema: run lacks the trigger that refuses UPDATE"),
    ("recipients/index.c", "", "void bad(void) { strcpy(a, b); }\n", r"banned: strcpy\(\)"),
    ("templates/sheet.c", "", "void bad(void) { system(a); } /* discouraged: */\n", r"banned: system\(\)"),
    ("templates/prose.c", "", 'void bad(void) { (void)printf("x"); }\n', "printing: printf"),
    ("templates/tag.c", "", 'const char *bad = "https://force.example/";\n', "address: a web address"),
    ("templates/notice/staff.txt", "", "See www.force.example.\n", "address: a link"),
    ("recipients/text.c", "", "/* TO" "DO: all of it */\n", "note: a note to self"),
    ("recipients/clock.c", "", "/* seen in /" "root/here */\n", "machine: a path"),
    ("recipients/value.c", "/* SPDX-License-Identifier: MIT */", "/* */", "licence: the first line"),
    ("scripts/embed", "# SPDX-License-Identifier: MIT", "#", "licence: no SPDX"),
    ("recipients/route.h", "#define RECIPIENTS_ROUTE_H", "#define ROUTE_H", "guard: .* RECIPIENTS_ROUTE_H"),
    ("recipients/vetting.c", "", "void bad(void)\n{\n" + "\tbad();\n" * 71 + "}\n", "length: bad has 71 lines"),
    ("recipients/place.c", "", "\n" * 700, r"length: \d+ lines, over 650"),
    ("utils/more.c", "", "/* SPDX-License-Identifier: MIT */\n", "top: not a name of the top level"),
    ("mailer/wire/more.c", "", "/* SPDX-License-Identifier: MIT */\n", "list: not in mailer/meson.build"),
    ("tests/mailer/test_more.c", "", "/* SPDX-License-Identifier: MIT */\n", "list: not in tests/meson.build"),
    ("templates/notice/more.txt", "", "More.\n", "list: not shipped"),
    ("mailer/verb/table.c", "verb_outbox}", "verb_letterbox}", "list: the verb letterbox has no file"),
]
# What looks like a fault and is none.
FINE = [
    ("recipients/number.c", '/* strcpy(a, b), see https://force.example/ */ const char *fine = "strcpy(";\n'),
    ("recipients/postcode.c", 'int fine(void) { return rand(); } /* discouraged: a test of the checker */\n'),
    ("recipients/question.c", 'const char *fine = yes ? SQL("SELECT id " "FROM run") : SQL("SELECT run_id FROM run_end");\n'),
    ("recipients/findability.c", 'const char *fine = "SELECTED", *also = "UPDATES";\n'),
]


def check(root):
    result = subprocess.run([ROOT / "scripts" / "check-house", root], capture_output=True, text=True, timeout=60)
    *findings, last = result.stdout.splitlines()
    assert last == f"{len(findings)} findings", result
    assert result.returncode == (1 if findings else 0), result
    return findings


def test_house():
    findings = check(ROOT)
    assert not findings, "\n" + "\n".join(findings)


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What is said of a copy with all faults in it at once."""
    root = tmp_path_factory.mktemp("house")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, root / part)
    for name, before, after in [fault[:3] for fault in FAULTS] + [(name, "", text) for name, text in FINE]:
        path = root / name
        path.parent.mkdir(exist_ok=True)
        text = path.read_text() if path.exists() else ""
        assert before in text, (name, before)
        path.write_text(text.replace(before, after, 1) if before else text + after)
    return check(root)


@pytest.mark.parametrize("name, before, after, finding", FAULTS, ids=[f"{name}: {text}" for name, _, _, text in FAULTS])
def test_finds(findings, name, before, after, finding):
    place = "recipients/schema" if name == SCHEMA else name.split("/")[0] if finding.startswith("top:") else name
    assert [line for line in findings if re.match(rf"{re.escape(place)}:\d+: {finding}", line)]


@pytest.mark.parametrize("name", [name for name, _ in FINE])
def test_lets_stand(findings, name):
    assert not [line for line in findings if line.startswith(f"{name}:")]


def test_finds_nothing_else(findings):
    """Apart from what follows from a fault that was put in, and from what is wrong here anyway."""
    known = [fault[0].split("/")[0] if fault[3].startswith("top:") else fault[0] for fault in FAULTS]
    known += [line.split(":")[0] for line in check(ROOT)]
    assert not [line for line in findings if line.split(":")[0] not in (*known, "recipients/schema")]
