/* SPDX-License-Identifier: MIT */
/*
 * standing: what a signed manifest lets follow: only what stands in its own lines, word
 * for word, and only as long as the words are the same.
 */
#include "tests/recipients/book.h"

#include "mailer/standing.h"

#define REMINDER                                                                         \
	"standing follow-up staff 1 after 1d proof delivered template follow-up/reminder\n"
#define WORDS "standing words sha256:00\n"
#define RESEND "standing resend once a person, the same words to the same address\n"

static void follow_ups(void **state)
{
	static const struct {
		const char *manifest, *now;
		bool allowed;
	} cases[] = {
		{"notices 3\n" REMINDER WORDS, REMINDER WORDS, true},
		{REMINDER WORDS, REMINDER WORDS, true},
		{"", REMINDER WORDS, false},
		{REMINDER WORDS, WORDS, false}, /* the policy asks for it no more */
		{REMINDER WORDS, REMINDER, false},
		{REMINDER WORDS, REMINDER "standing words sha256:01\n", false},
		{REMINDER, REMINDER WORDS, false},
		{"of " REMINDER WORDS, REMINDER WORDS, false}, /* not a line of its own */
		{"of " REMINDER REMINDER WORDS, REMINDER WORDS, true},
		{WORDS "standing follow-up staff 1 after 1h proof delivered template follow-up/reminder\n",
			REMINDER WORDS, false},
	};
	struct policy *p = book_policy(
		"{'levels': [{'name': 'staff', 'default': true, 'route': 'mail', 'template': 'notice/staff',"
		"'proof': 'delivered', 'follow_up': [{'after': '24h', 'template': 'follow-up/reminder'}]}]}");
	const struct policy_level *level = &p->levels[0];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (standing_allows(cases[i].manifest, cases[i].now, level, 1) !=
			cases[i].allowed)
			fail_msg("%zu", i);
	assert_false(standing_allows(REMINDER WORDS, REMINDER WORDS, level, 0));
	assert_false(standing_allows(REMINDER WORDS, REMINDER WORDS, level, 2));
	policy_free(p);
}

static void the_same_mail_again(void **state)
{
	(void)state;
	assert_true(standing_allows_resend("notices 3\n" RESEND, RESEND));
	assert_false(standing_allows_resend(RESEND, ""));
	assert_false(standing_allows_resend("notices 3\n", RESEND));
	assert_false(standing_allows_resend("no " RESEND, RESEND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follow_ups),
		cmocka_unit_test(the_same_mail_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
