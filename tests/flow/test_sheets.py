# SPDX-License-Identifier: MIT
"""Workbooks: what is hidden in them is found and named, what they show is what is read, and those that are
made to do harm are refused by name, quickly and in little memory."""
import csv
import os
import resource
import struct
import subprocess
import zlib

import pytest

from conftest import BINARY, HUMAN, INPUT, OK, USAGE, one_object
from workbooks import HEAD, MAIN, ODF, OFFICE, RELATIONS, Raw, Sheet, Styled, ods, pack, xlsx, xlsx_parts

HEADER = ["Surname", "Forenames", "Pay No", "Joined", "Unit"]
ROWS = [["Ashdown", "Anna", "00123456", Styled(45164, "dd/mm/yyyy"), "Custody"],
        ["Birkett", "Bo", Styled(123456, "00000000"), Styled(36526.5, "d mmm yyyy h:mm"), "Response Policing"],
        ["Calloway", "Cy", 7000123.0, None, "Public Order"]]
BOTH = pytest.mark.parametrize("make", [xlsx, ods], ids=["xlsx", "ods"])


@pytest.fixture
def desk(at, tmp_path):
    class Desk:
        incident = at("made")

        def write(self, content, name="file"):
            path = tmp_path / name
            path.write_bytes(content)
            return path

        def take(self, content, *more, kind="breach", **how):
            return self.incident.run("import", kind, self.write(content), *more, **how)

        def refused(self, content, *more):
            return self.incident.error("import", "breach", self.write(content), *more, code=INPUT)

    return Desk()


def sheets(tally):
    return {sheet["name"]: sheet for sheet in tally["sheets"]}


# ----------------------------------------------------------------------------------------- hidden things

@BOTH
@pytest.mark.plain
def test_a_hidden_sheet_is_found_and_named(desk, make):
    """The one that PSNI published had a second tab, which nobody looked for."""
    book = make([Sheet("Answer", [["rank", "number"], ["Constable", 12]]),
                 Sheet("Raw data", [HEADER, *ROWS], state="hidden"), Sheet("Sheet3", [])])
    message = desk.refused(book)
    assert "2 of its sheets" in message and "'Answer' (2 rows)" in message and "--sheet" in message
    assert "'Raw data' (4 rows, hidden)" in message and "Sheet3" not in message
    result = desk.take(book, "--sheet", "Raw data", code=OK)
    assert result.tally["rows"] == result.tally["accepted"] == 3
    assert "sheet 'Raw data' is hidden and has 4 rows; it was read" in result.stderr
    found = sheets(result.tally)
    assert list(found) == ["Answer", "Raw data", "Sheet3"]
    assert [sheet["hidden"] for sheet in found.values()] == [False, True, False]
    assert [sheet["read"] for sheet in found.values()] == [False, True, False]
    assert [sheet["rows"] for sheet in found.values()] == [2, 4, 0]
    assert found["Raw data"]["state"] == "hidden"


@BOTH
def test_a_hidden_sheet_that_is_not_read_is_told(desk, make):
    book = make([Sheet("Answer", [HEADER, *ROWS]), Sheet("Raw", [HEADER, ROWS[0]], state="hidden")])
    result = desk.take(book, "--sheet", "answer", code=OK)
    assert "sheet 'Raw' is hidden and has 2 rows; it was not read (--sheet)" in result.stderr
    text = desk.incident.text("import", "breach", desk.write(book), "--sheet", "Answer")
    assert "sheet 'Raw': 2 rows, not read, HIDDEN" in text and "sheet 'Answer': 4 rows, read\n" in text


def test_a_very_hidden_sheet(desk):
    """Excel itself does not offer to show it."""
    result = desk.take(xlsx([Sheet("Empty", []), Sheet("Secret", [HEADER, *ROWS], state="veryHidden")]), code=OK)
    assert sheets(result.tally)["Secret"]["state"] == "veryHidden"
    assert result.tally["accepted"] == 3 and "sheet 'Secret' is hidden" in result.stderr


@BOTH
def test_an_empty_hidden_sheet_alarms_nobody(desk, make):
    result = desk.take(make([Sheet("Staff", [HEADER, *ROWS]), Sheet("Old", [], state="hidden")]), code=OK)
    assert sheets(result.tally)["Old"]["hidden"] and "hidden" not in result.stderr


