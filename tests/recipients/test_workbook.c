/* SPDX-License-Identifier: MIT */
/*
 * workbook, xlsx, table_xlsx, table_ods: what is read out of workbooks, and what is said
 * of broken ones. All goes through table.h, as users do; good ones are compared whole:
 * the sheets, the header (a column that is not shown has a star), then a line a row, as
 * in test_table.c.
 */
#include "recipients/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/recipients/zipped.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct made {
	char *bytes;
	size_t length;
};

static void made_done(struct made *m)
{
	free(m->bytes);
}
#define auto_made __attribute__((cleanup(made_done))) struct made

/* The parts of a workbook, as far as they are not the usual ones. */
struct excel {
	const char *book, *one, *two, *strings, *styles;
};

#define SHEET_ONE "<sheet name='One' id='r1'/>"
#define SHEET_TWO "<sheet name='Two' id='r2'/>"
#define BOOK(sheets) "<workbook><sheets>" sheets "</sheets></workbook>"
#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"
#define HEADER "<row><c t='str'><v>name</v></c><c t='str'><v>pay</v></c></row>"
#define CELL(value) "<c t='str'><v>" value "</v></c>"

static void excel(const struct excel *x, struct made *ret)
{
	const struct zipped_part parts[] = {zipped_root, zipped_links,
		{"xl/book.xml", x->book ? x->book : BOOK(SHEET_ONE), 0},
		{"xl/strings.xml",
			x->strings ? x->strings
				   : "<sst><si><t>name</t></si><si><t>Ann</t></si></sst>",
			0},
		{"xl/styles.xml", x->styles ? x->styles : "<styleSheet/>", 0},
		{"xl/one.xml", x->one ? x->one : SHEET(HEADER), 0},
		{"xl/two.xml", x->two ? x->two : SHEET(""), 0}};

	ret->bytes = zipped_make(parts, LENGTH(parts), &ret->length);
}

#define ODS(tables)                                                                      \
	"<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x'"       \
	" xmlns:style='s'><office:automatic-styles><style:style style:name='h'>"         \
	"<style:table-properties table:display='false'/></style:style>"                  \
	"</office:automatic-styles><office:body><office:spreadsheet>" tables             \
	"</office:spreadsheet></office:body></office:document-content>"
#define TABLE(rows) "<table:table table:name='One'>" rows "</table:table>"
#define ROW(cells) "<table:table-row>" cells "</table:table-row>"
#define P(text)                                                                          \
	"<table:table-cell office:value-type='string'><text:p>" text                     \
	"</text:p></table:table-cell>"
#define ODS_HEADER ROW(P("name") P("pay"))

static void open_document(const char *content, struct made *ret)
{
	const struct zipped_part parts[] = {
		{"mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0},
		{"content.xml", content, 0}};

	ret->bytes = zipped_make(parts, LENGTH(parts), &ret->length);
}

/* --- all of it as text --- */

static void add_sheets(const struct table *t, struct text *out)
{
	static const char *const marks[] = {"", " hidden", " very hidden"};
	size_t count;
	const struct table_sheet *s = table_sheets(t, &count);

	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s%s%s: %zu rows, hidden %zu rows, %zu columns\n",
			s[i].name, marks[s[i].shown], s[i].read ? " read" : "", s[i].rows,
			s[i].hidden_rows, s[i].hidden_columns);
	for (const char *const *u = table_unread(t); *u; u++)
		text_printf(out, "not read: %s\n", *u);
}

static void add_rows(struct table *t, struct text *out)
{
	const struct table_row *row;
	struct fault f = {0};
	size_t columns;
	const char *const *names = table_header(t, &columns);
	int got;

	for (size_t i = 0; i < columns; i++)
		text_printf(out, "%s%s%s", i ? "|" : "", names[i],
			table_hidden(t, i) ? "*" : "");
	text_add_char(out, '\n');
	while ((got = table_next(t, &row, &f)) > 0) {
		text_printf(out, "%zu%s", row->number, row->hidden ? "*" : "");
		if (row->reason)
			text_printf(out, " %s! %s", row->column ? row->column : "",
				row->reason);
		for (size_t i = 0; !row->reason && i < columns; i++)
			text_printf(out, "%s%s", i ? "|" : ": ", row->values[i]);
		text_add_char(out, '\n');
	}
	if (got)
		fail_msg("%s", f.text);
}

