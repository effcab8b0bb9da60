/* SPDX-License-Identifier: MIT */
/*
 * table: what is read out of each kind of file, and what is said of a broken one. Good
 * files come from memory and are compared whole: the header, then a line a row, "NUMBER:
 * VALUE|VALUE" or "NUMBER@LINE COLUMN! REASON". Broken ones are written to a folder, so
 * that the way from the path is walked as well.
 */
#include "recipients/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "recipients/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes with NULs in them, with their length. */
#define BYTES(literal) (literal), sizeof(literal) - 1

/* All that is in a table, as text. */
static void add_all(struct table *t, struct text *out)
{
	const struct table_row *row;
	struct fault f = {0};
	size_t columns;
	const char *const *names = table_header(t, &columns);
	int got;

	for (size_t i = 0; i < columns; i++)
		text_printf(out, "%s%s", i ? "|" : "", names[i]);
	text_add_char(out, '\n');
	while ((got = table_next(t, &row, &f)) > 0) {
		if (row->reason) {
			assert_null(row->values);
			text_printf(out, "%zu@%zu %s! %s\n", row->number, row->line,
				row->column ? row->column : "", row->reason);
			continue;
		}
		text_printf(out, "%zu: ", row->number);
		for (size_t i = 0; i < columns; i++)
			text_printf(out, "%s%s", i ? "|" : "", row->values[i]);
		text_add_char(out, '\n');
	}
	if (got)
		fail_msg("%s", f.text);
}

static void reads_within(const char *bytes, size_t length, const struct table_options *o,
	const char *format, const char *encoding, const char *wanted)
{
	auto_table *t = NULL;
	auto_text_buffer all = {0};
	struct fault f = {0};

	if (table_open_memory("file", bytes, length, o, &t, &f))
		fail_msg("%s\n(wanted %s)", f.text, wanted);
	add_all(t, &all);
	assert_string_equal(text_string(&all), wanted);
	assert_string_equal(table_format(t), format);
	assert_string_equal(table_encoding(t), encoding);
}

static void reads(const char *bytes, size_t length, const char *format,
	const char *encoding, const char *wanted)
{
	reads_within(bytes, length, NULL, format, encoding, wanted);
}

static void csv(const char *bytes, const char *wanted)
{
	reads(bytes, strlen(bytes), "CSV", "UTF-8", wanted);
}

static void json(const char *bytes, const char *wanted)
{
	reads(bytes, strlen(bytes), "JSON", "UTF-8", wanted);
}

static void lines(const char *bytes, const char *wanted)
{
	reads(bytes, strlen(bytes), "JSON Lines", "UTF-8", wanted);
}

static void test_csv(void **state)
{
	(void)state;
	csv("name,rank\nAnn Orr,PC\nBo,PS\n", "name|rank\n2: Ann Orr|PC\n3: Bo|PS\n");
	csv("name,rank\r\nAnn,PC\r\nBo,PS", "name|rank\n2: Ann|PC\n3: Bo|PS\n");
	csv("name,rank\rAnn,PC\rBo,PS\r", "name|rank\n2: Ann|PC\n3: Bo|PS\n");
	csv("name,rank\n", "name|rank\n");
	csv("name,rank", "name|rank\n");
	csv("name\nAnn\n", "name\n2: Ann\n");
	csv("name,rank\n,PC\nAnn,\n", "name|rank\n2: |PC\n3: Ann|\n");
	/* empty rows are counted, as a spreadsheet does, and skipped */
	csv("\n\nname,rank\n\nAnn,PC\n,\n \t\nBo,PS\n\n\n",
		"name|rank\n5: Ann|PC\n8: Bo|PS\n");
	/* blanks go, no-break ones too; signs that show nothing go */
	csv("name , \"rank\" \n  Ann\t, PC\xc2\xa0\n\xe2\x80\x8b"
	    "Bo\xe2\x80\xae,\xef\xbb\xbfPS\n",
		"name|rank\n2: Ann|PC\n3: Bo|PS\n");
	/* the normal form: e with an accent behind it is one sign */
	csv("name\nRene\xcc\x81\n", "name\n2: Ren\xc3\xa9\n");
}

