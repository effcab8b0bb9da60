/* SPDX-License-Identifier: MIT */
/*
 * phrase: every phrase where it stands, whatever case, blanks and apostrophes; in linear
 * time. And what reasons come of them (reason.h).
 */
#include "mailer/wire/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/wire/reason.h"
#include "recipients/text.h"

static const char words[] = "# a comment\n[one]\nhers\nshe\nhe\n_is_\n~ can't\n"
			    "[two]\ntwo words\nshe\nüber\nпривет\n";
static const char *const sections[] = {"one", "two", NULL};
static struct phrase_set set = {.source = words, .sections = sections};

/* More signs than there is room for among the frequent ones. */
static const char signs[] = "[one]\n!\"$%&'()*+,-./0123456789:;<=>?@[\\]^`{|}~\n9: x~\n"
			    "ü~\n~~\n";
static struct phrase_set signs_set = {.source = signs, .sections = sections};

static void assert_set(struct phrase_set *s, const char *text, const char *want)
{
	struct phrase_hit hits[32];
	size_t count = phrase_scan(s, span_of(text), hits, 32);
	struct text found = {0};

	for (size_t i = 0; i < count; i++)
		text_printf(&found, "%s%u%s@%zu-%zu", i ? " " : "", hits[i].phrase->kind,
			hits[i].phrase->family ? "f" : "", hits[i].start, hits[i].end);
	if (strcmp(text_string(&found), want))
		fail_msg("%s: %s", text, text_string(&found));
	text_done(&found);
}

static void assert_hits(const char *text, const char *want)
{
	assert_set(&set, text, want);
}

static void test_signs(void **state)
{
	(void)state;
	assert_set(&signs_set, "9: x~", "0@0-5");
	assert_set(&signs_set, "9:  X~~~", "0@0-6 0@5-7 0@6-8");
	assert_set(&signs_set, "#_9: y~", "");
	assert_set(&signs_set, "\xc3\x9c~ é~ ü ~", "0@0-3");
	assert_set(&signs_set, " !\"$%&'()*+,-./0123456789:;<=>?@[\\]^`{|}~~",
		"0@1-41 0@40-42");
}

static void test_found(void **state)
{
	(void)state;
	assert_hits("", "");
	assert_hits("nothing", "");
	assert_hits("ushers", "1@1-4 0@1-4 0@2-4 0@2-6");
	assert_hits("HE", "0@0-2");
	assert_hits("this is", "0@4-7");
	assert_hits("thisis", "");
	assert_hits("two\r\n\t words", "1@0-12");
	assert_hits("can\xe2\x80\x99t", "0f@0-7");
	assert_hits("\xc3\x9c"
		    "BER",
		"1@0-5");
	assert_hits("\xd0\x9f\xd0\xa0\xd0\x98\xd0\x92\xd0\x95\xd0\xa2", "1@0-12");
}

static void test_room(void **state)
{
	struct phrase_hit hits[3];

	(void)state;
	assert_int_equal(phrase_scan(&set, span_of("he he he he he"), hits, 3), 3);
}

static void test_reasons(void **state)
{
	static const struct {
		const char *words, *context, *status;
		enum letter_reason reason;
		bool hard;
	} cases[] = {
		{"550 5.1.1 <a@x.example>: user unknown", "", "5.1.1", LETTER_NO_PERSON,
			true},
		/* the address had been taken before */
		{"550 user unknown (in reply to end of DATA command)", "", "",
			LETTER_NO_PERSON, false},
		{"550 user unknown (in reply to RCPT TO command)", "", "",
			LETTER_NO_PERSON, true},
		{"550 user unknown", "after RCPT TO:<a@x.example>", "", LETTER_NO_PERSON,
			true},
		{"550 5.2.1 user unknown", "", "5.2.1", LETTER_NO_PERSON, false},
		{"550 no such user here", "", "", LETTER_NO_PERSON, true},
		{"550 5.1.1 Recipient address rejected: far.example", "", "5.1.1",
			LETTER_NO_PERSON, true},
		{"550 5.7.1 Recipient address rejected: far.example", "", "5.7.1",
			LETTER_FILTERED, false},
		{"The address you entered couldn't be found", "", "", LETTER_NO_PERSON,
			true},
		{"552 5.2.2 mailbox full", "", "5.2.2", LETTER_FULL, false},
		{"550 5.1.1 mailbox full", "", "5.1.1", LETTER_FULL, false},
		{"553 does not exist (in reply to MAIL FROM command)", "", "",
			LETTER_SENDER, false},
		{"host refused to talk to me: 554 service unavailable", "", "",
			LETTER_BLOCKED, false},
		{"Host or domain name not found", "", "5.4.4", LETTER_NO_DOMAIN, true},
		{"Host or domain name not found", "", "4.4.3", LETTER_NO_DOMAIN, false},
		{"550 5.4.1 Recipient address rejected: Access denied", "", "5.4.1",
			LETTER_NO_PERSON, true},
		{"550 5.7.1 Recipient address rejected: Access denied", "", "5.7.1",
			LETTER_POLICY, false},
		{"550 5.7.26 DMARC", "", "5.7.26", LETTER_AUTH, false},
		{"hm", "", "5.2.2", LETTER_FULL, false},
		{"hm", "", "5.1.6", LETTER_MOVED, true},
		{"hm", "", "5.4.77", LETTER_NETWORK, false},
		{"hm", "", "5.0.0", LETTER_NO_REASON, false},
		{"", "", "", LETTER_NO_REASON, false},
	};
	struct reason found;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		reason_find(span_of(cases[i].words), span_of(cases[i].context),
			cases[i].status, &found);
		if (found.reason != cases[i].reason || found.hard != cases[i].hard)
			fail_msg("%s %s: %s %s", cases[i].words, cases[i].status,
				letter_reason_name(found.reason),
				found.hard ? "hard" : "soft");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_signs),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
