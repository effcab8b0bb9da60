/* SPDX-License-Identifier: MIT */
/*
 * report: summary (status, to keep), regulator (facts, effects, action and the log),
 * people (a line each: whoever asks for it holds the key), rows that are nobody's,
 * corrections, rejects. HTML is for kinds that somebody reads as a whole.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mailer/correction.h"
#include "mailer/federation.h"
#include "mailer/federation_page.h"
#include "mailer/handover.h"
#include "mailer/inbox.h"
#include "mailer/outcome.h"
#include "mailer/regulator.h"
#include "mailer/show.h"
#include "mailer/board.h"
#include "mailer/status.h"
#include "mailer/summary.h"
#include "mailer/trust.h"
#include "mailer/verb/doors.h"
#include "mailer/whom.h"
#include "recipients/history.h"
#include "recipients/stray.h"

#define KINDS                                                                            \
	"summary, regulator, federation, people, rows, controller, corrections, rejects, review or evidence"

const struct verb_option report_options[] = {{"kind", "KIND", KINDS},
	{"controller", "NAME",
		"of kind controller: the rows of this one, for its officer"},
	{"scope", "RANKS",
		"of kind federation: \"constable to chief inspector\", \"superintendents\", \"staff\" ..."},
	{"person", "ID",
		"of kind evidence: the proof for this one person, by number or reference code"},
	{"format", "FORMAT", "text, json, csv or html"},
	{"out", "FILE",
		"into a new file instead of the screen; evidence: a tar archive, or an empty folder"},
	{NULL, NULL, NULL}};

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_HTML /* only of kinds that have it: verb_report asks */
};

/* One object, as JSON. Takes it. */
static void write_object(json_t *object, const char *kind, FILE *out)
{
	(void)json_object_set_new(object, "version", json_integer(1));
	(void)json_object_set_new(object, "verb", json_string("report"));
	(void)json_object_set_new(object, "kind", json_string(kind));
	(void)json_dumpf(object, out, JSON_INDENT(2));
	(void)fputc('\n', out);
	json_decref(object);
}

/*
 * The newest head of the history, so that who keeps the report can show later that nobody
 * has written a new past.
 */
static int add_head(struct command *c, json_t *report, struct fault *f)
{
	char line[HISTORY_LINE];
	struct history_head head;

	if (history_head(c->ledger, &head, f))
		return -1;
	(void)history_line(&head, line);
	line[strcspn(line, "\n")] = '\0';
	(void)json_object_set_new(report, "history",
		json_pack("{s:I,s:s}", "entries", (json_int_t)head.seq, "head", line));
	return 0;
}

static void write_head(FILE *out, const json_t *report)
{
	const json_t *history = json_object_get(report, "history");

	(void)fprintf(out,
		"\nHistory: %" JSON_INTEGER_FORMAT
		" entries. Keep its newest one, to show that none is rewritten later:\n%s\n",
		json_integer_value(json_object_get(history, "entries")),
		json_string_value(json_object_get(history, "head")));
}

/* A page. Takes the status. */
static int summary_html(struct command *c, json_t *status, const struct trust *trust,
	FILE *out, struct fault *f)
{
	auto_text_buffer page = {0};
	int failed = summary_page(c->ledger, c->settings, status, trust, &page, f);

	json_decref(status);
	if (!failed)
		(void)fwrite(text_string(&page), 1, page.length, out);
	return failed;
}

static int summary(struct command *c, enum format format, FILE *out, struct fault *f)
{
	const struct policy *p = c->policy;
	bool color = out == stdout && c->color;
	struct trust trust;
	json_t *status;

	if (format == FORMAT_CSV)
		return fault_set(
			f, FAULT_USAGE, "the summary comes as text, json or html");
	if (trust_read(c->ledger, p->levels[p->default_level].tell_at, &trust, f) ||
		status_gather(c->ledger, c->settings, p, &status, f))
		return -1;
	if (add_head(c, status, f)) {
		json_decref(status);
		return -1;
	}
	if (format == FORMAT_JSON) {
		if (trust.forecast.known)
			(void)json_object_set_new(status, "matching", trust_json(&trust));
		write_object(status, "summary", out);
		return 0;
	}
	if (format == FORMAT_HTML)
		return summary_html(c, status, &trust, out, f);
	board_write(out, status, c->settings, color);
	trust_write(out, &trust, color ? "\033[1m" : "", color ? "\033[0m" : "");
	write_head(out, status);
	json_decref(status);
	return 0;
}