static void test_quotes(void **state)
{
	(void)state;
	csv("name,text\n\"Orr, Ann\",\"said \"\"no\"\"\"\n",
		"name|text\n2: Orr, Ann|said \"no\"\n");
	csv("name,text\n\"Ann\",\"one\r\ntwo\rthree\"\nBo,x\n",
		"name|text\n2: Ann|one\ntwo\nthree\n3: Bo|x\n");
	csv("name,text\nAnn,\"\"\nBo,\"\"\"\"\n", "name|text\n2: Ann|\n3: Bo|\"\n");
	csv("name,text\nAnn \"Bee\" Orr,5\"\n", "name|text\n2: Ann \"Bee\" Orr|5\"\n");
	csv("name,text\nAnn, \"a,b\" \n", "name|text\n2: Ann|a,b\n");
	csv("\"staff\nname\",rank\nAnn,PC\n", "staff\nname|rank\n2: Ann|PC\n");
	csv("name,text\nAnn,\"ends with the file\"",
		"name|text\n2: Ann|ends with the file\n");
}

static void test_separators(void **state)
{
	(void)state;
	csv("name;salary\nAnn;32,5\nBo;1,0\n", "name|salary\n2: Ann|32,5\n3: Bo|1,0\n");
	csv("name|salary\nAnn|32,5\n", "name|salary\n2: Ann|32,5\n");
	reads(BYTES("name\trank\nOrr, Ann\tPC\n"), "TSV", "UTF-8",
		"name|rank\n2: Orr, Ann|PC\n");
	/* both are in the header: the rows decide */
	csv("name, first;rank, or grade;unit\na, b;c;d\ne;f, g;h\n",
		"name, first|rank, or grade|unit\n2: a, b|c|d\n3: e|f, g|h\n");
	csv("name;or forename,rank\nAnn,PC\nBo,PS\n",
		"name;or forename|rank\n2: Ann|PC\n3: Bo|PS\n");
	/* the header alone decides */
	csv("name,rank;or grade,unit\n", "name|rank;or grade|unit\n");
	/* Excel's first line is no row, but a line */
	csv("sep=;\r\nname;rank\r\nAnn;PC\r\nBo\r\n",
		"name|rank\n2: Ann|PC\n3@4 ! has 1 cell, the header has 2\n");
	csv("\"sep=,\"\nname,rank\nAnn,PC\n", "name|rank\n2: Ann|PC\n");
	reads(BYTES("sep=\t\nname\trank\n"), "TSV", "UTF-8", "name|rank\n");
	/* a line of free text is not one separator's more than another's */
	csv("entry\nDawn\nDawn, Ann\n",
		"entry\n2: Dawn\n3@3 ! has 2 cells, the header has 1\n");
}

static void test_width(void **state)
{
	(void)state;
	csv("a,b,c\n1,2,3,,\n1,2,3,4\n1,2\n,,,x\n1,2,3\n",
		"a|b|c\n2: 1|2|3\n3@3 ! has 4 cells, the header has 3\n"
		"4@4 ! has 2 cells, the header has 3\n5@5 ! has 4 cells, the header has 3\n"
		"6: 1|2|3\n");
	/* columns at the end without a name are none; others are called by their place */
	csv("a,b,,\n1,2,,\n1,2\n1,2,3,\n",
		"a|b\n2: 1|2\n3: 1|2\n4@4 ! has 3 cells, the header has 2\n");
	csv("a,,c, \n1,2,3,\n", "a|column 2|c\n2: 1|2|3\n");
}

static void test_wrong_quotes(void **state)
{
	(void)state;
	/* one forgotten quote costs one row */
	csv("name,rank\nAnn,\"PC\nBo,PS\nCy,PC\n",
		"name|rank\n2@2 rank! a quote is opened on line 2 and not closed\n3: Bo|PS\n4: Cy|PC\n");
	csv("name,rank\n\"Ann,PC\n\"Bo\",\"PS\"\nCy,PC\n",
		"name|rank\n"
		"2@2 name! text stands behind the end of a quote that was opened on line 2\n"
		"3: Bo|PS\n4: Cy|PC\n");
	csv("name,rank\n\"Ann\"x,PC\nBo,PS\n",
		"name|rank\n"
		"2@2 name! text stands behind the end of a quote that was opened on line 2\n"
		"3: Bo|PS\n");
	/* the line where the quote is counts, not the one where the row begins */
	csv("name,text,rank\nAnn,\"one\ntwo\",\"PC\nBo,x,PS\n",
		"name|text|rank\n2@2 rank! a quote is opened on line 3 and not closed\n3: Bo|x|PS\n");
	csv("name,rank\nAnn,PC\nBo,\"PS",
		"name|rank\n2: Ann|PC\n3@3 rank! a quote is opened on line 3 and not closed\n");
}

