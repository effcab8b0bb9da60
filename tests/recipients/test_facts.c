/* SPDX-License-Identifier: MIT */
/*
 * facts: one form for what looks alike, units under one name, rows by number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "recipients/facts.h"

static void test_fold(void **state)
{
	static const struct {
		const char *value, *folded;
	} cases[] = {
		{"", ""},
		{"  ", ""},
		{"SO15", "so15"},
		{"  So \t 15\r\n", "so 15"},
		{"SO15\xc2\xa0 Command", "so15 command"}, /* no-break space */
		{"\xe2\x80\x83SO15\xe2\x80\xa9",
			"so15"}, /* em space, paragraph separator */
		{"ZOË", "zoë"},
		{"ZOE\xcc\x88", "zoë"}, /* E and a diaeresis behind it */
		{"Zoe", "zoe"},
		{"STRASSE Straße", "strasse strasse"},
		{"Ŷ", "ŷ"},
		{"\xef\xbc\xb3\xef\xbc\xaf\xef\xbc\x91\xef\xbc\x95",
			"so15"}, /* full width */
		{"oﬃce", "office"},
		{"cov\xc2\xad"
		 "ert",
			"covert"}, /* soft hyphen */
		{"cov\xe2\x80\x8b"
		 "ert",
			"covert"}, /* zero width */
		{"\xe2\x80\x8b", ""},
		{"SO\xe2\x80\x93"
		 "15",
			"so-15"}, /* en dash */
		{"SO\xe2\x80\x91"
		 "15",
			"so-15"}, /* no-break hyphen */
		{"O\xe2\x80\x99Neill", "o'neill"},
		{"A\xff"
		 "B  C",
			"a\xff"
			"b c"}, /* no UTF-8 */
		{"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
	};
	auto_text_buffer out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text_clear(&out);
		facts_fold(cases[i].value, &out);
		assert_string_equal(out.bytes, cases[i].folded);
		assert_int_equal(out.length, strlen(cases[i].folded) + 1);
		text_clear(&out);
		facts_fold(cases[i].folded, &out);
		assert_string_equal(out.bytes, cases[i].folded);
	}
}

/* Folding what is folded changes nothing, whatever it was. */
static void test_fold_settles(void **state)
{
	static const char *const parts[] = {"A", "b", " ", "\xc2\xa0", "É", "E\xcc\x81",
		"\xe2\x80\x94", "ß", "ﬁ", "\xc2\xad", "Ω", "\t", "İ", "ǆ", "\xff", "’",
		"5", "½", "℡"};
	unsigned int seed = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		auto_text_buffer value = {0}, once = {0}, twice = {0};

		for (int i = rand_r(&seed) % 8; i >= 0; i--)
			text_add_string(
				&value, parts[(size_t)rand_r(&seed) %
						(sizeof(parts) / sizeof(*parts))]);
		facts_fold(text_string(&value), &once);
		facts_fold(once.bytes, &twice);
		assert_string_equal(once.bytes, twice.bytes);
	}
}

static int read_aliases(struct facts_book *b, const char *json, struct fault *f)
{
	auto_json *root = NULL;

	assert_int_equal(config_parse("a.json", json, strlen(json), &root, f), 0);
	return facts_book_aliases(b, config_root(root, "a.json"), f);
}

static void test_aliases(void **state)
{
	struct facts_book b = {0};
	struct fault f = {0};
	static const char json[] =
		"{\"CTC\": \"SO15\", \" Royal  Guard\": \"RaSP\", \"Tŷ\": \"House\"}";

	(void)state;
	assert_int_equal(read_aliases(&b, json, &f), 0);
	assert_string_equal(facts_unit(&b, "ctc"), "so15");
	assert_string_equal(facts_unit(&b, "royal guard"), "rasp");
	assert_string_equal(facts_unit(&b, "tŷ"), "house");
	assert_string_equal(facts_unit(&b, "ty"), "ty");
	assert_string_equal(facts_unit(&b, "so15"), "so15");
	facts_book_done(&b);
	assert_string_equal(facts_unit(&b, "ctc"), "ctc");
}

static void test_bad_aliases(void **state)
{
	static const struct {
		const char *json, *fault;
	} cases[] = {
		{"[]", "a.json: is a list, not an object"},
		{"{\"CTC\": 15}", "a.json: CTC: is a number, not text"},
		{"{\"CTC\": \" \"}", "a.json: CTC: is empty"},
		{"{\"CTC\": \"\xe2\x80\x8b\"}", "a.json: CTC: is empty"},
		{"{\"\": \"SO15\"}", "a.json: : is empty"},
		{"{\"CTC\": \"SO15\", \"ctc \": \"SO15\"}", "a.json: CTC: stands twice"},
		{"{\"A\": \"B\", \"b\": \"C\"}",
			"a.json: A: leads to a unit that is itself an alias"},
		{"{\"A\": \"a\"}", "a.json: A: leads to a unit that is itself an alias"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct facts_book b = {0};
		struct fault f = {0};

		assert_int_equal(read_aliases(&b, cases[i].json, &f), -1);
		if (strncmp(f.text, cases[i].fault, strlen(cases[i].fault)))
			fail_msg("%s: %s", cases[i].json, f.text);
		assert_int_equal(f.kind, FAULT_CONFIG);
		facts_book_done(&b);
	}
}

static void test_rows(void **state)
{
	struct facts_book b = {0};
	struct fault f = {0};
	auto_facts_row folded = {0};
	auto_row r = {0};

	(void)state;
	assert_int_equal(read_aliases(&b, "{\"CTC\": \"SO15\"}", &f), 0);
	assert_int_equal(facts_book_field(&b, FACTS_PERSON, "unit"), 0);
	assert_int_equal(facts_book_field(&b, FACTS_PERSON, "Duty Type"), 1);
	assert_int_equal(facts_book_field(&b, FACTS_PERSON, "rank"), 2);
	assert_int_equal(facts_book_field(&b, FACTS_PERSON, "unit"), 0);
	assert_int_equal(facts_book_field(&b, FACTS_RECORD, "rank"), 0);

	row_add(&r, "surname", "Example");
	row_add(&r, "Duty Type", "  NIGHTS ");
	row_add(&r, "unit", "ctc");
	row_add(&r, "unit", "second");
	row_add(&r, "rank", "\xe2\x80\x8b");
	facts_row_read(&folded, &b, FACTS_PERSON, r.packed.bytes, r.packed.length);
	assert_string_equal(folded.values[0].text, "so15");
	assert_string_equal(folded.values[0].written, "ctc");
	assert_string_equal(folded.values[1].text, "nights");
	assert_ptr_equal(folded.values[1].text, folded.values[1].written);
	assert_null(folded.values[2].text);

	row_clear(&r);
	row_add(&r, "rank", "PC");
	facts_row_read(&folded, &b, FACTS_PERSON, r.packed.bytes, r.packed.length);
	assert_null(folded.values[0].text);
	assert_null(folded.values[1].text);
	assert_string_equal(folded.values[2].text, "pc");
	facts_row_read(&folded, &b, FACTS_RECORD, r.packed.bytes, r.packed.length);
	assert_string_equal(folded.values[0].text, "pc");
	facts_row_read(&folded, &b, FACTS_RECORD, NULL, 0);
	assert_null(folded.values[0].text);
	facts_book_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_settles),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_bad_aliases),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
