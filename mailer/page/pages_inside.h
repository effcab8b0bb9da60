/* SPDX-License-Identifier: MIT */
/*
 * pages_inside: what the files behind pages.h share: pages.c decides who may, sign_in.c lets in, views.c shows, hand_in.c takes.
 * Nobody else includes it.
 */
#ifndef MAILER_PAGE_PAGES_INSIDE_H
#define MAILER_PAGE_PAGES_INSIDE_H

#include <jansson.h>

#include "mailer/page/form.h"
#include "mailer/page/guests.h"
#include "mailer/page/journal.h"
#include "mailer/page/pages.h"
#include "mailer/page/patience.h"
#include "mailer/page/session.h"
#include "mailer/page/shelf.h"

struct pages {
	struct pages_options options;
	struct shelf *shelf;
	struct sessions *sessions;
	struct guests guests;
	struct journal *journal;
	struct patience *names, *addresses;
	char nobody[HATCH_HASH]; /* nothing fits it; as much work as one that does */
};

/* One request on its way. */
struct visit {
	struct pages *pages;
	const struct pages_request *request;
	struct pages_reply *reply;
	struct session *session;	     /* NULL: signed out */
	const struct shelf_reviewer *reviewer; /* of the session */
	struct form query, form;
	bool waits; /* for work that is not done */
};

/* Writes down what is about to be answered; -1: it cannot be, and 503 is answered. `about` may be NULL. */
int visit_log(struct visit *v, const char *what, const char *about, bool lasting);
int visit_log_event(struct visit *v, json_t *event, bool lasting); /* takes `event`, which has `what` */

/*
 * Holds `secret` against `hash`, and hashes `new` if it fits ("": nothing to do, both). True: it is done, and `*ret` says what
 * came of it; false: it is not, and the visit is over for now. All three are shorter than their places in mill.h.
 */
bool visit_work(struct visit *v, const char *hash, const char *secret, const char *new, const struct mill_work **ret);

/* Adds what every page has to `data` (taken), and renders. */
void visit_show(struct visit *v, unsigned status, const char *page, json_t *data);
void visit_tell(struct visit *v, unsigned status, const char *heading, const char *words);
void visit_go(struct visit *v, const char *location);

/* The doors of the table in pages.c. */
void sign_in_show(struct visit *v);
void sign_in_try(struct visit *v);
void sign_out(struct visit *v);
void passphrase_show(struct visit *v);
void passphrase_set(struct visit *v);
void view_home(struct visit *v);
void view_advice(struct visit *v);
void view_check(struct visit *v);
void view_report_html(struct visit *v);
void view_report_csv(struct visit *v);
void view_report_json(struct visit *v);
void ask_again_show(struct visit *v);
void ask_again_take(struct visit *v);
void points_show(struct visit *v);
void point_take(struct visit *v);

#endif