@BOTH
def test_hidden_rows_and_columns_are_read_and_counted(desk, make):
    book = make([Sheet("Staff", [HEADER, *ROWS], hidden_rows=[3, 4], hidden_columns=[3, 5])])
    result = desk.take(book, code=OK)
    assert result.tally["accepted"] == 3 and result.tally["hidden_rows"] == 2
    assert result.tally["hidden_columns"] == ["Pay No", "Unit"]
    assert result.tally["columns"]["pay_number"] == "Pay No"
    assert sheets(result.tally)["Staff"]["hidden_rows"] == 2
    assert sheets(result.tally)["Staff"]["hidden_columns"] == 2
    text = desk.incident.text("import", "breach", desk.write(book))
    assert "2 rows hidden, 2 columns hidden" in text and "hidden column, read: 'Pay No'" in text


def test_what_else_may_hold_data_is_named(desk):
    """A pivot table keeps the rows that it was made of, whoever deleted their sheet."""
    parts = {"xl/pivotCache/pivotCacheRecords1.xml": "<x/>", "xl/comments1.xml": "<x/>",
             "xl/embeddings/oleObject1.bin": "x", "xl/externalLinks/externalLink1.xml": "<x/>"}
    tally = desk.take(xlsx([Sheet("Staff", [HEADER, *ROWS])], parts=parts), code=OK).tally
    assert tally["unread"] == ["a pivot table's own copy of its data", "copies of cells of other workbooks",
                               "comments", "files within the file"]


# ----------------------------------------------------------------------------------------- which is read

@BOTH
def test_one_sheet_with_something_in_it_is_the_one(desk, make):
    tally = desk.take(make([Sheet("A", []), Sheet("Staff", [HEADER, *ROWS]), Sheet("B", [[None]])]), code=OK).tally
    assert sheets(tally)["Staff"]["read"] and tally["accepted"] == 3
    assert tally["format"] == {xlsx: "Excel", ods: "OpenDocument"}[make]


@BOTH
def test_each_sheet_is_a_source_of_its_own(desk, make):
    book = make([Sheet("One", [HEADER, ROWS[0]]), Sheet("Two", [HEADER, *ROWS[1:]])])
    assert desk.take(book, "--sheet", "One", code=OK).tally["already"] is False
    assert desk.take(book, "--sheet", "Two", code=OK).tally["already"] is False
    assert desk.take(book, "--sheet", "ONE", code=OK).tally["already"] is True
    assert desk.incident.status()["rows"] == 3
    listed = desk.incident.run("import", "--list", code=OK).tally["sources"]
    assert [source["sheet"] for source in listed] == ["One", "Two"]


def test_the_kind_is_told_by_content(desk):
    book = xlsx([Sheet("Staff", [HEADER, *ROWS])])
    for name in ("leak.csv", "leak.xls", "leak"):
        path = desk.write(book, name)
        assert desk.incident.run("import", "breach", path, "-n", code=OK).tally["format"] == "Excel"
    path = desk.write(b"Surname,Unit\nAshdown,Custody\n", "leak.xlsx")
    assert desk.incident.run("import", "breach", path, code=OK).tally["format"] == "CSV"
    assert "no sheets" in desk.incident.error("import", "breach", path, "--sheet", "One", code=INPUT)


def test_sheets_that_are_not_there(desk):
    book = xlsx([Sheet("Staff", [HEADER, *ROWS]), Sheet("Höhe", [["a"], ["b"]], state="hidden")])
    message = desk.refused(book, "--sheet", "Stuff")
    assert "'Staff' (4 rows), 'Höhe' (2 rows, hidden)" in message and "Stuff" not in message


# ------------------------------------------------------------------------------------------- the header

TITLED = [["HR extract: OFFICIAL", None, None], ["Produced", Styled(45164, "dd/mm/yyyy")], [None], HEADER, *ROWS]


def as_csv(sheets_of_it):
    """The same rows as Excel would save them: every row as wide as the widest."""
    rows = [[getattr(cell, "value", cell) for cell in row] for row in sheets_of_it[0].rows]
    wide = max(map(len, rows))
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row + [None] * (wide - len(row)))
                     for row in rows).encode()


ALL = pytest.mark.parametrize("make", [xlsx, ods, as_csv], ids=["xlsx", "ods", "csv"])


@ALL
def test_titles_above_the_header(desk, make):
    """Reports begin with what they are; the names of the columns stand below."""
    result = desk.take(make([Sheet("Staff", TITLED)]), code=OK)
    assert (result.tally["rows"], result.tally["accepted"], result.tally["header"]) == (3, 3, 4)
    assert result.tally["columns"]["surname"] == "Surname" and result.tally["columns"]["pay_number"] == "Pay No"
    assert "header: row 4; what stands above it is not read" in desk.incident.text("import", "breach",
                                                                                   desk.write(make([Sheet("Staff", TITLED)])))


