/* SPDX-License-Identifier: MIT */
/*
 * Writes the page's export. What a rep may see of the incident is federation.c's to say,
 * who the reps are reviewer.c's.
 */
#include "mailer/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailer/code.h"
#include "mailer/federation.h"
#include "mailer/page/shelf.h"
#include "mailer/point.h"
#include "mailer/reviewer.h"
#include "mailer/scribe.h"
#include "recipients/clock.h"
#include "recipients/scope.h"

#define CODE_BYTES 16
#define GUESS_US 10 /* a renewal, for each person */

/* What a code may belong to, from what it is told as to what it is called. */
static const struct {
	const char *kind, *words;
} kinds[] = {{"", "a notice"}, {"reminder", "a reminder"},
	{"what-changed", "a notice of what has changed"}, {"correction", "a correction"},
	{"resend", "a notice that was sent once more"}, {"letter", "a letter on paper"}};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define KIND_LETTER (KINDS - 1)

/* A notice's code as the page knows it; opened once. */
struct known_code {
	int64_t notice;
	unsigned char digest[HATCH_DIGEST];
};
struct export
{
	struct ledger *ledger;
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	struct federation *federation; /* NULL: not open yet */
	unsigned char key[HATCH_KEY];
	struct known_code *known; /* by notice */
	size_t known_count;
	unsigned char(*records)[SHELF_RECORD];
	size_t records_count, records_room;
	int64_t renewed_at, took; /* clock_monotonic's */
};

struct export *export_new(struct ledger *l, const struct settings *s,
	const struct policy *p, struct texts *texts)
{
	struct export *e = text_alloc(sizeof(*e));
	struct fault ignored;
	int64_t people;

	*e = (struct export){.ledger = l, .settings = s, .policy = p, .texts = texts};
	vault_derive(ledger_vault(l), "page", e->key);
	e->renewed_at = clock_monotonic();
	if (!ledger_number(l, SQL("SELECT count(*) FROM person"), 0, &people, &ignored))
		e->took = people * GUESS_US / 1000; /* until it is known */
	return e;
}

void export_free(struct export *e)
{
	if (!e)
		return;
	federation_close(e->federation);
	free(e->known);
	free(e->records);
	free(e);
}

int export_wanted(struct ledger *l, const char *mode, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l, SQL("SELECT 1 FROM reviewer_now WHERE mode = :mode"), &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}

/* --- codes --- */

/* Which day it was here, since 1970. */
static int64_t day_of(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	(void)localtime_r(&seconds, &tm);
	return (int64_t)timegm(&(struct tm){.tm_year = tm.tm_year,
		       .tm_mon = tm.tm_mon,
		       .tm_mday = tm.tm_mday}) /
	       86400;
}

static void add_record(struct export *e, const unsigned char digest[HATCH_DIGEST],
	size_t kind, int64_t at)
{
	int64_t day = day_of(at);
	unsigned char *r;

	if (e->records_count == e->records_room) {
		e->records_room = e->records_room ? e->records_room * 2 : 1024;
		e->records = text_realloc(e->records, e->records_room * SHELF_RECORD);
	}
	r = e->records[e->records_count++];
	memcpy(r, digest, HATCH_DIGEST);
	r[CODE_BYTES] = (unsigned char)kind;
	r[CODE_BYTES + 1] = (unsigned char)(day >> 16);
	r[CODE_BYTES + 2] = (unsigned char)(day >> 8);
	r[CODE_BYTES + 3] = (unsigned char)day;
}

static int digest_code(struct export *e, struct query *q, const char *column,
	const char *place, int64_t row, unsigned char out[HATCH_DIGEST], struct fault *f)
{
	auto_row facts = {0};
	const char *code;

	if (query_sealed(q, column, place, row, &facts.packed, f))
		return -1;
	code = row_value(&facts, SCRIBE_CODE);
	shelf_code(e->key, code ? code : "", out);
	return 0;
}