static void reads(const struct made *m, const struct table_options *o, const char *format,
	bool sheets, const char *wanted)
{
	auto_table *t = NULL;
	auto_text_buffer all = {0};
	struct fault f = {0};

	if (table_open_memory("file", m->bytes, m->length, o, &t, &f))
		fail_msg("%s\n(wanted %s)", f.text, wanted);
	if (sheets)
		add_sheets(t, &all);
	add_rows(t, &all);
	assert_string_equal(text_string(&all), wanted);
	assert_string_equal(table_format(t), format);
	assert_string_equal(table_encoding(t), "UTF-8");
}

static void excel_reads(struct excel x, const char *wanted)
{
	auto_made m = {0};

	excel(&x, &m);
	reads(&m, NULL, "Excel", false, wanted);
}

static void ods_reads(const char *content, const char *wanted)
{
	auto_made m = {0};

	open_document(content, &m);
	reads(&m, NULL, "OpenDocument", false, wanted);
}

static void refused_as(
	const struct made *m, const struct table_options *o, const char *says)
{
	auto_table *t = NULL;
	struct fault f = {0};

	if (!table_open_memory("file", m->bytes, m->length, o, &t, &f))
		fail_msg("opened (wanted: %s)", says);
	if (f.kind != FAULT_INPUT || strncmp(f.text, "file: ", 6) != 0 ||
		!strstr(f.text, says))
		fail_msg("%s (wanted: %s)", f.text, says);
}

static void excel_refused(struct excel x, const char *says)
{
	auto_made m = {0};

	excel(&x, &m);
	refused_as(&m, NULL, says);
}

static void ods_refused(const char *content, const char *says)
{
	auto_made m = {0};

	open_document(content, &m);
	refused_as(&m, NULL, says);
}

/* --- Excel: cells --- */

static void cells(void **state)
{
	static const char strings[] =
		"<sst><si><t>name</t></si><si><t xml:space='preserve'> A&amp;B </t></si>"
		"<si><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r></si>"
		"<si><t>\xe6\x9d\xb1</t><rPh sb='0' eb='1'><t>higashi</t></rPh><phoneticPr/></si>"
		"<si><t>two_x000D_\nlines_x005F_x0041_</t></si><si/></sst>";

	(void)state;
	excel_reads(
		(struct excel){.strings = strings,
			.one = SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c></row>"
				     "<row r='2'><c r='A2' t='s'><v>1</v></c></row>"
				     "<row r='3'><c r='A3' t='s'><v>2</v></c></row>"
				     "<row r='4'><c r='A4' t='s'><v>3</v></c></row>"
				     "<row r='5'><c r='A5' t='s'><v>4</v></c></row>"
				     "<row r='6'><c r='A6' t='s'><v>5</v></c></row>")},
		"name\n2: A&B\n3: rich\n4: \xe6\x9d\xb1\n5: two\nlines_x0041_\n");
	excel_reads(
		(struct excel){
			.one = SHEET(HEADER
				"<row><c t='inlineStr'><is><t>in</t></is></c><c t='b'><v>1</v></c></row>"
				"<row><c t='inlineStr'><is><r><t>r</t></r><r><t>s</t></r><rPh><t>x</t></rPh></is></c>"
				"<c t='b'><v>0</v></c></row>"
				"<row><c t='e'><v>#N/A</v></c><c><v>00123</v></c></row>"
				"<row>" CELL(
					"00123") "<c><v> 1E2\n</v></c></row>"
						 "<row><c t='d'><v>2023-08-26</v></c><c t='n'/></row>")},
		"name|pay\n2: in|TRUE\n3: rs|FALSE\n4: #N/A|123\n5: 00123|100\n6: 2023-08-26|\n");
}

static void formulas(void **state)
{
	(void)state;
	excel_reads(
		(struct excel){
			.one = SHEET(HEADER
				"<row><c><f>1+1</f><v>2</v></c><c t='str'><f>A1</f><v></v></c></row>"
				"<row>" CELL(
					"x") "<c><f>1+1</f></c></row>"
					     "<row>" CELL(
						     "x") "<c><f>1+1</f><v/></c></row>"
							  "<row><c t='str'><f>A1</f><v>done</v></c></row>")},
		"name|pay\n2: 2|\n"
		"3 pay! is a formula without its result; open the workbook in Excel, save it, and import that\n"
		"4 pay! is a formula without its result; open the workbook in Excel, save it, and import that\n"
		"5: done|\n");
}

