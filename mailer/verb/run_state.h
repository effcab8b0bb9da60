/* SPDX-License-Identifier: MIT */
/*
 * run_state: what the parts of the guided path share. run.c says which step comes next; run_files.c asks for the files,
 * run_questions.c for what is open, run_release.c for the release and the rehearsal.
 *
 * All functions: 0, or -1 with a fault. A decision that nobody can be asked about, or that somebody leaves, ends the walk:
 * `stopped` is set, and the fault says nothing more than that.
 */
#ifndef MAILER_VERB_RUN_STATE_H
#define MAILER_VERB_RUN_STATE_H

#include <stdbool.h>

#include <jansson.h>

#include "mailer/ask.h"
#include "mailer/errand.h"
#include "mailer/verb.h"

/* What a decision is about, for those who cannot be asked: its name, and the command by which it is made. */
struct decision_point {
	const char *name; /* "release" */
	const char *words;
	const char *command; /* "approve --release" */
};

struct run {
	struct command *c;
	struct door_hidden *hidden;
	bool asks; /* there is a terminal, and it is not a dry run */
	bool stopped, finished;
	struct ask ask;
	struct errand errand;
	char *by;	  /* who decides; NULL: not asked yet */
	char *decision;	  /* the newest one's name */
	json_t *ran;	  /* commands, in order */
	json_t *put_off;  /* {NAME: true}: decisions left for later in this walk */

	/* Where everything stands: run_look. */
	json_t *status;
	bool match_is_current, group_is_current;
};

int run_look(struct run *r, struct fault *f);
/* The settings as they are on disk now, for a part that needs the ledger itself; run_look closes and opens anew. */
int run_open(struct run *r, struct fault *f);
void run_close(struct run *r);

/* Runs a command that changes something; exit codes other than 0 and 1 end the walk with a fault of that kind, unless the
 * caller takes the code. In a dry run it is named, and the walk ends. */
int run_errand(struct run *r, const char *const *words, int *ret_code, struct fault *f);
#define RUN(...) ((const char *const[]){__VA_ARGS__, NULL})

/* From here on a decision is being made. Without somebody to ask, the walk ends. */
int run_decide(struct run *r, const struct decision_point *d, struct fault *f);
bool run_is_put_off(const struct run *r, const char *name);
void run_put_off(struct run *r, const char *name);

/* Who decides (--by, or asked once a walk), and why (--reason, or asked each time). `*ret_reason`: new memory. */
int run_sign(struct run *r, char **ret_reason, struct fault *f);

int64_t run_count(const struct run *r, const char *group, const char *name);

int run_people(struct run *r, struct fault *f);
int run_breach(struct run *r, struct fault *f);
/* Everyone is presumed to be in the leak: has the file come since? Asked once a walk. */
int run_presumed(struct run *r, struct fault *f);
/* `*ret_asked`: there was something to decide, and it was asked about: look again. */
int run_rows(struct run *r, bool *ret_asked, struct fault *f);
int run_questions(struct run *r, bool *ret_asked, struct fault *f);
int run_release(struct run *r, struct fault *f);
int run_send(struct run *r, struct fault *f);

#endif
