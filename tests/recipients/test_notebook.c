/* SPDX-License-Identifier: MIT */
/*
 * notebook: which facts are read out of a line, whom they find, and what a hostile line
 * does.
 */
#include "recipients/notebook.h"

#include <stdlib.h>

#include "recipients/linkage.h"
#include "tests/recipients/notes.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --- what is read --- */

static bool has_reading(
	const struct evidence *e, const struct evidence_row *row, const char *wanted)
{
	for (uint32_t i = 0; i < row->names_count; i++) {
		const struct evidence_name *n = &e->names[row->names + i];
		auto_text got = text_format("%s/%s", evidence_word(e, n->surname),
			evidence_word(e, n->forenames[0]));

		if (!strcmp(got, wanted))
			return true;
	}
	return false;
}

/* The columns of the row's cells, with a space between, and its rank as one. */
static void columns_write(
	const struct evidence *e, const struct evidence_row *row, struct text *out)
{
	bool rank = false;

	text_clear(out);
	for (uint32_t i = 0; i < e->columns_count; i++)
		if (evidence_find(e, row, i))
			text_printf(
				out, "%s%s", out->length ? " " : "", e->columns[i].name);
	for (uint32_t i = 0; i < row->names_count; i++)
		rank = rank || e->names[row->names + i].rank;
	if (rank)
		text_printf(out, "%s%s", out->length ? " " : "", "+rank");
}

static const struct line {
	const char *text, *columns, *reading, *other;
} read[] = {
	{"Dawn (Edmonton)", "location", "/dawn", "dawn/"},
	{"PC Barry - South Area BCU", "unit +rank", "barry/", "/barry"},
	{"Duffy 3007919", "number in the text", "duffy/", "/duffy"},
	{"Duffy 435429", "number in the text", "duffy/", NULL}, /* nobody's */
	{"ibrahim.singh", "", "singh/ibrahim", NULL},
	{"ibrahim.singh@elsewhere.example", "", "singh/ibrahim", NULL},
	{"someone7@force.example", "email", NULL, NULL},
	{"Someone: <SOMEONE7@force.example>", "email", "someone/", NULL},
	{"Saahid, R. Heathrow", "location", "saahid/r", NULL},
	{"O'Neill, Dawn, Edmonton", "location", "oneill/dawn", NULL},
	{"DC J St Louis", "+rank", "stlouis/j", NULL},
	{"Ian Higgins Stoke Newington", "location", "higgins/ian", NULL},
	{"Ian Higgins Stoke Nwington", "location", "higgins/ian", NULL},
	{"Grace Banda, Finacne", "unit", "banda/grace", NULL},
	{"Higgins - Specialist Crime", "unit", "higgins/", NULL},
	{"Ian Higgins, Response Officer, Bow", "location role", "higgins/ian", NULL},
	{"Bow: Ian Higgins", "location", "higgins/ian", NULL},
	{"LC Ian Higgins", "", "higgins/ian", "higgins/l"},
	{"Insp CC Higgins", "+rank", "higgins/c", NULL},
	{"Higgins, PC, Finance", "unit rank", "higgins/", NULL},
	{"Higgins 1103CW", "", "higgins/", NULL}, /* nobody's collar number */
	{"Higgins 103CW", "collar_number", "higgins/", NULL},
	{"Higgins CR9 9HB", "postcode", "higgins/", NULL},
	{"Higgins CR9 1AA", "postcode", "higgins/", NULL},
	{"Higgins 12/03/1962", "date_of_birth", "higgins/", NULL},
	{"Higgins 13/04/2024", "", "higgins/", NULL}, /* the day of the note */
	{"Higgins dob 13/04/1924", "date_of_birth", "higgins/", NULL},
	{"Higgins MV", "vetting", "higgins/", NULL},
	{"MV Higgins", "", "higgins/m", NULL},
	/* a place that is a surname: in brackets it is none, alone it is nothing else */
	{"Maeve (Kingston)", "location", "/maeve", NULL},
	{"Maeve Kingston", "location", "kingston/maeve", "/maeve"},
	{"PC Kingston", "+rank", "kingston/", NULL},
	{"Finance", "unit", NULL, NULL},
	{"Band E - Finance", "unit rank", NULL, NULL},
	{"Flyn?", "", "flyn?/", NULL},
	{"?", "", NULL, NULL},
	{"14:30, room 12", "", "room/", NULL},
};