static void formats(void **state)
{
	static const char styles[] =
		"<styleSheet><numFmts><numFmt numFmtId='165' formatCode='0000000'/>"
		"<numFmt numFmtId='164' formatCode='dd/mm/yyyy'/></numFmts>"
		"<cellStyleXfs><xf numFmtId='9'/></cellStyleXfs>"
		"<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/>"
		"<xf numFmtId='165'/><xf numFmtId='49'/><xf/></cellXfs></styleSheet>";
	static const char rows[] = SHEET("<row><c t='str'><v>v</v></c></row>"
					 "<row><c s='0'><v>45164</v></c></row>"
					 "<row><c s='1'><v>45164</v></c></row>"
					 "<row><c s='2'><v>45164</v></c></row>"
					 "<row><c s='3'><v>45164</v></c></row>"
					 "<row><c s='4'><v>45164</v></c></row>"
					 "<row><c s='5'><v>45164</v></c></row>"
					 "<row><c s='99'><v>45164</v></c></row>");

	(void)state;
	excel_reads((struct excel){.one = rows, .styles = styles},
		"v\n2: 45164\n3: 2023-08-26\n4: 2023-08-26\n5: 0045164\n6: 45164\n7: 45164\n"
		"8: 45164\n");
	excel_reads(
		(struct excel){.one = rows,
			.styles = styles,
			.book = "<workbook><workbookPr date1904='true'/><sheets>" SHEET_ONE
				"</sheets></workbook>"},
		"v\n2: 45164\n3: 2027-08-27\n4: 2027-08-27\n5: 0045164\n6: 45164\n7: 45164\n"
		"8: 45164\n");
}

/* Where cells and rows stand is said, or follows from what was before. */
static void places(void **state)
{
	(void)state;
	excel_reads(
		(struct excel){
			.one = SHEET("<row r='3'><c r='B3' t='str'><v>name</v></c>" CELL(
				"pay") "</row><row/><row r='7'><c r='C7'><v>7</v></c></row>"
				       "<row><c r='B8'><v>8</v></c></row>"
				       "<row r='9'><c r='AA9'><v>9</v></c></row>"
				       "<row r='10'><c r='D10' s='1'/></row>")},
		"column 1|name|pay\n7: ||7\n8: |8|\n9 ! has 27 cells, the header has 3\n");
	excel_reads(
		(struct excel){
			.one = "<x:worksheet xmlns:x='u'><x:sheetData><x:row><x:c t='str'>"
			       "<x:v>name</x:v></x:c></x:row></x:sheetData></x:worksheet>"},
		"name\n");
}

/* What is not where cells stand is no cell. */
static void elsewhere(void **state)
{
	(void)state;
	excel_reads(
		(struct excel){
			.one = "<worksheet><c><v>1</v></c><sheetData>" HEADER
			       "<c t='str'><v>2</v></c><x><row>" CELL(
				       "3") "</row></x>"
					    "<row><x>" CELL("4") "</x>" CELL(
						    "5") "<c t='str'><v>6</v><extLst><v>7</v><x><v>8</v></x></extLst></c></row></sheetData>"
							 "<row>" CELL(
								 "9") "</row></worksheet>"},
		"name|pay\n2: 5|6\n");
}

static void merged(void **state)
{
	(void)state;
	excel_reads(
		(struct excel){
			.one = "<worksheet><sheetData>" HEADER "<row>" CELL("Ann") CELL(
				"1") "</row>"
				     "<row><c/>" CELL(
					     "2") "</row><row/>"
						  "<row><c/>" CELL(
							  "3") "</row>"
							       "<row>" CELL(
								       "Bo") "<c/></row>"
									     "<row>" CELL(
										     "Cy") "<c/></row></sheetData>"
											   "<mergeCells><mergeCell ref='A2:A5'/><mergeCell ref='B6:B6'/>"
											   "<mergeCell ref='A7:B7'/><mergeCell ref='nonsense'/></mergeCells></worksheet>"},
		"name|pay\n2: Ann|1\n3: Ann|2\n5: Ann|3\n6: Bo|\n7: Cy|\n");
	excel_refused(
		(struct excel){
			.one = "<worksheet><sheetData>" HEADER HEADER "</sheetData>"
			       "<mergeCells><mergeCell ref='A1:A2'/></mergeCells></worksheet>"},
		"row 1, the header: has cells that are merged over several rows");
}

