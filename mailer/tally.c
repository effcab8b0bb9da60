/* SPDX-License-Identifier: MIT */
/*
 * Counts. What may still go is queue.c's, the words for people are verb/send.c's.
 */
#include "mailer/tally.h"

#include <string.h>

#include "mailer/outcome.h"
#include "recipients/clock.h"

static bool is_waiting(const char *verdict)
{
	return !strcmp(verdict, "pending") || !strcmp(verdict, "deferred") ||
	       !strcmp(verdict, "not_sent");
}

int tally_read(struct ledger *l, const char *dir, int64_t release, struct send_tally *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT i.notice_id, n.level_order, a.id AS attempt, CASE WHEN a.verdict IS NULL OR (a.verdict = 'refused' AND"
			" a.release_id <> i.release_id) THEN 'pending' ELSE a.verdict END AS verdict,"
			" EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = i.notice_id) AS held FROM release_item i"
			" JOIN notice n ON n.id = i.notice_id"
			" LEFT JOIN attempt_last a ON a.notice_id = i.notice_id WHERE i.release_id = :release"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0) {
		const char *v = query_text(q, "verdict");

		if (dir && !strcmp(v, "claimed"))
			v = outcome_of_claim(
				dir, query_int(q, "attempt"), query_int(q, "notice_id"));
		ret->released++;
		ret->held += query_int(q, "held") && !strcmp(v, "pending");
		ret->given_up += query_int(q, "held") && !strcmp(v, "deferred");
		ret->shut += !query_int(q, "held") && is_waiting(v) &&
			     query_int(q, "level_order") > ret->open_to;
		ret->waiting += !query_int(q, "held") && is_waiting(v) &&
				head_start_not_before(&ret->head_starts,
					query_int(q, "level_order"), clock_now());
		if (!strcmp(v, "accepted"))
			ret->accepted++;
		else if (!strcmp(v, "refused"))
			ret->refused++;
		else if (!strcmp(v, "deferred"))
			ret->deferred++;
		else if (!strcmp(v, "in_doubt") || !strcmp(v, "claimed"))
			ret->in_doubt++;
		else
			ret->pending++;
	}
	return got;
}
