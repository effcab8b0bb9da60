/* SPDX-License-Identifier: MIT */
/*
 * The table of pages, and who may see which. Letting in is sign_in.c's, what they show
 * views.c's, what they take hand_in.c's.
 */
#include "mailer/page/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/page.h"
#include "mailer/page/pages_inside.h"
#include "recipients/clock.h"
#include "recipients/vault.h"

enum who {
	NOBODY = 1, /* also who is signed in */
	REP = 2,
	DESK = 4
};
static const struct door {
	const char *method, *path;
	unsigned who;
	void (*open)(struct visit *v);
} doors[] = {
	{"GET", "/sign-in", NOBODY | REP | DESK, sign_in_show},
	{"POST", "/sign-in", NOBODY | REP | DESK, sign_in_try},
	{"POST", "/sign-out", REP | DESK, sign_out},
	{"GET", "/passphrase", REP | DESK, passphrase_show},
	{"POST", "/passphrase", REP | DESK, passphrase_set},
	{"GET", "/", REP | DESK, view_home},
	{"GET", "/check", REP | DESK, view_check},
	{"GET", "/advice", REP, view_advice},
	{"GET", "/report.html", REP, view_report_html},
	{"GET", "/report.csv", REP, view_report_csv},
	{"GET", "/report.json", REP, view_report_json},
	{"GET", "/ask-again", REP, ask_again_show},
	{"POST", "/ask-again", REP, ask_again_take},
	{"GET", "/points", REP, points_show},
	{"POST", "/points", REP, point_take},
	{NULL, NULL, 0, NULL},
};

/* --- opening --- */

static int open_all(struct pages *p, struct fault *f)
{
	const struct pages_options *o = &p->options;
	unsigned char random[HATCH_DIGEST];
	char hex[2 * HATCH_DIGEST + 1];

	if (journal_open(o->settings->dir, &p->journal, f) ||
		guests_load(o->settings->dir, &p->guests, f))
		return -1;
	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), hex);
	return hatch_hash(hex, p->nobody, f);
}

int pages_open(const struct pages_options *o, struct pages **ret, struct fault *f)
{
	struct pages *p = text_alloc(sizeof(*p));

	p->options = *o;
	p->shelf = shelf_new(o->settings->dir);
	p->sessions = sessions_new(o->idle, o->longest);
	p->names = patience_new(PATIENCE_FREE, PATIENCE_LONGEST_MS);
	p->addresses = patience_new(PATIENCE_ADDRESS_FREE, PATIENCE_ADDRESS_LONGEST_MS);
	if (open_all(p, f)) {
		pages_close(p);
		return -1;
	}
	*ret = p;
	return 0;
}

void pages_close(struct pages *p)
{
	if (!p)
		return;
	shelf_free(p->shelf);
	sessions_free(p->sessions);
	patience_free(p->names);
	patience_free(p->addresses);
	journal_close(p->journal);
	free(p);
}

void pages_reply_done(struct pages_reply *r)
{
	text_done(&r->body);
	text_done(&r->policy);
}

/* --- for the rooms behind the doors --- */

static void give_up(struct visit *v, unsigned status, const char *words)
{
	struct pages_reply *r = v->reply;

	r->status = status;
	r->type = "text/plain; charset=utf-8";
	r->location = NULL;
	r->cookie[0] = '\0';
	r->file = NULL;
	text_clear(&r->body);
	text_add_string(&r->body, words);
	page_policy(false, &r->policy);
}

int visit_log_event(struct visit *v, json_t *event, bool lasting)
{
	struct fault f;
	int64_t who = v->reviewer ? v->reviewer->id : 0;

	(void)json_object_set_new(event, "at", json_integer(clock_now()));
	(void)json_object_set_new(event, "from", json_string(v->request->address));
	if (!json_object_get(event, "who"))
		(void)json_object_set_new(event, "who", json_integer(who));
	if (!journal_write(v->pages->journal, event, lasting, &f))
		return 0;
	give_up(v, 503, "This cannot be written down just now, so it is not shown.\n");
	return -1;
}

