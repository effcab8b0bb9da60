/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "templates/lure.h"
#include "templates/words.h"

static size_t match(const char *text, size_t at, const char *phrase)
{
	auto_words w = {0};

	words_read(text, true, &w);
	return words_match(&w, at, phrase);
}

static void lines_and_sentences(void **state)
{
	auto_words w = {0};

	(void)state;
	words_read(
		"# A head\n\nOne {{name\n}}two,\nthree 3.5 four. It's\n- an item\n- OTHERS\n",
		true, &w);
	assert_int_equal(w.count, 12);
	assert_string_equal(w.list[0].text, "a");
	assert_int_equal(w.list[3].line, 4); /* "two", behind a tag of two lines */
	assert_int_equal(w.list[4].sentence, w.list[2].sentence);
	assert_string_equal(w.list[8].text, "it's");
	assert_true(w.list[9].sentence > w.list[8].sentence);
	assert_true(w.list[11].capitals);
	assert_false(w.list[9].capitals);
}

static void phrases(void **state)
{
	(void)state;
	assert_int_equal(match("Click\nhere", 0, "click here"), 2);
	assert_int_equal(match("Click. Here", 0, "click here"), 0);
	assert_int_equal(match("click on this here", 0, "click|tap ... here|link"), 4);
	assert_int_equal(
		match("click on this very very big link", 0, "click ... link"), 0);
	assert_int_equal(match("within 24 hours", 0, "within ... hours"), 3);
	assert_int_equal(match("in 24h 7 days", 2, "# days"), 2);
	assert_int_equal(match("breached", 0, "breach*"), 1);
	assert_int_equal(match("end", 0, "end of"), 0);
	assert_int_equal(match("end", 1, "end"), 0);
	assert_int_equal(match("", 0, "end"), 0);
	assert_int_equal(match("end", 0, ""), 0);
	assert_int_equal(match("end", 0, "a||end"), 1);
	assert_int_equal(match("$50 off", 0, "# off"), 2);
	assert_int_equal(match("50% off", 0, "# off"), 2);
	assert_int_equal(match("5x off", 0, "# off"), 0);
	assert_int_equal(match("$% off", 0, "# off"), 0);
	assert_int_equal(match("of", 0, "off*"), 0);
}

/* Signs at the ends of words, signs of several bytes, and bytes that are none. */
static void odd_words(void **state)
{
	static const struct {
		const char *text, *first;
		size_t count;
		bool capitals, one_sentence;
	} odd[] = {
		{"-one- two", "one", 2, false, true},
		{"'one' 'two'", "one", 2, false, true},
		{"-- ' two", "two", 1, false, true},
		{"one\n# two", "one", 2, false, false},
		{"\none two", "one", 2, false, true},
		{"one\n-two", "one", 2, false, true},
		{"one\n- two", "one", 2, false, false},
		{"A1B two", "a1b", 2, false, true},
		{"ABC1 two", "abc1", 2, false, true},
		{"ABC two", "abc", 2, true, true},
		{"AB two", "ab", 2, false, true},
		{"{{one two", "one", 2, false, true},
		{"{one} two", "one", 2, false, true},
		{"one\xe2\x80\x9d two", "one", 2, false, true},
		{"one\xe2\x80\x99s two", "one's", 2, false, true},
		{"\xe2\x82\xac one", "\xe2\x82\xac", 2, false, true},
		{"\xf0\x9f\x98\x80 one", "\xf0\x9f\x98\x80", 2, false, true},
		{"\xc3\xa9t\xc3\xa9 one", "\xc3\xa9t\xc3\xa9", 2, false, true},
		{"\xe2x one", "\xe2x", 2, false, true},
		{"one: two", "one", 2, false, false},
		{"one.two", "one", 2, false, true},
		{"one! two", "one", 2, false, false},
		{"one? two", "one", 2, false, false},
		{"one; two.", "one", 2, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		auto_words w = {0};

		words_read(odd[i].text, true, &w);
		if (w.count != odd[i].count || w.list[0].capitals != odd[i].capitals ||
			(w.list[0].sentence == w.list[w.count - 1].sentence) !=
				odd[i].one_sentence)
			fail_msg("'%s': %zu words", odd[i].text, w.count);
		assert_string_equal(w.list[0].text, odd[i].first);
	}
}

static void beginnings(void **state)
{
	auto_words w = {0};

	(void)state;
	words_read("one two o", false, &w);
	assert_true(words_may_begin(&w, 0, words_beginnings("no|one two")));
	assert_true(words_may_begin(&w, 0, words_beginnings("o*")));
	assert_true(words_may_begin(&w, 0, words_beginnings("#")));
	assert_true(words_may_begin(&w, 2, words_beginnings("o|p")));
	assert_true(words_may_begin(&w, 2, words_beginnings("o p")));
	assert_false(words_may_begin(&w, 0, words_beginnings("two|")));
	assert_false(words_may_begin(&w, 0, words_beginnings("")));
}

static void a_reading_age(void **state)
{
	auto_text_buffer easy = {0}, hard = {0};
	auto_words a = {0}, b = {0}, few = {0};

	(void)state;
	for (int i = 0; i < 40; i++) {
		text_add_string(&easy, "We are here to help. ");
		text_add_string(
			&hard, "Notwithstanding organisational responsibilities ");
	}
	words_read(text_string(&easy), false, &a);
	words_read(text_string(&hard), false, &b);
	words_read("Too short.", false, &few);
	/* 200 words of 3.0 letters, five a sentence */
	assert_true(fabs(words_reading_age(&a) - (4.71 * 3.0 + 0.5 * 5 - 21.43 + 5)) <
		    0.0001);
	assert_true(words_reading_age(&b) > 18);
	assert_true(words_reading_age(&few) <= 0);
}

static void domains(void **state)
{
	static const char *const alike[][2] = {{"force.example", "forces.example"},
		{"force.example", "f0rce.example"}, {"marsh.example", "rnarsh.example"},
		{"police.example", "police-notices.example"},
		{"police.example", "police.test"}, {"police.example", "pollce.example"},
		{"vvest.example", "west.example"}, {"5ea.example", "sea.example"},
		{"l1st.example", "iist.example"}, {"for-ce.example", "force.example"},
		{"forces.example", "force.example"}, {"f.example", "fo.example"},
		{"a.force.example", "force.test"}};
	static const char *const apart[][2] = {{"force.example", "force.example"},
		{"force.example", "FORCE.example"},
		{"mail.force.example", "force.example"},
		{"force.example", "council.example"}, {"sea.example", "tea.eximple"},
		{"a.example", "a.sea.example"}, {"west.test", "vest.example"},
		{"rest.test", "vast.example"}, {"sea-force.test", "b.sea.example"}};

	(void)state;
	for (size_t i = 0; i < sizeof(alike) / sizeof(*alike); i++)
		assert_true(lure_domains_alike(alike[i][0], alike[i][1]) ||
			    lure_domains_alike(alike[i][1], alike[i][0]));
	for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
		assert_false(lure_domains_alike(apart[i][0], apart[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lines_and_sentences),
		cmocka_unit_test(phrases), cmocka_unit_test(odd_words),
		cmocka_unit_test(beginnings), cmocka_unit_test(a_reading_age),
		cmocka_unit_test(domains)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