static void facts(void **state)
{
	struct evidence e = {0};
	struct fault f = {0};
	auto_text_buffer columns = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(read); i++)
		force_note(&e, read[i].text);
	force_people(&e);
	assert_int_equal(notebook_read(&e, NULL, &f), 0);
	for (size_t i = 0; i < LENGTH(read); i++) {
		const struct evidence_row *row = &e.lists[EVIDENCE_RECORDS].rows[i];

		columns_write(&e, row, &columns);
		if (strcmp(text_string(&columns), read[i].columns) != 0)
			fail_msg("%s: %s", read[i].text, text_string(&columns));
		if (!read[i].reading && row->names_count)
			fail_msg("%s: has a name", read[i].text);
		if (read[i].reading && !has_reading(&e, row, read[i].reading))
			fail_msg("%s: lacks %s", read[i].text, read[i].reading);
		if (read[i].other && !has_reading(&e, row, read[i].other))
			fail_msg("%s: lacks %s", read[i].text, read[i].other);
	}
	evidence_done(&e);
}

/* A record that has a name of its own is not read; other fields stay beside the text. */
static void beside_fields(void **state)
{
	static const char *const named[][2] = {
		{"name", "Ian Higgins"}, {"text", "saw Dawn O'Neill at Bow"}};
	static const char *const located[][2] = {
		{"location", "Putney"}, {"text", "PC Higgins"}};
	struct evidence e = {0};
	struct fault f = {0};
	const struct evidence_row *rows;
	auto_text_buffer columns = {0};

	(void)state;
	force_row(&e, EVIDENCE_RECORDS, named, 2);
	force_row(&e, EVIDENCE_RECORDS, located, 2);
	force_people(&e);
	assert_int_equal(notebook_read(&e, NULL, &f), 0);
	rows = e.lists[EVIDENCE_RECORDS].rows;
	assert_false(has_reading(&e, &rows[0], "oneill/dawn"));
	columns_write(&e, &rows[0], &columns);
	assert_string_equal(text_string(&columns), "");
	columns_write(&e, &rows[1], &columns);
	assert_string_equal(text_string(&columns), "location +rank");
	assert_true(has_reading(&e, &rows[1], "higgins/"));
	evidence_done(&e);
}

/* --- whom they find --- */

static void link_add(struct linkage *l, bool person, uint32_t number, const char *packed,
	size_t length)
{
	struct fault f = {0};

	assert_int_equal((person ? linkage_add_person : linkage_add_record)(
				 l, number, packed, length, &f),
		0);
}

static void link_note(struct linkage *l, uint32_t number, const char *text)
{
	auto_row r = {0};

	row_add(&r, "text", text);
	link_add(l, false, number, r.packed.bytes, r.packed.length);
}

static void link_person(struct linkage *l, uint32_t number, const char *surname,
	const char *forenames, const char *location)
{
	auto_row r = {0};
	auto_text pay = text_format("C%07u", 3000000 + number * 7919);

	row_add(&r, "surname", surname);
	row_add(&r, "forenames", forenames);
	row_add(&r, "location", location);
	row_add(&r, "rank", number % 2 ? "Police Constable" : "Band E");
	row_add(&r, "pay_number", pay);
	link_add(l, true, number, r.packed.bytes, r.packed.length);
}

