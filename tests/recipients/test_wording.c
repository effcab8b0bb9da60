/* SPDX-License-Identifier: MIT */
/*
 * wording: where a line comes apart, which words are a rank, and what was glued.
 */
#include "recipients/wording.h"

#include <stdlib.h>

#include "tests/recipients/notes.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct list {
	struct evidence evidence;
	struct vocabulary vocabulary;
};

static int list_open(void **state)
{
	struct list *l = text_alloc(sizeof(*l));

	force_people(&l->evidence);
	vocabulary_init(&l->vocabulary, &l->evidence);
	*state = l;
	return 0;
}

static int list_close(void **state)
{
	struct list *l = *state;

	vocabulary_done(&l->vocabulary);
	evidence_done(&l->evidence);
	free(l);
	return 0;
}

/* The words with a space between, "|" between segments, ranks in brackets. */
static void shown(const struct list *l, const char *line, struct text *out)
{
	struct wording w = {.list = &l->vocabulary};
	char folded[FOLD_ROOM];

	fold_letters(line, folded, sizeof(folded));
	wording_cut(&w, folded);
	text_clear(out);
	for (size_t i = 0; i < w.count; i++) {
		const struct wording_token *t = &w.tokens[i];
		bool apart = i && t->segment != t[-1].segment;

		text_printf(out, t->use == WORDING_RANK ? "%s[%s]" : "%s%s",
			!i      ? ""
			: apart ? (t->comma ? " , " : " | ")
				: " ",
			t->raw);
	}
}

static void lines(void **state)
{
	static const char *const cases[][2] = {
		{"Dawn (Edmonton)", "Dawn | Edmonton"},
		{"PC Barry - South Area BCU", "[PC] Barry | South Area BCU"},
		{"P.C. Barry", "[P] [C] Barry"},
		{"Saahid, R. Wembley", "Saahid , R Wembley"},
		{"ibrahim.singh", "ibrahim singh"},
		{"Tate-Farah - Bow", "Tate-Farah | Bow"},
		{"Farah -Bow", "Farah | Bow"},
		{"O'Neill", "O'Neill"},
		{"Gi?l, Bow ?", "Gi?l , Bow"},
		{"Roads & Transport", "Roads and Transport"},
		{"Band E S Barry", "[Band] [E] S Barry"},
		/* a space that was lost */
		{"PSJonathan Lewis", "[PS] Jonathan Lewis"},
		{"PC NSmith", "[PC] N Smith"},
		{"HolridgeHeathrow", "Holridge Heathrow"},
		{"Band EeNeal", "[band] [E] Neal"},
		{"Band ENeal", "[band] [E] Neal"},
		{"McFinerleigh", "McFinerleigh"},
		{"MacFinerleigh", "MacFinerleigh"},
		/* a slip in the rank */
		{"Detective Constablee G Holridge", "[detective] [constable] G Holridge"},
		{"Bnad E Holridge", "[band] [E] Holridge"},
		{"Sergaent Holridge", "[sergeant] Holridge"},
		/* no ranks */
		{"Banda Grace", "Banda Grace"},
		{"Ann so Holridge", "Ann so Holridge"},
		{"", ""},
		{" - , () ", ""},
	};
	auto_text_buffer got = {0};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		shown(*state, cases[i][0], &got);
		/* How a mended "band" is written does not matter. */
		for (char *p = got.bytes; p && (p = strstr(p, "Band]")); p++)
			*p = 'b';
		auto_text wanted = text_copy(cases[i][1]);
		for (char *p = wanted; (p = strstr(p, "Band]")); p++)
			*p = 'b';
		assert_string_equal(text_string(&got), wanted);
	}
}

static void longest(void **state)
{
	const struct list *l = *state;
	struct wording w = {.list = &l->vocabulary};
	char line[FOLD_ROOM];

	memset(line, 'a', sizeof(line));
	for (size_t i = 1; i < sizeof(line); i += 2)
		line[i] = ' ';
	line[sizeof(line) - 1] = '\0';
	wording_cut(&w, line);
	assert_int_equal(w.count, WORDING_WORDS);
}

static void runs(void **state)
{
	const struct list *l = *state;
	struct wording w = {.list = &l->vocabulary};
	char out[FOLD_ROOM];

	wording_cut(&w, "PC Ann Barry at Bow - Finance");
	wording_drop_noise(&w);
	assert_int_equal(w.tokens[3].use, WORDING_NOISE);
	assert_true(wording_free(&w, 1, 3, false));
	assert_false(wording_free(&w, 0, 3, false)); /* the rank */
	assert_false(wording_free(&w, 1, 5, false));
	assert_true(wording_free(&w, 1, 5, true));
	assert_true(wording_together(&w, 0, 5));
	assert_false(wording_together(&w, 0, 6));
	assert_int_equal(wording_end(&w, 0), 5);
	assert_int_equal(wording_end(&w, 5), 6);
	wording_write(&w, 1, 3, "+", out);
	assert_string_equal(out, "Ann+Barry");
	wording_mark(&w, 1, 2, WORDING_FACT);
	assert_false(wording_free(&w, 1, 3, true));
	assert_true(w.tokens[2].named);
	assert_false(w.tokens[5].named);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(longest),
		cmocka_unit_test(runs),
	};

	return cmocka_run_group_tests(tests, list_open, list_close);
}
