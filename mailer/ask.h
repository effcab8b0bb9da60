/* SPDX-License-Identifier: MIT */
/*
 * ask: questions to whoever sits at the terminal. Words to `out`, answers line by line from `in`; nothing is read ahead, so
 * that commands which run in between find their own input.
 *
 * A wrong answer is told what is wrong with it and asked again. "q" alone and the end of the input (Ctrl-D) leave: `left` is
 * set, and like Ctrl-C that is FAULT_INTERRUPTED. The caller sees to it that nothing is half made then.
 */
#ifndef MAILER_ASK_H
#define MAILER_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define ASK_LINE 2000  /* bytes of an answer */
#define ASK_LINES 50   /* answers of a list */
#define ASK_WIDTH 78   /* columns */

struct ask {
	int in;
	FILE *out;
	bool color;
	bool left; /* whoever was asked wants to leave */
};

struct question {
	const char *words;     /* what is asked */
	const char *why;       /* what it is for; NULL: that is plain */
	const char *otherwise; /* the answer that Enter gives; NULL: none */
	const char *enter;     /* what Enter means where no answer is needed ("not known"); NULL: one is */
	/* 0, and the answer as it is to be kept (new memory) if that is another; or -1, and in `wrong` what would be right. */
	int (*check)(const char *answer, char **ret, struct text *wrong);
};

/* `*ret`: the answer, new memory; NULL if Enter said that there is none. */
int ask_line(struct ask *a, const struct question *q, char **ret, struct fault *f);
/* A line each until an empty one; `q->enter` says what none at all means, and then `*ret` is `otherwise` (or an empty list). */
int ask_list(struct ask *a, const struct question *q, const json_t *otherwise, json_t **ret, struct fault *f);

struct choice {
	const char *key;   /* what is typed; NULL behind the last */
	const char *words; /* what is done */
	const char *means; /* what follows from it; NULL: that is plain */
};
/* One of them: its index. `otherwise`: the key that Enter stands for, or NULL. */
int ask_choice(struct ask *a, const char *words, const struct choice *choices, const char *otherwise, size_t *ret,
	struct fault *f);

/* A paragraph, indented, within ASK_WIDTH; line ends in it are kept. */
void ask_say(FILE *out, size_t indent, const char *words);
/* A line in bold letters, after an empty one. */
void ask_heading(const struct ask *a, const char *words);

#endif
