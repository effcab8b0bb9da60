/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the body of a reply. What is new has no controls and no blank lines at its
 * ends; nothing is made up; what quotes a notice is no acknowledgement.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/reply_sense.h"
#include "mailer/wire/reply_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

/* Letters and digits come out in the order in which they went in. */
static void check_order(struct span in, const struct text *out)
{
	size_t at = 0;

	for (size_t i = 0; i < out->length; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789", out->bytes[i]))
			continue;
		while (at < in.length && in.at[at] != out->bytes[i])
			at++;
		check_that(at++ < in.length);
	}
}

static void check_quoted(struct span body)
{
	auto_text_buffer quoted = {0}, out = {0};
	struct span line;
	size_t at = 0;

	while (span_line(body, &at, &line)) {
		text_add_string(&quoted, "> ");
		text_add(&quoted, line.at, line.length);
		text_add_char(&quoted, '\n');
	}
	reply_text_find((struct span){text_string(&quoted), quoted.length}, &out);
	check_that(out.length == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct span body = {(const char *)bytes, length};
	auto_text_buffer out = {0};
	struct reply_sense sense;

	reply_text_find(body, &out);
	for (size_t i = 0; i < out.length; i++)
		check_that((unsigned char)out.bytes[i] >= ' ' || out.bytes[i] == '\n');
	check_that(!out.length ||
		   (out.bytes[0] != '\n' && out.bytes[out.length - 1] != '\n'));
	check_order(body, &out);
	reply_sense_read((struct span){text_string(&out), out.length}, &sense);
	check_that(out.length || (!sense.says_ack && !sense.asks && !sense.worried));
	reply_sense_read(body, &sense);
	if (length < 4096)
		check_quoted(body);
	return 0;
}