@ALL
def test_the_first_row_is_the_header_if_it_may_be(desk, make):
    """One known name in it, or none that any row below has more of: what is below is data, whatever it says."""
    for rows in ([["Surname", "Remark"], ["Ashdown", "Rank"], ["Unit", "Rank"]],
                 [["Who", "What", "Why"], ["Ashdown", "x", "y"], ["Unit", "Rank", "z"]]):
        tally = desk.take(make([Sheet("Staff", rows)]), "-n", code=OK).tally
        assert (tally["rows"], tally["accepted"], tally["header"]) == (2, 2, 1)


@ALL
def test_a_header_that_is_said(desk, make):
    rows = [["Extract", "of", "August", "2023"], [None], ["Who", "What"], ["Ashdown", "x"]]
    assert "looks like data" in desk.refused(make([Sheet("Staff", rows)]))
    for row in (2, 3):
        tally = desk.take(make([Sheet("Staff", rows)]), "--header", row, "--map", "surname=Who", "-n", code=OK).tally
        assert (tally["rows"], tally["accepted"], tally["header"]) == (1, 1, 3)
    assert "row on that was asked for" in desk.refused(make([Sheet("Staff", rows)]), "--header", 9)


def test_a_header_where_none_can_be(desk):
    path = desk.write(b'[{"surname": "Ashdown"}]')
    assert "is JSON" in desk.incident.error("import", "breach", path, "--header", 2, code=INPUT)
    for word in ("0", "x", "-1"):
        desk.incident.error("import", "breach", path, "--header", word, code=USAGE)


# ------------------------------------------------------------------------------------------ what is shown

def rows_of(desk, tmp_path, content):
    """The leaked rows as text: what a match of them with nobody exports is their row_id."""
    path = tmp_path / "rows.csv"
    desk.take(content, "--map", "row_id=value")
    desk.take(b"person_id,surname\nP1,Nobody\n", kind="people", code=OK)
    desk.incident.run("match", "--export", path, code=HUMAN)
    return [line.split(",")[0] for line in path.read_text().splitlines()[1:]]


@pytest.mark.plain
@pytest.mark.parametrize("cell, shown", [
    (Styled(45164, "dd/mm/yyyy"), "2023-08-26"), (Styled(45164, "[$-809]dd mmmm yyyy;@"), "2023-08-26"),
    (Styled(45164.3125, "dd/mm/yyyy hh:mm"), "2023-08-26T07:30:00"), (Styled(0.3125, "hh:mm"), "07:30:00"),
    (Styled(1234, "0000000"), "0001234"), ("0001234", "0001234"), (1234, "1234"), (1234.5, "1234.5"),
    (Styled(1234.5, "0.00"), "1234.50"), (Styled(1234567, "#,##0"), "1234567"), (Styled(0.25, "0%"), "25%"),
    (447911123456, "447911123456"), (Styled(447911123456, "0.00E+00"), "447911123456"), (0.1 + 0.2, "0.3"),
    (True, "TRUE"), (False, "FALSE"), ("A_x000D_B_x005F_x0041_", "A"), (Raw('t="e"', "<v>#N/A</v>"), "#N/A"),
    (Raw("", "<f>1+1</f><v>2</v>"), "2"), (Raw('t="str"', "<f>T(A1)</f><v>told</v>"), "told"),
    (Raw('t="inlineStr"', "<is><r><rPr/><t>ri</t></r><r><t>ch</t></r><rPh><t>no</t></rPh></is>"), "rich"),
    (Raw('t="d"', "<v>2023-08-26</v>"), "2023-08-26"), (Raw('t="d"', "<v>2023-08-26T00:00:00.000</v>"), "2023-08-26"),
    (Raw('t="d"', "<v>2023-08-26T07:30:00</v>"), "2023-08-26T07:30:00")], ids=str)
def test_what_excel_shows(desk, tmp_path, cell, shown):
    found = rows_of(desk, tmp_path, xlsx([Sheet("One", [["value"], [cell]])]))
    assert found[0].strip('"') == shown


def test_days_from_1904(desk, tmp_path):
    book = xlsx([Sheet("One", [["value"], [Styled(43702, "yyyy-mm-dd")]])], from_1904=True)
    assert rows_of(desk, tmp_path, book) == ["2023-08-26"]


def typed(kind, value, text):
    return Raw(f'<table:table-cell office:value-type="{kind}" {value}><text:p>{text}</text:p></table:table-cell>')