static int regulator(struct command *c, enum format format, FILE *out, struct fault *f)
{
	auto_text_buffer page = {0};
	json_t *report;
	int failed = 0;

	if (format == FORMAT_CSV)
		return fault_set(f, FAULT_USAGE,
			"the report for the regulator comes as text, json or html");
	if (regulator_gather(c->ledger, c->settings, c->policy, &report, f))
		return -1;
	if (add_head(c, report, f)) {
		json_decref(report);
		return -1;
	}
	if (format == FORMAT_JSON) {
		write_object(report, "regulator", out);
		return 0;
	}
	if (format == FORMAT_HTML) {
		failed = regulator_page(report, &page, f);
		(void)fwrite(text_string(&page), 1, page.length, out);
	} else {
		regulator_write(out, report);
		write_head(out, report);
	}
	json_decref(report);
	return failed;
}

/* Lines of a table: the first is the header. */
struct lines {
	enum format format;
	FILE *out;
	json_t *list;
	const char *const *names;
};

static void line(struct lines *l, const char *const *values, size_t count)
{
	json_t *object;

	if (l->format == FORMAT_JSON) {
		object = json_object();
		for (size_t i = 0; i < count; i++)
			(void)json_object_set_new(object, l->names[i],
				json_string(values[i] ? values[i] : ""));
		(void)json_array_append_new(l->list, object);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (l->format == FORMAT_CSV) {
			show_cell(l->out, values[i], i + 1 < count ? ',' : '\n');
		} else {
			show_safely(l->out, values[i] ? values[i] : "");
			(void)fputs(i + 1 < count ? "  " : "\n", l->out);
		}
	}
}

static void lines_begin(struct lines *l, enum format format, FILE *out,
	const char *const *names, size_t count)
{
	*l = (struct lines){format, out, NULL, names};
	if (format == FORMAT_JSON)
		l->list = json_array();
	else
		line(l, names, count);
}

static void lines_end(struct lines *l, const char *kind)
{
	json_t *object;

	if (l->format != FORMAT_JSON)
		return;
	object = json_pack("{s:i,s:s,s:s,s:o}", "version", 1, "verb", "report", "kind",
		kind, kind, l->list);
	(void)json_dumpf(object, l->out, JSON_INDENT(2));
	(void)fputc('\n', l->out);
	json_decref(object);
}

/* Rows of the liaison's file that mean nobody yet, or several people. */
static int waiting(struct command *c, struct lines *l, struct fault *f)
{
	json_t *list, *one;
	size_t i;

	if (shield_waiting(c->ledger, &list, f))
		return -1;
	json_array_foreach(list, i, one)
		line(l, (const char *const[]){"shield", json_string_value(one)}, 2);
	json_decref(list);
	return 0;
}

/* "550 5.1.1": by what a relay refused or put off the newest mail; NULL where it did not.
 * Its words are person's to show. */
static char *answer(const char *state, struct query *q)
{
	const char *enhanced = query_text(q, "enhanced");

	if (strcmp(state, "refused") != 0 && strcmp(state, "deferred") != 0)
		return NULL;
	if (!query_int(q, "code"))
		return text_copy("too large");
	return text_format(
		"%" PRId64 "%s%s", query_int(q, "code"), *enhanced ? " " : "", enhanced);
}