/* --- Excel: what is hidden --- */

static void hidden(void **state)
{
	auto_made m = {0};

	(void)state;
	excel(
		&(struct excel){
			.one = "<worksheet><cols><col min='2' max='2' hidden='1'/>"
			       "<col min='3' max='16384' width='0'/></cols><sheetData>" HEADER
			       "<row hidden='1'>" CELL("Ann") "</row><row ht='0'>" CELL(
				       "Bo") "</row><row>" CELL("Cy") "</row><row hidden='1'/></sheetData></worksheet>",
			.two = SHEET("<row><c/></row>"),
			.book = BOOK(SHEET_ONE
				"<sheet name='Two' state='veryHidden' id='r2'/>"
				"<sheet name='Chart' state='hidden' id='r3'/>")},
		&m);
	reads(&m, NULL, "Excel", true,
		"One read: 4 rows, hidden 2 rows, 1 columns\n"
		"Two very hidden: 0 rows, hidden 0 rows, 0 columns\n"
		"Chart hidden: 0 rows, hidden 0 rows, 0 columns\n"
		"name|pay*\n2*: Ann|\n3*: Bo|\n4: Cy|\n");
}

static void which_sheet(void **state)
{
	static const struct excel two = {.one = SHEET(HEADER HEADER),
		.two = SHEET("<row>" CELL("leak") "</row><row>" CELL("x") "</row>"),
		.book = BOOK(
			SHEET_ONE "<sheet name=' T\xc3\x9cwo ' state='hidden' id='r2'/>"
				  "<sheet name='Chart' id='r3'/>")};
	auto_made m = {0};
	struct excel alone = two;

	(void)state;
	excel(&two, &m);
	refused_as(&m, NULL,
		"2 of its sheets have something in them: 'One' (2 rows), 'T\xc3\x9cwo' (2 rows, hidden); say which one");
	reads(&m, &(struct table_options){.sheet = "T\xc3\x9cwo"}, "Excel", false,
		"leak\n2: x\n");
	reads(&m, &(struct table_options){.sheet = "ONE"}, "Excel", false,
		"name|pay\n2: name|pay\n");
	refused_as(&m, &(struct table_options){.sheet = "Three"},
		"has no sheet of the name that was asked for; it has 'One'");
	refused_as(&m, &(struct table_options){.sheet = "chart"}, "without cells");
	/* the only one with something in it, although it is hidden */
	alone.one = SHEET("<row/>");
	made_done(&m);
	excel(&alone, &m);
	reads(&m, NULL, "Excel", false, "leak\n2: x\n");
	refused_as(&m, &(struct table_options){.sheet = "One"},
		"all rows of the sheet are empty");
	alone.two = SHEET("");
	excel_refused(alone, "nothing in any of its sheets");
}

static void not_read(void **state)
{
	const struct zipped_part parts[] = {zipped_root, zipped_links,
		{"xl/book.xml", BOOK(SHEET_ONE), 0}, {"xl/strings.xml", "<sst/>", 0},
		{"xl/styles.xml", "<styleSheet/>", 0}, {"xl/one.xml", SHEET(HEADER), 0},
		{"xl/pivotCache/pivotCacheRecords1.xml", "<x/>", 0},
		{"xl/pivotCache/pivotCacheRecords2.xml", "<x/>", 0},
		{"xl/comments1.xml", "<x/>", 0}, {"XL/vbaProject.bin", "x", 0}};
	auto_made m = {0};

	(void)state;
	m.bytes = zipped_make(parts, LENGTH(parts), &m.length);
	reads(&m, NULL, "Excel", true,
		"One read: 1 rows, hidden 0 rows, 0 columns\n"
		"not read: a pivot table's own copy of its data\nnot read: comments\n"
		"not read: macros\nname|pay\n");
}

/* --- Excel: what is wrong --- */