@pytest.mark.plain
@pytest.mark.parametrize("cell, shown", [
    (typed("date", 'office:date-value="2023-08-26"', "26.08.23"), "2023-08-26"),
    (typed("date", 'office:date-value="2023-08-26T07:30:00"', "26/08/23 07:30"), "2023-08-26T07:30:00"),
    (typed("time", 'office:time-value="PT07H30M00S"', "7:30 am"), "07:30:00"),
    (typed("float", 'office:value="1234"', "0001234"), "0001234"), ("0001234", "0001234"),
    (typed("float", 'office:value="447911123456"', "4.48E+011"), "447911123456"),
    (typed("float", 'office:value="1234567"', "1,234,567"), "1234567"),
    (typed("percentage", 'office:value="0.25"', "25%"), "25%"),
    (typed("boolean", 'office:boolean-value="true"', "YES"), "TRUE"),
    (Raw("<table:table-cell office:value-type='string'><office:annotation><text:p>no</text:p></office:annotation>"
         "<text:p>a<text:s text:c='2'/><text:span>b</text:span></text:p></table:table-cell>"), "a  b")], ids=str)
def test_what_opendocument_shows(desk, tmp_path, cell, shown):
    assert rows_of(desk, tmp_path, ods([Sheet("One", [["value"], [cell]])])) == [shown]


def test_lost_zeros_still_find_their_person(desk):
    """A pay number that a spreadsheet made a number of is the one with the zeros."""
    staff = [["person_id", "Pay No", "Surname", "Forenames"], ["P1", "00123456", "Ashdown", "Anna"],
             ["P2", "00123457", "Birkett", "Bo"]]
    leak = [["Pay No", "Surname", "Forenames"], [123456, "Ashdown", "Anna"], [Styled(123457, "#,##0"), "Birkett", "Bo"]]
    desk.take(xlsx([Sheet("Staff", staff)]), kind="people", code=OK)
    desk.take(ods([Sheet("Leak", leak)]), code=OK)
    assert desk.incident.run("match", code=OK).tally["matched"] == 2


def test_a_merged_cell_stands_in_each_of_its_rows(desk):
    """One unit written beside ten people is the unit of ten people: who is undercover is not lost."""
    people = [["person_id", "surname", "forenames", "unit", "email"]] + [
        [f"P{i}", name, "Anna", "SO15" if i == 0 else None, f"p{i}@met.police.example"]
        for i, name in enumerate(["Ashdown", "Birkett", "Calloway", "Dunmore"])]
    people[4][3] = "Custody"
    desk.take(xlsx([Sheet("Staff", people, merged=["D2:D4"])]), kind="people", code=OK)
    desk.take(b"surname,forenames,email\n" + b"".join(
        f"{row[1]},Anna,{row[4]}\n".encode() for row in people[1:]))
    desk.incident.run("match")
    desk.incident.run("group")
    levels = {person: route[0] for person, route in desk.incident.routes().items()}
    assert levels["P0"] == levels["P1"] == levels["P2"] != levels["P3"], levels


@BOTH
def test_bad_rows_are_named(desk, make):
    bad = {xlsx: Raw("", "<f>A1</f>"), ods: Raw('<table:table-cell table:formula="of:=A1"/>')}[make]
    tally = desk.take(make([Sheet("One", [["surname", "pay_number"], ["Ashdown", bad], ["Birkett", "1", "more"],
                                          ["Calloway", "1"]])]), code=HUMAN).tally
    assert (tally["rows"], tally["accepted"], tally["rejected"]) == (3, 1, 2)
    rejects = desk.incident.text("report", "--kind", "rejects")
    assert "row 2, pay_number: is a formula without its result" in rejects
    assert "row 3: has 3 cells, the header has 2" in rejects


def test_the_same_rows_give_the_same_result(desk, force, tmp_path):
    """A list as CSV and as a workbook: one and the same."""
    lines = [line.split(",") for line in (force / "people.csv").read_text().splitlines()]
    lines = [line for line in lines if len(line) == len(lines[0]) and '"' not in "".join(line)]
    path = desk.write("\n".join(",".join(line) for line in lines).encode())
    as_csv = desk.incident.run("import", "people", path, "-n", code=OK).tally
    for make in (xlsx, ods):
        tally = desk.take(make([Sheet("Staff", [[cell or None for cell in line] for line in lines])]), "-n",
                          kind="people", code=OK).tally
        for name in ("rows", "accepted", "columns", "unmapped", "people"):
            assert tally[name] == as_csv[name]


# ------------------------------------------------------------------------------------------ what is written

