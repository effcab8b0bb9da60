/* SPDX-License-Identifier: MIT */
/*
 * text: growing bytes, and rows of named fields.
 *
 * Out of memory is not an error that callers handle: the process ends at once with code 70, as in Postfix's
 * mymalloc ("either succeeds or it does not return at all"); every promise of the program survives a kill at any
 * moment, so this is only another moment.
 */
#ifndef RECIPIENTS_TEXT_H
#define RECIPIENTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

void *text_alloc(size_t bytes);		      /* zeroed; never NULL */
void *text_realloc(void *old, size_t bytes);  /* never NULL */
char *text_copy(const char *s);		      /* strdup that does not fail; NULL stays NULL */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
void text_freep(char **p);		      /* for cleanup */
#define auto_text __attribute__((cleanup(text_freep))) char *

/* Growing bytes, always with a NUL behind them. `{0}` is an empty one. */
struct text {
	char *bytes; /* NULL while empty */
	size_t length;
	size_t room;
};

void text_reserve(struct text *t, size_t more); /* room for so many bytes, so that adding them moves nothing */
void text_add(struct text *t, const void *bytes, size_t length);
void text_add_string(struct text *t, const char *s);
void text_add_char(struct text *t, char c);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_cut(struct text *t, size_t length); /* shortens */
void text_line_ends(struct text *t); /* CR LF becomes LF */
void text_clear(struct text *t);      /* length 0, keeps the room */
void text_done(struct text *t);	      /* frees */
const char *text_string(const struct text *t); /* "" while empty */
#define auto_text_buffer __attribute__((cleanup(text_done))) struct text

/*
 * A row: named fields in the order of the file, packed as name NUL value NUL name NUL value NUL ... The form in
 * which rows are sealed. Values hold no NUL (a row with one is a reject).
 */
struct row {
	struct text packed;
};

void row_clear(struct row *r);
void row_done(struct row *r);
#define auto_row __attribute__((cleanup(row_done))) struct row
void row_add(struct row *r, const char *name, const char *value); /* an empty value is not kept: it is no evidence */
const char *row_value(const struct row *r, const char *name); /* first of that name, or NULL */
/* Walks the fields: `const char *name = NULL, *value; while (row_next(r, &name, &value)) ...` */
bool row_next(const struct row *r, const char **name, const char **value);
/* The same over packed bytes that somebody else owns (an opened seal). Malformed bytes end the walk. */
bool row_packed_next(const char *packed, size_t length, const char **name, const char **value);

#endif