static int compare_known(const void *a, const void *b)
{
	const struct known_code *x = a, *y = b;

	return (x->notice > y->notice) - (x->notice < y->notice);
}

static const struct known_code *find_known(const struct export *e, int64_t notice)
{
	const struct known_code key = {.notice = notice};

	return e->known ? bsearch(&key, e->known, e->known_count, sizeof(key),
				  compare_known)
			: NULL;
}

/* Notices that went out since the last time: in the order of their ids, as those that are
 * known. */
static int open_new(struct export *e, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t count = e->known_count, room = count;
	struct known_code *all = e->known;
	int got;

	if (ledger_query(e->ledger,
		    SQL("SELECT n.id, n.facts_sealed FROM attempt_last a JOIN release r ON r.id = a.release_id"
			" JOIN notice n ON n.id = a.notice_id WHERE r.mode = :mode AND a.verdict IN ('accepted', 'in_doubt', 'claimed')"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(e->settings));
	while ((got = query_next(q, f)) > 0) {
		int64_t notice = query_int(q, "id");

		if (find_known(e, notice))
			continue;
		if (count == room) {
			room = room ? room * 2 : 1024;
			e->known = all = text_realloc(all, room * sizeof(*all));
		}
		all[count].notice = notice;
		if (digest_code(e, q, "facts_sealed", "notice.facts_sealed", notice,
			    all[count].digest, f))
			return -1;
		count++;
	}
	if (count)
		qsort(all, count, sizeof(*all), compare_known);
	e->known_count = count;
	return got;
}

static size_t kind_of(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i].kind, kind))
			return i;
	return 0;
}

