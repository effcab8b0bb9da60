/* SPDX-License-Identifier: MIT */
/*
 * pages: what is answered to a request: who may see which page, and what stands on it. Knows no sockets.
 *
 * WHO SEES WHAT. Signed out: /sign-in, and / leads there; everything else is 401 if there is such a page, and 404 if not. A
 * rep sees all pages of their scope; the control room (role desk) asks about a code and is told yes or no, and for it every
 * other page is not there (404). Every page, file and answer about a code is written down before it is given.
 *
 * FORMS. Each but the sign-in carries the session's token; each must come from our own pages by the browser's own word (Origin,
 * Sec-Fetch-Site), where it says anything. Signing in always begins a new session and ends the one before.
 */
#ifndef MAILER_PAGE_PAGES_H
#define MAILER_PAGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/page/mill.h"
#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/text.h"

#define PAGES_BODY ((size_t)32 << 10) /* bytes of a form */

struct pages_request {
	const char *method, *path;
	const char *query;  /* undecoded; "" none */
	const char *body;   /* of a POST; "" none */
	size_t body_length;
	/* Headers; NULL: not there. */
	const char *host, *origin, *fetch_site, *cookie, *type;
	const char *address; /* of the visitor, for the records */
	int64_t now;	     /* clock_monotonic */
	struct mill_work *work; /* empty at first; the request's own until it is answered */
};

struct pages_reply {
	unsigned status;
	const char *type;
	struct text body, policy;
	const char *location, *allow; /* NULL: none */
	char cookie[256];	      /* Set-Cookie; "" none */
	const char *file;	      /* the name under which it is kept; NULL: it is shown */
	bool leaves;		      /* signed out: the browser is to forget all of it */
	int64_t retry_after;	      /* seconds; 0: nothing to say */
};
void pages_reply_done(struct pages_reply *r);
#define auto_pages_reply __attribute__((cleanup(pages_reply_done))) struct pages_reply

struct pages_options {
	const struct settings *settings;
	int64_t idle, longest; /* ms, of a session */
};

struct pages;
/* FAULT_TEMPORARY: another one is at work in this folder. */
int pages_open(const struct pages_options *o, struct pages **ret, struct fault *f);
void pages_close(struct pages *p);

/*
 * Fills `ret`. False: `q->work` is to be done before (mill.h), and then the same is asked again; so far nothing has been decided
 * and nothing written down. What came of work that is not what is asked for by then does not count: it is asked for anew.
 */
bool pages_answer(struct pages *p, const struct pages_request *q, struct pages_reply *ret);

#endif