static void test_limits(void **state)
{
	const struct table_options narrow = {
		.limits = {.row = 40, .lines = 3, .cell = 10, .columns = 3}};

	(void)state;
	reads_within(BYTES("a,b\n12345678901,x\n1,2\n"), &narrow, "CSV", "UTF-8",
		"a|b\n2@2 a! is longer than 10 bytes, the limit for a cell\n3: 1|2\n");
	reads_within(
		BYTES("a,b\n1,22222222222222222222222222222222222222222222222\n3,4\n"),
		&narrow, "CSV", "UTF-8",
		"a|b\n2@2 ! is longer than 40 bytes, the limit for a row\n3: 3|4\n");
	reads_within(BYTES("a,b\n1,\"\n\n\n\n\"\n3,4\n"), &narrow, "CSV", "UTF-8",
		"a|b\n2@2 b! a quote is opened on line 2 and not closed\n"
		"6@6 a! a quote is opened on line 6 and not closed\n7: 3|4\n");
	reads_within(
		BYTES("a,b\n1,\"22222222222222222222222222222222222222222\n3,4\n5,6\n"),
		&narrow, "CSV", "UTF-8",
		"a|b\n2@2 b! a quote is opened on line 2 and not closed\n3: 3|4\n4: 5|6\n");
	reads_within(BYTES("a,b\n1,2,,,,,,,,3\n1,2,,,,,,,,\n"), &narrow, "CSV", "UTF-8",
		"a|b\n2@2 ! has 10 cells, the header has 2\n3: 1|2\n");
	reads_within(
		BYTES("[{\"a\": \"1\"}, {\"a\": \"2222222222222222222222222222222222222222\"}, "
		      "{\"a\": 3}]"),
		&narrow, "JSON", "UTF-8",
		"a\n1: 1\n2@1 ! is longer than 40 bytes, the limit for a row\n3: 3\n");
	reads_within(
		BYTES("{\"a\": \"1\"}\n{\"a\": \"2222222222222222222222222222222222222222\"}\n"
		      "{\"a\": 3}\n{\"a\": \"01234567890\"}\n"),
		&narrow, "JSON Lines", "UTF-8",
		"a\n1: 1\n2@2 ! is longer than 40 bytes, the limit for a row\n3: 3\n"
		"4@4 a! is longer than 10 bytes, the limit for a cell\n");
}

static void test_bad_cells(void **state)
{
	(void)state;
	reads(BYTES("a,b\n1,\0\n2,x\0y\n3,4\n"), "CSV", "UTF-8",
		"a|b\n2@2 b! holds a NUL byte\n3@3 b! holds a NUL byte\n4: 3|4\n");
	csv("a,b\n1,\x1b[2J\n\x7f,2\n3,4\n",
		"a|b\n2@2 b! holds a control character\n3@3 a! holds a control character\n4: 3|4\n");
	/* a tab is a blank, and so is a line end */
	csv("a,b\nx\ty,\"1\n2\"\n", "a|b\n2: x\ty|1\n2\n");
	/* the mark says UTF-8, so what is not is damage */
	csv("\xef\xbb\xbf"
	    "a,b\n1,\xff\n2,\xc3\xa9\n3,\xed\xa0\x80\n",
		"a|b\n2@2 b! holds bytes that are not text in the encoding of the file\n"
		"3: 2|\xc3\xa9\n"
		"4@4 b! holds bytes that are not text in the encoding of the file\n");
}

