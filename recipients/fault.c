/* SPDX-License-Identifier: MIT */
/*
 * The one error: kind and text. It does not print; main does (mailer/main.c).
 */
#include "recipients/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* File names and damaged files bring anything, and a cut may split a sign: a text that
 * is no UTF-8 would be no JSON, and a terminal obeys what it is sent. */
static void clean(struct fault *f)
{
	unsigned char *s = (unsigned char *)f->text;

	while (*s) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate(s, -1, &c);

		if (n < 1 || (c < 32 && c != '\n' && c != '\t') ||
			(c >= 127 && c < 160)) {
			n = n < 1 ? 1 : n;
			memset(s, '?', (size_t)n);
		}
		s += n;
	}
}

int fault_set(struct fault *f, enum fault_kind kind, const char *format, ...)
{
	va_list list;

	f->kind = kind;
	va_start(list, format);
	(void)vsnprintf(f->text, sizeof(f->text), format, list);
	va_end(list);
	clean(f);
	return -1;
}

int fault_prefix(struct fault *f, const char *format, ...)
{
	char old[sizeof(f->text)];
	va_list list;
	size_t used;

	memcpy(old, f->text, sizeof(old));
	va_start(list, format);
	(void)vsnprintf(f->text, sizeof(f->text), format, list);
	va_end(list);
	used = strlen(f->text);
	(void)snprintf(f->text + used, sizeof(f->text) - used, ": %s", old);
	clean(f);
	return -1;
}

const char *fault_kind_name(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_NONE:
		return "NONE";
	case FAULT_USAGE:
		return "USAGE";
	case FAULT_INPUT:
		return "INPUT";
	case FAULT_UNAVAILABLE:
		return "UNAVAILABLE";
	case FAULT_INTERNAL:
		return "INTERNAL";
	case FAULT_CANTCREATE:
		return "CANTCREATE";
	case FAULT_LEDGER:
		return "LEDGER";
	case FAULT_TEMPORARY:
		return "TEMPORARY";
	case FAULT_REFUSED:
		return "REFUSED";
	case FAULT_CONFIG:
		return "CONFIG";
	case FAULT_INTERRUPTED:
		return "INTERRUPTED";
	}
	return "INTERNAL";
}