/* 0 to 3 are Dawn, two PC Barrys, and one with a number; the others are others. */
static void link_people(struct linkage *l)
{
	static const char *const locations[] = {"Putney", "Bow", "Brixton", "Heathrow"};

	link_person(l, 0, "Holridge", "Dawn", "Edmonton");
	link_person(l, 1, "Barry", "Adam", "Bow");
	link_person(l, 3, "Barry", "Beth", "Bow");
	link_person(l, 4, "Duffy", "Callum", "Putney");
	for (uint32_t i = 5; i < FORCE_SIZE; i++) {
		static const char *const forenames[] = {
			"Esther", "Frank", "Gemma", "Harold"};
		char surname[] = "Fenaaby";

		surname[3] = (char)('a' + i % 20);
		surname[4] = (char)('a' + i / 20);
		link_person(l, i, surname, forenames[i % 4], locations[i / 4 % 4]);
	}
}

static void found(void **state)
{
	static const struct {
		const char *text;
		enum linkage_outcome outcome;
		enum linkage_reason reason;
		uint32_t person;
	} cases[] = {
		{"Dawn (Edmonton)", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, 0},
		{"Dwan (Edmonton)", LINKAGE_MATCHED, LINKAGE_MOST_FIELDS, 0},
		{"PC Barry - Bow", LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL, 1},
		{"PC Beth Barry", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, 3},
		{"Duffy 3031676", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME, 4},
		{"C3031676", LINKAGE_MATCHED, LINKAGE_NUMBER_ONLY, 4},
		{"Dawn 3031676", LINKAGE_POSSIBLE, LINKAGE_CONFLICT, UINT32_MAX},
		{"Xylo (Nowhere)", LINKAGE_UNMATCHED, LINKAGE_NOBODY, UINT32_MAX},
		{"- ? -", LINKAGE_UNMATCHED, LINKAGE_NOTHING, UINT32_MAX},
	};
	auto_linkage *l = linkage_new();
	const struct linkage_settings often = {.once = LINKAGE_OFTEN};
	struct fault f = {0};

	(void)state;
	for (uint32_t i = 0; i < LENGTH(cases); i++)
		link_note(l, i, cases[i].text);
	link_people(l);
	assert_int_equal(linkage_run(l, &often, NULL, &f), 0);
	for (uint32_t i = 0; i < LENGTH(cases); i++) {
		struct linkage_result r;

		linkage_result(l, i, &r);
		if (r.outcome != cases[i].outcome || r.reason != cases[i].reason)
			fail_msg("%s: %s, %s", cases[i].text,
				linkage_outcome_name(r.outcome),
				linkage_reason_text(r.reason));
		if (cases[i].person != UINT32_MAX)
			assert_int_equal(r.candidates[0].person, cases[i].person);
	}
}

/* --- what nobody writes --- */

/* Knuth, TAOCP 3.3.4: the same lines on every machine. */
static size_t next(uint32_t *seed, size_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

static void hostile(void **state)
{
	static const char letters[] =
		"ABC abc 019-'?,.()@&:/ PCBand E\xc3\xa9\xff\x80\x01\x1b\t";
	static const char fill[] = "a -?@'.,\x01\xff";
	auto_linkage *l = linkage_new();
	struct fault f = {0};
	size_t most = (size_t)10 << 20;
	auto_text text = text_alloc(most + 1);
	uint32_t count = 0, seed = 1;

	(void)state;
	for (int i = 0; i < 200; i++) {
		size_t length = next(&seed, 600);

		for (size_t k = 0; k < length; k++)
			text[k] = next(&seed, 3)
					  ? letters[next(&seed, sizeof(letters) - 1)]
					  : (char)(1 + next(&seed, 127));
		text[length] = '\0';
		link_note(l, count++, text);
	}
	for (size_t i = 0; i < sizeof(fill) - 1; i++) {
		memset(text, fill[i], most);
		text[most] = '\0';
		link_note(l, count++, text);
	}
	for (size_t k = 0; k < most; k++) /* words without end */
		text[k] = k % 7 ? (char)('a' + k % 26) : ' ';
	link_note(l, count++, text);
	link_people(l);
	assert_int_equal(linkage_run(l, NULL, NULL, &f), 0);
	for (uint32_t i = 0; i < count; i++) {
		struct linkage_result r;

		linkage_result(l, i, &r);
		assert_int_not_equal(r.outcome, LINKAGE_MATCHED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts),
		cmocka_unit_test(beside_fields),
		cmocka_unit_test(found),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
