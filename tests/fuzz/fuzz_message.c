/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as name, subject, text and HTML, a NUL between them. What is written must
 * keep to the lines of message.h, hold no header but its own, and be fit for the wire.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/message.h"
#include "mailer/wire/relay_mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_lines(const char *s)
{
	for (const char *end; *s; s = end + 2) {
		end = strstr(s, "\r\n");
		check_that(end && end - s <= 76);
		check_that(*s != '.' && strncmp(s, "From ", 5) != 0);
		check_that(end == s || (end[-1] != ' ' && end[-1] != '\t'));
	}
}

/* Lines of the header that do not go on from the one before. */
static unsigned count_fields(const char *s)
{
	unsigned count = 0;

	for (; strncmp(s, "\r\n", 2) != 0; s = strstr(s, "\r\n") + 2)
		count += *s != ' ';
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *values[4] = {"", "", "", ""};
	auto_text_buffer all = {0}, out = {0};
	struct message m = {.from = "a@force.example",
		.to = "b@force.example",
		.message_id = "c@force.example",
		.boundary = "b"};
	struct relay_mail mail = {.from = m.from, .to = m.to};
	struct fault f = {0};
	size_t at = 0;

	text_add(&all, bytes, length);
	for (size_t i = 0; i < 4 && at < all.length; i++) {
		values[i] = all.bytes + at;
		at += strlen(values[i]) + 1;
	}
	m.from_name = m.to_name = values[0];
	m.subject = values[1];
	m.text = values[2];
	m.html = values[3];
	if (message_write(&m, &out, &f)) {
		check_that(f.kind == FAULT_INPUT && out.length == 0);
		return 0;
	}
	mail.bytes = out.bytes;
	mail.length = out.length;
	check_lines(out.bytes);
	check_that(count_fields(out.bytes) == 8);
	check_that(!relay_mail_check(&mail, &f));
	return 0;
}