static int people(struct command *c, enum format format, FILE *out, struct fault *f)
{
	static const char *const names[] = {
		"person_id", "surname", "forenames", "level", "state", "facts", "answer"};
	auto_query struct query *q = NULL;
	auto_whom whom = {0};
	char scratch[ROSTER_NAME];
	struct lines l;
	int got;

	if (whom_load(c->ledger, &whom, f) ||
		ledger_query(c->ledger,
			SQL("SELECT s.person_id, s.level, s.state, s.attempt_id, s.notice_id, p.read_at, p.away_at, p.away_until,"
			    " p.delayed_at, p.expanded, p.complaint, p.challenge, p.question, p.worried, p.conflict,"
			    " coalesce(o.code, 0) AS code, coalesce(o.enhanced, '') AS enhanced"
			    " FROM person_state s LEFT JOIN person_proof p ON p.mode = s.mode AND p.person_id = s.person_id"
			    " LEFT JOIN outcome o ON o.attempt_id = s.attempt_id WHERE s.mode = :mode ORDER BY s.level_order, s.state"),
			&q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(c->settings));
	lines_begin(&l, format, out, names, 7);
	while ((got = query_next(q, f)) > 0) {
		auto_text facts = inbox_fact_words(q);
		auto_text said = NULL;
		int64_t person = query_int(q, "person_id");
		size_t p = roster_person(&whom.people, person);
		bool shielded = whom_reference(&whom, person) != NULL;
		const struct roster_row *entry =
			p == SIZE_MAX ? NULL : roster_newest(&whom.people, p);
		const char *state = query_text(q, "state"), *surname;

		if (!entry)
			continue;
		if (!strcmp(state, "claimed"))
			state = outcome_of_claim(c->dir, query_int(q, "attempt_id"),
				query_int(q, "notice_id"));
		said = answer(state, q);
		surname = roster_value(entry, "surname");
		line(&l,
			(const char *const[]){whom_name(&whom, person, scratch),
				shielded  ? NULL
				: surname ? surname
					  : roster_value(entry, "name"),
				shielded ? NULL : roster_value(entry, "forenames"),
				query_text(q, "level"), state, facts, said},
			7);
	}
	lines_end(&l, "people");
	return got;
}

/* Who was told and is not in the leak, as far as is known. */
static int corrections(struct command *c, enum format format, FILE *out, struct fault *f)
{
	static const char *const names[] = {
		"person_id", "reference", "told_at", "probability"};
	auto_whom whom = {0};
	json_t *list, *one;
	struct lines l;
	size_t i;

	if (whom_load(c->ledger, &whom, f) ||
		correction_list(c->ledger, settings_mode(c->settings), &whom, &list, f))
		return -1;
	lines_begin(&l, format, out, names, 4);
	json_array_foreach(list, i, one)
	{
		auto_text probability = text_format(
			"%.6f", json_real_value(json_object_get(one, "probability")));

		line(&l,
			(const char *const[]){
				json_string_value(json_object_get(one, names[0])),
				json_string_value(json_object_get(one, names[1])),
				json_string_value(json_object_get(one, names[2])),
				probability},
			4);
	}
	lines_end(&l, "corrections");
	json_decref(list);
	return 0;
}

static int rejects(struct command *c, enum format format, FILE *out, struct fault *f)
{
	static const char *const names[] = {"list", "reason"};
	auto_query struct query *q = NULL;
	auto_text_buffer reason = {0};
	struct lines l;
	int got;

	if (ledger_query(c->ledger,
		    SQL("SELECT r.id, r.reason_sealed, s.kind FROM reject r JOIN source_now s ON s.id = r.source_id"
			" ORDER BY s.run_id, r.id"),
		    &q, f))
		return -1;
	lines_begin(&l, format, out, names, 2);
	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(q, "reason_sealed", "reject.reason_sealed",
			    query_int(q, "id"), &reason, f))
			return -1;
		line(&l,
			(const char *const[]){
				query_text(q, "kind"), text_string(&reason)},
			2);
	}
	if (!got)
		got = waiting(c, &l, f);
	lines_end(&l, "rejects");
	return got;
}

/* Leaked rows without a person, those that wait for a human first. */
static int rows(struct command *c, enum format format, FILE *out, struct fault *f)
{
	static const char *const names[] = {"row_id", "level", "outcome", "reason",
		"state", "closed_as", "controller", "by", "because"};
	const size_t count = sizeof(names) / sizeof(names[0]);
	const char *values[sizeof(names) / sizeof(names[0])];
	struct lines l;
	json_t *list, *row;
	size_t i;

	if (stray_list(c->ledger, true, &list, f))
		return -1;
	lines_begin(&l, format, out, names, count);
	json_array_foreach(list, i, row)
	{
		for (size_t k = 0; k < count; k++)
			values[k] = json_string_value(json_object_get(row, names[k]));
		line(&l, values, count);
	}
	lines_end(&l, "rows");
	json_decref(list);
	return 0;
}

static void print_controllers(FILE *out, const json_t *list)
{
	json_t *entry;
	size_t i;

	(void)fputs(
		"Leaked rows of other controllers, and how many are still to be handed over:\n",
		out);
	json_array_foreach(list, i, entry)
	{
		(void)fprintf(out, "  %9lld  %9lld  ",
			(long long)json_integer_value(json_object_get(entry, "rows")),
			(long long)json_integer_value(json_object_get(entry, "open")));
		show_safely(out, json_string_value(json_object_get(entry, "controller")));
		(void)fputc('\n', out);
	}
}

/* Rows of other controllers: how many of each, or all of one, for its officer. */
static int controller(struct command *c, enum format format, FILE *out, struct fault *f)
{
	const char *name = command_option(c, "controller");
	json_t *list, *object;

	if (name ? handover_rows(c->ledger, name, &list, f)
		 : handover_list(c->ledger, &list, f))
		return -1;
	if (format != FORMAT_JSON) {
		if (!name && format == FORMAT_TEXT)
			print_controllers(out, list);
		else
			handover_write(out, list);
		json_decref(list);
		return 0;
	}
	object = json_pack("{s:o}", name ? "rows" : "controllers", list);
	if (name)
		(void)json_object_set_new(object, "controller", json_string(name));
	write_object(object, "controller", out);
	return 0;
}

/* Only the federation's has all four. Takes the view. */
static int write_view(json_t *view, enum format format, FILE *out, struct fault *f)
{
	int failed = 0;

	switch (format) {
	case FORMAT_JSON:
		write_object(view, "federation", out);
		return 0;
	case FORMAT_CSV:
		federation_write_csv(out, view);
		break;
	case FORMAT_TEXT:
		federation_write_text(out, view);
		break;
	case FORMAT_HTML:
		failed = federation_write_html(out, view, f);
		break;
	}
	json_decref(view);
	return failed;
}

