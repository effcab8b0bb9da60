/* SPDX-License-Identifier: MIT */
/*
 * Reads only. Claims and their order on the wire are send.c's; what bars a notice is
 * schema/0002-by-hand.sql.
 */
#include "mailer/queue.h"

#include "mailer/retry.h"
#include "recipients/clock.h"
#include "recipients/text.h"

static void read_item(struct query *q, struct queue_item *ret)
{
	*ret = (struct queue_item){.notice = query_int(q, "notice_id"),
		.position = query_int(q, "position"),
		.level = (int32_t)query_int(q, "level_order")};
	if (query_null(q, "times"))
		return;
	ret->times = (int32_t)query_int(q, "times");
	ret->first_at = query_int(q, "first_at");
	ret->due_at = query_int(q, "last_at") + retry_wait(ret->times, ret->notice);
}

/* May a mail that is perhaps out go again by itself? */
static bool goes_again(const struct policy *p, const struct queue_item *item)
{
	return item->level >= 0 && (size_t)item->level < p->levels_count &&
	       p->levels[item->level].in_doubt == POLICY_RESEND;
}

int queue_load(struct ledger *l, int64_t release, const struct policy *policy,
	struct queue_item **ret, size_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	*ret = NULL;
	*ret_count = 0;
	if (ledger_query(l,
		    SQL("SELECT i.position, i.notice_id, n.level_order, d.times, d.first_at, d.last_at,"
			" a.verdict IS 'in_doubt' AS in_doubt FROM release_item i JOIN notice n ON n.id = i.notice_id"
			" LEFT JOIN attempt_last a ON a.notice_id = i.notice_id"
			" LEFT JOIN (SELECT b.notice_id, count(*) AS times, min(o.at) AS first_at, max(o.at) AS last_at FROM outcome o"
			" JOIN attempt b ON b.id = o.attempt_id WHERE o.verdict = 'deferred' AND b.release_id = :release"
			" GROUP BY b.notice_id) d ON d.notice_id = i.notice_id AND a.verdict = 'deferred' WHERE i.release_id = :release AND"
			" (a.verdict IS NULL OR a.verdict IN ('deferred', 'not_sent') OR (a.verdict = 'in_doubt' AND NOT EXISTS"
			" (SELECT 1 FROM decision s WHERE s.kind = 'resolve' AND s.attempt_id = a.id))"
			" OR (a.verdict = 'refused' AND a.release_id <> i.release_id))"
			" AND NOT EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = i.notice_id)"
			" ORDER BY i.position"), /* as released: levels in order */
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0) {
		if (*ret_count == room) {
			room = room ? room * 2 : 1024;
			*ret = text_realloc(*ret, room * sizeof(**ret));
		}
		read_item(q, &(*ret)[*ret_count]);
		*ret_count += !query_int(q, "in_doubt") ||
			      goes_again(policy, &(*ret)[*ret_count]);
	}
	return got;
}

size_t queue_later(struct queue_item *items, size_t *count, bool by_schedule, int64_t now,
	struct queue_item *later)
{
	size_t all = *count, kept = 0, waiting = 0;

	for (size_t i = 0; i < all && !by_schedule; i++)
		by_schedule = !items[i].times;
	for (size_t i = 0; i < all; i++)
		if (by_schedule && items[i].due_at > now)
			later[waiting++] = items[i];
		else
			items[kept++] = items[i];
	*count = kept;
	return waiting;
}

void queue_shut(struct queue_item *items, size_t *count, int64_t open_to)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		if (items[i].level <= open_to)
			items[kept++] = items[i];
	*count = kept;
}

size_t queue_wait(struct queue_item *items, size_t *count,
	const struct head_starts *starts, int64_t now)
{
	size_t all = *count, kept = 0;

	for (size_t i = 0; i < all; i++)
		if (!head_start_not_before(starts, items[i].level, now))
			items[kept++] = items[i];
	*count = kept;
	return all - kept;
}

int queue_day_left(
	struct ledger *l, int64_t per_day, size_t relay, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	*ret = INT64_MAX;
	if (!per_day)
		return 0;
	if (ledger_query(l,
		    SQL("SELECT count(*) AS used FROM attempt a LEFT JOIN outcome_relay r ON r.attempt_id = a.id"
			" LEFT JOIN outcome o ON o.attempt_id = a.id WHERE a.at > :since AND coalesce(r.relay, 1) = :relay"
			" AND coalesce(o.verdict, '') <> 'not_sent'"),
		    &q, f))
		return -1;
	query_bind_int(q, ":since", clock_now() - 86400000);
	query_bind_int(q, ":relay", (int64_t)relay + 1);
	if (query_next(q, f) < 0)
		return -1;
	*ret = per_day - query_int(q, "used");
	return 0;
}

int queue_version(struct ledger *l, int64_t *ret, struct fault *f)
{
	return ledger_number(l, SQL("PRAGMA data_version"), 0, ret, f);
}

int queue_bars_open(struct ledger *l, struct query **ret, struct fault *f)
{
	return ledger_query(
		l, SQL("SELECT 1 FROM notice_barred WHERE notice_id = :notice"), ret, f);
}

int queue_barred(struct query *q, int64_t notice, bool *ret, struct fault *f)
{
	int got;

	query_bind_int(q, ":notice", notice);
	got = query_next(q, f);
	query_reset(q);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}
