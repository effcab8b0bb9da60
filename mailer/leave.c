/* SPDX-License-Identifier: MIT */
/*
 * Sorts what waits by the release that would allow it. The releases are release.c's.
 */
#include "mailer/leave.h"

#include <string.h>

#include "mailer/standing.h"

/* The release under which a notice went, with what it says. */
struct covering {
	int64_t id;
	char *manifest; /* NULL: it is not what it was */
	json_t *notices;
};

static void covering_done(struct covering *c)
{
	text_freep(&c->manifest);
	json_decref(c->notices);
	*c = (struct covering){0};
}
#define auto_covering __attribute__((cleanup(covering_done))) struct covering

static int read_release(
	struct ledger *l, int64_t id, struct covering *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer manifest = {0};
	char digest[RELEASE_DIGEST];

	*ret = (struct covering){.id = id, .notices = json_array()};
	if (ledger_query(
		    l, SQL("SELECT digest, manifest FROM release WHERE id = :id"), &q, f))
		return -1;
	query_bind_int(q, ":id", id);
	if (query_next(q, f) < 0)
		return -1;
	text_add_string(&manifest, query_text(q, "manifest"));
	proposal_digest(&manifest, digest);
	if (!strcmp(digest, query_text(q, "digest")))
		ret->manifest = text_copy(text_string(&manifest));
	return 0;
}

static int make(struct ledger *l, const struct release_options *o, struct covering *c,
	struct leave_tally *ret, struct fault *f)
{
	size_t count = json_array_size(c->notices);

	if (!count)
		return 0;
	ret->covered += (int64_t)count;
	ret->releases++;
	return release_make_covered(l, o, c->id, c->notices, ret->digest, f);
}

static bool is_allowed(struct query *q, const struct release_options *o,
	const struct covering *c, const char *now)
{
	const struct policy_level *level =
		policy_level_named(o->policy, query_text(q, "level"));

	if (!c->manifest || !query_int(q, "same_address"))
		return false;
	if (!strcmp(query_text(q, "kind"), "resend"))
		return standing_allows_resend(c->manifest, now);
	return level &&
	       standing_allows(c->manifest, now, level, (size_t)query_int(q, "step"));
}

static int ask(struct ledger *l, const char *mode, struct query **ret, struct fault *f)
{
	if (ledger_query(l,
		    SQL("SELECT u.notice_id, u.kind, u.step, n.level, n.recipient_digest = b.recipient_digest AS same_address,"
			" coalesce((SELECT max(i.release_id) FROM release_item i JOIN release_valid r ON r.id = i.release_id"
			"  WHERE i.notice_id = u.after_id), 0) AS release_id"
			" FROM follow_up u JOIN compose_set_now c ON c.id = u.set_id AND c.mode = :mode"
			" JOIN notice n ON n.id = u.notice_id JOIN notice b ON b.id = u.after_id"
			" WHERE u.kind IN ('reminder', 'resend') AND n.id NOT IN (SELECT notice_id FROM notice_taken)"
			" AND n.id NOT IN (SELECT notice_id FROM notice_void) ORDER BY release_id, n.level_order, n.id"),
		    ret, f))
		return -1;
	query_bind_text(*ret, ":mode", mode);
	return 0;
}

/* First all are read, then releases are made: the query looks at them. */
static int sort(struct query *q, struct ledger *l, const struct release_options *o,
	const char *now, json_t *all, struct leave_tally *ret, struct fault *f)
{
	auto_covering c = {0};
	int got;

	while ((got = query_next(q, f)) > 0) {
		int64_t id = query_int(q, "release_id");

		if (id != c.id) {
			covering_done(&c);
			if (read_release(l, id, &c, f))
				return -1;
			(void)json_array_append_new(
				all, json_pack("{s:I,s:O}", "release", (json_int_t)id,
					     "notices", c.notices));
		}
		if (id && is_allowed(q, o, &c, now))
			(void)json_array_append_new(
				c.notices, json_integer(query_int(q, "notice_id")));
		else
			ret->waiting++;
	}
	return got;
}

int leave_take(struct ledger *l, const struct release_options *o, struct leave_tally *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer now = {0};
	json_t *all = json_array(), *one;
	int failed;
	size_t i;

	*ret = (struct leave_tally){0};
	failed = standing_write(o->settings, o->policy, &now, f) ||
		 ask(l, settings_mode(o->settings), &q, f) ||
		 sort(q, l, o, text_string(&now), all, ret, f);
	json_array_foreach(all, i, one)
	{
		struct covering c = {
			.id = json_integer_value(json_object_get(one, "release")),
			.notices = json_object_get(one, "notices")};

		failed = failed || make(l, o, &c, ret, f);
	}
	json_decref(all);
	return failed ? -1 : 0;
}