int visit_log(struct visit *v, const char *what, const char *about, bool lasting)
{
	json_t *event = json_pack("{s:s}", "what", what);

	if (about)
		(void)json_object_set_new(event, "about", json_string(about));
	return visit_log_event(v, event, lasting);
}

bool visit_work(struct visit *v, const char *hash, const char *secret, const char *new,
	const struct mill_work **ret)
{
	struct mill_work *w = v->request->work;

	*ret = w;
	if (!w->done || strcmp(w->hash, hash) != 0 || strcmp(w->secret, secret) != 0 ||
		strcmp(w->new, new) != 0) {
		hatch_wipe(w, sizeof(*w));
		(void)snprintf(w->hash, sizeof(w->hash), "%s", hash);
		(void)snprintf(w->secret, sizeof(w->secret), "%s", secret);
		(void)snprintf(w->new, sizeof(w->new), "%s", new);
		v->waits = true;
		return false;
	}
	if (!w->failed)
		return true;
	visit_tell(v, 503, "Too many at once", "Please try again in a moment.");
	v->reply->retry_after = 2;
	return false;
}

/* What leads from page to page. */
static json_t *pages_of_rep(const char *here)
{
	static const char *const pages[][2] = {{"/", "Overview"},
		{"/advice", "What members are told"}, {"/check", "Check a code"},
		{"/ask-again", "Ask for a notice again"}, {"/points", "Your points"},
		{"/passphrase", "Your passphrase"}};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s,s:b}", "path", pages[i][0], "words",
				      pages[i][1], "here", !strcmp(here, pages[i][0])));
	return list;
}

void visit_show(struct visit *v, unsigned status, const char *page, json_t *data)
{
	const struct pages_options *o = &v->pages->options;
	const struct shelf_reviewer *who = v->reviewer;
	auto_text name = text_format("page/%s.html", page);
	struct pages_reply *r = v->reply;
	struct fault f;
	int failed;

	/* A stranger is not told whose page this is. */
	(void)json_object_set_new(
		data, "matter", who ? json_string(o->settings->title) : json_null());
	(void)json_object_set_new(data, "rehearsal",
		json_boolean(who && strcmp(shelf_mode(v->pages->shelf), "live") != 0));
	(void)json_object_set_new(data, "signed_in", json_boolean(who != NULL));
	(void)json_object_set_new(data, "pages",
		who && !who->desk ? pages_of_rep(v->request->path) : json_array());
	(void)json_object_set_new(
		data, "scope", who && !who->desk ? json_string(who->scope) : json_null());
	(void)json_object_set_new(data, "token",
		v->session ? json_string(v->session->form_token) : json_null());
	r->status = status;
	r->type = "text/html; charset=utf-8";
	failed = page_render(name, data, false, &r->body, &f);
	json_decref(data);
	if (failed)
		give_up(v, 500, "This page cannot be shown. Please tell the officer.\n");
	else
		page_policy(false, &r->policy);
}

void visit_tell(struct visit *v, unsigned status, const char *heading, const char *words)
{
	visit_show(v, status, "message",
		json_pack("{s:s,s:s}", "heading", heading, "words", words));
}

void visit_go(struct visit *v, const char *location)
{
	v->reply->status = 303;
	v->reply->type = "text/plain; charset=utf-8";
	v->reply->location = location;
	text_clear(&v->reply->body);
	page_policy(false, &v->reply->policy);
}

/* --- who may --- */

static void find_session(struct visit *v)
{
	char token[SESSION_TOKEN + 1];

	if (!form_cookie(v->request->cookie, SESSION_COOKIE, token, SESSION_TOKEN))
		return;
	v->session = sessions_find(v->pages->sessions, token, v->request->now);
	if (!v->session)
		return;
	v->reviewer = shelf_find(v->pages->shelf, v->session->reviewer, clock_now());
	if (!v->reviewer || v->reviewer->serial != v->session->serial) {
		sessions_end(v->session); /* removed, or over */
		v->session = NULL;
		v->reviewer = NULL;
	}
}

/* What the browser says of where a form came from. Our pages send no referrer, and for
 * such a page browsers call the origin "null"; then they must say that it is the same
 * site. */
