/* SPDX-License-Identifier: MIT */
/*
 * form: the fields of a query or a form (application/x-www-form-urlencoded), and one cookie out of a header. Hostile bytes.
 *
 * Source: WHATWG URL, section 5.1; RFC 6265 section 4.2. Stricter: what a browser does not send is refused, as is all that two
 * programs might read in two ways (a name twice, a NUL, broken escapes, bytes that are not UTF-8).
 */
#ifndef MAILER_PAGE_FORM_H
#define MAILER_PAGE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#define FORM_FIELDS 16

struct form {
	char *bytes; /* names and values, each with its NUL */
	const char *names[FORM_FIELDS], *values[FORM_FIELDS];
	size_t count;
};

/* -1: not well formed. Lines in values end in "\n". */
int form_parse(const char *bytes, size_t length, struct form *ret);
void form_done(struct form *f);
#define auto_form __attribute__((cleanup(form_done))) struct form

const char *form_value(const struct form *f, const char *name); /* NULL: not there */
bool form_has_only(const struct form *f, const char *const *names); /* `names` ends in NULL */

/* The cookie of this name; false if there is none, two of them, or it does not have just this length. */
bool form_cookie(const char *header, const char *name, char *out, size_t length);

#endif