static void test_encodings(void **state)
{
	(void)state;
	reads(BYTES("\xef\xbb\xbfname,rank\nRen\xc3\xa9,PC\n"), "CSV", "UTF-8",
		"name|rank\n2: Ren\xc3\xa9|PC\n");
	reads(BYTES("name\nO\x92Neill\n\xd3 N\xe9ill\n\x80\n\x81\n"), "CSV",
		"Windows-1252",
		"name\n2: O\xe2\x80\x99Neill\n3: \xc3\x93 N\xc3\xa9ill\n4: \xe2\x82\xac\n"
		"5@5 name! holds bytes that are not text in the encoding of the file\n");
	reads(BYTES("\xff\xfen\0,\0r\0\n\0\xe9\0,\0P\0\n\0\x00\xd8,\0P\0\n\0\x3d\xd8\x00\xde,\0x\0"),
		"CSV", "UTF-16LE",
		"n|r\n2: \xc3\xa9|P\n"
		"3@3 n! holds bytes that are not text in the encoding of the file\n"
		"4: \xf0\x9f\x98\x80|x\n");
	reads(BYTES("\xfe\xff\0n\0,\0r\0\n\0\xe9\0,\0P\0"), "CSV", "UTF-16BE",
		"n|r\n2@2 r! holds bytes that are not text in the encoding of the file\n");
	/* damage to one name does not garble the others */
	csv("name\nRen\xc3\xa9\nZo\xc3\xab\nA\xff\n",
		"name\n2: Ren\xc3\xa9\n3: Zo\xc3\xab\n"
		"4@4 name! holds bytes that are not text in the encoding of the file\n");
	reads(BYTES("\xff\xfe[\0{\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}\0]\0"), "JSON",
		"UTF-16LE", "a\n1: \xc3\xa9\n");
}

static void test_json(void **state)
{
	(void)state;
	json("[{\"name\": \"Ann\", \"rank\": \"PC\"},\n {\"rank\": \"PS\", \"unit\": \"X\"}]\n",
		"name|rank|unit\n1: Ann|PC|\n2: |PS|X\n");
	json(" [ ] ", "\n");
	json("[]", "\n");
	json("[{\"a\": 1, \"b\": -2.50, \"c\": true, \"d\": false, \"e\": null, \"f\": 32848.1}]",
		"a|b|c|d|e|f\n1: 1|-2.5|true|false||32848.1\n");
	json("[{\"a\": 9223372036854775807}, {\"a\": 9223372036854775808}, {\"a\": 1e300}]",
		"a\n1: 9223372036854775807\n"
		"2@1 ! has a number that is too large to keep exactly; put it in quotes (line 1)\n"
		"3@1 a! is a number that is too large to keep exactly; put it in quotes\n");
	json("[{\"a\": \"]},{\\\"\\\\\"}, {\"a\": \"\\u00e9 \\ud83d\\ude00\"}]",
		"a\n1: ]},{\"\\\n2: \xc3\xa9 \xf0\x9f\x98\x80\n");
	/* whatever stands between two commas is a row */
	json("[{\"a\": 1}, 5, \"x\", null, [{}], {\"a\": 2},\n]",
		"a\n1: 1\n2@1 ! is not an object\n3@1 ! is not an object\n4@1 ! is not an object\n"
		"5@1 ! is not an object\n6: 2\n7@2 ! is empty: there is a comma too many\n");
	json("[{\"a\": 1}, {\"a\": {\"b\": 1}, \"c\": 2}, {\"a\": [1]}]",
		"a|c\n1: 1|\n2@1 a! is a list or an object, not a value\n"
		"3@1 a! is a list or an object, not a value\n");
	json("[{\"a\": 1, \"a\": 2}, {\"a\": 1, \" a\": 2}, {\"\": 1}, {\"a\": 3}]",
		"a\n1@1 ! has a key twice (line 1)\n2@1 a! is there twice\n"
		"3@1 ! has a key that is no name\n4: 3\n");
	json("[{\"a\": \"x\\u0000y\"}, {\"a\": \"\\ud800\"}, {\"a\": \"\\u001b\"}, {\"a\": \" b \"}]",
		"a\n1@1 ! holds a NUL (line 1)\n2@1 ! is not valid JSON (line 1)\n"
		"3@1 a! holds a control character\n4: b\n");
	/* a missing quote costs its line, a missing comma its two items */
	json("[\n{\"a\": \"x},\n{\"a\": 2},\n{\"a\": 3}\n{\"a\": 4},\n{\"a\": 5}]",
		"a\n1@2 ! lacks a closing quote or bracket (line 2)\n2: 2\n"
		"3@4 ! is not valid JSON (line 5)\n4: 5\n");
	/* an object without values is an empty row */
	json("[{\"a\": \"\"}, {}, {\"a\": 1}]", "a\n3: 1\n");
}

