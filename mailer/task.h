/* SPDX-License-Identifier: MIT */
/*
 * task: what a human does for somebody who is not told by mail: a visit, a call, a letter on paper, a word through the
 * liaison or to the next of kin. Sole writer of task and task_event.
 *
 * A task has a number that can be named on the telephone, a kind, an owner, a time by which it is due, and a history that is
 * only added to. A visit that is done opens a letter, so that what was said is confirmed in writing (UK GDPR Art. 34(2)).
 * Tasks of a rehearsal do not count in live.
 */
#ifndef MAILER_TASK_H
#define MAILER_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/roster.h"

/* "visit", "call", "letter", "liaison", "next-of-kin"; NULL behind the last. */
extern const char *const task_kinds[];

/*
 * How to reach somebody, given why they are not told by mail (route.h). Where mail was meant and there is only no address
 * for it, a letter at the default level and a call above it; where mail is not safe, no letter. `entry` is their newest.
 */
const char *task_kind(const char *reason, bool above_default, const struct roster_row *entry);
/* Must a letter be handed over, since the post is no safe way either? */
bool task_by_hand(const char *reason);
/* When a task that begins at `from` is due: a day above the default level, three days at it, and for letters. */
int64_t task_due(const char *kind, bool above_default, int64_t from);

struct task_new {
	int64_t set, person, level_order;
	const char *level, *reason, *kind;
	int64_t due;
	int64_t after, decision; /* 0: none */
	bool beside; /* it is not how they are told: their state stays */
};
/* Within a transaction of the caller's. */
int task_open(struct ledger *l, const struct task_new *t, int64_t *ret_number, struct fault *f);

struct task {
	int64_t number, set, person, level_order;
	char *level, *reason, *kind, *state, *owner; /* owner NULL: nobody yet */
	int64_t opened_at, due, attempts;
	int64_t tried_at, after, decision; /* 0: none */
	bool stands; /* somebody still has to do it, or did it */
	bool held;   /* a human holds this person back */
};
struct task_list {
	struct task *tasks;
	size_t count;
};
void task_list_done(struct task_list *t);
#define auto_task_list __attribute__((cleanup(task_list_done))) struct task_list

/* What does not apply is 0, false or NULL; an empty owner: those that nobody has. */
struct task_filter {
	const char *mode;
	int64_t number, person;
	bool open;    /* not done yet */
	bool overdue; /* nor by its time */
	const char *owner, *kind;
	bool fallen; /* also those that stand no more */
};
/* Highest risk first, then by what is due first. */
int task_find(struct ledger *l, const struct task_filter *filter, struct task_list *ret, struct fault *f);

/* What somebody did, or is to do. */
struct task_said {
	const char *what; /* "assign", "done", "not-reached" or "reopen" */
	const char *to;	  /* assign: who; NULL: whoever has it */
	const char *kind; /* assign: from now on a task of this kind; NULL: as it is */
	int64_t due;	  /* 0: assign: as it is; not-reached: four hours later for a call, else a day */
	bool no_letter;	  /* done: nothing follows */
	const char *by, *reason;
};
/*
 * FAULT_USAGE: no such task in this mode. FAULT_REFUSED: it is done already (or, to be opened again, not done), or nobody
 * needs it any more. `*ret_letter`: the letter that follows, 0: none.
 */
int task_say(struct ledger *l, const char *mode, int64_t number, const struct task_said *s, int64_t *ret_letter,
	struct fault *f);

/* A decision does away with the task that another decision opened, unless it is done. Within a transaction. */
int task_drop(struct ledger *l, int64_t number, const char *by, const char *reason, struct fault *f);

/* [{"at", "what", "kind", "due", "to", "by", "note"}]; without `notes` no "note": what was typed may name people. */
int task_history(struct ledger *l, int64_t number, bool notes, json_t **ret, struct fault *f);

#endif
