/* SPDX-License-Identifier: MIT */
/*
 * lint: what a notice must say, and what no text may say.
 *
 * A notice is made of blocks (Mustache inheritance), and these have to be there and to say something in every rendering:
 *
 *	block		what				who asks for it
 *	nature		what happened			law: UK GDPR Art. 34(2); DPA 2018 s. 68(2)
 *	contact		the data protection officer,	law: Art. 33(3)(b) by Art. 34(2); s. 68(2)
 *			by mail or telephone
 *	consequences	what it could mean		law: Art. 33(3)(c) by Art. 34(2); s. 68(2)
 *	measures	what was done			law: Art. 33(3)(d) by Art. 34(2); s. 68(2)
 *	steps		what the reader can do		guidance: ICO
 *	exposed		which kinds of their data	guidance: ICO
 *	support		help and welfare		guidance: ICO
 *	genuine		how to check the message by a	guidance: NCSC
 *			channel they know already
 *	never_ask	what we will never ask		guidance: NCSC
 *
 * For lost data they are the same. Rules beside those of lure.h:
 *
 *	missing-block, empty-block: in every form that the letter may take
 *	no-contact	the contact block gives no address and no number
 *	own-channel	the block `genuine` offers a number, an address or a reply of its own: who fakes the message fakes that too
 *	subject		no subject, the reader or the code in it, or words that tell what it is about or that false letters use
 *	lock-screen	the first 150 characters tell a stranger what it is about, or to whom it is
 *	leak		a number like a pay or warrant number; a rank with a unit (what rows say: mailer/leakage.h)
 *	reading-age	above LINT_READING_AGE (words.h says how it is counted)
 *	template	it does not compile or render; the fault is the text
 *
 * Findings name file, line, rule; their text says what, and who asks for it: the law, guidance, or good practice alone.
 */
#ifndef TEMPLATES_LINT_H
#define TEMPLATES_LINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "templates/mustache.h"

#define LINT_READING_AGE 12.0
#define LINT_PREVIEW 150 /* characters that a lock screen shows */

struct lint_finding {
	char *file;
	unsigned line; /* from 1; 0: it has none (a value of incident.json) */
	const char *rule;
	const char *asked_by; /* "law", "guidance" or "practice": who asks for it */
	char *text;	      /* says so in words, too */
};

struct lint_report {
	struct lint_finding *list; /* each once, in the order found */
	size_t count;
	double reading_age; /* the highest so far; 0: no text was long enough */
	json_t *seen;	    /* paragraphs of renderings whose words were looked at */
};

void lint_report_done(struct lint_report *r);
#define auto_lint_report __attribute__((cleanup(lint_report_done))) struct lint_report

/* Adds one, once. `rule` is not copied. Who asks for it is added to the text. */
void lint_add(struct lint_report *r, const char *file, unsigned line, const char *rule, const char *text);
/* Does one of this rule hold these words, in whichever file and line? Words of a source show again in a rendering. */
bool lint_has(const struct lint_report *r, const char *rule, const char *text);

/* The source of any text: lures and leaks, by line. `allowed`: mail addresses, NULL at the end; or NULL. */
void lint_source(struct lint_report *r, const char *file, const char *source, const char *const *allowed);

/* A value that stands in letters: `where` is its path in the file. */
void lint_value(struct lint_report *r, const char *file, const char *where, const char *value, const char *const *allowed);

/*
 * One rendering of a notice: its blocks, its subject, what a lock screen shows of it, the words as they have become. Its
 * `words` false leaves out the lures: where they are the same as in another rendering. `data` are such as the template is written for; "salutation" in it may not stand on a lock screen. Findings about words
 * that the sources already gave are not repeated.
 */
void lint_rendering(struct lint_report *r, const char *file, const struct mustache *m, const json_t *data,
	const char *const *allowed, bool words);

/* Is it the name of a block that a notice must have? */
bool lint_asks_for(const char *block);

/* Why a text did not compile or render, as a finding of it. */
void lint_fault(struct lint_report *r, const char *file, const struct fault *f);

#endif
