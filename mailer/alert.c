/* SPDX-License-Identifier: MIT */
/*
 * Compares counts, writes a line. What needs a human is status's to say.
 */
#include "mailer/alert.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/parcel.h"
#include "mailer/released.h"
#include "mailer/wire/message.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/text.h"
#include "recipients/vault.h"
#include "templates/prose.h"

static int read_last(struct ledger *l, const char *mode, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = NULL;
	if (ledger_query(l,
		    SQL("SELECT needs FROM alert WHERE mode = :mode ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0)
		*ret = json_loads(query_text(q, "needs"), 0, NULL);
	if (!*ret)
		*ret = json_object();
	return got < 0 ? -1 : 0;
}

/* --- what is new --- */

#define NEWEST                                                                           \
	"newest" /* beside the counts: of some needs the highest number among them */

static int64_t member(const json_t *of, const char *name)
{
	return json_integer_value(json_object_get(of, name));
}

static void add_to(json_t *of, const char *name, int64_t value)
{
	(void)json_object_set_new(of, name, json_integer(value));
}

/* What is numbered in the order in which it came: one may be settled and another come
 * between two runs, and the count says nothing of it. `fresh`: how many have come since.
 */
static int read_newest(struct ledger *l, const char *mode, const json_t *before,
	json_t *newest, json_t *fresh, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT 'letters_' || need AS need, letter_id AS number FROM letter_now"
			" WHERE mode = :mode AND need IS NOT NULL"
			" UNION ALL SELECT 'bounced', c.letter_id FROM receipt_now c JOIN letter e ON e.id = c.letter_id"
			" WHERE e.mode = :mode AND c.says = 'bounced' AND NOT c.settled"
			" UNION ALL SELECT state, attempt_id FROM person_state"
			" WHERE mode = :mode AND state IN ('refused', 'in_doubt')"
			" UNION ALL SELECT 'task', task_id FROM person_task WHERE mode = :mode AND state = 'open'"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		const char *need = query_text(q, "need");
		int64_t number = query_int(q, "number");

		if (number > member(newest, need))
			add_to(newest, need, number);
		if (before && number > member(before, need))
			add_to(fresh, need, member(fresh, need) + 1);
	}
	return got;
}

/* "task 8 (2 new)", one after the other; empty: nothing is new. */
static void write_news(
	const json_t *last, json_t *needs, const json_t *fresh, struct text *out)
{
	const char *what;
	json_t *count;

	json_object_foreach(needs, what, count)
	{
		int64_t now = json_integer_value(count), more = now - member(last, what),
			came = member(fresh, what);

		more = came > more && came <= now ? came : more;
		if (more > 0)
			text_printf(out, "%s%s %lld (%lld new)", out->length ? ", " : "",
				what, (long long)now, (long long)more);
	}
	for (char *p = out->bytes; p && *p; p++)
		if (*p == '_')
			*p = ' ';
}

static int write_mail(const struct settings *s, const struct text *news,
	const char token[33], struct text *ret, struct fault *f)
{
	const struct settings_relay *r = &s->relay;
	auto_text subject = text_format("%sIncident %s: something needs you",
		s->live ? "" : "[rehearsal] ", s->id);
	auto_text prose = text_format(
		"Incident %s: %s. On the machine where it is kept, \"breachmail status\" says more.\n",
		s->id, text_string(news));
	auto_text id = text_format("%s@%s", token, r->from.domain);
	auto_text_buffer text = {0}, html = {0};
	struct message m = {.from_name = r->from_name,
		.from = r->from.text,
		.to = s->notify.text,
		.subject = subject,
		.date_ms = clock_now(),
		.message_id = id,
		.boundary = token};

	if (prose_parts(subject, prose, &text, &html, f))
		return -1;
	m.text = text_string(&text);
	m.html = text_string(&html);
	return message_write(&m, ret, f);
}

static int send(const struct settings *s, const struct text *news, bool *ret_told,
	struct fault *f)
{
	auto_text_buffer bytes = {0};
	unsigned char random[16];
	char token[33];
	struct parcel_result result = {0};
	struct parcel parcel = {.to = s->notify.text, .bytes = &bytes};
	auto_text sender = NULL;
	int failed;

	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), token);
	sender = released_sender(s->relay.envelope_from, token);
	parcel.from = sender;
	if (write_mail(s, news, token, &bytes, f))
		return -1;
	failed = parcel_send(s, &parcel, &result, f);
	*ret_told = result.kind == RELAY_ACCEPTED || result.kind == RELAY_IN_DOUBT;
	text_done(&result.reply);
	return failed;
}

static int keep(struct ledger *l, const char *mode, const json_t *needs, bool told,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	char *counts = json_dumps(needs, JSON_COMPACT | JSON_SORT_KEYS);
	int failed;

	failed =
		ledger_begin(l, f) ||
		ledger_query(l,
			SQL("INSERT INTO alert (run_id, at, mode, needs, told) VALUES (:run, :at, :mode, :needs, :told)"),
			&q, f);
	if (!failed) {
		query_bind_int(q, ":run", ledger_run(l));
		query_bind_int(q, ":at", clock_now());
		query_bind_text(q, ":mode", mode);
		query_bind_text(q, ":needs", counts);
		query_bind_int(q, ":told", told);
		failed = query_run(q, f) || ledger_commit(l, f);
	}
	free(counts);
	if (failed)
		ledger_rollback(l);
	return failed ? -1 : 0;
}

int alert_run(struct ledger *l, const struct settings *s, json_t *needs, bool *ret_new,
	bool *ret_told, struct fault *f)
{
	const char *mode = settings_mode(s);
	auto_text_buffer news = {0};
	auto_json *last = NULL, *now = json_copy(needs);
	auto_json *newest = json_object(), *fresh = json_object();

	*ret_new = *ret_told = false;
	if (read_last(l, mode, &last, f) ||
		read_newest(l, mode, json_object_get(last, NEWEST), newest, fresh, f))
		return -1;
	write_news(last, needs, fresh, &news);
	(void)json_object_set(now, NEWEST, newest);
	*ret_new = news.length != 0;
	if (json_equal(last, now))
		return 0;
	if (*ret_new && *s->notify.text && send(s, &news, ret_told, f))
		return -1;
	if (*ret_new && *s->notify.text && !*ret_told)
		return 0; /* in the next run */
	return keep(l, mode, now, *ret_told, f);
}
