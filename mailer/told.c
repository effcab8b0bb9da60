/* SPDX-License-Identifier: MIT */
/*
 * What is true now, for those who sign. Nothing that send goes by.
 */
#include "mailer/told.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/lines.h"
#include "mailer/notice.h"
#include "mailer/outlook.h"
#include "mailer/standing.h"
#include "recipients/clock.h"

static void write_digest(
	const char *word, const char *bytes, size_t length, struct text *out)
{
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	vault_sha256(bytes, length, sha256);
	vault_hex(sha256, sizeof(sha256), hex);
	text_printf(out, "%s sha256:%s\n", word, hex);
}

/* What it was made with. */
static int write_made_with(
	const struct release_options *o, struct text *out, struct fault *f)
{
	auto_text settings = json_dumps(o->settings->json, JSON_COMPACT | JSON_SORT_KEYS);
	auto_text policy = json_dumps(o->policy->json, JSON_COMPACT | JSON_SORT_KEYS);
	auto_text_buffer texts = {0};

	if (o->texts && notice_texts(o->policy, o->texts, &texts, f))
		return -1;
	text_add_string(out, "tool breachmail " BREACHMAIL_VERSION " ");
	manifest_file("/proc/self/exe", out);
	text_add_char(out, '\n');
	write_digest("settings", settings, strlen(settings), out);
	write_digest("policy", policy, strlen(policy), out);
	if (o->texts)
		write_digest("texts", texts.bytes, texts.length, out);
	return 0;
}

static void write_window(const struct settings *s, struct text *out)
{
	if (s->sending_from < 0)
		text_add_string(out, "window any hour\n");
	else
		text_printf(out, "window %02d:%02d-%02d:%02d %s\n", s->sending_from / 60,
			s->sending_from % 60, s->sending_to / 60, s->sending_to % 60,
			s->timezone);
}

static void write_signers(const struct release_options *o, struct text *out)
{
	const struct signers *s = o->signers;
	char when[CLOCK_TEXT];

	if (!s || !s->set) {
		text_add_string(out, "signers none\n");
		return;
	}
	text_printf(out, "signers %lld of %zu must sign, list sha256:%s\n",
		(long long)s->approvals, s->count, s->digest);
	for (size_t i = 0; i < s->count; i++)
		text_printf(out, "signer %s %s%s%s%s\n", s->list[i].fingerprint,
			s->list[i].name, s->list[i].expires ? ", until " : "",
			s->list[i].expires ? clock_write(s->list[i].expires, when) : "",
			s->list[i].revoked ? ", revoked" : "");
}

/* To whom silence goes; which mails follow before that is standing.h's to say. */
static void write_escalations(const struct policy *p, struct text *out)
{
	char after[CLOCK_DURATION];

	for (size_t i = 0; i < p->levels_count; i++)
		if (p->levels[i].escalate.to)
			text_printf(out, "escalate %s after %s to %s\n",
				p->levels[i].name,
				clock_write_duration(p->levels[i].escalate.after, after),
				p->levels[i].escalate.to);
}

/* Why people have no letter in it, and rows nobody: counts. */
static int write_left_out(
	struct ledger *l, int64_t set, struct text *out, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT CASE WHEN p.task_id IS NOT NULL THEN 'task' ELSE a.route END AS route, a.route_reason AS why,"
			" count(*) AS people FROM compose_set c JOIN assignment a ON a.set_id = c.group_set_id"
			" LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id"
			" WHERE c.id = :set AND p.notice_id IS NULL GROUP BY 1, 2 UNION ALL"
			" SELECT 'undecided rows', outcome, count(*) FROM row_waiting GROUP BY 2 ORDER BY 1, 2"),
		    &q, f))
		return -1;
	query_bind_int(q, ":set", set);
	while ((got = query_next(q, f)) > 0)
		text_printf(out, "left-out %s (%s) %lld\n", query_text(q, "route"),
			query_text(q, "why"), (long long)query_int(q, "people"));
	return got;
}

static int write_change(
	struct ledger *l, const char *mode, struct text *out, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text now = text_copy(text_string(out));
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, manifest FROM release WHERE mode = :mode ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0)
		lines_compare(query_text(q, "manifest"), query_int(q, "id"), now, out);
	else if (!got)
		text_add_string(out, "change none: the first release of this mode\n");
	return got < 0 ? -1 : 0;
}

/* Who is in it and had a mail of an earlier release. */
static int write_again(
	struct ledger *l, const char *mode, struct text *out, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(DISTINCT n.person_id) AS people FROM plan p JOIN compose_set_now c ON c.id = p.set_id"
			" JOIN notice n ON n.id = p.notice_id WHERE c.mode = :mode"
			" AND n.id NOT IN (SELECT notice_id FROM notice_taken) AND n.person_id IN"
			" (SELECT o.person_id FROM notice_out x JOIN notice o ON o.id = x.notice_id"
			"  JOIN compose_set s ON s.id = o.set_id WHERE s.mode = :mode)"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	if (query_next(q, f) < 0)
		return -1;
	text_printf(out, "again %lld of these people had a mail of an earlier release\n",
		(long long)query_int(q, "people"));
	return 0;
}

/* What was expected when the release was made: nothing that send goes by. */
static int write_forecast(struct ledger *l, const struct release_options *o,
	struct text *out, struct fault *f)
{
	const struct outlook_options all = {.settings = o->settings, .policy = o->policy};
	json_t *outlook;

	if (outlook_gather(l, &all, &outlook, f))
		return -1;
	outlook_manifest(outlook, out);
	json_decref(outlook);
	return 0;
}

int told_write(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, struct text *out, struct fault *f)
{
	const char *mode = settings_mode(o->settings);

	write_window(o->settings, out);
	if (write_made_with(o, out, f))
		return -1;
	write_signers(o, out);
	write_escalations(o->policy, out);
	if (standing_write(o->settings, o->policy, out, f) ||
		write_left_out(l, m->set, out, f) || write_again(l, mode, out, f) ||
		write_change(l, mode, out, f))
		return -1;
	return write_forecast(l, o, out, f);
}