static void test_json_lines(void **state)
{
	(void)state;
	lines("{\"name\": \"Ann\"}\n\n{\"rank\": \"PS\", \"name\": \"Bo\"}",
		"name|rank\n1: Ann|\n2: Bo|PS\n");
	lines("{\"a\": 1}\r\n{\"a\": 2\r\n{\"a\": 3},\r\nx\n{\"a\": 4} {\"a\": 5}\n{\"a\": 6}\n",
		"a\n1: 1\n2@2 ! lacks a closing quote or bracket (line 2)\n"
		"3@3 ! is not valid JSON (line 3)\n"
		"4@4 ! is not valid JSON (line 4)\n5@5 ! is not valid JSON (line 5)\n6: 6\n");
	lines("{}\n", "\n");
}

/* Brackets open names of columns too. */
static void test_format_told(void **state)
{
	(void)state;
	csv("[name],[rank]\nAnn,PC\n", "[name]|[rank]\n2: Ann|PC\n");
	csv("{name},rank\nAnn,PC\n", "{name}|rank\n2: Ann|PC\n");
}

struct broken {
	const char *name; /* never tells what a file is */
	const char *bytes;
	size_t length;
	const char *told; /* in the fault, or in the reason of a row */
	size_t line;      /* of the bad row; 0: the whole file is refused */
};

