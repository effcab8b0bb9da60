# SPDX-License-Identifier: MIT
"""Workbooks for tests, written part by part with the standard library: xlsx() and ods() give their bytes.

    xlsx([Sheet("Staff", [["surname", "joined"], ["Sample", Styled(45164, "dd/mm/yyyy")]])])

Cells are text, numbers, True or False, None (there is none), Styled (a number under a format), or Raw (the
attributes and the inside of <c>, or the whole <table:table-cell>). `parts` are put in place of parts, or
beside them; None takes one away.
"""
import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ODF = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
       'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
       'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
       'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
       'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"')
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


class Styled:
    def __init__(self, value, code):
        self.value, self.code = value, code


class Raw:
    """Of xlsx: Raw('t="e"', "<v>#N/A</v>"); of ods: Raw("<table:table-cell ...>")."""

    def __init__(self, attributes, inside=""):
        self.attributes, self.inside = attributes, inside


class Sheet:
    def __init__(self, name, rows, state=None, hidden_rows=(), hidden_columns=(), merged=(), first=1,
                 after=""):
        self.name, self.rows, self.state = name, rows, state
        self.hidden_rows, self.hidden_columns = hidden_rows, hidden_columns     # numbers from 1
        self.merged = merged            # of xlsx: "A2:A4"
        self.first, self.after = first, after


