/* SPDX-License-Identifier: MIT */
/*
 * folder: templates in files.
 *
 * A template file is UTF-8 (a byte order mark is dropped) and at most TAG_SOURCE_LIMIT bytes.
 * Faults are FAULT_INPUT and begin with the file's path.
 *
 * Use:
 *	struct folder folder = {.dir = "templates", .ending = ".html"};
 *	struct mustache_loader loader = {folder_load, &folder};
 */
#ifndef TEMPLATES_FOLDER_H
#define TEMPLATES_FOLDER_H

#include "recipients/fault.h"
#include "recipients/text.h"

struct folder {
	const char *dir;    /* where partials and parents are */
	const char *ending; /* tried first, so that a page gets the parts made for pages; may be NULL */
};

/* Reads one template file into `ret`, which is cleared first. Only a regular file. */
int folder_read(const char *path, struct text *ret, struct fault *f);

/*
 * A mustache_loader's `load`; `user` is a struct folder. For the partial NAME it takes the
 * first that is there of NAME + `ending`, NAME.mustache, NAME.txt, NAME.html and NAME in the
 * folder. NAME may hold "/" but stays inside: "..", "." or nothing between slashes is a fault.
 */
int folder_load(void *user, const char *name, struct text *ret_source, struct fault *f);

#endif
