/* SPDX-License-Identifier: MIT */
/*
 * blocking: whoever agrees in all fields but one, or but two, comes up; few others do.
 */
#include "tests/recipients/rows.h"

#include "recipients/blocking.h"

#define PEOPLE 1500
#define FIELDS_MOST 8

/* Fields that a list has, each with what is certainly wrong in it. */
struct shape {
	const char *names[FIELDS_MOST], *wrong[FIELDS_MOST];
	bool second; /* two wrong fields still find the person */
};

static const struct shape shapes[] = {
	{{"surname", "forenames", "rank", "unit", "location", "date_of_birth", "postcode",
		 "pay_number"},
		{"Zqx", "Ygorvald", "Commander", "Quux", "Qeqertaq", "1901-02-03",
			"QQ77 7QQ", "9"},
		true},
	{{"surname", "forenames", "unit", "location", "role", "date_of_birth"},
		{"Zqx", "Ygorvald", "Quux", "Qeqertaq", "Fnord", "1901-02-03"}, true},
	{{"surname", "forenames", "rank", "unit", "location"},
		{"Zqx", "Ygorvald", "Commander", "Quux", "Qeqertaq"}, false},
	{{"surname", "forenames", "date_of_birth"}, {"Zqx", "Ygorvald", "1901-02-03"},
		false},
};

static const char *value_of(uint32_t person, const char *name, char out[64])
{
	static const char *const ranks[] = {
		"PC", "PC", "PC", "DC", "Sergeant", "Inspector", "PCSO", "Band C"};
	static const char *const units[] = {"Response", "Custody", "Kennels", "Ports",
		"Roads", "Finance", "Marine", "Airport", "Mounted"};
	static const char *const places[] = {"Bow", "Acton", "Ealing", "Brixton", "Larne",
		"Lewes", "Lurgan", "Newry", "Oban", "Truro", "Wick"};
	static const char *const roles[] = {
		"Warden", "Driver", "Handler", "Gaoler", "Clerk", "Tutor", "Analyst"};
	char surname[32];

	if (!strcmp(name, "surname"))
		(void)snprintf(out, 64, "%s", row_surname(person * 5, surname));
	else if (!strcmp(name, "forenames"))
		(void)snprintf(out, 64, "%s", row_forename(person * 3 + person / 168));
	else if (!strcmp(name, "rank"))
		(void)snprintf(out, 64, "%s", ranks[person * 7 % LENGTH(ranks)]);
	else if (!strcmp(name, "unit"))
		(void)snprintf(out, 64, "%s", units[person * 13 / 3 % LENGTH(units)]);
	else if (!strcmp(name, "location"))
		(void)snprintf(out, 64, "%s", places[person * 17 / 5 % LENGTH(places)]);
	else if (!strcmp(name, "role"))
		(void)snprintf(out, 64, "%s", roles[person * 19 / 7 % LENGTH(roles)]);
	else if (!strcmp(name, "date_of_birth"))
		(void)snprintf(out, 64, "%u-%02u-%02u", 1955 + person * 7 % 45,
			1 + person * 5 % 12, 1 + person * 11 % 28);
	else if (!strcmp(name, "postcode"))
		(void)snprintf(
			out, 64, "AB%u %uXY", person * 3 % 40 + 10, person / 40 % 10);
	else
		(void)snprintf(out, 64, "%u", 200000 + person * 37);
	return out;
}

/* Fields `a` and `b` are wrong; the number of a shape's fields: none is. */
static void row_write(
	const struct shape *s, uint32_t person, size_t a, size_t b, struct text *out)
{
	char value[64];

	text_clear(out);
	for (size_t i = 0; i < FIELDS_MOST && s->names[i]; i++)
		text_printf(out, "%s%s=%s", i ? "|" : "", s->names[i],
			i == a || i == b ? s->wrong[i]
					 : value_of(person, s->names[i], value));
}

static size_t fields_of(const struct shape *s)
{
	size_t count = 0;

	while (count < FIELDS_MOST && s->names[count])
		count++;
	return count;
}

struct search {
	struct evidence e;
	struct comparisons c;
	struct naming n;
	struct blocking b;
};

static void search_open(struct search *s)
{
	comparisons_init(&s->c, &s->e);
	comparisons_alike(&s->c);
	naming_init(&s->n, &s->e);
	naming_alike_surnames(&s->n);
	naming_alike_forenames(&s->n);
	blocking_init(&s->b, &s->c, &s->n);
}

static void search_close(struct search *s)
{
	blocking_done(&s->b);
	naming_done(&s->n);
	comparisons_done(&s->c);
	evidence_done(&s->e);
}

static bool came_up(const struct search *s, uint32_t entry)
{
	bool found = false;

	for (size_t i = 0; i < s->b.entries_count; i++)
		found = found || s->b.entries[i] == entry;
	return found;
}

/* By any reading of the name, or any other key. */
static bool is_found(struct search *s, size_t record, uint32_t entry, size_t *count)
{
	const struct evidence_row *row = evidence_record(&s->e, record);
	bool found = false;

	comparisons_lay(&s->c, row);
	for (uint32_t i = 0; i < row->names_count; i++) {
		blocking_find_named(&s->b, &s->e.names[row->names + i], i > 0);
		found = came_up(s, entry) || found;
		*count += s->b.entries_count;
	}
	blocking_find(&s->b, row);
	*count += s->b.entries_count;
	return came_up(s, entry) || found;
}