static const struct broken broken[] = {
	/* not a table */
	{"a1", BYTES(""), "the file is empty", 0},
	{"a2", BYTES("\n\n  \n"), "nothing in the file but blanks", 0},
	{"a3", BYTES(",,,\n,,,\n"), "all rows are empty", 0},
	{"a4", BYTES("\xef\xbb\xbf"), "nothing in the file but blanks", 0},
	{"a5.csv", BYTES("PK\3\4\x14\0\6\0"), "broken zip file", 0},
	{"a6.csv", BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), "old Excel workbook",
		0},
	{"a7.csv", BYTES("%PDF-1.7\n"), "is a PDF", 0},
	{"a8.csv", BYTES("\x1f\x8b\x08\0"), "packed (gzip)", 0},
	{"a9.csv", BYTES("<html><table><tr><td>name</td></tr></table>"),
		"is a web page or XML", 0},
	{"a10.csv", BYTES("  <?xml version=\"1.0\"?><a/>"), "is a web page or XML", 0},
	{"a11", BYTES("{\\rtf1\\ansi name,rank}"), "RTF", 0},
	{"a12", BYTES("SQLite format 3\0abc"), "is a database", 0},
	{"a13", BYTES("\xff\xfe\0\0n\0\0\0"), "UTF-32", 0},
	{"a14", BYTES("n\0a\0m\0e\0,\0r\0a\0n\0k\0\n\0A\0n\0n\0,\0P\0C\0\n\0"),
		"UTF-16 without its mark", 0},
	{"a15",
		BYTES("\x7f"
		      "ELF\2\1\1\2\2\2\2\2\2\2\2\2\2\2\3\4\5\6\7\1\2\3\4"),
		"is no text", 0},
	/* no header */
	{"b1", BYTES("Ann,ann@force.example,PC\nBo,bo@force.example,PS\n"),
		"looks like data", 0},
	{"b2", BYTES("1,2,Ann\n3,4,Bo\n"), "looks like data", 0},
	{"b3", BYTES("10056729,Ann Orr,PC,MV\n10056730,Bo,PS,CTC\n"), "looks like data",
		0},
	{"b4", BYTES("name,rank,name\nAnn,PC,x\n"), "columns 1 and 3 have the same name",
		0},
	{"b5", BYTES("name,rank, name\xc2\xa0\nAnn,PC,x\n"),
		"columns 1 and 3 have the same name", 0},
	{"b6", BYTES("name,\"rank\nAnn,PC\n"),
		"a quote is opened on line 1 and not closed", 0},
	{"b7", BYTES("name,ra\0nk\nAnn,PC\n"), "column 2: holds a NUL byte", 0},
	{"b8", BYTES("name,\"rank\"x\nAnn,PC\n"), "behind the end of a quote", 0},
	{"b9", BYTES("name,\x81\nAnn,PC\n"), "column 2: holds bytes that are not text",
		0},
	{"b10", BYTES("name,column 3,\xc2\xa0,x\n1,2,3,4\n"),
		"columns 2 and 3 have the same name", 0},
	/* JSON that cannot be taken apart */
	{"c1", BYTES("[{\"a\": 1}, {\"a\": 2}"), "item 2 begins on line 1 and has no end",
		0},
	{"c2", BYTES("[{\"a\": 1},\n{\"a\": 2\n"),
		"item 2 begins on line 2 and has no end", 0},
	{"c3", BYTES("["), "no closing bracket", 0},
	{"c4", BYTES("[{\"a\": 1}] [{\"a\": 2}]"),
		"follows the end of the array, on line 1", 0},
	{"c5", BYTES("[{\"a\": 1},"), "no closing bracket", 0},
	{"c6", BYTES("{\"people\": [\n{\"name\": 1,\n\"b\": 2}\n]\n}"),
		"no line of it is a JSON object", 0},
	{"c7", BYTES("{\"a\": 1"), "no line of it is a JSON object", 0},
	{"c8", BYTES("[{\"a\": 1, {\"a\": 2}, {\"a\": 3}]"), "item 1 begins on line 1",
		0},
	/* bad rows */
	{"d1", BYTES("name,rank\nAnn\n"), "has 1 cell, the header has 2", 2},
	{"d2", BYTES("name,rank\nAnn,PC,x\n"), "has 3 cells, the header has 2", 2},
	{"d3", BYTES("name,rank\n\n\"Ann\n\",\"PC\n"), "opened on line 4", 3},
	{"d4", BYTES("name,rank\n\"Ann\" Orr,PC\n"), "behind the end of a quote", 2},
	{"d5", BYTES("name,rank\nAnn,P\0C\n"), "holds a NUL byte", 2},
	{"d6", BYTES("name,rank\nAnn,P\007C\n"), "holds a control character", 2},
	{"d7", BYTES("\xef\xbb\xbfname,rank\n\xc3,PC\n"), "not text in the encoding", 2},
	{"d8", BYTES("name,rank\nA\x8dn,PC\n"), "not text in the encoding", 2},
	{"d9", BYTES("name,rank\r\n\r\nAnn,PC,,x\r\n"), "has 4 cells", 3},
	{"d10", BYTES("name;rank\nAnn;PC;x\n"), "has 3 cells", 2},
	{"d11", BYTES("name\trank\nAnn\n"), "has 1 cell", 2},
	{"d12", BYTES("name,rank\n\xc2\x85,PC\n"), "holds a control character", 2},
	{"e1", BYTES("[{\"a\": 1},\n{\"a\": }]"), "is not valid JSON (line 2)", 2},
	{"e2", BYTES("[{\"a\": 1},\n{\"a\": 1, \"a\": 1}]"), "has a key twice", 2},
	{"e3", BYTES("[{\"a\": 1},\n\n{\"a\":\n[}]"),
		"item 2 begins on line 3 and has no end", 0},
	{"e4", BYTES("[{\"a\": 1},\n{\"a\": {\"name\": \"Ann\"}}]"),
		"is a list or an object", 2},
	{"e5", BYTES("[{\"a\": 1},\n\"Ann\"]"), "is not an object", 2},
	{"e6", BYTES("[{\"a\": 1},\n,{\"a\": 2}]"), "a comma too many", 2},
	{"e7", BYTES("{\"a\": 1}\n{\"a\": 99999999999999999999}\n"),
		"too large to keep exactly", 2},
	{"e8", BYTES("{\"a\": 1}\n{\"a\": \"\xff\"}\n{\"a\": \"\xc3\xa9\xc3\xa9\"}\n"),
		"not text", 2},
	{"e9", BYTES("{\"a\": 1}\n{\"a\": \"\\u0000\"}\n"), "holds a NUL", 2},
	{"e10", BYTES("{\"a\": 1}\n\n{\"a\"\n"), "lacks a closing quote or bracket", 3},
	{"e11", BYTES("{\"a\": 1}\n[{\"a\": 1}]\n"), "is not an object", 2},
	{"e12", BYTES("{\"a\": 1}\n{'a': 1}\n"), "is not valid JSON", 2},
};

