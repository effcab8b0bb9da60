/* SPDX-License-Identifier: MIT */
/*
 * alike: each pair within one or two typing errors, of one sound or with a part in common
 * is found; what is found is what the judge says of it, once.
 */
#include "recipients/alike.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/likeness.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Values 1 to WORDS are these. */
static const char *const words[] = {"smith", "smyth", "smithe", "simth", "jones", "johns",
	"joness", "clark", "clarke", "klark", "mclarnon", "mclamon", "we1ls", "wells",
	"traore", "mwangi-traore", "mwangi", "osullivan", "sullivan", "almasri", "masri",
	"li", "lee", "le", "hedridge", "hdridgee", "stephen", "steven", "a", "b", "",
	"wolfeschlegelsteinhausen", "wolfeschlegelstienhausem"};
#define WORDS LENGTH(words)

static unsigned judged;

static unsigned judge(void *context, uint32_t given, uint32_t listed)
{
	struct likeness_word a, b;

	(void)context;
	judged++;
	likeness_prepare(words[given - 1], &a);
	likeness_prepare(words[listed - 1], &b);
	return likeness_names(&a, &b) == LIKENESS_NONE ? ALIKE_NOT
						       : likeness_names(&a, &b);
}

static unsigned judge_typing(void *context, uint32_t given, uint32_t listed)
{
	(void)context;
	judged++;
	return likeness_errors(words[given - 1], words[listed - 1], 1) <= 1
		       ? (unsigned)strcmp(words[given - 1], words[listed - 1]) != 0
		       : ALIKE_NOT;
}

static const char *text(void *context, uint32_t value, unsigned n)
{
	(void)context;
	return n ? NULL : words[value - 1];
}

/* Equal by their last letter. */
static const char *text_and_end(void *context, uint32_t value, unsigned n)
{
	const char *word = words[value - 1];

	(void)context;
	if (n > 1)
		return NULL;
	return n && *word ? word + strlen(word) - 1 : word;
}

static unsigned judge_all(void *context, uint32_t given, uint32_t listed)
{
	(void)context;
	(void)given;
	(void)listed;
	return 3;
}

static struct alike_question question(uint32_t *values)
{
	for (uint32_t i = 0; i < WORDS; i++)
		values[i] = i + 1;
	return (struct alike_question){.given = values,
		.listed = values,
		.given_count = WORDS,
		.listed_count = WORDS,
		.limit = WORDS + 1,
		.judge = judge,
		.text = text};
}

static unsigned level_of(const struct alike *a, uint32_t given, uint32_t listed)
{
	const struct alike_item *end, *at = alike_range(a, given, &end);
	unsigned level = ALIKE_NOT, found = 0;

	for (; at < end; at++)
		if (at->listed == listed) {
			level = at->level;
			found++;
		}
	assert_in_range(found, 0, 1); /* once */
	return level;
}

/* A letter alone is like nothing. */
static void same(const struct alike *a, const struct alike *b)
{
	for (uint32_t i = 1; i <= WORDS; i++)
		for (uint32_t k = 1; k <= WORDS; k++)
			if (strlen(words[i - 1]) > 1 && strlen(words[k - 1]) > 1 &&
				level_of(a, i, k) != level_of(b, i, k))
				fail_msg("%s and %s: %u, not %u", words[i - 1],
					words[k - 1], level_of(a, i, k),
					level_of(b, i, k));
}

/* The join misses no name that going through all pairs finds. */
static void names(void **state)
{
	uint32_t values[WORDS];
	struct alike_question q = question(values);
	struct alike joined = {0}, each = {0};

	(void)state;
	q.names = true;
	judged = 0;
	alike_each(&q, &each);
	assert_int_equal(judged, WORDS * WORDS);
	judged = 0;
	alike_join(&q, &joined);
	assert_true(judged < WORDS * WORDS / 2); /* nor does it judge them all */
	same(&joined, &each);
	assert_int_equal(level_of(&joined, 1, 2), LIKENESS_NEAR);
	assert_int_equal(level_of(&joined, 15, 16), LIKENESS_PART);
	assert_int_equal(level_of(&joined, 1, 5), ALIKE_NOT);
	alike_done(&joined);
	alike_done(&each);
}

static void typing_errors(void **state)
{
	uint32_t values[WORDS];
	struct alike_question q = question(values);
	struct alike joined = {0}, each = {0};

	(void)state;
	q.judge = judge_typing;
	alike_each(&q, &each);
	alike_join(&q, &joined);
	same(&joined, &each);
	assert_int_equal(level_of(&joined, 1, 4), 1);
	alike_done(&joined);
	alike_done(&each);
}

static void further_texts(void **state)
{
	uint32_t values[WORDS];
	struct alike_question q = question(values);
	struct alike a = {0};

	(void)state;
	q.judge = judge_all;
	alike_join(&q, &a);
	assert_int_equal(level_of(&a, 1, 11), ALIKE_NOT);  /* smith, mclarnon */
	assert_int_equal(level_of(&a, 11, 12), ALIKE_NOT); /* two errors */
	alike_done(&a);
	q.text = text_and_end;
	alike_join(&q, &a);
	assert_int_equal(level_of(&a, 1, 11), ALIKE_NOT);
	assert_int_equal(level_of(&a, 11, 12), 3); /* both end on n */
	assert_int_equal(level_of(&a, 1, 2), 3);
	alike_done(&a);
}

/* A value is its own amount. */
static uint32_t amount(void *context, uint32_t value)
{
	(void)context;
	return value * 10;
}

static uint32_t reach(void *context, uint32_t amount)
{
	(void)context;
	return amount / 4;
}

static unsigned judge_amounts(void *context, uint32_t given, uint32_t listed)
{
	uint32_t apart = given > listed ? given - listed : listed - given;

	judged++;
	return apart * 10 <= amount(context, given) / 4 ? apart : ALIKE_NOT;
}

static void window(void **state)
{
	uint32_t values[WORDS];
	struct alike_question q = question(values);
	struct alike near = {0}, each = {0};

	(void)state;
	q.judge = judge_amounts;
	q.amount = amount;
	q.reach = reach;
	alike_each(&q, &each);
	judged = 0;
	alike_window(&q, &near);
	same(&near, &each);
	assert_true(judged < WORDS * WORDS / 2);
	assert_int_equal(level_of(&near, 20, 15), 5);
	assert_int_equal(level_of(&near, 20, 14), ALIKE_NOT);
	alike_done(&near);
	alike_done(&each);
}

static void none(void **state)
{
	struct alike_question q = {.limit = 5, .judge = judge, .text = text};
	struct alike a = {0};
	const struct alike_item *end, *at;

	(void)state;
	alike_join(&q, &a);
	for (uint32_t given = 0; given < 7; given++) {
		at = alike_range(&a, given, &end);
		assert_ptr_equal(at, end);
	}
	alike_done(&a);
	at = alike_range(&a, 1, &end);
	assert_ptr_equal(at, end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(typing_errors),
		cmocka_unit_test(further_texts),
		cmocka_unit_test(window),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