static bool is_ours(const struct pages_request *q)
{
	static const char scheme[] = "https://";

	if (q->fetch_site && strcmp(q->fetch_site, "same-origin") != 0 &&
		strcmp(q->fetch_site, "none") != 0)
		return false;
	if (!q->origin || (q->fetch_site && !strcmp(q->origin, "null")))
		return true;
	return q->host && !strncmp(q->origin, scheme, strlen(scheme)) &&
	       !strcmp(q->origin + strlen(scheme), q->host);
}

/* A form must be ours: by what the browser says, and by the token that only our pages
 * hold. */
static bool takes_form(struct visit *v, const struct door *door)
{
	const struct pages_request *q = v->request;
	static const char type[] = "application/x-www-form-urlencoded";
	const char *token;

	if (!is_ours(q)) {
		visit_tell(v, 403, "This form did not come from this page",
			"Nothing was changed. Open the page again and repeat it there.");
		return false;
	}
	if (!q->type || strncmp(q->type, type, strlen(type)) != 0 ||
		(q->type[strlen(type)] && q->type[strlen(type)] != ';')) {
		give_up(v, 415, "A form is expected.\n");
		return false;
	}
	if (q->body_length > PAGES_BODY) {
		give_up(v, 413, "That is too long.\n");
		return false;
	}
	if (form_parse(q->body, q->body_length, &v->form)) {
		give_up(v, 400, "This form cannot be read.\n");
		return false;
	}
	token = form_value(&v->form, "token");
	if (door->who & NOBODY)
		return true;
	if (token && strlen(token) == strlen(v->session->form_token) &&
		hatch_same(token, v->session->form_token, strlen(token)))
		return true;
	visit_tell(v, 403, "This form is not of your session",
		"Nothing was changed. Open the page again and repeat it there.");
	return false;
}

/* The door of this path; NULL: there is none. `ret_other`: there is one for another
 * method. */
static const struct door *find_door(
	const char *path, const char *method, unsigned who, bool *ret_other)
{
	const char *wanted = strcmp(method, "HEAD") ? method : "GET";

	*ret_other = false;
	for (const struct door *d = doors; d->path; d++) {
		if (strcmp(d->path, path) != 0 || !(d->who & who))
			continue;
		if (!strcmp(d->method, wanted))
			return d;
		*ret_other = true;
	}
	return NULL;
}

static unsigned who_is(const struct visit *v)
{
	return !v->session ? NOBODY : v->reviewer->desk ? DESK : REP;
}

/* Nobody is let through here. */
static void turn_away(struct visit *v, bool other)
{
	const struct pages_request *q = v->request;
	bool theirs;

	if (other) {
		give_up(v, 405, "That cannot be done with this page.\n");
		v->reply->allow = strcmp(q->method, "POST") ? "POST" : "GET, HEAD";
		return;
	}
	if (v->session ||
		(!find_door(q->path, q->method, REP | DESK, &theirs) && !theirs)) {
		visit_tell(v, 404, "There is no such page",
			"Check the address, or go back to the first page.");
		return;
	}
	if (!strcmp(q->path, "/") && strcmp(q->method, "POST") != 0)
		visit_go(v, "/sign-in");
	else
		visit_tell(v, 401, "You are not signed in",
			"Sign in first. A session ends after 15 minutes without a page, and after 8 hours.");
}

static bool takes_query(struct visit *v)
{
	const struct pages_request *q = v->request;

	if (!form_parse(q->query, strlen(q->query), &v->query))
		return true;
	give_up(v, 400, "This address cannot be read.\n");
	return false;
}

bool pages_answer(struct pages *p, const struct pages_request *q, struct pages_reply *ret)
{
	struct visit v = {.pages = p, .request = q, .reply = ret};
	const struct door *door;
	bool other;

	*ret = (struct pages_reply){0};
	shelf_look(p->shelf);
	find_session(&v);
	door = find_door(q->path, q->method, who_is(&v), &other);
	if (!door)
		turn_away(&v, other);
	else if (takes_query(&v) &&
		 (strcmp(door->method, "POST") != 0 || takes_form(&v, door)))
		door->open(&v);
	form_done(&v.query);
	form_done(&v.form);
	return !v.waits;
}
