/* SPDX-License-Identifier: MIT */
/* Any bytes as a header block, and as the value of a field: decoding, addresses, ids,
 * dates. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/charset.h"
#include "mailer/wire/header.h"
#include "mailer/wire/plain.h"

#define ROOM 321

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_value(struct span value)
{
	auto_text_buffer out = {0};
	char address[ROOM];
	size_t at = 0, before = 0;

	header_decode(value, &out);
	check_that(!span_copy((struct span){text_string(&out), out.length}, address, 1));
	for (; header_address(value, &at, address, sizeof(address)); before = at) {
		check_that(at > before && at <= value.length);
		check_that(*address && strlen(address) < sizeof(address));
		check_that(!strpbrk(address, "<>\r\n"));
	}
	at = before = 0;
	for (; header_id(value, &at, address, sizeof(address)); before = at)
		check_that(at > before && at <= value.length && !strchr(address, '>'));
	(void)header_date(value);
	check_that(header_parameter(value, "charset").length <= value.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct span all = {(const char *)bytes, length}, name, value;
	auto_text_buffer html = {0}, text = {0};
	size_t at = 0, before = 0, fields = 0;

	check_that(header_length(all) <= length);
	for (; header_next(all, &at, &name, &value) && fields < 50;
		before = at, fields++) {
		check_that(at > before && at <= length + 1 && name.length);
		check_value(value);
	}
	check_value(all);
	plain_from_html(all, &html);
	charset_decode((struct span){all.at, length < 12 ? length : 12}, all, &text);
	return 0;
}
