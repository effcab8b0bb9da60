/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a form and as a Cookie header: what is taken is text, each name once, and
 * nothing of it longer than what came.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/page/form.h"
#include "recipients/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_field(const struct form *f, size_t i, size_t length)
{
	check_that(*f->names[i] && strlen(f->names[i]) + strlen(f->values[i]) <= length);
	check_that(form_value(f, f->names[i]) == f->values[i]);
	for (const char *p = f->values[i]; *p; p++)
		check_that((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	auto_text line = text_format("%.*s", (int)length, (const char *)bytes);
	char out[9];
	struct form f;

	if (!form_parse((const char *)bytes, length, &f)) {
		check_that(f.count <= FORM_FIELDS);
		for (size_t i = 0; i < f.count; i++)
			check_field(&f, i, length);
		form_done(&f);
	}
	if (form_cookie(line, "id", out, 8))
		check_that(strlen(out) == 8 && strstr(line, out));
	return 0;
}