static void put(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void check_fault(const struct fault *f, const char *path, const char *told)
{
	assert_int_equal(f->kind, FAULT_INPUT);
	if (strncmp(f->text, path, strlen(path)) || !strstr(f->text, told))
		fail_msg("%s: \"%s\" is not in \"%s\"", path, told, f->text);
	/* the values of these files are the names of two people */
	assert_null(strstr(f->text + strlen(path), "Ann"));
	assert_null(strstr(f->text + strlen(path), "bo@"));
}

/* The first bad row is the one looked for. */
static void check_row(struct table *t, const struct broken *b)
{
	const struct table_row *row;
	struct fault f = {0};
	int got;

	while ((got = table_next(t, &row, &f)) > 0 && !row->reason)
		;
	if (got <= 0)
		fail_msg("%s: no bad row: %s", b->name, f.text);
	if (row->line != b->line || !strstr(row->reason, b->told))
		fail_msg("%s: line %zu: %s", b->name, row->line, row->reason);
	assert_null(strstr(row->reason, "Ann"));
	while ((got = table_next(t, &row, &f)) > 0)
		;
	assert_int_equal(got, 0);
}

static void test_broken(void **state)
{
	const char *folder = *state;

	for (size_t i = 0; i < LENGTH(broken); i++) {
		const struct broken *b = &broken[i];
		auto_text path = text_format("%s/%s", folder, b->name);
		auto_table *t = NULL;
		struct fault f = {0};
		int got;

		put(path, b->bytes, b->length);
		got = table_open(path, NULL, &t, &f);
		assert_int_equal(unlink(path), 0);
		if (got) {
			check_fault(&f, path, b->told);
			if (b->line)
				fail_msg("%s: the file was refused: %s", b->name, f.text);
		} else if (!b->line) {
			fail_msg("%s: the file was taken", b->name);
		} else {
			check_row(t, b);
		}
	}
}

static void refused(const char *path, const struct table_options *o, const char *told)
{
	auto_table *t = NULL;
	struct fault f = {0};

	assert_int_equal(table_open(path, o, &t, &f), -1);
	assert_null(t);
	check_fault(&f, path, told);
}

static void test_paths(void **state)
{
	const char *folder = *state;
	auto_text path = text_format("%s/pipe", folder);
	const struct table_options sheet = {.sheet = "Staff"},
				   small = {.limits = {.file = 8}};
	auto_text_buffer wide = {0};

	refused(folder, NULL, "is a folder");
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, NULL, "is a pipe");
	assert_int_equal(unlink(path), 0);
	refused(path, NULL, "there is no such file");
	put(path, "name,rank\n", 10);
	refused(path, &sheet, "has no sheets");
	refused(path, &small, "is larger than 8 bytes");
	for (int i = 0; i < 1001; i++)
		text_printf(&wide, "%sc%d", i ? "," : "", i);
	put(path, wide.bytes, wide.length);
	refused(path, NULL, "more than 1000 columns");
	text_clear(&wide);
	text_add_char(&wide, '[');
	for (int i = 0; i < 1001; i++)
		text_printf(&wide, "%s{\"c%d\": 1}", i ? "," : "", i);
	text_add_char(&wide, ']');
	put(path, wide.bytes, wide.length);
	refused(path, NULL, "more than 1000 columns");
	assert_int_equal(unlink(path), 0);
}

/* Rows that lie across the blocks in which files are read, in all encodings, come out
 * whole. */
static void test_long(void **state)
{
	const size_t rows = 20000;
	auto_text_buffer narrow = {0}, wide = {0};

	(void)state;
	text_add(&wide, "\xff\xfe", 2);
	text_add_string(&narrow, "number,text,end\r\n");
	for (size_t i = 0; i < rows; i++) {
		text_printf(&narrow, "%zu,\"", i);
		for (size_t k = 0; k < i % 97; k++)
			text_add_char(&narrow, 'x');
		text_printf(&narrow, "\r\n\"\"%zu\"\"\",.\r\n", i);
	}
	for (size_t i = 0; i < narrow.length; i++) {
		text_add_char(&wide, narrow.bytes[i]);
		text_add_char(&wide, '\0');
	}
	for (int k = 0; k < 2; k++) {
		const struct text *file = k ? &wide : &narrow;
		const struct table_row *row;
		auto_table *t = NULL;
		struct fault f = {0};
		size_t n = 0;

		assert_int_equal(table_open_memory(
					 "file", file->bytes, file->length, NULL, &t, &f),
			0);
		for (; table_next(t, &row, &f) > 0; n++) {
			auto_text number = text_format("%zu", n);
			auto_text quoted = text_format("\"%zu\"", n);

			assert_null(row->reason);
			assert_int_equal(row->number, n + 2);
			assert_int_equal(row->line, 2 * n + 2);
			assert_string_equal(row->values[0], number);
			assert_int_equal(strlen(row->values[1]),
				strlen(quoted) + (n % 97 ? n % 97 + 1 : 0));
			assert_string_equal(strchr(row->values[1], '"'), quoted);
			assert_string_equal(row->values[2], ".");
		}
		assert_int_equal(n, rows);
	}
}

