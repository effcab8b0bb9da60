/* SPDX-License-Identifier: MIT */
/* reply_text: what was quoted goes, what was written stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/wire/reply_text.h"

static void assert_new(const char *body, const char *expected)
{
	auto_text_buffer out = {0};

	reply_text_find(span_of(body), &out);
	assert_string_equal(text_string(&out), expected);
}

#define QUOTED                                                                           \
	"> If you have read this, you can reply with the words\n"                        \
	"> \"I have read this\".\n"
#define UNQUOTED "If you have read this, reply with the words I have read this.\n"

static void quotations_go(void **state)
{
	(void)state;
	assert_new("I have read this.\r\n\r\n> old\r\n>> older\r\n", "I have read this.");
	assert_new(
		"On Mon, 3 Jun 2024 at 09:12, Data Protection\n<dpo@force.example> wrote:\n\n" QUOTED,
		"");
	assert_new(
		"Yes\n\nAm 03.06.2024 um 09:12 schrieb Jo <jo@force.example>:\n" UNQUOTED,
		"Yes");
	assert_new(
		"new\n\nOn 3 Jun 2024, at 09:12, Jo Bloggs wrote:\n\n> old\n\nmore new\n",
		"new\n\nmore new");
	assert_new("| old\n| older\nnew\n| one bar is no quotation",
		"new\n| one bar is no quotation");
}

static void headers_within_the_text_end_it(void **state)
{
	(void)state;
	assert_new(
		"Fine.\n________________________________\nFrom: Force <dpo@force.example>\n"
		"Sent: 03 June 2024 09:12\nTo: Jo\nSubject: Notice\n\n" UNQUOTED,
		"Fine.");
	assert_new(
		"Fine.\n\nFrom: Force <dpo@force.example>\nDate: Monday\nTo: Jo\n\n" UNQUOTED,
		"Fine.");
	assert_new("Fine.\n\n-----Original Message-----\n" UNQUOTED, "Fine.");
	assert_new("Fine.\n\n>>> A <a@force.example> 03/06/2024 09:12 >>>\n" UNQUOTED,
		"Fine.");
	assert_new("Fine.\n\n|------------>\n| From:      |\n\n" UNQUOTED, "Fine.");
	assert_new("Fine.\n\n---\nA wrote on 03/06/2024 09:12:\n" UNQUOTED, "Fine.");
	assert_new("Fine.\n\n*Von:* A\n*Gesendet:* heute\n*An:* B\n\nalt", "Fine.");
	assert_new("Fine.\n\nBegin forwarded message:\n" UNQUOTED, "Fine.");
	assert_new("From: my point of view\nit is fine.",
		"From: my point of view\nit is fine.");
}

static void signatures_go(void **state)
{
	(void)state;
	assert_new("Thanks\n-- \nJo Bloggs\nDo you have information? Call us.", "Thanks");
	assert_new("Thanks\n\nSent from my phone", "Thanks");
	assert_new("Sent from my desk, where it is quiet.",
		"Sent from my desk, where it is quiet.");
	assert_new(
		"Thanks\n\nKind regards,\n\nJo\nPC 1234 | Roads\nHave you seen our page?\n\n"
		"PS call me",
		"Thanks\n\nKind regards,\n\nJo\n\nPS call me");
	assert_new("OFFICIAL - SENSITIVE\n\nThanks\n*****\n", "Thanks");
	assert_new("Official letters get read.", "Official letters get read.");
}

#define DISCLAIMER                                                                              \
	"This email and any attachments are intended only for the addressee. If you have\n"     \
	"received it in error please tell the sender. Receipt or any acknowledgement of this\n" \
	"message does not constitute service of documents. The force accepts no liability.\n"

static void disclaimers_go(void **state)
{
	(void)state;
	assert_new("Thank you.\n\n" DISCLAIMER
		   "\nPlease acknowledge receipt by return.\n",
		"Thank you.");
	assert_new(DISCLAIMER "\nI have read this.", "I have read this.");
	assert_new(DISCLAIMER, "");
	/* somebody's own words, full of theirs */
	assert_new(
		"Hello\n\nI think this email was intended only for the addressee and I have received it\n"
		"in error. My name is on it but there are no attachments, who has the liability?\n",
		"Hello\n\nI think this email was intended only for the addressee and I have received it\n"
		"in error. My name is on it but there are no attachments, who has the liability?");
	assert_new("Hello\n\nThis was received in error, it is confidential.",
		"Hello\n\nThis was received in error, it is confidential.");
}

static void odd_bodies(void **state)
{
	auto_text_buffer long_one = {0}, out = {0};

	(void)state;
	assert_new("", "");
	assert_new("\n \n\t\n", "");
	assert_new(">", "");
	assert_new("a\x1b[2Jb\x7f\n\n\n\nc\xc2\x9b\xff\xe2", "a [2Jb \n\nc   ");
	assert_new("wrote:", "wrote:");
	for (size_t i = 0; i < 3 * REPLY_LINES_MAX; i++)
		text_add_string(&long_one, "I wrote: From: a@b.test\n");
	reply_text_find((struct span){long_one.bytes, long_one.length}, &out);
	assert_true(out.length <= REPLY_TEXT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotations_go),
		cmocka_unit_test(headers_within_the_text_end_it),
		cmocka_unit_test(signatures_go),
		cmocka_unit_test(disclaimers_go),
		cmocka_unit_test(odd_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
