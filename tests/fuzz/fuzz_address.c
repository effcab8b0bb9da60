/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an address, and as one with a name. What is let through must be fit to
 * stand in a command and in a header, and be its own normal form.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/address.h"
#include "recipients/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_taken(const struct address *a)
{
	size_t length = strlen(a->text), local = (size_t)(a->domain - a->text) - 1;
	struct address again;
	struct fault f = {0};

	check_that(length <= ADDRESS_MAX && local >= 1 && local <= ADDRESS_LOCAL_MAX);
	check_that(a->domain[-1] == '@' && !strpbrk(a->domain, "@_ ") &&
		   strchr(a->domain, '.'));
	for (const char *p = a->text; *p; p++)
		check_that(*p > ' ' && *p < 0x7f && *p != '<' && *p != '>');
	for (const char *p = a->domain; *p; p++)
		check_that(*p < 'A' || *p > 'Z');
	check_that(!address_parse(a->text, length, &again, &f));
	check_that(!strcmp(a->text, again.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	auto_text_buffer text = {0};
	auto_text name = NULL;
	struct fault f = {0};
	struct address a;

	if (!address_parse((const char *)bytes, length, &a, &f))
		check_taken(&a);
	else
		check_that(f.kind == FAULT_INPUT && f.text[0]);
	text_add(&text, bytes, length);
	if (!address_parse_named(text_string(&text), &name, &a, &f))
		check_taken(&a);
	return 0;
}
