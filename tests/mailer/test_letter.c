/* SPDX-License-Identifier: MIT */
/*
 * letter: what the letters of tests/data/letters are (expected.csv says), made-up ones in
 * the forms of many mail systems; and bytes that are no letter.
 */
#include "mailer/wire/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/text.h"

#define FOLDER "tests/data/letters/"

static size_t read_file(const char *path, struct text *ret)
{
	FILE *in = fopen(path, "r");
	char piece[4096];
	size_t got;

	if (!in)
		fail_msg("%s cannot be opened", path);
	while (in && (got = fread(piece, 1, sizeof(piece), in)) > 0)
		text_add(ret, piece, got);
	(void)fclose(in);
	return ret->length;
}

static const struct letter_recipient *find(const struct letter *l, const char *address)
{
	for (unsigned i = 0; i < l->n_recipients; i++)
		if (!strcmp(l->recipients[i].address, address))
			return &l->recipients[i];
	return NULL;
}

enum {
	NAME,
	CLASS,
	RECIPIENT,
	STATUS,
	REASON,
	ORIGINAL,
	COLUMNS
};

static void check_recipient(const struct letter *l, char *const want[COLUMNS])
{
	const struct letter_recipient *r = find(l, want[RECIPIENT]);

	if (!r)
		fail_msg("%s: does not speak of its recipient", want[NAME]);
	else if (strcmp(r->status, want[STATUS]))
		fail_msg("%s: status %s, not %s", want[NAME], r->status, want[STATUS]);
	else if (strcmp(letter_reason_name(r->reason), want[REASON]))
		fail_msg("%s: reason %s, not %s", want[NAME],
			letter_reason_name(r->reason), want[REASON]);
}

static void check_letter(char *const want[COLUMNS], struct letter *l)
{
	auto_text_buffer bytes = {0};
	auto_text path = text_format(FOLDER "%s.eml", want[NAME]);

	(void)read_file(path, &bytes);
	letter_read(bytes.bytes, bytes.length, l);
	if (strcmp(letter_class_name(l->class), want[CLASS]))
		fail_msg("%s: %s, not %s", want[NAME], letter_class_name(l->class),
			want[CLASS]);
	if (strcmp(l->orig_message_id, want[ORIGINAL]))
		fail_msg("%s: speaks of another mail", want[NAME]);
	if (want[RECIPIENT][0])
		check_recipient(l, want);
}

static size_t split(char *line, char *ret[COLUMNS])
{
	size_t count = 0;

	while (line && count < COLUMNS)
		ret[count++] = strsep(&line, ",");
	return line ? 0 : count;
}

static void test_expected(void **state)
{
	struct letter *l = text_alloc(sizeof(*l));
	auto_text_buffer list = {0};
	char *lines, *line, *want[COLUMNS];
	unsigned letters = 0;

	(void)state;
	(void)read_file(FOLDER "expected.csv", &list);
	lines = list.bytes;
	(void)strsep(&lines, "\n"); /* the names of the columns */
	while ((line = strsep(&lines, "\n")) && *line) {
		assert_int_equal(split(line, want), COLUMNS);
		check_letter(want, l);
		letters++;
	}
	assert_true(letters > 50);
	free(l);
}

static void read_one(const char *name, struct letter *l)
{
	auto_text_buffer bytes = {0};
	auto_text path = text_format(FOLDER "%s.eml", name);

	(void)read_file(path, &bytes);
	letter_read(bytes.bytes, bytes.length, l);
}

/* One verdict a recipient; the letter is what its worst one is. */
static void test_each_recipient(void **state)
{
	struct letter *l = text_alloc(sizeof(*l));

	(void)state;
	read_one("dsn-mixed", l);
	assert_int_equal(l->n_recipients, 2);
	assert_int_equal(find(l, "bo.ray@west.example")->class, LETTER_DELIVERED);
	assert_int_equal(find(l, "ann.lee@west.example")->class, LETTER_BOUNCE_SOFT);
	assert_int_equal(l->class, LETTER_BOUNCE_SOFT);
	read_one("two-people", l);
	assert_int_equal(l->n_recipients, 2);
	assert_int_equal(find(l, "ann.lee@west.example")->class, LETTER_BOUNCE_HARD);
	assert_int_equal(find(l, "bo.ray@west.example")->reason, LETTER_FULL);
	assert_int_equal(l->class, LETTER_BOUNCE_HARD);
	read_one("failed-recipients", l); /* the words name nobody, the field both */
	assert_int_equal(l->n_recipients, 2);
	assert_true(letter_is_bounce(find(l, "ann.lee@west.example")->class));
	assert_true(letter_is_bounce(find(l, "bo.ray@west.example")->class));
	free(l);
}