static void bad_rows(void **state)
{
	(void)state;
	excel_reads(
		(struct excel){
			.one = SHEET(HEADER
				"<row><c><v>abc</v></c></row><row><c><v>0x10</v></c></row>"
				"<row><c><v>nan</v></c></row><row><c><v>1e999</v></c></row>"
				"<row><c t='s'><v>9</v></c></row><row><c t='s'><v>-1</v></c></row>"
				"<row><c t='s'><v>1x</v></c></row><row><c t='s'><v>1</v></c></row>"
				"<row>" CELL("_x0000_") "</row><row>" CELL(
					"_x001B_") "</row>"
						   "<row>" CELL(
							   "_xD800_") "</row>"
								      "<row>" CELL(
									      "") CELL("")
									      CELL("x") "</row>")},
		"name|pay\n2 name! holds a number that is none\n3 name! holds a number that is none\n"
		"4 name! holds a number that is none\n5 name! holds a number that is none\n"
		"6 name! names a text that the workbook does not have\n"
		"7 name! names a text that the workbook does not have\n"
		"8 name! names a text that the workbook does not have\n9: Ann|\n"
		"10 name! holds a NUL byte\n11 name! holds a control character\n12: _xD800_|\n"
		"13 ! has 3 cells, the header has 2\n");
}

static void narrow(void **state)
{
	const struct table_options o = {.limits = {.row = 30, .cell = 10, .columns = 2}};
	static const char long_text[] =
		"<sst><si><t>12345678901</t></si><si><t>1234567890</t></si></sst>";
	auto_made m = {0};

	(void)state;
	excel(&(struct excel){.strings = long_text,
		      .one = SHEET(HEADER "<row>" CELL("12345678901") CELL(
			      "2") "</row>"
				   "<row><c t='s'><v>0</v></c></row><row><c t='s'><v>1</v></c></row>"
				   "<row>" CELL("1234567890") CELL("1234567890")
					   CELL("1234567890") CELL(
						   "1234567890") "</row>"
								 "<row>" CELL(
									 "3") "</row>")},
		&m);
	reads(&m, &o, "Excel", false,
		"name|pay\n2 name! is longer than 10 bytes, the limit for a cell\n"
		"3 name! is longer than 10 bytes, the limit for a cell\n4: 1234567890|\n"
		"5 ! is longer than 30 bytes, the limit for a row\n6: 3|\n");
	made_done(&m);
	excel(&(struct excel){.one = SHEET(
				      "<row>" CELL("a") CELL("b") CELL("c") "</row>")},
		&m);
	refused_as(&m, &o,
		"row 1, the header: column 3: has more than 2 columns, the limit");
}