def letters(n):
    """0 is A, 26 is AA."""
    return (letters(n // 26 - 1) if n >= 26 else "") + chr(65 + n % 26)


def pack(parts, method=zipfile.ZIP_DEFLATED, changes=None):
    """A zip file out of (name, text or bytes)."""
    parts = dict(parts)
    for name, content in (changes or {}).items():
        if content is None:
            parts.pop(name, None)
        else:
            parts[name] = content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


# ------------------------------------------------------------------------------------------- Excel

class Book:
    """The texts and formats that the cells of a workbook share."""

    def __init__(self):
        self.strings, self.codes = {}, {}

    def cell(self, reference, value):
        style = ""
        if isinstance(value, Raw):
            return f'<c r="{reference}" {value.attributes}>{value.inside}</c>'
        if isinstance(value, Styled):
            style = f' s="{self.codes.setdefault(value.code, len(self.codes) + 1)}"'
            value = value.value
        if isinstance(value, bool):
            return f'<c r="{reference}"{style} t="b"><v>{value:d}</v></c>'
        if isinstance(value, str):
            number = self.strings.setdefault(value, len(self.strings))
            return f'<c r="{reference}"{style} t="s"><v>{number}</v></c>'
        return f'<c r="{reference}"{style}><v>{value!r}</v></c>'

    def row(self, sheet, number, values):
        hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
        cells = "".join(self.cell(f"{letters(i)}{number}", value) for i, value in enumerate(values)
                        if value is not None)
        return f'<row r="{number}"{hidden}>{cells}</row>'

    def sheet(self, sheet):
        columns = "".join(f'<col min="{n}" max="{n}" width="9" hidden="1"/>' for n in sheet.hidden_columns)
        merged = "".join(f'<mergeCell ref="{area}"/>' for area in sheet.merged)
        rows = "".join(self.row(sheet, sheet.first + i, values) for i, values in enumerate(sheet.rows))
        return (f"{HEAD}<worksheet {MAIN}>" + (f"<cols>{columns}</cols>" if columns else "") +
                f"<sheetData>{rows}</sheetData>" + (f"<mergeCells>{merged}</mergeCells>" if merged else "") +
                f"{sheet.after}</worksheet>")

    def shared(self):
        return (f"{HEAD}<sst {MAIN}>" + "".join(f"<si><t>{escape(text)}</t></si>" for text in self.strings) +
                "</sst>")

    def styles(self):
        formats = "".join(f"<numFmt numFmtId=\"{164 + i}\" formatCode={quoteattr(code)}/>"
                          for code, i in self.codes.items())
        styles = "".join(f'<xf numFmtId="{164 + i}"/>' for i in self.codes.values())
        return (f"{HEAD}<styleSheet {MAIN}><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId=\"14\"/>"
                f"</cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>{styles}</cellXfs></styleSheet>")


def xlsx_parts(sheets, from_1904=False):
    book = Book()
    states = [f' state="{sheet.state}"' if sheet.state else "" for sheet in sheets]
    listed = "".join(f'<sheet name={quoteattr(sheet.name)} sheetId="{i}"{state} r:id="rId{i}"/>'
                     for i, (sheet, state) in enumerate(zip(sheets, states), 1))
    relations = "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                        for i in range(1, len(sheets) + 1))
    kinds = [("workbook", "sheet.main"), ("styles", "styles"), ("sharedStrings", "sharedStrings")]
    kinds += [(f"worksheets/sheet{i}", "worksheet") for i in range(1, len(sheets) + 1)]
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                               f'<Default Extension="rels" ContentType="{RELATIONS_TYPE}"/>' + "".join(
                                   f'<Override PartName="/xl/{name}.xml" ContentType="{SHEET_TYPE}.{kind}+xml"/>'
                                   for name, kind in kinds) + "</Types>",
        "_rels/.rels": f'{HEAD}<Relationships {RELATIONS}><Relationship Id="r" '
                       f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{OFFICE}"><workbookPr date1904="{from_1904:d}"/>'
                           f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships {RELATIONS}>{relations}'
                                      f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
                                      f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" '
                                      f'Target="/xl/sharedStrings.xml"/></Relationships>'}
    for i, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = book.sheet(sheet)
    parts["xl/styles.xml"] = book.styles()
    parts["xl/sharedStrings.xml"] = book.shared()
    return parts


def xlsx(sheets, from_1904=False, parts=None, method=zipfile.ZIP_DEFLATED):
    return pack(xlsx_parts(sheets, from_1904), method, parts)


# ------------------------------------------------------------------------------------ OpenDocument

def ods_cell(value):
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Raw):
        return value.attributes
    if isinstance(value, bool):
        return (f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}">'
                f"<text:p>{str(value).upper()}</text:p></table:table-cell>")
    if isinstance(value, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    shown = value.code if isinstance(value, Styled) else repr(value)        # here: what it looks like
    number = value.value if isinstance(value, Styled) else value
    return (f'<table:table-cell office:value-type="float" office:value="{number!r}">'
            f"<text:p>{escape(shown)}</text:p></table:table-cell>")


def ods_sheet(sheet):
    width = max((len(row) for row in sheet.rows), default=0)
    columns = "".join(f'<table:table-column{hidden(n in sheet.hidden_columns)}/>' for n in range(1, width + 1))
    rows = "".join(f"<table:table-row{hidden(n in sheet.hidden_rows)}>{''.join(map(ods_cell, row))}"
                   f"</table:table-row>" for n, row in enumerate(sheet.rows, sheet.first))
    blank = (f'<table:table-row table:number-rows-repeated="{sheet.first - 1}"><table:table-cell/>'
             "</table:table-row>" if sheet.first > 1 else "")
    style = "hidden" if sheet.state else "shown"
    return (f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{style}">{columns}{blank}{rows}'
            f"{sheet.after}</table:table>")


def hidden(yes):
    return ' table:visibility="collapse"' if yes else ""


def ods_parts(sheets):
    return {"mimetype": ODS_TYPE,
            "META-INF/manifest.xml": f"{HEAD}<manifest:manifest {ODF}/>",
            "content.xml": f'{HEAD}<office:document-content {ODF}><office:automatic-styles>'
                           '<style:style style:name="shown" style:family="table">'
                           '<style:table-properties table:display="true"/></style:style>'
                           '<style:style style:name="hidden" style:family="table">'
                           '<style:table-properties table:display="false"/></style:style>'
                           "</office:automatic-styles><office:body><office:spreadsheet>"
                           f"{''.join(map(ods_sheet, sheets))}</office:spreadsheet></office:body>"
                           "</office:document-content>"}


def ods(sheets, parts=None, method=zipfile.ZIP_DEFLATED):
    return pack(ods_parts(sheets), method, parts)
