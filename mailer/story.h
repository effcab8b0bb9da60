/* SPDX-License-Identifier: MIT */
/*
 * story: how it came to where it stands, as numbers for pictures: what happened when, how many people were told and
 * answered over time, and which rows of the leak led to whom. Read off the ledger; never the source of a fact.
 */
#ifndef MAILER_STORY_H
#define MAILER_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "mailer/show.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/* --- what happened when --- */

#define STORY_EVENTS 24
#define STORY_RELEASES 8 /* the newest; those that a timer made by leave of an older one are left out */

struct story_event {
	int64_t at;
	bool ahead; /* not yet */
	char words[120];
	char when[SHOW_WHEN];
};
struct story_events {
	struct story_event list[STORY_EVENTS]; /* in the order of time */
	size_t count;
};
/* `status` as status_gather gives it. */
int story_events(struct ledger *l, const struct settings *s, const json_t *status, struct story_events *ret,
	struct fault *f);

/* --- how many, over time --- */

enum story_line {
	STORY_SENT,	    /* a relay took a mail to them */
	STORY_DELIVERED,    /* a report or an answer came: it arrived */
	STORY_ACKNOWLEDGED, /* they say that they know */
	STORY_CAME_BACK,
	STORY_IN_PERSON,
	STORY_LINES
};
extern const char *const story_lines[STORY_LINES]; /* in words */

#define STORY_MOMENTS 12
struct story_moment {
	int64_t at;
	char when[SHOW_WHEN];
	int64_t counts[STORY_LINES]; /* people so far, each counted when it was first so of them */
};
struct story_course {
	struct story_moment list[STORY_MOMENTS]; /* evenly spaced, the last one when the last of it happened */
	size_t count;				 /* 0: nobody was told yet */
};
int story_course(struct ledger *l, const char *mode, struct story_course *ret, struct fault *f);

/* --- from rows to people --- */

/*
 * [{"outcome", "level", "rows", "people"}]: rows by the highest level of those whom they may mean, people by the row that
 * is surest of them. Rows that lead to nobody who is affected are not in it.
 */
int story_bands(struct ledger *l, json_t **ret, struct fault *f);

#endif