/* What a body that stands up for some ranks may see. */
static int federation(struct command *c, enum format format, FILE *out, struct fault *f)
{
	auto_text dir = text_format("%s/templates", c->dir);
	struct texts texts = {dir};
	const char *words = command_option(c, "scope");
	unsigned scope;
	json_t *view;

	if (!words)
		return fault_set(f, FAULT_USAGE,
			"for whom? --scope \"constable to chief inspector\", \"superintendents\", \"staff\" ...");
	if (scope_parse(words, &scope, f) || federation_gather(c->ledger, c->settings,
						     c->policy, &texts, scope, &view, f))
		return -1;
	return write_view(view, format, out, f);
}

/* Who looked at the page, and at what; as JSON also who may, and what they said of the
 * texts. */
static int review(struct command *c, enum format format, FILE *out, struct fault *f)
{
	static const char *const names[] = {"at", "reviewer", "what", "about", "from"};
	json_t *all, *one;
	struct lines l;
	size_t i;

	if (review_report(c, &all, f))
		return -1;
	if (format == FORMAT_JSON) {
		write_object(all, "review", out);
		return 0;
	}
	lines_begin(&l, format, out, names, 5);
	json_array_foreach(json_object_get(all, "visits"), i, one)
	{
		const json_t *who = json_object_get(one, "reviewer");
		auto_text number =
			json_is_integer(who)
				? text_format("%lld", (long long)json_integer_value(who))
				: text_copy("");
		const char *values[5] = {NULL, number};

		for (size_t k = 0; k < 5; k++)
			if (k != 1)
				values[k] =
					json_string_value(json_object_get(one, names[k]));
		line(&l, values, 5);
	}
	lines_end(&l, "review");
	json_decref(all);
	return 0;
}

static int choose_format(const struct command *c, enum format *ret, struct fault *f)
{
	const char *format = command_option(c, "format");

	*ret = c->json ? FORMAT_JSON : FORMAT_TEXT;
	if (!format)
		return 0;
	if (!strcmp(format, "text"))
		*ret = FORMAT_TEXT;
	else if (!strcmp(format, "json"))
		*ret = FORMAT_JSON;
	else if (!strcmp(format, "csv"))
		*ret = FORMAT_CSV;
	else if (!strcmp(format, "html"))
		*ret = FORMAT_HTML;
	else
		return fault_set(
			f, FAULT_USAGE, "--format takes text, json, csv or html");
	return 0;
}

struct kind {
	const char *name;
	int (*write)(struct command *c, enum format format, FILE *out, struct fault *f);
	bool html;
};
static const struct kind kinds[] = {{"summary", summary, true},
	{"regulator", regulator, true}, {"federation", federation, true},
	{"people", people, false}, {"rows", rows, false},
	{"controller", controller, false}, {"corrections", corrections, false},
	{"rejects", rejects, false}, {"review", review, false}};
#define KINDS_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static int choose_kind(const struct command *c, const struct kind **ret, struct fault *f)
{
	const char *name = command_option(c, "kind");

	if (!name)
		return fault_set(f, FAULT_USAGE, "which report? --kind " KINDS);
	for (size_t i = 0; i < KINDS_COUNT; i++)
		if (!strcmp(kinds[i].name, name)) {
			*ret = &kinds[i];
			return 0;
		}
	return fault_set(f, FAULT_USAGE, "--kind takes " KINDS);
}

static int refuse_html(const struct kind *kind, struct fault *f)
{
	auto_text_buffer with = {0};

	for (size_t i = 0; i < KINDS_COUNT; i++)
		if (kinds[i].html)
			text_printf(
				&with, "%s%s", with.length ? ", " : "", kinds[i].name);
	return fault_set(f, FAULT_USAGE,
		"the report of kind %s does not come as html; these do: %s", kind->name,
		text_string(&with));
}

int verb_report(struct command *c, struct fault *f)
{
	const char *path = command_option(c, "out"), *kind = command_option(c, "kind");
	const struct kind *chosen = NULL;
	auto_show_file out = {0};
	enum format format;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail report --kind KIND");
	if (kind && !strcmp(kind, "evidence"))
		return report_evidence(c, f);
	if (choose_kind(c, &chosen, f) || choose_format(c, &format, f))
		return -1;
	if (format == FORMAT_HTML && !chosen->html)
		return refuse_html(chosen, f);
	if (command_policy(c, f) || show_file_open(path ? path : "-", &out, f))
		return -1;
	c->document = !path;
	if (path)
		show_string(c, "out", path);
	return chosen->write(c, format, out.stream, f) || show_file_close(&out, f) ? -1
										   : 0;
}