/* A quote that nobody closes is looked for no further than a row may be long. */
static void test_open_quote_far(void **state)
{
	auto_text_buffer file = {0};
	const struct table_row *row;
	auto_table *t = NULL;
	struct fault f = {0};
	size_t good = 0, bad = 0;

	(void)state;
	text_add_string(&file, "name,rank\n\"Ann,PC\n");
	for (int i = 0; i < 100000; i++)
		text_add_string(&file, "Bo Orr of nowhere in particular,PS\n");
	text_add_string(&file, "Cy,\"PC\nDi,PC\n");
	assert_int_equal(
		table_open_memory("file", file.bytes, file.length, NULL, &t, &f), 0);
	while (table_next(t, &row, &f) > 0) {
		if (!row->reason)
			good++;
		else
			assert_int_equal(row->line, bad++ ? 100003 : 2);
	}
	assert_int_equal(good, 100001);
	assert_int_equal(bad, 2);
}

/* Same rows, ten times as many: no more memory. */
static void test_memory(void **state)
{
	const char *folder = *state;
	auto_text path = text_format("%s/many", folder);
	struct rusage before, after;
	FILE *file = fopen(path, "wb");
	const struct table_row *row;
	auto_table *t = NULL;
	struct fault f = {0};
	size_t n = 0;

	assert_non_null(file);
	(void)fputs("pay number,name,rank\n", file);
	for (int i = 0; i < 400000; i++)
		(void)fprintf(file, "%d,Ann Orr of nowhere in particular,PC\n", i);
	(void)fclose(file);
	assert_int_equal(table_open(path, NULL, &t, &f), 0);
	(void)getrusage(RUSAGE_SELF, &before);
	while (table_next(t, &row, &f) > 0)
		n++;
	(void)getrusage(RUSAGE_SELF, &after);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(n, 400000);
	assert_true(after.ru_maxrss - before.ru_maxrss < 4096);
}

static int make_folder(void **state)
{
	const char *where = getenv("TMPDIR");
	char *folder = text_format("%s/test_table.XXXXXX", where ? where : "/tmp");

	if (!mkdtemp(folder))
		return -1;
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	int got = rmdir(*state);

	free(*state);
	return got;
}

/* Where the header is found, and where it is said to be */
static const struct {
	const char *bytes;
	size_t asked, row, above, columns;
} headers[] = {
	{"Surname,Rank\nAnn,PC\n", 0, 1, 0, 2},
	{"\n\nSurname,Rank\nAnn,PC\n", 0, 3, 0, 2},
	{"Extract,,\n\nPay No,Surname,Rank\n7,Ann,PC\n", 0, 3, 1, 3},
	{"Extract;;\nMade, or so;2023;\nPay No;Surname;Rank\n7;Ann;PC\n", 0, 3, 2, 3},
	{"sep=;\nExtract\nSurname;Rank\nAnn;PC\n", 0, 2, 1, 2},
	{"Who,What,Why\nUnit,Rank,x\n", 0, 1, 0, 3}, /* as wide: data */
	{"Surname,What\nUnit,Rank,Role\n", 0, 2, 1, 3},
	{"Surname,Rank\nUnit,Rank,Role\n", 0, 1, 0, 2}, /* two names are enough */
	{"a,b,c,d\nWho,What\nAnn,PC\n", 2, 2, 1, 2},
	{"a\n\n\nWho;What\nAnn;PC\n", 2, 4, 1, 2},
};

static void where_the_header_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const struct table_options o = {.header = headers[i].asked};
		struct fault f = {0};
		auto_table *t = NULL;
		size_t above, columns, row;

		if (table_open_memory(
			    "f", headers[i].bytes, strlen(headers[i].bytes), &o, &t, &f))
			fail_msg("case %zu: %s", i, f.text);
		row = table_header_row(t, &above);
		(void)table_header(t, &columns);
		if (row != headers[i].row || above != headers[i].above ||
			columns != headers[i].columns)
			fail_msg("case %zu: row %zu, %zu above, %zu columns", i, row,
				above, columns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_the_header_is),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_separators),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_wrong_quotes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bad_cells),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_lines),
		cmocka_unit_test(test_format_told),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_open_quote_far),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
