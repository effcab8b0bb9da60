/* SPDX-License-Identifier: MIT */
/* Any bytes as the fields of a report: what is found lies within them, codes are codes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_within(struct span s, struct span all)
{
	check_that(
		!s.length || (s.at >= all.at && s.at + s.length <= all.at + all.length));
}

static void check_code(const char *code)
{
	check_that(strlen(code) < DSN_CODE);
	check_that(!*code || (strchr("245", *code) && code[1] == '.' &&
				     !code[strspn(code, "0123456789.")]));
	(void)dsn_is_telling(code);
}

static void check_recipient(const struct dsn_recipient *r, struct span all)
{
	const struct span spans[] = {r->original, r->final, r->actual, r->status,
		r->diagnostic, r->remote, r->comment};
	char code[DSN_CODE];

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		check_within(spans[i], all);
	dsn_status(r->status, r->diagnostic, code);
	check_code(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct dsn dsn;
	struct span all = {(const char *)bytes, length};
	char code[DSN_CODE], text[64];
	size_t at = 0;
	int reply;

	dsn_read(all, &dsn);
	check_that(dsn.count <= DSN_RECIPIENTS);
	check_within(dsn.envelope_id, all);
	check_within(dsn.reporter, all);
	for (size_t i = 0; i < dsn.count; i++)
		check_recipient(&dsn.recipients[i], all);
	for (size_t before = 0; dsn_find_status(all, &at, code); before = at) {
		check_that(at > before && at <= length);
		check_code(code);
	}
	reply = dsn_find_reply(all);
	check_that(reply == 0 || (reply >= 400 && reply <= 599));
	check_that(dsn_reply_place(all) <= length);
	check_that(dsn_xtext(all, text, sizeof(text)) < sizeof(text));
	check_that(memchr(text, 0, sizeof(text)) != NULL);
	return 0;
}
