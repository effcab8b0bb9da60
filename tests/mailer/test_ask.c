/* SPDX-License-Identifier: MIT */
/*
 * ask: what is typed becomes an answer, a wrong one is asked again, whoever leaves
 * leaves, and nothing behind the answer is read.
 */
#include "mailer/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Somebody who types this and then nothing more. */
struct typist {
	struct ask ask;
	char *screen;
	size_t length;
};

static void sit_down(struct typist *t, const char *types)
{
	int ends[2];

	*t = (struct typist){0};
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], types, strlen(types)), (ssize_t)strlen(types));
	(void)close(ends[1]);
	t->ask.in = ends[0];
	t->ask.out = open_memstream(&t->screen, &t->length);
}

static void said(struct typist *t, const char *words)
{
	(void)fflush(t->ask.out);
	if (!strstr(t->screen, words))
		fail_msg("not said: %s\n%s", words, t->screen);
}

static void stand_up(struct typist *t)
{
	(void)fclose(t->ask.out);
	(void)close(t->ask.in);
	free(t->screen);
}

static int check_even(const char *answer, char **ret, struct text *wrong)
{
	if ((answer[strlen(answer) - 1] - '0') % 2) {
		text_add_string(wrong, "An even number, please.");
		return -1;
	}
	*ret = text_format("=%s", answer);
	return 0;
}

static void answered(const struct question *q, const char *types, const char *expected,
	const char *words)
{
	struct fault f = {0};
	struct typist t;
	auto_text answer = NULL;

	sit_down(&t, types);
	assert_int_equal(ask_line(&t.ask, q, &answer, &f), 0);
	if (expected)
		assert_string_equal(answer, expected);
	else
		assert_null(answer);
	said(&t, words);
	stand_up(&t);
}

static void test_lines(void **state)
{
	static const struct question plain = {"What?", NULL, NULL, NULL, NULL},
				     even = {"How many?", "It counts.", NULL, NULL,
					     check_even},
				     known = {"What?", NULL, "this", NULL, NULL},
				     none = {"What?", NULL, NULL, "nothing", NULL};
	char endless[2 * ASK_LINE + 20];

	(void)state;
	memset(endless, 'x', 2 * ASK_LINE);
	(void)snprintf(endless + 2 * ASK_LINE, 20, "\nshort\n");
	answered(&plain, "an answer\n", "an answer", "What?");
	answered(&plain, "  blanks around \t\r\n", "blanks around", "> ");
	answered(&plain, "the input ends", "the input ends", "> ");
	answered(&plain, "\n\nat last\n", "at last", "needs an answer");
	answered(&plain, "\x1b[A\nword\n", "word", "arrow key");
	answered(&plain, "\xff\nword\n", "word", "not text");
	answered(&plain, endless, "short", "too long");
	answered(&even, "3\n4\n", "=4", "An even number, please.");
	answered(&known, "\n", "this", "[Enter: this]");
	answered(&known, "that\n", "that", "[Enter: this]");
	answered(&none, "\n", NULL, "[Enter: nothing]");
}

static void test_leaving(void **state)
{
	static const char *const ways[] = {"q\n", "Q\n", ""};
	static const struct question q = {"What?", NULL, "this", NULL, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct fault f = {0};
		struct typist t;
		auto_text answer = NULL;

		sit_down(&t, ways[i]);
		assert_int_equal(ask_line(&t.ask, &q, &answer, &f), -1);
		assert_true(t.ask.left && f.kind == FAULT_INTERRUPTED);
		stand_up(&t);
	}
}

static void test_nothing_is_read_ahead(void **state)
{
	static const struct question q = {"What?", NULL, NULL, NULL, NULL};
	char rest[20] = "";
	struct fault f = {0};
	struct typist t;
	auto_text answer = NULL;

	(void)state;
	sit_down(&t, "mine\nsomebody's\n");
	assert_int_equal(ask_line(&t.ask, &q, &answer, &f), 0);
	assert_int_equal(read(t.ask.in, rest, sizeof(rest) - 1), 11);
	assert_string_equal(rest, "somebody's\n");
	stand_up(&t);
}

static void test_choices(void **state)
{
	static const struct choice choices[] = {{"a", "the first", "This follows."},
		{"10", "the second", NULL}, {NULL, NULL, NULL}};
	static const struct {
		const char *types, *otherwise;
		size_t chosen;
	} cases[] = {{"a\n", NULL, 0}, {"10\n", NULL, 1}, {"A\n", NULL, 0},
		{"1\n\n10\n", NULL, 1}, {"\n", "10", 1}, {"x\n\n", "a", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault f = {0};
		struct typist t;
		size_t chosen;

		sit_down(&t, cases[i].types);
		assert_int_equal(ask_choice(&t.ask, "Which?", choices, cases[i].otherwise,
					 &chosen, &f),
			0);
		assert_int_equal(chosen, cases[i].chosen);
		said(&t, "This follows.");
		said(&t, "q  leave");
		stand_up(&t);
	}
}

static void test_lists(void **state)
{
	static const struct question q = {"Which?", NULL, NULL, "keep these", check_even};
	json_t *kept = json_pack("[s]", "old"), *list;
	struct fault f = {0};
	struct typist t;

	(void)state;
	sit_down(&t, "2\n3\n4\n\n");
	assert_int_equal(ask_list(&t.ask, &q, kept, &list, &f), 0);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_array_get(list, 1)), "=4");
	json_decref(list);
	stand_up(&t);
	sit_down(&t, "\n");
	assert_int_equal(ask_list(&t.ask, &q, kept, &list, &f), 0);
	assert_true(json_equal(list, kept));
	json_decref(list);
	stand_up(&t);
	json_decref(kept);
}

static void test_eighty_columns(void **state)
{
	char *screen;
	size_t length;
	FILE *out = open_memstream(&screen, &length);

	(void)state;
	ask_say(out, 3,
		"\xc3\x93 one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen\nnew line");
	(void)fclose(out);
	for (const char *line = screen, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_true(end - line <= ASK_WIDTH + 1 && !strncmp(line, "   ", 3));
	}
	assert_non_null(strstr(screen, "\n   new line\n"));
	free(screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_nothing_is_read_ahead),
		cmocka_unit_test(test_choices), cmocka_unit_test(test_lists),
		cmocka_unit_test(test_eighty_columns)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