static void broken(void **state)
{
	static const struct {
		struct excel x;
		const char *says;
	} cases[] = {
		{{.one = SHEET(HEADER "<row r='1'/>")}, "its rows in no order, at row 1"},
		{{.one = SHEET("<row r='0'/>")}, "its rows in no order"},
		{{.one = SHEET("<row r='99999999999999999999'>" CELL("a") "</row>")},
			"more than 1048576 rows"},
		{{.one = SHEET("<row r='1048577'>" CELL("a") "</row>")},
			"more than 1048576 rows"},
		{{.one = SHEET("<row r='2'><c r='A1'/></row>")}, "says to be elsewhere"},
		{{.one = SHEET("<row><c r='1A'/></row>")}, "says to be elsewhere"},
		{{.one = SHEET("<row><c r='AAAAAAAAAAAA1'/></row>")},
			"says to be elsewhere"},
		{{.one = SHEET("<row><c r='B1'/><c r='A1'/></row>")},
			"cells of row 1 in no order"},
		{{.one = SHEET("<row><c r='B1'/><c r='B1'/></row>")},
			"cells of row 1 in no order"},
		{{.one = SHEET("<row><c r='XFE1' t='str'><v>a</v></c></row>")},
			"more than 16384 columns"},
		{{.one = SHEET("<row><c r='XFD1' t='str'><v>a</v></c></row>")},
			"more than 1000 columns"},
		{{.one = "<html/>"}, "part 'xl/one.xml' is no sheet"},
		{{.one = "<worksheet>"}, "part 'xl/one.xml' is not well-formed"},
		{{.one = SHEET(
			  "<row><c t='str'><v>a</v></c><c t='str'><v>a</v></c></row>")},
			"columns 1 and 2 have the same name"},
		{{.one = SHEET("<row><c><f>A1</f></c></row>")},
			"row 1, the header: column 1 is a formula without its result"},
		{{.one = SHEET("<row><c><v>1</v></c><c><v>2</v></c></row>")},
			"looks like data"},
		{{.book = "<workbook/>"}, "has no sheets"},
		{{.book = "<book/>"}, "begins with another element than 'workbook'"},
		{{.book = BOOK("<sheet name='a' id='none'/>")},
			"that is not in the file"},
		{{.book = BOOK("<sheet name='a'/>")}, "that is not in the file"},
		{{.book = BOOK(SHEET_ONE "<sheet name='a' id='r1'/>")}, "in one part"},
		{{.book = BOOK(SHEET_ONE "<sheet name='oNE' id='r2'/>")},
			"have the same name"},
		{{.strings = "<sst><si>"}, "part 'xl/strings.xml' is not well-formed"},
		{{.strings = "<html/>"}, "begins with another element than 'sst'"},
		{{.styles = "<html/>"}, "begins with another element than 'styleSheet'"},
		{{.styles = "<!DOCTYPE x><styleSheet/>"}, "has a DOCTYPE"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		excel_refused(cases[i].x, cases[i].says);
}

/* Relations that lead nowhere, outside, in circles. */
static void relations(void **state)
{
#define ROOT(target)                                                                     \
	"<Relationships>" ZIPPED_LINK("a", "officeDocument", target) "</Relationships>"
	static const struct {
		const char *root, *links, *says;
	} cases[] = {
		{"<Relationships/>", NULL, "is a zip file, and no workbook"},
		{"<html/>", NULL, "begins with another element"},
		{ROOT("none.xml"), NULL, "lacks its part '_rels/none.xml.rels'"},
		{ROOT("../xl/book.xml"), NULL, "lies outside of the file"},
		{ROOT(""), NULL, "lies outside of the file"},
		{ROOT("/"), NULL, "lies outside of the file"},
		{"<Relationships><Relationship Id='a' Type='x/officeDocument' Target='http://a.example/b'"
		 " TargetMode='External'/></Relationships>",
			NULL, "lies outside of the file"},
		{ROOT("xl/book.xml"), "<Relationships/>", "that is not in the file"},
		{ROOT("xl/book.xml"),
			"<Relationships>" ZIPPED_LINK("r1", "worksheet",
				"../../../etc/passwd") "</Relationships>",
			"that is not in the file"},
		{ROOT("xl/book.xml"),
			"<Relationships>" ZIPPED_LINK(
				"r1", "worksheet", "book.xml") "</Relationships>",
			"part 'xl/book.xml' is no sheet"},
		{ROOT("xl/book.xml"),
			"<Relationships>" ZIPPED_LINK(
				"r1", "worksheet", "gone.xml") "</Relationships>",
			"lacks its part 'xl/gone.xml'"},
		{ROOT("_rels/.rels"), NULL, "lacks its part '_rels/_rels/.rels.rels'"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct zipped_part parts[] = {{"_rels/.rels", cases[i].root, 0},
			{"xl/_rels/book.xml.rels",
				cases[i].links ? cases[i].links : zipped_links.bytes, 0},
			{"xl/book.xml", BOOK(SHEET_ONE), 0},
			{"xl/one.xml", SHEET(HEADER), 0}};
		auto_made m = {0};

		m.bytes = zipped_make(parts, LENGTH(parts), &m.length);
		refused_as(&m, NULL, cases[i].says);
	}
}

static void other_files(void **state)
{
	static const struct {
		const char *part, *says;
	} cases[] = {{"xl/workbook.bin", "(xlsb)"}, {"word/document.xml", "Word"},
		{"ppt/presentation.xml", "PowerPoint"}, {"Index/Document.iwa", "Numbers"},
		{"photos/one.jpg", "is a zip file, and no workbook"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct zipped_part part = {cases[i].part, "x", 0};
		auto_made m = {0};

		m.bytes = zipped_make(&part, 1, &m.length);
		refused_as(&m, NULL, cases[i].says);
	}
}

/* --- OpenDocument --- */

static void ods_cells(void **state)
{
	(void)state;
	ods_reads(
		ODS(TABLE(ODS_HEADER ROW(P(
			"Ann<text:s text:c='2'/>M.<text:tab/>O<text:line-break/>x<text:span>y<text:a>z</text:a></text:span>")
				P("00123")) ROW("<table:table-cell office:value-type='string'><text:p>one</text:p><text:p/>"
						"<text:p>two</text:p></table:table-cell>"
						"<table:table-cell office:value-type='boolean' office:boolean-value='true'><text:p>WAHR</text:p></table:table-cell>")
				ROW("<table:table-cell office:value-type='date' office:date-value='2023-08-26'><text:p>26/08/23</text:p></table:table-cell>"
				    "<table:table-cell office:value-type='time' office:time-value='PT07H30M05.5S'><text:p>07:30</text:p></table:table-cell>")
					ROW("<table:table-cell office:value-type='string' office:string-value='told'/>"
					    "<table:table-cell office:value-type='string' calcext:value-type='error' xmlns:calcext='c'><text:p>#N/A</text:p></table:table-cell>")
						ROW(P("x") "<table:table-cell table:formula='of:=1'/>"))),
		"name|pay\n2: Ann  M.\tO\nxyz|00123\n3: one\n\ntwo|TRUE\n4: 2023-08-26|07:30:05\n5: told|#N/A\n"
		"6 pay! is a formula without its result; open the workbook, save it, and import that\n");
}

#define NUMBER(value, text)                                                              \
	ROW(P("x") "<table:table-cell office:value-type='float' office:value='" value    \
		   "'>" text "</table:table-cell>")

static void ods_numbers(void **state)
{
	(void)state;
	ods_reads(
		ODS(TABLE(ODS_HEADER NUMBER("123", "<text:p>0000123</text:p>") NUMBER(
			"32500.5", "<text:p>\xc2\xa3"
				   "32,500.50</text:p>") NUMBER("447911123456",
			"<text:p>4.48E+011</text:p>") NUMBER("447911123456",
			"<text:p>###</text:p>") NUMBER("0.5", "") NUMBER("1.5",
			"<text:p>1,5</text:p>") NUMBER("-1234",
			"<text:p>-1,234</text:p>") NUMBER("abc", "<text:p>1</text:p>")
				ROW(P("x") "<table:table-cell office:value-type='percentage' office:value='0.256'><text:p>25.6%</text:p></table:table-cell>"))),
		"name|pay\n2: x|0000123\n3: x|\xc2\xa3"
		"32500.50\n4: x|447911123456\n5: x|447911123456\n6: x|0.5\n"
		"7: x|1,5\n8: x|-1234\n9 pay! holds a number that is none\n10: x|25.6%\n");
}

static void ods_repeats(void **state)
{
	(void)state;
	ods_reads(
		ODS(TABLE(
			"<table:table-row table:number-rows-repeated='4'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>" ODS_HEADER
			"<table:table-row table:number-rows-repeated='2'>" P("Ann")
				P("1") "</table:table-row>" ROW(
					"<table:table-cell table:number-columns-repeated='2' office:value-type='string'><text:p>same</text:p></table:table-cell>"
					"<table:table-cell table:number-columns-repeated='16382'/>") "<table:table-row table:number-rows-repeated='1048576'><table:table-cell/></table:table-row>")),
		"name|pay\n6: Ann|1\n7: Ann|1\n8: same|same\n");
	ods_reads(
		ODS(TABLE(ODS_HEADER ROW(
			"<table:table-cell table:number-rows-spanned='3' office:value-type='string'><text:p>Ann</text:p></table:table-cell>" P(
				"1")) ROW("<table:covered-table-cell/>" P("2"))
				ROW("<table:covered-table-cell/>" P("3"))
					ROW("<table:table-cell/>" P("4")))),
		"name|pay\n2: Ann|1\n3: Ann|2\n4: Ann|3\n5: |4\n");
}

static void ods_bombs(void **state)
{
	(void)state;
	ods_refused(ODS(TABLE(ODS_HEADER
			    "<table:table-row table:number-rows-repeated='1048570'>" P(
				    "a") "</table:table-row>")),
		"has row 2 more than 1000 times, the limit");
	ods_refused(
		ODS(TABLE(ROW(
			"<table:table-cell table:number-columns-repeated='99999999999999999999' office:value-type='string'><text:p>a</text:p></table:table-cell>"))),
		"more than 16384 columns");
	ods_refused(
		ODS(TABLE(
			"<table:table-row table:number-rows-repeated='4000000000'><table:table-cell/></table:table-row>" ODS_HEADER)),
		"more than 1048576 rows");
	ods_reads(ODS(TABLE(ODS_HEADER ROW(P("a<text:s text:c='4000000000'/>")))),
		"name|pay\n2 name! is longer than 65536 bytes, the limit for a cell\n");
}

static void ods_hidden(void **state)
{
	auto_made m = {0};

	(void)state;
	open_document(
		ODS("<table:tracked-changes><x/></table:tracked-changes>"
		    "<table:table table:name='One'><table:table-column/><table:table-column table:visibility='collapse' table:number-columns-repeated='2'/>"
		    "<table:table-header-rows>" ODS_HEADER "</table:table-header-rows>"
		    "<table:table-row table:visibility='filter'>" P(
			    "Ann<office:annotation><text:p>secret</text:p></office:annotation>") "</table:table-row>"
												 "<table:table-row-group table:display='false'><table:table-row-group>" ROW(P("Bo")) "</table:table-row-group>" ROW(
													 P("Cy")) "</table:table-row-group>" ROW("<table:table-cell office:value-type='string'><office:annotation><text:p>no</text:p></office:annotation><text:p>Di</text:p></table:table-cell>") "<table:shapes><x><text:p>no</text:p></x></table:shapes></table:table>"
																																				  "<table:table table:name='Two' table:style-name='h'/>"),
		&m);
	reads(&m, NULL, "OpenDocument", true,
		"One read: 5 rows, hidden 3 rows, 1 columns\nTwo hidden: 0 rows, hidden 0 rows, 0 columns\n"
		"not read: comments\nnot read: changes that were tracked\n"
		"name|pay*\n2*: Ann|\n3*: Bo|\n4*: Cy|\n5: Di|\n");
}

static void ods_broken(void **state)
{
	const struct zipped_part locked[] = {{"content.xml", "nonsense", 0},
		{"META-INF/manifest.xml",
			"<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>",
			0}};
	auto_made m = {0};

	(void)state;
	ods_refused("<html/>", "is no OpenDocument content");
	ods_refused(ODS(""), "has no sheets");
	ods_refused(ODS(TABLE("")), "nothing in any of its sheets");
	ods_refused(ODS(TABLE(ODS_HEADER) "<table:table table:name='one'/>"),
		"have the same name");
	ods_refused(ODS(TABLE(ODS_HEADER) "<table:table table:name='2'>" ODS_HEADER
					  "</table:table>"),
		"'One' (1 row), '2' (1 row)");
	ods_refused(
		"<office:document-content xmlns:office='o'><office:body><office:text/></office:body></office:document-content>",
		"holds a document, not a table");
	m.bytes = zipped_make(locked, LENGTH(locked), &m.length);
	refused_as(&m, NULL, "protected with a password");
}

static void too_many_sheets(void **state)
{
	auto_text_buffer book = {0};

	(void)state;
	text_add_string(&book,
		"<office:document-content xmlns:office='o' xmlns:table='t'><office:body><office:spreadsheet>");
	for (int i = 0; i < 100000; i++)
		text_printf(&book, "<table:table table:name='sheet %d'/>", i);
	text_add_string(
		&book, "</office:spreadsheet></office:body></office:document-content>");
	ods_refused(text_string(&book), "has more than 1000 sheets, the limit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(formulas),
		cmocka_unit_test(formats),
		cmocka_unit_test(places),
		cmocka_unit_test(elsewhere),
		cmocka_unit_test(merged),
		cmocka_unit_test(hidden),
		cmocka_unit_test(which_sheet),
		cmocka_unit_test(not_read),
		cmocka_unit_test(bad_rows),
		cmocka_unit_test(narrow),
		cmocka_unit_test(broken),
		cmocka_unit_test(relations),
		cmocka_unit_test(other_files),
		cmocka_unit_test(ods_cells),
		cmocka_unit_test(ods_numbers),
		cmocka_unit_test(ods_repeats),
		cmocka_unit_test(ods_bombs),
		cmocka_unit_test(ods_hidden),
		cmocka_unit_test(ods_broken),
		cmocka_unit_test(too_many_sheets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
