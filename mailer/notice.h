/* SPDX-License-Identifier: MIT */
/*
 * notice: the words of one notice. Template and facts in; subject, plain text and HTML out.
 *
 * The names that a template may use are those of notice_data; every one is always there (strict), and false where
 * nothing is known. Values are made fit to stand in a line before they are rendered.
 */
#ifndef MAILER_NOTICE_H
#define MAILER_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/exposure.h"
#include "recipients/fault.h"
#include "recipients/policy.h"
#include "recipients/roster.h"
#include "recipients/text.h"
#include "templates/lint.h"
#include "templates/texts.h"

struct notice_maker; /* compiled templates and what is the same for everyone */

/* `texts` must live as long. A template that is missing or broken is a fault here, before anyone is written to. */
int notice_maker_new(const struct settings *s, const struct policy *p, struct texts *texts, struct notice_maker **ret,
	struct fault *f);
void notice_maker_free(struct notice_maker *m);
void notice_maker_freep(struct notice_maker **m);
#define auto_notice_maker __attribute__((cleanup(notice_maker_freep))) struct notice_maker

/* What differs from person to person. */
struct notice_person {
	const struct roster_row *entry; /* for salutation and kind of post */
	const char *const *kinds;	/* of their data (exposure.h) */
	size_t kinds_count;
	bool certain;
	const char *code; /* NULL: none, where no template asks for it */
	bool letter;	  /* on paper: nobody can reply to it */
	int64_t told_at;  /* when they were told before, ms since 1970; 0: never */
	const char *own;  /* what the template calls notice/level: the text of their level (notice_own); NULL: the shipped one */
};

/* The kinds that the incident names, for a made-up person. Strings are the settings'. Returns how many. */
size_t notice_incident_kinds(const struct settings *s, const char *kinds[EXPOSURE_NAMED_MAX]);

struct notice_words {
	char *subject;
	struct text text, html;
	struct text rendered; /* scratch */
};
void notice_words_done(struct notice_words *w);

/*
 * What follows a notice says again what the notice said, under words of its own: its parent is notice/level, and that is the
 * template of the reader's level; of the default level, or of any, where that level has none. NULL: none has one. A text of
 * the incident's own that has no block for those words (opening) is passed by, and the shipped layout stands for it.
 */
#define NOTICE_LEVEL "notice/level"
#define NOTICE_CHANGED "follow-up/what-changed"
#define NOTICE_CORRECTION "follow-up/correction"
const char *notice_own(const struct policy *p, const char *level);

/*
 * What somebody gets in place of `template`: the same text in their language, where there is one; or else `instead` (may be
 * NULL) in their language. The caller's to free.
 */
char *notice_text(const struct texts *texts, const char *template, const char *instead, const struct roster_row *entry);

/*
 * `template` as in the policy ("notice/officer"); a text without the code gets it as its last line. `w` is used again from
 * call to call.
 */
int notice_write(struct notice_maker *m, const char *template, const struct notice_person *p, struct notice_words *w,
	struct fault *f);

/* What lint.h finds in it. Fault: it does not compile. */
int notice_lint(struct notice_maker *m, const char *template, const struct notice_person *p, struct lint_report *r,
	const char *const *allowed, bool words, struct fault *f);

/*
 * Any other text for, or about, a person: only its prose. `template` is compiled when it is first asked for; FAULT_CONFIG
 * if there is none. `more`: further names and their values (notice_value), the caller's; may be NULL.
 */
int notice_prose(struct notice_maker *m, struct texts *texts, const char *template, const struct notice_person *p,
	json_t *more, struct text *ret, struct fault *f);
/* A value made fit to stand in a line of a template; false if nothing is left of it. */
json_t *notice_value(const char *value);

/* The bytes on which all texts of this policy rest: for digests. */
int notice_texts(const struct policy *p, struct texts *texts, struct text *out, struct fault *f);

#endif
