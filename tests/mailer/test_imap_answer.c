/* SPDX-License-Identifier: MIT */
/*
 * imap_answer: answers in any pieces, letters that look like answers, servers that are
 * none.
 */
#include "mailer/wire/imap_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Bytes in pieces of `step`, then the end; or `again` for ever. */
struct wire {
	const char *bytes;
	size_t left, step;
	const char *again;
};

static ssize_t more(void *user, char *out, size_t room, struct fault *f)
{
	struct wire *w = user;
	size_t n = w->step < room ? w->step : room;

	(void)f;
	if (!w->left && w->again) {
		w->bytes = w->again;
		w->left = strlen(w->again);
	}
	if (n > w->left)
		n = w->left;
	memcpy(out, w->bytes, n);
	w->bytes += n;
	w->left -= n;
	return (ssize_t)n;
}

/* Reads all, and writes down each answer in short; how it ended at last. */
static int read_wire(struct wire *w, size_t most, struct text *out, struct fault *f)
{
	auto_text_buffer letter = {0};
	struct imap_numbers found = {0};
	struct imap_answers a = {.more = more,
		.user = w,
		.letter = &letter,
		.most = most,
		.found = &found,
		.most_found = 5};
	struct imap_answer r = {0};
	int got = 1;

	imap_answers_restart(&a);
	while (!r.broken && (got = imap_answer_read(&a, &r, f)) > 0) {
		if (r.kind == IMAP_RESULT)
			text_printf(out, "b%u %d %s|", r.tag, (int)r.result, r.words);
		if (r.kind == IMAP_BYE)
			text_printf(out, "bye %s|", r.words);
		if (r.kind == IMAP_LETTER)
			text_printf(out, "%u%s%s <%.*s>|", r.uid, r.cut ? " cut" : "",
				r.broken ? " broken" : "", (int)letter.length,
				text_string(&letter));
		if (r.uidvalidity)
			text_printf(out, "v%u|", r.uidvalidity);
		if (r.later)
			text_add_string(out, "later|");
	}
	for (size_t i = 0; i < found.count; i++)
		text_printf(out, "%u ", found.list[i]);
	imap_numbers_done(&found);
	return got;
}

static const struct {
	const char *bytes, *answers;
} cases[] = {
	{"* OK [UIDVALIDITY 3857529045] UIDs valid\r\nb1 OK [READ-ONLY] Done.\r\n",
		"v3857529045|b1 0 [READ-ONLY] Done.|"},
	{"b12 NO [NONEXISTENT] Unknown\r\nb13 BAD Eh?\r\nb14 OK\r\n",
		"b12 1 [NONEXISTENT] Unknown|b13 2 Eh?|b14 0 |"},
	{"* 5 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\*)\r\n* OK [PERMANENTFLAGS ()] x\r\n"
	 "* CAPABILITY IMAP4rev1\r\n* NO something\r\n* 4 EXPUNGE\r\n* ENABLED\r\nb1 OK x\r\n",
		"b1 0 x|"},
	{"* SEARCH 1 2 4294967295\r\n* SEARCH\r\n* SEARCH 7 \r\n"
	 "* SEARCH 8 (MODSEQ 9)\r\nb1 OK x\r\n",
		"b1 0 x|1 2 4294967295 7 8 "},
	/* a letter that looks like an answer */
	{"* 2 FETCH (UID 7 BODY[]<0> {30}\r\nb1 OK done\r\n* SEARCH 66666\r\n\r\n)\r\nb1 OK x\r\n",
		"7 <b1 OK done\r\n* SEARCH 66666\r\n\r\n>|b1 0 x|"},
	/* in another order, and with what was not asked */
	{"* 2 FETCH (FLAGS (\\Seen) MODSEQ (12) BODY[] {2}\r\nab UID 7)\r\n"
	 "* 3 FETCH (FLAGS (a (b \"c)\" {2}\r\n)) d)))\r\n"
	 "* 4 fetch (uid 8 body[] \"a\\\"b\")\r\n",
		"7 <ab>|8 <a\"b>|"},
	{"* 2 FETCH (BODY[] NIL UID 3)\r\n* 3 FETCH (UID 4 BODY[] {0}\r\n)\r\n"
	 "* 3 FETCH (UID 5 BODY[] \"\")\r\n* 3 FETCH (UID 6 BODY[] ~{1}\r\nx)\r\n",
		"4 <>|5 <>|6 <x>|"},
	/* literals in what we do not know; no CR */
	{"* LIST (\\x{3}) \"/\" {9}\r\n* SEARCH \r\n* XTRA {2+}\n\n{ {4}\r\n* BY\r\nb1 OK x\n",
		"b1 0 x|"},
	{"* BYE [UNAVAILABLE] Shutting down\r\n",
		"bye [UNAVAILABLE] Shutting down|later|"},
	{"b1 NO [INUSE] not now\r\n* NO [unavailable] x\r\n",
		"b1 1 [INUSE] not now|later|later|"},
	{"b1 OK said", ""}, /* cut */
	{"* 2 FETCH (UID 7 BODY[] {10}\r\nabc", ""},
	{"", ""},
};