static void test_fields(void **state)
{
	struct letter *l = text_alloc(sizeof(*l));

	(void)state;
	read_one("dsn-failed", l);
	assert_string_equal(l->envelope_id, "n-7k2");
	assert_string_equal(l->recipients[0].address, "ann.lee@west.example");
	assert_string_equal(l->recipients[0].final, "lee.ann@mail.west.example");
	assert_true(l->null_sender);
	assert_int_equal(l->n_to, 1);
	assert_string_equal(l->to[0], "n-7k2@bounce.force.example");
	assert_int_equal(l->evidence, LETTER_BY_REPORT);
	assert_true(l->date_ms == INT64_C(1794820360000));
	read_one("receipt", l);
	assert_string_equal(l->disposition, "displayed");
	read_one("away-sieve", l);
	assert_int_equal(l->n_references, 1);
	assert_string_equal(l->references[0], "n1.a7f3@notices.force.example");
	assert_int_equal(l->evidence, LETTER_BY_HEADER);
	free(l);
}

/* What was answered comes first, then the newest, each once. */
static void test_references(void **state)
{
	struct letter *l = text_alloc(sizeof(*l));
	auto_text_buffer bytes = {0};

	(void)state;
	text_add_string(
		&bytes, "From: ann@west.example\nIn-Reply-To: <m17@x>\nReferences:");
	for (int i = 0; i < 20; i++)
		text_printf(&bytes, "\n <m%d@x>", i);
	text_add_string(&bytes, "\n\nYes.\n");
	letter_read(bytes.bytes, bytes.length, l);
	assert_int_equal(l->n_references, LETTER_PLACES);
	assert_string_equal(l->references[0], "m17@x");
	assert_string_equal(l->references[1], "m19@x");
	assert_string_equal(l->references[2], "m18@x");
	assert_string_equal(l->references[3], "m16@x");
	free(l);
}

static void test_away_until(void **state)
{
	static const struct {
		const char *letter;
		int64_t until; /* midnight, UTC */
	} cases[] = {{"away-en", 1795392000}, {"away-en-plain", 1795996800},
		{"away-de", 1795737600}, {"away-fr", 1795737600}, {"away-es", 1795737600},
		{"away-nl", 1795737600}, {"away-sieve", 0}};
	struct letter *l = text_alloc(sizeof(*l));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_one(cases[i].letter, l);
		if (l->away_until != cases[i].until)
			fail_msg("%s: until %lld", cases[i].letter,
				(long long)l->away_until);
	}
	free(l);
}

static void test_names(void **state)
{
	enum letter_class c;
	enum letter_reason r;

	(void)state;
	for (unsigned i = 0; i < LETTER_CLASSES; i++) {
		assert_int_equal(
			letter_class_find(letter_class_name((enum letter_class)i), &c),
			0);
		assert_int_equal(c, i);
	}
	for (unsigned i = 0; i < LETTER_REASONS; i++) {
		assert_int_equal(
			letter_reason_find(letter_reason_name((enum letter_reason)i), &r),
			0);
		assert_int_equal(r, i);
		assert_int_equal(!letter_reason_words((enum letter_reason)i)[0], !i);
	}
	for (unsigned i = 0; i < LETTER_EVIDENCES; i++)
		assert_true(letter_evidence_name((enum letter_evidence)i)[0]);
	assert_int_equal(letter_class_find("bounce", &c), -1);
	assert_int_equal(letter_reason_find("none", &r), -1);
}

/* No report is so broken that it reads beyond its end; sanitizers watch. */
static void test_cut_anywhere(void **state)
{
	static const char *const letters[] = {"dsn-mixed", "proofpoint", "lang-ja",
		"complaint", "sieve-reject", "away-fr"};
	struct letter *l = text_alloc(sizeof(*l));

	(void)state;
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		auto_text_buffer bytes = {0};
		auto_text path = text_format(FOLDER "%s.eml", letters[i]);
		size_t length = read_file(path, &bytes);

		for (size_t cut = 0; cut < length; cut += 7) {
			char *exact = text_alloc(cut);

			memcpy(exact, bytes.bytes, cut);
			letter_read(exact, cut, l);
			free(exact);
		}
	}
	letter_read("", 0, l);
	assert_int_equal(l->class, LETTER_UNPARSABLE);
	letter_read(" \r\n\n", 4, l);
	assert_int_equal(l->class, LETTER_UNPARSABLE);
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_each_recipient),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_away_until),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
