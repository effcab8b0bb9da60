/* SPDX-License-Identifier: MIT */
/*
 * What a rep reads, and what the control room is told of a code.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/code.h"
#include "mailer/federation_page.h"
#include "mailer/page.h"
#include "mailer/page/pages_inside.h"
#include "mailer/settings.h"
#include "recipients/clock.h"

static void show_nothing_yet(struct visit *v)
{
	visit_tell(v, 200, "There is nothing to show yet",
		"The officer has not prepared anything for your ranks so far. Come back later.");
}

/* The view of a rep, as words; NULL: there is none, and that was said. */
static json_t *page_of(struct visit *v)
{
	const json_t *view = shelf_view(v->pages->shelf, v->reviewer->scope);

	if (!view)
		show_nothing_yet(v);
	return view ? federation_page(view) : NULL;
}

static void show_desk(struct visit *v)
{
	visit_show(
		v, 200, "desk", json_pack("{s:n,s:n,s:n}", "asked", "yes", "unreadable"));
}

void view_home(struct visit *v)
{
	json_t *data;

	if (visit_log(v, "view", "/", false))
		return;
	if (v->reviewer->desk) {
		show_desk(v);
		return;
	}
	data = page_of(v);
	if (!data)
		return;
	(void)json_object_set_new(data, "by_secret", json_boolean(v->session->by_secret));
	visit_show(v, 200, "overview", data);
}

void view_advice(struct visit *v)
{
	json_t *data;

	if (visit_log(v, "view", "/advice", false))
		return;
	data = page_of(v);
	if (data)
		visit_show(v, 200, "advice", data);
}

/* "26 August 2023"; NULL: it is not a code of ours. */
static json_t *judge(const struct visit *v, const char *code, const char **ret_kind)
{
	char day[SETTINGS_DAY];
	int64_t at;

	return shelf_genuine(v->pages->shelf, code, ret_kind, &at)
		       ? json_string(settings_day(at + 12 * 3600000ll, day))
		       : json_null();
}

static void answer_code(struct visit *v, const char *typed)
{
	const char *kind = NULL;
	char code[CODE_TEXT] = "";
	bool readable = !code_read(typed, code);
	json_t *day = readable ? judge(v, code, &kind) : json_null();

	/* The code is somebody's: it is not written down. */
	if (visit_log(v, "check", kind ? "yes" : "no", false)) {
		json_decref(day);
		return;
	}
	if (v->reviewer->desk) {
		json_decref(day);
		visit_show(v, 200, "desk",
			json_pack("{s:b,s:b,s:b}", "asked", true, "yes", kind != NULL,
				"unreadable", !readable));
		return;
	}
	visit_show(v, 200, "check",
		json_pack("{s:b,s:b,s:s?,s:o,s:b,s:s?}", "asked", true, "yes",
			kind != NULL, "kind", kind, "day", day, "unreadable", !readable,
			"code", readable ? code : NULL));
}

void view_check(struct visit *v)
{
	static const char *const names[] = {"code", NULL};
	const char *typed = form_value(&v->query, "code");

	if (!form_has_only(&v->query, names)) {
		visit_tell(
			v, 400, "This address cannot be read", "Ask for the code again.");
		return;
	}
	if (typed && !session_may_check(v->session, v->request->now)) {
		visit_tell(v, 429, "Too many in a minute",
			"Wait a minute, then check the next code.");
		v->reply->retry_after = 60;
		return;
	}
	if (typed) {
		answer_code(v, typed);
		return;
	}
	if (visit_log(v, "view", "/check", false))
		return;
	if (v->reviewer->desk)
		show_desk(v);
	else
		visit_show(v, 200, "check",
			json_pack("{s:n,s:n,s:n,s:n,s:n,s:n}", "asked", "yes", "kind",
				"day", "unreadable", "code"));
}

/* --- the report to keep --- */

static int write_html(FILE *out, json_t *view)
{
	struct fault f;

	return federation_write_html(out, view, &f);
}

static int write_csv(FILE *out, json_t *view)
{
	federation_write_csv(out, view);
	return 0;
}

/* As report --kind federation --format json writes it. */
static int write_json(FILE *out, json_t *view)
{
	json_t *all = json_pack(
		"{s:i,s:s,s:s}", "version", 1, "verb", "report", "kind", "federation");
	int failed;

	(void)json_object_update_missing(all, view);
	failed = json_dumpf(all, out, JSON_INDENT(2));
	json_decref(all);
	return failed;
}

/* A file of the same bytes that the report has. */
static void keep(struct visit *v, const char *path, const char *type,
	int (*write)(FILE *out, json_t *view))
{
	json_t *view = shelf_view(v->pages->shelf, v->reviewer->scope);
	struct pages_reply *r = v->reply;
	char *bytes = NULL;
	size_t length = 0;
	FILE *out;
	int failed;

	if (visit_log(v, "download", path, false))
		return;
	if (!view) {
		show_nothing_yet(v);
		return;
	}
	out = open_memstream(&bytes, &length);
	failed = !out || write(out, view);
	if (out && fclose(out))
		failed = -1;
	if (failed) {
		visit_tell(
			v, 500, "This file cannot be made", "Please tell the officer.");
	} else {
		r->status = 200;
		r->type = type;
		r->file = path + 1;
		text_add(&r->body, bytes, length);
		page_policy(false, &r->policy);
	}
	free(bytes);
}

void view_report_html(struct visit *v)
{
	keep(v, "/report.html", "text/html; charset=utf-8", write_html);
}

void view_report_csv(struct visit *v)
{
	keep(v, "/report.csv", "text/csv; charset=utf-8", write_csv);
}

void view_report_json(struct visit *v)
{
	keep(v, "/report.json", "application/json", write_json);
}
