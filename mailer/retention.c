/* SPDX-License-Identifier: MIT */
/*
 * Drops bodies whose time is over. Which rows these are is the two statements here.
 */
#include "mailer/retention.h"

#include "recipients/clock.h"

#define DAY INT64_C(86400000)

static int drop(
	struct ledger *l, const char *sql, int64_t before, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l, sql, &q, f))
		return -1;
	query_bind_int(q, ":before", before);
	if (query_run(q, f))
		return -1;
	*ret = ledger_changes(l);
	return 0;
}

static int drop_messages(struct ledger *l, int64_t before, int64_t *ret, struct fault *f)
{
	int64_t stencils;

	return drop(l,
		       SQL("DELETE FROM message WHERE notice_id IN"
			   " (SELECT notice_id FROM attempt_last WHERE verdict = 'accepted' AND at < :before"
			   " UNION SELECT n.id FROM notice n JOIN compose_set s ON s.id = n.set_id JOIN run r ON r.id = s.run_id"
			   " WHERE r.started_at < :before AND n.set_id < (SELECT id FROM compose_set_now c WHERE c.mode = s.mode)"
			   " AND n.id NOT IN (SELECT notice_id FROM notice_taken)"
			   " AND n.id NOT IN (SELECT notice_id FROM attempt WHERE at >= :before))"),
		       before, ret,
		       f) || (*ret &&
				     drop(l,
					     SQL("DELETE FROM stencil WHERE id NOT IN (SELECT stencil_id FROM message)"
						 " AND :before IS NOT NULL"),
					     before, &stencils, f))
		       ? -1
		       : 0;
}

int retention_run(struct ledger *l, int64_t days, struct retention *ret, struct fault *f)
{
	int64_t before = clock_now() - days * DAY;

	return drop_messages(l, before, &ret->messages, f) ||
			       drop(l,
				       SQL("DELETE FROM letter_body WHERE letter_id IN (SELECT letter_id FROM letter_now"
					   " WHERE at < :before AND need IS NULL AND reading_id IS NOT NULL)"),
				       before, &ret->letters, f) ||
			       ledger_number(l, SQL("SELECT count(*) FROM message"), 0,
				       &ret->messages_kept, f) ||
			       ledger_number(l, SQL("SELECT count(*) FROM letter_body"),
				       0, &ret->letters_kept, f)
		       ? -1
		       : 0;
}
