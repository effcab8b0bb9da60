/* SPDX-License-Identifier: MIT */
/*
 * texts: the shipped words, embedded in the program, and the folder that overrides them.
 *
 * A text has a name: "notice/officer.txt", "advice/online.txt", "example/supplier/policy.json". An incident's own
 * folder `templates/` may hold files of the same names; they win, one by one. Files under example/ are only copied.
 * A text in another language has that language's code in front: "pl/notice/officer.txt".
 */
#ifndef TEMPLATES_TEXTS_H
#define TEMPLATES_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/text.h"
#include "templates/mustache.h"

/* The shipped text of that name, or NULL. */
const char *texts_shipped(const char *name);
/* Names of the shipped texts in order; NULL behind the last. */
const char *texts_name(size_t i);

struct texts {
	const char *dir; /* the overrides' folder; it need not be there */
};

/* The text NAME ("notice/officer" or "notice/officer.txt"): 1 and its source, 0 there is none, -1 a fault. */
int texts_load(const struct texts *t, const char *name, struct text *ret, struct fault *f);
/* Is it the folder's own? */
bool texts_overridden(const struct texts *t, const char *name);
/*
 * Appends "cy/NAME" to the list for each language in which there is a text of that name: a folder of two letters in the
 * overrides' folder holds it.
 */
void texts_spoken(const struct texts *t, const char *name, json_t *list);
/* A loader for mustache_compile; `t` must live as long as the compiling. */
struct mustache_loader texts_loader(struct texts *t);

#endif