static void answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 100; step += step < 10 ? 1 : 30) {
			auto_text_buffer out = {0};
			struct wire w = {
				cases[i].bytes, strlen(cases[i].bytes), step, NULL};
			struct fault f = {0};

			if (read_wire(&w, 1000, &out, &f))
				fail_msg("%s: %s", cases[i].bytes, f.text);
			assert_string_equal(text_string(&out), cases[i].answers);
		}
}

/* One byte more than wanted is asked for, to tell; a server that sends more is left. */
static void large(void **state)
{
	static const struct {
		const char *bytes, *answers;
	} letters[] = {
		{"* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n", "1 <abc>|"},
		{"* 1 FETCH (UID 1 BODY[] {4}\r\nabcd)\r\nb1 OK x\r\n",
			"1 cut <abc>|b1 0 x|"},
		{"* 1 FETCH (UID 1 BODY[] {5}\r\nabcde)\r\nb1 OK x\r\n",
			"1 cut broken <abc>|"},
		{"* 1 FETCH (UID 1 BODY[] {4294967295}\r\nabcde", "1 cut broken <abc>|"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		auto_text_buffer out = {0};
		struct wire w = {letters[i].bytes, strlen(letters[i].bytes), 7, NULL};
		struct fault f = {0};

		(void)read_wire(&w, 3, &out, &f);
		assert_string_equal(text_string(&out), letters[i].answers);
	}
}

/* Each is a fault, and soon: none of them is read for ever. */
static const struct {
	const char *bytes, *again, *words;
} bad[] = {
	{"220 mail.test ESMTP\r\n", NULL, "answers what is none"},
	{"HTTP/1.1 400 Bad Request\r\n", NULL, "answers what is none"},
	{"+ go on\r\n", NULL, "answers what is none"},
	{"b OK x\r\n", NULL, "number is missing"},
	{"b1 MAYBE x\r\n", NULL, "answers what is none"},
	{"b1 BYE x\r\n", NULL, "answers what is none"},
	{"b99999999999 OK x\r\n", NULL, "too large"},
	{"* 1 FETCH (UID x)\r\n", NULL, "number is missing"},
	{"* 1 FETCH (UID 1 BODY[] abc)\r\n", NULL, "letter is missing"},
	{"* 1 FETCH (UID 1 BODY[] {x}\r\n", NULL, "number is missing"},
	{"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n", NULL, "too large"},
	{"* 1 FETCH (UID 1 BODY[] {3} abc)\r\n", NULL, "answers what is none"},
	{"* 1 FETCH (UID 1 BODY[] \"a\nb\")\r\n", NULL, "string has no end"},
	{"* 1 FETCH (FLAGS )\r\n", NULL, "value is missing"},
	{"* 1 FETCH UID 1\r\n", NULL, "answers what is none"},
	{"* SEARCH x\r\n", NULL, "number is missing"},
	{"* SEARCH 1 2 3 4 5 6\r\n", NULL, "more than 5 new letters"},
	{"* OK [PERMANENTFLAGS (", "\\Flag ", "has no end"},
	{"* OK ", "xxxxxxxx", "has no end"},
	{"b1 OK ", "xxxxxxxx", "has no end"},
	{"* SEARCH ", "0", "has no end"},
	{"* 1 FETCH (FLAGS (", "(((((", "too deep"},
	{"* 1 FETCH (FLAGS (", "a ", "has no end"},
	{"* 1 FETCH (", "X Y ", "has no end"},
	{"* 1 FETCH (BODY[] \"", "aaaa", "has no end"},
	{"* 1 FETCH (FLAGS {4294967295}\r\n", "aaaa", "has no end"},
	{"* LIST {70000}\r\n", "a", "has no end"},
	{"* X ", "{5}\r\naaaaa", "has no end"},
};

static void servers_that_are_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_text_buffer out = {0};
		struct wire w = {bad[i].bytes, strlen(bad[i].bytes), 1000, bad[i].again};
		struct fault f = {0};

		if (read_wire(&w, 1000, &out, &f) != -1)
			fail_msg("taken: %s", bad[i].bytes);
		assert_int_equal(f.kind, FAULT_UNAVAILABLE);
		if (!strstr(f.text, bad[i].words))
			fail_msg("%s: %s", bad[i].bytes, f.text);
	}
}

static ssize_t fails(void *user, char *out, size_t room, struct fault *f)
{
	(void)user, (void)out, (void)room;
	return fault_set(f, FAULT_INTERRUPTED, "stopped");
}

static void fault_of_the_wire(void **state)
{
	struct imap_answers a = {.more = fails};
	struct imap_answer r;
	struct fault f = {0};

	(void)state;
	imap_answers_restart(&a);
	assert_int_equal(imap_answer_read(&a, &r, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERRUPTED);
}

static void numbers(void **state)
{
	static const uint32_t some[] = {5, 3, 5, 1, 4294967295, 3};
	struct imap_numbers n = {0};

	(void)state;
	imap_numbers_sort(&n);
	assert_int_equal(n.count, 0);
	for (size_t i = 0; i < 6; i++)
		imap_numbers_add(&n, some[i]);
	imap_numbers_sort(&n);
	assert_int_equal(n.count, 4);
	assert_int_equal(n.list[0], 1);
	assert_int_equal(n.list[1], 3);
	assert_int_equal(n.list[2], 5);
	assert_true(n.list[3] == 4294967295);
	imap_numbers_done(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(large),
		cmocka_unit_test(servers_that_are_none),
		cmocka_unit_test(fault_of_the_wire),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
