/* SPDX-License-Identifier: MIT */
/*
 * Takes forms apart. What the fields mean is pages.c's.
 */
#include "mailer/page/form.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "recipients/text.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One sign of a form; -1 if it is broken. */
static int decode(const char *bytes, size_t length, size_t *at)
{
	int high, low;

	if (bytes[*at] == '+')
		return (*at)++, ' ';
	if (bytes[*at] != '%')
		return (unsigned char)bytes[(*at)++];
	if (length - *at < 3)
		return -1;
	high = hex(bytes[*at + 1]);
	low = hex(bytes[*at + 2]);
	*at += 3;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* A name or a value, up to one of `ends`. Browsers end lines with CR LF. */
static char *take(
	const char *bytes, size_t length, size_t *at, const char *ends, char **out)
{
	char *start = *out;

	while (*at < length && !strchr(ends, bytes[*at])) {
		int c = decode(bytes, length, at);

		if (c <= 0 || (c < ' ' && c != '\n' && c != '\r' && c != '\t') ||
			c == 0x7f)
			return NULL;
		if (c != '\r')
			*(*out)++ = (char)c;
	}
	*(*out)++ = '\0';
	return start;
}

static bool is_utf8(const char *s)
{
	json_t *checked = json_string(s);
	bool is = checked != NULL;

	json_decref(checked);
	return is;
}

static int take_field(
	const char *bytes, size_t length, size_t *at, char **out, struct form *f)
{
	const char *name = take(bytes, length, at, "=&", out), *value = "";

	if (name && *at < length && bytes[*at] == '=') {
		(*at)++;
		value = take(bytes, length, at, "&", out);
	}
	if (!name || !*name || !value || !is_utf8(name) || !is_utf8(value))
		return -1;
	if (f->count == FORM_FIELDS || form_value(f, name))
		return -1;
	f->names[f->count] = name;
	f->values[f->count++] = value;
	return 0;
}

int form_parse(const char *bytes, size_t length, struct form *ret)
{
	size_t at = 0;
	char *out;

	*ret = (struct form){0};
	if (memchr(bytes, '\0', length))
		return -1;
	ret->bytes = out = text_alloc(length + 2 * FORM_FIELDS + 2);
	while (at < length) {
		if (take_field(bytes, length, &at, &out, ret)) {
			form_done(ret);
			return -1;
		}
		if (at < length) /* "&" */
			at++;
	}
	return 0;
}

void form_done(struct form *f)
{
	free(f->bytes);
	*f = (struct form){0};
}

const char *form_value(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->names[i], name))
			return f->values[i];
	return NULL;
}

bool form_has_only(const struct form *f, const char *const *names)
{
	for (size_t i = 0; i < f->count; i++) {
		const char *const *n = names;

		while (*n && strcmp(*n, f->names[i]) != 0)
			n++;
		if (!*n)
			return false;
	}
	return true;
}

bool form_cookie(const char *header, const char *name, char *out, size_t length)
{
	size_t name_length = strlen(name);
	bool found = false;

	while (header && *header) {
		size_t pair;

		header += strspn(header, " ;");
		pair = strcspn(header, ";");
		if (pair > name_length && !strncmp(header, name, name_length) &&
			header[name_length] == '=') {
			if (found || pair != name_length + 1 + length)
				return false;
			memcpy(out, header + name_length + 1, length);
			out[length] = '\0';
			found = true;
		}
		header += pair;
	}
	return found;
}
