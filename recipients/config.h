/* SPDX-License-Identifier: MIT */
/*
 * config: checked reading of the two files that a person writes by hand, incident.json
 * and policy.json.
 *
 * A cursor is a place in the JSON: a value and how one got there. What is wrong is said
 * with that path, never with the value: "policy.json: levels[2].route: is none of mail,
 * task, restricted, none". A key that is not known is a fault, so that a slip of the pen
 * is never a setting that silently does nothing; a key that stands twice is one too.
 * Every fault here is FAULT_CONFIG.
 *
 *	static const char *const keys[] = {"name", "rank", "after", NULL};
 *
 *	if (config_load("team.json", &json, f))
 *		return -1;
 *	root = config_root(json, "team.json");
 *	if (config_known(root, keys, f) ||
 *	    config_string(config_needed(&root, "name"), 200, &s->name, f) ||
 *	    config_duration(config_member(&root, "after"), &s->after, f))
 *		return -1;
 *
 * A reader leaves `*ret` alone when the value is absent and not needed: set the default
 * before. Strings are borrowed from the JSON and live as long as it does. A cursor
 * points to the one it came from: keep that alive.
 *
 * Limits: 1 MiB, UTF-8 (a byte order mark at the start is skipped), 32 levels deep
 * (trail.h), no NUL (jansson refuses it).
 */
#ifndef RECIPIENTS_CONFIG_H
#define RECIPIENTS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"

#define CONFIG_MAX_BYTES (1024 * 1024)
#define CONFIG_MAX_KEY 200 /* characters of a key of the file's own choosing */

struct config {
	json_t *value;		     /* borrowed; NULL: absent */
	const struct config *parent; /* NULL: the root */
	const char *name;	     /* the key; of the root: the file; NULL: an item */
	size_t index;		     /* of an item of a list */
	bool needed;		     /* absent is a fault */
};

/*
 * The whole file. Syntax, repeated keys, depth and size are checked; faults name the
 * path or the line.
 */
int config_load(const char *path, json_t **ret, struct fault *f);
/* The same from bytes; `name` stands for the file in faults. */
int config_parse(const char *name, const char *bytes, size_t length, json_t **ret,
	struct fault *f);

void config_freep(json_t **json);
#define auto_json __attribute__((cleanup(config_freep))) json_t

/*
 * `name` as in faults: the last part of a path is used ("/x/policy.json":
 * "policy.json").
 */
struct config config_root(json_t *value, const char *name);
struct config config_member(const struct config *c, const char *name); /* may be absent */
struct config config_needed(const struct config *c, const char *name); /* must be there */
struct config config_item(const struct config *c, size_t index);
bool config_present(struct config c);

/*
 * An object, and no key of it is outside `names` (ended by NULL). Absent is fine unless
 * needed.
 */
int config_known(struct config c, const char *const *names, struct fault *f);
/* A list of at most `max` items; absent: none. */
int config_list(struct config c, size_t max, size_t *ret_count, struct fault *f);
/*
 * An object with keys of the file's own choosing, at most `max`; absent: none. Walk it by
 * json_object_iter.
 */
int config_object(struct config c, size_t max, size_t *ret_count, struct fault *f);

/* One line: no control characters, at most `max` characters; needed: more than blanks. */
int config_string(struct config c, size_t max, const char **ret, struct fault *f);
/* The same, and may hold tabs and line ends. */
int config_text(struct config c, size_t max, const char **ret, struct fault *f);
/*
 * A file or folder: an absolute path, or one in `dir` however the program is run. `*ret` is new memory (free).
 */
int config_path(struct config c, const char *dir, size_t max, char **ret, struct fault *f);
/* A list of lines, none empty. `*ret` is new memory (free), its strings are borrowed. */
int config_strings(struct config c, size_t max_items, size_t max, const char ***ret,
	size_t *ret_count, struct fault *f);
int config_integer(struct config c, int64_t min, int64_t max, int64_t *ret,
	struct fault *f);
int config_number(struct config c, double min, double max, double *ret, struct fault *f);
int config_bool(struct config c, bool *ret, struct fault *f);
/* "24h", "P3D": clock.h */
int config_duration(struct config c, int64_t *ret_ms, struct fault *f);
/* RFC 3339 */
int config_time(struct config c, int64_t *ret_ms, struct fault *f);
/* YYYY-MM-DD, a day that exists; borrowed like a string */
int config_date(struct config c, const char **ret, struct fault *f);
/* One of `names` (ended by NULL): its index. Exact spelling; a near miss is named. */
int config_choice(struct config c, const char *const *names, int *ret, struct fault *f);

/*
 * "policy.json: levels[2].route: " and what is wrong; -1. For checks of the caller's
 * own.
 */
int config_fault(struct config c, struct fault *f, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The same with "; did you mean NAME?" behind it, if one of `names` (ended by NULL) is
 * near `given`.
 */
int config_unknown(struct config c, const char *what, const char *given,
	const char *const *names, struct fault *f);

/*
 * The candidate (list ended by NULL) that a hurried hand may have meant: at most two
 * letters changed, added, lost or swapped with their neighbour, case-blind, and fewer
 * than half of them. NULL if none; the first of equals.
 */
const char *config_nearest(const char *name, const char *const *candidates);

#endif