def test_exports_hold_no_formulas(desk, tmp_path):
    """What a leak says must not run on the desk of whoever opens the export; numbers stay as they are."""
    ids = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "-5", "+447911123456", "A=1", "7"]
    staff = [["person_id", "surname", "forenames"]] + [[f"{n}@" if n % 2 else f"={n}", f"Ashdown{'abcdefgh'[n]}", "Anna"]
                                                       for n in range(8)]
    leak = [["row_id", "surname", "forenames", "person_id"]] + [[n, *row[1:], row[0]] for n, row in zip(ids, staff[1:])]
    desk.take(xlsx([Sheet("Staff", staff)]), kind="people", code=OK)
    desk.take(xlsx([Sheet("Leak", leak)]), code=OK)
    files = [tmp_path / f"export{n}.csv" for n in range(4)]
    desk.incident.run("match", "--export", files[0], "--people", files[1])
    desk.incident.run("group", "--export", files[2])
    desk.incident.run("report", "--kind", "people", "--format", "csv", "--out", files[3])
    cells = []
    for file in files:
        with open(file, newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
        assert len(rows) > 8
        cells += [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=@\t\r" and cell], cells
    assert {"'=1+1", "'+1+cmd|' /C calc'!A0", "'-2+3", "'@SUM(A1)", "-5", "+447911123456", "A=1", "7"} <= set(cells)


# ------------------------------------------------------------------------------------------- old and locked

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def compound(*names):
    """A file of the old kind, as far as its directory."""
    head = bytearray(512)
    head[:8], head[30], head[48] = OLE, 9, 0
    return bytes(head) + b"".join(name.encode("utf-16le").ljust(128, b"\0") for name in names).ljust(2048, b"\0")


@pytest.mark.parametrize("content, says", [
    (compound("Root Entry", "Workbook"), "save it as xlsx"), (compound("Root Entry", "Book"), "save it as xlsx"),
    (compound("Root Entry", "EncryptionInfo", "EncryptedPackage"), "password"),
    (OLE + b"\0" * 600, "save it as xlsx"), (compound("Root Entry", "WordDocument"), "Word"),
    (pack({"xl/workbook.bin": "x"}), "xlsb"), (pack({"word/document.xml": "x"}), "Word"),
    (pack({"photo.jpg": "x"}), "no workbook"),
    (ods([], parts={"content.xml": b"\x8f\x01", "META-INF/manifest.xml":
                    f'<manifest:manifest {ODF}><manifest:file-entry><manifest:encryption-data/>'
                    '</manifest:file-entry></manifest:manifest>'}), "password")])
def test_what_is_no_workbook_of_today(desk, content, says):
    assert says in desk.refused(content)


# ---------------------------------------------------------------------------------------------- hostile ones

def sheet(inside, head=""):
    return f"{HEAD}{head}<worksheet {MAIN}>{inside}</worksheet>"


def data(rows):
    return sheet(f"<sheetData>{rows}</sheetData>")


def cell(value, attributes='t="str"'):
    return f"<c {attributes}><v>{value}</v></c>"


GOOD = f"<row>{cell('surname')}{cell('unit')}</row><row>{cell('Ashdown')}{cell('Custody')}</row>"
ENTITIES = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))


def book(**parts):
    """A good workbook but for some parts: one(sheet), strings, styles, book, links, root, types."""
    names = {"one": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml",
             "book": "xl/workbook.xml", "links": "xl/_rels/workbook.xml.rels", "root": "_rels/.rels"}
    return xlsx([Sheet("One", [["surname", "unit"], ["Ashdown", "Custody"]])],
                parts={names.get(name, name): content for name, content in parts.items()})


def link(target, kind="worksheet", number="rId1", mode=""):
    return f'<Relationship Id="{number}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'


def links(*inside):
    return f"<Relationships {RELATIONS}>{''.join(inside)}</Relationships>"


def listed(*sheets_listed):
    return f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{"".join(sheets_listed)}</sheets></workbook>'


def named(name, number="rId1"):
    return f'<sheet name="{name}" r:id="{number}"/>'


def content(inside, head=""):
    return ods([], parts={"content.xml": f"{HEAD}{head}<office:document-content {ODF}><office:body><office:spreadsheet>"
                          f"{inside}</office:spreadsheet></office:body></office:document-content>"})


def table(inside):
    return content(f'<table:table table:name="One">{inside}</table:table>')


def line(*cells, attributes=""):
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def text(words, attributes=""):
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{words}</text:p></table:table-cell>'


TOP = line(text("surname"), text("unit"))


def patched(archive, mark, offset, new):
    """Some bytes of an archive changed, behind the last such mark."""
    at = archive.rindex(mark) + offset
    return archive[:at] + new + archive[at + len(new):]


