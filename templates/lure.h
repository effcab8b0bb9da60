/* SPDX-License-Identifier: MIT */
/*
 * lure: what makes a true letter look like a false one.
 *
 * Readers of a breach notice are told to distrust links, hurry, rewards, and whoever asks for a password (NCSC, "Data
 * breaches: guidance for individuals"; ICO). A notice that has none of them can be told from the lures that will follow
 * it. Rules:
 *
 *	link		a web address, bare, hidden or spelt out; "click here"
 *	address		a mail address that is not the officer's or report@phishing.gov.uk
 *	attachment	something to open, download, install or scan
 *	urgency		hurry, threats, exclamation marks, capitals
 *	reward		money or a present
 *	payment		money asked for; a telephone number that costs extra, a number like an account's
 *	request		asks for data, a password, a form or a log-in
 *	secrecy		tell nobody
 *	greeting	"Dear customer", "this is not a scam"
 *	disguise	letters of another script, signs that are not seen or that nobody types, words spelt so that no
 *			program finds them
 *	markup		HTML or Markdown; entities such as &nbsp;
 *	placeholder	what somebody meant to fill in: lorem ipsum, [NAME]
 *
 * What a text says that it will never ask (block `never_ask`) is no request; "do not open links" is none either (excuse.h).
 */
#ifndef TEMPLATES_LURE_H
#define TEMPLATES_LURE_H

#include <stdbool.h>
#include <stddef.h>

struct lure_text {
	const char *text;
	bool template;		    /* tags are left out */
	const char *const *allowed; /* addresses and domains that may stand in it, besides report@phishing.gov.uk; NULL at the end */
};

/* `line`: from 1. `what`: for people, without the place. */
typedef void lure_found(void *user, unsigned line, const char *rule, const char *what);

void lure_find(const struct lure_text *t, lure_found *found, void *user);

/*
 * Two mail domains of which one could be taken for the other: alike but for one letter, or for signs that look alike
 * (0 and o, 1 and l, rn and m), or one within the other with words around it (police-example.com). Equal ones, and a part
 * of the same one (mail.force.example), are not.
 */
bool lure_domains_alike(const char *a, const char *b);

#endif
