/* SPDX-License-Identifier: MIT */
/*
 * What a rep reads, and what the control room is told of a code.
 */
#include <string.h>

#include "mailer/code.h"
#include "mailer/page/pages_inside.h"
#include "mailer/settings.h"
#include "recipients/clock.h"

static void show_nothing_yet(struct visit *v)
{
	visit_tell(v, 200, "There is nothing to show yet",
		"The officer has not prepared anything for your ranks so far. Come back later.");
}

void view_home(struct visit *v)
{
	json_t *view = shelf_view(v->pages->shelf, v->reviewer->scope);
	json_t *data;

	if (v->reviewer->desk) {
		visit_show(v, 200, "desk", json_pack("{s:n,s:n,s:n}", "asked", "yes", "unreadable"));
		return;
	}
	if (visit_log(v, "view", "/", false))
		return;
	if (!view) {
		show_nothing_yet(v);
		return;
	}
	data = json_object();
	(void)json_object_set(data, "view", view);
	(void)json_object_set_new(data, "by_secret", json_boolean(v->session->by_secret));
	visit_show(v, 200, "overview", data);
}

void view_advice(struct visit *v)
{
	json_t *view = shelf_view(v->pages->shelf, v->reviewer->scope);
	json_t *data;

	if (visit_log(v, "view", "/advice", false))
		return;
	if (!view) {
		show_nothing_yet(v);
		return;
	}
	data = json_object();
	(void)json_object_set(data, "view", view);
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
		visit_tell(v, 400, "This address cannot be read", "Ask for the code again.");
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
	if (v->reviewer->desk)
		visit_show(v, 200, "desk", json_pack("{s:n,s:n,s:n}", "asked", "yes", "unreadable"));
	else
		visit_show(v, 200, "check",
			json_pack("{s:n,s:n,s:n,s:n,s:n,s:n}", "asked", "yes", "kind",
				"day", "unreadable", "code"));
}

/* --- the report to keep --- */

static void keep(struct visit *v, const char *name, const char *type)
{
	visit_tell(v, 404, "There is no such report yet", name);
	(void)type;
}

void view_report_html(struct visit *v)
{
	keep(v, "report.html", "text/html; charset=utf-8");
}

void view_report_csv(struct visit *v)
{
	keep(v, "report.csv", "text/csv; charset=utf-8");
}

void view_report_json(struct visit *v)
{
	keep(v, "report.json", "application/json");
}