def raw_zip(entries):
    """A zip file by hand: entries of (name, packed bytes, size, checksum, offset or None)."""
    body, directory = b"", b""
    for name, packed, size, checksum, offset in entries:
        at = len(body) if offset is None else offset
        head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum, len(packed), size, len(name), 0)
        if offset is None:
            body += b"PK\3\4" + head + name + packed
        directory += b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries),
                                                       len(directory), len(body), 0)


def entry(name, content, offset=None):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return name.encode(), packer.compress(content) + packer.flush(), len(content), zlib.crc32(content), offset


def sheets_of(count, offset):
    """A workbook whose sheets are all ten megabytes out of ten kilobytes; at one place of the file or each at its own."""
    parts = xlsx_parts([Sheet(f"S{i}", []) for i in range(1, count + 1)])
    names = [name for name in parts if "worksheets" in name]
    bomb = entry("", sheet(" " * 10_000_000).encode())
    entries = [(names[0].encode(), *bomb[1:])]
    entries += [(name.encode(), *bomb[1:4], offset) for name in names[1:]]
    return raw_zip(entries + [entry(name, part.encode()) for name, part in parts.items() if name not in names])


def twice_named():
    parts = list(xlsx_parts([Sheet("One", [["surname"], ["Ashdown"]])]).items())
    parts.append(("xl/worksheets/sheet1.xml", data(f"<row>{cell('surname')}</row><row>{cell('Birkett')}</row>")))
    return raw_zip([entry(name, part.encode()) for name, part in parts])


def endless_strings(count, words):
    return f"<sst {MAIN}>" + f"<si><t>{words}</t></si>" * count + "</sst>"


def lying():
    """The directory says that a part has a thousand bytes; a hundred million come out."""
    archive = book(one=sheet(" " * 100_000_000))
    at = archive.index(b"xl/worksheets/sheet1.xml", archive.index(b"PK\1\2"))
    return archive[:at - 22] + struct.pack("<I", 1000) + archive[at - 18:]


def claims(size):
    archive = book()
    at = archive.index(b"xl/worksheets/sheet1.xml", archive.index(b"PK\1\2"))
    return archive[:at - 22] + struct.pack("<I", size) + archive[at - 18:]


def many_cells():
    row = line(*[text(f"{i % 7}", 'table:number-columns-repeated="4"') for i in range(4000)],
               attributes='table:number-rows-repeated="999"')
    return table(TOP + row + row)


