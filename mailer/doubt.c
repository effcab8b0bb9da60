/* SPDX-License-Identifier: MIT */
/*
 * Looks a number up and keeps what a human says of it. That it is then sent again, or
 * counted as sent, follows from the views of the schema.
 */
#include "mailer/doubt.h"

#include <string.h>

#include "mailer/outcome.h"
#include "mailer/scribe.h"
#include "recipients/decision.h"
#include "recipients/text.h"

/* The row of a number that a human may settle. */
static int query_doubt(struct ledger *l, const char *dir, int64_t id, struct query **ret,
	struct fault *f)
{
	const char *verdict = "";
	int got;

	if (ledger_query(l,
		    SQL("SELECT a.at, a.verdict, n.id AS notice_id, n.facts_sealed, coalesce(r.relay, 1) AS relay, e.manifest"
			" FROM attempt_last a JOIN notice n ON n.id = a.notice_id JOIN release e ON e.id = a.release_id"
			" LEFT JOIN outcome_relay r ON r.attempt_id = a.id WHERE a.id = :id"),
		    ret, f))
		return -1;
	query_bind_int(*ret, ":id", id);
	got = query_next(*ret, f);
	if (got < 0)
		return -1;
	if (got)
		verdict = query_text(*ret, "verdict");
	if (!strcmp(verdict, "claimed"))
		verdict = outcome_of_claim(dir, id, query_int(*ret, "notice_id"));
	if (strcmp(verdict, "in_doubt") != 0)
		return fault_set(f, FAULT_USAGE,
			"number %lld is not in doubt (breachmail status lists what is)",
			(long long)id);
	return 0;
}

void doubt_done(struct doubt *d)
{
	text_freep(&d->url);
	text_freep(&d->token);
}

/* "relay URL", of further ones "relay-2 URL envelope-from ..." (manifest.c). The list in
 * the settings may be another one by now. */
static char *find_url(const char *manifest, size_t relay)
{
	auto_text line =
		relay ? text_format("\nrelay-%zu ", relay + 1) : text_copy("\nrelay ");
	const char *at = strstr(manifest, line);

	if (!at)
		return NULL;
	at += strlen(line);
	return text_format("%.*s", (int)strcspn(at, " \n"), at);
}

int doubt_find(
	struct ledger *l, const char *dir, int64_t id, struct doubt *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row facts = {0};
	const char *token;

	if (query_doubt(l, dir, id, &q, f) ||
		query_sealed(q, "facts_sealed", "notice.facts_sealed",
			query_int(q, "notice_id"), &facts.packed, f))
		return -1;
	token = row_value(&facts, SCRIBE_TOKEN);
	if (!token)
		return fault_set(f, FAULT_LEDGER, "a notice has no Message-ID");
	ret->at = query_int(q, "at");
	ret->relay = strcmp(query_text(q, "verdict"), "claimed")
			     ? (size_t)query_int(q, "relay") - 1
			     : outcome_relay_of_claim(dir, id, query_int(q, "notice_id"));
	ret->url = find_url(query_text(q, "manifest"), ret->relay);
	ret->token = text_copy(token);
	return 0;
}

int doubt_settle(struct ledger *l, const char *dir, int64_t id, const char *settle_as,
	const char *by, const char *reason, struct fault *f)
{
	struct decision d = {.kind = "resolve",
		.choice = settle_as,
		.attempt = id,
		.by = by,
		.reason = reason};
	auto_query struct query *q = NULL;

	if (strcmp(settle_as, "resend") && strcmp(settle_as, "accepted") &&
		strcmp(settle_as, "leave"))
		return fault_set(f, FAULT_USAGE,
			"--resolve takes a number and one of: resend, accepted, leave");
	if (query_doubt(l, dir, id, &q, f))
		return -1;
	query_reset(q);
	return decision_write(l, &d, f);
}