static int add_notices(struct export *e, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (open_new(e, f) ||
		ledger_query(e->ledger,
			SQL("SELECT a.notice_id, a.at, coalesce(u.kind, '') AS kind FROM attempt_last a"
			    " JOIN release r ON r.id = a.release_id LEFT JOIN follow_up u ON u.notice_id = a.notice_id"
			    " WHERE r.mode = :mode AND a.verdict IN ('accepted', 'in_doubt', 'claimed')"),
			&q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(e->settings));
	while ((got = query_next(q, f)) > 0) {
		const struct known_code *k = find_known(e, query_int(q, "notice_id"));

		if (k)
			add_record(e, k->digest, kind_of(query_text(q, "kind")),
				query_int(q, "at"));
	}
	return got;
}

static int add_letters(struct export *e, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer code = {0};
	unsigned char digest[HATCH_DIGEST];
	int got;

	if (ledger_query(e->ledger,
		    SQL("SELECT p.task_id, p.at, p.code_sealed FROM task_letter p JOIN task t ON t.id = p.task_id"
			" JOIN compose_set s ON s.id = t.set_id WHERE s.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(e->settings));
	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(q, "code_sealed", "task_letter.code_sealed",
			    query_int(q, "task_id"), &code, f))
			return -1;
		shelf_code(e->key, text_string(&code), digest);
		add_record(e, digest, KIND_LETTER, query_int(q, "at"));
	}
	return got;
}

static int compare_record(const void *a, const void *b)
{
	return memcmp(a, b, SHELF_RECORD);
}

/* A letter that was sent once more has the code of the first: that one counts. */
static json_t *write_codes(struct export *e)
{
	size_t kept = 0;
	char *hex;
	json_t *out;

	if (e->records_count)
		qsort(e->records, e->records_count, SHELF_RECORD, compare_record);
	for (size_t i = 0; i < e->records_count; i++)
		if (!kept || memcmp(e->records[kept - 1], e->records[i], HATCH_DIGEST))
			memmove(e->records[kept++], e->records[i], SHELF_RECORD);
	hex = text_alloc(2 * kept * SHELF_RECORD + 1);
	vault_hex(e->records, kept * SHELF_RECORD, hex);
	out = json_string(hex);
	free(hex);
	return out;
}

static int gather_codes(struct export *e, json_t *file, struct fault *f)
{
	json_t *names = json_array();

	for (size_t i = 0; i < KINDS; i++)
		(void)json_array_append_new(
			names, json_pack("{s:s,s:s}", "name", kinds[i].kind, "text",
				       kinds[i].words));
	(void)json_object_set_new(file, "kinds", names);
	e->records_count = 0;
	if (add_notices(e, f) || add_letters(e, f))
		return -1;
	return json_object_set_new(file, "codes", write_codes(e));
}

/* --- views and points --- */

static int add_view(struct export *e, const char *words, json_t *views, struct fault *f)
{
	unsigned scope;
	json_t *view;

	if (!*words || json_object_get(views, words))
		return 0;
	if (scope_parse(words, &scope, f) ||
		federation_view(e->federation, scope, &view, f))
		return -1;
	return json_object_set_new(views, words, view);
}

/* Times as a person reads them; who else has points, or who answered, is not theirs to
 * know. */
static void tidy(json_t *point)
{
	static const char *const times[] = {"at", "answered_at"};
	char day[SETTINGS_DAY];
	int64_t ms;

	for (size_t i = 0; i < 2; i++) {
		const char *at = json_string_value(json_object_get(point, times[i]));

		if (at && !clock_parse(at, &ms))
			(void)json_object_set_new(
				point, times[i], json_string(settings_day(ms, day)));
	}
	(void)json_object_del(point, "reviewer");
	(void)json_object_del(point, "answered_by");
}

static int add_points(struct export *e, int64_t reviewer, json_t *all, struct fault *f)
{
	char id[24];
	json_t *list, *point;
	size_t i;

	if (point_list(e->ledger, settings_mode(e->settings), reviewer, &list, f)) {
		json_decref(list);
		return -1;
	}
	json_array_foreach(list, i, point) tidy(point);
	(void)snprintf(id, sizeof(id), "%lld", (long long)reviewer);
	return json_object_set_new(all, id, list);
}

static int gather_views(struct export *e, json_t *file, struct fault *f)
{
	json_t *views = json_object(), *points = json_object();
	auto_query struct query *q = NULL;
	int got;

	(void)json_object_set_new(file, "views", views);
	(void)json_object_set_new(file, "points", points);
	if (ledger_query(e->ledger,
		    SQL("SELECT id, scope FROM reviewer_now WHERE mode = :mode AND role = 'rep' AND expires_at > :now"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(e->settings));
	query_bind_int(q, ":now", clock_now());
	while ((got = query_next(q, f)) > 0)
		if (add_view(e, query_text(q, "scope"), views, f) ||
			add_points(e, query_int(q, "id"), points, f))
			return -1;
	return got;
}

/* --- the file --- */

static int gather(struct export *e, json_t *file, struct fault *f)
{
	if (!e->federation && federation_open(e->ledger, e->settings, e->policy, e->texts,
				      &e->federation, f))
		return -1;
	return federation_refresh(e->federation, f) || gather_views(e, file, f) ||
			       gather_codes(e, file, f)
		       ? -1
		       : 0;
}

int export_renew(struct export *e, struct fault *f)
{
	json_t *file =
		json_pack("{s:i,s:I}", "version", 1, "made_at", (json_int_t)clock_now());
	int64_t began = clock_monotonic();
	int failed = gather(e, file, f) ||
		     reviewer_write_file(e->settings->dir, SHELF_EXPORT, file, f);

	json_decref(file);
	e->renewed_at = clock_monotonic();
	e->took = e->renewed_at - began;
	return failed ? -1 : 0;
}

int export_renew_in_run(struct export *e, int64_t now, struct fault *f)
{
	int64_t wait = e->took * EXPORT_SHARE;

	if (now - e->renewed_at < (wait > EXPORT_LEAST_MS ? wait : EXPORT_LEAST_MS))
		return 0;
	return export_renew(e, f);
}