GOOD_BOOK = book()
HOSTILE = {
    # XML
    "billion laughs": (lambda: book(one=sheet("<sheetData>&e11;</sheetData>",
                                              f'<!DOCTYPE a [<!ENTITY e0 "ha">{ENTITIES}]>')), "DOCTYPE"),
    "quadratic entity": (lambda: book(one=sheet("&e;" * 50000, f'<!DOCTYPE a [<!ENTITY e "{"x" * 50000}">]>')), "DOCTYPE"),
    "external entity": (lambda: book(one=sheet("&e;", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>')), "DOCTYPE"),
    "external DTD": (lambda: book(book='<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + listed(named("a"))), "DOCTYPE"),
    "parameter entity": (lambda: book(strings='<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///dev/zero"> %e;]><sst/>'), "DOCTYPE"),
    "entity cycle": (lambda: book(styles='<!DOCTYPE a [<!ENTITY b "&c;"><!ENTITY c "&b;">]><styleSheet>&b;</styleSheet>'), "DOCTYPE"),
    "unknown entity": (lambda: book(one=data("<row>&none;</row>")), "not well-formed"),
    "ods entities": (lambda: content("&e11;", f'<!DOCTYPE a [<!ENTITY e0 "ha">{ENTITIES}]>'), "DOCTYPE"),
    "deep XML": (lambda: book(one=sheet("<a>" * 1_000_000)), "100 elements"),
    "deep ods": (lambda: table(TOP + "<table:table-row-group>" * 100_000), "100 elements"),
    "deep strings": (lambda: book(strings="<sst><si>" + "<r>" * 500_000), "100 elements"),
    "not XML": (lambda: book(one=b"\0\1\2\3" * 1000), "not well-formed"),
    "cut XML": (lambda: book(one=data(GOOD)[:-30]), "not well-formed"),
    "empty part": (lambda: book(one=""), "not well-formed"),
    "unknown encoding": (lambda: book(one='<?xml version="1.0" encoding="EBCDIC-X"?><worksheet/>'), "not well-formed"),
    "endless tag": (lambda: book(one=sheet("<a b='" + os.urandom(3_000_000).hex())), "1 MiB"),
    "endless comment": (lambda: book(one=sheet("<!--" + os.urandom(3_000_000).hex())), "1 MiB"),
    "many attributes": (lambda: book(one=sheet("<a " + "".join(f"a{i}='{i}' " for i in range(200_000)) + "/>")), "1 MiB"),
    "wrong root": (lambda: book(one="<html/>"), "is no sheet"),
    # zip
    "zip bomb": (lambda: book(one=sheet(" " * 100_000_000)), "100 times"),
    "bomb of rows": (lambda: book(one=data(GOOD + "<row/>" * 20_000_000)), "100 times"),
    "bomb of texts": (lambda: book(strings=endless_strings(3_000_000, "x" * 20)), "100 times"),
    "ods bomb": (lambda: ods([], parts={"content.xml": b" " * 100_000_000}), "100 times"),
    "bomb that lies": (lying, "its part"),
    "claims 4 GB": (lambda: claims(0xFFFFFFF0), "times its size"),
    "many small bombs": (lambda: sheets_of(50, None), "100 times"),
    "overlapping entries": (lambda: sheets_of(50, 0), "100 times"),
    "two parts of one name": (twice_named, "two parts of one name"),
    "many entries": (lambda: pack({**xlsx_parts([Sheet("One", [["a"]])]), **{f"x{i}": "" for i in range(12_000)}}), "10000 parts"),
    "says 60000 entries": (lambda: patched(GOOD_BOOK, b"PK\5\6", 10, b"\x60\xea"), "10000 parts"),
    "says 3 entries": (lambda: patched(GOOD_BOOK, b"PK\5\6", 10, b"\3\0"), "broken zip file"),
    "long name": (lambda: pack({"x" * 5000: "", **xlsx_parts([Sheet("One", [["a"]])])}), "longer than 1024"),
    "path tricks": (lambda: book(links=links(link("../../../../etc/passwd"))), "not in the file"),
    "absolute path": (lambda: book(links=links(link("/etc/passwd"))), "lacks its part 'etc/passwd'"),
    "names with control signs": (lambda: book(links=links(link("a&#x9;&#xA;b.xml"))), "lacks its part 'xl/a??b.xml'"),
    "locked entry": (lambda: patched(GOOD_BOOK, b"PK\1\2", 8, b"\1"), "password"),
    "unknown packing": (lambda: patched(patched(GOOD_BOOK, b"PK\1\2", 10, b"\x61"), b"PK\3\4", 8, b"\x61"), "its part"),
    "bad checksum": (lambda: patched(GOOD_BOOK, b"PK\1\2", 16, b"\1\2\3\4"), "checksum"),
    "cut in half": (lambda: GOOD_BOOK[:len(GOOD_BOOK) // 2], "broken zip file"),
    "cut at the end": (lambda: GOOD_BOOK[:-5], "broken zip file"),
    "only a beginning": (lambda: b"PK\3\4", "broken zip file"),
    "noise": (lambda: b"PK\3\4" + os.urandom(100_000), "broken zip file"),
    "directory elsewhere": (lambda: patched(GOOD_BOOK, b"PK\5\6", 16, b"\xff\xff\xff\x7f"), "broken zip file"),
    # parts
    "no workbook part": (lambda: book(book=None), "lacks its part"),
    "no sheet part": (lambda: book(one=None), "lacks its part"),
    "no strings part": (lambda: book(strings=None), "lacks its part"),
    "no relations": (lambda: book(links=None), "lacks its part"),
    "no root relations": (lambda: book(root=None), "no workbook"),
    "workbook outside": (lambda: book(root=links(link("http://127.0.0.1:9/", "officeDocument", mode=' TargetMode="External"'))), "outside"),
    "sheet outside": (lambda: book(links=links(link("http://127.0.0.1:9/", mode=' TargetMode="External"'))), "not in the file"),
    "sheet that is the workbook": (lambda: book(links=links(link("workbook.xml"))), "is no sheet"),
    "relations that are the workbook": (lambda: book(root=links(link("_rels/.rels", "officeDocument"))), "lacks its part"),
    "one part as many sheets": (lambda: book(book=listed(named("a"), named("b"))), "in one part"),
    "100000 sheets": (lambda: book(book=listed(*(named(f"s{i}", f"r{i}") for i in range(100_000))),
                                   links=links(*(link(f"s{i}.xml", number=f"r{i}") for i in range(9_999)))), "limit"),
    "100000 relations": (lambda: book(links=links(*(link(f"s{i}.xml", number=f"r{i}") for i in range(100_000)))), "10000 relations"),
    "100000 ods sheets": (lambda: content("".join(f'<table:table table:name="{i}"/>' for i in range(100_000))), "1000 sheets"),
    "overlong sheet name": (lambda: book(book=listed(named("n" * 100_000))), "longer than 1000"),
    "two sheets of one name": (lambda: xlsx([Sheet("One", [["a"]]), Sheet("ONE", [["a"]])]), "same name"),
    "no sheets": (lambda: book(book=listed()), "no sheets"),
    "nothing in it": (lambda: xlsx([Sheet("One", []), Sheet("Two", [[None]])]), "nothing in any"),
    # cells
    "row beyond the last": (lambda: book(one=data(f'{GOOD}<row r="99999999">{cell("x")}</row>')), "1048576 rows"),
    "rows in no order": (lambda: book(one=data('<row r="5"/><row r="4"/>')), "no order"),
    "column beyond the last": (lambda: book(one=data(f"<row>{cell('x', attributes='''r='XFE1' t='str' ''')}</row>")), "16384 columns"),
    "a cell elsewhere": (lambda: book(one=data(f"<row>{cell('x', attributes='''r='ZZZZZ9' ''')}</row>")), "elsewhere"),
    "1001 columns": (lambda: xlsx([Sheet("One", [[f"c{i}" for i in range(1001)]])]), "1000 columns"),
    "21 million cells": (many_cells, "20000000 cells"),
    "wrong types": (lambda: book(one=data("<row>" + cell("surname") + "</row><row>" + cell("x", 't="n"') + "</row><row>" +
                                          cell("x", 't="s"') + "</row><row>" + cell("99", 't="s"') + "</row>")), "no row can be used"),
    "a huge text": (lambda: book(one=data(f"<row>{cell('surname')}</row><row>{cell(os.urandom(5_000_000).hex())}</row>")),
                    "65536 bytes"),
    "a huge shared text": (lambda: book(strings=f"<sst><si><t>{os.urandom(8_000_000).hex()}</t></si></sst>",
                                        one=data(f"<row>{cell('surname')}</row><row>{cell('0', '''t='s' ''')}</row>")), "65536 bytes"),
    "a huge number": (lambda: book(one=data(f"<row>{cell('surname')}</row><row>{cell('9' * 1_000_000, '''t='n' ''')}</row>")), "row 2"),
    "a huge header": (lambda: book(one=data(f"<row>{cell('x' * 100_000)}</row>")), "65536 bytes"),
    "100000 formats": (lambda: book(styles="<styleSheet><numFmts>" + "<numFmt numFmtId='200' formatCode='0'/>" * 100_000), "10000 formats"),
    "100000 styles": (lambda: book(styles="<styleSheet><cellXfs>" + "<xf/>" * 100_000), "65536 styles"),
    "a huge format": (lambda: book(styles=f"<styleSheet><numFmts><numFmt numFmtId='200' formatCode='{'0' * 5000}'/>"), "1024 bytes"),
    "200000 merged cells": (lambda: book(one=sheet(f"<sheetData>{GOOD}</sheetData><mergeCells>" +
                                                   "<mergeCell ref='A2:A9'/>" * 200_000 + "</mergeCells>")), "100000 merged"),
    "columns repeated": (lambda: table(line(text("x", 'table:number-columns-repeated="2147483647"'))), "16384 columns"),
    "rows repeated": (lambda: table(TOP + line(text("x"), attributes='table:number-rows-repeated="1048575"')), "1000 times"),
    "many rows repeated": (lambda: table(TOP + line(*[text("x" * 60, 'table:number-columns-repeated="1000"')] * 16,
                                                    attributes='table:number-rows-repeated="1000"') * 3), "20000000 cells"),
    "rows far below": (lambda: table(line("<table:table-cell/>", attributes='table:number-rows-repeated="2000000000"') + TOP), "1048576 rows"),
    "blanks repeated": (lambda: table(TOP + line(text('<text:s text:c="2147483647"/>x'))), "65536 bytes"),
}


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))


@pytest.fixture(scope="session")
def sanitized():
    with open(BINARY, "rb") as file:
        return b"__asan_init" in file.read()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(desk, sanitized, name):
    """A fault that says what is wrong; at most two seconds of the processor and 256 MB of addresses."""
    make, says = HOSTILE[name]
    path = desk.write(make())
    process = subprocess.Popen([BINARY, "-C", desk.incident.folder, "--json", "import", "breach", path],
                               env=desk.incident.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=None if sanitized else limited)
    out, err = process.stdout.read().decode(), process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == INPUT, (process.returncode, out, err)
    message = one_object(out, INPUT, "import", err)["error"]["message"]
    assert says in message, message
    assert "Sanitizer" not in err and "ASHDOWN" not in message.upper()
    if not sanitized:
        assert usage.ru_utime + usage.ru_stime <= 2, usage


def test_there_are_sixty_of_them():
    assert len(HOSTILE) >= 60
