/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what a relay says, whole and byte by byte: the same replies, nothing over
 * a limit, and no verdict that accepts or refuses without a code that says so.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_verdict(const struct reply *r, const char *stage)
{
	struct relay_verdict v;
	char words[40];

	reply_judge(r, stage, &v);
	check_that(v.kind != RELAY_ACCEPTED ||
		   (r->code / 100 == 2 && !strcmp(stage, "dot")));
	check_that(v.kind != RELAY_REFUSED || (r->code / 100 == 5 && !v.session));
	check_that(v.kind != RELAY_DEFERRED || r->code / 100 == 4);
	check_that(!v.enhanced[0] || v.enhanced[0] == '0' + r->code / 100);
	for (const char *p = v.text; *p; p++)
		check_that(*p == '\n' || (*p >= ' ' && *p < 0x7f));
	reply_public(v.text, words, sizeof(words));
	check_that(!strpbrk(words, "@\n"));
}

/* Reads it in pieces; returns a sum over what was found. */
static uint64_t read_all(const char *bytes, size_t length, size_t piece)
{
	static const char *const stages[] = {"MAIL", "RCPT", "DATA", "dot"};
	struct reply r = {0};
	uint64_t sum = 1;
	int got = 0;

	for (size_t at = 0, used; at < length && got >= 0; at += used) {
		got = reply_feed(
			&r, bytes + at, length - at < piece ? length - at : piece, &used);
		check_that(used > 0 || got < 0);
		if (got <= 0)
			continue;
		check_that(r.code >= 100 && r.code <= 599);
		sum = sum * 31 + (uint64_t)r.code * 7 + r.text.length;
		for (size_t i = 0; i < 4; i++)
			check_verdict(&r, stages[i]);
	}
	reply_done(&r);
	return got < 0 ? ~sum : sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *s = (const char *)bytes;

	check_that(read_all(s, length, length + 1) == read_all(s, length, 1));
	return 0;
}