static void wrong_fields(const struct shape *shape, bool second)
{
	struct search s = {0};
	auto_text_buffer row = {0};
	size_t fields = fields_of(shape), record = 0, count = 0, records;

	for (uint32_t i = 0; i < PEOPLE; i++) {
		row_write(shape, i, fields, fields, &row);
		evidence_row_add(&s.e, EVIDENCE_PEOPLE, row.bytes);
	}
	for (uint32_t i = 0; i < PEOPLE; i += 61)
		for (size_t a = 0; a < fields; a++)
			for (size_t b = a; b < (second ? fields : a + 1); b++) {
				row_write(shape, i, a, b, &row);
				evidence_row_add(&s.e, EVIDENCE_RECORDS, row.bytes);
			}
	search_open(&s);
	for (uint32_t i = 0; i < PEOPLE; i += 61)
		for (size_t a = 0; a < fields; a++)
			for (size_t b = a; b < (second ? fields : a + 1); b++)
				if (!is_found(&s, record++, i, &count))
					fail_msg("person %u, %s and %s wrong", i,
						shape->names[a], shape->names[b]);
	records = s.e.lists[EVIDENCE_RECORDS].count;
	assert_int_equal(record, records);
	assert_true(count / records < PEOPLE / 4); /* not by looking at everybody */
	search_close(&s);
}

static void one_wrong_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(shapes); i++)
		wrong_fields(&shapes[i], false);
}

static void two_wrong_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(shapes); i++)
		if (shapes[i].second)
			wrong_fields(&shapes[i], true);
}

/* Names that are alike find each other; an unlikely reading must have its surname as it
 * is. */
static void alike_names(void **state)
{
	static const struct {
		const char *record;
		bool found, found_equal;
	} cases[] = {
		{"surname=O'Sullivan|forenames=Gareth", true, true},
		{"surname=Sullivan|forenames=Gaz", true, false},
		{"surname=OSULIVAN|initials=G", true, false},
		{"surname=O'Sullivan", true, true},
		{"surname=O'Sullivan|forenames=Garteh", true, true},
		{"surname=Zqx|forenames=Gareth", false, false},
	};
	struct search s = {0};
	char row[64], surname[32];

	(void)state;
	evidence_row_add(&s.e, EVIDENCE_PEOPLE, "surname=O'Sullivan|forenames=Gareth");
	for (uint32_t i = 0; i < 300; i++) {
		(void)snprintf(row, sizeof(row), "surname=%s|forenames=%s",
			row_surname(i, surname), row_forename(i));
		evidence_row_add(&s.e, EVIDENCE_PEOPLE, row);
	}
	for (size_t i = 0; i < LENGTH(cases); i++)
		evidence_row_add(&s.e, EVIDENCE_RECORDS, cases[i].record);
	search_open(&s);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct evidence_name *name =
			&s.e.names[evidence_record(&s.e, i)->names];

		blocking_find_named(&s.b, name, false);
		if (came_up(&s, 0) != cases[i].found)
			fail_msg("%s", cases[i].record);
		blocking_find_named(&s.b, name, true);
		if (came_up(&s, 0) != cases[i].found_equal)
			fail_msg("%s, its surname as it is", cases[i].record);
	}
	search_close(&s);
}

/* Of very many of one name those come up whom another field singles out. */
static void large_groups(void **state)
{
	struct search s = {0};
	char row[128];
	size_t count = 0;

	(void)state;
	for (uint32_t i = 0; i < 6000; i++) {
		(void)snprintf(row, sizeof(row),
			"surname=Smith|forenames=John|unit=%c%c%c ward", 'a' + i % 20,
			'a' + i / 20 % 20, 'a' + i / 400);
		evidence_row_add(&s.e, EVIDENCE_PEOPLE, row);
	}
	evidence_row_add(
		&s.e, EVIDENCE_RECORDS, "surname=Smith|initials=J|unit=bca ward");
	evidence_row_add(&s.e, EVIDENCE_RECORDS, "surname=Smith|initials=J");
	search_open(&s);
	assert_true(is_found(&s, 0, 41, &count));
	assert_true(count < 6000);
	assert_true(
		is_found(&s, 1, 5999, &count)); /* nothing to refine by: nobody is lost */
	search_close(&s);
}

static void reported(void **state)
{
	struct search s = {0};
	auto_text_buffer out = {0}, row = {0};
	size_t count = 0;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		row_write(&shapes[0], i, FIELDS_MOST, FIELDS_MOST, &row);
		evidence_row_add(&s.e, EVIDENCE_PEOPLE, row.bytes);
	}
	evidence_row_add(&s.e, EVIDENCE_RECORDS, row.bytes);
	search_open(&s);
	assert_true(is_found(&s, 0, 199, &count));
	blocking_report(&s.b, 1, &out);
	assert_non_null(strstr(text_string(&out), "surname"));
	assert_non_null(strstr(text_string(&out), "pay_number: 1.0"));
	search_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_wrong_field),
		cmocka_unit_test(two_wrong_fields),
		cmocka_unit_test(alike_names),
		cmocka_unit_test(large_groups),
		cmocka_unit_test(reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
