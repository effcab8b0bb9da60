/* SPDX-License-Identifier: MIT */
/*
 * markup: the XML of a part, as events. The only door to expat.h.
 *
 * Streams: no tree is built, and memory does not grow with the part. Names come without
 * their prefix ("table:table-row" is "table-row"): which namespace a prefix stands for is
 * not looked at, so whoever listens goes by the place of an element as well as by its name.
 *
 * Refused, each by a fault that names part and line: a DOCTYPE, and with it every entity of
 * the file's own, inside or outside of it (no spreadsheet program writes one); what is not
 * well-formed; more than MARKUP_DEPTH elements in each other; a tag, comment or the like of
 * more than MARKUP_TOKEN bytes.
 *
 *	auto_markup *m = NULL;
 *	if (markup_open(package, "xl/workbook.xml", &events, user, &m, f))
 *		return -1;
 *	while ((got = markup_next(m, f)) > 0)
 *		... an event called markup_pause ...
 *	return got;
 */
#ifndef RECIPIENTS_MARKUP_H
#define RECIPIENTS_MARKUP_H

#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/package.h"

#define MARKUP_DEPTH 100
#define MARKUP_TOKEN ((size_t)1 << 20)

struct markup;

/* `depth`: how many elements it stands in; the root's is 0. Text comes in pieces. */
struct markup_events {
	void (*start)(void *user, struct markup *m, size_t depth, const char *name,
		const char **attributes);
	void (*end)(void *user, struct markup *m, size_t depth, const char *name);
	void (*text)(void *user, struct markup *m, const char *bytes, size_t length);
};

/* Any event may be NULL. `p`, `events` and `user` must live as long. */
int markup_open(struct package *p, const char *part, const struct markup_events *events,
	void *user, struct markup **ret, struct fault *f);
void markup_close(struct markup *m);
void markup_closep(struct markup **m);
#define auto_markup __attribute__((cleanup(markup_closep))) struct markup

/* 1: an event paused; 0: the part has ended; -1. */
int markup_next(struct markup *m, struct fault *f);
/* All of a part, whose events do not pause. */
int markup_read(struct package *p, const char *part, const struct markup_events *events,
	void *user, struct fault *f);

/* For events: markup_next returns. Only at the end of an element. */
void markup_pause(struct markup *m);
/* For events: markup_next is to fail, with FAULT_INPUT and these words. */
void markup_refuse(struct markup *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The value of an attribute by its name without prefix, or NULL. */
const char *markup_attribute(const char **attributes, const char *name);
/* The same as a whole number; `otherwise` if it is not there or is none. Stops at `most`. */
size_t markup_number(
	const char **attributes, const char *name, size_t otherwise, size_t most);

#endif
