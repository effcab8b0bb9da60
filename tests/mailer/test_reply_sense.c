/* SPDX-License-Identifier: MIT */
/* reply_sense: who knows, who asks, who is afraid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/wire/reply_sense.h"

/* "a" says_ack, "q" asks, "w" worried */
static const char *sense_of(const char *text)
{
	static char out[4];
	struct reply_sense s;
	size_t n = 0;

	reply_sense_read(span_of(text), &s);
	if (s.says_ack)
		out[n++] = 'a';
	if (s.asks)
		out[n++] = 'q';
	if (s.worried)
		out[n++] = 'w';
	out[n] = '\0';
	return out;
}

static void assert_all(const char *const *texts, const char *sense)
{
	for (; *texts; texts++)
		if (strcmp(sense_of(*texts), sense))
			fail_msg("'%s' gives '%s', not '%s'", *texts, sense_of(*texts),
				sense);
}

static void who_knows_says_so(void **state)
{
	static const char *const texts[] = {"I have read this", "I have read this.\n\nJo",
		"\"I have read this\"", "i HAVE  read\nthis",
		"I\xe2\x80\x99ve read your email. Thanks.",
		"Hi,\n\nI have read this and understood it.\nJo", "Received, thank you.",
		"Noted.", "Acknowledged", "I acknowledge receipt of your email.",
		"Many thanks, received.", "This is to confirm receipt of your notice.",
		"I confirm that I have read this.", "Thank you for letting me know.",
		"Read and understood", "Not at work today.\nI have read this.",
		"I have read this, no questions.", "Yes I read this", "Rec'd, thanks",
		"I have read this. I no longer work for the force.",
		"I have read this. No need to call me.",
		"I have read this and will be in touch if I need anything.",
		"I have read this. If I have any questions I will ask.",
		"Diolch am roi gwybod i mi", NULL};

	(void)state;
	assert_all(texts, "a");
}

static void what_proves_nothing(void **state)
{
	static const char *const texts[] = {"", "Thanks", "OK",
		"Thank you for your email.", "Hello", "I have not read this.",
		"I haven't read this yet", "I never received this",
		"I will confirm receipt later.", "If I have read this right it is bad.",
		"I cannot say that I have read this.",
		"When I have read this I will write.",
		"You have not acknowledged receipt of my letter.",
		"If you have read this, you can reply with the words \"I have read this\".",
		"I have read in the paper that rents go up.",
		"They told me to say I have read this.", "I have received nothing.",
		"I refuse to acknowledge receipt.", "I have yet to read this.",
		"I have received this email but have not read it.",
		"My mother has read this on my behalf.",
		"This is about you, so you may want to\nread it on your own first.",
		"I no longer work for the force.", NULL};

	(void)state;
	assert_all(texts, "");
}

static void who_asks_is_heard(void **state)
{
	static const char *const texts[] = {"What was in it?", "Is this genuine? Jo",
		"Can you ring me", "Please call me on my mobile",
		"Hi, can you tell me what to do", "Please acknowledge receipt.",
		"I would like to know what was lost",
		"This is not me, you have the wrong person", "Take me off this list",
		"I am not the person you mean", "I'd like a copy of what was lost",
		"I want to make a complaint", "This looks like a scam",
		"Could you confirm receipt of this?", "My address has changed", NULL};
	static const char *const both[] = {"I have read this. Who has my data?",
		"I have read this.\n\nIs there anything I should do\n",
		"I have read this. What now", "I have read this. I need help.",
		"I have read this. Please update my address.",
		"I have read this but do not understand it", "Received. Please call me.",
		NULL};

	(void)state;
	assert_all(texts, "q");
	assert_all(both, "aq");
	assert_string_equal(sense_of("See http://force.example/a?b=c for more"), "");
}

static void who_is_afraid_is_found(void **state)
{
	static const char *const texts[] = {"I am worried", "I'm really scared",
		"My family is in danger", "I do not feel safe", "he was outside my house",
		"I fear for my children", "Mae ofn arna i", "They know where I live.",
		"I am very concerned", NULL};
	static const char *const calm[] = {"No worries!", "Don't worry",
		"I am not worried about it", "Nothing to worry about",
		"It is over as far as I am concerned", NULL};

	(void)state;
	assert_all(texts, "w");
	assert_all(calm, "");
	assert_string_equal(
		sense_of(
			"I have read this. I am not worried for me, but I am scared for my son."),
		"aw");
	assert_string_equal(sense_of("I'm afraid I can't open it"), "q");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_knows_says_so),
		cmocka_unit_test(what_proves_nothing),
		cmocka_unit_test(who_asks_is_heard),
		cmocka_unit_test(who_is_afraid_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
